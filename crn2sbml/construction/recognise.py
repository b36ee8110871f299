"""Which neural network a reaction network computes, read from its structure.

Each node's ODE must have the form of equation (18), dx/dt = h + rho x - sum_k (k - 1) d_k x^k with
rho a weighted sum of the nodes before it. All numbers come from rate constants and concentrations
of constant species, in whatever way they share them. Ids and names only break ties: which constant
species is an input, and which node comes first.
"""

from __future__ import annotations

import functools
import re
import weakref
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import dimensionless
from crn2sbml.construction.labels import INPUT, NODE, parse_node_id, read_label
from crn2sbml.construction.layers import find_layers
from crn2sbml.construction.origin import Encoding, Origin
from crn2sbml.construction.terms import (
    LinearTerm,
    Node,
    add_linear_term,
    collect_terms,
    find_inputs,
)
from crn2sbml.errors import ActivationError, UnsupportedError
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Codec
from crn2sbml.neural.network import Layer, NeuralNetwork

_MODEL_NAME = re.compile(r"network((?:_\d{1,9}){2,})", re.ASCII)
# A file that claims more weights of its first layer than this, by the numbers in ids or annotations
# alone, is not believed: several times the largest networks of use.
_MOST_WEIGHTS = 50_000_000


@dataclass(frozen=True, slots=True)
class RecognisedNetwork:
    """A neural network found in a reaction network, and which species are what in it.

    Parameters
    ----------
    network : NeuralNetwork
        What the reaction network computes. A folded one has no inputs left: width 0.
    encoding : {"enzymatic", "absorbed", "folded"}
        Which of the encodings it is, by where the numbers are.
    inputs : tuple of str or None
        Species id of each input; None where all weights of an input are 0 and it is gone.
    layers : tuple of tuple of str
        Species ids of the nodes of each layer after the inputs.
    codec : Codec, optional
        What the metadata say that inputs and outputs mean; of a folded network outputs alone.
    """

    network: NeuralNetwork
    encoding: Encoding
    inputs: tuple[str | None, ...]
    layers: tuple[tuple[str, ...], ...]
    codec: Codec | None = None

    def own_inputs(self, crn: Crn) -> Array:
        """Return the dimensionless concentrations of the inputs in the model, shape (width,)."""
        starts = {s.id: s.initial for s in dimensionless(crn).species}
        return np.array([0.0 if s is None else starts[s] for s in self.inputs])


def extract_network(crn: Crn) -> NeuralNetwork:
    """Recover the neural network that a reaction network computes.

    Parameters
    ----------
    crn : Crn
        Any reaction network whose nodes obey equation (18), with reactions in any order, rate
        constants of any value and any ids; for example one made by
        :func:`~crn2sbml.compile_network`, written to a file, edited and read again.

    Returns
    -------
    NeuralNetwork
        For an enzymatic or absorbed network the one that was compiled, bit for bit. Rate constants
        are absorbed into weights, biases and h, and all numbers are dimensionless, whatever units
        the reaction network is in. A folded network has no inputs left: the result has
        input width 0, and the biases of its first layer hold what inputs and weights were.

    Raises
    ------
    UnsupportedError
        If it is no such network; the message names what does not fit.

    Examples
    --------
    >>> from crn2sbml import Layer, NeuralNetwork, compile_network, extract_network
    >>> network = NeuralNetwork([Layer([[0.5, -2.0]], [0.1])])
    >>> extract_network(compile_network(network, "absorbed")) == network
    True
    """
    return recognise_network(crn).network


def recognise_network(crn: Crn) -> RecognisedNetwork:
    """Find a neural network in a reaction network, and tell which species is what.

    Parameters
    ----------
    crn : Crn
        Any reaction network; see :func:`extract_network`.

    Returns
    -------
    RecognisedNetwork

    Raises
    ------
    UnsupportedError
        If it is no such network; the message names what does not fit.
    """
    known = _outcomes.get(id(crn))
    # The number of an object is used again when it is gone.
    if known is None or known[0]() is not crn:
        known = weakref.ref(crn, functools.partial(_forget, id(crn))), _outcome(crn)
        _outcomes[id(crn)] = known
    outcome = known[1]
    if isinstance(outcome, str):
        raise UnsupportedError(outcome)
    return outcome


def try_recognise(crn: Crn) -> RecognisedNetwork | None:
    """Find a neural network like :func:`recognise_network`; None if there is none."""
    try:
        return recognise_network(crn)
    except UnsupportedError:
        return None


# What is known of each reaction network that is alive: the neural network in it, or why there is
# none. Many ask for the same one after the other, and large networks take a second.
_outcomes: dict[int, tuple[weakref.ref[Crn], RecognisedNetwork | str]] = {}


def _forget(number: int, _: weakref.ref[Crn]) -> None:
    _outcomes.pop(number, None)


def _outcome(crn: Crn) -> RecognisedNetwork | str:
    try:
        return _recognise(crn)
    except UnsupportedError as error:
        return str(error)


