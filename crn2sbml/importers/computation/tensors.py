"""Tensors whose entries are those of a value or plain numbers: shapes without copies of matrices.

Whatever only moves entries (reshaping, transposing, slicing, joining) is done to an array of
places, so that numpy's own functions do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.errors import UnsupportedError
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.matrices import check_count, check_size, from_entries, repeated
from crn2sbml.importers.computation.piecewise import Function

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """Entries of a value in the places of an array; the first axis is the batch, of length 1.

    Parameters
    ----------
    value : Value
        Whose entries they are.
    places : numpy.ndarray of int
        Which entry stands where.
    """

    value: Value
    places: Places

    @classmethod
    def of(cls, value: Value, shape: tuple[int, ...]) -> Tensor:
        """Give a value a shape."""
        return cls(value, np.arange(value.size).reshape(shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, the batch first."""
        return self.places.shape

    @property
    def is_row(self) -> bool:
        """Whether it is one row of numbers, as which a batch of one example comes."""
        return len(self.shape) == 2 and self.shape[0] == 1

    @property
    def flat(self) -> Value:
        """All entries in order, as a value."""
        places = self.places.ravel()
        if len(places) == self.value.size and (places == np.arange(len(places))).all():
            return self.value
        return self.value.take(places)

    def moved(self, move: Callable[[Places], Places]) -> Tensor:
        """Let a function of numpy move entries."""
        places = np.asarray(move(self.places))
        check_count(places.size)
        return Tensor(self.value, places)

    @classmethod
    def joined(cls, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """Join tensors along an axis."""
        starts = np.cumsum([0, *(tensor.places.size for tensor in tensors)])
        check_count(int(starts[-1]))
        places = [
            np.arange(start, start + tensor.places.size).reshape(tensor.shape)
            for start, tensor in zip(starts, tensors, strict=False)
        ]
        value = Value.joined([tensor.flat for tensor in tensors])
        return cls(value, np.concatenate(places, axis))

    def broadcast(self, shape: tuple[int, ...]) -> Tensor:
        """Repeat entries as numpy does."""
        return self.moved(lambda places: np.broadcast_to(places, shape))

    def plus(self, numbers: Array) -> Tensor:
        """Add numbers, broadcast as numpy does."""
        wide, numbers = _broadcast(self, numbers)
        return Tensor.of(wide.flat.shifted(numbers.ravel()), wide.shape)

    def times(self, numbers: Array) -> Tensor:
        """Multiply by numbers, broadcast as numpy does."""
        wide, numbers = _broadcast(self, numbers)
        return Tensor.of(wide.flat.scaled(numbers.ravel()), wide.shape)

    def added(self, other: Tensor) -> Tensor:
        """Add a tensor, broadcast as numpy does."""
        first, second, shape = self._with(other)
        return Tensor.of(first.plus(second), shape)

    def larger(self, graph: Graph, other: Tensor) -> Tensor:
        """Return the larger one of two tensors, broadcast as numpy does."""
        first, second, shape = self._with(other)
        return Tensor.of(graph.larger(first, second), shape)

    def _with(self, other: Tensor) -> tuple[Value, Value, tuple[int, ...]]:
        shape = np.broadcast_shapes(self.shape, other.shape)
        return self.broadcast(shape).flat, other.broadcast(shape).flat, shape

    def applied(self, graph: Graph, function: Function) -> Tensor:
        """Apply a function to each entry."""
        return Tensor.of(graph.apply(function, self.flat), self.shape)

    def matmul(self, matrix: Array) -> Tensor:
        """Multiply the last axis by a matrix, shape (before, after)."""
        if self.shape[-1] != matrix.shape[0] or matrix.ndim != 2:
            raise UnsupportedError(
                f"a matrix of shape {matrix.shape} meets numbers of shape {self.shape}"
            )
        # The same matrix for every position of the other axes.
        whole = repeated(matrix.T, self.places.size // self.shape[-1])
        return Tensor.of(self.flat.mapped(whole), (*self.shape[:-1], matrix.shape[1]))

    def summed(self, axes: tuple[int, ...], keep: bool, factor: Callable[[int], float]) -> Tensor:
        """Sum over axes, times a factor that depends on how many numbers there are in a sum."""
        size = self.places.size
        numbers = np.arange(size).reshape(self.shape)
        axes = tuple(axis % len(self.shape) for axis in axes)
        kept = [axis for axis in range(len(self.shape)) if axis not in axes]
        groups = numbers.transpose(*kept, *axes).reshape(
            int(np.prod([self.shape[axis] for axis in kept], dtype=int)), -1
        )
        rows = np.repeat(np.arange(len(groups)), groups.shape[1])
        weight = factor(groups.shape[1])
        matrix = from_entries(weight, rows, groups.ravel(), (len(groups), size))
        shape = tuple(
            1 if axis in axes else length
            for axis, length in enumerate(self.shape)
            if keep or axis not in axes
        )
        return Tensor.of(self.flat.mapped(matrix), shape)

    def convolved(self, kernels: Array, biases: Array | None, geometry: Geometry) -> Tensor:
        """Unroll a convolution: every output is a sum over its window.

        Parameters
        ----------
        kernels : numpy.ndarray, shape (channels after, channels before / groups, *window)
        biases : numpy.ndarray, shape (channels after,), or None
        geometry : Geometry
        """
        before = self.shape[1:]
        after, inner, *window = kernels.shape
        if self.shape[0] != 1 or len(window) != len(before) - 1:
            raise UnsupportedError(
                f"kernels of shape {kernels.shape} meet numbers of shape {self.shape}"
            )
        windows = geometry.windows(before[1:], tuple(window))
        spatial = windows.shape[: len(window)]
        positions = int(np.prod(spatial, dtype=int))
        if before[0] != inner * geometry.groups or after % geometry.groups:
            raise UnsupportedError(
                f"kernels of shape {kernels.shape} in {geometry.groups} group(s) meet "
                f"{before[0]} channels"
            )
        flat = windows.reshape(positions, -1)
        check_size(after * inner, flat.size)
        # Axes: channel after, position, channel before within the group, place of the window.
        number = int(np.prod(before[1:], dtype=int))
        group = np.arange(after) // (after // geometry.groups)
        channels = group[:, np.newaxis] * inner + np.arange(inner)
        columns = channels[:, np.newaxis, :, np.newaxis] * number + flat[:, np.newaxis, :]
        rows = np.arange(after)[:, np.newaxis] * positions + np.arange(positions)
        weights = kernels.reshape(after, 1, inner, -1)
        rows, columns, inside, weights = np.broadcast_arrays(
            rows[:, :, np.newaxis, np.newaxis], columns, flat[:, np.newaxis, :] >= 0, weights
        )
        # Places outside are zeros.
        matrix = from_entries(
            weights[inside], rows[inside], columns[inside], (after * positions, self.places.size)
        )
        result = self.flat.mapped(matrix)
        if biases is not None:
            result = result.shifted(np.repeat(biases, positions))
        return Tensor.of(result, (1, after, *spatial))

    def average_pooled(self, window: tuple[int, ...], geometry: Geometry) -> Tensor:
        """Average every window, each channel for itself."""
        channels = self.shape[1]
        kernels = np.full((channels, 1, *window), 1.0 / np.prod(window))
        return self.convolved(kernels, None, replace(geometry, groups=channels))

    def channel_means(self) -> Tensor:
        """Average each channel over its other axes, which are kept with a length of 1."""
        return self.summed(tuple(range(2, len(self.shape))), True, lambda count: 1.0 / count)

    def max_pooled(self, graph: Graph, window: tuple[int, ...], geometry: Geometry) -> Tensor:
        """Return the largest number of every window, in rounds of the larger one of two."""
        channels, *sizes = self.shape[1:]
        windows = geometry.windows(tuple(sizes), window)
        spatial = windows.shape[: len(window)]
        flat = windows.reshape(int(np.prod(spatial, dtype=int)), -1)
        if (flat < 0).all(axis=1).any():
            raise UnsupportedError("a window lies outside of all numbers")
        # Places outside do not count: the window's largest place stands there once more.
        flat = np.where(flat >= 0, flat, flat.max(axis=1, keepdims=True))
        check_size(channels, flat.size)
        number = int(np.prod(sizes, dtype=int))
        starts = number * np.arange(channels)[:, np.newaxis]
        values = graph.kept(self.flat)  # once, for all windows
        rivals = [values.take((starts + place).ravel()) for place in flat.T]
        while len(rivals) > 1:
            half, rest = len(rivals) // 2, rivals[len(rivals) // 2 * 2 :]
            largest = graph.larger(
                Value.joined(rivals[:half]), Value.joined(rivals[half : 2 * half])
            )
            parts = np.arange(largest.size).reshape(half, -1)
            rivals = [largest.take(part) for part in parts] + rest
        return Tensor.of(rivals[0], (1, channels, *spatial))


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a window moves.

    Parameters
    ----------
    strides, dilations : tuple of int
        One for each axis.
    pads : tuple of int
        Zeros before each axis, and then after each.
    groups : int
        Number of groups of channels that do not see each other.
    """

    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[int, ...]
    groups: int = 1

    def windows(self, sizes: tuple[int, ...], window: tuple[int, ...]) -> Places:
        """Return for each position and each place of the window the number before, or -1 for 0."""
        axes = []
        for axis, (size, length) in enumerate(zip(sizes, window, strict=True)):
            first, last = self.pads[axis], self.pads[axis + len(sizes)]
            check_count(size + abs(first) + abs(last))
            if min(self.strides[axis], self.dilations[axis]) < 1 or min(first, last) < 0:
                raise UnsupportedError("strides and dilations must be at least 1, pads at least 0")
            reach = self.dilations[axis] * (length - 1) + 1
            if reach > size + first + last:
                raise UnsupportedError(f"a window of {reach} is larger than the {size} numbers")
            starts = np.arange(0, size + first + last - reach + 1, self.strides[axis]) - first
            places = starts[:, np.newaxis] + self.dilations[axis] * np.arange(length)
            axes.append(np.where((places >= 0) & (places < size), places, -1))
        total = np.zeros((1,) * (2 * len(sizes)), dtype=np.intp)
        inside = np.ones_like(total, dtype=bool)
        for axis, places in enumerate(axes):
            shape = [1] * (2 * len(sizes))
            shape[axis], shape[axis + len(sizes)] = places.shape
            wide = places.reshape(shape)
            total = total * sizes[axis] + wide
            inside = inside & (wide >= 0)
        return np.where(inside, total, -1)


def _broadcast(tensor: Tensor, numbers: Array) -> tuple[Tensor, Array]:
    shape = np.broadcast_shapes(tensor.shape, np.shape(numbers))
    return tensor.broadcast(shape), np.broadcast_to(np.asarray(numbers, dtype=np.float64), shape)
