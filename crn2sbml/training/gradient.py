"""The gradient of a cost by backpropagation, equations (10), and parameters as one vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training.costs import Cost, QuadraticCost


def cost_gradient(
    network: NeuralNetwork,
    inputs: Array,
    targets: Array,
    activations: Sequence[Array],
    cost: Cost | None = None,
) -> list[tuple[Array, Array]]:
    """Return the gradient of a cost, equations (10).

    Derivatives of the activation come from the activations themselves, a / kappa(a), so that
    nothing but what was read from the chemistry enters.

    Parameters
    ----------
    network : NeuralNetwork
        The network at whose weights and biases the gradient is taken.
    inputs, targets : numpy.ndarray, shape (n, ...)
        The examples of the batch, one a row.
    activations : sequence of numpy.ndarray
        Activations of each layer after the input for this batch, (n, nodes) each.
    cost : Cost, optional
        Cost whose gradient is taken; the quadratic one unless given.

    Returns
    -------
    list of (numpy.ndarray, numpy.ndarray)
        For each layer the derivatives with respect to weights and biases.
    """
    before = [inputs, *activations[:-1]]
    upstream = (cost or QuadraticCost()).derivative(activations[-1], targets)
    gradient: list[tuple[Array, Array]] = []
    for layer, a, a_before in zip(
        reversed(network.layers), reversed(activations), reversed(before), strict=True
    ):
        delta = upstream * layer.activation.derivative_at_value(a)
        gradient.append((delta.T @ a_before, delta.sum(axis=0)))
        if len(gradient) < len(network.layers):
            upstream = delta @ layer.weights
    return gradient[::-1]


def flatten(parts: Sequence[tuple[Array, Array]]) -> Array:
    """Return weights and biases of all layers, or their derivatives, as one vector."""
    return np.concatenate([array.ravel() for pair in parts for array in pair])


def parameters(network: NeuralNetwork) -> Array:
    """Return weights and biases of all layers as one vector."""
    return flatten([(layer.weights, layer.biases) for layer in network.layers])


def with_parameters(network: NeuralNetwork, vector: Array) -> NeuralNetwork:
    """Return the network with other weights and biases."""
    layers, start = [], 0
    for layer in network.layers:
        middle = start + layer.weights.size
        end = middle + layer.biases.size
        weights = vector[start:middle].reshape(layer.weights.shape)
        layers.append(replace(layer, weights=weights, biases=vector[middle:end]))
        start = end
    return NeuralNetwork(tuple(layers), network.input_names, network.output_names)
