"""How far the chemistry of an imported network is from the original, proved.

Every number of the original is bracketed, [low, high], and so is the difference of the chemistry to
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

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.importers.computation.graph import INPUTS, Graph, Source, Value
from crn2sbml.importers.computation.matrices import Matrix, count_nonzero, signed_parts
from crn2sbml.importers.computation.piecewise import Function, PiecewiseLinear
from crn2sbml.neural.activations import Activation

# Relative widening after each step, for rounding in the proof itself.
_ROUNDING = 1e-12
# Of one operation in double precision, and how many there are for a number besides sums.
_EPSILON, _FEW = 2.0**-52, 8
# How far beyond its domain, relative to its width, a function is still taken to have its slopes.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Lower and upper ends, elementwise, of shape (n, size)."""

    low: Array
    high: Array

    def widened(self, scale: Array | float = 0.0) -> Interval:
        """Widen by what rounding may do to numbers of this size and scale."""
        margin = _ROUNDING * (np.maximum(np.abs(self.low), np.abs(self.high)) + scale)
        margin = np.where(np.isfinite(margin), margin, 0.0)
        return Interval(self.low - margin, self.high + margin)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBounds:
    """Proved bounds of the chemistry's outputs minus the original's.

    Parameters
    ----------
    low, high : numpy.ndarray, shape (n, outputs)
        For each row of inputs, or for all inputs (one row).
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
        The boxes, one a row. With both ends the same it is a single input.
    arguments : list of Interval
        For each source of the graph what its function is applied to.
    shifts : numpy.ndarray, shape (inputs,)
        What is added to inputs on the way in, and taken away again by the first layer.
    """

    inputs: Interval
    arguments: Sequence[Interval]
    shifts: Array


