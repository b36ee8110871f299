"""What the importers build: a computation of affine maps and functions of one number.

Every value is an affine map of sources: the inputs (source 0), and functions applied to values.
Layers without a function between them, scalers and normalisations thereby become one matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.errors import UnsupportedError
from crn2sbml.importers.computation.functions import IDENTITY, RELU
from crn2sbml.importers.computation.matrices import (
    Matrix,
    count_entries,
    count_nonzero,
    identity,
    is_identity,
    is_signs,
    is_zero,
    product,
    scaled_rows,
    stacked,
)
from crn2sbml.importers.computation.piecewise import Function

MOST_NUMBERS = 100_000_000
"""Entries of all matrices together that a graph holds at most."""

MOST_VALUES = 1_000_000
"""Values of a layer at most."""

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
        What is added to every entry.
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

    def minus(self, other: Value) -> Value:
        """Subtract entry by entry."""
        return self.plus(other.scaled(np.full(other.size, -1.0)))

    def renumbered(self, numbers: Mapping[int, int]) -> Value:
        """Return it with other numbers for the sources."""
        parts = {numbers[source]: matrix for source, matrix in self.parts.items()}
        return Value(parts, self.constant)

    @property
    def only_moves(self) -> bool:
        """Whether each entry is one of a source, up to sign, or a difference of two."""
        entries = sum(count_nonzero(matrix) for matrix in self.parts.values())
        return (
            not self.constant.any()
            and all(map(is_signs, self.parts.values()))
            and bool(np.max(entries, initial=0) <= 2)
        )

    def equals(self, other: Value) -> bool:
        """Tell whether two values are the same."""
        if self is other:
            return True
        if self.size != other.size:
            return False
        difference = self.minus(other)
        return not difference.constant.any() and all(map(is_zero, difference.parts.values()))

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
    base : Value, optional
        What is added to a ReLU of a - base, which makes the larger one of a and base.
    """

    function: Function
    argument: Value
    base: Value | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """What it is made of."""
        return (self.argument,) if self.base is None else (self.argument, self.base)

    def renumbered(self, numbers: Mapping[int, int]) -> Source:
        """Return it with other numbers for the sources that it depends on."""
        base = None if self.base is None else self.base.renumbered(numbers)
        return Source(self.function, self.argument.renumbered(numbers), base)


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
    held: int = field(default=0, init=False)

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
        return self._added(Source(function, argument))

    def kept(self, value: Value) -> Value:
        """Return a value as a source of its own, unless it is only moved entries of others."""
        return value if value.only_moves else self._added(Source(IDENTITY, value))

    def larger(self, first: Value, second: Value) -> Value:
        """Return the larger one of two values, entry by entry."""
        first, second = self.kept(first), self.kept(second)
        return self._added(Source(RELU, first.minus(second), second))

    def _added(self, source: Source) -> Value:
        size = source.argument.size
        check_nodes(size)
        self.held += sum(
            count_entries(matrix) for value in source.values for matrix in value.parts.values()
        )
        if self.held > MOST_NUMBERS:
            raise UnsupportedError(
                f"the layers have more than {MOST_NUMBERS:,} weights together, which is too much "
                f"to import"
            )
        self.sources.append(source)
        return Value({len(self.sources): identity(size)}, np.zeros(size))

    def used(self, output: Value) -> tuple[Graph, Value]:
        """Return what the output depends on, and the output in its terms."""
        needed: set[int] = set(output.parts)
        for number in range(len(self.sources), 0, -1):
            if number in needed:
                needed.update(s for value in self.sources[number - 1].values for s in value.parts)
        used_part, numbers = Graph(self.width), {INPUTS: INPUTS}
        for number in sorted(needed - {INPUTS}):
            used_part.sources.append(self.sources[number - 1].renumbered(numbers))
            numbers[number] = len(used_part.sources)
        return used_part, output.renumbered(numbers)

    def function_of(self, value: Value) -> int | None:
        """Return the number of the source that a value is, if it is that of a function alone."""
        if len(value.parts) != 1 or value.constant.any():
            return None
        ((number, matrix),) = value.parts.items()
        if number == INPUTS or not is_identity(matrix):
            return None
        return number if self.sources[number - 1].base is None else None

    def is_function(self, function: Function, value: Value, argument: Value) -> bool:
        """Tell whether a value is a function of another value, and nothing else."""
        number = self.function_of(value)
        if number is None:
            return False
        source = self.sources[number - 1]
        return source.function is function and source.argument.equals(argument)

    def evaluate(self, output: Value, inputs: Array) -> Array:
        """Return the output for inputs of shape (n, width), as the original computes it."""
        values = {INPUTS: inputs}
        for number, source in enumerate(self.sources, start=1):
            values[number] = source.function.value(affine(source.argument, values))
            if source.base is not None:
                values[number] = values[number] + affine(source.base, values)
        return affine(output, values)


def check_nodes(size: int) -> None:
    """Refuse more nodes of a layer than chemistry or memory could hold.

    Raises
    ------
    UnsupportedError
        If there are more than a million.
    """
    if size > MOST_VALUES:
        raise UnsupportedError(
            f"a layer has {size:,} nodes, but at most {MOST_VALUES:,} can be imported"
        )


def affine(value: Value, sources: Mapping[int, Array]) -> Array:
    """Return a value for rows of its sources, shape (n, size)."""
    rows = len(next(iter(sources.values())))
    total = np.tile(value.constant, (rows, 1))
    for source, matrix in value.parts.items():
        total += sources[source] @ matrix.T
    return total
