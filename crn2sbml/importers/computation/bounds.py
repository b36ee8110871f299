"""How far the chemistry of an imported network is from the original, proved.

Every number of the original is bracketed, and so is the difference of the chemistry to
it. Both go through affine maps by interval arithmetic, and through functions by what is known of
them:

- 0 < phi_h(z) - max(0, z) <= sqrt(h), and less with the distance of z from 0, on both sides alike;
- z = phi_h(z) - phi_h(-z) exactly;
- the distance of a piecewise linear function from the one that it stands for;
- the smallest and largest slope of a function where it is used;
- what rounding in double precision does to sums of numbers in known ranges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.intervals import EPSILON, Interval, rounding_of_sums
from crn2sbml.importers.computation.graph import INPUTS, Graph, Source, Value
from crn2sbml.importers.computation.matrices import Matrix, count_nonzero, signed_parts
from crn2sbml.importers.computation.piecewise import (
    ROUNDINGS_OF_A_VALUE,
    Function,
    PiecewiseLinear,
)
from crn2sbml.neural.activations import Activation

# Roundings of a number on its way besides those of sums.
_FEW = 8
# How far beyond its domain, relative to its width, a function is still taken to have its slopes.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBounds:
    """Proved bounds of the chemistry's outputs minus the original's.

    Parameters
    ----------
    low, high : numpy.ndarray, shape (n, outputs)
        The two bounds for each row of inputs, or one row of bounds for all inputs.
    """

    low: Array
    high: Array

    @property
    def largest(self) -> float:
        """Largest absolute error."""
        return float(np.maximum(np.abs(self.low), np.abs(self.high)).max(initial=0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Between which numbers everything in the original is, for boxes of inputs.

    Parameters
    ----------
    inputs : Interval
        The boxes of inputs, one a row. With both ends the same it is a single input.
    arguments : list of Interval
        The numbers that the function of each source of the graph is applied to.
    shifts : numpy.ndarray, shape (inputs,)
        The numbers that are added to inputs on the way in and taken away again by the first layer.
    """

    inputs: Interval
    arguments: Sequence[Interval]
    shifts: Array


def find_ranges(graph: Graph, low: Array, high: Array, shifts: Array | None = None) -> Ranges:
    """Bracket everything in the original.

    Parameters
    ----------
    graph : Graph
        The computation of the original.
    low, high : numpy.ndarray, shape (n, inputs)
        The ends of boxes of inputs, one a row; with low = high it is a single input. They may be
        infinite.
    shifts : numpy.ndarray, shape (inputs,), optional
        The shifts of the encoder; 0 unless given.

    Returns
    -------
    Ranges
        They hold for every smoothing and every choice of knots.
    """
    values = {INPUTS: Interval(low, high)}
    arguments = []
    for number, source in enumerate(graph.sources, start=1):
        z = _affine(source.argument, values, source.argument.constant)
        arguments.append(z)
        if source.base is None:
            values[number] = _image(source.function, z)
            continue
        base, other = (
            _affine(value, values, value.constant) for value in _rivals(source, source.base)
        )
        values[number] = Interval(
            np.maximum(base.lower, other.lower), np.maximum(base.upper, other.upper)
        )
    return Ranges(values[INPUTS], arguments, np.zeros(graph.width) if shifts is None else shifts)


