"""Which neural network a reaction network computes, read from its structure.

Each node's ODE must have the form of equation (18), dx/dt = h + rho x - sum_k (k - 1) d_k x^k with
rho a weighted sum of the nodes before it. All numbers come from rate constants and concentrations
of constant species, in whatever way they share them. Ids and names only break ties: which constant
species is an input, and which node comes first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from crn2sbml.activations import Activation
from crn2sbml.arrays import Array
from crn2sbml.compile import INPUT, Encoding, unlabelled
from crn2sbml.crn import Crn
from crn2sbml.errors import ActivationError, UnsupportedError
from crn2sbml.network import Layer, NeuralNetwork
from crn2sbml.reaction import Reaction, Species, format_complex

_NODE_ID = re.compile(r"X(\d{1,9})_(\d{1,9})", re.ASCII)
_MODEL_NAME = re.compile(r"network((?:_\d{1,9}){2,})", re.ASCII)
_WIDTHS = re.compile(r"\d{1,9}( \d{1,9})+", re.ASCII)
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
        Where the numbers are.
    inputs : tuple of str or None
        Species id of each input; None where all weights of an input are 0 and it is gone.
    layers : tuple of tuple of str
        Species ids of the nodes of each layer after the inputs.
    """

    network: NeuralNetwork
    encoding: Encoding
    inputs: tuple[str | None, ...]
    layers: tuple[tuple[str, ...], ...]

    def own_inputs(self, crn: Crn) -> Array:
        """Return the concentrations that the inputs have in the model, shape (width,)."""
        starts = {s.id: s.initial for s in crn.species}
        return np.array([0.0 if s is None else starts[s] for s in self.inputs])


@dataclass(slots=True)
class _Node:
    """The terms of one node's ODE, added up reaction by reaction."""

    smoothing: float = 0.0
    bias: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    decay: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Linear:
    """A term that grows with the node itself: who takes part besides it, and the factor."""

    reaction: Reaction
    node: str
    source: str | None
    constants: tuple[tuple[str, int], ...]
    factor: float


def extract_network(crn: Crn) -> NeuralNetwork:
    """Recover the neural network that a reaction network computes.

    Parameters
    ----------
    crn : Crn
        Any network whose nodes obey equation (18), with reactions in any order, rate constants of
        any value and any ids; for example one made by
        :func:`~crn2sbml.compile.compile_network`, written to a file, edited and read again.

    Returns
    -------
    NeuralNetwork
        For an enzymatic or absorbed network the one that was compiled, bit for bit. Rate constants
        are absorbed into weights, biases and h. A folded network has no inputs left: the result has
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
        Any network; see :func:`extract_network`.

    Returns
    -------
    RecognisedNetwork

    Raises
    ------
    UnsupportedError
        If it is no such network; the message names what does not fit.
    """
    if not crn.dynamic_species:
        raise UnsupportedError(f"{crn.name} is no neural network: no species of it ever changes")
    constant = {s.id: s.initial for s in crn.species}
    for species in crn.dynamic_species:
        del constant[species]
    nodes, linear = _collect(crn, constant)
    inputs = _find_inputs(crn, linear)
    for term in linear:
        _add_linear(nodes[term.node], term, inputs, constant)
    layers = _find_layers(crn, nodes)
    columns = _input_columns(crn, inputs, layers)
    built = []
    before: Sequence[str | None] = columns
    for number, layer in enumerate(layers, start=1):
        built.append(_layer(nodes, layer, before, number))
        before = layer
    network = NeuralNetwork(built, *_names(crn, columns, layers[-1]))
    return RecognisedNetwork(network, _encoding(linear, columns, inputs), tuple(columns), layers)


def _collect(crn: Crn, constant: Mapping[str, float]) -> tuple[dict[str, _Node], list[_Linear]]:
    """Sort the reactions into terms of equation (18); those linear in the node stay apart."""
    nodes = {species: _Node() for species in crn.dynamic_species}
    rates = crn.rate_constant_values
    linear = []
    for reaction in crn.reactions:
        changes = crn.changes(reaction)
        if not changes:
            continue  # it changes only what is held constant
        if len(changes) > 1:
            raise _unfit(reaction, "it changes more than one species")
        ((x, change),) = changes.items()
        term = _add_term(nodes[x], x, change, reaction, rates[reaction.rate], constant)
        if term is not None:
            linear.append(term)
    return nodes, linear


