"""Laboratory units: what a concentration of 1 and a time of 1 stand for."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import RateConstant
from crn2sbml.errors import UnitError

if TYPE_CHECKING:
    from pint import UnitRegistry

_QUANTITY = re.compile(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(\S(?:.*\S)?)\s*")


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
        amount, unit, molar = _parse(concentration, "concentration", "mole / liter", "50 nM")
        duration, time_unit, seconds = _parse(time, "time", "second", "1 h")
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
        return (
            f"Concentrations are in {self.concentration_unit}, time is in {self.time_unit} and "
            f"rate constants are in powers of these; in the network as designed, {self}."
        )


def in_lab_units(crn: Crn, units: LabUnits | None) -> Crn:
    """Express a dimensionless reaction network in laboratory units.

    Parameters
    ----------
    crn : Crn
        Dimensionless reaction network.
    units : LabUnits or None
        What a concentration of 1 and a time of 1 stand for; None keeps it dimensionless.

    Returns
    -------
    Crn
        Without units `crn` itself. With them, concentrations times c and rate constants of order n
        times c^(1 - n) / t, where c and t are what 1 stands for. Its trajectory is the
        dimensionless one times c, in times t. A rate constant that reactions of different orders
        share becomes one for each order.

    Raises
    ------
    UnitError
        If a scaled number leaves the range of doubles.

    Examples
    --------
    >>> from crn2sbml import Crn, LabUnits
    >>> from crn2sbml.chemistry.units import in_lab_units
    >>> node = Crn.from_text(["0 --k_h--> X", "X --k_b--> 2 X", "2 X --k_d--> X"])
    >>> scaled = in_lab_units(node, LabUnits.parse("50 nM", "2 h"))
    >>> scaled.rate_constant_values, scaled.species[0].initial
    ({'k_h': 25.0, 'k_b': 0.5, 'k_d': 0.01}, 50.0)
    """
    if units is None:
        return crn
    c, t = Fraction(units.concentration), Fraction(units.time)
    species = [
        replace(s, initial=_scaled(s.initial, c, f"the concentration of {s.id}"))
        for s in crn.species
    ]
    orders = rate_constant_orders(crn)
    names = _names(crn, orders)
    constants = []
    for constant in crn.rate_constants:
        for order in orders.get(constant.id, [1]):
            name = names[constant.id, order]
            value = _scaled(constant.value, c ** (1 - order) / t, f"the rate constant {name}")
            constants.append(RateConstant(name, value, constant.name))
    reactions = [replace(r, rate=names[r.rate, r.order]) for r in crn.reactions]
    return Crn(species, constants, reactions, crn.name, dict(crn.metadata))


def rate_constant_orders(crn: Crn) -> dict[str, list[int]]:
    """Return the orders of the reactions that use each rate constant, sorted."""
    orders_of: dict[str, set[int]] = {}
    for reaction in crn.reactions:
        orders_of.setdefault(reaction.rate, set()).add(reaction.order)
    return {constant: sorted(orders) for constant, orders in orders_of.items()}


@dataclass(frozen=True, slots=True)
class LabRanges:
    """Ranges of concentrations and rate constants that a laboratory would have to realise.

    Parameters
    ----------
    concentrations : tuple of float, or None
        Smallest and largest initial concentration above 0; None if all are 0.
    rate_constants : mapping of int to (float, float)
        Smallest and largest rate constant for each reaction order: their units differ.
    highest_order : int
        Number of molecules that must meet in the largest reaction.
    """

    concentrations: tuple[float, float] | None
    rate_constants: dict[int, tuple[float, float]]
    highest_order: int

    @property
    def dynamic_range(self) -> float:
        """Largest initial concentration over the smallest one above 0; 1 if all are 0."""
        if self.concentrations is None:
            return 1.0
        smallest, largest = self.concentrations
        return largest / smallest


def bench_values(crn: Crn) -> LabRanges:
    """Return the ranges of a reaction network's numbers, in the units that it is in.

    Parameters
    ----------
    crn : Crn
        Any reaction network.

    Returns
    -------
    LabRanges
        What a laboratory would have to realise.
    """
    present = [s.initial for s in crn.species if s.initial > 0]
    by_order: dict[int, list[float]] = {}
    for constant, orders in rate_constant_orders(crn).items():
        for order in orders:
            by_order.setdefault(order, []).append(crn.rate_constant_values[constant])
    return LabRanges(
        (min(present), max(present)) if present else None,
        {order: (min(values), max(values)) for order, values in sorted(by_order.items())},
        max(by_order, default=0),
    )


def _names(crn: Crn, orders: dict[str, list[int]]) -> dict[tuple[str, int], str]:
    """Name rate constants: as they were, or with the order where several share one."""
    taken = {*crn.species_ids, *crn.rate_constant_values, *(r.id for r in crn.reactions), crn.name}
    names: dict[tuple[str, int], str] = {}
    for constant in crn.rate_constants:
        of_constant = orders.get(constant.id, [1])
        for order in of_constant:
            name = constant.id if len(of_constant) == 1 else f"{constant.id}_order_{order}"
            while name != constant.id and name in taken:
                name += "_"
            taken.add(name)
            names[constant.id, order] = name
    return names


def _scaled(value: float, factor: Fraction, what: str) -> float:
    try:
        scaled = float(Fraction(value) * factor)
    except OverflowError:
        scaled = math.inf
    if not math.isfinite(scaled) or (value and not scaled):
        raise UnitError(
            f"{what} is {value:g} and leaves the range of double precision in these units; choose "
            f"units nearer to the numbers"
        )
    return scaled


@functools.cache
def _registry() -> UnitRegistry[float]:
    """Read pint's definitions, which takes most of a second, once."""
    from pint import UnitRegistry

    return UnitRegistry()


def _parse(text: str, what: str, base: str, example: str) -> tuple[float, str, float]:
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
    if not size.check(registry.Quantity(1.0, base).dimensionality):
        raise UnitError(
            f"the {what} {text!r} has the dimension {size.dimensionality}; it must be one of "
            f"{what}, such as {example!r}"
        )
    if not 0 < amount < math.inf:
        raise UnitError(f"the {what} {text!r} must be a positive number")
    return amount, unit, float(size.to(base).magnitude)