def bound_errors(
    graph: Graph, output: Value, pieces: Sequence[PiecewiseLinear], h: float, ranges: Ranges
) -> ErrorBounds:
    """Bound the difference between the settled chemistry and the original.

    Parameters
    ----------
    graph : Graph
        The computation of the original.
    output : Value
        The output of the original.
    pieces : sequence of PiecewiseLinear
        The function that the chemistry computes, up to the smoothing, for each source of the graph.
    h : float
        The smoothing of the chemistry's ReLUs.
    ranges : Ranges
        The ranges of the inputs and of what follows from them.

    Returns
    -------
    ErrorBounds
        One row for each box. Rounding is part of it where ranges are finite.
    """
    inputs = ranges.inputs
    errors = {INPUTS: Interval(np.zeros_like(inputs.lower), np.zeros_like(inputs.lower))}
    # A node of a pair holds up to sqrt(h) more than the number that it stands for, and a number may
    # be carried from layer to layer, of which there are at most three a source.
    scale = _Scale(max(1.0, math.sqrt(h)), _FEW * (3 * len(graph.sources) + 1))
    more = scale.more
    # Of the terms of each number: how large they are together, and how many.
    terms = {INPUTS: (_largest(inputs) + 2.0 * np.abs(ranges.shifts) + more, 2)}
    for number, (source, chosen, z) in enumerate(
        zip(graph.sources, pieces, ranges.arguments, strict=True), start=1
    ):
        delta = _delta(source.argument, errors, terms, scale)
        if source.base is None:
            errors[number] = _through(source, chosen, h, z, delta)
            terms[number] = _terms(chosen, _largest(z) + _largest(delta), more), chosen.nodes
            continue
        base, other = (
            _delta(value, errors, terms, scale) for value in _rivals(source, source.base)
        )
        errors[number] = _larger(chosen, h, z, delta, base, other)
        size, count = _sizes(source.base, terms, scale)
        size += _terms(chosen, _largest(z) + _largest(delta), more)
        terms[number] = size, 2 + int(count.max())
    error = _delta(output, errors, terms, scale)
    return ErrorBounds(error.lower, error.upper)


@dataclass(frozen=True, slots=True)
class _Scale:
    """What rounding is counted by: how much more nodes hold, and how many operations there are."""

    more: float
    few: int


def _delta(
    value: Value,
    errors: Mapping[int, Interval],
    terms: Mapping[int, tuple[Array, int]],
    scale: _Scale,
) -> Interval:
    """Bound the error of an affine map: what comes from its sources, and rounding."""
    size, count = _sizes(value, terms, scale)
    return _affine(value, errors, 0.0).widened(rounding_of_sums(count, size))


def _sizes(
    value: Value, terms: Mapping[int, tuple[Array, int]], scale: _Scale
) -> tuple[Array, NDArray[np.intp]]:
    """Return how large the terms of an affine map are together, and how many there are."""
    rows = len(terms[INPUTS][0])
    size = np.abs(value.constant) + np.full((rows, value.size), scale.more)
    count = np.full(value.size, scale.few, dtype=np.intp)
    for source, matrix in value.parts.items():
        sizes, each = terms[source]
        size += sizes @ abs(matrix).T
        count += each * count_nonzero(matrix)
    return size, count


def _rivals(source: Source, base: Value) -> tuple[Value, Value]:
    """Return the two values of which a source is the larger one."""
    return base, source.argument.plus(base)


def _larger(
    pieces: PiecewiseLinear, h: float, z: Interval, delta: Interval, base: Interval, other: Interval
) -> Interval:
    """Bound the error of the larger one of two numbers, from those of both and their difference."""
    reached = z.plus(delta)
    either, between = base.hull(other), z.hull(reached)
    # Where it is clear which one it is, only that one's error counts.
    other_only, base_only = between.lower >= 0, between.upper <= 0
    lower = np.where(other_only, other.lower, np.where(base_only, base.lower, either.lower))
    upper = np.where(other_only, other.upper, np.where(base_only, base.upper, either.upper))
    return _added(_smoothing(pieces, h, reached), Interval(lower, upper))


def _added(*intervals: Interval) -> Interval:
    """Add numbers up, with room for rounding; ends may be infinite."""
    sizes = np.sum([_largest(interval) for interval in intervals], axis=0)
    return reduce(Interval.plus, intervals).widened(rounding_of_sums(len(intervals), sizes))


def _terms(pieces: PiecewiseLinear, z: Array, more: float) -> Array:
    """Return how large the terms of a function are together, for arguments up to z."""
    # A node holds at most |z - t| + sqrt(h).
    knots, changes = pieces.knots, np.abs(pieces.slope_changes)
    total = float(changes.sum()) + abs(pieces.slope)
    fixed = float(changes @ np.abs(knots)) + abs(pieces.constant) + (total + 1.0) * more
    return total * z + fixed


def _largest(interval: Interval) -> Array:
    """Return the largest absolute value, and 0 where there is none: such rounding is left out."""
    return np.maximum(np.abs(_finite(interval.lower)), np.abs(_finite(interval.upper)))


