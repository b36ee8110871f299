"""What the units of an SBML document are on a bench, as far as it says so."""

from __future__ import annotations

import math
from collections.abc import Mapping

from crn2sbml.chemistry.lab_units import LabUnits, Quantity, unit_size
from crn2sbml.errors import FormatError
from crn2sbml.formats.sbml.document import Document, UnitPart
from crn2sbml.formats.text import CONCENTRATION_UNIT, TIME_UNIT

# A unit this near to another, relatively, is the same: files hold 15 digits of some.
_SAME = 1e-12
# The sizes of units in a library differ by less from those in files, through constants of nature.
_ROUNDED = 1e-6
_CONCENTRATIONS = {1.0: "M", 1e-3: "mM", 1e-6: "uM", 1e-9: "nM", 1e-12: "pM", 1e-15: "fM"}
_TIMES = {1e-3: "ms", 1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "d"}
# Of the base units that matter: what each is a multiple of, by how much, and to which power.
_BASES = {
    "mole": ("mole", 1.0, 1),
    "second": ("second", 1.0, 1),
    "litre": ("litre", 1.0, 1),
    "liter": ("litre", 1.0, 1),
    "metre": ("litre", 10.0, 3),
    "meter": ("litre", 10.0, 3),
}


def read_units(document: Document) -> LabUnits | None:
    """Return the units of a document's concentrations and times.

    Parameters
    ----------
    document : Document
        The document as it was read.

    Returns
    -------
    LabUnits or None
        What its parameters `concentration_unit` and `time_unit` say that 1 stands for, or 1 of its
        own units without them. None if it does not say that substance is counted in moles, volume
        in litres and time in seconds, or in multiples of these.

    Raises
    ------
    FormatError
        If one of these parameters is no positive constant.
    """
    mole, litre, seconds = (
        _measured(_used(document, quantity), document, {base: 1.0})
        for quantity, base in (("substance", "mole"), ("volume", "litre"), ("time", "second"))
    )
    if mole is None or litre is None or seconds is None:
        return None
    concentration, time = {"mole": 1.0, "litre": -1.0}, {"second": 1.0}
    molar, molar_unit = _named(document, mole / litre, concentration, _CONCENTRATIONS, "M")
    seconds, second_unit = _named(document, seconds, time, _TIMES, "s")
    return LabUnits(
        _stated(document, CONCENTRATION_UNIT, molar, concentration),
        molar_unit,
        molar,
        _stated(document, TIME_UNIT, seconds, time),
        second_unit,
        seconds,
    )


def _measured(unit: str | None, document: Document, dimension: Mapping[str, float]) -> float | None:
    """Return the size of a unit in base units, or None if it has another dimension or no size."""
    if unit is None:
        return None
    size, powers = 1.0, dict.fromkeys(("mole", "litre", "second"), 0.0)
    for part in document.unit_definitions.get(unit, (UnitPart(unit),)):
        kind, factor, power = _BASES.get(part.kind, (part.kind, 1.0, 1))
        if part.size <= 0 or kind not in {*powers, "dimensionless"}:
            return None
        try:
            size *= (part.size * factor) ** part.exponent
        except OverflowError:
            return None
        if kind in powers:
            powers[kind] += part.exponent / power
    wanted = {**dict.fromkeys(powers, 0.0), **dimension}
    return size if powers == wanted and 0 < size < math.inf else None


def _used(document: Document, quantity: str) -> str | None:
    """Return the one unit that a quantity has throughout a document."""
    usual = document.model_units.get(quantity)
    if usual is None and document.level == 2:
        defined = quantity in document.unit_definitions
        # Whoever writes no definition at Level 2 has moles, but has seldom chosen them.
        usual = quantity if defined else {"volume": "litre", "time": "second"}.get(quantity)
    used = {unit or usual for unit in document.own_units.get(quantity, {usual})}
    return used.pop() if len(used) == 1 else None


def _stated(
    document: Document, parameter: str, size: float, dimension: Mapping[str, float]
) -> float:
    """Return the value of a parameter by its id, or by its name where a program took the id.

    Raises
    ------
    FormatError
        If it has no value, or a rule or an assignment changes it.
    """
    ruled = {rule.variable for rule in document.rules}
    names = [p for p in document.parameters if document.names.get(p) == parameter]
    named = [p for p in names if p not in ruled]
    if parameter not in document.parameters and not named:
        return 1.0
    identifier = parameter if parameter in document.parameters else named[0]
    value = document.parameters[identifier]
    if identifier in ruled or identifier in document.assignments:
        raise FormatError(
            f"{document.source}: a rule or an assignment changes {identifier!r}, which says what 1 "
            f"stands for; give it a value"
        )
    if value is None or not 0 < value < math.inf:
        raise FormatError(
            f"{document.source}: {identifier!r}, which says what 1 stands for, has the value "
            f"{value}; it must be a positive number"
        )
    own = _measured(document.parameter_units.get(identifier), document, dimension)
    return value if own is None or math.isclose(own, size, rel_tol=_SAME) else value * own / size


def _named(
    document: Document,
    size: float,
    dimension: Mapping[str, float],
    usual: Mapping[float, str],
    base: str,
) -> tuple[float, str]:
    """Return the size of a unit, and what it is called: best what the document calls it."""
    known = next((known for known in usual if math.isclose(size, known, rel_tol=_SAME)), None)
    what: Quantity = "concentration" if "mole" in dimension else "time"
    taken = usual.get(known or 0.0)
    for identifier, name in document.unit_names.items():
        own = _measured(identifier, document, dimension)
        if name == taken or own is None or not math.isclose(size, own, rel_tol=_SAME):
            continue
        # Programs write names of their own, such as "time", or leave those of other sizes.
        said = unit_size(name, what)
        if said is not None and math.isclose(said, size, rel_tol=_ROUNDED):
            return known or size, name
    return (known, usual[known]) if known else (size, f"({size:.12g} {base})")
