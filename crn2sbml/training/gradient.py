"""The quadratic cost, equations (8) and (9), and its gradient, equations (10)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crn2sbml.arrays import Array
from crn2sbml.network import Layer, NeuralNetwork


def quadratic_cost(outputs: Array, targets: Array) -> float:
    """Return the mean over the batch of 1/2 |a^m - tau|^2, equations (8) and (9)."""
    return float(0.5 * np.mean(np.sum((outputs - targets) ** 2, axis=1)))


def cost_gradient(
    network: NeuralNetwork, inputs: Array, targets: Array, activations: Sequence[Array]
) -> list[tuple[Array, Array]]:
    """Return the gradient of the quadratic cost, equations (10).

    Derivatives of the activation come from the activations themselves, a / kappa(a), so that
    nothing but what was read from the chemistry enters.

    Parameters
    ----------
    network : NeuralNetwork
        Where the gradient is taken.
    inputs, targets : numpy.ndarray, shape (n, ...)
        The batch.
    activations : sequence of numpy.ndarray
        Activations of each layer after the input for this batch, (n, nodes) each.

    Returns
    -------
    list of (numpy.ndarray, numpy.ndarray)
        For each layer the derivatives with respect to weights and biases.
    """
    before = [inputs, *activations[:-1]]
    upstream = (activations[-1] - targets) / len(inputs)
    gradient: list[tuple[Array, Array]] = []
    for layer, a, a_before in zip(
        reversed(network.layers), reversed(activations), reversed(before), strict=True
    ):
        delta = upstream * layer.activation.derivative_at_value(a)
        gradient.append((delta.T @ a_before, delta.sum(axis=0)))
        upstream = delta @ layer.weights
    return gradient[::-1]


def descend(
    network: NeuralNetwork, gradient: Sequence[tuple[Array, Array]], learning_rate: float
) -> NeuralNetwork:
    """Take one step of gradient descent, section 6 of the paper."""
    layers = [
        Layer(
            layer.weights - learning_rate * weights,
            layer.biases - learning_rate * biases,
            layer.activation,
        )
        for layer, (weights, biases) in zip(network.layers, gradient, strict=True)
    ]
    return NeuralNetwork(tuple(layers), network.input_names, network.output_names)
