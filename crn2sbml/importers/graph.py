"""What the importers build: a computation of affine maps and functions of one number.

Every value is an affine map of sources: the inputs (source 0), and functions applied to values.
Layers without a function between them, scalers and normalisations thereby become one matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crn2sbml.arrays import Array
from crn2sbml.importers.chords import Function
from crn2sbml.importers.matrices import Matrix, identity, product, scaled_rows, stacked

INPUTS = 0
"""Number of the source that holds the inputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """constant + sum over sources of matrix @ source, a vector.

    Parameters
    ----------
    parts : mapping of int to Matrix
        For each source its matrix, shape (size, width of the source).
    constant : numpy.ndarray, shape (size,)
        The rest.
    """

    parts: Mapping[int, Matrix]
    constant: Array

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.constant)

    def take(self, places: NDArray[np.intp]) -> Value:
        """Return some entries, in any order."""
        parts = {source: matrix[places] for source, matrix in self.parts.items()}
        return Value(parts, self.constant[places])

    def scaled(self, factors: Array) -> Value:
        """Multiply each entry by a number."""
        parts = {s: scaled_rows(matrix, factors) for s, matrix in self.parts.items()}
        return Value(parts, factors * self.constant)

    def shifted(self, numbers: Array) -> Value:
        """Add a number to each entry."""
        return Value(self.parts, self.constant + numbers)

    def mapped(self, matrix: Matrix) -> Value:
        """Return matrix @ value."""
        parts = {s: product(matrix, part) for s, part in self.parts.items()}
        return Value(parts, matrix @ self.constant)

    def plus(self, other: Value) -> Value:
        """Add entry by entry."""
        parts = dict(self.parts)
        for source, matrix in other.parts.items():
            parts[source] = parts[source] + matrix if source in parts else matrix
        return Value(parts, self.constant + other.constant)

    @classmethod
    def joined(cls, values: Sequence[Value]) -> Value:
        """Put the entries of values behind each other."""
        sizes = [value.size for value in values]
        parts = {
            source: stacked([value.parts.get(source) for value in values], sizes)
            for source in dict.fromkeys(source for value in values for source in value.parts)
        }
        return cls(parts, np.concatenate([value.constant for value in values]))


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A function applied to each entry of a value.

    Parameters
    ----------
    function : Function
        The function.
    argument : Value
        What it is applied to.
    """

    function: Function
    argument: Value


@dataclass(slots=True, eq=False)
class Graph:
    """A computation from inputs to an output.

    Parameters
    ----------
    width : int
        Number of inputs.
    """

    width: int
    sources: list[Source] = field(default_factory=list)

    @property
    def inputs(self) -> Value:
        """The inputs."""
        return Value({INPUTS: identity(self.width)}, np.zeros(self.width))

    def apply(self, function: Function, argument: Value) -> Value:
        """Apply a function to each entry of a value."""
        if function.exact is not None and not len(function.exact.knots):
            return argument.scaled(np.full(argument.size, function.exact.slope)).shifted(
                np.full(argument.size, function.exact.constant)
            )
        self.sources.append(Source(function, argument))
        return Value({len(self.sources): identity(argument.size)}, np.zeros(argument.size))

    def evaluate(
        self, output: Value, inputs: Array, function: Callable[[int, Array], Array] | None = None
    ) -> Array:
        """Return the output for inputs of shape (n, width), as the original computes it."""
        values = {INPUTS: inputs}
        for number, source in enumerate(self.sources, start=1):
            argument = affine(source.argument, values)
            apply = source.function.value
            values[number] = apply(argument) if function is None else function(number, argument)
        return affine(output, values)


def affine(value: Value, sources: Mapping[int, Array]) -> Array:
    """Return a value for rows of its sources, shape (n, size)."""
    rows = len(next(iter(sources.values())))
    total = np.tile(value.constant, (rows, 1))
    for source, matrix in value.parts.items():
        total += sources[source] @ matrix.T
    return total
