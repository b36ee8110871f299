"""Equations (8) to (10): cost and gradient, against finite differences."""

import numpy as np
import pytest

from crn2sbml import Activation, Layer, NeuralNetwork
from crn2sbml.training import COSTS, cost_gradient

STEP = 1e-6
# Central differences in double precision: truncation STEP^2 and rounding 1e-16 / STEP, times the
# cost's derivatives, which are of order one here.
DIFFERENCE_TOLERANCE = 1e-7


def cost(network, inputs, targets):
    return COSTS["quadratic"].value(network.forward(inputs), targets)


def with_entry(network, number, attribute, index, change):
    layers = list(network.layers)
    layer = layers[number]
    values = getattr(layer, attribute).copy()
    values[index] += change
    parts = {"weights": layer.weights, "biases": layer.biases, attribute: values}
    layers[number] = Layer(parts["weights"], parts["biases"], layer.activation)
    return NeuralNetwork(layers)


def test_the_quadratic_cost_is_half_the_squared_distance_averaged_over_the_batch():
    outputs, targets = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 4.0]])
    assert COSTS["quadratic"].value(outputs, targets) == (0.5 * 5 + 0.5 * 16) / 2


@pytest.mark.parametrize(
    "activations",
    [
        [Activation(), Activation(), Activation()],
        [Activation(0.01), Activation(1.0, {3: 1.0}), Activation(0.5, {2: 1.0, 4: 0.3})],
    ],
    ids=["smoothed ReLU", "mixed orders"],
)
def test_the_gradient_agrees_with_finite_differences(activations):
    rng = np.random.default_rng(5)
    network = NeuralNetwork.random((3, 4, 3, 2), activations, rng=rng)
    inputs, targets = rng.random((6, 3)), rng.random((6, 2))
    gradient = cost_gradient(network, inputs, targets, network.activations(inputs))
    for number, parts in enumerate(gradient):
        for attribute, derivatives in zip(("weights", "biases"), parts, strict=True):
            assert derivatives.shape == getattr(network.layers[number], attribute).shape
            for index in np.ndindex(derivatives.shape):
                above = cost(with_entry(network, number, attribute, index, STEP), inputs, targets)
                below = cost(with_entry(network, number, attribute, index, -STEP), inputs, targets)
                difference = (above - below) / (2 * STEP)
                assert derivatives[index] == pytest.approx(
                    difference, abs=DIFFERENCE_TOLERANCE, rel=DIFFERENCE_TOLERANCE
                )


def test_the_plain_relu_has_the_usual_gradient():
    # One node that is on, one that is off: only the first learns.
    relu = Activation(0.0)
    network = NeuralNetwork([Layer([[1.0], [-1.0]], [0.0, 0.0], relu)])
    inputs, targets = np.array([[2.0]]), np.array([[0.0, 1.0]])
    ((weights, biases),) = cost_gradient(network, inputs, targets, network.activations(inputs))
    np.testing.assert_array_equal(weights, [[4.0], [0.0]])
    np.testing.assert_array_equal(biases, [2.0, 0.0])