def _affine(value: Value, sources: Mapping[int, Interval], constant: Array | float) -> Interval:
    lower = np.zeros((len(sources[INPUTS].lower), value.size)) + constant
    upper, sizes = lower.copy(), np.abs(lower)
    counts = np.ones(value.size, dtype=np.intp)
    for source, matrix in value.parts.items():
        plus, minus = signed_parts(matrix)
        ends = sources[source]
        lower += _times(ends.lower, plus, -np.inf) + _times(ends.upper, minus, -np.inf)
        upper += _times(ends.upper, plus, np.inf) + _times(ends.lower, minus, np.inf)
        sizes += _largest(ends) @ abs(matrix).T
        counts += count_nonzero(matrix)
    return Interval(lower, upper).widened(rounding_of_sums(counts, sizes))


def _times(ends: Array, matrix: Matrix, limit: float) -> Array:
    """Return ends @ matrix.T, or the limit where an infinite end meets a weight that is not 0."""
    product = _finite(ends) @ matrix.T
    if np.isfinite(ends).all():
        return np.asarray(product)
    reaches = (~np.isfinite(ends)).astype(float) @ (matrix != 0.0).T > 0
    return np.where(reaches, limit, product)


def _finite(ends: Array) -> Array:
    return np.where(np.isfinite(ends), ends, 0.0)


def _image(function: Function, z: Interval) -> Interval:
    """Bracket the values of a function between two numbers."""
    ends = Interval(_limit(function, z.lower, 0), _limit(function, z.upper, 1))
    rounding = _rounding_of_image(function, z, ends)
    if function.slope_range[0] >= 0:
        return ends.widened(rounding)
    smallest, largest = function.slopes(z.lower, z.upper)
    known = np.isfinite(z.lower) & np.isfinite(z.upper)
    width = np.where(known, _finite(z.upper) - _finite(z.lower), 0.0)
    # Lines with these slopes from both ends meet after these distances.
    rise = _finite(ends.upper) - _finite(ends.lower)
    span = np.where(largest > smallest, largest - smallest, 1.0)
    down = np.clip((largest * width - rise) / span, 0.0, width)
    up = np.clip((rise - smallest * width) / span, 0.0, width)
    lower = np.minimum(ends.lower + np.minimum(smallest, 0.0) * down, ends.upper)
    upper = np.maximum(ends.lower + np.maximum(largest, 0.0) * up, ends.upper)
    image = Interval(np.where(known, lower, -np.inf), np.where(known, upper, np.inf))
    return image.widened(rounding)


def _rounding_of_image(function: Function, z: Interval, ends: Interval) -> Array:
    """Bound the rounding of values of a function, and of the lines between them."""
    if function.exact is not None:
        count = len(function.exact.knots) + 2 + _FEW
        return rounding_of_sums(count, _terms(function.exact, _largest(z), 0.0))
    sizes = 1.0 + _largest(ends) + _steepest(function) * _largest(z)
    return np.asarray(ROUNDINGS_OF_A_VALUE * EPSILON * sizes + function.jump)


def _limit(function: Function, end: Array, side: int) -> Array:
    """Return values at ends, and where the function goes at infinite ones."""
    if function.domain is not None:
        low, high = function.domain
        known = np.clip(end, low, high)
        distance = np.abs(end - known)
        beyond = _steepest(function) * _finite(distance)
        value = function.value(known) + (beyond if side else -beyond)
        return np.where(distance <= _SLACK * (high - low), value, np.inf if side else -np.inf)
    slope, constant = function.asymptotes[side]
    away = constant if slope == 0 else np.inf * np.sign(slope) * (1 if side else -1)
    return np.where(np.isfinite(end), function.value(_finite(end)), away)


def _through(
    source: Source, pieces: PiecewiseLinear, h: float, z: Interval, delta: Interval
) -> Interval:
    """Bound the error behind a function, from that before it."""
    reached = z.plus(delta)
    beyond = _beyond(source.function, z, reached)
    if beyond is None:
        everything = np.full_like(z.lower, np.inf)
        return Interval(-everything, everything)
    error = Interval(*(np.full_like(z.lower, end) for end in pieces.error)).widened(beyond)
    moved = _moved(source.function, z.hull(reached), delta)
    return _added(_smoothing(pieces, h, reached), error, moved)


