"""Which node stands in which layer."""

from __future__ import annotations

from collections.abc import Mapping

from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.labels import parse_node_id
from crn2sbml.construction.ordering import find_cycle, layers
from crn2sbml.construction.terms import Node
from crn2sbml.errors import UnsupportedError


def find_layers(crn: Crn, nodes: Mapping[str, Node]) -> tuple[tuple[str, ...], ...]:
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
    members: list[list[str]] = [[] for _ in range(max(levels.values()))]
    for species in crn.dynamic_species:
        members[levels[species] - 1].append(species)
    numbers = {s: n for s in nodes if (n := parse_node_id(s)) is not None}
    if len(numbers) == len(nodes):
        members = [sorted(layer, key=numbers.__getitem__) for layer in members]
    return tuple(map(tuple, members))


def _levels_of_ids(nodes: Mapping[str, Node]) -> dict[str, int] | None:
    levels: dict[str, int] = {}
    for species in nodes:
        numbers = parse_node_id(species)
        if numbers is None:
            return None
        levels[species] = numbers[0]
    present = set(levels.values())
    return levels if present == set(range(1, len(present) + 1)) else None


def _levels_of_paths(nodes: Mapping[str, Node]) -> dict[str, int]:
    """Return for each node the length of the longest path to it.

    A node that depends on nothing stands right before those that depend on it, or in the last
    layer.
    """
    sources = {x: [s for s in node.weights if s in nodes] for x, node in nodes.items()}
    if cycle := find_cycle(sources):
        raise UnsupportedError(
            f"the network is not feed-forward: {' <- '.join((*cycle, cycle[0]))} depend on each "
            f"other"
        )
    levels = {x: level for level, layer in enumerate(layers(sources), start=1) for x in layer}
    last = max(levels.values())
    followers: dict[str, list[int]] = {}
    for x, before in sources.items():
        for source in before:
            followers.setdefault(source, []).append(levels[x])
    for x, node in nodes.items():
        if not node.weights:
            levels[x] = min(followers[x]) - 1 if x in followers else last
    return levels


def _out_of_place(nodes: Mapping[str, Node], levels: Mapping[str, int]) -> tuple[str, str] | None:
    """Return a node and a source of it that is not in the layer before, if there is one."""
    for x, node in nodes.items():
        for source in node.weights:
            if levels.get(source, 0) != levels[x] - 1:
                return x, source
    return None