def _add_term(
    node: _Node,
    x: str,
    change: int,
    reaction: Reaction,
    rate: float,
    constant: Mapping[str, float],
) -> _Linear | None:
    """Add a reaction's term to its node, or return it if it is linear in the node."""
    order, source, constants = 0, None, []
    for species, count in reaction.reactants:
        if species == x:
            order = count
        elif species in constant:
            constants.append((species, count))
        elif source is None and count == 1:
            source = species
        else:
            raise _unfit(reaction, "its rate is a product of several nodes before it")
    if order == 1:
        return _Linear(reaction, x, source, tuple(constants), change * rate)
    factor = rate * math.prod(constant[s] ** n for s, n in constants)
    if source is not None:
        raise _unfit(
            reaction, f"its rate depends on {source}, but is not in proportion to {x} itself"
        )
    if order == 0:
        node.smoothing += change * factor
    elif change < 0:
        # The term is -(k - 1) d_k x^k.
        node.decay[order] = node.decay.get(order, 0.0) + factor * (-change / (order - 1))
    else:
        raise _unfit(reaction, f"{x} makes more of itself, at order {order}")
    return None


def _find_inputs(crn: Crn, linear: Iterable[_Linear]) -> dict[str, None]:
    """Return the input species, in the order of the network.

    Marked ones, if there are any. Otherwise the structure tells: an enzyme for a weight or bias
    takes part in one reaction; an input, which never joins a node as a source, in several, unless
    no reaction holds more than one constant species or node before it, so that there are no enzymes
    at all.
    """
    uses: dict[str, int] = {}
    has_enzymes = False
    for term in linear:
        has_enzymes = has_enzymes or len(term.constants) + (term.source is not None) > 1
        if term.source is None:
            for species, _ in term.constants:
                uses[species] = uses.get(species, 0) + 1
    candidates = [s for s in crn.species if s.id in uses]
    marked = [s for s in candidates if _is_marked(s)]
    if not marked:
        shared = {s for s, count in uses.items() if count > 1 or not has_enzymes}
        marked = [s for s in candidates if s.id in shared]
    return dict.fromkeys(s.id for s in marked)


def _is_marked(species: Species) -> bool:
    match = _NODE_ID.fullmatch(species.id)
    return (
        species.role == INPUT
        or (match is not None and match[1] == "0")
        or unlabelled("input", species.name) is not None
    )


def _add_linear(
    node: _Node, term: _Linear, inputs: Container[str], constant: Mapping[str, float]
) -> None:
    """Add a term (w+ - w-) x' x or (b+ - b-) x to its node."""
    source, factor = term.source, term.factor
    for species, count in term.constants:
        if species not in inputs:
            factor *= constant[species] ** count
        elif source is None and count == 1:
            source = species
        else:
            raise _unfit(term.reaction, f"its rate is a product of {species} and other inputs")
    if source is None:
        node.bias += factor
    else:
        node.weights[source] = node.weights.get(source, 0.0) + factor


def _find_layers(crn: Crn, nodes: Mapping[str, _Node]) -> tuple[tuple[str, ...], ...]:
    """Return the nodes layer by layer: by their ids if these agree with who depends on whom."""
    levels = _levels_of_ids(nodes)
    if levels is None or _out_of_place(nodes, levels) is not None:
        levels = _levels_of_paths(nodes)
        wrong = _out_of_place(nodes, levels)
        if wrong is not None:
            node, source = wrong
            raise UnsupportedError(
                f"the network has no layers: {node} depends on {source}, which is not in the layer "
                f"right before it"
            )
    layers: list[list[str]] = [[] for _ in range(max(levels.values()))]
    for species in crn.dynamic_species:
        layers[levels[species] - 1].append(species)
    if all(_NODE_ID.fullmatch(species) for species in nodes):
        layers = [sorted(layer, key=_numbers_of) for layer in layers]
    return tuple(map(tuple, layers))


def _numbers_of(identifier: str) -> tuple[int, int]:
    """Return layer and node of an id such as X2_1."""
    match = _NODE_ID.fullmatch(identifier)
    assert match is not None
    return int(match[1]), int(match[2])


def _levels_of_ids(nodes: Mapping[str, _Node]) -> dict[str, int] | None:
    if not all(_NODE_ID.fullmatch(species) for species in nodes):
        return None
    levels = {species: _numbers_of(species)[0] for species in nodes}
    present = set(levels.values())
    return levels if present == set(range(1, len(present) + 1)) else None


