"""One model loaded in roadrunner: rewrite numbers in bulk, integrate, read the state."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.errors import MissingDependencyError, SimulationError
from crn2sbml.neural.steady_state_proof import bound_distances
from crn2sbml.simulate.job import Job, Plan, Settled, plan_runs
from crn2sbml.simulate.kernel import LoadableModel

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
# Explicit steps are taken in rounds, after each of which settled runs stop; then the implicit
# method takes over.
_EXPLICIT_ROUNDS = 3
# A run that it has not settled goes on this many times, each with a tighter tolerance.
_CONTINUATIONS = 6
_TIGHTENING = 0.1
# Trajectories are looked at and compared as a whole; this is well below what a plot can show.
_TRAJECTORY_TOLERANCE = 1e-9


class Runner:
    """A model loaded in this process.

    Parameters
    ----------
    model : LoadableModel
        The model that roadrunner loads.
    """

    # How often this process has loaded a model.
    loads: ClassVar[int] = 0

    def __init__(self, model: LoadableModel) -> None:
        self.model = model
        self._roadrunner = import_roadrunner()
        self._instance = self._load(model)
        self._integrator = self._instance.integrator
        self._integrator.absolute_tolerance = ABSOLUTE_TOLERANCE
        # Both integrators stay alive and work on the same model. The one set last is the one that
        # roadrunner's own simulate uses, for trajectories.
        self._instance.setIntegrator("rk4")
        self._explicit = self._instance.integrator
        self._instance.setIntegrator("cvode")
        state = self._instance.model
        floating = list(state.getFloatingSpeciesIds())
        self._nodes = _positions(model.nodes, floating)
        if model.kind == "parameter":
            known = list(state.getGlobalParameterIds())
            self._write = state.setGlobalParameterValues
        else:
            known = list(state.getBoundarySpeciesIds())
            self._write = state.setBoundarySpeciesConcentrations
        self._inputs_written = _positions(model.inputs_written, known)
        self._constants = _positions(model.constants, known)
        self._written: Array | None = None
        self._first_step = 0.0  # the integrator's own choice

    def _load(self, model: LoadableModel) -> Any:
        logger.debug("roadrunner loads a model of %d nodes", len(model.nodes))
        Runner.loads += 1
        with _loading_settings(self._roadrunner), _translated("roadrunner cannot load the model"):
            return self._roadrunner.RoadRunner(model.sbml)

    def settle(self, job: Job) -> Settled:
        """Run every row until it has provably settled, or as long as that helps."""
        plan = plan_runs(job)
        self._write_constants(job.constants)
        states, bounds, times = self._settle_explicitly(job, plan)
        tolerance, failure = plan.relative_tolerance, None
        # Whatever the explicit steps left behind starts again.
        again = bounds > job.accuracy
        for _ in range(1 + _CONTINUATIONS):
            late = np.flatnonzero(bounds > job.accuracy)
            if not len(late):
                break
            starts = np.where(again[late, np.newaxis], job.starts[late], states[late])
            states[late], failure = self._integrate(
                job.inputs_written[late], starts, plan.times[late], tolerance
            )
            times[late] = np.where(again[late], 0.0, times[late]) + plan.times[late]
            bounds[late] = bound_distances(plan.brackets.rows(late), states[late])
            # A run that the integrator gave up starts again, the others go on where they are.
            again = np.asarray(np.isnan(states).any(axis=1))
            tolerance = max(tolerance * _TIGHTENING, _TIGHTEST_RELATIVE_TOLERANCE)
        return Settled(states, bounds, plan.brackets.widths().max(axis=1) / 2, times, failure)

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

    def _write_state(self, drive: Array, start: Array) -> None:
        if len(drive):
            self._write(self._inputs_written, drive)
        self._instance.model.setFloatingSpeciesConcentrations(self._nodes, start)

    def _prepare(self, drive: Array, start: Array, large: bool) -> None:
        self._write_state(drive, start)
        self._instance.model.setTime(0.0)
        self._set_first_step(_first_step(self._instance.model) if large else 0.0)
        self._integrator.restart(0.0)

    def _set_first_step(self, step: float) -> None:
        if step != self._first_step:
            self._integrator.setValue("initial_time_step", step)
            self._first_step = step

    def _settle_explicitly(self, job: Job, plan: Plan) -> tuple[Array, Array, Array]:
        """Take the explicit steps of the rows that have any, and again where that is not enough."""
        states, times = _without_underflow(job.starts), np.zeros(len(job.starts))
        bounds = np.full(len(states), np.inf)
        late = np.flatnonzero(plan.step_counts)
        for _ in range(_EXPLICIT_ROUNDS):
            if not len(late):
                break
            for row in late.tolist():
                states[row] = self._step(
                    job.inputs_written[row],
                    states[row],
                    int(plan.step_counts[row]),
                    float(plan.step_sizes[row]),
                )
            times[late] += plan.step_counts[late] * plan.step_sizes[late]
            bounds[late] = bound_distances(plan.brackets.rows(late), states[late])
            late = late[(bounds[late] > job.accuracy) & np.isfinite(bounds[late])]
        return states, bounds, times

    def _step(self, drive: Array, start: Array, count: int, size: float) -> Array:
        """Take explicit steps of one size from a start; nan where they go astray."""
        self._write_state(drive, start)
        step = self._explicit.integrate
        try:
            for _ in range(count):
                step(0.0, size)  # the equations do not depend on time
        except RuntimeError:
            return np.full_like(start, np.nan)
        return np.asarray(self._instance.model.getFloatingSpeciesConcentrations(self._nodes))

    def _integrate(
        self, inputs_written: Array, starts: Array, times: Array, tolerance: float
    ) -> tuple[Array, str | None]:
        """Integrate each row from its start; a row that fails is nan, with the reason."""
        self._set_integrator(tolerance, _SETTLING_ORDER)
        states = np.full((len(inputs_written), len(self.model.nodes)), np.nan)
        failure = None
        large = starts.max(axis=1, initial=0.0) > _LARGE_START
        model, nodes = self._instance.model, self._nodes
        with _quiet(self._roadrunner):
            rows = zip(
                inputs_written,
                _without_underflow(starts),
                large.tolist(),
                times.tolist(),
                strict=True,
            )
            for row, (drive, start, is_large, time) in enumerate(rows):
                self._prepare(drive, start, is_large)
                try:
                    self._integrator.integrate(0.0, time)
                except RuntimeError as error:
                    failure = _reason(error)
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
def _loading_settings(roadrunner: ModuleType) -> Iterator[None]:
    """Load quickly and without side effects, and leave the process-wide settings as they were."""
    config = roadrunner.Config
    # Ids would become attributes of roadrunner's class, where "model" and others hide its own.
    settings = {config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES: True}
    if os.environ.get(JIT_VARIABLE, "").lower() != "mcjit":
        # NONE loads fastest, and such small models run as fast as fully optimised ones.
        settings |= {
            config.LLVM_BACKEND: config.LLJIT,
            config.LLJIT_OPTIMIZATION_LEVEL: config.NONE,
        }
    before = {key: config.getValue(key) for key in settings}
    for key, value in settings.items():
        config.setValue(key, value)
    try:
        yield
    finally:
        for key, value in before.items():
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
        raise SimulationError(f"{what}: {_reason(error)}") from error


def _reason(error: RuntimeError) -> str:
    """Return roadrunner's message without where in its source it was raised."""
    return str(error).partition("; In ")[0]


def _positions(ids: tuple[str, ...], known: list[str]) -> NDArray[np.int32]:
    index = {identifier: position for position, identifier in enumerate(known)}
    return np.array([index[identifier] for identifier in ids], dtype=np.int32)
