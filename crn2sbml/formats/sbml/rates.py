"""Laws as rate constants: what stands before each power product of species.

A term of a law reads c V_1 ... k_1 ... s_1^Y1 s_2^Y2 ... with numbers, compartments, parameters and
species in any order. Y is the complex that reacts, and all the rest is the rate constant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from crn2sbml.formats.sbml.document import SpeciesEntry
from crn2sbml.formats.sbml.laws import PowerProduct, Sum
from crn2sbml.formats.sbml.scope import Scope, shown

# Chemistry has three molecules at most; large numbers hide mistakes and break other programs.
_LARGEST_EXPONENT = 100


class NotMassActionError(Exception):
    """Why a law is not of mass action, in words; whoever catches it adds the place."""


class UnknownSymbolError(Exception):
    """A symbol that stands for no number."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A term of a law.

    Parameters
    ----------
    reactants : dict of str to int
        The species that it multiplies, with their exponents.
    value : float
        The rate constant, with its sign.
    constant : str or None
        The symbol of the parameter that is the rate constant as it is, if one is.
    """

    reactants: dict[str, int]
    value: float
    constant: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of the compartments that species in use are in, which decide what numbers mean.

    Parameters
    ----------
    by_species : dict of str to float
        The size for each species.
    """

    by_species: dict[str, float]
    #: With one size for all, volumes cancel and concentrations obey mass action.
    in_amounts: bool = field(init=False)
    #: That size, by which an amount per time, a law, is divided; 1 for amounts.
    volume: float = field(init=False)

    def __post_init__(self) -> None:
        sizes = set(self.by_species.values())
        object.__setattr__(self, "in_amounts", len(sizes) > 1)
        object.__setattr__(self, "volume", sizes.pop() if len(sizes) == 1 else 1.0)

    def power(self, entry: SpeciesEntry) -> int:
        """Return the power of its size that turns the number of a species into its symbol.

        The symbol of a species stands for its concentration or its amount, as its number does.
        """
        return int(entry.in_amounts) - int(self.in_amounts)


@dataclass(slots=True)
class _Term:
    """A power product of a law: exponents of species and compartments, and constant factors."""

    species: dict[str, int] = field(default_factory=dict)
    sizes: dict[float, int] = field(default_factory=dict)
    factors: list[tuple[str, float, int]] = field(default_factory=list)

    def scale(self, size: float, exponent: int) -> None:
        self.sizes[size] = self.sizes.get(size, 0) + exponent


def rates(law: Sum, changed: Collection[str], scope: Scope, sizes: Sizes) -> list[Rate]:
    """Return the rate constant of each power product of species in a law.

    Parameters
    ----------
    law : Sum
        The law of a reaction; its symbols are species and constants of the scope.
    changed : collection of str
        The species that the reaction changes, whose conversion factors count.
    scope : Scope
        The meaning of the symbols.
    sizes : Sizes
        The sizes of the compartments of all species in use.

    Raises
    ------
    NotMassActionError
        If a term is not a constant times a product of species.
    UnknownSymbolError
        If a symbol is no species, parameter or compartment.
    MathError
        If a value is missing.
    """
    collected: dict[frozenset[tuple[str, int]], Rate] = {}
    for powers, coefficient in law.items():
        term = _term(powers, scope, sizes)
        rate = _rate(term, coefficient, _conversion(changed, scope))
        key = frozenset(rate.reactants.items())
        if key in collected:
            # (1 - f) k A: its terms differ in constants only.
            rate = Rate(rate.reactants, collected[key].value + rate.value, None)
        collected[key] = rate
    return list(collected.values())


def _term(powers: PowerProduct, scope: Scope, sizes: Sizes) -> _Term:
    """Sort the factors of a power product."""
    term = _Term()
    for symbol, exponent in powers:
        entry = scope.species(symbol)
        if entry is not None:
            term.species[symbol] = _molecules(symbol, exponent)
            if power := sizes.power(entry):
                term.scale(sizes.by_species[symbol], exponent * power)
            continue
        value = scope.constant(symbol)
        if value is None:
            raise UnknownSymbolError(repr(symbol))
        if value == 0 and exponent < 0:
            raise NotMassActionError(f"it divides by {shown(symbol)}, which is 0")
        if scope.is_compartment(symbol):
            term.scale(value, exponent)
        else:
            term.factors.append((symbol, value, exponent))
    term.scale(sizes.volume, -1)
    return term


def _molecules(species: str, exponent: int) -> int:
    if exponent < 0:
        raise NotMassActionError(f"it divides by the species {species!r}")
    if exponent > _LARGEST_EXPONENT:
        raise NotMassActionError(f"{species!r} has an exponent over {_LARGEST_EXPONENT}")
    return exponent


def _rate(term: _Term, coefficient: float, conversion: float) -> Rate:
    sizes = [(size, n) for size, n in term.sizes.items() if n and size != 1]
    value = coefficient
    try:
        for _, factor, exponent in term.factors:
            value *= factor**exponent
        for size, exponent in sizes:
            value *= size**exponent
    except ArithmeticError:
        value = float("inf")
    value *= conversion
    if not abs(value) < float("inf"):
        raise NotMassActionError("its rate constant is not finite")
    alone = len(term.factors) == 1 and abs(coefficient) == 1 and not sizes and conversion == 1
    if alone and term.factors[0][2] == 1 and term.factors[0][1] > 0:
        return Rate(term.species, value, term.factors[0][0])
    return Rate(term.species, value, None)


def _conversion(changed: Iterable[str], scope: Scope) -> float:
    """Return by what a reaction's extent is multiplied to give amounts, 1 as a rule."""
    if not scope.converts:
        return 1.0
    factors = {scope.conversion(species) for species in changed} or {1.0}
    factor = factors.pop()
    if factors or factor is None:
        raise NotMassActionError("its species have different conversion factors")
    return factor
