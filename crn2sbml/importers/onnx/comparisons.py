"""Recognise ONNX ``Where(x > c, a, b)`` as one bend of a piecewise linear function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.errors import UnsupportedError
from crn2sbml.importers.computation.functions import FUNCTIONS, SOFTPLUS_THRESHOLD, softplus
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.matrices import dense_entries, row_largest
from crn2sbml.importers.computation.tensors import Tensor

# Of what was computed from the same weights in double precision.
_ROUNDING = 1e-12

COMPARED = {
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
}
"""Comparisons of ONNX. Where both sides are the same does not matter for continuous functions."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Whether entries are above (or below) a number.

    Parameters
    ----------
    z : Tensor
        What is compared.
    limit : float
        What the value is compared with.
    above : bool
        Whether it is true above or below.
    """

    z: Tensor
    limit: float
    above: bool

    def choose(self, graph: Graph, yes: Any, no: Any) -> Tensor:
        """Return one thing where it is true and another where not.

        Raises
        ------
        UnsupportedError
            If the result jumps at the limit, or is no known function.
        """
        shape = np.broadcast_shapes(self.z.shape, np.shape(yes), np.shape(no))
        over, under = (_wide(part, shape) for part in ((yes, no) if self.above else (no, yes)))
        z = _wide(self.z, shape)
        if (
            self.limit >= SOFTPLUS_THRESHOLD
            and over.equals(z)
            and graph.is_function(FUNCTIONS["softplus"], under, z)
        ):
            # PyTorch takes z itself where they are the same to its precision.
            return Tensor.of(graph.apply(softplus(self.limit), z), shape)
        # over = under + k (z - limit): continuous, with another slope.
        slopes = self._slopes(z, over.minus(under))
        if slopes is None:
            raise UnsupportedError(
                f"it chooses between two things that are not the same at {self.limit:g}, or are no "
                f"straight lines; use an activation"
            )
        gap = z.shifted(np.full(z.size, -self.limit))
        bend = graph.apply(FUNCTIONS["relu"], gap).scaled(slopes)
        return Tensor.of(under.plus(bend), shape)

    def _slopes(self, z: Value, value: Value) -> Array | None:
        """Return k, entry by entry, if a value is k (z - limit) up to rounding."""
        slopes, largest = np.zeros(z.size), np.zeros(z.size)
        for source, matrix in z.parts.items():
            sizes = abs(matrix)
            places = np.ravel(sizes.argmax(axis=1))
            top = dense_entries(sizes, places)
            other = value.parts.get(source)
            others = np.zeros(z.size) if other is None else dense_entries(other, places)
            better = top > largest
            weights = np.where(better, dense_entries(matrix, places), 1.0)
            slopes = np.where(better, others / weights, slopes)
            largest = np.maximum(top, largest)
        rest = value.minus(z.shifted(np.full(z.size, -self.limit)).scaled(slopes))
        allowed = _ROUNDING * np.abs(slopes)
        jumps = np.abs(rest.constant) > allowed * (np.abs(z.constant) + abs(self.limit))
        bent = [row_largest(matrix) > allowed * largest for matrix in rest.parts.values()]
        return None if np.any([jumps, *bent]) else slopes


def _wide(part: Any, shape: tuple[int, ...]) -> Value:
    """Return numbers, or what depends on the inputs, in a shape that it is broadcast to."""
    if isinstance(part, Tensor):
        return part.broadcast(shape).flat
    numbers = np.broadcast_to(np.asarray(part, dtype=np.float64), shape)
    return Value({}, numbers.ravel().copy())
