"""Intervals of doubles hold the exact numbers, however many terms a sum has."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork
from crn2sbml._support.intervals import EPSILON, AffineMap, Interval, rounding_of_sums
from crn2sbml.importers.computation.bounds import find_ranges
from crn2sbml.importers.computation.functions import FUNCTIONS
from crn2sbml.importers.computation.graph import Graph
from crn2sbml.neural.steady_state_proof import bracket_steady_state, drive
from crn2sbml.theory import envelope
from tests.neural.test_activations import exact_root

WIDE = 20_000
# What proofs in doubles allowed for once, whatever the number of terms.
FIXED = 1e-12


def exact_products(weights, numbers):
    """The sum of products, in rationals."""
    return sum(
        (Fraction(w) * Fraction(x) for w, x in zip(weights, numbers, strict=True)), Fraction(0)
    )


def alike(rng):
    """All terms round the same way."""
    return np.full(WIDE, 0.1), np.full(WIDE, 1 / 3)


def cancelling(rng):
    """Large terms of both signs leave small ones over."""
    large = rng.uniform(0.5, 1.0, WIDE // 2) * 1e12
    weights = rng.permutation(np.concatenate([large, -large * (1 + 1e-13)]))
    return weights, rng.uniform(0.1, 1.0, WIDE)


def of_all_sizes(rng):
    """Terms differ by many orders of magnitude, in order of their size."""
    sizes = np.sort(2.0 ** rng.uniform(-60, 0, WIDE))[::-1]
    return sizes * rng.choice([-1.0, 1.0], WIDE), rng.uniform(0.5, 1.0, WIDE)


def swallowed(rng):
    """Each small term is less than half of the distance between doubles near the sum so far."""
    weights = np.full(WIDE, 2.0**-53)
    weights[:: WIDE // 50] = 1.0
    return weights, np.ones(WIDE)


SUMS = pytest.mark.parametrize("terms", [alike, cancelling, of_all_sizes, swallowed])


def test_a_sum_of_many_terms_can_be_off_by_more_than_any_fixed_share():
    terms = np.full(WIDE, 2.0**-53)
    terms[0] = 1.0
    computed = float(np.cumsum(terms)[-1])  # one after the other
    exact = sum(map(Fraction, terms.tolist()))
    off = abs(Fraction(computed) - exact)
    assert off > FIXED * exact
    assert off <= Fraction(float(rounding_of_sums(WIDE, np.array(computed))))


@given(
    st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=60),
    st.lists(st.floats(-1e150, 1e150), min_size=60, max_size=60),
)
@example([2.0**-1074] * 3, [0.4] * 60)  # underflow
@example([3e-162] * 60, [-2.9e-162] * 60)
def test_sums_of_products_are_within_their_rounding_in_any_order(weights, numbers):
    numbers = numbers[: len(weights)]
    exact = exact_products(weights, numbers)
    forwards = backwards = size = 0.0
    for w, x in zip(weights, numbers, strict=True):
        forwards, size = forwards + w * x, size + abs(w * x)
    for w, x in zip(reversed(weights), reversed(numbers), strict=True):
        backwards += w * x
    bound = float(rounding_of_sums(len(weights), np.array(size)))
    for computed in (forwards, backwards, float(np.dot(weights, numbers))):
        assert computed - bound <= exact <= computed + bound


@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(-12, 3))
def test_an_affine_map_holds_what_comes_of_every_number_in_its_intervals(seed, width, spread):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(2, width)) * 10.0 ** rng.uniform(-8, 8, (2, width))
    biases = rng.normal(size=2)
    lower = 10.0 ** rng.uniform(-8, 8, (1, width)) * rng.integers(0, 2, (1, width))
    intervals = Interval(lower, lower * (1 + 10.0**spread) + 10.0**spread)
    image = Interval.around(*AffineMap(weights, biases).of_intervals(intervals))
    for row in range(2):
        for share in (0.0, 1.0, None):
            shares = rng.integers(0, 2, width) if share is None else np.full(width, share)
            x = np.where(shares == 1, intervals.upper[0], intervals.lower[0])
            exact = exact_products(weights[row].tolist(), x.tolist()) + Fraction(biases[row])
            assert image.lower[0, row] <= exact <= image.upper[0, row]


@SUMS
def test_wide_layers_of_neural_networks_are_within_their_brackets(terms):
    weights, inputs = terms(np.random.default_rng(1))
    driven = drive(NeuralNetwork([Layer([weights], [0.5])]), [inputs])
    exact = exact_products(weights.tolist(), inputs.tolist()) + Fraction(1, 2)
    off = abs(Fraction(float(driven.rho[0, 0])) - exact)
    assert 0 < off <= driven.rounding[0, 0]
    # No wider than the rule says.
    size = float(np.abs(weights) @ inputs) + 0.5
    assert driven.rounding[0, 0] <= 1.001 * (WIDE + 3) * EPSILON * size


def two_layers(weights, numbers):
    """A wide layer without inputs, its nodes at about some numbers > 0, and one node behind it."""
    activation = Activation(1e-3)
    # Few different ones, for the sake of the exact solution.
    numbers = np.round(numbers, 2)
    biases = numbers - activation.h / numbers
    first = Layer(np.empty((WIDE, 0)), biases, activation)
    return NeuralNetwork([first, Layer([weights], [0.5], Activation(1.0))])


def exact_end(network):
    """Where the last node of two layers settles, to 40 digits."""
    with mpmath.workdps(50):
        first, last = network.layers
        roots = {
            bias: exact_root(first.activation.h, first.activation.decay, mpmath.mpf(bias))[0]
            for bias in set(first.biases.tolist())
        }
        nodes = [roots[bias] for bias in first.biases.tolist()]
        rho = mpmath.fdot(last.weights[0].tolist(), nodes) + float(last.biases[0])
        return exact_root(last.activation.h, last.activation.decay, rho)[0]


@SUMS
def test_nodes_behind_wide_layers_are_within_their_brackets(terms):
    network = two_layers(*terms(np.random.default_rng(2)))
    bracket = bracket_steady_state(drive(network, np.empty((1, 0))))
    exact = exact_end(network)
    assert mpmath.mpf(bracket.lower[0, -1]) <= exact <= mpmath.mpf(bracket.upper[0, -1])


@pytest.mark.parametrize("terms", [alike, of_all_sizes])
def test_nodes_behind_wide_layers_are_within_the_staircase(terms):
    network = two_layers(*terms(np.random.default_rng(3)))
    accuracy = 1e-9 * max(1.0, float(network.activations(np.empty((1, 0)))[-1].max()))
    bounds = envelope(network, [], accuracy, step=0.5)
    exact = exact_end(network)
    for lower, upper in zip(bounds.lower[:, -1], bounds.upper[:, -1], strict=True):
        assert mpmath.mpf(lower) <= exact <= mpmath.mpf(upper)
    assert bounds.upper[-1, -1] - bounds.lower[-1, -1] <= 4 * accuracy


@SUMS
def test_wide_layers_of_imported_networks_are_within_their_ranges(terms):
    weights, inputs = terms(np.random.default_rng(4))
    graph = Graph(WIDE)
    z = graph.inputs.mapped(weights[np.newaxis]).shifted(np.array([0.5]))
    graph.apply(FUNCTIONS["relu"], z)
    found = find_ranges(graph, inputs[np.newaxis], inputs[np.newaxis]).arguments[0]
    exact = exact_products(weights.tolist(), inputs.tolist()) + Fraction(1, 2)
    assert found.lower[0, 0] <= exact <= found.upper[0, 0]
    size = float(np.abs(weights) @ np.abs(inputs)) + 0.5
    assert found.widths()[0, 0] <= 2.001 * (WIDE + 3) * EPSILON * size


def test_a_point_is_as_far_as_the_far_end_and_what_is_no_number_infinitely_far():
    interval = Interval(np.array([[1.0, 2.0, 0.0]]), np.array([[1.5, 2.5, np.inf]]))
    points = np.array([[1.25, 9.0, 1.0], [np.nan, 2.0, 0.0]])
    np.testing.assert_array_equal(
        interval.distances(points), [[0.25, 7.0, np.inf], [np.inf, 0.5, np.inf]]
    )
