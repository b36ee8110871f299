"""Choices by a comparison, as which files write some functions of one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crn2sbml.errors import UnsupportedError
from crn2sbml.importers.functions import FUNCTIONS, SOFTPLUS_THRESHOLD
from crn2sbml.importers.graph import Graph, Value
from crn2sbml.importers.tensors import Tensor

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
        With what.
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
        over, under = (yes, no) if self.above else (no, yes)
        over, under = (self._wide(part) for part in (over, under))
        z = self.z.flat
        source = graph.source_of(under)
        if (
            source is not None
            and source.function is FUNCTIONS["softplus"]
            and self.limit >= SOFTPLUS_THRESHOLD
            and over.equals(z)
            and source.argument.equals(z)
        ):
            # PyTorch takes z itself where they are the same to its precision.
            return Tensor.of(under, self.z.shape)
        # over = under + k (z - limit): continuous, with another slope.
        gap = z.shifted(np.full(z.size, -self.limit))
        slope = _ratio(over.plus(under.scaled(np.full(z.size, -1.0))), gap)
        if slope is None:
            raise UnsupportedError(
                f"it chooses between two things that are not the same at {self.limit:g}, or are no "
                f"straight lines; use an activation"
            )
        bend = graph.apply(FUNCTIONS["relu"], gap).scaled(np.full(z.size, slope))
        return Tensor.of(under.plus(bend), self.z.shape)

    def _wide(self, part: Any) -> Value:
        """Return one side with the shape of what is compared."""
        if isinstance(part, Tensor):
            return part.moved(lambda places: np.broadcast_to(places, self.z.shape)).flat
        numbers = np.broadcast_to(np.asarray(part, dtype=np.float64), self.z.shape)
        return Value({}, numbers.ravel().copy())


def _ratio(value: Value, of: Value) -> float | None:
    """Return k if a value is k times another one, up to rounding of single precision."""
    sizes = [float(abs(matrix).max()) for matrix in of.parts.values()]
    largest = max([*sizes, float(np.abs(of.constant).max(initial=0.0))], default=0.0)
    for source, matrix in of.parts.items():
        if source in value.parts and abs(matrix).max() == largest:
            place = np.unravel_index(abs(matrix).argmax(), matrix.shape)
            k = float(value.parts[source][place] / matrix[place])
            return k if value.equals(of.scaled(np.full(of.size, k)), 1e-6) else None
    return None
