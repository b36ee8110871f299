"""Functions of one number as sums of shifted ReLUs, with a proved error.

A piecewise linear function is c + s z + sum_k a_k max(0, z - t_k): s is its slope on the far left
and a_k the change of its slope at the knot t_k. ReLU, leaky ReLU and their like are such functions;
smooth ones are approximated by chords. With the smoothed ReLU phi in place of max(0, .), and
z = phi(z) - phi(-z), which is exact for decay of order 2, a chemistry computes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import frozen_array
from crn2sbml._support.intervals import rounding_of_sums
from crn2sbml.errors import InputValueError

ROUNDINGS_OF_A_VALUE = 16
"""Roundings of one evaluation of a function, relative to 1, its value, and its argument times its
steepest slope. Those of this package need fewer than four; the rest is room for other people's."""
_GRID = 20_001
_MOST_KNOTS = 20_000
# Points within a chord where its error is looked at.
_FINER = 16


@dataclass(frozen=True, slots=True, eq=False)
class PiecewiseLinear:
    """c + s z + sum_k a_k max(0, z - t_k), and how far it is from the function that it stands for.

    Parameters
    ----------
    constant, slope : float
        c and s.
    knots, slope_changes : array_like, shape (knots,)
        t_k, increasing, and a_k.
    error : tuple of float
        Smallest and largest value of this minus the function, over all numbers.
    """

    constant: float
    slope: float
    knots: Array
    slope_changes: Array
    error: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        for name in ("knots", "slope_changes"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), name, 1))
        if self.knots.shape != self.slope_changes.shape or (np.diff(self.knots) <= 0).any():
            raise InputValueError("knots must increase, with a change of slope for each")

    def __call__(self, z: ArrayLike) -> Array:
        """Return its values."""
        z = np.asarray(z, dtype=np.float64)
        ramps = np.maximum(z[..., np.newaxis] - self.knots, 0.0) @ self.slope_changes
        return np.asarray(self.constant + self.slope * z + ramps)

    @property
    def is_relu(self) -> bool:
        """Whether it is the ReLU itself."""
        return (
            self.constant == self.slope == 0.0
            and self.knots.tolist() == [0.0]
            and self.slope_changes.tolist() == [1.0]
        )

    @property
    def nodes(self) -> int:
        """How many nodes of a smoothed ReLU compute it."""
        return len(self.terms[0])

    @property
    def terms(self) -> tuple[Array, Array, Array, float]:
        """Signs, knots and factors of nodes phi(sign (z - knot)), and what is added to them."""
        knots = self.knots if len(self.knots) else np.zeros(1)
        factors = self.slope_changes.copy() if len(self.knots) else np.zeros(1)
        signs = np.ones(len(knots))
        constant = self.constant
        if self.slope != 0.0:
            # s z = s t + s phi(z - t) - s phi(t - z) for any t.
            factors[0] += self.slope
            signs, knots = np.append(signs, -1.0), np.append(knots, knots[0])
            factors = np.append(factors, -self.slope)
            constant += self.slope * float(knots[0])
        # min(z, t) = t - phi(t - z) needs no phi(z - t).
        counts = factors != 0.0
        counts[0] |= not counts.any()
        return signs[counts], knots[counts], factors[counts], constant

    def slopes(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the smallest and largest slope between two numbers, elementwise."""
        steps = self.slope + np.concatenate([[0.0], np.cumsum(self.slope_changes)])
        left = np.concatenate([[-np.inf], self.knots])
        right = np.concatenate([self.knots, [np.inf]])
        meets = (low[..., np.newaxis] <= right) & (high[..., np.newaxis] >= left)
        return (
            np.where(meets, steps, np.inf).min(axis=-1),
            np.where(meets, steps, -np.inf).max(axis=-1),
        )


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one number that layers of other libraries apply.

    Parameters
    ----------
    name : str
        What the field calls the function.
    value : callable
        The function, elementwise.
    exact : PiecewiseLinear, optional
        The function itself, where it is piecewise linear; what follows is for the others.
    curvature : callable, optional
        Its second derivative.
    extremes : tuple of float
        Where the second derivative has an extremum or a jump.
    curvature_jumps : tuple of float
        Where the second derivative jumps, which must be knots.
    asymptotes : tuple
        Slope and constant of the line that it approaches on the left, and on the right.
    monotone : tuple of float
        Outside of these it approaches the lines monotonically, without turning points.
    slope_range : tuple of float
        Smallest and largest slope over all numbers, or over the domain.
    jump : float, default 0
        How far its values may be from what the rest describes, where they jump by so much.
    domain : tuple of float, optional
        Where the function is known, for one without asymptotes. Nothing is promised of a network
        that uses it elsewhere.
    """

    name: str
    value: Callable[[Array], Array]
    exact: PiecewiseLinear | None = None
    curvature: Callable[[Array], Array] | None = None
    extremes: tuple[float, ...] = ()
    curvature_jumps: tuple[float, ...] = ()
    asymptotes: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))
    monotone: tuple[float, float] = (0.0, 0.0)
    slope_range: tuple[float, float] = field(default=(0.0, 1.0))
    domain: tuple[float, float] | None = None
    jump: float = 0.0

    def slopes(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return bounds of its slope between two numbers, elementwise."""
        if self.exact is not None:
            return self.exact.slopes(low, high)
        smallest, largest = self.slope_range
        return np.full(np.shape(low), smallest), np.full(np.shape(low), largest)


def approximate(
    function: Function, accuracy: float | None = None, knots: int | None = None
) -> PiecewiseLinear:
    """Approximate a function by chords, with a proved error over all numbers.

    Parameters
    ----------
    function : Function
        What to approximate; a piecewise linear one is returned as it is.
    accuracy : float, optional
        Largest error to aim for.
    knots : int, optional
        Instead of it, the number of knots to use at most, at least 8.

    Returns
    -------
    PiecewiseLinear
        Its values at the knots are off by the error, on the side that halves it between them.

    Raises
    ------
    InputValueError
        If neither or both are given, or the accuracy needs more than 20,000 knots.

    Notes
    -----
    Between two points at a distance D, the error of a chord is at most the larger one at these
    points and D^2/8 times the largest curvature between them, which is that at the points or at an
    extremum. Beyond the last knots the function is a straight line up to what is left of its
    approach to it.

    Examples
    --------
    >>> from crn2sbml.importers.computation.piecewise import approximate
    >>> from crn2sbml.importers.computation.functions import FUNCTIONS
    >>> pieces = approximate(FUNCTIONS["sigmoid"], knots=20)
    >>> pieces.nodes, max(pieces.error) < 0.01
    (20, True)
    """
    if function.exact is not None:
        return function.exact
    if (accuracy is None) == (knots is None):
        raise InputValueError("give either the accuracy or the number of knots")
    if accuracy is not None:
        if not accuracy > 0:
            raise InputValueError(f"the accuracy is {accuracy!r}; it must be a positive number")
        return _chords(function, _places(function, accuracy), accuracy)
    assert knots is not None
    if knots < 8:
        raise InputValueError(f"{knots} knots were asked for; {function.name} needs at least 8")
    # Halve the distance between an accuracy that needs too many and one that does not.
    fine, coarse = 1e-14, 1.0
    for _ in range(60):
        middle = math.sqrt(fine * coarse)
        if len(_places(function, middle)) > knots:
            fine = middle
        else:
            coarse = middle
    return _chords(function, _places(function, coarse), coarse)


def _ends(function: Function, accuracy: float) -> tuple[float, float]:
    """Return where the function is a straight line up to the accuracy, on the left and right."""
    if function.domain is not None:
        return function.domain
    reached = []
    for side, start in zip((-1.0, 1.0), function.monotone, strict=True):
        if _tail(function, start, side) <= 2.0 * accuracy:
            reached.append(start)
            continue
        near, far = 0.0, 1.0
        # The last chord is moved by the accuracy, towards the line.
        while _tail(function, start + side * far, side) > 2.0 * accuracy:
            near, far = far, 2.0 * far
        for _ in range(50):
            middle = (near + far) / 2
            if _tail(function, start + side * middle, side) > 2.0 * accuracy:
                near = middle
            else:
                far = middle
        reached.append(start + side * far)
    return reached[0], reached[1]


def _tail(function: Function, z: float, side: float) -> float:
    slope, constant = function.asymptotes[0 if side < 0 else 1]
    return abs(float(function.value(np.array(z))) - (slope * z + constant))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Where the curvature has one sign, and whether it changes sign at the ends."""

    low: float
    high: float
    turns_at_low: bool
    turns_at_high: bool


def _stretches(function: Function, low: float, high: float) -> list[_Stretch]:
    assert function.curvature is not None
    grid = np.linspace(low, high, _GRID)
    signs = np.sign(function.curvature(grid))
    grid, signs = grid[signs != 0], signs[signs != 0]
    turns = np.flatnonzero(signs[1:] != signs[:-1]).tolist()
    jumps = {jump for jump in function.curvature_jumps if low < jump < high}
    # A bend is a knot, whether the curvature changes sign there or not.
    middles = {(grid[k] + grid[k + 1]) / 2 for k in turns}
    middles = {m for m in middles if all(abs(m - b) > grid[1] - grid[0] for b in jumps)}
    ends = sorted({low, high, *jumps, *middles})
    return [_Stretch(a, b, a in middles, b in middles) for a, b in pairwise(ends)]


def _knots(function: Function, stretch: _Stretch, accuracy: float) -> Array:
    """Share a stretch by the root of its curvature, so that all chords have the same error.

    A turning point is in the middle of a chord, which goes from below the function to above it.
    """
    assert function.curvature is not None
    low, high = stretch.low, stretch.high
    inside = 1e-9 * (high - low)  # one side of a jump
    grid = np.linspace(low + inside, high - inside, _GRID)
    density = np.sqrt(np.abs(function.curvature(grid)))
    total = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))])
    # Chords that are moved by half of their error have twice the error to spend.
    # A little for the curvature that changes along a chord.
    length = 1.02 * float(total[-1]) / math.sqrt(16.0 * accuracy)
    halves = stretch.turns_at_low + stretch.turns_at_high
    number = max(1 if halves < 2 else 0, math.ceil(length - halves / 2))
    if number > _MOST_KNOTS:
        raise InputValueError(
            f"{function.name} to within {accuracy:.1e} needs more than {_MOST_KNOTS:,} knots; "
            f"ask for less accuracy"
        )
    # Where there is hardly any curvature, chords still must not be too long.
    weight = total + 1e-3 * (total[-1] or 1.0) * (grid - low) / (high - low)
    steps = np.arange(number + 1) + (0.5 if stretch.turns_at_low else 0.0)
    places = np.interp(steps / (number + halves / 2) * weight[-1], weight, grid)
    if not stretch.turns_at_low:
        places[0] = low
    if not stretch.turns_at_high:
        places[-1] = high
    return np.asarray(places)