def _moved(function: Function, between: Interval, delta: Interval) -> Interval:
    """Bound how far a function moves when its argument does, between two numbers."""
    slopes = function.slopes(between.lower, between.upper)
    products = [_product(slope, end) for slope in slopes for end in (delta.lower, delta.upper)]
    moved = Interval(np.minimum.reduce(products), np.maximum.reduce(products))
    # A slope is a sum of those before it where the function is piecewise linear.
    steepness, count = _steepest(function), 2
    if function.exact is not None:
        steepness = abs(function.exact.slope) + float(np.abs(function.exact.slope_changes).sum())
        count += len(function.exact.knots)
    return moved.widened(rounding_of_sums(count, steepness * _largest(delta)))


def _beyond(function: Function, *intervals: Interval) -> float | None:
    """Bound what is lost just beyond where a function is known, by rounding; None for more."""
    if function.domain is None:
        return 0.0
    low, high = function.domain
    distance = max(
        max(float((low - i.lower).max(initial=0.0)), float((i.upper - high).max(initial=0.0)))
        for i in intervals
    )
    if distance > _SLACK * (high - low):
        return None
    return 2.0 * _steepest(function) * distance


def _steepest(function: Function) -> float:
    return max(map(abs, function.slope_range))


def _product(slope: Array, end: Array) -> Array:
    """Multiply, where 0 times infinity is 0."""
    return np.multiply(slope, end, out=np.zeros_like(end), where=(slope != 0.0) & (end != 0.0))


def _smoothing(pieces: PiecewiseLinear, h: float, w: Interval) -> Interval:
    """Bound the sum over knots of the change of slope times phi - max(0, .)."""
    rises, falls = pieces.slope_changes > 0, pieces.slope_changes < 0
    least_up, most_up = _gap(pieces.knots[rises], pieces.slope_changes[rises], h, w)
    least_down, most_down = _gap(pieces.knots[falls], -pieces.slope_changes[falls], h, w)
    rounding = rounding_of_sums(len(pieces.knots) + _FEW, most_up + most_down)
    return Interval(least_up - most_down, most_up - least_down).widened(rounding)


def _gap(knots: Array, changes: Array, h: float, w: Interval) -> tuple[Array, Array]:
    """Bound a sum of gaps a phi(-|z - t|) with all a > 0, for z between two numbers.

    Each gap is convex but at its knot, so that the sum is largest at a knot or an end.
    """
    phi = Activation(h)
    least, at_low, at_high = (np.zeros_like(w.lower) for _ in range(3))
    at_knots = np.zeros(len(knots))
    for knot, change in zip(knots, changes, strict=True):
        from_low, from_high = np.abs(w.lower - knot), np.abs(w.upper - knot)
        # phi(-d) = phi(d) - d without cancellation; it goes to 0 far away.
        gap_low, gap_high = (
            change * np.where(np.isfinite(d), phi(-_finite(d)), 0.0) for d in (from_low, from_high)
        )
        at_low += gap_low
        at_high += gap_high
        least += np.minimum(gap_low, gap_high)
        at_knots += change * phi(-np.abs(knots - knot))
    most = np.maximum(np.maximum(at_low, at_high), _largest_between(at_knots, knots, w))
    return least, most


def _largest_between(values: Array, knots: Array, w: Interval) -> Array:
    """Return the largest of the values whose knots are between two numbers, or 0."""
    first, end = np.searchsorted(knots, w.lower, "left"), np.searchsorted(knots, w.upper, "right")
    largest = np.zeros_like(w.lower)
    # Row k of a sparse table holds the largest of 2^k values from each place on.
    row, length = values, 1
    while len(row):
        for place in (first, end - length):
            fits = (end - first >= length) & (end - first < 2 * length)
            largest[fits] = np.maximum(largest[fits], row[place[fits]])
        row = np.maximum(row[:-length], row[length:]) if len(row) > length else row[:0]
        length *= 2
    return largest
