"""What a batch of runs to the steady state is: what is written, how to step, what proves it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.intervals import Interval
from crn2sbml.neural.steady_state_proof import (
    DrivenNetwork,
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
        The values of the model's constants.
    inputs_written : numpy.ndarray, shape (n, values)
        What is written before each run: the inputs, or what the first layer makes of them.
    starts : numpy.ndarray, shape (n, nodes)
        The concentrations of all nodes at time 0 of each run.
    driven : DrivenNetwork
        The network and its inputs, from which follows where each run settles.
    accuracy : float
        The absolute accuracy that is wanted in every node.
    """

    constants: Array
    inputs_written: Array
    starts: Array
    driven: DrivenNetwork
    accuracy: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How the runs of a job are to reach their steady state, and what proves that they have.

    Parameters
    ----------
    brackets : Interval
        Proven bounds of the steady states, shape (n, nodes).
    step_counts, step_sizes : numpy.ndarray, shape (n,)
        Explicit steps of each run in a round, and their size; no steps where a run is stiff.
    times : numpy.ndarray, shape (n,)
        Model time of each run by the implicit method.
    relative_tolerance : float
        The implicit method's tolerance to begin with.
    """

    brackets: Interval
    step_counts: NDArray[np.intp]
    step_sizes: Array
    times: Array
    relative_tolerance: float


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the runs of a job ended.

    Parameters
    ----------
    states : numpy.ndarray, shape (n, nodes)
        Concentrations at the end of each run.
    error_bounds : numpy.ndarray, shape (n,)
        Proven bounds of their distance to the steady state.
    provable : numpy.ndarray, shape (n,)
        The smallest bounds that double precision could have proven.
    times : numpy.ndarray, shape (n,)
        The model time at the end of each run.
    failure : str, optional
        What the integrator said of a run that it gave up.
    """

    states: Array
    error_bounds: Array
    provable: Array
    times: Array
    failure: str | None = None


def plan_runs(job: Job) -> Plan:
    """Choose for each run how it is to reach the steady state."""
    brackets = bracket_steady_state(job.driven)
    times = estimate_settling_times(job.driven, job.accuracy)
    counts, sizes = _explicit_steps(
        _EXPLICIT_TIME_FACTOR * times,
        estimate_fastest_rates(job.driven, job.starts),
        job.starts.shape[1],
    )
    scale = max(1.0, float(brackets.upper.max()))
    return Plan(
        brackets,
        counts,
        sizes,
        _TIME_FACTOR * times,
        min(_TOLERANCE_FACTOR * math.sqrt(job.accuracy / scale), _LOOSEST_TOLERANCE),
    )


def _explicit_steps(
    times: Array, fastest_rates: Array, nodes: int
) -> tuple[NDArray[np.intp], Array]:
    counts = np.maximum(np.ceil(times * fastest_rates / _STEP_TIMES_RATE), 1.0)
    counts = np.where(counts <= _MOST_STEPS + _MOST_STEPS_PER_NODE * nodes, counts, 0.0)
    return counts.astype(np.intp), times / np.maximum(counts, 1.0)
