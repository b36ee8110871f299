"""Brackets that hold the steady state, and estimates of the settling time that are near."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork
from crn2sbml.rates import Brackets, bracket_steady_state, estimate_settling_times
from tests.strategies import inputs_for, networks
from tests.test_activations import exact_root


def exact_activations(network, inputs):
    """The steady state to 40 digits, layer by layer."""
    with mpmath.workdps(50):
        a = [mpmath.mpf(float(value)) for value in inputs]
        nodes = []
        for layer in network.layers:
            rho = [
                mpmath.fdot([float(w) for w in row], a) + float(b)
                for row, b in zip(layer.weights, layer.biases, strict=True)
            ]
            a = [exact_root(layer.activation.h, layer.activation.decay, r)[0] for r in rho]
            nodes += a
        return nodes


@given(st.data())
def test_brackets_hold_the_exact_steady_state_and_are_narrow(data):
    network = data.draw(networks(min_h=1e-6))
    inputs = data.draw(inputs_for(network))
    brackets = bracket_steady_state(network, inputs)
    for low, high, exact in zip(
        brackets.lower[0], brackets.upper[0], exact_activations(network, inputs[0]), strict=True
    ):
        assert mpmath.mpf(float(low)) <= exact <= mpmath.mpf(float(high))
        assert high - low < 1e-9 * max(1.0, high)


def test_brackets_stay_narrow_in_the_papers_network():
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    inputs = np.random.default_rng(1).random((5, 784))
    brackets = bracket_steady_state(network, inputs)
    closed = np.hstack(network.activations(inputs))
    assert (brackets.lower <= closed).all()
    assert (closed <= brackets.upper).all()
    assert brackets.widths().max() < 1e-9


def test_error_bounds_are_the_distance_to_the_far_side_in_the_worst_node():
    brackets = Brackets(np.array([[1.0, 2.0]] * 3), np.array([[1.5, 2.5]] * 3))
    states = np.array([[1.25, 2.0], [9.0, 2.0], [np.nan, 2.0]])
    np.testing.assert_array_equal(brackets.error_bounds(states), [0.5, 8.0, np.inf])


def test_a_small_residual_is_no_proof():
    # f(0) = h: a state near 0 hardly moves, and yet it is far from its steady state 1.
    network = NeuralNetwork([Layer(np.empty((1, 0)), [1.0], Activation(1e-10))])
    state = np.array([[1e-12]])
    assert abs(network.layers[0].activation.rate(state, 1.0)) < 2e-10
    assert bracket_steady_state(network, np.empty((1, 0))).error_bounds(state) > 0.9


def test_the_escape_from_zero_is_in_the_estimate():
    # h = 1e-10, rho = 1: from 0 it takes 29.93 to be within 1e-3; the eigenvalue alone says 7.9.
    network = NeuralNetwork([Layer(np.empty((1, 0)), [1.0], Activation(1e-10))])
    assert 29.93 <= estimate_settling_times(network, np.empty((1, 0)), 1e-3)[0] < 33


@pytest.mark.parametrize("accuracy", [1e-2, 1e-6])
def test_estimates_grow_with_depth_and_accuracy(accuracy):
    rng = np.random.default_rng(1)
    inputs = rng.random((4, 3))
    shallow, deep = (NeuralNetwork.random(sizes, rng=1) for sizes in ((3, 4), (3, 4, 4, 4)))
    short = estimate_settling_times(shallow, inputs, accuracy)
    long = estimate_settling_times(deep, inputs, accuracy)
    assert (short > 0).all()
    assert (short < long).all()
    assert (long < estimate_settling_times(deep, inputs, accuracy / 100)).all()
