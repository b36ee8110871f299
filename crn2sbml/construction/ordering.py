"""Who depends on whom: the feed-forward order of a network, or the cycle that spoils it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from networkx import DiGraph

Dependencies = Mapping[str, Collection[str]]
"""For each dynamic species the other dynamic species in its right-hand side."""


def blocks(dependencies: Dependencies) -> list[tuple[str, ...]]:
    """Group species that depend on each other, each group after those that it depends on.

    These are the strongly connected components of the dependency graph; a group of one is a
    species that is in no cycle.
    """
    import networkx

    position = {species: number for number, species in enumerate(dependencies)}
    # networkx finds a component after all those that its edges lead to.
    components = networkx.strongly_connected_components(_graph(dependencies))
    return [tuple(sorted(component, key=position.__getitem__)) for component in components]


def find_cycle(block: Collection[str], dependencies: Dependencies) -> tuple[str, ...]:
    """Return a cycle in a block of several species: each depends on the next, in a ring."""
    import networkx

    members = set(block)
    inside = {s: [source for source in dependencies[s] if source in members] for s in block}
    edges = networkx.find_cycle(_graph(inside))
    return tuple(species for species, _ in edges)


def layers(dependencies: Dependencies) -> tuple[tuple[str, ...], ...]:
    """Sort the species of an acyclic network by the longest path that leads to them."""
    import networkx

    position = {species: number for number, species in enumerate(dependencies)}
    generations = networkx.topological_generations(_graph(dependencies).reverse(copy=False))
    return tuple(tuple(sorted(level, key=position.__getitem__)) for level in generations)


def _graph(dependencies: Dependencies) -> DiGraph[str]:
    import networkx

    graph: DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(dependencies)
    graph.add_edges_from((x, source) for x, sources in dependencies.items() for source in sources)
    return graph
