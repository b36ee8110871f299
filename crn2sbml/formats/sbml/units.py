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
    mole = _size(document, "substance", "mole")
    litre = _size(document, "volume", "litre")
    seconds = _size(document, "time", "second")
    if mole is None or litre is None or seconds is None:
        return None
    molar, molar_unit = _named(mole / litre, _CONCENTRATIONS, "M")
    seconds, second_unit = _named(seconds, _TIMES, "s")
    return LabUnits(
        _stated(document, CONCENTRATION_UNIT), molar_unit, molar,
        _stated(document, TIME_UNIT), second_unit, seconds,
    )  # fmt: skip


def _size(document: Document, quantity: str, base: str) -> float | None:
    """Return the unit of a quantity as a multiple of a base unit."""
    name = _used(document, quantity)
    if name is None:
        return None
    parts = document.unit_definitions.get(name, (UnitPart(name),))
    size, powers = 1.0, dict.fromkeys(("mole", "litre", "second"), 0.0)
    for part in parts:
        if part.kind == "dimensionless":
            size *= part.size**part.exponent
            continue
        if part.kind not in _BASES:
            return None
        kind, factor, power = _BASES[part.kind]
        size *= (part.size * factor) ** part.exponent
        powers[kind] += part.exponent / power
    wanted = {**dict.fromkeys(powers, 0.0), base: 1.0}
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


def _named(size: float, names: Mapping[float, str], base: str) -> tuple[float, str]:
    """Return the size of a unit, and what it is called."""
    for known, name in names.items():
        if math.isclose(size, known, rel_tol=_SAME):
            return known, name
    return size, f"({size:.12g} {base})"
