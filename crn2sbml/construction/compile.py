"""Neural networks as reaction networks (section 5.2 of the paper, Steps 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs
from crn2sbml.chemistry.absorb import absorb_enzymes, fold
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species
from crn2sbml.construction.labels import (
    BIAS,
    INPUT,
    NODE,
    SMOOTHING,
    WEIGHT,
    bias_ids,
    bias_labels,
    distinction,
    input_label,
    node_id,
    node_label,
    output_label,
    smoothing_label,
    weight_ids,
    weight_labels,
)
from crn2sbml.construction.origin import ENCODINGS, Encoding, Origin
from crn2sbml.construction.table1 import (
    BIAS_RATE,
    SMOOTHING_RATE,
    WEIGHT_RATE,
    bias_reactions,
    decay_reactions,
    smoothing_reaction,
    weight_reactions,
)
from crn2sbml.errors import ConcentrationError, UnsupportedError
from crn2sbml.neural.network import NeuralNetwork

# Nodes start here unless a simulation says otherwise (Figure 10 of the paper).
NODE_START = 1.0

_RATE_NAMES = {SMOOTHING_RATE: "smoothing", WEIGHT_RATE: "weights", BIAS_RATE: "biases"}


def compile_network(
    network: NeuralNetwork, encoding: Encoding = "enzymatic", inputs: ArrayLike | None = None
) -> Crn:
    """Compile a neural network to the reaction network that computes it.

    Parameters
    ----------
    network : NeuralNetwork
        Network whose activations all have h > 0.
    encoding : {"enzymatic", "absorbed", "folded"}, default "enzymatic"
        ``enzymatic`` is Table 1 to the letter, with a pair of enzymes for each weight and bias.
        ``absorbed`` puts them into positive rate constants (section 5.1); inputs stay species.
        ``folded`` absorbs the inputs too: one data point, the smallest model.
        All three have the same ODE for every node.
    inputs : array_like, shape (width,), optional
        Concentrations of the inputs, finite and >= 0; 0 unless given. ``folded`` needs them.

    Returns
    -------
    Crn
        The reaction network. With one h and one decay order, the enzymatic one of widths c has
        1 + c_0 + sum(2 c_l c_(l-1) + 3 c_l) species and sum(2 c_l c_(l-1) + 4 c_l) reactions, less
        two of each for each edge that a sparse layer lacks.

    Raises
    ------
    UnsupportedError
        If a layer has h = 0 or the encoding is unknown.
    ConcentrationError
        If an input is negative, not finite, or their number is wrong.

    Notes
    -----
    Section 5.2 of the paper, Steps 1 to 3.

    Examples
    --------
    >>> from crn2sbml import Layer, NeuralNetwork, compile_network
    >>> network = NeuralNetwork([Layer([[0.5]], [-1.0])])
    >>> print(compile_network(network).to_text())
    H --k_h--> H + X1_1
    X0_1 + Wp1_1_1 + X1_1 --k_w--> X0_1 + Wp1_1_1 + 2 X1_1
    X0_1 + Wm1_1_1 + X1_1 --k_w--> X0_1 + Wm1_1_1
    Bp1_1 + X1_1 --k_b--> Bp1_1 + 2 X1_1
    Bm1_1 + X1_1 --k_b--> Bm1_1
    2 X1_1 --k_d--> X1_1
    >>> print(compile_network(network, "folded", inputs=[4.0]).to_text())
    0 --k_h_H--> X1_1
    X1_1 --k_Rwp1_1_1--> 2 X1_1
    2 X1_1 --k_d--> X1_1
    """
    if encoding not in ENCODINGS:
        raise UnsupportedError(
            f"there is no encoding {encoding!r}; choose one of {', '.join(ENCODINGS)}"
        )
    check_smoothing(network)
    enzymatic = _compile_enzymatic(network, encoding, _start_values(network, encoding, inputs))
    if encoding == "absorbed":
        return absorb_enzymes(enzymatic, keep=[s.id for s in enzymatic.species if s.role == INPUT])
    return fold(enzymatic) if encoding == "folded" else enzymatic


def compile_edge(
    network: NeuralNetwork, layer: int, node: int, source: int, inputs: ArrayLike | None = None
) -> Crn:
    """Compile a single edge with its two nodes: the elementary network of Table 1 (Step 1).

    The union of these networks over all edges is the enzymatic network of the whole.

    Parameters
    ----------
    network : NeuralNetwork
        Network that the edge belongs to.
    layer, node, source : int
        1-based, as in the paper: from node `source` of layer `layer` - 1 to node `node`.
    inputs : array_like, shape (width,), optional
        Concentrations of the inputs; 0 unless given.

    Returns
    -------
    Crn
        A reaction network with the ids and values that the edge has in the whole.
    """
    widths = network.widths
    if not 1 <= layer < len(widths):
        raise UnsupportedError(f"there is no layer {layer}; edges lead to 1 .. {len(widths) - 1}")
    if not (1 <= node <= widths[layer] and 1 <= source <= widths[layer - 1]):
        raise UnsupportedError(
            f"there is no edge from node {source} to node {node} into layer {layer}, which has "
            f"{widths[layer]} nodes after {widths[layer - 1]}"
        )
    if source not in _sources(network, layer, node):
        raise UnsupportedError(
            f"layer {layer} is sparse, and the weight from node {source} to node {node} is 0: "
            f"there is no such edge"
        )
    check_smoothing(network)
    ids = _Ids.of(network)
    start = _start_values(network, "enzymatic", inputs)
    return Crn(
        (
            *_smoothing_species(ids, only=network.layers[layer - 1].activation.h),
            _node_species(network, layer - 1, source, start),
            *_weight_species(network, layer, node, source),
            *_bias_species(network, layer, node),
            _node_species(network, layer, node, start),
        ),
        _rate_constants(ids, only=list(network.layers[layer - 1].activation.decay.items())),
        (
            smoothing_reaction(layer, node, ids.enzyme(network, layer)),
            *weight_reactions(layer, node, source),
            *bias_reactions(layer, node),
            *decay_reactions(layer, node, ids.decay(network, layer)),
        ),
        f"edge_{layer}_{node}_{source}",
    )


def check_smoothing(network: NeuralNetwork) -> None:
    """Raise an error for a network whose chemistry has no guarantee.

    Raises
    ------
    UnsupportedError
        If a layer has h = 0.
    """
    for number, layer in enumerate(network.layers, start=1):
        if layer.activation.h == 0:
            raise UnsupportedError(
                f"layer {number} has h = 0 (the plain ReLU), but the guarantees of Proposition 4.9 "
                f"(one positive steady state, reached exponentially fast from every start) need "
                f"h > 0: without it a node at 0 stays there; use a small h, or stay with the "
                f"closed form (NeuralNetwork.forward)"
            )


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of what layers may share: an enzyme for each h, a rate constant for each decay."""

    enzymes: dict[float, str]
    decays: dict[tuple[int, float], str]

    @classmethod
    def of(cls, network: NeuralNetwork) -> _Ids:
        activations = [layer.activation for layer in network.layers]
        smoothings = list(dict.fromkeys(a.h for a in activations))
        decays = list(dict.fromkeys(pair for a in activations for pair in a.decay.items()))
        return cls(_numbered(smoothings, "H"), _numbered(decays, "k_d"))

    def enzyme(self, network: NeuralNetwork, layer: int) -> str:
        return self.enzymes[network.layers[layer - 1].activation.h]

    def decay(self, network: NeuralNetwork, layer: int) -> dict[int, str]:
        decay = network.layers[layer - 1].activation.decay
        return {order: self.decays[order, constant] for order, constant in decay.items()}


