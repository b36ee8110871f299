"""Exact numbers and roots against sympy, mpmath and known factors."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml.theory.certificate.exact import (
    RationalInterval,
    evaluate,
    format_rational,
    round_down,
    round_up,
)
from crn2sbml.theory.certificate.roots import bracket_decreasing, find_roots

rationals = st.fractions(max_denominator=10**40)


def exact(*coefficients):
    return {k: RationalInterval.at(Fraction(c)) for k, c in enumerate(coefficients)}


def wide(width, *coefficients):
    w = Fraction(width)
    return {
        k: RationalInterval(Fraction(c) - w, Fraction(c) + w) for k, c in enumerate(coefficients)
    }


@given(rationals)
def test_rounding_is_outwards_and_close(value):
    below, above = round_down(value), round_up(value)
    assert below <= value <= above
    assert above - below <= abs(value) / 2**94
    assert round_down(Fraction(1, 3) ** 500) > 0


@given(rationals, rationals, st.fractions(min_value=0), st.integers(0, 5))
def test_intervals_hold_what_they_should(a, b, y, power):
    low, high = sorted((a, b))
    interval = RationalInterval(low, high)
    around = RationalInterval(y, y + 1)
    middle, inside = (low + high) / 2, y + Fraction(1, 2)
    for factor in (Fraction(-3, 7), Fraction(2)):
        product = interval.times(factor)
        assert product.lower <= middle * factor <= product.upper
    total = interval + around
    assert total.lower <= middle + inside <= total.upper
    positive = interval.times_positive(around)
    assert positive.lower <= middle * inside <= positive.upper
    powered = RationalInterval.at(Fraction(1)).times_concentration(around, power)
    assert powered.lower <= inside**power <= powered.upper


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-3), "-3"),
        (Fraction(0.1), "0.1"),
        (Fraction(2, 7), "2/7"),
        (Fraction(10**30 + 1, 7**30), "44366.8708624"),
        (Fraction(10) ** 400, "1e+400"),
        (Fraction(5e-324), "5e-324"),
    ],
)
def test_a_rational_is_printed_as_people_write_it(value, text):
    assert format_rational(value) == text


@pytest.mark.parametrize("h", [5e-324, 1e-300, 1e-8, 1.0, 1e8, 1e300])
@pytest.mark.parametrize("rho", [-1e300, -3.0, 0.0, 3.0, 1e300])
def test_a_root_with_one_change_of_sign_is_bracketed(h, rho):
    found = bracket_decreasing(exact(h, rho, -1))
    assert evaluate([Fraction(h), Fraction(rho), Fraction(-1)], found.lower) > 0
    assert evaluate([Fraction(h), Fraction(rho), Fraction(-1)], found.upper) < 0
    with mpmath.workdps(2000):
        root = (mpmath.mpf(rho) + mpmath.sqrt(mpmath.mpf(rho) ** 2 + 4 * mpmath.mpf(h))) / 2
        assert abs(mpmath.mpf(found.lower.numerator) / found.lower.denominator / root - 1) < 1e-12
    assert found.upper - found.lower <= found.upper / 2**46


def test_a_root_beyond_all_doubles_is_none():
    assert bracket_decreasing(exact(1, 0, Fraction(-1, 10**700))) is None


@pytest.mark.parametrize(
    ("coefficients", "kind", "roots"),
    [
        ((6, -11, 6, -1), "several", [1, 2, 3]),
        ((1, -3, 3, -1), "multiple", [1]),
        ((3, -7, 5, -1), "several", [1, 3]),  # (1 - x)^2 (3 - x): touches 0 at 1
        ((1, 1, -1), "simple", [1.618033988749895]),
        ((0, 1, -1), "simple", [1]),
        ((0, -1, -1), "none", []),
        ((-1, 2, -1), "multiple", [1]),
        ((0, -1, 2, -1), "multiple", [1]),
        ((Fraction(1, 10**30), -1, 0, 0, -1), "simple", [1e-30]),
        # (r - x)^3 with a tiny r, and roots 180 orders of magnitude apart
        (((r := Fraction(1, 2**60)) ** 3, -3 * r**2, 3 * r, -1), "multiple", [2.0**-60]),
        ((1, -(10**90), 1), "several", [1e-90, 1e90]),
        ((2, -(1 + 10**9), 10**9), "several", [2e-9, 1 - 1e-9]),
        ((10**18, -2 * 10**9 - 1, 1), "several", [999968378, 1000031624]),
    ],
)
def test_roots_of_exact_polynomials(coefficients, kind, roots):
    found = find_roots(exact(*coefficients))
    assert found.kind == kind
    assert [float(r.lower + r.upper) / 2 for r in found.intervals] == pytest.approx(roots)


def test_roots_of_a_family_are_decided_where_signs_decide_them():
    assert find_roots(wide("1/1000", 6, -11, 6, -1)).kind == "several"
    assert find_roots(wide("1/1000", 6, -11, 1, -1)).kind == "simple"
    # A multiple root of one member says nothing about the others.
    assert find_roots(wide("1/1000", 1, -3, 3, -1)).kind == "unknown"
    assert find_roots(wide("1/10", 3, -7, 5, -1)).kind == "unknown"


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_the_number_of_roots_is_that_of_the_factors(factors):
    coefficients = [Fraction(1)]
    for root in factors:  # times (root - x)
        longer = [Fraction(0), *coefficients]
        same = [*(root * a for a in coefficients), Fraction(0)]
        coefficients = [a - b for a, b in zip(same, longer, strict=True)]
    found = find_roots(dict(enumerate(map(RationalInterval.at, coefficients))))
    assert [float(r.lower) for r in found.intervals] == pytest.approx(sorted(set(factors)))
