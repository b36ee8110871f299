"""What a concentration of 1 and a time of 1 stand for on a bench."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crn2sbml._support.checks import is_number
from crn2sbml.errors import UnitError

if TYPE_CHECKING:
    from pint import UnitRegistry

_QUANTITY = re.compile(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(\S(?:.*\S)?)\s*")


Quantity = Literal["concentration", "time"]
"""What laboratory units are of."""

_BASES: dict[Quantity, str] = {"concentration": "mole / liter", "time": "second"}


@dataclass(frozen=True, slots=True)
class LabUnits:
    """What the dimensionless 1 of concentration and of time stand for on a bench.

    Parameters
    ----------
    concentration : float
        Number of `concentration_unit`, > 0.
    concentration_unit : str
        Unit of concentrations, for example "nM".
    molar : float
        One `concentration_unit` in mole per litre.
    time : float
        Number of `time_unit`, > 0.
    time_unit : str
        Unit of times, for example "h".
    seconds : float
        One `time_unit` in seconds.

    Examples
    --------
    >>> from crn2sbml import LabUnits
    >>> units = LabUnits.parse("50 nM", "1 h")
    >>> units.concentration, units.concentration_unit, units.seconds
    (50.0, 'nM', 3600.0)
    """

    concentration: float
    concentration_unit: str
    molar: float
    time: float
    time_unit: str
    seconds: float

    def __post_init__(self) -> None:
        for name in ("concentration", "molar", "time", "seconds"):
            value = getattr(self, name)
            if not (is_number(value) and 0 < value < math.inf):
                raise UnitError(f"{name} of laboratory units is {value!r}; it must be positive")

    @classmethod
    def parse(cls, concentration: str, time: str) -> LabUnits:
        """Read quantities such as "50 nM" and "1 h".

        Parameters
        ----------
        concentration : str
            What a concentration of 1 stands for, with a unit of substance per volume.
        time : str
            What a time of 1 stands for, with a unit of time.

        Returns
        -------
        LabUnits
            Numbers stand in the very units that were given: nM and h.

        Raises
        ------
        UnitError
            If a text is no quantity, has the wrong dimension, or is not positive.
        """
        amount, unit, molar = _parse(concentration, "concentration", "50 nM")
        duration, time_unit, seconds = _parse(time, "time", "1 h")
        return cls(amount, unit, molar, duration, time_unit, seconds)

    def rate_constant_unit(self, order: int) -> str:
        """Return the unit of a rate constant, such as "nM^-1 h^-1" for order 2."""
        power = 1 - order
        if power == 0:
            return f"{self.time_unit}^-1"
        shown = self.concentration_unit if power == 1 else f"{self.concentration_unit}^{power}"
        return f"{shown} {self.time_unit}^-1"

    def __str__(self) -> str:
        return (
            f"1 stands for {self.concentration:g} {self.concentration_unit} and "
            f"{self.time:g} {self.time_unit}"
        )

    def describe(self) -> str:
        """Say in a sentence what the numbers of a model are in."""
        scaled = (self.concentration, self.time) != (1.0, 1.0)
        return (
            f"Concentrations are in {self.concentration_unit}, time is in {self.time_unit} and "
            f"rate constants are in powers of these"
            + (f"; in the network as designed, {self}." if scaled else ".")
        )


def scales(units: LabUnits | None) -> tuple[float, float]:
    """Return what a dimensionless concentration and time of 1 are in units; 1 without any.

    Examples
    --------
    >>> scales(LabUnits.parse("50 nM", "2 h")), scales(None)
    ((50.0, 2.0), (1.0, 1.0))
    """
    return (1.0, 1.0) if units is None else (units.concentration, units.time)


@functools.cache
def _registry() -> UnitRegistry[float]:
    """Read pint's definitions, which takes most of a second, once."""
    from pint import UnitRegistry

    return UnitRegistry()


def unit_size(name: str, what: Quantity) -> float | None:
    """Return the size of a unit in mole per litre or in seconds; None if it is no such unit."""
    try:
        return _parse(f"1 {name}", what, "")[2]
    except UnitError:
        return None


def _parse(text: str, what: Quantity, example: str) -> tuple[float, str, float]:
    """Return number, unit as it was written, and the unit's size in the base unit."""
    from pint.errors import PintError

    registry = _registry()
    match = _QUANTITY.fullmatch(text)
    number, unit = match.groups() if match else (text, "")
    try:
        amount = float(number)
        size = registry.Quantity(1.0, registry.parse_units(unit))
    except (ValueError, PintError, AssertionError, AttributeError, TypeError) as error:
        raise UnitError(
            f"the {what} {text!r} is no number with a unit such as {example!r}: {error}"
        ) from None
    if not size.check(registry.Quantity(1.0, _BASES[what]).dimensionality):
        raise UnitError(
            f"the {what} {text!r} has the dimension {size.dimensionality}; it must be one of "
            f"{what}, such as {example!r}"
        )
    if not 0 < amount < math.inf:
        raise UnitError(f"the {what} {text!r} must be a positive number")
    return amount, unit, float(size.to(_BASES[what]).magnitude)
