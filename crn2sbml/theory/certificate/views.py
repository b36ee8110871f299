"""A species' right-hand side as it looks on a domain of upstream concentrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from crn2sbml.chemistry.reaction import Reaction
from crn2sbml.theory.certificate.exact import RationalInterval
from crn2sbml.theory.certificate.polynomials import Monomial, Polynomial, Term

# A coefficient that may be positive is tried at upstream concentrations up to 2^60.
_TRIED_POWERS = range(0, 61, 4)


class Sign(Enum):
    """Sign of a coefficient or monomial on a domain; None stands for 0."""

    POSITIVE = "> 0"
    NEGATIVE = "< 0"
    NONNEGATIVE = ">= 0"
    NONPOSITIVE = "<= 0"
    ANY = "of either sign"


class Limit(Enum):
    """What is known of the concentration that a species settles at."""

    ZERO = "0"
    POSITIVE = "above 0"
    UNKNOWN = "at least 0"


UP = (Sign.POSITIVE, Sign.NONNEGATIVE)
DOWN = (Sign.NEGATIVE, Sign.NONPOSITIVE)

SignOf = Callable[[Monomial], Sign | None]


@dataclass(frozen=True, slots=True)
class View:
    """A species' right-hand side as it looks on a domain.

    Parameters
    ----------
    species : str
        Id of the species.
    structural : bool
        Whether it is meant for all positive rate constants and constant species, each reaction with
        a constant of its own, and not at the numbers of the reaction network.
    terms : mapping of int to sequence of (int, Term)
        The terms that are there, by degree, with the sign of their coefficient (0 for either).
    signs : mapping of int to Sign
        Sign of each coefficient that is not 0.
    intervals : mapping of int to RationalInterval, optional
        Bounds of the coefficients, where numbers are known.
    place : str
        Words for where on the domain it is looked at, for reasons.
    settled : bool
        Whether the domain is where the species before it settle.
    """

    species: str
    structural: bool
    terms: Mapping[int, Sequence[tuple[int, Term]]]
    signs: Mapping[int, Sign]
    intervals: Mapping[int, RationalInterval] | None = None
    place: str = ""
    settled: bool = False

    def reactions(self, degree: int, sign: int) -> list[Reaction]:
        """Return the reactions that can give a coefficient a sign."""
        return [
            reaction
            for found, term in self.terms[degree]
            if found in (sign, 0)
            for reaction in term.reactions
            if _change(reaction, self.species) * sign > 0
        ]

    def highest(self, signs: Iterable[Sign]) -> int:
        """Return the highest degree with one of the signs, or -1."""
        wanted = tuple(signs)
        return max((k for k, sign in self.signs.items() if sign in wanted), default=-1)


def view_everywhere(polynomial: Polynomial, structural: bool) -> View:
    """Look at a right-hand side for all upstream concentrations >= 0."""
    terms = _terms(polynomial, structural)
    signs = _signs(terms, lambda monomial: Sign.NONNEGATIVE if monomial else Sign.POSITIVE)
    constant = all(not term.upstream for group in terms.values() for _, term in group)
    intervals = None
    if constant and not structural:
        intervals = {k: _sum(group, {}) for k, group in terms.items()}
    view = View(polynomial.species, structural, terms, signs, intervals)
    top = max(signs, default=-1)
    return view if structural or signs.get(top) is not Sign.ANY else at_witness(view, top)


def view_at_limit(
    polynomial: Polynomial,
    structural: bool,
    limits: Mapping[str, Limit],
    intervals: Mapping[str, RationalInterval | None],
) -> View:
    """Look at a right-hand side where the species before it settle.

    Parameters
    ----------
    polynomial : Polynomial
        The right-hand side.
    structural : bool
        See :class:`View`.
    limits : mapping of str to Limit
        What is known of the limit of each species before it.
    intervals : mapping of str to RationalInterval or None
        Bounds of these limits, where numbers are known.
    """

    def sign_of(monomial: Monomial) -> Sign | None:
        factors = {limits[species] for species, _ in monomial}
        if Limit.ZERO in factors:
            return None
        return Sign.NONNEGATIVE if Limit.UNKNOWN in factors else Sign.POSITIVE

    # Those that count at this level come before it; others stand in terms of value 0 alone.
    upstream = [species for species in polynomial.upstream if species in intervals]
    place = " once those before it have settled" if polynomial.upstream else ""
    terms = {
        k: left
        for k, group in _terms(polynomial, structural).items()
        if (left := [pair for pair in group if sign_of(pair[1].upstream) is not None])
    }
    signs = _signs(terms, sign_of)
    known = {s: interval for s in upstream if (interval := intervals[s]) is not None}
    if structural or len(known) < len(upstream):
        return View(polynomial.species, structural, terms, signs, None, place, True)
    bounds = {k: _sum(group, known) for k, group in terms.items()}
    for k, interval in bounds.items():
        if interval.lower > 0:
            signs[k] = Sign.POSITIVE
        elif interval.upper < 0:
            signs[k] = Sign.NEGATIVE
        elif interval.lower == interval.upper == 0:
            del signs[k]
    kept = {k: bounds[k] for k in signs}
    return View(polynomial.species, structural, terms, signs, kept, place, True)


def at_witness(view: View, degree: int) -> View:
    """Move to upstream concentrations that make a coefficient positive, if there are any."""
    for _, term in view.terms[degree]:
        if term.value <= 0:
            continue
        for power in _TRIED_POWERS:
            y = {species: RationalInterval.at(Fraction(2**power)) for species, _ in term.upstream}
            total = _sum([p for p in view.terms[degree] if _within(p[1].upstream, y)], y)
            if total.lower > 0:
                place = " and ".join(f"{species} = {2**power}" for species in y)
                return replace(
                    view,
                    signs={**view.signs, degree: Sign.POSITIVE},
                    place=f" where {place or 'the species before it are absent'}",
                )
    return view


def without_upstream(view: View) -> View:
    """Look at the same right-hand side where the species before it are absent."""
    terms = {
        k: left
        for k, group in view.terms.items()
        if (left := [pair for pair in group if not pair[1].upstream])
    }
    signs = _signs(terms, lambda monomial: Sign.POSITIVE)
    intervals = None if view.structural else {k: _sum(group, {}) for k, group in terms.items()}
    place = " where the species before it are absent"
    return View(view.species, view.structural, terms, signs, intervals, place)


def _terms(polynomial: Polynomial, structural: bool) -> dict[int, list[tuple[int, Term]]]:
    """Return the terms by degree with the signs that they have at a level."""
    found: dict[int, list[tuple[int, Term]]] = {}
    for term in polynomial.terms:
        if structural:
            found.setdefault(term.degree, []).append((term.sign, term))
        elif term.value:
            found.setdefault(term.degree, []).append((1 if term.value > 0 else -1, term))
    return found


def _signs(terms: Mapping[int, Sequence[tuple[int, Term]]], sign_of: SignOf) -> dict[int, Sign]:
    return {
        k: _joint_sign([(s, sign_of(t.upstream)) for s, t in group]) for k, group in terms.items()
    }


def _joint_sign(parts: Sequence[tuple[int, Sign | None]]) -> Sign:
    signs = {sign for sign, _ in parts}
    if 0 in signs or len(signs) > 1:
        return Sign.ANY
    strict = any(monomial is Sign.POSITIVE for _, monomial in parts)
    if signs == {1}:
        return Sign.POSITIVE if strict else Sign.NONNEGATIVE
    return Sign.NEGATIVE if strict else Sign.NONPOSITIVE


def _sum(
    group: Sequence[tuple[int, Term]], known: Mapping[str, RationalInterval]
) -> RationalInterval:
    """Bound a coefficient where the species before it are known."""
    total = RationalInterval.at(Fraction(0))
    for _, term in group:
        product = RationalInterval.at(Fraction(1))
        for species, power in term.upstream:
            product = product.times_concentration(known[species], power)
        total = total + product.times(term.value)
    return total


def _within(monomial: Monomial, known: Mapping[str, RationalInterval]) -> bool:
    return all(species in known for species, _ in monomial)


def _change(reaction: Reaction, species: str) -> int:
    return reaction.vector.get(species, 0)
