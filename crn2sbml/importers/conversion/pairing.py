"""Insert linear pairs of nodes around functions of many knots, where that saves edges.

Without them every knot has a weighted sum of its own, and every node after it sees every knot: with
K knots a value, a dense layer from n to m values has n m K^2 edges. With a pair for the sum and a
pair for the value it has about 4 (n m + K n).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crn2sbml.importers.computation.functions import IDENTITY
from crn2sbml.importers.computation.graph import INPUTS, Source, Value
from crn2sbml.importers.computation.matrices import count_nonzero, identity
from crn2sbml.importers.computation.piecewise import PiecewiseLinear
from crn2sbml.neural.dual_rail import Encoder

assert IDENTITY.exact is not None
SAME = IDENTITY.exact
"""What a pair computes."""


@dataclass(slots=True, eq=False)
class Paired:
    """Sources with pairs before and behind some.

    Parameters
    ----------
    sources, kinds : list
        All sources and their kinds, with the pairs as sources of their own.
    numbers : dict of int to int
        Which number each source has now: that of the pair behind it, if it has one.
    wires : set of int
        Sources whose weights are none of the original's.
    """

    sources: list[Source] = field(default_factory=list)
    kinds: list[PiecewiseLinear] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=lambda: {INPUTS: INPUTS})
    wires: set[int] = field(default_factory=set)

    def add(self, source: Source, kind: PiecewiseLinear, *, wire: bool) -> int:
        """Add a source and return its number."""
        self.sources.append(source)
        self.kinds.append(kind)
        if wire:
            self.wires.add(len(self.sources))
        return len(self.sources)

    def add_pair_behind(self, number: int, size: int) -> int:
        """Let a pair stand for a source, and return how many nodes hold an entry of it then."""
        value = Value({self.numbers[number]: identity(size)}, np.zeros(size))
        self.numbers[number] = self.add(Source(IDENTITY, value), SAME, wire=True)
        return 2


def with_pairs(
    sources: Sequence[Source], kinds: Sequence[PiecewiseLinear], encoder: Encoder
) -> Paired:
    """Put functions of many knots between pairs, where that at least halves their edges.

    Parameters
    ----------
    sources : sequence of Source
        The sources of a graph.
    kinds : sequence of PiecewiseLinear
        What each of their functions becomes.
    encoder : Encoder
        What becomes of the inputs.

    Returns
    -------
    Paired
    """
    paired = Paired()
    edges = _readers(sources, kinds)
    weighted = {s for source in sources if source.base is None for s in source.argument.parts}
    # How many nodes hold an entry of each source.
    widths = {INPUTS: 2 if any(encoder.pairs) else 1}
    for number, (source, kind) in enumerate(zip(sources, kinds, strict=True), start=1):
        size, knots = source.argument.size, kind.nodes
        renumbered = source.renumbered(paired.numbers)
        if source.base is not None:
            wire = all(value.only_moves for value in source.values)
            paired.numbers[number] = paired.add(renumbered, kind, wire=wire)
            widths[number] = knots + 2
            # What comes after it sees one number, so that training cannot take it apart.
            if number in weighted:
                widths[number] = paired.add_pair_behind(number, size)
            continue
        argument = renumbered.argument
        before = sum(
            widths[s] * int(count_nonzero(m).sum()) for s, m in source.argument.parts.items()
        )
        wire = 2 * (2 * before + 2 * knots * size) < knots * before
        if wire:
            pair = paired.add(Source(IDENTITY, argument), SAME, wire=False)
            argument = Value({pair: identity(size)}, np.zeros(size))
        paired.numbers[number] = paired.add(Source(source.function, argument), kind, wire=wire)
        widths[number] = knots
        after = edges.get(number, 0)
        if 2 * (2 * knots * size + 2 * after) < knots * after:
            widths[number] = paired.add_pair_behind(number, size)
    return paired


def _readers(sources: Sequence[Source], kinds: Sequence[PiecewiseLinear]) -> dict[int, int]:
    """Return for each source how many edges lead on from a node that holds its values."""
    edges: dict[int, int] = {}
    for source, kind in zip(sources, kinds, strict=True):
        # Where there are many knots, a pair before them sees it instead.
        for value in source.values:
            for number, matrix in value.parts.items():
                count = min(kind.nodes, 2) * int(count_nonzero(matrix).sum())
                edges[number] = edges.get(number, 0) + count
    return edges
