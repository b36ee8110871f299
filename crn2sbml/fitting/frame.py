"""The standardised numbers between which a network is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.fitting.scaling import (
    Scaling,
    has_free_inputs,
    has_free_outputs,
    output_scaling,
    standard_scaling,
    with_raw_inputs,
    with_raw_outputs,
    with_scaled_outputs,
    with_standard_inputs,
)
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Codec, Encoder
from crn2sbml.neural.network import Layer, NeuralNetwork
from crn2sbml.training import Descent, find_ties
from crn2sbml.training.labels import usual_cost


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What a network is trained between, and what its inputs and outputs mean outside.

    Parameters
    ----------
    codec : Codec
        Between the user's numbers and concentrations.
    inputs : Scaling or None
        Standardises inputs, all of which are pairs inside; None leaves them as they are outside.
    outputs : Scaling or None
        Scales what the outputs are compared with.
    """

    codec: Codec
    inputs: Scaling | None
    outputs: Scaling | None

    @property
    def pairs(self) -> Sequence[bool]:
        """Which inputs are pairs inside."""
        outside = self.codec.encoder.pairs
        return outside if self.inputs is None else [True] * len(outside)

    def put(self, rows: Array, targets: Array) -> tuple[Array, Array]:
        """Return the concentrations inside of a user's inputs, and what the outputs should be."""
        if self.inputs is None:
            return self.codec.encoder.encode(rows), self.scale(targets)
        return Encoder(self.pairs).encode(self.inputs.apply(rows)), self.scale(targets)

    def descent(self, network: NeuralNetwork, descent: Descent) -> Descent:
        """Return a descent that keeps together what belongs together in a network inside."""
        return replace(
            descent,
            cost=descent.cost or usual_cost(self.codec.decoder),
            ties=find_ties(network, self.pairs),
            readout=self.codec.decoder.matrix,
        )

    def scale(self, targets: Array) -> Array:
        """Return what the outputs inside should be."""
        return targets if self.outputs is None else self.outputs.apply(targets)

    def enter(self, network: NeuralNetwork) -> NeuralNetwork:
        """Return the network inside that is the same as one outside."""
        if self.inputs is not None:
            network = with_standard_inputs(network, self.codec.encoder, self.inputs)
        if self.outputs is not None:
            network = with_scaled_outputs(network, self.codec.decoder, self.outputs)
        return network

    def leave(self, network: NeuralNetwork) -> NeuralNetwork:
        """Return the network outside that is the same as one inside."""
        if self.inputs is not None:
            network = with_raw_inputs(network, self.codec.encoder, self.inputs)
        if self.outputs is not None:
            network = with_raw_outputs(network, self.codec.decoder, self.outputs)
        return network


def new_frame(codec: Codec, rows: Array, targets: Array) -> Frame:
    """Return the frame for a new network; classes need no scaling."""
    scaled = usual_cost(codec.decoder) == "quadratic"
    outputs = output_scaling(targets, codec.decoder.pairs) if scaled else None
    return Frame(codec, standard_scaling(rows), outputs)


def frame_around(network: NeuralNetwork, codec: Codec, rows: Array, targets: Array) -> Frame:
    """Return the frame for a network that is there, as far as it can be scaled at all."""
    free = new_frame(codec, rows, targets)
    return Frame(
        codec,
        free.inputs if has_free_inputs(network, codec.encoder) else None,
        free.outputs if has_free_outputs(network, codec.decoder) else None,
    )


def draw_network(
    frame: Frame,
    hidden: Sequence[int],
    activations: Sequence[Activation],
    examples: tuple[Array, Array],
    rng: np.random.Generator,
) -> NeuralNetwork:
    """Draw a network inside a frame, whose signals neither die nor grow (He et al. 2015).

    Parameters
    ----------
    frame : Frame
        Where it is to be trained.
    hidden : sequence of int
        Number of nodes in each hidden layer.
    activations : sequence of Activation
        One for each layer after the inputs.
    examples : tuple of numpy.ndarray
        Inputs and targets outside. An input that never changes gets weights of 0, since nothing is
        known of it, and a single output begins at the middle of its targets.
    rng : numpy.random.Generator
        Source of randomness.
    """
    rows, targets = examples
    decoder = frame.codec.decoder
    middles = np.zeros(targets.shape[1])
    if frame.outputs is not None:
        middles = frame.scale(targets).mean(axis=0)
    widths = [rows.shape[1], *hidden, targets.shape[1]]
    gains = [2.0] * len(hidden) + [1.0]
    weights = [
        rng.standard_normal((after, before)) * np.sqrt(gain / before)
        for before, after, gain in zip(widths[:-1], widths[1:], gains, strict=True)
    ]
    biases = [*(rng.uniform(-0.5, 0.5, width) for width in hidden), middles]
    weights[0][:, np.ptp(rows, axis=0) == 0] = 0.0
    weights[0] = weights[0] @ Encoder(frame.pairs).matrix[0]
    weights[-1], biases[-1] = decoder.matrix.T @ weights[-1], decoder.matrix.T @ middles
    return NeuralNetwork(
        [Layer(w, b, f) for w, b, f in zip(weights, biases, activations, strict=True)]
    )
