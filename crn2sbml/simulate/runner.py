"""One model loaded in roadrunner: rewrite numbers in bulk, integrate, read the state."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crn2sbml.arrays import Array
from crn2sbml.errors import MissingDependencyError, SimulationError
from crn2sbml.rates import Brackets
from crn2sbml.simulate.models import LoadableModel

logger = logging.getLogger(__name__)

# Set to "mcjit" to compile models with LLVM's older engine, should the newer one ever fail.
JIT_VARIABLE = "CRN2SBML_JIT"

# A state far below h / rho may slip under the repelling root -h/rho and diverge from there, so
# that the absolute tolerance must be negligible against any h in use; relative accuracy rules.
ABSOLUTE_TOLERANCE = 1e-20

# Runs to the steady state: an implicit method of low order damps its own errors there, so that a
# loose tolerance and a long time give a more accurate state, and faster, than a tight tolerance
# and a short time would. Trajectories use the integrator's full order.
_SETTLING_ORDER = 3
_FULL_ORDER = 5
_TIGHTEST_RELATIVE_TOLERANCE = 1e-13
# roadrunner 2.10 scales its absolute tolerance by the start, which must not underflow; starts
# below this are replaced by 0, from which a node with h > 0 leaves just as well.
_SMALLEST_START = 1e-100
# From a large start the integrator's own first step can be too long: the decay of order q has a
# rate of x^(q-1). There the first step is this share of the shortest time that a species needs to
# change by its own size.
_LARGE_START = 1e3
_FIRST_STEP = 1e-3
# A run that has not settled goes on this many times, each with a tighter tolerance.
_CONTINUATIONS = 6
_TIGHTENING = 0.1
# Trajectories are looked at and compared as a whole; this is well below what a plot can show.
_TRAJECTORY_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Job:
    """A batch of runs to the steady state.

    Parameters
    ----------
    constants : numpy.ndarray
        Values of the model's constants.
    drives, starts : numpy.ndarray, shape (n, ...)
        What is written before each run, and the state at time 0.
    times : numpy.ndarray, shape (n,)
        Model time of each run.
    brackets : Brackets
        Proven bounds of the steady states.
    accuracy, relative_tolerance : float
        Accuracy wanted in every node, and the integrator's tolerance to begin with.
    """

    constants: Array
    drives: Array
    starts: Array
    times: Array
    brackets: Brackets
    accuracy: float
    relative_tolerance: float

    def rows(self, part: slice) -> Job:
        """Return the same job for some of its rows."""
        return Job(
            self.constants,
            self.drives[part],
            self.starts[part],
            self.times[part],
            self.brackets.rows(part),
            self.accuracy,
            self.relative_tolerance,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the runs of a job ended: states, proven error bounds and model times."""

    states: Array
    error_bounds: Array
    times: Array
    failure: str | None = None


