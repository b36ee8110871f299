"""Positive roots of polynomials whose coefficients are known exactly or within intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from crn2sbml.theory.certificate.exact import RationalInterval, evaluate, round_down, round_up

if TYPE_CHECKING:
    from sympy import Poly

# Relative width of a bracket of a root of a polynomial that is known exactly.
_WIDTH = Fraction(1, 2**48)
# A bracket is widened by factors of two until signs prove it.
_MAX_WIDENINGS = 80
# Roots are sought between these powers of 2: from the quotient of two doubles to the largest one.
_LOWEST_EXPONENT, _HIGHEST_EXPONENT = -2200, 1023


@dataclass(frozen=True, slots=True)
class Roots:
    """What is known of the positive roots of a polynomial.

    Parameters
    ----------
    kind : {"none", "simple", "multiple", "several", "unknown"}
        "simple" and "multiple": exactly one, with a slope other than 0 or with slope 0; "several":
        at least two different ones.
    intervals : tuple of RationalInterval
        Intervals that hold one root each, disjoint and in order.
    """

    kind: Literal["none", "simple", "multiple", "several", "unknown"]
    intervals: tuple[RationalInterval, ...] = ()


def bracket_decreasing(coefficients: Mapping[int, RationalInterval]) -> RationalInterval | None:
    """Bracket the positive root of a polynomial that is positive before it and negative after it.

    Parameters
    ----------
    coefficients : mapping of int to RationalInterval
        The coefficients by degree, with one change of sign, from + to -.

    Returns
    -------
    RationalInterval or None
        Signs of the polynomial, exactly computed, prove it; None if the root is beyond all doubles.
    """
    low, high = _dense(coefficients, upper=False), _dense(coefficients, upper=True)
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    guess = _find_sign_change(middle)
    if guess is None:
        return None
    width = _WIDTH
    for _ in range(_MAX_WIDENINGS):
        below, above = (
            round_down(guess * (1 - min(width, Fraction(1)))),
            round_up(guess * (1 + width)),
        )
        if evaluate(low, below) > 0 > evaluate(high, above):
            return RationalInterval(below, above)
        width *= 2
    return None


def _find_sign_change(coefficients: Sequence[Fraction]) -> Fraction | None:
    """Return a point near the sign change from + to -: exact powers of two, then bisection."""
    low, high = _LOWEST_EXPONENT, _HIGHEST_EXPONENT
    while high - low > 1:
        middle = (low + high) // 2
        if evaluate(coefficients, Fraction(2) ** middle) > 0:
            low = middle
        else:
            high = middle
    if high == _HIGHEST_EXPONENT or low == _LOWEST_EXPONENT:
        return None
    # Between 2^low and 2^high = 2 2^low, doubles do: the guess is proved afterwards.
    scale = Fraction(2) ** low
    scaled = [coefficient * scale**k for k, coefficient in enumerate(coefficients)]
    largest = max(map(abs, scaled))
    doubles = [float(coefficient / largest) for coefficient in reversed(scaled)]
    below, step = 1.0, 1.0
    while below + step > below:
        step /= 2
        value = 0.0
        for coefficient in doubles:
            value = value * (below + step) + coefficient
        if value > 0:
            below += step
    return scale * Fraction(below)


def find_roots(coefficients: Mapping[int, RationalInterval]) -> Roots:
    """Find out what can be said of the positive roots, for all coefficients in the intervals.

    Exact coefficients are decided by root isolation in exact arithmetic. Otherwise the roots of
    the middle polynomial propose where signs may change, and the envelopes of the family, exactly
    evaluated, prove it or leave it unknown.
    """
    low, high = _dense(coefficients, upper=False), _dense(coefficients, upper=True)
    if low == high:
        return _exact(low)
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    between = _points_between([interval for interval, _ in _isolate(middle)])
    signs = [_sign(low, high, x) for x in between]
    changes = [
        _narrow(low, high, a, b, sign_a)
        for (a, sign_a), (b, sign_b) in pairwise(
            [(x, sign) for x, sign in zip(between, signs, strict=True) if sign]
        )
        if sign_a != sign_b
    ]
    if len(changes) > 1:
        return Roots("several", tuple(changes))
    return _one_for_certain(low, high, middle)


def _exact(coefficients: Sequence[Fraction]) -> Roots:
    isolated = _isolate(coefficients)
    intervals = tuple(interval for interval, _ in isolated)
    if not isolated:
        return Roots("none")
    if len(isolated) > 1:
        return Roots("several", intervals)
    return Roots("simple" if isolated[0][1] == 1 else "multiple", intervals)


def _isolate(coefficients: Sequence[Fraction]) -> list[tuple[RationalInterval, int]]:
    """Return narrow, disjoint intervals around the positive roots, with multiplicities."""
    from sympy import QQ, Poly, Symbol, sturm

    rationals = [QQ(c.numerator, c.denominator) for c in reversed(coefficients)]
    # Roots at 0 are not positive.
    zeros = next((k for k, c in enumerate(coefficients) if c), len(coefficients))
    polynomial = Poly(rationals[: len(rationals) - zeros], Symbol("x"), domain=QQ)
    if polynomial.degree() < 1:
        return []
    free = polynomial.sqf_part()
    chain = [_plain(member) for member in sturm(free)]
    factors = [(_plain(factor), multiplicity) for factor, multiplicity in polynomial.sqf_list()[1]]
    found = []
    for interval in _separate(chain, *_bounds(chain[0])):
        root = _refine(chain[0], interval)
        multiplicity = next(m for factor, m in factors if _has_root(factor, root))
        found.append((root, multiplicity))
    return found


def _plain(polynomial: Poly) -> list[Fraction]:
    """Return the coefficients, lowest first."""
    return [Fraction(int(c.p), int(c.q)) for c in reversed(polynomial.all_coeffs())]


def _bounds(coefficients: Sequence[Fraction]) -> tuple[int, int]:
    """Return exponents of 2 between which all positive roots lie (Cauchy's bound)."""
    sizes = [abs(c) for c in coefficients]
    above = 1 + max(sizes[:-1]) / sizes[-1]
    below = 1 + max(sizes[1:]) / sizes[0]
    return (
        below.denominator.bit_length() - below.numerator.bit_length() - 1,
        above.numerator.bit_length() - above.denominator.bit_length() + 1,
    )


def _separate(
    chain: Sequence[Sequence[Fraction]], low: int, high: int
) -> Iterator[RationalInterval]:
    """Yield intervals that hold one root each, by Sturm's theorem, in order."""
    # First between powers of 2, since roots may differ by hundreds of orders of magnitude.
    ends = (Fraction(2) ** low, Fraction(2) ** high)
    stack = [(low, high, _variations(chain, ends[0]), _variations(chain, ends[1]))]
    while stack:
        low, high, many, few = stack.pop()
        if many - few == 1:
            yield RationalInterval(Fraction(2) ** low, Fraction(2) ** high)
        elif many - few > 1 and high - low > 1:
            middle = (low + high) // 2
            at_middle = _variations(chain, Fraction(2) ** middle)
            stack += [(middle, high, at_middle, few), (low, middle, many, at_middle)]
        elif many - few > 1:
            yield from _bisect(chain, Fraction(2) ** low, Fraction(2) ** high)


def _bisect(
    chain: Sequence[Sequence[Fraction]], low: Fraction, high: Fraction
) -> Iterator[RationalInterval]:
    stack = [(low, high)]
    while stack:
        low, high = stack.pop()
        count = _variations(chain, low) - _variations(chain, high)
        if count == 1:
            yield RationalInterval(low, high)
        elif count > 1:
            middle = (low + high) / 2
            stack += [(middle, high), (low, middle)]


def _variations(chain: Sequence[Sequence[Fraction]], x: Fraction) -> int:
    """Count the changes of sign; from x to y they fall by the number of roots in (x, y]."""
    signs = [value > 0 for member in chain if (value := evaluate(member, x))]
    return sum(a != b for a, b in pairwise(signs))


def _refine(coefficients: Sequence[Fraction], interval: RationalInterval) -> RationalInterval:
    """Narrow an interval (low, high] around its only root, a simple one."""
    low, high = interval.lower, interval.upper
    if not evaluate(coefficients, high):
        return RationalInterval.at(high)
    above = evaluate(coefficients, high) > 0
    while high - low > high * _WIDTH:
        # In the middle of the exponents first, then in the middle.
        exponents = (high / low).numerator.bit_length() - (high / low).denominator.bit_length()
        middle = low * 2 ** (exponents // 2) if exponents > 2 else (low + high) / 2
        value = evaluate(coefficients, middle)
        if not value:
            return RationalInterval.at(middle)
        low, high = (low, middle) if (value > 0) == above else (middle, high)
    return RationalInterval(low, high)


def _has_root(coefficients: Sequence[Fraction], root: RationalInterval) -> bool:
    """Tell whether one of several coprime square-free polynomials has the root in an interval."""
    ends = evaluate(coefficients, root.lower), evaluate(coefficients, root.upper)
    return ends[0] == ends[1] == 0 or (ends[0] > 0) != (ends[1] > 0)


def _points_between(roots: Sequence[RationalInterval]) -> list[Fraction]:
    """Return a point before, between and after the roots."""
    if not roots:
        return []
    inner = [(a.upper + b.lower) / 2 for a, b in pairwise(roots)]
    return [roots[0].lower / 2, *inner, 2 * roots[-1].upper]


def _sign(low: Sequence[Fraction], high: Sequence[Fraction], x: Fraction) -> int:
    if evaluate(low, x) > 0:
        return 1
    return -1 if evaluate(high, x) < 0 else 0


def _narrow(
    low: Sequence[Fraction], high: Sequence[Fraction], a: Fraction, b: Fraction, sign: int
) -> RationalInterval:
    """Narrow a change of sign of the whole family as far as signs are certain."""
    while b - a > b * _WIDTH:
        middle = round_down((a + b) / 2)
        found = _sign(low, high, middle)
        if not found or not a < middle < b:
            break
        a, b = (middle, b) if found == sign else (a, middle)
    return RationalInterval(a, b)


def _one_for_certain(
    low: Sequence[Fraction], high: Sequence[Fraction], middle: Sequence[Fraction]
) -> Roots:
    """Prove that there is one simple root: none outside a bracket, and a slope inside."""
    outer = [_isolate(low), _isolate(middle), _isolate(high)]
    if any(len(isolated) != 1 for isolated in outer):
        return Roots("unknown")
    bracket = RationalInterval(
        min(isolated[0][0].lower for isolated in outer),
        max(isolated[0][0].upper for isolated in outer),
    )
    if not (_sign(low, high, bracket.lower / 2) > 0 > _sign(low, high, 2 * bracket.upper)):
        return Roots("unknown")
    slope = Fraction(0)
    for k, (a, b) in enumerate(zip(low, high, strict=True)):
        if k:
            slope += max(
                k * c * x ** (k - 1) for c in (a, b) for x in (bracket.lower, bracket.upper)
            )
    return Roots("simple" if slope < 0 else "unknown", (bracket,))


def _dense(coefficients: Mapping[int, RationalInterval], *, upper: bool) -> list[Fraction]:
    zero = RationalInterval.at(Fraction(0))
    ends = [coefficients.get(k, zero) for k in range(max(coefficients, default=0) + 1)]
    return [end.upper if upper else end.lower for end in ends]
