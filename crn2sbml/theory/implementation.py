"""Does a reaction network implement a neural network (Definition 4.1)? And its subsystems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crn2sbml._support.checks import check_type
from crn2sbml.chemistry.combine import subnetwork
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.compile import check_smoothing
from crn2sbml.construction.labels import node_id
from crn2sbml.construction.ordering import find_cycle
from crn2sbml.construction.ordering import layers as layers_of
from crn2sbml.construction.origin import Origin
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.theory.certificate.exact import format_rational
from crn2sbml.theory.certificate.polynomials import (
    Monomial,
    Polynomial,
    collect_polynomials,
    polynomials,
)

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A term of a node's equation that is not what the neural network says.

    Parameters
    ----------
    species : str
        Id of the node, or of the species that should not be there.
    what : str
        Words for the term, for example "weight from node 3 of layer 1".
    expected, found : fractions.Fraction or None
        Coefficients; None where there is none to compare.
    reactions : tuple of str
        Ids of the reactions that make the term; empty where there are none.
    """

    species: str
    what: str
    expected: Fraction | None
    found: Fraction | None
    reactions: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.species}: {self.what}"
        if self.expected is not None and self.found is not None:
            text += f" is {format_rational(self.found)}, not {format_rational(self.expected)}"
        return text + (f" ({', '.join(self.reactions[:4])})" if self.reactions else "")