_Key = TypeVar("_Key", float, tuple[int, float])


def _numbered(values: list[_Key], prefix: str) -> dict[_Key, str]:
    if len(values) == 1:
        return {values[0]: prefix}
    return {value: f"{prefix}{number}" for number, value in enumerate(values, start=1)}


def _compile_enzymatic(network: NeuralNetwork, encoding: Encoding, start: Array) -> Crn:
    """Compile to Table 1; the metadata name the encoding that it is going to have."""
    ids = _Ids.of(network)
    widths = network.widths
    return Crn(
        (
            *_smoothing_species(ids),
            *(_node_species(network, 0, j, start) for j in _inputs_with_edges(network)),
            *_species(network, start),
        ),
        _rate_constants(ids),
        tuple(_reactions(network, ids)),
        "_".join(["network", *map(str, widths)] + ["folded"] * (encoding == "folded")),
        _origin(network, encoding).to_metadata(),
    )


def _origin(network: NeuralNetwork, encoding: Encoding) -> Origin:
    layers = list(enumerate(network.layers, start=1))
    return Origin(
        encoding,
        network.widths,
        sparse=[number for number, layer in layers if layer.sparse],
        fixed=[number for number, layer in layers if not layer.trainable],
        unused_inputs=_unused_inputs(network, encoding),
    )


def _unused_inputs(network: NeuralNetwork, encoding: Encoding) -> dict[int, str]:
    """Return the names of inputs that are no species, because no reaction holds them.

    A folded network holds none of its inputs.
    """
    if network.input_names is None or encoding == "folded":
        return {}
    if encoding == "enzymatic":
        used = set(_inputs_with_edges(network))
    else:
        used = {n for n, column in enumerate(network.layers[0].weights.T, start=1) if column.any()}
    return {n: name for n, name in enumerate(network.input_names, start=1) if n not in used}


