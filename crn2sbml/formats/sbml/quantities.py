"""The units of an SBML model: dimensionless, or those of a laboratory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.units import rate_constant_orders
from crn2sbml.formats.text import CONCENTRATION_UNIT, TIME_UNIT, check_unit_ids, number

_NAMES = ("substance", "time", "volume", "area", "length", "extent")
# A unit this near to a power of ten, relatively, is written as one.
_POWER_OF_TEN = 1e-12


@dataclass(frozen=True, slots=True)
class Quantities:
    """What a model says of its units.

    Parameters
    ----------
    model_attributes : str
        The attributes of the model element.
    definitions : str
        The list of unit definitions, or nothing.
    substance, volume : str
        The units of species and of the compartment.
    constants : str
        The unit of a rate constant, with a place for its order.
    words : str
        A sentence on the units, for people.
    parameters : str, default ""
        The parameters that say what 1 stands for, as elements.
    """

    model_attributes: str
    definitions: str
    substance: str
    volume: str
    constants: str
    words: str
    parameters: str = ""

    def constant(self, order: int | None) -> str:
        """Return the unit of a rate constant; of order 1 where no reaction uses it."""
        return self.constants.format(1 if order is None else order)


def choose_quantities(crn: Crn, level: int) -> Quantities:
    """Declare the units of a reaction network, or everything dimensionless where it has none.

    Raises
    ------
    UnsupportedError
        If an id of the reaction network is that of a parameter which says what 1 stands for.
    """
    if crn.units is None:
        return without_units(level)
    check_unit_ids(crn, (CONCENTRATION_UNIT, TIME_UNIT))
    return in_units(crn.units, crn, level)


def without_units(level: int) -> Quantities:
    """Declare everything dimensionless."""
    # Level 2 has units of its own for these quantities, which a definition replaces.
    unit = '<listOfUnits><unit kind="dimensionless"/></listOfUnits>'
    redefined = [_definition(name, unit) for name in _NAMES if name != "extent"]
    return Quantities(
        _attributes(dict.fromkeys(_NAMES, "dimensionless")) if level == 3 else "",
        "" if level == 3 else _list(redefined),
        *("dimensionless",) * 3,
        "Concentrations, rates and time are dimensionless.",
    )


def in_units(units: LabUnits, crn: Crn, level: int) -> Quantities:
    """Declare laboratory units: their substance, litres, their time, and rate constants."""
    mole, second = _unit("mole", units.molar), _unit("second", units.seconds)
    orders = {order for each in rate_constant_orders(crn).values() for order in each} | {1}
    definitions = [
        _definition("substance", f"<listOfUnits>{mole.format(1)}</listOfUnits>"),
        _definition("time", f"<listOfUnits>{second.format(1)}</listOfUnits>", units.time_unit),
        _definition(
            "concentration",
            f"<listOfUnits>{mole.format(1)}{_unit('litre', 1.0).format(-1)}</listOfUnits>",
            units.concentration_unit,
        ),
        *(_constant_definition(order, mole, second) for order in sorted(orders)),
    ]
    attributes = {
        "substance": "substance",
        "time": "time",
        "volume": "litre",
        "area": "dimensionless",
        "length": "dimensionless",
        "extent": "substance",
    }
    return Quantities(
        _attributes(attributes) if level == 3 else "",
        _list(definitions),
        "substance",
        "litre",
        "order_{}",
        units.describe(),
        _stated(CONCENTRATION_UNIT, "concentration", units.concentration)
        + _stated(TIME_UNIT, "time", units.time),
    )


def _stated(identifier: str, kind: str, value: float) -> str:
    return (
        f'<parameter id="{identifier}" value="{number(value)}" units="{kind}" constant="true"/>\n'
    )


def _constant_definition(order: int, mole: str, second: str) -> str:
    parts = second.format(-1)
    if order != 1:
        parts = mole.format(1 - order) + _unit("litre", 1.0).format(order - 1) + parts
    return _definition(f"order_{order}", f"<listOfUnits>{parts}</listOfUnits>")


def _unit(kind: str, size: float) -> str:
    """Return a unit element with a place for its exponent; powers of ten become its scale."""
    exponent = round(math.log10(size))
    scale, multiplier = (
        (exponent, 1.0) if abs(size / 10.0**exponent - 1) < _POWER_OF_TEN else (0, size)
    )
    return f'<unit kind="{kind}" exponent="{{}}" scale="{scale}" multiplier="{multiplier!r}"/>'


def _definition(identifier: str, units: str, name: str = "") -> str:
    shown = f' name="{escape(name)}"' if name else ""
    return f'<unitDefinition id="{identifier}"{shown}>{units}</unitDefinition>\n'


def _list(definitions: list[str]) -> str:
    return f"<listOfUnitDefinitions>\n{''.join(definitions)}</listOfUnitDefinitions>\n"


def _attributes(quantities: dict[str, str]) -> str:
    return "".join(f' {name}Units="{unit}"' for name, unit in quantities.items())
