"""The simulator that users see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.blas import one_blas_thread
from crn2sbml._support.checks import check_inputs
from crn2sbml._support.words import counted
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.compile import check_smoothing, compile_network
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    NotSettledError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.neural.steady_state_proof import DrivenNetwork, drive_checked, estimate_settling_times
from crn2sbml.simulate import kernel as models
from crn2sbml.simulate.job import Job, Settled
from crn2sbml.simulate.pool import Pool, parts
from crn2sbml.simulate.results import SteadyState, Trajectory

_TRAJECTORY_ACCURACY = 1e-3

Start = ArrayLike | Mapping[str, float] | None


class Simulator:
    """Run the chemistry of a network in libroadrunner.

    A :class:`NeuralNetwork` runs as a small kernel model with the same ODE for every node; its
    numbers are rewritten in the loaded model, never loaded again. A :class:`Crn` is loaded as it
    is, which takes time that grows with the square of its size; inputs, times and concentrations
    are then in its own units.

    Parameters
    ----------
    network_or_crn : NeuralNetwork or Crn
        What to simulate; every activation needs h > 0.
    workers : int, default 1
        Number of processes that share a batch.
    progress : bool, default False
        Show a progress bar on stderr (on a terminal only).

    Raises
    ------
    UnsupportedError
        If an activation has h = 0.
    SimulationError
        If roadrunner cannot load the model.

    Examples
    --------
    >>> from crn2sbml import Layer, NeuralNetwork, Simulator
    >>> network = NeuralNetwork([Layer([[2.0]], [-1.0]), Layer([[1.0]], [0.5])])
    >>> with Simulator(network) as simulator:
    ...     settled = simulator.steady_state([[0.0], [1.0]])
    >>> bool(abs(settled.outputs - network.forward([[0.0], [1.0]])).max() < 1e-6)
    True
    >>> settled.error_bound < 1e-6
    True
    """

    def __init__(
        self, network_or_crn: NeuralNetwork | Crn, workers: int = 1, *, progress: bool = False
    ) -> None:
        self._progress = progress
        self._crn: Crn | None = None
        self._network: NeuralNetwork | None = None
        self._input_species: tuple[str | None, ...] = ()
        self._recognition_error: UnsupportedError | None = None
        if isinstance(network_or_crn, NeuralNetwork):
            check_smoothing(network_or_crn)
            self._network = network_or_crn
            self._loaded = network_or_crn
            self._edges = models.kernel_edges(network_or_crn)
            self._constants = models.kernel_constants(network_or_crn, self._edges)
            model = models.kernel_model(network_or_crn)
        elif isinstance(network_or_crn, Crn):
            self._crn = network_or_crn
            model = self._crn_model(network_or_crn)
            self._constants = models.concentrations(network_or_crn, model.constants)
        else:
            raise InputValueError(
                f"a Simulator takes a NeuralNetwork or a Crn, not {type(network_or_crn).__name__}"
            )
        self._pool = Pool(model, workers)

    def steady_state(
        self, inputs: ArrayLike | None = None, accuracy: float = 1e-6, *, initial: Start = None
    ) -> SteadyState:
        """Run each input until its chemistry has provably settled.

        Parameters
        ----------
        inputs : array_like, shape (n, width), optional
            One input a row, finite and >= 0. A `Crn` holds inputs of its own for None.
        accuracy : float, default 1e-6
            Largest absolute distance to the steady state, over all nodes.
        initial : float, array_like or mapping, optional
            Concentrations of the nodes at time 0: one for all, one for each node (all layers side
            by side), or by id. Default 1, or what the `Crn` says. The result does not depend on it.

        Returns
        -------
        SteadyState
            Concentrations read from the simulation, with a proven bound of their error.

        Raises
        ------
        NotSettledError
            If a run is not within `accuracy` even after it was continued.
        ConcentrationError
            If inputs or starts are negative, not finite, or of the wrong shape.
        UnsupportedError
            If a `Crn` is no neural network.

        Notes
        -----
        A small rate of change proves nothing (f(0) = h may be tiny). Each node is compared with
        brackets of its steady state that signs of the right-hand side prove.
        """
        if not 0 < accuracy < np.inf:
            raise InputValueError(f"accuracy is {accuracy!r}; it must be a positive number")
        network = self._require_network()
        rows = self._checked_inputs(inputs, network)
        if not len(rows):
            return _layered(network, np.empty((0, sum(network.widths[1:]))), 0.0, 0.0)
        with one_blas_thread():
            starts = self._starts(initial, len(rows))
            jobs = (
                self._job(network, rows[part], starts[part], accuracy) for part in parts(len(rows))
            )
            settled = self._pool.settle(jobs, len(rows), self._progress)
        _check_settled(settled, accuracy)
        return _layered(
            network, settled.states, float(settled.error_bounds.max()), float(settled.times.max())
        )

    def trajectory(
        self,
        inputs: ArrayLike | None = None,
        t_end: float | None = None,
        initial: Start = None,
        *,
        points: int = 501,
    ) -> Trajectory:
        """Integrate one input and return the concentrations over time.

        Parameters
        ----------
        inputs : array_like, shape (width,), optional
            One input, finite and >= 0. A `Crn` holds inputs of its own for None.
        t_end : float, optional
            Last time; for a network, about when it has settled unless given.
        initial : float, array_like or mapping, optional
            Concentrations at time 0, as for :meth:`steady_state`.
        points : int, default 501
            Number of equidistant times, 0 and `t_end` included.

        Returns
        -------
        Trajectory
            The run of all dynamic species.

        Raises
        ------
        ConcentrationError
            If inputs or starts are negative, not finite, or of the wrong shape.
        SimulationError
            If the integration fails.
        """
        if points < 2:
            raise InputValueError(f"points is {points!r}; a trajectory needs at least 2")
        if inputs is None and self._crn is not None:
            values = self._stored_inputs()
        else:
            row = self._one_row(inputs)
            values = self._inputs_written(drive_checked(self._require_network(), row), row)[0]
        if t_end is None:
            t_end = self._settling_time(inputs)
        if not 0 < t_end < np.inf:
            raise InputValueError(f"t_end is {t_end!r}; it must be a positive number")
        start = self._starts(initial, 1)[0]
        states = self._pool.local.trajectory(self._constants, values, start, t_end, points)
        return Trajectory(np.linspace(0.0, t_end, points), states, self._pool.model.nodes)

    def set_parameters(self, network: NeuralNetwork) -> None:
        """Rewrite the numbers in the loaded model to those of another network of the same shape.

        Parameters
        ----------
        network : NeuralNetwork
            A network of the same widths and decay orders; weights, biases, h and rate constants
            may differ.

        Raises
        ------
        UnsupportedError
            If the shape differs, a sparse layer lacks an edge, a layer that is not trainable has
            other weights, an h is 0, or the model is a `Crn` that is not enzymatic.
        """
        check_smoothing(network)
        if self._crn is not None:
            self._constants = _matching_constants(self._crn, network, self._pool.model.constants)
            self._network = network
            return
        known = self._require_network()
        if _shape(network) != _shape(known):
            raise UnsupportedError(
                f"the loaded model is {known!r} and cannot become {network!r}; widths and decay "
                f"orders must be the same; make a new Simulator"
            )
        for number, (new, old, parameters) in enumerate(
            zip(network.layers[1:], self._loaded.layers[1:], self._edges, strict=True), start=2
        ):
            same = np.array_equal(new.weights, old.weights) and np.array_equal(
                new.biases, old.biases
            )
            if parameters is None and not same:
                raise UnsupportedError(
                    f"layer {number} of the loaded model is not trainable, and its weights cannot "
                    f"be rewritten; make a new Simulator"
                )
        self._constants = models.kernel_constants(network, self._edges)
        self._network = network

    def close(self) -> None:
        """Stop the worker processes, if there are any."""
        self._pool.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        what = self._network if self._crn is None else self._crn
        return f"Simulator of {what!r}, {counted(self._pool.workers, 'worker')}"

    def _crn_model(self, crn: Crn) -> models.LoadableModel:
        """Describe the model of a `Crn`, with the inputs of the neural network that it may be."""
        try:
            # The neural network that the numbers make in the units that they are in.
            recognised = recognise_network(replace(crn, units=None))
        except UnsupportedError as error:
            self._recognition_error = error
            return models.crn_model(crn, crn.dynamic_species, ())
        self._network, self._input_species = recognised.network, recognised.inputs
        nodes = [species for layer in recognised.layers for species in layer]
        return models.crn_model(crn, nodes, [s for s in recognised.inputs if s is not None])

    def _require_network(self) -> NeuralNetwork:
        if self._network is None:
            raise UnsupportedError(
                f"this reaction network is no neural network, for which alone a steady state is "
                f"proven: {self._recognition_error}; use trajectory(t_end=...) without inputs"
            )
        return self._network

    def _checked_inputs(self, inputs: ArrayLike | None, network: NeuralNetwork) -> Array:
        if inputs is None:
            return self._own_inputs(network.widths[0])
        return check_inputs(inputs, network.widths[0], network.input_names)

    def _own_inputs(self, width: int) -> Array:
        if self._crn is None:
            raise ConcentrationError(
                f"no inputs were given; give a row of {counted(width, 'number')} for each"
            )
        values = np.zeros((1, width))
        values[0, self._columns()] = self._stored_inputs()
        return values

    def _columns(self) -> list[int]:
        """Columns of the inputs that the `Crn` has a species for."""
        return [column for column, s in enumerate(self._input_species) if s is not None]

    def _stored_inputs(self) -> Array:
        """Return what the `Crn` itself says of what is rewritten before every run."""
        assert self._crn is not None
        return models.concentrations(self._crn, self._pool.model.inputs_written)

    def _job(self, network: NeuralNetwork, rows: Array, starts: Array, accuracy: float) -> Job:
        driven = drive_checked(network, rows)
        return Job(self._constants, self._inputs_written(driven, rows), starts, driven, accuracy)

    def _inputs_written(self, driven: DrivenNetwork, rows: Array) -> Array:
        if self._crn is None:
            return driven.rho
        return np.ascontiguousarray(rows[:, self._columns()])

    def _one_row(self, inputs: ArrayLike | None) -> Array:
        rows = self._checked_inputs(inputs, self._require_network())
        if len(rows) != 1:
            raise ConcentrationError(
                f"a trajectory is that of one input, but {len(rows)} rows were given; pass one"
            )
        return rows

    def _settling_time(self, inputs: ArrayLike | None) -> float:
        try:
            network = self._require_network()
        except UnsupportedError as error:
            raise UnsupportedError(
                f"no settling time can be estimated, pass t_end: {error}"
            ) from None
        rows = self._one_row(inputs)
        return float(estimate_settling_times(drive_checked(network, rows), _TRAJECTORY_ACCURACY)[0])

    def _starts(self, initial: Start, rows: int) -> Array:
        nodes = self._pool.model.nodes
        starts = np.tile(self._pool.model.starts, (rows, 1))
        if isinstance(initial, Mapping):
            for species, value in initial.items():
                if species not in nodes:
                    raise ConcentrationError(
                        f"initial names {species!r}, which is no dynamic species of the model"
                    )
                starts[:, nodes.index(species)] = value
        elif initial is not None:
            try:
                starts[...] = np.asarray(initial, dtype=np.float64)
            except (TypeError, ValueError):
                raise ConcentrationError(
                    f"initial has shape {np.shape(initial)}; pass one number, one for each of the "
                    f"{len(nodes)} nodes, or a mapping of ids to numbers"
                ) from None
        if not (np.isfinite(starts).all() and (starts >= 0).all()):
            raise ConcentrationError("initial holds a negative or infinite concentration")
        return starts


def _shape(network: NeuralNetwork) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    return network.widths, [tuple(layer.activation.decay) for layer in network.layers]


def _matching_constants(crn: Crn, network: NeuralNetwork, constants: Iterable[str]) -> Array:
    compiled = compile_network(network)
    same = (
        compiled.species_ids == crn.species_ids
        and compiled.reactions == crn.reactions
        and compiled.rate_constants == crn.rate_constants
    )
    if not same:
        raise UnsupportedError(
            f"only the enzymatic encoding of the same shape, with the same rate constants, can be "
            f"rewritten in place, and {crn!r} is not that of {network!r}; simulate the network "
            f"itself, or make a new Simulator"
        )
    return models.concentrations(compiled, constants)


def _check_settled(settled: Settled, accuracy: float) -> None:
    worst = int(np.argmax(settled.error_bounds))
    bound, time = float(settled.error_bounds[worst]), float(settled.times[worst])
    if bound <= accuracy:
        return
    if not np.isfinite(settled.states[worst]).all():
        raise SimulationError(
            f"the integration of input {worst + 1} failed ({settled.failure}); scale weights and "
            f"inputs towards 1, or ask for a lower accuracy than {accuracy:g}"
        )
    raise NotSettledError(
        f"input {worst + 1} is within {bound:.2g} of its steady state after t = {time:.4g}, but "
        f"{accuracy:.2g} was asked for; ask for a lower accuracy (double precision can prove "
        f"{settled.provable.max():.1g} here at best), or use a larger h if it is tiny",
        bound,
        time,
    )


def _layered(network: NeuralNetwork, states: Array, bound: float, time: float) -> SteadyState:
    ends = np.cumsum(network.widths[1:])[:-1]
    layers = tuple(np.ascontiguousarray(part) for part in np.split(states, ends, axis=1))
    return SteadyState(layers[-1], layers, bound, time)
