"""Exact numbers: doubles as rationals, intervals of rationals, and how they are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

# Ends of intervals are rounded outwards to so many binary digits, or they would grow without bound.
_DIGITS = 96
# A rational that is no double and has longer parts than this is printed as a decimal.
_MOST_DIGITS = 6
# Python converts integers of up to 4300 decimal digits to text.
_MOST_DECIMAL_BITS = 14_000
# Sizes far beyond those of doubles come up: powers of concentrations.
_DECIMAL = Context(prec=20, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SHORT = Context(prec=12, Emax=MAX_EMAX, Emin=MIN_EMIN)


def round_down(value: Fraction) -> Fraction:
    """Round to the next rational below that has 96 binary digits."""
    shift = _DIGITS - value.numerator.bit_length() + value.denominator.bit_length()
    if value.denominator.bit_length() <= _DIGITS and value.numerator.bit_length() <= _DIGITS:
        return value
    if shift >= 0:
        return Fraction((value.numerator << shift) // value.denominator, 1 << shift)
    return Fraction((value.numerator // (value.denominator << -shift)) << -shift)


def round_up(value: Fraction) -> Fraction:
    """Round to the next rational above that has 96 binary digits."""
    return -round_down(-value)


@dataclass(frozen=True, slots=True)
class RationalInterval:
    """All numbers between two rationals; sums and products are rounded outwards."""

    lower: Fraction
    upper: Fraction

    @classmethod
    def at(cls, value: Fraction) -> RationalInterval:
        """Return the interval of a single number."""
        return cls(value, value)

    def __add__(self, other: RationalInterval) -> RationalInterval:
        return RationalInterval(
            round_down(self.lower + other.lower), round_up(self.upper + other.upper)
        )

    def times(self, factor: Fraction) -> RationalInterval:
        """Multiply by a number of either sign."""
        ends = (self.lower * factor, self.upper * factor)
        return RationalInterval(round_down(min(ends)), round_up(max(ends)))

    def times_concentration(self, concentration: RationalInterval, power: int) -> RationalInterval:
        """Multiply by a power of an interval of numbers >= 0; both must be >= 0."""
        return RationalInterval(
            round_down(self.lower * concentration.lower**power),
            round_up(self.upper * concentration.upper**power),
        )

    def times_positive(self, other: RationalInterval) -> RationalInterval:
        """Multiply an interval of either sign by one of numbers >= 0."""
        lower = self.lower * (other.lower if self.lower > 0 else other.upper)
        upper = self.upper * (other.upper if self.upper > 0 else other.lower)
        return RationalInterval(round_down(lower), round_up(upper))

    def to_floats(self) -> tuple[float | None, float | None]:
        """Return the ends as doubles, rounded outwards; None beyond the largest one."""
        lower, upper = _to_float(self.lower), _to_float(self.upper)
        if lower is not None and lower > self.lower:
            lower = math.nextafter(lower, -math.inf)
        if upper is not None and upper < self.upper:
            upper = math.nextafter(upper, math.inf)
        return lower, upper

    def __str__(self) -> str:
        """Print the digits that both ends share."""
        lower, upper = self.to_floats()
        if self.lower == self.upper or lower is None or upper is None:
            return format_rational(self.lower)
        for digits in range(15, 1, -1):
            if (text := f"{lower:.{digits}g}") == f"{upper:.{digits}g}":
                return text
        return f"{lower:.3g} to {upper:.3g}"


def format_exactly(value: Fraction) -> str:
    """Write numerator/denominator, hexadecimal where Python refuses so many decimal digits."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) < _MOST_DECIMAL_BITS:
        return str(value)
    return f"{value.numerator:#x}/{value.denominator:#x}"


def _to_float(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def evaluate(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    """Evaluate a polynomial, lowest coefficient first, exactly."""
    value = Fraction(0)
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def format_rational(value: Fraction, digits: int | None = None) -> str:
    """Print a rational: as a double where it is one, else as a fraction, else as a decimal.

    Examples
    --------
    >>> format_rational(Fraction(0.1)), format_rational(Fraction(1, 3))
    ('0.1', '1/3')
    """
    nearest = _to_float(value)
    if nearest is not None and digits is not None:
        return f"{nearest:.{digits}g}"
    if nearest is not None and Fraction(nearest) == value:
        return repr(nearest).removesuffix(".0")
    if max(abs(value.numerator), value.denominator) < 10**_MOST_DIGITS:
        return str(value)
    decimal = _DECIMAL.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{decimal.normalize(_SHORT):g}"
