"""How exact an imported network is, and the original that this can be asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crn2sbml._support.arrays import Array
from crn2sbml._support.words import counted
from crn2sbml.importers.computation.bounds import ErrorBounds, bound_errors, find_ranges
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.piecewise import PiecewiseLinear


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """The network as it was, and what its functions became.

    Parameters
    ----------
    graph : Graph
        The computation.
    output : Value
        Its output, before a softmax.
    pieces : sequence of PiecewiseLinear
        What each function of the graph became, up to the smoothing.
    h : float
        Smoothing of the nodes of functions.
    shifts : numpy.ndarray, shape (inputs,)
        What the encoder adds to inputs.
    """

    graph: Graph
    output: Value
    pieces: Sequence[PiecewiseLinear]
    h: float
    shifts: Array

    def error_bounds(self, inputs: Array) -> ErrorBounds:
        """Bound what the chemistry is off for inputs of shape (n, inputs), row by row."""
        ranges = find_ranges(self.graph, inputs, inputs, self.shifts)
        return bound_errors(self.graph, self.output, self.pieces, self.h, ranges)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How exact an imported network is.

    Parameters
    ----------
    h : float
        Smoothing; layers of nothing but pairs have 1, with which they are exact.
    error_bound : float
        Proved bound of the distance of every output (before a softmax) to the original's, for all
        inputs of the box that data or ranges gave, or for all inputs. Rounding in double precision
        is part of it where the box is finite; otherwise it comes on top, about 1e-15 of the largest
        number on the way.
    error_bound_on_data : float or None
        The same for the rows of the data, which is smaller; None without data.
    measured_error : float or None
        The largest distance on the data.
    settling_time : float or None
        Time by which every node of the chemistry of the data's first rows is within
        `settling_accuracy` of where it settles, from every start.
    settling_accuracy : float or None
        That distance: a tenth of the bound.
    settling_rows : int or None
        How many rows that holds for: up to 50, fewer for large networks, whose times take long to
        bound.
    nodes : int
        Number of nodes of the network, without inputs.
    extra_nodes : int
        How many of them the original does not have: second halves of pairs, knots, carried values.
    edges : int
        Weights that are not 0.
    """

    h: float
    error_bound: float
    error_bound_on_data: float | None
    measured_error: float | None
    settling_time: float | None
    settling_accuracy: float | None
    settling_rows: int | None
    nodes: int
    extra_nodes: int
    edges: int

    def __str__(self) -> str:
        lines = [
            f"{counted(self.nodes, 'node')}, {self.extra_nodes:,} more than the original has; "
            f"{counted(self.edges, 'edge')}; smoothing h = {self.h:.3g}",
            f"proved: every output within {self.error_bound:.3g} of the original's",
        ]
        if self.error_bound_on_data is not None:
            lines.append(
                f"on the data: proved {self.error_bound_on_data:.3g}, measured "
                f"{self.measured_error:.3g}"
            )
        if self.settling_time is not None:
            lines.append(
                f"settled by t = {self.settling_time:.4g} to within "
                f"{self.settling_accuracy:.2g}, from every start (proved for "
                f"{counted(self.settling_rows or 0, 'row')} of the data)"
            )
        return "\n".join(lines)