def _species(network: NeuralNetwork, start: Array) -> Iterator[Species]:
    for layer, width in enumerate(network.widths[1:], start=1):
        for node in range(1, width + 1):
            for source in _sources(network, layer, node):
                yield from _weight_species(network, layer, node, source)
            yield from _bias_species(network, layer, node)
            yield _node_species(network, layer, node, start)


def _reactions(network: NeuralNetwork, ids: _Ids) -> Iterator[Reaction]:
    """Yield the union over all edges (Step 3), each node's own reactions once."""
    for layer, width in enumerate(network.widths[1:], start=1):
        enzyme, decay = ids.enzyme(network, layer), ids.decay(network, layer)
        for node in range(1, width + 1):
            yield smoothing_reaction(layer, node, enzyme)
            for source in _sources(network, layer, node):
                yield from weight_reactions(layer, node, source)
            yield from bias_reactions(layer, node)
            yield from decay_reactions(layer, node, decay)


def _sources(network: NeuralNetwork, layer: int, node: int) -> Iterator[int]:
    """Yield the numbers of the nodes from which an edge leads to a node."""
    chosen = network.layers[layer - 1]
    row = chosen.weights[node - 1]
    sources = np.flatnonzero(row) if chosen.sparse else np.arange(len(row))
    yield from (sources + 1).tolist()


def _inputs_with_edges(network: NeuralNetwork) -> Iterator[int]:
    """Yield the numbers of the inputs from which an edge leads anywhere."""
    first = network.layers[0]
    for source, column in enumerate(first.weights.T, start=1):
        if column.any() or not first.sparse:
            yield source


def _smoothing_species(ids: _Ids, only: float | None = None) -> list[Species]:
    return [
        Species(enzyme, h, smoothing_label(enzyme), SMOOTHING)
        for h, enzyme in ids.enzymes.items()
        if only is None or h == only
    ]


def _node_species(network: NeuralNetwork, layer: int, node: int, start: Array) -> Species:
    x = node_id(layer, node)
    if layer == 0:
        return Species(x, float(start[node - 1]), input_label(node, network.input_names), INPUT)
    if layer == len(network.layers):
        return Species(x, NODE_START, output_label(node, network.output_names), NODE)
    return Species(x, NODE_START, node_label(layer, node), NODE)


def _weight_species(
    network: NeuralNetwork, layer: int, node: int, source: int
) -> tuple[Species, Species]:
    weight = float(network.layers[layer - 1].weights[node - 1, source - 1])
    ids, labels = weight_ids(layer, node, source), weight_labels(layer, node, source)
    return _halves(ids, weight, labels, WEIGHT)


def _bias_species(network: NeuralNetwork, layer: int, node: int) -> tuple[Species, Species]:
    bias = float(network.layers[layer - 1].biases[node - 1])
    return _halves(bias_ids(layer, node), bias, bias_labels(layer, node), BIAS)


def _halves(
    ids: tuple[str, str], value: float, labels: tuple[str, str], role: str
) -> tuple[Species, Species]:
    """Split a signed number into two concentrations of which one is 0."""
    return (
        Species(ids[0], max(0.0, value), labels[0], role),
        Species(ids[1], abs(min(value, 0.0)), labels[1], role),
    )


def _rate_constants(
    ids: _Ids, only: list[tuple[int, float]] | None = None
) -> tuple[RateConstant, ...]:
    fixed = [RateConstant(k, 1.0, name) for k, name in _RATE_NAMES.items()]
    decays = [
        RateConstant(k, constant, f"decay of order {order}" + distinction(k, "k_d"))
        for (order, constant), k in ids.decays.items()
        if only is None or (order, constant) in only
    ]
    return (*fixed, *decays)


def _start_values(network: NeuralNetwork, encoding: Encoding, inputs: ArrayLike | None) -> Array:
    if inputs is None and encoding == "folded":
        raise ConcentrationError(
            "the folded encoding holds one data point, but no inputs were given; pass inputs "
            "(--input on the command line) or choose the absorbed encoding"
        )
    width = network.widths[0]
    values = check_inputs(
        np.zeros((1, width)) if inputs is None else inputs, width, network.input_names
    )
    if len(values) != 1:
        raise ConcentrationError(
            f"a compiled network holds one data point, but {len(values)} rows of inputs were "
            f"given; pass one row"
        )
    return np.asarray(values[0] + 0.0)  # a file would show the sign of -0.0
