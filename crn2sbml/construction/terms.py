"""The terms of equation (18) in the reactions of each node, and which constants are inputs."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Reaction, Species, format_complex
from crn2sbml.construction.labels import HALVES, INPUT, parse_node_id, role_of
from crn2sbml.errors import UnsupportedError


@dataclass(slots=True)
class Node:
    """The terms of one node's ODE, added up reaction by reaction."""

    smoothing: float = 0.0
    bias: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    decay: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinearTerm:
    """A term that grows with the node itself: who takes part besides it, and the factor."""

    reaction: Reaction
    node: str
    source: str | None
    constants: tuple[tuple[str, int], ...]
    factor: float


def collect_terms(
    crn: Crn, constant: Mapping[str, float]
) -> tuple[dict[str, Node], list[LinearTerm]]:
    """Sort the reactions into terms of equation (18); those linear in the node stay apart."""
    nodes = {species: Node() for species in crn.dynamic_species}
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
    node: Node,
    x: str,
    change: int,
    reaction: Reaction,
    rate: float,
    constant: Mapping[str, float],
) -> LinearTerm | None:
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
        return LinearTerm(reaction, x, source, tuple(constants), change * rate)
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


def find_inputs(crn: Crn, linear: Iterable[LinearTerm]) -> dict[str, None]:
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
        marked = [s for s in candidates if s.id in shared and role_of(s) not in HALVES]
    return dict.fromkeys(s.id for s in marked)


def _is_marked(species: Species) -> bool:
    numbers = parse_node_id(species.id)
    return role_of(species) == INPUT or (numbers is not None and numbers[0] == 0)


def add_linear_term(
    node: Node, term: LinearTerm, inputs: Container[str], constant: Mapping[str, float]
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


def _unfit(reaction: Reaction, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"reaction {reaction.id} ({format_complex(reaction.reactants)} -> "
        f"{format_complex(reaction.products)}) is not one of Table 1: {why}"
    )
