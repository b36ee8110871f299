"""The training loop: forward pass, gradient, step; parameters rewritten between rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array, digest
from crn2sbml._support.blas import one_blas_thread
from crn2sbml._support.checks import frozen_array
from crn2sbml._support.progress import progress_bar
from crn2sbml.data.dataset import Dataset
from crn2sbml.errors import InputValueError, NetworkError
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.network import NeuralNetwork, propagate
from crn2sbml.simulate import Simulator
from crn2sbml.training.checkpoints import load_checkpoint, save_checkpoint
from crn2sbml.training.costs import Cost, ReadoutCost, find_cost
from crn2sbml.training.gradient import cost_gradient, flatten, parameters, with_parameters
from crn2sbml.training.history import History, share_correct
from crn2sbml.training.optimisers import Optimiser, find_optimiser
from crn2sbml.training.state import TrainingState
from crn2sbml.training.ties import Ties, free_parameters

Forward = Literal["closed-form", "roadrunner"]
_ForwardPass = Callable[[NeuralNetwork, Array], tuple[Array, ...]]
_NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult:
    """What training gave.

    Parameters
    ----------
    network : NeuralNetwork
        After the last round.
    history : History
        The record, round by round.
    best_network : NeuralNetwork
        The one with the lowest cost on the validation data; without these, `network`.
    best_round : int
        The round after which it was found.
    stopped_early : bool
        Whether the validation cost had not improved for so long that training stopped.
    """

    network: NeuralNetwork
    history: History
    best_network: NeuralNetwork
    best_round: int
    stopped_early: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """The options of a run, checked."""

    rounds: int
    batch_size: int | None
    cost: Cost
    optimiser: Optimiser
    validate_every: int
    patience: int | None
    checkpoints: Path | None
    checkpoint_every: int
    ties: Ties | None
    readout: Array | None

    def read(self, outputs: Array) -> Array:
        """Return what targets are compared with."""
        return outputs if self.readout is None else np.asarray(outputs @ self.readout.T)


def train_network(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    rounds: int = 300,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    cost: str | Cost = "quadratic",
    optimiser: str | Optimiser = "gradient-descent",
    forward: Forward = "closed-form",
    accuracy: float = 1e-6,
    rng: np.random.Generator | int | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    validate_every: int = 10,
    patience: int | None = None,
    checkpoints: str | Path | None = None,
    checkpoint_every: int = 100,
    resume: bool = False,
    workers: int = 1,
    ties: Ties | None = None,
    readout: ArrayLike | None = None,
    callback: Callable[[int, NeuralNetwork], None] | None = None,
    progress: bool = False,
) -> TrainingResult:
    """Train a network by gradient descent.

    Parameters
    ----------
    network : NeuralNetwork
        Where to start; it is not changed.
    inputs : array_like, shape (n, inputs)
        One example a row, finite and >= 0.
    targets : array_like, shape (n, outputs)
        What the outputs should be; with a readout, what is read off them.
    rounds : int, default 300
        Number of steps, counted from the very start of a resumed run.
    batch_size : int, optional
        Examples drawn without replacement for each step; all of them, in order, unless given.
    learning_rate : float, optional
        Step size eta; 0.1 unless given, 0.001 for Adam.
    cost : str or Cost, default "quadratic"
        "quadratic" (9), "one-norm", "cross-entropy" (for outputs in (0, 1)) or
        "softmax-cross-entropy" (for classes).
    optimiser : str or Optimiser, default "gradient-descent"
        "gradient-descent" (the paper's), "momentum" or "adam".
    forward : {"closed-form", "roadrunner"}, default "closed-form"
        Where activations come from: the formula, or the settled chemistry in libroadrunner, whose
        parameters are rewritten between rounds.
    accuracy : float, default 1e-6
        Accuracy of the settled chemistry, absolute, over all nodes.
    rng : numpy.random.Generator or int, optional
        Source of randomness (or its seed) for the batches; needed with `batch_size`.
    validation : tuple of (inputs, targets), optional
        Held-out data, looked at in closed form.
    validate_every : int, default 10
        Look at them in every so many rounds, and in the last.
    patience : int, optional
        Stop when the validation cost has not improved in so many looks.
    checkpoints : str or Path, optional
        Folder for checkpoints, made if it does not exist.
    checkpoint_every : int, default 100
        Write one after every so many rounds, and after the last.
    resume : bool, default False
        Go on from the newest sound checkpoint in `checkpoints`, if there is one, to the very
        weights that an unbroken run would reach.
    workers : int, default 1
        Processes that share the chemistry's runs.
    ties : Ties, optional
        Weights that belong together. Unless given, all are free but those that sparse layers lack
        and those of layers that are not trainable.
    readout : array_like, shape (values, outputs), optional
        What targets are compared with is readout @ outputs, such as differences of pairs.
    callback : callable, optional
        Called as ``callback(number, network)`` with the network before the first round (number 0)
        and after each.
    progress : bool, default False
        Show a progress bar on stderr (on a terminal only).

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
    >>> xor = load_xor()
    >>> start = NeuralNetwork.random((2, 4, 1), Activation(h=0.1), rng=1)
    >>> result = train_network(start, xor.inputs, xor.targets, rounds=1000, learning_rate=0.3)
    >>> float(result.history.accuracy[-1])
    1.0
    """
    values = _checked_readout(network, readout)
    data = _checked_data(network, inputs, targets, values, "training data")
    held_out = (
        None
        if validation is None
        else _checked_data(network, *validation, values, "validation data")
    )
    if not any(layer.trainable for layer in network.layers):
        raise InputValueError("no layer of the network is trainable; nothing would change")
    if ties is None and any(layer.sparse or not layer.trainable for layer in network.layers):
        ties = free_parameters(network)
    plan = _Plan(
        rounds,
        batch_size,
        find_cost(cost) if values is None else ReadoutCost(find_cost(cost), values),
        find_optimiser(optimiser, learning_rate),
        validate_every,
        patience,
        None if checkpoints is None else Path(checkpoints),
        checkpoint_every,
        ties,
        values,
    )
    _check_options(plan, forward, len(data), held_out, resume)
    generator = _generator(rng, batch_size)
    settings = _settings(network, plan, forward, accuracy, data, held_out)
    state = _first_state(network, plan, generator, settings, resume)
    generator.bit_generator.state = state.random
    if callback and not state.round:
        callback(0, network)
    with (
        _forward_pass(state.network, forward, accuracy, workers) as evaluate,
        progress_bar("training", rounds, progress) as advance,
        # Overflow is no warning here: it is reported as divergence.
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        advance(state.round)
        begin = time.perf_counter() - state.seconds
        while state.round < rounds and not _is_stopped(state, plan):
            _round(state, plan, _batch(data, batch_size, generator), evaluate, held_out, begin)
            state.random = generator.bit_generator.state
            last = state.round == rounds or _is_stopped(state, plan)
            if plan.checkpoints and (last or state.round % checkpoint_every == 0):
                save_checkpoint(plan.checkpoints, state, settings)
            if callback:
                callback(state.round, state.network)
            advance(1)
    return TrainingResult(
        state.network,
        History(*np.array(state.rows).T),
        state.best_network,
        state.best_round,
        _is_stopped(state, plan),
    )


def _round(
    state: TrainingState,
    plan: _Plan,
    batch: tuple[Array, Array],
    evaluate: _ForwardPass,
    held_out: Dataset | None,
    begin: float,
) -> None:
    """Take one step and add a row to the history."""
    number = state.round + 1
    inputs, targets = batch
    activations = evaluate(state.network, inputs)
    plan.cost.check(activations[-1], targets)
    cost = plan.cost.value(activations[-1], targets)
    share = share_correct(plan.read(activations[-1]), targets)
    gradient = flatten(cost_gradient(state.network, inputs, targets, activations, plan.cost))
    if plan.ties is not None:
        gradient = plan.ties.pull(gradient)
    change, state.optimiser = plan.optimiser.step(gradient, state.optimiser)
    if plan.ties is not None:
        change = plan.ties.push(change)
    state.network = _moved(state.network, change, cost, plan, number)
    validation = _NAN, _NAN
    if held_out is None:
        state.best_network, state.best_round = state.network, number
    elif number % plan.validate_every == 0 or number == plan.rounds:
        validation = _look(state, plan, held_out, number)
    state.rows.append((cost, share, *validation, time.perf_counter() - begin))


def _moved(
    network: NeuralNetwork, change: Array, cost: float, plan: _Plan, number: int
) -> NeuralNetwork:
    try:
        if np.isfinite(cost):
            return with_parameters(network, parameters(network) + change)
        reason = "the cost is not finite"
    except NetworkError as error:
        reason = str(error)
    raise NetworkError(
        f"training diverged in round {number} at learning rate {plan.optimiser.learning_rate:g}; "
        f"lower it ({reason})"
    )


def _look(state: TrainingState, plan: _Plan, held_out: Dataset, number: int) -> tuple[float, float]:
    """Return cost and accuracy on the validation data, and keep the network if it is the best."""
    outputs = state.network.forward(held_out.inputs)
    plan.cost.check(outputs, held_out.targets)
    cost = plan.cost.value(outputs, held_out.targets)
    state.waited += 1
    if cost < state.best_cost:
        state.best_network, state.best_cost = state.network, cost
        state.best_round, state.waited = number, 0
    return cost, share_correct(plan.read(outputs), held_out.targets)


def _is_stopped(state: TrainingState, plan: _Plan) -> bool:
    return plan.patience is not None and state.waited >= plan.patience


def _first_state(
    network: NeuralNetwork,
    plan: _Plan,
    generator: np.random.Generator,
    settings: Mapping[str, Any],
    resume: bool,
) -> TrainingState:
    if resume and plan.checkpoints:
        state = load_checkpoint(plan.checkpoints, network, settings)
        if state is not None:
            return state
    size = len(parameters(network)) if plan.ties is None else plan.ties.size
    return TrainingState(
        network, plan.optimiser.start(size), generator.bit_generator.state, network
    )


def _settings(
    network: NeuralNetwork,
    plan: _Plan,
    forward: Forward,
    accuracy: float,
    data: Dataset,
    held_out: Dataset | None,
) -> dict[str, Any]:
    """Return what a resumed run must agree with for its weights to be those of an unbroken one."""
    if plan.checkpoints is None:
        return {}
    return {
        "widths": list(network.widths),
        "activations": [describe_activation(layer.activation) for layer in network.layers],
        "cost": plan.cost.name,
        "optimiser": repr(plan.optimiser),
        "batch_size": plan.batch_size,
        "forward": forward,
        "accuracy": accuracy,
        "validate_every": plan.validate_every,
        "tied": None if plan.ties is None else plan.ties.digest,
        "training data": digest(data.inputs, data.targets),
        "validation data": (
            None if held_out is None else digest(held_out.inputs, held_out.targets)
        ),
    }


@contextmanager
def _forward_pass(
    network: NeuralNetwork, forward: Forward, accuracy: float, workers: int
) -> Iterator[_ForwardPass]:
    if forward == "closed-form":
        yield propagate
        return
    with one_blas_thread(), Simulator(network, workers) as simulator:

        def settle(current: NeuralNetwork, rows: Array) -> tuple[Array, ...]:
            simulator.set_parameters(current)
            return simulator.steady_state(rows, accuracy).activations

        yield settle


def _generator(
    rng: np.random.Generator | int | None, batch_size: int | None
) -> np.random.Generator:
    if batch_size is not None and rng is None:
        raise InputValueError(
            "batches are drawn at random: pass rng, a numpy.random.Generator or a seed"
        )
    return np.random.default_rng(rng)


def _batch(data: Dataset, size: int | None, generator: np.random.Generator) -> tuple[Array, Array]:
    """Return inputs and targets of one round; rows of checked data need no check."""
    if size is None:
        return data.inputs, data.targets
    chosen: NDArray[np.intp] = generator.choice(len(data), size, replace=False)
    return data.inputs[chosen], data.targets[chosen]


def _checked_data(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    readout: Array | None,
    name: str,
) -> Dataset:
    data = Dataset(np.asarray(inputs), np.asarray(targets), name)
    widths = (data.inputs.shape[1], data.targets.shape[1])
    outputs = network.widths[-1] if readout is None else len(readout)
    if widths != (network.widths[0], outputs):
        raise InputValueError(
            f"the {name} have {widths[0]} inputs and {widths[1]} targets a row, but the "
            f"network has {network.widths[0]} inputs and {outputs} outputs"
        )
    return data


def _checked_readout(network: NeuralNetwork, readout: ArrayLike | None) -> Array | None:
    if readout is None:
        return None
    matrix = frozen_array(readout, "readout", 2)
    if matrix.shape[1] != network.widths[-1]:
        raise InputValueError(
            f"the readout has {matrix.shape[1]} columns, but the network has "
            f"{network.widths[-1]} outputs; give one column each"
        )
    return matrix


def _check_options(
    plan: _Plan, forward: str, examples: int, held_out: Dataset | None, resume: bool
) -> None:
    for name in ("rounds", "validate_every", "checkpoint_every", "patience"):
        value = getattr(plan, name)
        if value is not None and value < 1:
            raise InputValueError(f"{name} is {value!r}; it must be at least 1")
    if forward not in get_args(Forward):
        raise InputValueError(
            f"there is no forward pass {forward!r}; choose one of {', '.join(get_args(Forward))}"
        )
    if plan.batch_size is not None and not 1 <= plan.batch_size <= examples:
        raise InputValueError(
            f"batch_size is {plan.batch_size!r}, but there are {examples} examples; use "
            f"1 .. {examples}"
        )
    if plan.patience is not None and held_out is None:
        raise InputValueError("patience looks at validation data; pass validation too")
    if resume and plan.checkpoints is None:
        raise InputValueError("resume needs the folder of the checkpoints; pass checkpoints too")