def _levels_of_paths(nodes: Mapping[str, _Node]) -> dict[str, int]:
    """Return for each node the length of the longest path to it.

    A node that depends on nothing stands right before those that depend on it, or in the last
    layer.
    """
    sources = {x: [s for s in node.weights if s in nodes] for x, node in nodes.items()}
    levels: dict[str, int] = {}
    for x in nodes:
        _visit(x, sources, levels)
    last = max(levels.values())
    followers: dict[str, list[int]] = {}
    for x, before in sources.items():
        for source in before:
            followers.setdefault(source, []).append(levels[x])
    for x, node in nodes.items():
        if not node.weights:
            levels[x] = min(followers[x]) - 1 if x in followers else last
    return levels


def _visit(start: str, sources: Mapping[str, list[str]], levels: dict[str, int]) -> None:
    """Give levels to a node and all that it depends on, depth first without recursion."""
    path: dict[str, int] = {start: 0}
    while path:
        x = next(reversed(path))
        before = sources[x]
        while path[x] < len(before) and before[path[x]] in levels:
            path[x] += 1
        if path[x] == len(before):
            levels[x] = 1 + max((levels[s] for s in before), default=0)
            del path[x]
        elif before[path[x]] in path:
            names = list(path)
            circle = [*names[names.index(before[path[x]]) :], before[path[x]]]
            raise UnsupportedError(
                f"the network is not feed-forward: {' <- '.join(reversed(circle))} depend on each "
                f"other"
            )
        else:
            path[before[path[x]]] = 0


def _out_of_place(nodes: Mapping[str, _Node], levels: Mapping[str, int]) -> tuple[str, str] | None:
    """Return a node and a source of it that is not in the layer before, if there is one."""
    for x, node in nodes.items():
        for source in node.weights:
            if levels.get(source, 0) != levels[x] - 1:
                return x, source
    return None


def _input_columns(
    crn: Crn, inputs: Iterable[str], layers: Sequence[Sequence[str]]
) -> list[str | None]:
    """Return the input species in order, with gaps for those that are gone.

    An input whose weights are all 0 leaves no trace in an absorbed network but the number in the
    others' ids, and the widths that the model states.
    """
    ids = list(inputs)
    if not all(_NODE_ID.fullmatch(species) for species in ids):
        return list(ids)
    positions = {_numbers_of(species)[1]: species for species in ids}
    stated = _stated_widths(crn)
    width = max(positions, default=0)
    if stated[1:] == [len(layer) for layer in layers] and width <= stated[0]:
        width = stated[0]
    if len(positions) < len(ids) or 0 in positions or width * len(layers[0]) > _MOST_WEIGHTS:
        return list(ids)
    return [positions.get(number) for number in range(1, width + 1)]


def _stated_widths(crn: Crn) -> list[int]:
    """Return the widths that annotation or name state; none for a folded network."""
    text = crn.metadata.get("widths", "")
    if crn.metadata.get("encoding") == "folded":
        return []
    if not _WIDTHS.fullmatch(text):
        match = _MODEL_NAME.fullmatch(crn.name)
        text = match[1].replace("_", " ") if match else ""
    return [int(width) for width in text.split()]


def _layer(
    nodes: Mapping[str, _Node],
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


def _described(node: _Node) -> str:
    table = " + ".join(f"{d:g} at order {k}" for k, d in sorted(node.decay.items()))
    return f"decay {table}" if table else "no decay"


def _names(
    crn: Crn, columns: Sequence[str | None], outputs: Sequence[str]
) -> tuple[list[str] | None, list[str] | None]:
    labels = {s.id: s.name for s in crn.species}
    return (
        _names_of("input", [labels.get(s) if s else None for s in columns]),
        _names_of("output", [labels.get(s) for s in outputs]),
    )


def _names_of(kind: str, labels: Sequence[str | None]) -> list[str] | None:
    """Return the names of inputs or outputs; one that is lost becomes "input 3", for example."""
    found = [unlabelled(kind, label) for label in labels]
    if not any(found):
        return None
    names = [name or f"{kind} {number}" for number, name in enumerate(found, start=1)]
    return names if len(set(names)) == len(names) else None


def _encoding(
    linear: Iterable[_Linear], columns: Sequence[str | None], inputs: Container[str]
) -> Encoding:
    if not columns:
        return "folded"
    enzymes = any(s not in inputs for term in linear for s, _ in term.constants)
    return "enzymatic" if enzymes else "absorbed"


def _unfit(reaction: Reaction, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"reaction {reaction.id} ({format_complex(reaction.reactants)} -> "
        f"{format_complex(reaction.products)}) is not one of Table 1: {why}"
    )
