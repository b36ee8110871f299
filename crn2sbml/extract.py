"""Which neural network a compiled reaction network computes, read from its structure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import numpy as np

from crn2sbml.activations import Activation
from crn2sbml.compile import INPUT, node_id
from crn2sbml.crn import Crn
from crn2sbml.errors import ActivationError, UnsupportedError
from crn2sbml.network import Layer, NeuralNetwork
from crn2sbml.reaction import Reaction, format_complex


@dataclass(slots=True)
class _Node:
    """Terms of one node's equation (18), added up reaction by reaction."""

    smoothing: float = 0.0
    bias: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    decay: dict[int, float] = field(default_factory=dict)


def extract_network(crn: Crn) -> NeuralNetwork:
    """Recover the neural network that a compiled reaction network computes.

    Numbers come from rate constants and enzyme concentrations, collected into the terms of
    equation (18), so that every encoding is read in the same way. A folded network has no inputs
    left: the result then has input width 0.

    Parameters
    ----------
    crn : Crn
        A network made by :func:`~crn2sbml.compile.compile_network`, in any encoding.

    Returns
    -------
    NeuralNetwork
        For an enzymatic or absorbed network the one that was compiled, bit for bit but for names.

    Raises
    ------
    UnsupportedError
        If a reaction does not fit into equation (18) or the layers cannot be told.
    """
    widths = _widths(crn)
    nodes = _collect(crn)
    expected = [
        node_id(layer, n) for layer in range(1, len(widths)) for n in _numbers(widths[layer])
    ]
    if set(expected) != set(nodes):
        odd = sorted(set(expected) ^ set(nodes))[0]
        raise UnsupportedError(f"the dynamic species do not form layers of widths {widths}: {odd}")
    if crn.metadata.get("encoding") == "folded":
        widths = (0, *widths[1:])
    layers = []
    for layer in range(1, len(widths)):
        members = [nodes[node_id(layer, n)] for n in _numbers(widths[layer])]
        before = [node_id(layer - 1, n) for n in _numbers(widths[layer - 1])]
        layers.append(_layer(members, before, layer))
    return NeuralNetwork(tuple(layers))


def _widths(crn: Crn) -> tuple[int, ...]:
    text = crn.metadata.get("widths", "")
    if not re.fullmatch(r"\d+( \d+)+", text):
        raise UnsupportedError(
            f"{crn.name} was not compiled from a neural network, so that the layers of its "
            f"nodes are unknown; use trajectory() to simulate any reaction network"
        )
    return tuple(int(width) for width in text.split())


def _numbers(width: int) -> range:
    return range(1, width + 1)


def _collect(crn: Crn) -> dict[str, _Node]:
    inputs = {s.id for s in crn.species if s.role == INPUT}
    enzymes = set(crn.enzymatic_species) - inputs
    constants = {s.id: s.initial for s in crn.species if s.id in enzymes}
    nodes = {species: _Node() for species in crn.dynamic_species}
    for reaction in crn.reactions:
        _add_term(nodes, reaction, crn.rate_constant_values[reaction.rate], constants)
    return nodes


def _add_term(
    nodes: dict[str, _Node], reaction: Reaction, rate: float, constants: dict[str, float]
) -> None:
    """Add the reaction's term of equation (18) to the node that it changes."""
    if len(reaction.vector) != 1:
        raise _unfit(reaction, "it changes more than one species")
    ((x, change),) = reaction.vector.items()
    factor = rate * math.prod(constants[s] ** n for s, n in reaction.reactants if s in constants)
    order = dict(reaction.reactants).get(x, 0)
    upstream = [(s, n) for s, n in reaction.reactants if s != x and s not in constants]
    node = nodes[x]
    if not upstream and order == 0:
        node.smoothing += change * factor
    elif not upstream and order == 1:
        node.bias += change * factor
    elif not upstream and change == 1 - order:
        node.decay[order] = node.decay.get(order, 0.0) + factor
    elif order == 1 and len(upstream) == 1 and upstream[0][1] == 1:
        source = upstream[0][0]
        node.weights[source] = node.weights.get(source, 0.0) + change * factor
    else:
        raise _unfit(reaction, "its rate is no term of h + rho x - sum (k - 1) d_k x^k")


def _unfit(reaction: Reaction, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"reaction {reaction.id} ({format_complex(reaction.reactants)} -> "
        f"{format_complex(reaction.products)}) is not one of Table 1: {why}"
    )


def _layer(nodes: list[_Node], before: list[str], number: int) -> Layer:
    index = {species: column for column, species in enumerate(before)}
    weights = np.zeros((len(nodes), len(before)))
    for row, node in enumerate(nodes):
        for source, weight in node.weights.items():
            if source not in index:
                raise UnsupportedError(
                    f"node {node_id(number, row + 1)} depends on {source}, which is not in the "
                    f"layer before it"
                )
            weights[row, index[source]] = weight
    kinds = {(node.smoothing, tuple(sorted(node.decay.items()))) for node in nodes}
    if len(kinds) > 1:
        raise UnsupportedError(f"the nodes of layer {number} differ in smoothing or decay")
    smoothing, decay = next(iter(kinds))
    try:
        activation = Activation(smoothing, dict(decay))
    except ActivationError as error:
        raise UnsupportedError(f"layer {number} has no activation of ours: {error}") from error
    return Layer(weights, np.array([node.bias for node in nodes]), activation)
