"""Networks of standardised numbers, and networks of a user's own numbers that compute the same.

Steps down a gradient go well where all numbers are about 1. A network is therefore trained between
standardised inputs and outputs, and what scales them is moved into its first and last layer
afterwards: exactly, but for the rounding of each number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.errors import InputValueError
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Decoder, Encoder, first_places
from crn2sbml.neural.network import Layer, NeuralNetwork

# Targets that differ more in size are told apart by pairs, which may all be scaled differently.
_MOST_APART = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """The map (x - centre) / scale of columns of numbers.

    Parameters
    ----------
    centre, scale : numpy.ndarray, shape (columns,)
        What becomes 0 in each column, and the distance from it that becomes 1.

    Raises
    ------
    InputValueError
        If a number is so large that it has no finite scale.
    """

    centre: Array
    scale: Array

    def __post_init__(self) -> None:
        finite = np.isfinite(self.centre) & np.isfinite(self.scale)
        if not finite.all():
            column = int(np.flatnonzero(~finite)[0])
            raise InputValueError(
                f"the numbers of column {column + 1} are too large to be scaled; give them in "
                f"another unit"
            )

    def apply(self, rows: Array) -> Array:
        """Return standardised numbers, shape (n, columns)."""
        return np.asarray((rows - self.centre) / self.scale)


def standard_scaling(rows: Array) -> Scaling:
    """Return the scaling to mean 0 and standard deviation 1; constant columns keep their scale."""
    with np.errstate(over="ignore", invalid="ignore"):
        # Squares of the smallest numbers would vanish.
        largest = np.abs(rows).max(axis=0)
        size = np.where(largest > 0, largest, 1.0)
        deviation = (rows / size).std(axis=0) * size
        constant = (np.ptp(rows, axis=0) == 0) | (deviation == 0)
        return Scaling(rows.mean(axis=0), np.where(constant, 1.0, deviation))


def may_be_single(targets: Array) -> NDArray[np.bool_]:
    """Tell for which targets one node will do, whose concentration is never negative.

    The nodes of a layer have one h, so that all single ones are scaled alike; if targets differ
    much in size, none is single.
    """
    positive = (targets >= 0).all(axis=0)
    scales = standard_scaling(targets).scale[positive]
    if len(scales) and scales.max() > _MOST_APART * scales.min():
        return np.zeros_like(positive)
    return np.asarray(positive)


def output_scaling(targets: Array, pairs: Sequence[bool]) -> Scaling:
    """Return the scaling of targets; that of single nodes is by one factor only."""
    standard = standard_scaling(targets)
    paired = np.array(pairs, dtype=bool)
    common = standard.scale[~paired].max(initial=0.0)
    return Scaling(np.where(paired, standard.centre, 0.0), np.where(paired, standard.scale, common))


def with_raw_inputs(network: NeuralNetwork, encoder: Encoder, scaling: Scaling) -> NeuralNetwork:
    """Return the network of a user's inputs that is the same as one of standardised inputs.

    Parameters
    ----------
    network : NeuralNetwork
        Its inputs are pairs of standardised numbers, of which both halves have the same weights up
        to their sign.
    encoder : Encoder
        Makes concentrations of the user's inputs.
    scaling : Scaling
        Standardises the user's inputs.
    """
    first = network.layers[0]
    slopes = first.weights[:, ::2] / scaling.scale
    biases = first.biases - slopes @ (scaling.centre + encoder.offsets)
    return _with_layer(network, 0, slopes @ encoder.matrix[0], biases)


def with_standard_inputs(
    network: NeuralNetwork, encoder: Encoder, scaling: Scaling
) -> NeuralNetwork:
    """Return the network of pairs of standardised inputs: :func:`with_raw_inputs`, backwards."""
    first = network.layers[0]
    slopes = first.weights[:, first_places(encoder.pairs)]
    biases = first.biases + slopes @ (scaling.centre + encoder.offsets)
    halves = Encoder([True] * len(encoder.pairs)).matrix[0]
    return _with_layer(network, 0, (slopes * scaling.scale) @ halves, biases)


def with_raw_outputs(network: NeuralNetwork, decoder: Decoder, scaling: Scaling) -> NeuralNetwork:
    """Return the network of a user's outputs that is the same as one of scaled outputs.

    A single node is scaled by c f_h(rho) = f_(c^2 h)(c rho), f_h being the smoothed ReLU. The
    difference of a pair is its weighted sum, whatever h.
    """
    last, signs = network.layers[-1], decoder.matrix
    scale, centre = scaling.scale @ np.abs(signs), scaling.centre @ signs
    raw = _with_layer(
        network, -1, last.weights * scale[:, np.newaxis], last.biases * scale + centre
    )
    return _with_smoothing(raw, _unit(decoder, scaling) ** 2)


def with_scaled_outputs(
    network: NeuralNetwork, decoder: Decoder, scaling: Scaling
) -> NeuralNetwork:
    """Return the network of scaled outputs: :func:`with_raw_outputs`, backwards."""
    last, signs = network.layers[-1], decoder.matrix
    scale, centre = scaling.scale @ np.abs(signs), scaling.centre @ signs
    scaled = _with_layer(
        network, -1, last.weights / scale[:, np.newaxis], (last.biases - centre) / scale
    )
    return _with_smoothing(scaled, _unit(decoder, scaling) ** -2)


def has_free_inputs(network: NeuralNetwork, encoder: Encoder) -> bool:
    """Tell whether inputs may be scaled: both halves of each pair count alike, and all can change.

    Where they do not, what a pair adds to a sum depends on more than its difference.
    """
    first = network.layers[0]
    slopes = first.weights[:, first_places(encoder.pairs)]
    return first.trainable and np.array_equal(first.weights, slopes @ encoder.matrix[0])


def has_free_outputs(network: NeuralNetwork, decoder: Decoder) -> bool:
    """Tell whether outputs may be scaled: smoothed ReLUs, of pairs of opposite sums."""
    last = network.layers[-1]
    halves = last.weights[first_places(decoder.pairs)], last.biases[first_places(decoder.pairs)]
    signs = decoder.matrix.T
    return (
        last.trainable
        and dict(last.activation.decay) == {2: 1.0}
        and np.array_equal(last.weights, signs @ halves[0])
        and np.array_equal(last.biases, signs @ halves[1])
    )


def _unit(decoder: Decoder, scaling: Scaling) -> float:
    """Return the factor of the single nodes, or the largest one where all outputs are pairs."""
    single = ~np.array(decoder.pairs, dtype=bool)
    return float((scaling.scale[single] if single.any() else scaling.scale).max())


def _with_layer(
    network: NeuralNetwork, number: int, weights: Array, biases: Array
) -> NeuralNetwork:
    layers: list[Layer] = list(network.layers)
    layers[number] = replace(layers[number], weights=weights, biases=biases)
    return NeuralNetwork(layers)


def _with_smoothing(network: NeuralNetwork, factor: float) -> NeuralNetwork:
    """Multiply h of the last layer."""
    last = network.layers[-1]
    scaled = Activation(last.activation.h * factor, last.activation.decay)
    return NeuralNetwork([*network.layers[:-1], replace(last, activation=scaled)])
