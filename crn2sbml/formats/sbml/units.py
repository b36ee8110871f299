"""What the units of an SBML document are on a bench, as far as it says so."""

from __future__ import annotations

import math
from collections.abc import Mapping

from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.formats.sbml.document import Document, UnitPart
from crn2sbml.formats.text import CONCENTRATION_UNIT, TIME_UNIT

# A unit this near to another, relatively, is the same: files hold 15 digits of some.
_SAME = 1e-12
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
    stated = _stated(document, CONCENTRATION_UNIT), _stated(document, TIME_UNIT)
    return LabUnits(stated[0], molar_unit, molar, stated[1], second_unit, seconds)


def _measured(unit: str | None, document: Document, dimension: Mapping[str, float]) -> float | None:
    """Return the size of a unit in base units, or None if it has another dimension."""
    if unit is None:
        return None
    size, powers = 1.0, dict.fromkeys(("mole", "litre", "second"), 0.0)
    for part in document.unit_definitions.get(unit, (UnitPart(unit),)):
        if part.kind == "dimensionless":
            size *= part.size**part.exponent
        elif part.kind in _BASES:
            kind, factor, power = _BASES[part.kind]
            size *= (part.size * factor) ** part.exponent
            powers[kind] += part.exponent / power
        else:
            return None
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


def _stated(document: Document, parameter: str) -> float:
    """Return the value of a parameter by its id, or by its name where a program took the id."""
    value = document.parameters.get(parameter)
    if value is None:
        named = [p for p in document.parameters if document.names.get(p) == parameter]
        value = document.parameters[named[0]] if len(named) == 1 else None
    return value if value is not None and 0 < value < math.inf else 1.0


def _named(
    document: Document,
    size: float,
    dimension: Mapping[str, float],
    usual: Mapping[float, str],
    base: str,
) -> tuple[float, str]:
    """Return the size of a unit, and what it is called: best what the document calls it."""
    known = next((known for known in usual if math.isclose(size, known, rel_tol=_SAME)), None)
    for identifier, name in document.unit_names.items():
        own = _measured(identifier, document, dimension)
        if own is not None and math.isclose(size, own, rel_tol=_SAME):
            return known or size, name
    return (known, usual[known]) if known else (size, f"({size:.12g} {base})")