def _places(function: Function, accuracy: float) -> Array:
    low, high = _ends(function, accuracy)
    if low == high:
        return np.array([low])
    return np.unique(
        np.concatenate([_knots(function, s, accuracy) for s in _stretches(function, low, high)])
    )


def _corner(function: Function, place: float) -> PiecewiseLinear:
    """Approximate a function that is hardly more than its two lines, by one knot between them."""
    lines = [slope * place + constant for slope, constant in function.asymptotes]
    values = [float(function.value(np.array(place))), *lines]
    middle = (min(values) + max(values)) / 2
    size = (max(values) - min(values)) / 2
    size += _rounding(1, abs(middle) + size)
    left, right = (slope for slope, _ in function.asymptotes)
    return PiecewiseLinear(
        middle - left * place, left, np.array([place]), np.array([right - left]), (-size, size)
    )


def _chords(function: Function, places: Array, accuracy: float) -> PiecewiseLinear:
    if len(places) == 1:
        return _corner(function, float(places[0]))
    values = function.value(places) - accuracy * _bulge(function, places)
    inner = np.diff(values) / np.diff(places)
    left, right = function.asymptotes[0][0], function.asymptotes[1][0]
    if function.domain is not None:
        left, right = float(inner[0]), float(inner[-1])
    slopes = np.concatenate([[left], inner, [right]])
    constant = float(values[0]) - left * float(places[0])
    size = _chord_error(function, places, values)
    if function.domain is None:
        size = max(size, *_tail_errors(function, places, values))
    # Slopes add up from knot to knot, and with them the rounding of each of their changes.
    reach = float(np.abs(slopes).max() * (places[-1] - places[0]) + np.abs(values).max())
    size += _rounding(len(places), reach + size) + function.jump
    return PiecewiseLinear(constant, left, places, np.diff(slopes), (-size, size))


