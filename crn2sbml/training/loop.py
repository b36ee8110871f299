"""The training loop: forward pass, gradient, step; parameters rewritten between rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array, digest
from crn2sbml._support.blas import one_blas_thread
from crn2sbml._support.columns import rows_by_name
from crn2sbml._support.progress import progress_bar
from crn2sbml._support.words import counted
from crn2sbml.data.dataset import Dataset
from crn2sbml.errors import InputValueError, NetworkError
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.network import NeuralNetwork, propagate
from crn2sbml.simulate import Simulator
from crn2sbml.training.checkpoints import load_checkpoint, save_checkpoint
from crn2sbml.training.costs import Cost
from crn2sbml.training.gradient import cost_gradient, flatten, parameters, with_parameters
from crn2sbml.training.history import History, share_correct
from crn2sbml.training.labels import as_targets
from crn2sbml.training.optimisers import Optimiser
from crn2sbml.training.options import (
    Batches,
    Checkpoints,
    Chemistry,
    Descent,
    Validation,
    check_option,
)
from crn2sbml.training.state import TrainingState
from crn2sbml.training.ties import Ties, free_parameters

_ForwardPass = Callable[[NeuralNetwork, Array], tuple[Array, ...]]
_NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult:
    """What training gave.

    Parameters
    ----------
    network : NeuralNetwork
        The network after the last round.
    history : History
        The record, round by round.
    best_network : NeuralNetwork
        The network with the lowest cost on the validation data; without these, `network`.
    best_round : int
        The round after which `best_network` was reached.
    stopped_early : bool
        Whether the validation cost had not improved for so long that training stopped.
    """

    network: NeuralNetwork
    history: History
    best_network: NeuralNetwork
    best_round: int
    stopped_early: bool


def train_network(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    descent: Descent | None = None,
    *,
    batches: Batches | None = None,
    chemistry: Chemistry | None = None,
    validation: Validation | None = None,
    checkpoints: Checkpoints | None = None,
) -> TrainingResult:
    """Train a neural network by gradient descent.

    Parameters
    ----------
    network : NeuralNetwork
        Where to start; it is not changed.
    inputs : array_like, shape (n, inputs)
        One example a row, finite and >= 0.
    targets : array_like, shape (n, outputs)
        What the outputs should be; with a readout, what is read off them. Those of a single output
        may have shape (n,).
    descent : Descent, optional
        Rounds, learning rate, cost and optimiser, and who looks on; by default 300 rounds of plain
        gradient descent of the quadratic cost.
    batches : Batches, optional
        How many examples are drawn for each step; unless given, each step sees all of them.
    chemistry : Chemistry, optional
        Activations come from the settled chemistry in libroadrunner; unless given, from the formula
        in closed form.
    validation : Validation, optional
        Held-out examples, and whether training stops early by them.
    checkpoints : Checkpoints, optional
        Where the state of the run is kept, and whether to go on from there.

    Returns
    -------
    TrainingResult
        `.network` after the last round, `.history`, and `.best_network` by the validation data.

    Raises
    ------
    InputValueError
        If data or options do not fit, or a checkpoint is of another run.
    UnsupportedError
        If the cost has no value for such outputs.
    FormatError
        If all checkpoints are damaged.
    NetworkError
        If training diverges.

    Notes
    -----
    Equations (8) to (10) and section 6 of the paper.

    Examples
    --------
    >>> from crn2sbml import Activation, NeuralNetwork, train_network
    >>> from crn2sbml.data import load_xor
    >>> from crn2sbml.training import Descent
    >>> xor = load_xor()
    >>> start = NeuralNetwork.random((2, 4, 1), Activation(h=0.1), rng=1)
    >>> descent = Descent(rounds=1000, learning_rate=0.3)
    >>> result = train_network(start, xor.inputs, xor.targets, descent)
    >>> float(result.history.accuracy[-1])
    1.0
    """
    for value, kind, name in (
        (descent, Descent, "descent"),
        (batches, Batches, "batches"),
        (chemistry, Chemistry, "chemistry"),
        (validation, Validation, "validation"),
        (checkpoints, Checkpoints, "checkpoints"),
    ):
        check_option(value, kind, name)
    steps = Descent() if descent is None else descent
    run = _planned(network, (inputs, targets), steps, batches, chemistry, validation, checkpoints)
    # Without batches nothing is drawn.
    generator = np.random.default_rng(0 if batches is None else batches.rng)
    settings = _settings(network, run, generator)
    state = _first_state(network, run, generator, settings)
    generator.bit_generator.state = state.random
    _descend(state, run, generator, settings)
    return TrainingResult(
        state.network,
        History(*np.array(state.rows).T),
        state.best_network,
        state.best_round,
        run.is_stopped(state),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """The options of a run and its examples, which fit each other and the network."""

    descent: Descent
    cost: Cost
    optimiser: Optimiser
    ties: Ties | None
    data: Dataset
    batches: Batches | None
    chemistry: Chemistry | None
    validation: Validation | None
    held_out: Dataset | None
    checkpoints: Checkpoints | None

    def is_stopped(self, state: TrainingState) -> bool:
        """Tell whether the validation cost has not improved for so long that it is enough."""
        patience = None if self.validation is None else self.validation.patience
        return patience is not None and state.waited >= patience

    def is_over(self, state: TrainingState) -> bool:
        """Tell whether there is no further round."""
        return state.round >= self.descent.rounds or self.is_stopped(state)


def _planned(
    network: NeuralNetwork,
    examples: tuple[ArrayLike, ArrayLike],
    descent: Descent,
    batches: Batches | None,
    chemistry: Chemistry | None,
    validation: Validation | None,
    checkpoints: Checkpoints | None,
) -> _Run:
    """Check that options, examples and network fit each other."""
    descent.check(network)
    data = _checked_data(network, *examples, descent, "training data")
    held_out = None
    if validation is not None:
        pair = validation.inputs, validation.targets
        held_out = _checked_data(network, *pair, descent, "validation data")
    if batches is not None:
        batches.check(len(data))
    return _Run(
        descent,
        descent.make_cost(),
        descent.make_optimiser(),
        _ties(network, descent),
        data,
        batches,
        chemistry,
        validation,
        held_out,
        checkpoints,
    )


def _checked_data(
    network: NeuralNetwork, inputs: ArrayLike, targets: ArrayLike, descent: Descent, name: str
) -> Dataset:
    width = network.widths[0]
    rows = rows_by_name(inputs, network.input_names, width, name, InputValueError)
    outputs = network.widths[-1] if descent.readout is None else len(np.asarray(descent.readout))
    # Behind a readout, outputs have other names.
    names = network.output_names if descent.readout is None else None
    values = np.asarray(as_targets(targets, None, outputs, names))
    if values.dtype.kind not in "biuf":
        raise InputValueError(
            f"the targets of the {name} are no numbers; labels are taken where the network knows "
            f"its classes, and fit_network makes one that does"
        )
    data = Dataset(np.asarray(rows), values, name)
    widths = (data.inputs.shape[1], data.targets.shape[1])
    if widths != (network.widths[0], outputs):
        raise InputValueError(
            f"the {name} have {counted(widths[0], 'input')} and {counted(widths[1], 'target')} a "
            f"row, but the network has {counted(network.widths[0], 'input')} and "
            f"{counted(outputs, 'output')}"
        )
    data.check_concentrations()
    return data


def _ties(network: NeuralNetwork, descent: Descent) -> Ties | None:
    """Return the ties that are given, or those of sparse and fixed layers."""
    if not any(layer.trainable for layer in network.layers):
        raise InputValueError("no layer of the network is trainable; nothing would change")
    if descent.ties is not None:
        return descent.ties
    if any(layer.sparse or not layer.trainable for layer in network.layers):
        return free_parameters(network)
    return None


def _settings(network: NeuralNetwork, run: _Run, generator: np.random.Generator) -> dict[str, Any]:
    """Return what a resumed run must agree with for its weights to be those of an unbroken one."""
    if run.checkpoints is None:
        return {}
    held_out = run.held_out
    return {
        "widths": list(network.widths),
        "activations": [describe_activation(layer.activation) for layer in network.layers],
        "cost": run.cost.name,
        "optimiser": repr(run.optimiser),
        "batches.size": None if run.batches is None else run.batches.size,
        # Unlike its state, what a generator was made of stays the same while it is used.
        "seed": None if run.batches is None else _seed(generator),
        "chemistry.accuracy": None if run.chemistry is None else run.chemistry.accuracy,
        "validation.every": None if run.validation is None else run.validation.every,
        "tied": None if run.ties is None else run.ties.digest,
        "training data": digest(run.data.inputs, run.data.targets),
        "validation data": None if held_out is None else digest(held_out.inputs, held_out.targets),
        "start network": digest(parameters(network)),
    }


def _seed(generator: np.random.Generator) -> Any:
    origin = generator.bit_generator.seed_seq
    entropy = getattr(origin, "entropy", None)
    branch = getattr(origin, "spawn_key", ())
    return [entropy, *branch] if branch else entropy


def _first_state(
    network: NeuralNetwork,
    run: _Run,
    generator: np.random.Generator,
    settings: Mapping[str, Any],
) -> TrainingState:
    if run.checkpoints is not None and run.checkpoints.resume:
        state = load_checkpoint(run.checkpoints.folder, network, settings)
        if state is not None:
            return state
    size = len(parameters(network)) if run.ties is None else run.ties.size
    return TrainingState(network, run.optimiser.start(size), generator.bit_generator.state, network)


def _descend(
    state: TrainingState, run: _Run, generator: np.random.Generator, settings: Mapping[str, Any]
) -> None:
    """Take the steps that are left, write checkpoints, and tell who looks on."""
    descent, checkpoints = run.descent, run.checkpoints
    if descent.callback and not state.round:
        descent.callback(0, state.network)
    with (
        _forward_pass(state.network, run.chemistry) as evaluate,
        progress_bar("training", descent.rounds, descent.progress) as advance,
        # Overflow is no warning here: it is reported as divergence.
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        advance(state.round)
        begin = time.perf_counter() - state.seconds
        while not run.is_over(state):
            _round(state, run, _batch(run, generator), evaluate, begin)
            state.random = generator.bit_generator.state
            if checkpoints and (run.is_over(state) or state.round % checkpoints.every == 0):
                save_checkpoint(checkpoints.folder, state, settings)
            if descent.callback:
                descent.callback(state.round, state.network)
            advance(1)


def _round(
    state: TrainingState,
    run: _Run,
    batch: tuple[Array, Array],
    evaluate: _ForwardPass,
    begin: float,
) -> None:
    """Take one step and add a row to the history."""
    number = state.round + 1
    inputs, targets = batch
    activations = evaluate(state.network, inputs)
    run.cost.check(activations[-1], targets)
    cost = run.cost.value(activations[-1], targets)
    share = share_correct(run.descent.read(activations[-1]), targets)
    gradient = flatten(cost_gradient(state.network, inputs, targets, activations, run.cost))
    change = _step(state, run, gradient)
    state.network = _moved(state.network, change, cost, run.optimiser, number)
    validated = _validate(state, run, number)
    state.rows.append((cost, share, *validated, time.perf_counter() - begin))


def _step(state: TrainingState, run: _Run, gradient: Array) -> Array:
    """Return the change of all weights and biases, and move the optimiser on."""
    free = gradient if run.ties is None else run.ties.reduce_gradient(gradient)
    change, state.optimiser = run.optimiser.step(free, state.optimiser)
    return change if run.ties is None else run.ties.expand_step(change)


def _moved(
    network: NeuralNetwork, change: Array, cost: float, optimiser: Optimiser, number: int
) -> NeuralNetwork:
    try:
        if np.isfinite(cost):
            return with_parameters(network, parameters(network) + change)
        reason = "the cost is not finite"
    except NetworkError as error:
        reason = str(error)
    raise NetworkError(
        f"training diverged in round {number} at learning rate {optimiser.learning_rate:g}; "
        f"lower it ({reason})"
    )


def _validate(state: TrainingState, run: _Run, number: int) -> tuple[float, float]:
    """Return cost and accuracy on the validation data, nan in rounds without; keep the best."""
    if run.held_out is None or run.validation is None:
        state.best_network, state.best_round = state.network, number
        return _NAN, _NAN
    if number % run.validation.every and number != run.descent.rounds:
        return _NAN, _NAN
    outputs = state.network.forward(run.held_out.inputs)
    run.cost.check(outputs, run.held_out.targets)
    cost = run.cost.value(outputs, run.held_out.targets)
    state.waited += 1
    if cost < state.best_cost:
        state.best_network, state.best_cost = state.network, cost
        state.best_round, state.waited = number, 0
    return cost, share_correct(run.descent.read(outputs), run.held_out.targets)


@contextmanager
def _forward_pass(network: NeuralNetwork, chemistry: Chemistry | None) -> Iterator[_ForwardPass]:
    if chemistry is None:
        yield propagate
        return
    with one_blas_thread(), Simulator(network, chemistry.workers) as simulator:

        def settle(current: NeuralNetwork, rows: Array) -> tuple[Array, ...]:
            simulator.set_parameters(current)
            return simulator.steady_state(rows, chemistry.accuracy).activations

        yield settle


def _batch(run: _Run, generator: np.random.Generator) -> tuple[Array, Array]:
    """Return inputs and targets of one round; rows of checked data need no check."""
    data = run.data
    if run.batches is None:
        return data.inputs, data.targets
    chosen: NDArray[np.intp] = generator.choice(len(data), run.batches.size, replace=False)
    return data.inputs[chosen], data.targets[chosen]
