"""Activations of other libraries as chords: the error that is proved is that which there is."""

import mpmath
import numpy as np
import pytest

from crn2sbml.errors import InputValueError
from crn2sbml.importers.computation.functions import (
    FUNCTIONS,
    celu,
    clip,
    elu,
    hard_sigmoid,
    leaky_relu,
)
from crn2sbml.importers.computation.piecewise import PiecewiseLinear, approximate

SMOOTH = [name for name, function in FUNCTIONS.items() if function.exact is None]
EXACT = [name for name, function in FUNCTIONS.items() if function.exact is not None]
# Far enough for every tail, and fine enough to meet every chord of those used here.
Z = np.concatenate([np.linspace(-40, 40, 400_001), [-1e6, -1e3, 1e3, 1e6]])
# What rounding may add to values of up to a million.
ROUNDING = 1e-9


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("accuracy", [1e-1, 1e-2, 1e-4])
def test_the_error_is_proved_and_hardly_larger_than_it_is(name, accuracy):
    function = FUNCTIONS[name]
    pieces = approximate(function, accuracy)
    error = pieces(Z) - function.value(Z)
    assert pieces.error[0] - ROUNDING <= error.min()
    assert error.max() <= pieces.error[1] + ROUNDING
    assert np.abs(error).max() >= 0.5 * pieces.error[1]
    assert pieces.error[1] <= 1.3 * accuracy


@pytest.mark.parametrize("name", SMOOTH)
def test_a_number_of_knots_is_kept_and_more_are_better(name):
    coarse, fine = (approximate(FUNCTIONS[name], knots=n) for n in (16, 64))
    assert len(coarse.knots) <= 16
    assert 48 <= len(fine.knots) <= 64
    # The error falls with the square of the number.
    assert fine.error[1] < coarse.error[1] / 8


@pytest.mark.parametrize("name", SMOOTH)
def test_curvature_and_slopes_are_those_of_the_function(name):
    function = FUNCTIONS[name]
    by_name = {
        "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
        "tanh": mpmath.tanh,
        "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
        "elu": lambda z: z if z > 0 else mpmath.expm1(z),
        "selu": lambda z: (
            1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * mpmath.expm1(z))
        ),
        "gelu": lambda z: z * mpmath.ncdf(z),
        "silu": lambda z: z / (1 + mpmath.exp(-z)),
        "hard-swish": lambda z: z * min(max(z / 6 + mpmath.mpf(1) / 2, 0), 1),
    }
    places = [-5.3, -3.4, -2.0, -1.3, -0.7, -0.1, 0.2, 0.65, 1.4, 2.1, 3.5, 6.0]
    low, high = function.slope_range
    with mpmath.workdps(30):
        for z in places:
            value, slope, curvature = (mpmath.diff(by_name[name], z, n) for n in (0, 1, 2))
            assert float(function.value(np.array(z))) == pytest.approx(float(value), rel=1e-12)
            assert low <= slope <= high
            found = float(function.curvature(np.array(z)))
            assert found == pytest.approx(float(curvature), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_largest_curvature_is_at_a_named_place(name):
    function = FUNCTIONS[name]
    grid = np.linspace(-12, 12, 2_000_001)
    size = np.abs(function.curvature(grid))
    rises = (size[1:-1] > size[:-2]) & (size[1:-1] >= size[2:])
    for peak in grid[1:-1][rises]:
        named = (*function.extremes, *function.curvature_jumps)
        assert min(abs(peak - place) for place in named) < 1e-3


@pytest.mark.parametrize("name", EXACT)
def test_piecewise_linear_ones_are_exact(name):
    pieces = approximate(FUNCTIONS[name], 1e-3)
    assert pieces.error == (0.0, 0.0)
    expected = {
        "identity": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "relu6": lambda z: np.clip(z, 0, 6),
        "leaky-relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "hard-sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
        "hard-tanh": lambda z: np.clip(z, -1, 1),
        "abs": np.abs,
    }[name]
    np.testing.assert_allclose(pieces(Z), expected(Z), atol=1e-9, rtol=1e-12)


def test_parameters_of_other_libraries():
    np.testing.assert_allclose(leaky_relu(0.2).value(Z), np.where(Z > 0, Z, 0.2 * Z))
    np.testing.assert_allclose(clip(-2.0, 3.0).value(Z), np.clip(Z, -2, 3), atol=1e-9)
    np.testing.assert_allclose(clip(-np.inf, 3.0).value(Z), np.minimum(Z, 3), atol=1e-9)
    np.testing.assert_allclose(
        hard_sigmoid(0.2, 0.5).value(Z), np.clip(0.2 * Z + 0.5, 0, 1), atol=1e-9
    )
    z = np.array([-1.0, 2.0])
    np.testing.assert_allclose(elu(0.5).value(z), [0.5 * np.expm1(-1.0), 2.0])
    np.testing.assert_allclose(celu(0.5).value(z), [0.5 * np.expm1(-2.0), 2.0])
    with pytest.raises(InputValueError, match="CELU"):
        celu(0.0)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
def test_a_celu_is_approximated_within_its_bound(alpha):
    pieces = approximate(celu(alpha), 1e-3)
    error = pieces(Z) - celu(alpha).value(Z)
    assert np.abs(error).max() <= pieces.error[1] + ROUNDING <= 1.3e-3


def test_slopes_are_those_between_two_numbers():
    relu6 = FUNCTIONS["relu6"]
    low, high = relu6.slopes(np.array([-3.0, 1.0, 7.0, -1.0]), np.array([-1.0, 2.0, 9.0, 8.0]))
    np.testing.assert_array_equal(low, [0.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(high, [0.0, 1.0, 0.0, 1.0])


def test_what_cannot_be_had_is_an_error():
    with pytest.raises(InputValueError, match="more than 20,000 knots"):
        approximate(FUNCTIONS["tanh"], 1e-12)
    with pytest.raises(InputValueError, match="at least 8"):
        approximate(FUNCTIONS["tanh"], knots=3)
    with pytest.raises(InputValueError, match="either"):
        approximate(FUNCTIONS["tanh"])
    with pytest.raises(InputValueError, match="positive"):
        approximate(FUNCTIONS["tanh"], 0.0)
    with pytest.raises(InputValueError, match="must increase"):
        PiecewiseLinear(0.0, 0.0, [1.0, 0.0], [1.0, 1.0])


@pytest.mark.parametrize("function", [elu(1e-3), elu(0.0), elu(0.1), celu(0.2), elu(-0.1)])
@pytest.mark.parametrize("accuracy", [1e-3, 1e-2, 0.1, 1.0])
def test_a_function_that_is_hardly_curved_is_a_corner(function, accuracy):
    pieces = approximate(function, accuracy)
    error = pieces(Z) - function.value(Z)
    assert np.abs(error).max() <= pieces.error[1] + ROUNDING <= 1.3 * accuracy
