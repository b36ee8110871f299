"""From a computation of affine maps and functions to layers of smoothed ReLUs.

Each function becomes nodes phi(z - t_k), one for each knot, and phi(t_0 - z) where it is not flat
on the left; its value is a sum of them. What a later layer needs again is carried as a pair of
nodes whose difference it is, exactly; so is an output that may be negative.

Functions of many knots come with pairs before and behind them (`pairing`). Layers of nothing but
pairs are exact for every h and have h = 1, with which they settle fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.importers.computation.functions import IDENTITY
from crn2sbml.importers.computation.graph import INPUTS, Graph, Source, Value
from crn2sbml.importers.computation.matrices import (
    Matrix,
    check_size,
    dense,
    identity,
    is_zero,
)
from crn2sbml.importers.computation.piecewise import PiecewiseLinear
from crn2sbml.importers.conversion.pairing import SAME, with_pairs
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Encoder
from crn2sbml.neural.network import Layer, NeuralNetwork


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """Layers of smoothed ReLUs.

    Parameters
    ----------
    network : NeuralNetwork
        The network, whose inputs are the encoded ones.
    output_is_pairs : bool
        Whether each output is the difference of two nodes, or a node.
    """

    network: NeuralNetwork
    output_is_pairs: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """How the entries of a source are read off the nodes of a layer: factors times nodes, added up.

    Parameters
    ----------
    columns, entries : numpy.ndarray of int, shape (terms,)
        Numbers of nodes, and for which entry each counts.
    factors : numpy.ndarray, shape (terms,)
        How much it counts.
    constant : numpy.ndarray, shape (entries,)
        What is added.
    """

    columns: NDArray[np.intp]
    entries: NDArray[np.intp]
    factors: Array
    constant: Array

    def plus(self, other: _Nodes) -> _Nodes:
        """Return how the sum with other entries is read off."""
        return _Nodes(
            np.concatenate([self.columns, other.columns]),
            np.concatenate([self.entries, other.entries]),
            np.concatenate([self.factors, other.factors]),
            self.constant + other.constant,
        )

    def through(self, matrix: Matrix, width: int) -> Array:
        """Return a matrix for the nodes, of which there are so many, from one for the entries."""
        check_size(matrix.shape[0], width)
        columns = np.zeros((matrix.shape[0], width))
        columns[:, self.columns] = dense(matrix)[:, self.entries] * self.factors
        return columns


@dataclass(slots=True, eq=False)
class _LayerPlan:
    """A layer while it is built."""

    weights: list[Array] = field(default_factory=list)
    biases: list[Array] = field(default_factory=list)
    readouts: dict[int, _Nodes] = field(default_factory=dict)
    nodes: int = 0
    only_pairs: bool = True
    only_wires: bool = True


def lower(
    graph: Graph,
    output: Value,
    pieces: Sequence[PiecewiseLinear],
    encoder: Encoder,
    h: float,
) -> Lowered:
    """Make layers of smoothed ReLUs.

    Parameters
    ----------
    graph : Graph
        The original.
    output : Value
        Its output.
    pieces : sequence of PiecewiseLinear
        What each function of the graph becomes.
    encoder : Encoder
        What becomes of the inputs.
    h : float
        Smoothing of the nodes of functions.

    Returns
    -------
    Lowered
        A layer after the inputs for each function on the longest way, up to two of pairs around it,
        and one for an output that is not a ReLU itself.
    """
    sources, kinds = list(graph.sources), list(pieces)
    # An output that is a ReLU needs no pairs.
    single = graph.function_of(output)
    output_is_pairs = single is None or not kinds[single - 1].is_relu
    if output_is_pairs:
        sources.append(Source(IDENTITY, output))
        kinds.append(SAME)
        single = len(sources)
    assert single is not None
    paired = with_pairs(sources, kinds, encoder)
    sources, kinds = paired.sources, paired.kinds
    single = paired.numbers[single]
    depths = _depths(sources)
    needed = _needed(sources, depths, single)
    known, width = {INPUTS: _input_nodes(encoder)}, encoder.width
    layers = []
    for number in range(1, depths[single] + 1):
        plan = _LayerPlan()
        for source in needed:
            if depths[source] == number:
                argument = _through(sources[source - 1].argument, known, width)
                _add_function(plan, source, argument, kinds[source - 1])
                base = sources[source - 1].base
                if base is not None:
                    largest = plan.readouts[source]
                    _add_function(plan, source, _through(base, known, width), SAME)
                    plan.readouts[source] = largest.plus(plan.readouts[source])
                plan.only_wires &= source in paired.wires
            elif depths[source] < number <= needed[source]:
                nodes = known[source]
                read = nodes.through(identity(len(nodes.constant)), width)
                _add_function(plan, source, Value({INPUTS: read}, nodes.constant), SAME)
        layers.append(_layer(plan, h))
        known, width = plan.readouts, plan.nodes
    return Lowered(NeuralNetwork(layers), output_is_pairs)


def _input_nodes(encoder: Encoder) -> _Nodes:
    """Return how inputs are read off their concentrations."""
    counts = 1 + np.array(encoder.pairs, dtype=np.intp)
    factors = np.ones(encoder.width)
    factors[np.cumsum(counts)[counts == 2] - 1] = -1.0
    entries = np.repeat(np.arange(len(counts)), counts)
    return _Nodes(np.arange(encoder.width), entries, factors, -encoder.offsets)


def _depths(sources: Sequence[Source]) -> dict[int, int]:
    """Return in which layer each source is computed; inputs are in layer 0."""
    depths = {INPUTS: 0}
    for number, source in enumerate(sources, start=1):
        used = [s for value in source.values for s in _used(value)]
        depths[number] = 1 + max((depths[s] for s in used), default=0)
    return depths


def _used(value: Value) -> list[int]:
    return [source for source, matrix in value.parts.items() if not is_zero(matrix)]


def _needed(sources: Sequence[Source], depths: Mapping[int, int], output: int) -> dict[int, int]:
    """Return for each source that the output depends on the last layer that must hold it."""
    needed = {output: depths[output]}
    # Sources come after those that they depend on.
    for number in range(output, 0, -1):
        if number in needed:
            for value in sources[number - 1].values:
                for source in _used(value):
                    needed[source] = max(needed.get(source, 0), depths[number] - 1)
    return dict(sorted(needed.items()))


def _through(value: Value, known: Mapping[int, _Nodes], width: int) -> Value:
    """Return a value as an affine map of the nodes of the layer before."""
    total = Value({INPUTS: np.zeros((value.size, width))}, value.constant)
    for source in _used(value):
        matrix, nodes = value.parts[source], known[source]
        total = total.plus(Value({INPUTS: nodes.through(matrix, width)}, matrix @ nodes.constant))
    return total


def _add_function(plan: _LayerPlan, source: int, z: Value, pieces: PiecewiseLinear) -> None:
    """Add the nodes of a function: entry by entry, one for each knot and sign."""
    signs, knots, factors, constant = pieces.terms
    terms = len(signs)
    check_size(z.size * terms, z.parts[INPUTS].shape[1])
    plan.only_pairs &= pieces is SAME
    plan.weights.append(np.repeat(z.parts[INPUTS], terms, axis=0) * np.tile(signs, z.size)[:, None])
    plan.biases.append(
        np.tile(signs, z.size) * (np.repeat(z.constant, terms) - np.tile(knots, z.size))
    )
    plan.readouts[source] = _Nodes(
        plan.nodes + np.arange(z.size * terms),
        np.repeat(np.arange(z.size), terms),
        np.tile(factors, z.size),
        np.full(z.size, constant),
    )
    plan.nodes += z.size * terms


def _layer(plan: _LayerPlan, h: float) -> Layer:
    weights, biases = np.concatenate(plan.weights), np.concatenate(plan.biases)
    # + 0.0: no -0.0, whose sign files would have to show.
    activation = Activation(1.0 if plan.only_pairs else h)
    sparse = bool((weights == 0.0).any())
    return Layer(weights + 0.0, biases + 0.0, activation, sparse, trainable=not plan.only_wires)
