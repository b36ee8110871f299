"""Brackets that hold the steady state, and estimates of the settling time that are near."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from crn2sbml import Activation, Layer, NeuralNetwork, compile_network
from crn2sbml._support.intervals import Interval
from crn2sbml.neural.steady_state_proof import (
    bound_distances,
    bracket_steady_state,
    drive,
    estimate_fastest_rates,
    estimate_settling_times,
)
from tests.neural.test_activations import exact_root
from tests.strategies import inputs_for, networks

# The estimate adds the time to leave 0 to the time of the approach from max(a, kappa): for large h
# or rho < 0 the former is part of the latter, and layers settle side by side to some extent.
LOOSEST_ESTIMATE_OF_A_NODE = 3
LOOSEST_ESTIMATE_OF_A_NETWORK = 6


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
    brackets = bracket_steady_state(drive(network, inputs))
    for low, high, exact in zip(
        brackets.lower[0], brackets.upper[0], exact_activations(network, inputs[0]), strict=True
    ):
        assert mpmath.mpf(float(low)) <= exact <= mpmath.mpf(float(high))
        assert high - low < 1e-9 * max(1.0, high)


@given(st.lists(st.floats(0.1, 1.0), min_size=4, max_size=4), st.floats(1e3, 1e12))
def test_brackets_hold_where_rho_is_a_small_difference_of_large_terms(pairs, scale):
    # Each input comes twice, with weights that cancel but for one part in 1e15: rho is what the
    # sum leaves of it, much of it rounding, and the brackets have to allow for that.
    weights = [w for n in range(4) for w in (scale * (1 + n * 1e-15), -scale)]
    network = NeuralNetwork([Layer([weights], [0.1]), Layer([[-1.0]], [2.0])])
    inputs = [x for x in pairs for _ in range(2)]
    brackets = bracket_steady_state(drive(network, [inputs]))
    for low, high, exact in zip(
        brackets.lower[0], brackets.upper[0], exact_activations(network, inputs), strict=True
    ):
        assert mpmath.mpf(float(low)) <= exact <= mpmath.mpf(float(high))


def test_brackets_stay_narrow_in_the_papers_network():
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    inputs = np.random.default_rng(1).random((5, 784))
    brackets = bracket_steady_state(drive(network, inputs))
    closed = np.hstack(network.activations(inputs))
    assert (brackets.lower <= closed).all()
    assert (closed <= brackets.upper).all()
    assert brackets.widths().max() < 1e-9


def test_error_bounds_are_the_distance_to_the_far_side_in_the_worst_node():
    brackets = Interval(np.array([[1.0, 2.0]] * 3), np.array([[1.5, 2.5]] * 3))
    states = np.array([[1.25, 2.0], [9.0, 2.0], [np.nan, 2.0]])
    np.testing.assert_array_equal(bound_distances(brackets, states), [0.5, 8.0, np.inf])


def test_a_small_residual_is_no_proof():
    # f(0) = h: a state near 0 hardly moves, and yet it is far from its steady state 1.
    network = NeuralNetwork([Layer(np.empty((1, 0)), [1.0], Activation(1e-10))])
    state = np.array([[1e-12]])
    assert abs(network.layers[0].activation.rate(state, 1.0)) < 2e-10
    assert bound_distances(bracket_steady_state(drive(network, np.empty((1, 0)))), state) > 0.9


def test_the_escape_from_zero_is_in_the_estimate():
    # h = 1e-10, rho = 1: from 0 it takes 29.93 to be within 1e-3; the eigenvalue alone says 7.9.
    network = NeuralNetwork([Layer(np.empty((1, 0)), [1.0], Activation(1e-10))])
    assert 29.93 <= estimate_settling_times(drive(network, np.empty((1, 0))), 1e-3)[0] < 33


def settling_time(h, rho, accuracy):
    """The time of dx/dt = h + rho x - x^2 from 0 to its root less `accuracy`, in closed form."""
    root = float(Activation(h)(rho))
    other = h / root  # the roots' product is -h: the negative one is -other
    rate = root + other
    return math.log((rate - accuracy) / accuracy * root / other) / rate


@pytest.mark.parametrize("h", [1e-10, 1e-3, 1.0])
@pytest.mark.parametrize("rho", [-0.1, 0.5, 2.0, 20.0])
def test_one_node_settles_within_the_estimate_and_not_long_before(h, rho):
    # Relative to the root, which is as small as 1e-9 here: a node at 0 must not count as settled.
    accuracy = 1e-6 * float(Activation(h)(rho))
    network = NeuralNetwork([Layer(np.empty((1, 0)), [rho], Activation(h))])
    estimate = estimate_settling_times(drive(network, np.empty((1, 0))), accuracy)[0]
    exact = settling_time(h, rho, accuracy)
    assert exact <= estimate < LOOSEST_ESTIMATE_OF_A_NODE * exact


def test_the_slowest_node_of_a_layer_sets_the_estimate():
    def estimate(*biases):
        network = NeuralNetwork([Layer(np.empty((len(biases), 0)), biases)])
        return estimate_settling_times(drive(network, np.empty((1, 0))), 1e-3)[0]

    assert estimate(20.0) < estimate(0.5) == estimate(20.0, 0.5)


@pytest.mark.parametrize("h", [0.01, 1.0])
def test_layers_settle_one_after_the_other_within_the_estimate(h):
    network = NeuralNetwork.random((3, 4, 3, 2), Activation(h), rng=1)
    inputs = np.random.default_rng(1).random(3)
    accuracy = 1e-4
    estimate = estimate_settling_times(drive(network, inputs), accuracy)[0]
    crn = compile_network(network, inputs=inputs)
    nodes = [crn.species_index[species] for species in crn.dynamic_species]
    start = crn.initial_state
    start[nodes] = 0.0
    times = [estimate / LOOSEST_ESTIMATE_OF_A_NETWORK, estimate]
    solution = solve_ivp(
        lambda _, state: crn.right_hand_side(state),
        (0, estimate),
        start,
        "LSODA",
        times,
        rtol=1e-10,
        atol=1e-12,
    )
    steady = np.hstack(network.activations(inputs))[0]
    early, late = np.abs(solution.y[nodes].T - steady).max(axis=1)
    assert late <= accuracy < early


@pytest.mark.parametrize("accuracy", [1e-2, 1e-6])
def test_estimates_grow_with_depth_and_accuracy(accuracy):
    rng = np.random.default_rng(1)
    inputs = rng.random((4, 3))
    shallow, deep = (NeuralNetwork.random(sizes, rng=1) for sizes in ((3, 4), (3, 4, 4, 4)))
    short = estimate_settling_times(drive(shallow, inputs), accuracy)
    long = estimate_settling_times(drive(deep, inputs), accuracy)
    assert (short > 0).all()
    assert (short < long).all()
    assert (long < estimate_settling_times(drive(deep, inputs), accuracy / 100)).all()


@given(st.data(), st.floats(0.0, 100.0))
def test_no_node_relaxes_faster_at_its_start_or_where_it_settles_than_estimated(data, start):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network))
    crn = compile_network(network, inputs=inputs[0])
    nodes = [crn.species_index[species] for species in crn.dynamic_species]
    starts = np.full((1, len(nodes)), start)
    estimate = estimate_fastest_rates(drive(network, inputs), starts)[0]
    for values in (starts[0], np.hstack(network.activations(inputs))[0]):
        state = crn.initial_state
        state[nodes] = values
        for node in nodes:
            # The rate is a polynomial of degree k in its own node: differences are nearly exact.
            step = 1e-4 * max(1.0, state[node])
            ahead, behind = state.copy(), state.copy()
            ahead[node] += step
            behind[node] -= step
            change = crn.right_hand_side(ahead)[node] - crn.right_hand_side(behind)[node]
            slope = change / (2 * step)
            assert -slope <= estimate * (1 + 1e-5) + 1e-5
