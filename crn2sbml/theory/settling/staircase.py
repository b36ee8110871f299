"""The staircase: bounds of every trajectory from every start, in small steps.

Each node is held between two curves: an upper one that starts at infinity and a lower one that
starts at 0. In small steps, both move towards the node's fixed points for the highest and the
lowest growth rate that the layer before it still allows, along solutions of simpler equations that
are known in closed form and bound the node's own. The upper curves only fall and the lower ones
only rise, so that what holds at one time holds at all later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_type
from crn2sbml._support.intervals import EPSILON, AffineMap, Interval
from crn2sbml.construction.compile import check_smoothing
from crn2sbml.errors import InputValueError
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.neural.steady_state_proof import (
    bracket_steady_state,
    drive,
    estimate_settling_times,
    rounding_of_rate,
)

# The first step, relative to the shortest time that matters.
_FIRST_STEP = 0.05
# exp(z) is a positive double only for z between this and its negative. There, a relative rounding
# of z moves exp(z) by so many times as much: by far the most that a step is off by.
_LARGEST_EXPONENT = 745
# Relative roundings of an exponent besides those of its sum over orders of decay: of the two
# products in each of its terms, of the time that it is multiplied by, and one to spare.
_ROUNDINGS_OF_EXPONENT = 4
# The parabola below needs second differences; nearer to the root than this the secant is as good.
_NEAR = 1e-5
# Where the tangent of the upper bound touches, relative to where the node is going to be.
_BELOW = 0.9
# Bisections of the step in which a layer settles.
_REFINEMENTS = 16
# An accuracy is given up when it is not reached by so many times the estimated settling time.
_PATIENCE = 1000.0


class Staircase:
    """The state of the staircase for a batch of inputs; inputs that have settled are left out.

    Attributes
    ----------
    settled : numpy.ndarray, shape (n, layers)
        The time when each layer has settled, infinite until it is known.
    times : numpy.ndarray, shape (rows, 1)
        The time that each remaining input has reached.
    lower, upper : list of numpy.ndarray, shape (rows, nodes)
        Bounds at that time, layer by layer.
    """

    def __init__(
        self, network: NeuralNetwork, inputs: ArrayLike, accuracy: float, step: float
    ) -> None:
        check_type(network, NeuralNetwork, "a settling time")
        for value, what in ((accuracy, "the accuracy"), (step, "the step")):
            check_type(value, Real, what)
        if not 0 < accuracy < np.inf:
            raise InputValueError(f"accuracy is {accuracy!r}; it must be a positive number")
        if not 0 < step <= 1:
            raise InputValueError(f"step is {step!r}; it must be above 0 and at most 1")
        check_smoothing(network)
        driven = drive(network, inputs)
        brackets = bracket_steady_state(driven)
        ends = np.cumsum(network.widths[1:])[:-1]
        self._activations = [layer.activation for layer in network.layers]
        self._maps = [AffineMap(layer.weights, layer.biases) for layer in network.layers]
        self._first = Interval.around(driven.rho, driven.rounding)
        lows = np.split(brackets.upper - accuracy, ends, axis=1)
        highs = np.split(brackets.lower + accuracy, ends, axis=1)
        self._goals = list(zip(lows, highs, strict=True))
        self._accuracy, self._step = accuracy, step
        self._remaining = np.arange(len(driven))
        states = np.split(brackets.upper, ends, axis=1)
        self._first_steps = _FIRST_STEP * _shortest_times(network, states, accuracy)
        self._latest = _PATIENCE * estimate_settling_times(driven, accuracy)[:, np.newaxis]
        self._steps = 0
        self.settled = np.full((len(driven), len(network.layers)), np.inf)
        self.times = np.zeros((len(driven), 1))
        self.lower = [np.zeros(state.shape) for state in states]
        self.upper = [np.full(state.shape, np.inf) for state in states]

    @property
    def finished(self) -> bool:
        """Whether every input has settled."""
        return not self._remaining.size

    def climb(self) -> tuple[Array, Array, Array]:
        """Go one step on; return the times and bounds reached, nodes side by side."""
        length = np.maximum(self._first_steps, self._step * self.times)
        self._steps += 1
        # Layers after this one have no bound yet: the layer before them is still at infinity.
        # The last comes first, so that each sees the layer before it as it was at the start.
        with np.errstate(over="ignore", invalid="ignore"):  # where doubles end, nothing settles
            for number in reversed(range(min(self._steps, len(self._maps)))):
                self._climb_layer(number, length)
        self.times = self.times + length
        reached = self.times, np.hstack(self.lower), np.hstack(self.upper)
        done = np.isfinite(self.settled[self._remaining]).all(axis=1)
        if done.any():
            self._leave_out(done)
        if not (self.times <= self._latest).all():
            raise InputValueError(
                f"no settling time can be proven for an accuracy of {self._accuracy:.2g} in double "
                f"precision; ask for a larger number"
            )
        return reached

    def _climb_layer(self, number: int, length: Array) -> None:
        activation, growth = self._activations[number], self._growth(number)
        rise = _Rise(activation, self.lower[number], growth.lower)
        fall = _Fall(activation, self.upper[number], growth.upper)
        self.lower[number], self.upper[number] = rise.after(length), fall.after(length)
        goal_low, goal_high = self._goals[number]
        reached = (self.lower[number] >= goal_low).all(axis=1) & (
            self.upper[number] <= goal_high
        ).all(axis=1)
        new = reached & np.isinf(self.settled[self._remaining, number])
        if new.any():
            part = _refine(
                rise.rows(new), fall.rows(new), goal_low[new], goal_high[new], length[new]
            )
            self.settled[self._remaining[new], number] = (self.times[new] + part)[:, 0]

    def _growth(self, number: int) -> Interval:
        """Bound the growth rates rho of a layer, given the bounds of the layer before."""
        if number == 0:
            return self._first
        before = Interval(self.lower[number - 1], self.upper[number - 1])
        return Interval.around(*self._maps[number].of_intervals(before))

    def _leave_out(self, done: NDArray[np.bool_]) -> None:
        keep = ~done
        self._remaining, self.times = self._remaining[keep], self.times[keep]
        self._first_steps, self._latest = self._first_steps[keep], self._latest[keep]
        self._first = self._first.rows(keep)
        self._goals = [(low[keep], high[keep]) for low, high in self._goals]
        self.lower = [bound[keep] for bound in self.lower]
        self.upper = [bound[keep] for bound in self.upper]


@dataclass(frozen=True, slots=True)
class _Fall:
    """The upper bound of nodes that fall from `start` towards the fixed point of growth rho.

    With x = a + u, f is concave and its third derivative is <= 0, so that g(u) = -f(a + u)/u rises
    and is convex. A tangent of g at any point makes a Riccati equation that bounds the node's own:
    at u = 0, exact for order 2, and once more near where the node is going to be, as long as it
    stays above. For each order k, also f(x)/x <= -(k-1) d_k (x^(k-1) - a^(k-1)): a Bernoulli
    equation, which is good far from a.
    """

    activation: Activation
    start: Array
    rho: Array

    def after(self, time: Array) -> Array:
        """Bound the nodes after some time."""
        rounding = _rounding_of_step(self.activation)
        a = self.activation(self.rho) * (1 + rounding)
        start = np.maximum(self.start, a)
        kappa, e = self.activation.relaxation_rate(a), np.zeros_like(a)
        for k, d in self.activation.decay.items():
            e = e + k * (k - 1) ** 2 * d / 2 * a ** (k - 2)
        with np.errstate(divide="ignore", over="ignore"):  # from infinity, and from a itself
            bound = a + _riccati(start - a, kappa, e, time)
            if tuple(self.activation.decay) != (2,):
                for k, d in self.activation.decay.items():
                    v = (a / start) ** (k - 1)
                    left = v + (1 - v) * -np.expm1(-((k - 1) ** 2) * d * a ** (k - 1) * time)
                    bound = np.minimum(bound, a * left ** (-1 / (k - 1)))
                bound = np.minimum(bound, self._near(bound, a, start, time))
        return np.asarray(np.minimum(start, bound * (1 + rounding)))

    def _near(self, bound: Array, a: Array, start: Array, time: Array) -> Array:
        """Improve a bound by the tangent of g a little below it."""
        u = _BELOW * (bound - a)
        known = np.isfinite(u) & (u > _NEAR * a)
        x = a + np.where(known, u, a)
        u, slope = x - a, -self.rho
        # Absolute values of the terms of f and of its slope, added up.
        steepness = np.abs(self.rho)
        size = self.activation.h + steepness * x
        for k, d in self.activation.decay.items():
            power = (k - 1) * d * x ** (k - 1)
            size, slope = size + power * x, slope + k * power
            steepness = steepness + k * power
        # The bound ends where the tangent touches, so that only its part above that point counts:
        # the lowest value and the lowest slope that rounding leaves open keep it below g there.
        rounding = rounding_of_rate(self.activation, size) / u
        g = -self.activation.rate(x, self.rho) / u
        e = (slope - rounding_of_rate(self.activation, steepness) - g - rounding) / u
        g = g - rounding
        better = a + np.maximum(u, _riccati(start - a, g - e * u, e, time))
        return np.where(known & (e > 0), better, np.inf)

    def rows(self, rows: NDArray[np.bool_]) -> _Fall:
        """Return some of the rows."""
        return _Fall(self.activation, self.start[rows], self.rho[rows])


def _rounding_of_step(activation: Activation) -> float:
    """Bound how far a result of a step may be from what it stands for, relatively.

    Its exponent is a time times a sum with a term for each order of decay.
    """
    roundings = len(activation.decay) + _ROUNDINGS_OF_EXPONENT
    return _LARGEST_EXPONENT * roundings * EPSILON


def _riccati(u: Array, kappa: Array, e: Array, time: Array) -> Array:
    """Solve du/dt = -(kappa + e u) u from u at time 0, which may be infinite."""
    # Only exponentials of numbers <= 0, so that none is infinite where 1/u is 0.
    exponent, size = np.abs(kappa * time), np.abs(kappa)
    left, falls = np.exp(-exponent), kappa > 0
    passed = np.where(exponent == 0, time, -np.expm1(-exponent) / np.where(size == 0, 1.0, size))
    return np.asarray(np.where(falls, left, 1.0) / (np.where(falls, 1.0, left) / u + e * passed))


@dataclass(frozen=True, slots=True)
class _Rise:
    """The lower bound of nodes that rise from `start` towards the fixed point `a` of growth rho.

    The third derivative of f is <= 0, so that f(start + u) >= (A - u)(g + e u) for 0 <= u <= A,
    A = a - start, the parabola with the value and slope of f at the start and the root a: a Riccati
    equation, exact for order 2.
    """

    activation: Activation
    start: Array
    rho: Array

    def after(self, time: Array) -> Array:
        """Bound the nodes after some time."""
        relative = _rounding_of_step(self.activation)
        a = self.activation(self.rho) * (1 - relative)
        start = np.minimum(self.start, a)
        A, slope = a - start, self.rho
        # Absolute values of the terms of f and of its slope, added up.
        steepness = np.abs(self.rho)
        size = self.activation.h + steepness * start
        for k, d in self.activation.decay.items():
            power = (k - 1) * d * start ** (k - 1)
            size, slope = size + power * start, slope - k * power
            steepness = steepness + k * power
        rounding = rounding_of_rate(self.activation, size)
        f = np.maximum(self.activation.rate(start, self.rho) - rounding, 0.0)
        away = _NEAR * a < A
        rounding = rounding + rounding_of_rate(self.activation, steepness * A)
        e = (f + slope * A - rounding) / np.where(away, A, 1.0) ** 2
        eA = np.where(away, np.maximum(e, 0.0), 0.0) * A
        g = f / np.where(A > 0, A, 1.0)
        left = np.exp(-(eA + g) * time)
        # Risen by A g (1 - left) / (g + eA left), written so that nothing cancels: near 0 the
        # smallest rise counts, far below the rounding of a.
        below = g + eA * left
        risen = A * g * -np.expm1(-(eA + g) * time) / np.where(below > 0, below, 1.0)
        bound = start + np.where(below > 0, risen, 0.0)
        return np.asarray(np.maximum(self.start, bound * (1 - relative)))

    def rows(self, rows: NDArray[np.bool_]) -> _Rise:
        """Return some of the rows."""
        return _Rise(self.activation, self.start[rows], self.rho[rows])


def _refine(rise: _Rise, fall: _Fall, goal_low: Array, goal_high: Array, length: Array) -> Array:
    """Return a shorter step after which the goals are reached already, by bisection."""
    short, long = np.zeros_like(length), length
    for _ in range(_REFINEMENTS):
        middle = (short + long) / 2
        reached = (rise.after(middle) >= goal_low).all(axis=1, keepdims=True) & (
            fall.after(middle) <= goal_high
        ).all(axis=1, keepdims=True)
        short, long = np.where(reached, short, middle), np.where(reached, middle, long)
    return long


def _shortest_times(network: NeuralNetwork, states: list[Array], accuracy: float) -> Array:
    """Return the shortest time that matters for each input, shape (rows, 1).

    That of a relaxation, or that of coming from infinity to the accuracy (Proposition A.1), which
    is shorter where the accuracy is much larger than the steady state.
    """
    times = []
    for layer, state in zip(network.layers, states, strict=True):
        times.append(1.0 / layer.activation.relaxation_rate(state).max(axis=1, keepdims=True))
        for k, d in layer.activation.decay.items():
            level = state.max(axis=1, keepdims=True) + accuracy
            times.append(level ** (1.0 - k) / ((k - 1) ** 2 * d))
    return np.asarray(np.min(times, axis=0))
