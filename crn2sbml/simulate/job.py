"""What a batch of runs to the steady state is: what is written, how to step, what proves it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crn2sbml.arrays import Array
from crn2sbml.network import NeuralNetwork
from crn2sbml.rates import (
    Brackets,
    bracket_steady_state,
    estimate_fastest_rates,
    estimate_settling_times,
)

# The numbers below save time only: each state is checked after its run, and what has not settled
# goes on by other means (module runner).

# A run that is not stiff takes explicit steps (Runge-Kutta of order 4) in rounds of this share of
# the estimated settling time, of which the first is mostly enough,
_EXPLICIT_TIME_FACTOR = 0.45
# each step this long times the fastest rate (stable below 2.78; at 2.4 some runs still fail),
_STEP_TIMES_RATE = 2.0
# and at most so many of them a round, beyond which the implicit method is cheaper (measured: its
# cost grows with the number of nodes, that of an explicit step hardly does).
_MOST_STEPS = 40.0
_MOST_STEPS_PER_NODE = 2.5
# Other runs last this many times the estimated settling time: late implicit steps are so long that
# they cost next to nothing, and each makes the state more accurate.
_TIME_FACTOR = 100.0
# So their tolerance may be far looser than the accuracy wanted: this times its square root.
_TOLERANCE_FACTOR = 0.8
_LOOSEST_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Job:
    """A batch of runs to the steady state.

    Parameters
    ----------
    constants : numpy.ndarray
        Values of the model's constants.
    drives, starts : numpy.ndarray, shape (n, ...)
        What is written before each run, and the state at time 0.
    brackets : Brackets
        Proven bounds of the steady states.
    accuracy : float
        Accuracy wanted in every node.
    step_counts, step_sizes : numpy.ndarray, shape (n,)
        Explicit steps of each run in a round, and their size; no steps where a run is stiff.
    times : numpy.ndarray, shape (n,)
        Model time of each run by the implicit method.
    relative_tolerance : float
        The implicit method's tolerance to begin with.
    """

    constants: Array
    drives: Array
    starts: Array
    brackets: Brackets
    accuracy: float
    step_counts: NDArray[np.intp]
    step_sizes: Array
    times: Array
    relative_tolerance: float

    def rows(self, part: slice) -> Job:
        """Return the same job for some of its rows."""
        return Job(
            self.constants,
            self.drives[part],
            self.starts[part],
            self.brackets.rows(part),
            self.accuracy,
            self.step_counts[part],
            self.step_sizes[part],
            self.times[part],
            self.relative_tolerance,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the runs of a job ended: states, proven error bounds and model times."""

    states: Array
    error_bounds: Array
    times: Array
    failure: str | None = None


def plan_job(
    network: NeuralNetwork,
    inputs: Array,
    *,
    constants: Array,
    drives: Array,
    starts: Array,
    accuracy: float,
) -> Job:
    """Choose for each input how its run is to reach the steady state.

    Parameters
    ----------
    network : NeuralNetwork
        Network whose activations all have h > 0.
    inputs : numpy.ndarray, shape (n, width)
        One input a row, finite and >= 0.
    constants, drives, starts : numpy.ndarray
        As in :class:`Job`.
    accuracy : float
        Accuracy wanted in every node.

    Returns
    -------
    Job
    """
    brackets = bracket_steady_state(network, inputs)
    times = estimate_settling_times(network, inputs, accuracy)
    counts, sizes = _explicit_steps(
        _EXPLICIT_TIME_FACTOR * times,
        estimate_fastest_rates(network, inputs, starts),
        starts.shape[1],
    )
    scale = max(1.0, float(brackets.upper.max()))
    return Job(
        constants,
        drives,
        starts,
        brackets,
        accuracy,
        counts,
        sizes,
        _TIME_FACTOR * times,
        min(_TOLERANCE_FACTOR * math.sqrt(accuracy / scale), _LOOSEST_TOLERANCE),
    )


def _explicit_steps(
    times: Array, fastest_rates: Array, nodes: int
) -> tuple[NDArray[np.intp], Array]:
    counts = np.maximum(np.ceil(times * fastest_rates / _STEP_TIMES_RATE), 1.0)
    counts = np.where(counts <= _MOST_STEPS + _MOST_STEPS_PER_NODE * nodes, counts, 0.0)
    return counts.astype(np.intp), times / np.maximum(counts, 1.0)