class Runner:
    """A model loaded in this process.

    Parameters
    ----------
    model : LoadableModel
        What to load.
    """

    def __init__(self, model: LoadableModel) -> None:
        self.model = model
        self._roadrunner = import_roadrunner()
        self._instance = self._load(model)
        self._integrator = self._instance.integrator
        self._integrator.absolute_tolerance = ABSOLUTE_TOLERANCE
        state = self._instance.model
        floating = list(state.getFloatingSpeciesIds())
        self._nodes = _positions(model.nodes, floating)
        if model.kind == "parameter":
            known = list(state.getGlobalParameterIds())
            self._write = state.setGlobalParameterValues
        else:
            known = list(state.getBoundarySpeciesIds())
            self._write = state.setBoundarySpeciesConcentrations
        self._drives = _positions(model.drives, known)
        self._constants = _positions(model.constants, known)
        self._written: Array | None = None
        self._first_step = 0.0  # the integrator's own choice

    def _load(self, model: LoadableModel) -> Any:
        logger.debug("roadrunner loads a model of %d nodes", len(model.nodes))
        with _fast_loading(self._roadrunner), _translated("roadrunner cannot load the model"):
            return self._roadrunner.RoadRunner(model.sbml)

    def settle(self, job: Job) -> Settled:
        """Run every row until it has provably settled, or as long as that helps."""
        self._write_constants(job.constants)
        tolerance = job.relative_tolerance
        states, failure = self._integrate(job.drives, job.starts, job.times, tolerance)
        bounds, times = job.brackets.error_bounds(states), job.times.copy()
        for _ in range(_CONTINUATIONS):
            late = np.flatnonzero(bounds > job.accuracy)
            if not len(late):
                break
            tolerance = max(tolerance * _TIGHTENING, _TIGHTEST_RELATIVE_TOLERANCE)
            # A run that the integrator gave up starts again, the others go on where they are.
            failed = np.asarray(np.isnan(states[late]).any(axis=1))
            starts = np.where(failed[:, np.newaxis], job.starts[late], states[late])
            states[late], failure = self._integrate(
                job.drives[late], starts, job.times[late], tolerance
            )
            times[late] = np.where(failed, 0.0, times[late]) + job.times[late]
            bounds[late] = job.brackets.rows(late).error_bounds(states[late])
        return Settled(states, bounds, times, failure)

    def trajectory(
        self, constants: Array, drive: Array, start: Array, t_end: float, points: int
    ) -> Array:
        """Return the states at `points` equidistant times from 0 to `t_end`."""
        self._write_constants(constants)
        self._set_integrator(_TRAJECTORY_TOLERANCE, _FULL_ORDER)
        self._prepare(drive, _without_underflow(start), start.max(initial=0.0) > _LARGE_START)
        self._instance.timeCourseSelections = ["time", *(f"[{node}]" for node in self.model.nodes)]
        with _quiet(self._roadrunner), _translated(f"the integration to t = {t_end:g} failed"):
            return np.array(self._instance.simulate(0.0, t_end, points))[:, 1:]

    def _write_constants(self, constants: Array) -> None:
        if len(constants) and not (
            self._written is not None and np.array_equal(self._written, constants)
        ):
            self._write(self._constants, constants)
            self._written = constants.copy()

    def _set_integrator(self, tolerance: float, order: int) -> None:
        self._integrator.relative_tolerance = tolerance
        self._integrator.setValue("maximum_bdf_order", order)

    def _prepare(self, drive: Array, start: Array, large: bool) -> None:
        if len(drive):
            self._write(self._drives, drive)
        state = self._instance.model
        state.setTime(0.0)
        state.setFloatingSpeciesConcentrations(self._nodes, start)
        self._set_first_step(_first_step(state) if large else 0.0)
        self._integrator.restart(0.0)

    def _set_first_step(self, step: float) -> None:
        if step != self._first_step:
            self._integrator.setValue("initial_time_step", step)
            self._first_step = step

    def _integrate(
        self, drives: Array, starts: Array, times: Array, tolerance: float
    ) -> tuple[Array, str | None]:
        """Integrate each row from its start; a row that fails is nan, with the reason."""
        self._set_integrator(tolerance, _SETTLING_ORDER)
        states = np.full((len(drives), len(self.model.nodes)), np.nan)
        failure = None
        large = starts.max(axis=1, initial=0.0) > _LARGE_START
        model, nodes = self._instance.model, self._nodes
        with _quiet(self._roadrunner):
            rows = zip(
                drives, _without_underflow(starts), large.tolist(), times.tolist(), strict=True
            )
            for row, (drive, start, is_large, time) in enumerate(rows):
                self._prepare(drive, start, is_large)
                try:
                    self._integrator.integrate(0.0, time)
                except RuntimeError as error:
                    failure = str(error)
                    continue
                states[row] = model.getFloatingSpeciesConcentrations(nodes)
        return states, failure


def _without_underflow(starts: Array) -> Array:
    return np.where(starts < _SMALLEST_START, 0.0, starts)


def _first_step(state: Any) -> float:
    """Return a step that is short for every species of roadrunner's present state."""
    values = np.asarray(state.getFloatingSpeciesConcentrations())
    rates = np.abs(np.asarray(state.getFloatingSpeciesConcentrationRates()))
    moving = (values > 0) & (rates > 0)
    if not moving.any():
        return 0.0
    return float(_FIRST_STEP * (values[moving] / rates[moving]).min())


def import_roadrunner() -> ModuleType:
    """Import roadrunner when it is first needed: it takes a while."""
    # SUNDIALS prints about every rejected run; ours are caught, repeated and reported.
    for kind in ("ERROR", "WARNING"):
        os.environ.setdefault(f"SUNLOGGER_{kind}_FILENAME", os.devnull)
    try:
        import roadrunner as module
    except ImportError as error:
        raise MissingDependencyError(
            f"libroadrunner cannot be imported ({error}); install it with 'pip install "
            f"libroadrunner'"
        ) from error
    return cast("ModuleType", module)


@contextmanager
def _fast_loading(roadrunner: ModuleType) -> Iterator[None]:
    """Compile quickly while a model loads, and leave the process-wide settings as they were."""
    config = roadrunner.Config
    if os.environ.get(JIT_VARIABLE, "").lower() == "mcjit":
        yield
        return
    keys = (config.LLVM_BACKEND, config.LLJIT_OPTIMIZATION_LEVEL)
    before = [config.getValue(key) for key in keys]
    # NONE loads fastest, and such small models run as fast as fully optimised ones.
    for key, value in zip(keys, (config.LLJIT, config.NONE), strict=True):
        config.setValue(key, value)
    try:
        yield
    finally:
        for key, value in zip(keys, before, strict=True):
            config.setValue(key, value)


@contextmanager
def _quiet(roadrunner: ModuleType) -> Iterator[None]:
    """Keep roadrunner from printing errors that are caught here."""
    before = roadrunner.Logger.getLevel()
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    try:
        yield
    finally:
        roadrunner.Logger.setLevel(before)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Turn roadrunner's exceptions into ours, keeping their message."""
    try:
        yield
    except RuntimeError as error:
        raise SimulationError(f"{what}: {error}") from error


def _positions(ids: tuple[str, ...], known: list[str]) -> NDArray[np.int32]:
    index = {identifier: position for position, identifier in enumerate(known)}
    return np.array([index[identifier] for identifier in ids], dtype=np.int32)
