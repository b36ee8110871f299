"""Who depends on whom: the feed-forward order of species, or the cycle that spoils it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

Dependencies = Mapping[str, Collection[str]]
"""For each dynamic species the other dynamic species in its right-hand side."""


def find_cycle(dependencies: Dependencies) -> tuple[str, ...]:
    """Return species of which each depends on the next, and the last on the first.

    Examples
    --------
    >>> find_cycle({"A": [], "B": ["A", "C"], "C": ["D"], "D": ["B"]})
    ('B', 'C', 'D')
    >>> find_cycle({"A": [], "B": ["A"]})
    ()
    """
    # The standard library follows a graph from those that come first; here, each species comes
    # before those that it depends on, so that the search starts at the first one in a cycle.
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for species in dependencies:
        sorter.add(species)
    for species, sources in dependencies.items():
        for source in sources:
            sorter.add(source, species)
    try:
        sorter.prepare()
    except CycleError as error:
        # Its second argument is the cycle, with the first species once more at the end.
        return tuple(error.args[1][:-1])
    return ()


def layers(dependencies: Dependencies) -> tuple[tuple[str, ...], ...]:
    """Sort species that are in no cycle by the longest path that leads to them.

    Examples
    --------
    >>> layers({"C": ["A", "B"], "B": ["A"], "A": [], "D": []})
    (('A', 'D'), ('B',), ('C',))
    """
    position = {species: number for number, species in enumerate(dependencies)}
    sorter = TopologicalSorter(dependencies)
    sorter.prepare()
    levels = []
    while sorter.is_active():
        level = sorter.get_ready()
        sorter.done(*level)
        levels.append(tuple(sorted(level, key=position.__getitem__)))
    return tuple(levels)


def blocks(dependencies: Dependencies) -> list[tuple[str, ...]]:
    """Group species that depend on each other, each group after those that it depends on.

    These are the strongly connected components of the dependency graph; a group of one is a
    species that is in no cycle.

    Examples
    --------
    >>> blocks({"A": ["B"], "B": ["C"], "C": ["B", "D"], "D": []})
    [('D',), ('B', 'C'), ('A',)]
    """
    if not find_cycle(dependencies):
        return [(species,) for level in layers(dependencies) for species in level]
    import networkx

    edges = ((x, source) for x, sources in dependencies.items() for source in sources)
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(dependencies)
    graph.add_edges_from(edges)
    position = {species: number for number, species in enumerate(dependencies)}
    # networkx finds a component after all those that its edges lead to.
    components = networkx.strongly_connected_components(graph)
    return [tuple(sorted(component, key=position.__getitem__)) for component in components]
