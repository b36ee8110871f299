"""Feed-forward orders, components and cycles against those of networkx."""

import sys

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn
from crn2sbml.construction.ordering import blocks, find_cycle, layers
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import UnsupportedError


@st.composite
def dependencies(draw):
    """Up to nine species in any order, each with up to three others before it."""
    species = draw(st.permutations([f"S{number}" for number in range(draw(st.integers(1, 9)))]))
    return {
        x: draw(st.lists(st.sampled_from(species).filter(lambda s, x=x: s != x), max_size=3))
        if len(species) > 1
        else []
        for x in species
    }


def graph_of(before):
    """The graph whose edges lead from each species to those that depend on it."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(before)
    graph.add_edges_from((source, x) for x, sources in before.items() for source in sources)
    return graph


@given(dependencies())
def test_a_cycle_is_found_where_there_is_one_and_layers_where_there_is_none(before):
    graph, cycle = graph_of(before), find_cycle(before)
    assert bool(cycle) is not networkx.is_directed_acyclic_graph(graph)
    if cycle:
        assert len(set(cycle)) == len(cycle) > 1
        for x, source in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert source in before[x]
    else:
        generations = networkx.topological_generations(graph)
        assert list(map(set, layers(before))) == list(map(set, generations))


@given(dependencies())
def test_blocks_are_components_after_all_that_they_depend_on(before):
    found = blocks(before)
    components = networkx.strongly_connected_components(graph_of(before))
    assert sorted(map(sorted, found)) == sorted(map(sorted, components))
    done = set()
    for block in found:
        done |= set(block)
        assert all(source in done for x in block for source in before[x])


def test_long_chains_need_no_deep_recursion():
    length = 10 * sys.getrecursionlimit()
    chain = {f"S{n}": [f"S{n + 1}"] if n < length else [] for n in range(length + 1)}
    assert len(layers(chain)) == length + 1
    ring = {**chain, f"S{length}": ["S0"]}
    assert find_cycle(ring) == tuple(chain)


def test_a_reaction_network_with_feedback_is_told_its_cycle():
    ring = ["A", "B", "C", "D"]
    reactions = [f"0 -> {x}" for x in ring] + [f"2 {x} -> {x}" for x in ring]
    # A is no part of it.
    reactions += [f"{s} + {x} -> {s} + 2 {x}" for x, s in zip("BCDA", "CDBB", strict=True)]
    with pytest.raises(UnsupportedError, match="not feed-forward: B <- C <- D <- B depend on"):
        recognise_network(Crn.from_text(reactions))
