"""Intervals of doubles, and the one rule of what rounding does to a sum.

A sum of n products of doubles, computed in whatever order and with or without fused multiply-add,
is off by at most gamma_n times the sum of their absolute values, where gamma_n = n u / (1 - n u)
and u = 2^-53 (N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, second edition,
sections 3.1 and 4.2). Proofs in doubles use (n + c) * 2^-52 * (that sum) for it: 2^-52 is 2 u, and
its factor of two pays for the denominator and for the rounding of the sum of absolute values
itself; c is a small number of operations that come on top. Terms are always counted. Terms that are
0 need not be: they add no rounding. Where a fixed number of operations is meant, and no sum, a
proof counts these in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array

EPSILON = 2.0**-52
"""Distance from 1 to the next double: twice what rounding can do to a result, relatively."""

# A product that underflows is off by half of the smallest double instead.
_SMALLEST = 2.0**-1074
# Operations besides the sum: adding the bound to it on either side, which are two roundings.
_MORE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Numbers that are each known to lie between two doubles.

    Parameters
    ----------
    lower, upper : numpy.ndarray, shape (n, size)
        The two ends for each number, one batch of numbers a row; ends may be infinite.
    """

    lower: Array
    upper: Array

    @classmethod
    def around(cls, centre: Array, radius: Array) -> Interval:
        """Return the numbers within some distance of others."""
        return cls(centre - radius, centre + radius)

    def rows(self, rows: slice | NDArray[np.intp] | NDArray[np.bool_]) -> Interval:
        """Return the intervals of some of the rows."""
        return Interval(self.lower[rows], self.upper[rows])

    def widths(self) -> Array:
        """Return the width of each interval."""
        return self.upper - self.lower

    def widened(self, margin: Array | float) -> Interval:
        """Move both ends outwards."""
        return Interval(self.lower - margin, self.upper + margin)

    def plus(self, other: Interval) -> Interval:
        """Add the ends of another interval, without room for rounding."""
        return Interval(self.lower + other.lower, self.upper + other.upper)

    def hull(self, other: Interval) -> Interval:
        """Return the smallest intervals that hold both."""
        return Interval(np.minimum(self.lower, other.lower), np.maximum(self.upper, other.upper))

    def distances(self, points: Array) -> Array:
        """Return how far each point can be from the number; infinite for what is not a number."""
        distance = np.maximum(points - self.lower, self.upper - points)
        return np.where(np.isnan(distance), np.inf, distance)


@dataclass(frozen=True, slots=True, eq=False)
class AffineMap:
    """The map from x to W x + b for intervals of numbers x >= 0.

    Parameters
    ----------
    weights : numpy.ndarray, shape (outputs, inputs)
        The matrix W.
    biases : numpy.ndarray, shape (outputs,)
        The vector b.
    """

    weights: Array
    biases: Array
    _sizes: Array = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sizes", np.abs(self.weights))

    def of_points(self, points: Array) -> tuple[Array, Array]:
        """Return W x + b of known x >= 0, shape (n, inputs), and how far rounding may move it."""
        return points @ self.weights.T + self.biases, self._rounding(points)

    def of_intervals(self, intervals: Interval) -> tuple[Array, Array]:
        """Return centres and radii of W x + b, rounding included."""
        centre = (intervals.lower + intervals.upper) / 2
        half = np.maximum(intervals.upper - centre, centre - intervals.lower)
        radius = half @ self._sizes.T + self._rounding(intervals.upper)
        return centre @ self.weights.T + self.biases, radius

    def _rounding(self, largest: Array) -> Array:
        sizes = largest @ self._sizes.T + np.abs(self.biases)
        return rounding_of_sums(self.weights.shape[1] + 1, sizes)


def rounding_of_sums(terms: int | NDArray[np.intp], sizes: Array) -> Array:
    """Bound how far computed sums of products may be from the exact ones.

    Parameters
    ----------
    terms : int or numpy.ndarray of int
        How many terms that are not 0 each sum has at most. Where a term takes more than one
        multiplication, each further one counts as a term.
    sizes : numpy.ndarray
        The sum of the absolute values of its terms for each sum, computed in doubles.

    Returns
    -------
    numpy.ndarray
        A number >= 0 for each sum. What it takes to add this bound to the sum, or to subtract it,
        is paid for.

    Examples
    --------
    >>> import numpy as np
    >>> float(rounding_of_sums(8, np.array(1.0)) / EPSILON)
    10.0
    """
    return np.asarray((terms + _MORE) * (EPSILON * sizes + _SMALLEST))