def _rounding(knots: int, size: float) -> float:
    """Bound what rounding does to a proved error: of values around 1, and of sums over knots."""
    return float(rounding_of_sums(knots + ROUNDINGS_OF_A_VALUE, np.array(1.0 + size)))


def _bulge(function: Function, places: Array) -> Array:
    """Return the sign of the curvature around places: chords lie above where it is positive."""
    assert function.curvature is not None
    spans = 1e-6 * np.diff(places)
    low, high = function.domain or (-np.inf, np.inf)
    after = np.sign(function.curvature(np.minimum(places + np.append(spans, spans[-1]), high)))
    before = np.sign(function.curvature(np.maximum(places - np.insert(spans, 0, spans[0]), low)))
    # Next to a straight line the other side decides.
    return np.asarray(np.sign(before + after))


def _tail_errors(function: Function, places: Array, values: Array) -> tuple[float, float]:
    """Bound the distance beyond the ends: that at the end, or to the line far away."""
    errors = []
    for place, value, (slope, constant) in zip(
        places[[0, -1]], values[[0, -1]], function.asymptotes, strict=True
    ):
        at_end = abs(float(value - function.value(place)))
        errors.append(max(at_end, abs(float(value - (slope * place + constant)))))
    return errors[0], errors[1]


def _chord_error(function: Function, places: Array, ends: Array) -> float:
    """Bound the distance between chords and function: between finer points it is nearly known.

    The chords go from end to end, values at the places.
    """
    shares = np.linspace(0.0, 1.0, _FINER + 1)
    spans = np.diff(places)[:, np.newaxis]
    fine = places[:-1, np.newaxis] + spans * shares
    fine[:, -1] = places[1:]  # rounding must not lead beyond
    values = function.value(fine)
    chord = ends[:-1, np.newaxis] + np.diff(ends)[:, np.newaxis] * shares
    distance = np.abs(values - chord)
    # The distance has the curvature of the function, so that it rises above its ends by this.
    flat = fine.ravel()
    curvature = _largest_curvature(function, flat)
    curvature = np.append(curvature, 0.0).reshape(fine.shape)[:, :-1]
    rise = curvature * np.diff(fine, axis=1) ** 2 / 8.0
    return float((np.maximum(distance[:, :-1], distance[:, 1:]) + rise).max())


def _largest_curvature(function: Function, places: Array) -> Array:
    """Bound the curvature between neighbouring places: at their ends or at an extremum."""
    assert function.curvature is not None
    spans = np.diff(places)
    # One side of a jump.
    ends = [
        np.abs(function.curvature(places[:-1] + 1e-9 * spans)),
        np.abs(function.curvature(places[1:] - 1e-9 * spans)),
    ]
    largest = np.maximum(*ends) * (1 + 1e-6)
    for extreme in function.extremes:
        holds = (places[:-1] <= extreme) & (extreme <= places[1:])
        peak = float(np.abs(function.curvature(np.array(extreme))))
        largest = np.where(holds, np.maximum(largest, peak), largest)
    return np.asarray(largest)