def find_ranges(graph: Graph, low: Array, high: Array, shifts: Array | None = None) -> Ranges:
    """Bracket everything in the original.

    Parameters
    ----------
    graph : Graph
        The original.
    low, high : numpy.ndarray, shape (n, inputs)
        Each row is a box of inputs; with low = high it is a single one. Ends may be infinite.
    shifts : numpy.ndarray, shape (inputs,), optional
        Of the encoder; 0 unless given.

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
            np.maximum(base.low, other.low), np.maximum(base.high, other.high)
        )
    return Ranges(values[INPUTS], arguments, np.zeros(graph.width) if shifts is None else shifts)


def bound_errors(
    graph: Graph, output: Value, pieces: Sequence[PiecewiseLinear], h: float, ranges: Ranges
) -> ErrorBounds:
    """Bound the difference between the settled chemistry and the original.

    Parameters
    ----------
    graph : Graph
        The original.
    output : Value
        Its output.
    pieces : sequence of PiecewiseLinear
        For each of its sources what the chemistry computes instead, up to the smoothing.
    h : float
        Smoothing.
    ranges : Ranges
        Of the inputs, and of what follows from them.

    Returns
    -------
    ErrorBounds
        One row for each box. Rounding is part of it where ranges are finite.
    """
    inputs = ranges.inputs
    errors = {INPUTS: Interval(np.zeros_like(inputs.low), np.zeros_like(inputs.low))}
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
    found = _delta(output, errors, terms, scale)
    return ErrorBounds(found.low, found.high)


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
    found = _affine(value, errors, 0.0)
    size, count = _sizes(value, terms, scale)
    rounding = _EPSILON * count * size
    return Interval(found.low - rounding, found.high + rounding)


def _sizes(
    value: Value, terms: Mapping[int, tuple[Array, int]], scale: _Scale
) -> tuple[Array, Array]:
    """Return how large the terms of an affine map are together, and how many there are."""
    rows = len(terms[INPUTS][0])
    size = np.abs(value.constant) + np.full((rows, value.size), scale.more)
    count = np.full(value.size, scale.few)
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
    reached = Interval(z.low + delta.low, z.high + delta.high)
    smooth = _smoothing(pieces, h, reached)
    low, high = np.minimum(base.low, other.low), np.maximum(base.high, other.high)
    # Where it is clear which one it is, only that one's error counts.
    other_only = np.minimum(z.low, reached.low) >= 0
    base_only = np.maximum(z.high, reached.high) <= 0
    low = np.where(other_only, other.low, np.where(base_only, base.low, low))
    high = np.where(other_only, other.high, np.where(base_only, base.high, high))
    return Interval(low + smooth.low, high + smooth.high).widened()


def _terms(pieces: PiecewiseLinear, z: Array, more: float) -> Array:
    """Return how large the terms of a function are together, for arguments up to z."""
    # A node holds at most |z - t| + sqrt(h).
    knots, changes = pieces.knots, np.abs(pieces.slope_changes)
    total = float(changes.sum()) + abs(pieces.slope)
    fixed = float(changes @ np.abs(knots)) + abs(pieces.constant) + (total + 1.0) * more
    return total * z + fixed


def _largest(interval: Interval) -> Array:
    """Return the largest absolute value, and 0 where there is none: such rounding is left out."""
    return np.maximum(np.abs(_finite(interval.low)), np.abs(_finite(interval.high)))


def _affine(value: Value, sources: Mapping[int, Interval], constant: Array | float) -> Interval:
    rows = len(next(iter(sources.values())).low)
    low = np.zeros((rows, value.size)) + constant
    high = low.copy()
    scale = np.abs(low)
    for source, matrix in value.parts.items():
        plus, minus = signed_parts(matrix)
        ends = sources[source]
        low += _times(ends.low, plus, -np.inf) + _times(ends.high, minus, -np.inf)
        high += _times(ends.high, plus, np.inf) + _times(ends.low, minus, np.inf)
        scale += _largest(ends) @ abs(matrix).T
    return Interval(low, high).widened(scale)


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
    at_low, at_high = _limit(function, z.low, 0), _limit(function, z.high, 1)
    if function.slope_range[0] >= 0:
        return Interval(at_low, at_high).widened()
    smallest, largest = function.slopes(z.low, z.high)
    width = z.high - z.low
    known = np.isfinite(width)
    width = np.where(known, width, 0.0)
    # Lines with these slopes from both ends, and where they meet.
    rise = at_high - at_low
    span = np.where(largest > smallest, largest - smallest, 1.0)
    down = np.clip((largest * width - rise) / span, 0.0, width)
    up = np.clip((rise - smallest * width) / span, 0.0, width)
    low = at_low + np.minimum(smallest, 0.0) * down
    high = at_low + np.maximum(largest, 0.0) * up
    low, high = np.minimum(low, at_high), np.maximum(high, at_high)
    return Interval(np.where(known, low, -np.inf), np.where(known, high, np.inf)).widened()


def _limit(function: Function, end: Array, side: int) -> Array:
    """Return values at ends, and where the function goes at infinite ones."""
    if function.domain is not None:
        known = np.clip(end, *function.domain)
        with np.errstate(invalid="ignore"):
            distance = np.abs(end - known)
        low, high = function.domain
        beyond = _steepest(function) * np.where(np.isfinite(distance), distance, 0.0)
        value = function.value(known) + (beyond if side else -beyond)
        return np.where(distance <= _SLACK * (high - low), value, np.inf if side else -np.inf)
    slope, constant = function.asymptotes[side]
    away = constant if slope == 0 else np.inf * np.sign(slope) * (1 if side else -1)
    return np.where(np.isfinite(end), function.value(_finite(end)), away)


def _through(
    source: Source, pieces: PiecewiseLinear, h: float, z: Interval, delta: Interval
) -> Interval:
    """Bound the error behind a function, from that before it."""
    reached = Interval(z.low + delta.low, z.high + delta.high)
    beyond = _beyond(source.function, z, reached)
    if beyond is None:
        everything = np.full_like(z.low, np.inf)
        return Interval(-everything, everything)
    smooth = _smoothing(pieces, h, reached)
    between = (np.minimum(z.low, reached.low), np.maximum(z.high, reached.high))
    slopes = source.function.slopes(*between)
    with np.errstate(invalid="ignore"):
        products = [_product(slope, end) for slope in slopes for end in (delta.low, delta.high)]
    moved = Interval(np.minimum.reduce(products), np.maximum.reduce(products))
    low = smooth.low + pieces.error[0] + moved.low - beyond
    return Interval(low, smooth.high + pieces.error[1] + moved.high + beyond).widened()


def _beyond(function: Function, *intervals: Interval) -> float | None:
    """Bound what is lost just beyond where a function is known, by rounding; None for more."""
    if function.domain is None:
        return 0.0
    low, high = function.domain
    distance = max(
        max(float((low - i.low).max(initial=0.0)), float((i.high - high).max(initial=0.0)))
        for i in intervals
    )
    if distance > _SLACK * (high - low):
        return None
    return 2.0 * _steepest(function) * distance


def _steepest(function: Function) -> float:
    return max(map(abs, function.slope_range))


def _product(slope: Array, end: Array) -> Array:
    return np.where(end == 0.0, 0.0, slope * end)


def _smoothing(pieces: PiecewiseLinear, h: float, w: Interval) -> Interval:
    """Bound the sum over knots of the change of slope times phi - max(0, .)."""
    rises, falls = pieces.slope_changes > 0, pieces.slope_changes < 0
    least_up, most_up = _gap(pieces.knots[rises], pieces.slope_changes[rises], h, w)
    least_down, most_down = _gap(pieces.knots[falls], -pieces.slope_changes[falls], h, w)
    return Interval(least_up - most_down, most_up - least_down)


def _gap(knots: Array, changes: Array, h: float, w: Interval) -> tuple[Array, Array]:
    """Bound a sum of gaps a phi(-|z - t|) with all a > 0, for z between two numbers.

    Each gap is convex but at its knot, so that the sum is largest at a knot or an end.
    """
    phi = Activation(h)
    least, at_low, at_high = (np.zeros_like(w.low) for _ in range(3))
    at_knots = np.zeros(len(knots))
    for knot, change in zip(knots, changes, strict=True):
        from_low, from_high = np.abs(w.low - knot), np.abs(w.high - knot)
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
    first, end = np.searchsorted(knots, w.low, "left"), np.searchsorted(knots, w.high, "right")
    found = np.zeros_like(w.low)
    # Row k of a sparse table holds the largest of 2^k values from each place on.
    row, length = values, 1
    while len(row):
        for place in (first, end - length):
            fits = (end - first >= length) & (end - first < 2 * length)
            found[fits] = np.maximum(found[fits], row[place[fits]])
        row = np.maximum(row[:-length], row[length:]) if len(row) > length else row[:0]
        length *= 2
    return found
