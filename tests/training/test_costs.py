"""Costs and their gradients, against finite differences and JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork, train_network
from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.training import COSTS, Descent, cost_gradient
from crn2sbml.training.costs import find_cost

jax.config.update("jax_enable_x64", True)

STEP = 1e-6
# Central differences: truncation STEP^2 and rounding 1e-16 / STEP, with derivatives of order one.
DIFFERENCE = 1e-7
# JAX computes the same numbers in another order.
ROUNDING = 1e-11

every_cost = pytest.mark.parametrize("name", COSTS)


def jax_cost(name, a, tau):
    """The paper's formulas, as an oracle that differentiates itself."""
    if name == "quadratic":
        each = 0.5 * (a - tau) ** 2
    elif name == "one-norm":
        each = jnp.abs(a - tau)
    elif name == "cross-entropy":
        each = -(tau * jnp.log(a) + (1 - tau) * jnp.log(1 - a))
    else:
        true_class = jax.nn.one_hot(tau.argmax(axis=1), tau.shape[1])
        each = -true_class * jax.nn.log_softmax(a, axis=1)
    return jnp.mean(jnp.sum(each, axis=1))


def jax_forward(parts, inputs, h):
    """The smoothed ReLU (rho + sqrt(rho^2 + 4 h)) / 2, layer by layer."""
    a = inputs
    for weights, biases in parts:
        rho = a @ weights.T + biases
        a = (rho + jnp.sqrt(rho**2 + 4 * h)) / 2
    return a


def example(name):
    """A network whose outputs lie in (0, 1), a batch, and targets that suit the cost."""
    rng = np.random.default_rng(3)
    start = NeuralNetwork.random((3, 4, 3), Activation(0.05), rng=rng)
    last = start.layers[-1]
    layers = [start.layers[0], Layer(0.2 * last.weights, 0.2 * last.biases, last.activation)]
    inputs = rng.random((7, 3))
    targets = rng.random((7, 3))
    network = NeuralNetwork(layers)
    assert 0 < network.forward(inputs).min() <= network.forward(inputs).max() < 1
    return network, inputs, targets


@every_cost
def test_the_value_is_that_of_the_formula(name):
    network, inputs, targets = example(name)
    outputs = network.forward(inputs)
    COSTS[name].check(outputs, targets)
    assert COSTS[name].value(outputs, targets) == pytest.approx(
        float(jax_cost(name, outputs, targets)), rel=ROUNDING
    )


@every_cost
def test_the_derivative_agrees_with_finite_differences(name):
    network, inputs, targets = example(name)
    outputs = network.forward(inputs)
    derivative = COSTS[name].derivative(outputs, targets)
    for index in np.ndindex(outputs.shape):
        above, below = outputs.copy(), outputs.copy()
        above[index] += STEP
        below[index] -= STEP
        difference = COSTS[name].value(above, targets) - COSTS[name].value(below, targets)
        assert derivative[index] == pytest.approx(difference / (2 * STEP), abs=DIFFERENCE)


@every_cost
def test_the_gradient_of_a_network_agrees_with_jax(name):
    network, inputs, targets = example(name)
    found = cost_gradient(network, inputs, targets, network.activations(inputs), COSTS[name])
    parts = [(layer.weights, layer.biases) for layer in network.layers]
    expected = jax.grad(lambda p: jax_cost(name, jax_forward(p, inputs, 0.05), targets))(parts)
    for layer, other in zip(found, expected, strict=True):
        for one, two in zip(layer, other, strict=True):
            np.testing.assert_allclose(one, two, rtol=ROUNDING, atol=ROUNDING)


def jax_root(rho, activation):
    """The positive root of h + rho x - sum (k-1) d_k x^k, by Newton from above.

    Only the last step is differentiated: at the root its derivative is the root's own.
    """

    def f(x):
        return activation.h + rho * x - sum((k - 1) * d * x**k for k, d in decay)

    def slope(x):
        return rho - sum(k * (k - 1) * d * x ** (k - 1) for k, d in decay)

    decay = tuple(activation.decay.items())
    x = jax.lax.fori_loop(0, 60, lambda _, x: x - f(x) / slope(x), 10.0 + jnp.abs(rho))
    x = jax.lax.stop_gradient(x)
    return x - f(x) / jax.lax.stop_gradient(slope(x))


@pytest.mark.parametrize(
    "activations",
    [
        [Activation(1.0, {3: 1.0}), Activation(1.0, {3: 1.0})],
        [Activation(0.3, {2: 1.0, 4: 0.2}), Activation(0.01, {2: 2.0})],
    ],
    ids=["order 3", "mixtures"],
)
def test_gradients_of_other_activations_agree_with_jax(activations):
    rng = np.random.default_rng(4)
    network = NeuralNetwork.random((3, 4, 2), activations, rng=rng)
    inputs, targets = rng.random((6, 3)), 10 * rng.random((6, 2))

    def cost(parts):
        a = inputs
        for (weights, biases), activation in zip(parts, activations, strict=True):
            a = jax_root(a @ weights.T + biases, activation)
        return jax_cost("quadratic", a, targets)

    found = cost_gradient(network, inputs, targets, network.activations(inputs))
    expected = jax.grad(cost)([(layer.weights, layer.biases) for layer in network.layers])
    for layer, other in zip(found, expected, strict=True):
        for one, two in zip(layer, other, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)


@given(st.integers(0, 2**16))
def test_softmax_bears_large_outputs(seed):
    rng = np.random.default_rng(seed)
    outputs, targets = 1e4 * rng.random((4, 3)), rng.random((4, 3))
    cost = COSTS["softmax-cross-entropy"]
    assert np.isfinite(cost.value(outputs, targets))
    np.testing.assert_allclose(cost.derivative(outputs, targets).sum(axis=1), 0, atol=1e-12)


def test_cross_entropy_says_what_it_needs():
    network, inputs, _ = example("cross-entropy")
    large = NeuralNetwork([network.layers[0], Layer(np.ones((1, 4)), np.array([3.0]))])
    with pytest.raises(UnsupportedError, match=r"outputs in \(0, 1\).*softmax-cross-entropy"):
        train_network(large, inputs, np.ones((7, 1)), Descent(1, cost="cross-entropy"))
    with pytest.raises(InputValueError, match="targets from 0 to 1"):
        train_network(network, inputs, np.full((7, 3), 10.0), Descent(1, cost="cross-entropy"))


def test_softmax_says_what_it_needs():
    network = NeuralNetwork.random((2, 1), rng=1)
    with pytest.raises(UnsupportedError, match="needs an output for each"):
        train_network(network, [[1.0, 2.0]], [[1.0]], Descent(1, cost="softmax-cross-entropy"))


def test_an_unknown_cost_is_refused():
    with pytest.raises(InputValueError, match="'hinge'; choose one of quadratic, one-norm"):
        find_cost("hinge")
    assert find_cost(COSTS["quadratic"]) is COSTS["quadratic"]