@dataclass(frozen=True, slots=True)
class Implementation:
    """Whether a reaction network implements a neural network; it is true if it does.

    Parameters
    ----------
    differences : tuple of Difference
        All that differs, node by node; nothing if it is proved.
    """

    differences: tuple[Difference, ...]

    @property
    def proved(self) -> bool:
        """Whether the reaction network is proved to implement the neural network."""
        return not self.differences

    def __bool__(self) -> bool:
        return self.proved

    def __str__(self) -> str:
        if self.proved:
            return "implemented: every node's equation is that of the network"
        listed = [str(difference) for difference in self.differences[:_MOST_LISTED]]
        more = len(self.differences) - len(listed)
        return "\n".join(
            ["not implemented:", *listed, *([f"... and {more:,} more"] if more > 0 else [])]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {"proved": self.proved, "differences": [str(d) for d in self.differences]}


def implements(
    crn: Crn, network: NeuralNetwork, *, relative_tolerance: float = 0.0
) -> Implementation:
    """Prove that a reaction network implements a neural network, or say what differs.

    Parameters
    ----------
    crn : Crn
        Any reaction network that keeps its inputs as species (not a folded one). Nodes and inputs
        are matched by ids such as ``X2_1`` where they fit, otherwise by its structure.
    network : NeuralNetwork
        A neural network with h > 0 in every layer.
    relative_tolerance : float, default 0
        How much each coefficient may differ, relative to the expected one. Rate constants other
        than 1 are multiplied exactly here, but rounded in a neural network that was extracted from
        a model: 1e-15 lets that pass.

    Returns
    -------
    Implementation
        Its truth value is whether it is proved. The proof is structural: every node's equation,
        in exact rationals and with the inputs as symbols, is equation (13) of the neural network,
        term by term. With h > 0 the nodes then converge to the activations of every layer, for all
        inputs and all starts (Proposition 4.9).

    Raises
    ------
    UnsupportedError
        If a layer has h = 0, or the nodes cannot be matched.

    Notes
    -----
    Definition 4.1 of the paper: it is not enough for the outputs to be right.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork, compile_network, implements
    >>> network = NeuralNetwork.random((2, 3, 1), rng=1)
    >>> bool(implements(compile_network(network), network))
    True
    >>> print(implements(compile_network(network), NeuralNetwork.random((2, 3, 1), rng=2)))
    not implemented:
    X1_1: bias is -0.536..., not -0.325... (Rbp1_1, Rbm1_1)
    ...
    """
    check_type(crn, Crn, "implements")
    check_type(network, NeuralNetwork, "implements")
    check_smoothing(network)
    if not 0 <= relative_tolerance < 1:
        raise InputValueError(
            f"relative_tolerance is {relative_tolerance!r}; it must be at least 0 and below 1"
        )
    columns, layers = _match(crn, network)
    inputs = [s for s in columns if s is not None]
    enzymes = set(crn.enzymatic_species)
    outside = [_wrong_input(crn, s) for s in inputs if s not in enzymes]
    known = {s for layer in layers for s in layer}
    outside += [
        Difference(s, "is a dynamic species, but no node of the network", None, None)
        for s in crn.dynamic_species
        if s not in known and s not in inputs
    ]
    values = {s.id: s.initial for s in crn.species}
    sides = collect_polynomials(crn, values, (*inputs, *crn.dynamic_species))
    tolerance = Fraction(relative_tolerance)
    differences: list[Difference] = []
    before: Sequence[str | None] = columns
    for number, layer in enumerate(layers, start=1):
        names = _Names(before, number)
        for row, species in enumerate(layer):
            expected = _expected(network, number, row, before)
            differences += _compare(sides[species], expected, names, tolerance)
        before = layer
    return Implementation((*outside, *differences))


def subsystem(crn: Crn, depth: int) -> Crn:
    """Cut out the first layers of a feed-forward reaction network: the subsystem F^r of section 4.

    Parameters
    ----------
    crn : Crn
        A feed-forward reaction network.
    depth : int
        The number of layers to keep, r, from 1 to all of them.

    Returns
    -------
    Crn
        All reactions that change a species of the first `depth` layers. Layers are those of the
        neural network, or, where it is none, species by the longest path that leads to them.

    Raises
    ------
    InputValueError
        If there is no such layer.
    UnsupportedError
        If the reaction network is not feed-forward, or a reaction changes species on both sides of
        the cut.

    Notes
    -----
    F^r contains F^(r-1), and what is certified for it holds within the whole: nothing flows back.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork, compile_network, subsystem
    >>> crn = compile_network(NeuralNetwork.random((2, 3, 1), rng=1))
    >>> subsystem(crn, 1)
    Crn network_2_3_1_F1: 3 dynamic and 21 enzymatic species, 24 reactions
    """
    check_type(crn, Crn, "subsystem")
    check_type(depth, int, "subsystem")
    members = _layers(crn)
    if not 1 <= depth <= len(members):
        raise InputValueError(f"depth is {depth!r}, but the network has layers 1 to {len(members)}")
    kept = {species for layer in members[:depth] for species in layer}
    reactions = []
    for reaction in crn.reactions:
        changed = set(crn.changes(reaction))
        if changed & kept:
            if changed - kept:
                raise UnsupportedError(
                    f"reaction {reaction.id} changes {sorted(changed & kept)[0]} and "
                    f"{sorted(changed - kept)[0]}, which are on both sides of the cut"
                )
            reactions.append(reaction.id)
    return subnetwork(crn, reactions, f"{crn.name}_F{depth}")


def _layers(crn: Crn) -> Sequence[Sequence[str]]:
    try:
        return recognise_network(crn).layers
    except UnsupportedError:
        sides = polynomials(crn)
        before = {s: p.upstream for s, p in sides.items()}
        if find_cycle(before):
            raise UnsupportedError(
                f"{crn.name} is not feed-forward, so that it has no layers to cut; certify(crn) "
                f"names the cycle"
            ) from None
        return layers_of(before)


def _match(
    crn: Crn, network: NeuralNetwork
) -> tuple[Sequence[str | None], Sequence[Sequence[str]]]:
    """Return the species of every input and node: by their ids, or else by the structure."""
    by_id = [
        [node_id(layer, node) for node in range(1, width + 1)]
        for layer, width in enumerate(network.widths)
    ]
    origin = Origin.read(crn)
    if origin is not None and origin.encoding == "folded":
        raise UnsupportedError(
            f"{crn.name} is folded: it holds one data point and no longer has inputs, while "
            f"Definition 4.1 speaks of every input; compile it as enzymatic or absorbed"
        )
    dynamic = set(crn.dynamic_species)
    if dynamic >= {species for layer in by_id[1:] for species in layer}:
        inputs = [species if species in crn.species_index else None for species in by_id[0]]
        return inputs, by_id[1:]
    recognised = recognise_network(crn)
    if recognised.network.widths != network.widths:
        raise UnsupportedError(
            f"the reaction network has the shape "
            f"{'-'.join(map(str, recognised.network.widths))}, the neural network "
            f"{'-'.join(map(str, network.widths))}; they cannot be compared"
        )
    return recognised.inputs, recognised.layers


def _wrong_input(crn: Crn, species: str) -> Difference:
    reaction = next(r.id for r in crn.reactions if species in r.vector)
    what = "is an input, which no reaction may change (equation (11))"
    return Difference(species, what, None, None, (reaction,))


_Key = tuple[int, Monomial]


def _expected(
    network: NeuralNetwork, number: int, row: int, before: Sequence[str | None]
) -> dict[_Key, Fraction]:
    """Return equation (13) of a node, with the decay of its activation."""
    layer = network.layers[number - 1]
    terms: dict[_Key, Fraction] = {
        (0, ()): Fraction(layer.activation.h),
        (1, ()): Fraction(float(layer.biases[row])),
    }
    for column, weight in enumerate(layer.weights[row].tolist()):
        source = before[column] or node_id(number - 1, column + 1)
        terms[1, ((source, 1),)] = Fraction(weight)
    for k, d in layer.activation.decay.items():
        terms[k, ()] = -(k - 1) * Fraction(d)
    return terms


@dataclass(frozen=True, slots=True)
class _Names:
    """What the terms of a node are called."""

    before: Sequence[str | None]
    layer: int

    def of(self, key: _Key) -> str:
        degree, monomial = key
        if key == (0, ()):
            return "smoothing h"
        if key == (1, ()):
            return "bias"
        if not monomial:
            return f"rate constant of the decay of order {degree}"
        ids = [s or node_id(self.layer - 1, n) for n, s in enumerate(self.before, start=1)]
        (species, power), *others = monomial
        if degree == power == 1 and not others and species in ids:
            position = ids.index(species) + 1
            if self.layer == 1:
                return f"weight from input {position}"
            return f"weight from node {position} of layer {self.layer - 1}"
        factors = " ".join(s if n == 1 else f"{s}^{n}" for s, n in monomial)
        return f"coefficient of {factors} x^{degree}, a term that equation (13) does not have,"


def _compare(
    own: Polynomial, expected: Mapping[_Key, Fraction], names: _Names, tolerance: Fraction
) -> Iterator[Difference]:
    terms = {(term.degree, term.upstream): term for term in own.terms}
    zero = Fraction(0)
    for key in dict.fromkeys((*expected, *terms)):
        term, wanted = terms.get(key), expected.get(key, zero)
        value = zero if term is None else term.value
        if abs(value - wanted) <= tolerance * abs(wanted):
            continue
        # The coefficient of x^k is -(k - 1) d_k.
        unit = Fraction(1, 1 - key[0]) if key[0] > 1 and not key[1] else Fraction(1)
        reactions = () if term is None else tuple(r.id for r in term.reactions)
        yield Difference(own.species, names.of(key), wanted * unit, value * unit, reactions)
