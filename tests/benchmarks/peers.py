"""The same ODE in scipy, written and tuned to settle as fast as scipy can."""

import itertools
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.integrate import odeint, solve_ivp

from tests.benchmarks.common import take_turns

RELATIVE_TOLERANCES = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-7)
ABSOLUTE_TO_RELATIVE = (1e-3, 0.1, 1.0, 10.0)
# From about the shortest time in which the exact solution can settle to far beyond.
END_TIMES = np.concatenate([np.arange(6.0, 20.0, 1.0), [25.0, 35.0, 50.0]])
# The error of a run to a time is not that of a look on the way there; so many times are tried.
TIMES_TO_TRY = 3
TUNING_ROWS = 20
FINALISTS = 6


@dataclass(frozen=True)
class Settings:
    rtol: float
    atol: float
    t_end: float

    def __str__(self):
        return f"rtol {self.rtol:g}, atol {self.atol:g}, t = {self.t_end:g}"


class Peer:
    """One of scipy's solvers on a network with decay of order 2 and one h, from 1 everywhere.

    dx/dt = h + x (c + A x) for all nodes at once: A holds the weights of all layers but the first
    as one block matrix, less the identity for the decay, and c the biases and the first layer's
    W d + beta, which is rewritten before each run. The one buffer saves an allocation.
    """

    def __init__(self, solver, analytic, network):
        self.solve = {"odeint": self._odeint, "solve_ivp(LSODA)": self._lsoda}[solver]
        self.analytic = analytic
        self.first = network.layers[0]
        ends = np.cumsum(network.widths[1:])
        self.start = np.ones(ends[-1])
        matrix = -np.eye(ends[-1])
        for layer, end, begin in zip(
            network.layers[1:], ends[1:], [0, *ends[:-2].tolist()], strict=True
        ):
            matrix[end - layer.width : end, begin : end - layer.width] = layer.weights
        self.constants = np.concatenate([layer.biases for layer in network.layers])
        self.rate, self.jacobian = right_hand_side(matrix, self.constants, self.first.activation.h)

    def settle(self, inputs, settings):
        """The last states of the runs of all inputs."""
        return np.array([self.run(row, settings, [settings.t_end])[-1] for row in inputs])

    def run(self, row, settings, times):
        self.constants[: self.first.width] = self.first.weights.dot(row) + self.first.biases
        return self.solve(settings, times)

    def _odeint(self, settings, times):
        return odeint(
            self.rate,
            self.start,
            [0.0, *times],
            rtol=settings.rtol,
            atol=settings.atol,
            Dfun=self.jacobian if self.analytic else None,
            tfirst=True,
        )[1:]

    def _lsoda(self, settings, times):
        solution = solve_ivp(
            self.rate,
            (0.0, settings.t_end),
            self.start,
            "LSODA",
            None if len(times) == 1 else times,
            rtol=settings.rtol,
            atol=settings.atol,
            jac=self.jacobian if self.analytic else None,
        )
        return solution.y.T


def right_hand_side(matrix, constants, h):
    times, add, multiply = matrix.dot, np.add, np.multiply
    buffer = np.empty(len(constants))
    diagonal = len(constants) + 1

    def rate(t, x):
        times(x, buffer)
        add(buffer, constants, buffer)
        multiply(buffer, x, buffer)
        add(buffer, h, buffer)
        return buffer

    def jacobian(t, x):
        result = matrix * x[:, np.newaxis]
        result.ravel()[::diagonal] += times(x) + constants
        return result

    return rate, jacobian


def tuned(peer, inputs, exact, accuracy):
    """Return the settings that settle all inputs to a measured error in the shortest time."""
    some = inputs[:TUNING_ROWS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # settings too loose for a solver are part of the search
        good = []
        for rtol, factor in itertools.product(RELATIVE_TOLERANCES, ABSOLUTE_TO_RELATIVE):
            candidates = settled_at(peer, some, exact[: len(some)], accuracy, rtol, rtol * factor)
            for settings in candidates:
                if np.abs(peer.settle(inputs, settings) - exact).max() <= accuracy:
                    good.append(settings)
                    break
        heats = times_of(peer, some, good, 3)
        finals = times_of(peer, some, sorted(good, key=heats.get)[:FINALISTS], 9)
    return min(finals, key=finals.get)


def settled_at(peer, inputs, exact, accuracy, rtol, atol):
    looks = np.array([peer.run(x, Settings(rtol, atol, END_TIMES[-1]), END_TIMES) for x in inputs])
    if looks.shape[1] < len(END_TIMES):
        return []  # a solver gave up on the way
    errors = np.abs(looks - exact[:, np.newaxis]).max(axis=(0, 2))
    times = END_TIMES[errors <= accuracy][:TIMES_TO_TRY]
    return [Settings(rtol, atol, float(time)) for time in times]


def times_of(peer, inputs, choices, rounds):
    turns = {settings: partial(peer.settle, inputs, settings) for settings in choices}
    return {
        settings: float(np.median(seconds))
        for settings, seconds in take_turns(turns, rounds).items()
    }
