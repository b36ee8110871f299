"""What roadrunner loads: the kernel model of a neural network, or a reaction network as it is.

The kernel model has one reaction a node, whose law is the whole right-hand side
h + x (rho - sum_k (k - 1) d_k x^(k-1)) with signed numbers. The first layer's W d + beta is one
parameter a node, deeper edges are one parameter each, so that rewriting a few hundred numbers
changes the neural network or its inputs without loading anything again. Layers that are not
trainable have plain numbers, which load faster. It is private: no `Crn` and no export, since its
parameters change sign in training.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description
from crn2sbml.construction.compile import NODE_START
from crn2sbml.construction.labels import node_id
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.sbml.elements import (
    LEVEL_3_VERSION_1,
    XML_DECLARATION,
    apply,
    formula,
    opening,
    plain_number,
    reference,
    symbol,
)
from crn2sbml.formats.sbml.write import sbml_pieces
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork

# The form of the SBML text; nobody but roadrunner reads it.
_FORM = LEVEL_3_VERSION_1

# Which weights of each layer after the first are parameters; None where none is, nor a bias.
EdgeMasks = Sequence[NDArray[np.bool_] | None]


@dataclass(frozen=True, slots=True)
class LoadableModel:
    """SBML text and the ids of what is read from and written to the loaded model.

    Parameters
    ----------
    sbml : str
        The text that roadrunner loads.
    nodes : tuple of str
        The floating species whose concentrations are the state.
    starts : numpy.ndarray, shape (nodes,)
        The concentrations of the nodes at time 0, unless a run is given others.
    inputs_written : tuple of str
        The ids of what is rewritten before every run.
    constants : tuple of str
        The ids of what is rewritten when weights, biases or other constants change.
    kind : {"parameter", "species"}
        The kind of thing that inputs and constants are: global parameters or boundary species.
    """

    sbml: str
    nodes: tuple[str, ...]
    starts: Array
    inputs_written: tuple[str, ...]
    constants: tuple[str, ...]
    kind: Literal["parameter", "species"]


def kernel_model(network: NeuralNetwork) -> LoadableModel:
    """Write the kernel model of a neural network."""
    nodes = tuple(node_id(layer, n) for layer, n in _nodes(network))
    inputs_written = tuple(f"rho_{node_id(1, n)}" for n in range(1, network.widths[1] + 1))
    constants = tuple(_constant_ids(network, kernel_edges(network)))
    return LoadableModel(
        "".join(_kernel_pieces(network, nodes, (*inputs_written, *constants))),
        nodes,
        np.full(len(nodes), NODE_START),
        inputs_written,
        constants,
        "parameter",
    )


def kernel_edges(network: NeuralNetwork) -> EdgeMasks:
    """Return which weights of each layer after the first the kernel has as parameters."""
    return [layer.edges if layer.trainable else None for layer in network.layers[1:]]


def kernel_constants(network: NeuralNetwork, edges: EdgeMasks) -> Array:
    """Return the values of the kernel's constants, in the order of their ids.

    Parameters
    ----------
    network : NeuralNetwork
        The neural network that was loaded, or another of its shape.
    edges : sequence of numpy.ndarray of bool or None
        The weights that the loaded kernel has as parameters, layer by layer.

    Raises
    ------
    UnsupportedError
        If the neural network has an edge that the kernel lacks.
    """
    activations = [layer.activation for layer in network.layers]
    values = [np.array([a.h, *a.decay.values()]) for a in activations]
    for number, (layer, present) in enumerate(zip(network.layers[1:], edges, strict=True), start=2):
        if present is None:
            continue
        if layer.weights[~present].any():
            raise UnsupportedError(
                f"layer {number} has an edge that the loaded model lacks, whose layer is sparse; "
                f"make a new Simulator"
            )
        values += [layer.biases, layer.weights[present]]
    return np.concatenate(values)


def crn_model(crn: Crn, nodes: Sequence[str], inputs: Collection[str]) -> LoadableModel:
    """Describe a reaction network that is loaded as it is.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    nodes : sequence of str
        The dynamic species, in the order of the state.
    inputs : collection of str
        The constant species that are rewritten before every run.
    """
    return LoadableModel(
        "".join(sbml_pieces(crn, Description())),
        tuple(nodes),
        concentrations(crn, nodes),
        tuple(inputs),
        tuple(species for species in crn.constant_species if species not in inputs),
        "species",
    )


def concentrations(crn: Crn, species: Iterable[str]) -> Array:
    """Return the initial concentrations of some species."""
    starts = {s.id: s.initial for s in crn.species}
    return np.array([starts[identifier] for identifier in species], dtype=np.float64)


def _nodes(network: NeuralNetwork) -> Iterator[tuple[int, int]]:
    for layer, width in enumerate(network.widths[1:], start=1):
        for node in range(1, width + 1):
            yield layer, node


def _constant_ids(network: NeuralNetwork, edges: EdgeMasks) -> Iterator[str]:
    """Ids in the order of :func:`kernel_constants`."""
    for number, layer in enumerate(network.layers, start=1):
        yield f"h{number}"
        yield from (f"d{number}_{k}" for k in layer.activation.decay)
    for number, present in enumerate(edges, start=2):
        if present is None:
            continue
        yield from (f"b{number}_{i}" for i in range(1, len(present) + 1))
        yield from (f"w{number}_{i}_{j}" for i, j in (np.argwhere(present) + 1).tolist())


def _kernel_pieces(
    network: NeuralNetwork, nodes: tuple[str, ...], parameters: tuple[str, ...]
) -> Iterator[str]:
    yield (
        f"{XML_DECLARATION}{opening(_FORM)}"
        '<model id="kernel"><listOfCompartments><compartment id="vessel" size="1" constant="true" '
        'spatialDimensions="3"/></listOfCompartments><listOfSpecies>'
    )
    for node in nodes:
        yield (
            f'<species id="{node}" compartment="vessel" initialConcentration="{NODE_START}" '
            'hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>'
        )
    yield "</listOfSpecies><listOfParameters>"
    for parameter in parameters:
        yield f'<parameter id="{parameter}" value="0" constant="false"/>'
    yield "</listOfParameters><listOfReactions>"
    for x, law in _laws(network):
        yield (
            f'<reaction id="R_{x}"{_FORM.reaction_attributes}>'
            f"<listOfProducts>{reference(x, 1)}</listOfProducts>"
            f"<kineticLaw>{formula(law)}</kineticLaw></reaction>"
        )
    yield "</listOfReactions></model></sbml>"


def _laws(network: NeuralNetwork) -> Iterator[tuple[str, str]]:
    """Yield each node with its law, h + x (rho - sum_k (k - 1) d_k x^(k-1)), equation (18)."""
    before: list[str] = []
    for number, layer in enumerate(network.layers, start=1):
        nodes = [node_id(number, node) for node in range(1, layer.width + 1)]
        symbols = [symbol(x) for x in nodes]
        sums = _weighted_sums(layer, number, before) if before else _first_sums(nodes)
        for node, x, rho in zip(nodes, symbols, sums, strict=True):
            net = apply("minus", apply("plus", rho), _loss(layer.activation, number, x))
            yield node, apply("plus", symbol(f"h{number}"), apply("times", x, net))
        before = symbols


def _first_sums(nodes: Iterable[str]) -> Iterator[str]:
    return (symbol(f"rho_{node}") for node in nodes)


def _weighted_sums(layer: Layer, number: int, before: Sequence[str]) -> Iterator[str]:
    """Write, for each node, the terms of a sum over the symbols of the layer before."""
    edges = layer.edges
    for i in range(layer.width):
        sources = np.flatnonzero(edges[i]).tolist()
        bias, weights = _numbers(layer, number, i, sources)
        terms = [apply("times", w, before[j]) for w, j in zip(weights, sources, strict=True)]
        yield "".join([bias, *terms])


def _numbers(
    layer: Layer, number: int, node: int, sources: Sequence[int]
) -> tuple[str, Iterable[str]]:
    """Write the bias and the weights of a node, as parameters or as plain numbers."""
    if layer.trainable:
        weight = f"w{number}_{node + 1}_"
        return symbol(f"b{number}_{node + 1}"), [symbol(f"{weight}{j + 1}") for j in sources]
    row = layer.weights[node].tolist()
    return plain_number(float(layer.biases[node])), [plain_number(row[j]) for j in sources]


def _loss(activation: Activation, layer: int, x: str) -> str:
    # Products instead of powers: the compiled code is faster, and orders are small.
    terms = [
        apply("times", plain_number(k - 1), symbol(f"d{layer}_{k}"), x * (k - 1))
        for k in activation.decay
    ]
    return apply("plus", *terms)