def _recognise(crn: Crn) -> RecognisedNetwork:
    if not crn.dynamic_species:
        raise UnsupportedError(f"{crn.name} is no neural network: no species of it ever changes")
    crn = dimensionless(crn)
    origin = Origin.read(crn)
    constant = {s.id: s.initial for s in crn.species}
    for species in crn.dynamic_species:
        del constant[species]
    nodes, linear = collect_terms(crn, constant)
    inputs = find_inputs(crn, linear)
    for term in linear:
        add_linear_term(nodes[term.node], term, inputs, constant)
    layers = find_layers(crn, nodes)
    columns = _input_columns(_stated_widths(crn, origin), inputs, layers)
    built = []
    encoding = _encoding(linear, columns, inputs)
    before: Sequence[str | None] = columns
    for number, layer in enumerate(layers, start=1):
        plain = _layer(nodes, layer, before, number)
        # Without enzymes only the model can say so.
        sparse = origin is not None and number in origin.sparse
        if encoding == "enzymatic":
            sparse = any(len(nodes[species].weights) < len(before) for species in layer)
        fixed = origin is not None and number in origin.fixed
        built.append(replace(plain, sparse=sparse, trainable=not fixed))
        before = layer
    unused = {} if origin is None else origin.unused_inputs
    network = NeuralNetwork(built, *_names(crn, columns, layers[-1], unused))
    codec = _codec(origin, network)
    return RecognisedNetwork(network, encoding, tuple(columns), layers, codec)


def _codec(origin: Origin | None, network: NeuralNetwork) -> Codec | None:
    if origin is None or origin.codec is None:
        return None
    codec = origin.codec if network.widths[0] else origin.codec.without_inputs()
    return codec.named_after(network.input_names, network.output_names)


def _input_columns(
    stated: Sequence[int], inputs: Iterable[str], layers: Sequence[Sequence[str]]
) -> list[str | None]:
    """Return the input species in order, with gaps for those that are gone.

    An input whose weights are all 0 leaves no trace in an absorbed network but the number in the
    others' ids, and the widths that the model states.
    """
    ids = list(inputs)
    numbers = [parse_node_id(species) for species in ids]
    positions = {n[1]: species for n, species in zip(numbers, ids, strict=True) if n is not None}
    width = max(positions, default=0)
    if list(stated[1:]) == [len(layer) for layer in layers] and width <= stated[0]:
        width = stated[0]
    if len(positions) < len(ids) or 0 in positions or width * len(layers[0]) > _MOST_WEIGHTS:
        return list(ids)
    return [positions.get(number) for number in range(1, width + 1)]


def _stated_widths(crn: Crn, origin: Origin | None) -> Sequence[int]:
    """Return the widths that annotation or name state; none for a folded network."""
    if origin is not None:
        return () if origin.encoding == "folded" else origin.widths
    match = _MODEL_NAME.fullmatch(crn.name)
    return [int(width) for width in match[1][1:].split("_")] if match else ()


def _layer(
    nodes: Mapping[str, Node],
    members: Sequence[str],
    before: Sequence[str | None],
    number: int,
) -> Layer:
    index = {species: column for column, species in enumerate(before)}
    weights = np.zeros((len(members), len(before)))
    for row, species in enumerate(members):
        for source, weight in nodes[species].weights.items():
            weights[row, index[source]] = weight
    first = nodes[members[0]]
    for species in members:
        if (nodes[species].smoothing, nodes[species].decay) != (first.smoothing, first.decay):
            raise UnsupportedError(
                f"the nodes of layer {number} differ in smoothing or decay: {members[0]} has "
                f"h = {first.smoothing:g} and {_described(first)}, {species} has "
                f"h = {nodes[species].smoothing:g} and {_described(nodes[species])}"
            )
    if not first.decay:
        raise UnsupportedError(
            f"{members[0]} has no decay of order 2 or more, such as 2 {members[0]} -> {members[0]}"
        )
    try:
        activation = Activation(first.smoothing, dict(sorted(first.decay.items())))
    except ActivationError as error:
        raise UnsupportedError(
            f"{members[0]} and its layer have no activation of ours: {error}"
        ) from error
    return Layer(weights, np.array([nodes[species].bias for species in members]), activation)


def _described(node: Node) -> str:
    table = " + ".join(f"{d:g} at order {k}" for k, d in sorted(node.decay.items()))
    return f"decay {table}" if table else "no decay"


def _names(
    crn: Crn,
    columns: Sequence[str | None],
    outputs: Sequence[str],
    unused: Mapping[int, str],
) -> tuple[list[str] | None, list[str] | None]:
    names = {s.id: s.name for s in crn.species}

    def own_name(species: str, role: str) -> str | None:
        label = read_label(names[species])
        return label.name if label is not None and label.role == role else None

    inputs = [
        unused.get(number) if species is None else own_name(species, INPUT)
        for number, species in enumerate(columns, start=1)
    ]
    return (
        _names_of("input", inputs),
        _names_of("output", [own_name(species, NODE) for species in outputs]),
    )


def _names_of(kind: str, own_names: Sequence[str | None]) -> list[str] | None:
    """Return the names of inputs or outputs; one that is lost becomes "input 3", for example."""
    if not any(own_names):
        return None
    names = [name or f"{kind} {number}" for number, name in enumerate(own_names, start=1)]
    return names if len(set(names)) == len(names) else None


def _encoding(
    linear: Iterable[LinearTerm], columns: Sequence[str | None], inputs: Container[str]
) -> Encoding:
    if not columns:
        return "folded"
    enzymes = any(s not in inputs for term in linear for s, _ in term.constants)
    return "enzymatic" if enzymes else "absorbed"
