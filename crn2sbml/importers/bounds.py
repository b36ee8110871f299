"""How far the chemistry of an imported network is from the original, proved.

Every number of the original is bracketed, [low, high], and so is the difference of the chemistry to
it. Both go through affine maps by interval arithmetic, and through functions by what is known of
them:

- 0 < phi_h(z) - max(0, z) <= sqrt(h), and less with the distance of z from 0, on both sides alike;
- z = phi_h(z) - phi_h(-z) exactly;
- the distance of a piecewise linear function from the one that it stands for;
- the smallest and largest slope of a function where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crn2sbml.activations import Activation
from crn2sbml.arrays import Array
from crn2sbml.importers.chords import Function, PiecewiseLinear
from crn2sbml.importers.graph import INPUTS, Graph, Source, Value

# Relative widening after each step, for rounding.
_ROUNDING = 1e-12


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


def bound_errors(
    graph: Graph,
    output: Value,
    pieces: Sequence[PiecewiseLinear],
    h: float,
    low: Array,
    high: Array,
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
    low, high : numpy.ndarray, shape (n, inputs)
        Each row is a box of inputs; with low = high it is a single one. Ends may be infinite.

    Returns
    -------
    ErrorBounds
        One row for each box.
    """
    values = {INPUTS: Interval(low, high)}
    errors = {INPUTS: Interval(np.zeros_like(low), np.zeros_like(low))}
    for number, (source, chosen) in enumerate(zip(graph.sources, pieces, strict=True), start=1):
        z = _affine(source.argument, values, source.argument.constant)
        delta = _affine(source.argument, errors, 0.0)
        values[number] = _image(source.function, z)
        errors[number] = _through(source, chosen, h, z, delta)
    found = _affine(output, errors, 0.0)
    return ErrorBounds(found.low, found.high)


def _affine(value: Value, sources: Mapping[int, Interval], constant: Array | float) -> Interval:
    rows = len(next(iter(sources.values())).low)
    low = np.zeros((rows, value.size)) + constant
    high = low.copy()
    scale = np.abs(low)
    for source, matrix in value.parts.items():
        plus, minus = np.maximum(matrix, 0.0), np.minimum(matrix, 0.0)
        ends = sources[source]
        low += _times(ends.low, plus, -np.inf) + _times(ends.high, minus, -np.inf)
        high += _times(ends.high, plus, np.inf) + _times(ends.low, minus, np.inf)
        largest = np.maximum(np.abs(_finite(ends.low)), np.abs(_finite(ends.high)))
        scale += largest @ np.abs(matrix).T
    return Interval(low, high).widened(scale)


def _times(ends: Array, matrix: Array, limit: float) -> Array:
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
    low = at_low + np.minimum(smallest, 0.0) * width
    high = at_low + np.maximum(largest, 0.0) * width
    return Interval(np.where(known, low, -np.inf), np.where(known, high, np.inf)).widened()


def _limit(function: Function, end: Array, side: int) -> Array:
    """Return values at ends, and where the function goes at infinite ones."""
    if function.domain is not None:
        known = np.clip(end, *function.domain)
        return np.where(known == end, function.value(known), np.inf if side else -np.inf)
    slope, constant = function.asymptotes[side]
    away = constant if slope == 0 else np.inf * np.sign(slope) * (1 if side else -1)
    return np.where(np.isfinite(end), function.value(_finite(end)), away)


def _through(
    source: Source, pieces: PiecewiseLinear, h: float, z: Interval, delta: Interval
) -> Interval:
    """Bound the error behind a function, from that before it."""
    reached = Interval(z.low + delta.low, z.high + delta.high)
    if source.function.domain is not None and not _within(source.function.domain, z, reached):
        everything = np.full_like(z.low, np.inf)
        return Interval(-everything, everything)
    smooth = _smoothing(pieces, h, reached)
    between = (np.minimum(z.low, reached.low), np.maximum(z.high, reached.high))
    slopes = source.function.slopes(*between)
    with np.errstate(invalid="ignore"):
        products = [_product(slope, end) for slope in slopes for end in (delta.low, delta.high)]
    moved = Interval(np.minimum.reduce(products), np.maximum.reduce(products))
    return Interval(
        smooth.low + pieces.error[0] + moved.low, smooth.high + pieces.error[1] + moved.high
    ).widened()


def _within(domain: tuple[float, float], *intervals: Interval) -> bool:
    """Tell whether intervals lie where a function is known."""
    low, high = domain
    return all(bool((i.low >= low).all() and (i.high <= high).all()) for i in intervals)


def _product(slope: Array, end: Array) -> Array:
    return np.where(end == 0.0, 0.0, slope * end)


def _smoothing(pieces: PiecewiseLinear, h: float, w: Interval) -> Interval:
    """Bound the sum over knots of the change of slope times phi - max(0, .)."""
    low, high = np.zeros_like(w.low), np.zeros_like(w.high)
    phi = Activation(h)
    for knot, change in zip(pieces.knots, pieces.changes, strict=True):
        near = np.maximum(np.maximum(w.low - knot, knot - w.high), 0.0)
        far = np.maximum(np.abs(w.low - knot), np.abs(w.high - knot))
        # phi(-d) = phi(d) - d without cancellation.
        most = phi(-near)
        least = np.where(np.isfinite(far), phi(-_finite(far)), 0.0)
        low += change * (least if change > 0 else most)
        high += change * (most if change > 0 else least)
    return Interval(low, high)
