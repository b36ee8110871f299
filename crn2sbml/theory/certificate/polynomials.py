"""Each dynamic species' right-hand side as a polynomial with exact rational coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Reaction
from crn2sbml.errors import UnsupportedError
from crn2sbml.neural.activations import LARGEST_ORDER
from crn2sbml.theory.certificate.exact import format_rational

Monomial = tuple[tuple[str, int], ...]
"""A product of powers of other dynamic species, sorted by id; ``()`` is 1."""

_PRINTED_TERMS = 12


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a species' right-hand side: coefficient, upstream monomial, power of itself.

    Parameters
    ----------
    degree : int
        Power of the species itself.
    upstream : tuple of (str, int)
        Powers of the other dynamic species.
    value : fractions.Fraction
        Coefficient at the numbers of the reaction network, constant species put in; may be 0.
    sign : {1, -1, 0}
        Sign of the coefficient for all positive rate constants and constant species, each
        reaction with a constant of its own (Definition 5.3); 0 where it depends on them.
    reactions : tuple of Reaction
        The reactions that the term comes from.
    """

    degree: int
    upstream: Monomial
    value: Fraction
    sign: int
    reactions: tuple[Reaction, ...]


@dataclass(frozen=True, slots=True)
class Polynomial:
    """The right-hand side f(y, x) = sum_k a_k(y) x^k of one dynamic species.

    Parameters
    ----------
    species : str
        Id of the species, x.
    terms : tuple of Term
        The terms by their degree in x; y are the other dynamic species.
    """

    species: str
    terms: tuple[Term, ...]

    @property
    def upstream(self) -> tuple[str, ...]:
        """Ids of the other dynamic species in it."""
        return tuple(dict.fromkeys(s for term in self.terms for s, _ in term.upstream))

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, digits: int | None = None) -> str:
        """Write it with the reaction network's numbers, such as "1 + (0.5 Y - 2) X - X^2".

        Parameters
        ----------
        digits : int, optional
            Round coefficients to so many digits; exact unless given.
        """
        groups: dict[int, list[Term]] = {}
        for term in self.terms:
            if term.value:
                groups.setdefault(term.degree, []).append(term)
        return _joined(_printed_group(group, self.species, digits) for group in groups.values())


def _printed_group(group: list[Term], species: str, digits: int | None) -> str:
    """Print the terms of one degree, with their sign in front: " - (...) X^2"."""
    degree = group[0].degree
    power = "" if degree == 0 else species if degree == 1 else f"{species}^{degree}"
    if len(group) == 1 or not power:
        parts = (_printed(term, power, digits) for term in group[:_PRINTED_TERMS])
        return "".join(parts) + _more(group)
    inside = _joined(_printed(term, "", digits) for term in group[:_PRINTED_TERMS]) + _more(group)
    return f" + ({inside}) {power}"


def _printed(term: Term, power: str, digits: int | None) -> str:
    upstream = [s if count == 1 else f"{s}^{count}" for s, count in term.upstream]
    factors = [*upstream, *([power] if power else [])]
    size = format_rational(abs(term.value), digits)
    shown = factors if size == "1" and factors else [size, *factors]
    return (" + " if term.value > 0 else " - ") + " ".join(shown)


def _more(group: list[Term]) -> str:
    return f" + ... ({len(group) - _PRINTED_TERMS:,} more)" if len(group) > _PRINTED_TERMS else ""


def _joined(parts: Iterable[str]) -> str:
    """Join signed parts, the first without its space, or "0" if there is none."""
    text = "".join(parts).removeprefix(" + ")
    return "-" + text.removeprefix(" - ") if text.startswith(" - ") else text or "0"


@dataclass(slots=True)
class _Sum:
    """The terms of one monomial, added up reaction by reaction; the denominator is a power of 2."""

    numerator: int = 0
    denominator: int = 1
    signs: set[int] = field(default_factory=set)
    reactions: list[Reaction] = field(default_factory=list)

    def add(self, numerator: int, denominator: int, sign: int, reaction: Reaction) -> None:
        if denominator > self.denominator:
            self.numerator *= denominator // self.denominator
            self.denominator = denominator
        self.numerator += numerator * (self.denominator // denominator)
        self.signs.add(sign)
        self.reactions.append(reaction)


def polynomials(crn: Crn) -> dict[str, Polynomial]:
    """Collect the right-hand side of every dynamic species from the reactions alone.

    Parameters
    ----------
    crn : Crn
        Any reaction network.

    Returns
    -------
    dict of str to Polynomial
        The right-hand sides by species id, in the order of `crn.dynamic_species`. Equal monomials
        are added up in exact rationals before anyone looks at a sign. Takes time in proportion to
        the reactions.

    Raises
    ------
    UnsupportedError
        If a reaction is of an order above 100.
    """
    return collect_polynomials(crn, {s.id: s.initial for s in crn.species}, crn.dynamic_species)


def collect_polynomials(
    crn: Crn, values: Mapping[str, float], symbols: tuple[str, ...]
) -> dict[str, Polynomial]:
    """Collect right-hand sides in which `symbols` stay symbols and other species are numbers."""
    kept = set(symbols)
    numbers = {s: values[s].as_integer_ratio() for s in crn.species_ids if s not in kept}
    rates = {k: value.as_integer_ratio() for k, value in crn.rate_constant_values.items()}
    sums: dict[str, dict[tuple[int, Monomial], _Sum]] = {s: {} for s in crn.dynamic_species}
    for reaction in crn.reactions:
        changes = crn.changes(reaction)
        if not changes:
            continue  # it changes only what is held constant
        _check_order(reaction)
        numerator, denominator = rates[reaction.rate]
        powers = []
        for species, count in reaction.reactants:
            if species in kept:
                powers.append((species, count))
            else:
                number = numbers[species]
                numerator *= number[0] ** count
                denominator *= number[1] ** count
        for x, change in changes.items():
            degree = next((count for species, count in powers if species == x), 0)
            upstream = tuple(sorted(pair for pair in powers if pair[0] != x))
            found = sums[x].setdefault((degree, upstream), _Sum())
            found.add(change * numerator, denominator, 1 if change > 0 else -1, reaction)
    return {x: Polynomial(x, tuple(_terms(found))) for x, found in sums.items()}


def _check_order(reaction: Reaction) -> None:
    order = reaction.order
    if order > LARGEST_ORDER:
        raise UnsupportedError(
            f"reaction {reaction.id} is of order {order:,}; the theory is worked out for orders up "
            f"to {LARGEST_ORDER}"
        )


def _terms(found: dict[tuple[int, Monomial], _Sum]) -> Iterator[Term]:
    for (degree, upstream), total in sorted(found.items(), key=lambda item: item[0][0]):
        sign = next(iter(total.signs)) if len(total.signs) == 1 else 0
        value = Fraction(total.numerator, total.denominator)
        yield Term(degree, upstream, value, sign, tuple(total.reactions))
