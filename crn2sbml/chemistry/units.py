"""Reaction networks in laboratory units, and dimensionless again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import RateConstant
from crn2sbml.errors import UnitError


def in_lab_units(crn: Crn, units: LabUnits | None) -> Crn:
    """Express a reaction network in laboratory units.

    Parameters
    ----------
    crn : Crn
        Any reaction network; what 1 stands for so far is forgotten.
    units : LabUnits or None
        What a concentration of 1 and a time of 1 stand for; None leaves it as it is.

    Returns
    -------
    Crn
        Without units `crn` itself. With them, dimensionless concentrations times c and rate
        constants of order n times c^(1 - n) / t, where c and t are what 1 stands for, and its
        `units`. Its trajectory is the dimensionless one times c, in times t. A rate constant that
        reactions of different orders share becomes one for each order.

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
    if units is None or units == crn.units:
        return crn
    crn = dimensionless(crn)
    return replace(_rescaled(crn, units.concentration, units.time, _scaled), units=units)


def dimensionless(crn: Crn) -> Crn:
    """Return a reaction network without units: 1 is what its units say that 1 stands for.

    Parameters
    ----------
    crn : Crn
        Any reaction network.

    Returns
    -------
    Crn
        `crn` itself if it has no units. Of the numbers that :func:`in_lab_units` turns into those
        of `crn`, the shortest are taken, so that 0.1 comes back as 0.1.

    Raises
    ------
    UnitError
        If a number leaves the range of doubles.
    """
    units = crn.units
    if units is None:
        return crn
    if (units.concentration, units.time) != (1.0, 1.0):
        crn = _rescaled(crn, units.concentration, units.time, _unscaled)
    return replace(crn, units=None)


_Scale = Callable[[float, Fraction, str], float]


def _rescaled(crn: Crn, concentration: float, time: float, scale: _Scale) -> Crn:
    c, t = Fraction(concentration), Fraction(time)
    species = [
        replace(s, initial=scale(s.initial, c, f"the concentration of {s.id}")) for s in crn.species
    ]
    orders = rate_constant_orders(crn)
    names = _names(crn, orders)
    constants = []
    for constant in crn.rate_constants:
        for order in orders.get(constant.id, [1]):
            name = names[constant.id, order]
            value = scale(constant.value, c ** (1 - order) / t, f"the rate constant {name}")
            constants.append(RateConstant(name, value, constant.name))
    reactions = [replace(r, rate=names[r.rate, r.order]) for r in crn.reactions]
    return replace(crn, species=species, rate_constants=constants, reactions=reactions)


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
    taken = {*crn.ids, crn.name}
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
    return _double(Fraction(value) * factor, value, what)


def _unscaled(value: float, factor: Fraction, what: str) -> float:
    """Return the shortest number that scaling turns into the value."""
    number = _double(Fraction(value) / factor, value, what)
    for digits in (15, 16):
        shorter = float(f"{number:.{digits}g}")
        if Fraction(shorter) == Fraction(number) or float(Fraction(shorter) * factor) == value:
            return shorter
    return number


def _double(exact: Fraction, value: float, what: str) -> float:
    try:
        scaled = float(exact)
    except OverflowError:
        scaled = math.inf
    if not math.isfinite(scaled) or (value and not scaled):
        raise UnitError(
            f"{what} is {value:g} and leaves the range of double precision in these units; choose "
            f"units nearer to the numbers"
        )
    return scaled
