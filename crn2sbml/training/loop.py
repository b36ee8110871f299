"""The training loop: forward pass, gradient, step; parameters rewritten between rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml.arrays import Array
from crn2sbml.blas import one_blas_thread
from crn2sbml.data.dataset import Dataset
from crn2sbml.errors import InputValueError, NetworkError
from crn2sbml.network import NeuralNetwork
from crn2sbml.progress import progress_bar
from crn2sbml.simulate import Simulator
from crn2sbml.training.gradient import cost_gradient, descend, quadratic_cost
from crn2sbml.training.history import History, share_correct

Forward = Literal["closed-form", "roadrunner"]
_ForwardPass = Callable[[NeuralNetwork, Array], tuple[Array, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingResult:
    """The trained network and the record of its training."""

    network: NeuralNetwork
    history: History


def train_network(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    rounds: int = 300,
    batch_size: int | None = None,
    learning_rate: float = 0.1,
    forward: Forward = "closed-form",
    accuracy: float = 1e-6,
    rng: np.random.Generator | int | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    validate_every: int = 10,
    workers: int = 1,
    callback: Callable[[int, NeuralNetwork], None] | None = None,
    progress: bool = False,
) -> TrainingResult:
    """Train a network by gradient descent on the quadratic cost.

    Parameters
    ----------
    network : NeuralNetwork
        Where to start; it is not changed.
    inputs : array_like, shape (n, inputs)
        One example a row, finite and >= 0.
    targets : array_like, shape (n, outputs)
        What the outputs should be.
    rounds : int, default 300
        Number of steps.
    batch_size : int, optional
        Examples drawn without replacement for each step; all of them, in order, unless given.
    learning_rate : float, default 0.1
        Step size eta.
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
    workers : int, default 1
        Processes that share the chemistry's runs.
    callback : callable, optional
        Called as ``callback(number, network)`` with the network before the first round (number 0)
        and after each.
    progress : bool, default False
        Show a progress bar on stderr (on a terminal only).

    Returns
    -------
    TrainingResult
        `.network` after the last round and `.history`.

    Raises
    ------
    InputValueError
        If data or options do not fit.
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
    data = _checked_data(network, inputs, targets, "training data")
    held_out = (
        None if validation is None else _checked_data(network, *validation, "validation data")
    )
    _check_options(rounds, learning_rate, forward, batch_size, len(data), validate_every)
    batches = _batches(data, batch_size, rng)
    rows: list[tuple[float, float, float, float]] = []
    begin = time.perf_counter()
    if callback:
        callback(0, network)
    with (
        _forward_pass(network, forward, accuracy, workers) as evaluate,
        progress_bar("training", rounds, progress) as advance,
        # Overflow is no warning here: it is reported as divergence.
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
    ):
        for number in range(1, rounds + 1):
            batch = next(batches)
            activations = evaluate(network, batch.inputs)
            share = share_correct(activations[-1], batch.targets)
            network, cost = _step(network, batch, activations, learning_rate, number)
            look = held_out is not None and (number % validate_every == 0 or number == rounds)
            checked = _validate(network, held_out) if look and held_out else float("nan")
            rows.append((cost, share, checked, time.perf_counter() - begin))
            if callback:
                callback(number, network)
            advance(1)
    return TrainingResult(network, History(*np.array(rows).T))


def _step(
    network: NeuralNetwork,
    batch: Dataset,
    activations: tuple[Array, ...],
    learning_rate: float,
    number: int,
) -> tuple[NeuralNetwork, float]:
    """Return the network after the step and the cost before it."""
    cost = quadratic_cost(activations[-1], batch.targets)
    gradient = cost_gradient(network, batch.inputs, batch.targets, activations)
    try:
        if np.isfinite(cost):
            return descend(network, gradient, learning_rate), cost
        reason = "the cost is not finite"
    except NetworkError as error:
        reason = str(error)
    raise NetworkError(
        f"training diverged in round {number} at learning rate {learning_rate:g}; lower it "
        f"({reason})"
    )


def _validate(network: NeuralNetwork, data: Dataset) -> float:
    return share_correct(network.forward(data.inputs), data.targets)


@contextmanager
def _forward_pass(
    network: NeuralNetwork, forward: Forward, accuracy: float, workers: int
) -> Iterator[_ForwardPass]:
    if forward == "closed-form":
        yield lambda current, rows: current.activations(rows)
        return
    with one_blas_thread(), Simulator(network, workers) as simulator:

        def settle(current: NeuralNetwork, rows: Array) -> tuple[Array, ...]:
            simulator.set_parameters(current)
            return simulator.steady_state(rows, accuracy).activations

        yield settle


def _batches(
    data: Dataset, size: int | None, rng: np.random.Generator | int | None
) -> Iterator[Dataset]:
    if size is None:
        while True:
            yield data
    if rng is None:
        raise InputValueError(
            "batches are drawn at random: pass rng, a numpy.random.Generator or a seed"
        )
    generator = np.random.default_rng(rng)
    while True:
        chosen: NDArray[np.intp] = generator.choice(len(data), size, replace=False)
        yield data.rows(chosen)


def _checked_data(
    network: NeuralNetwork, inputs: ArrayLike, targets: ArrayLike, name: str
) -> Dataset:
    data = Dataset(np.asarray(inputs), np.asarray(targets), name)
    widths = (data.inputs.shape[1], data.targets.shape[1])
    if widths != (network.widths[0], network.widths[-1]):
        raise InputValueError(
            f"the {name} have {widths[0]} inputs and {widths[1]} targets a row, but the "
            f"network has {network.widths[0]} inputs and {network.widths[-1]} outputs"
        )
    return data


def _check_options(
    rounds: int,
    learning_rate: float,
    forward: str,
    batch_size: int | None,
    examples: int,
    validate_every: int,
) -> None:
    if rounds < 1:
        raise InputValueError(f"rounds is {rounds!r}; it must be at least 1")
    if not 0 < learning_rate < np.inf:
        raise InputValueError(f"learning_rate is {learning_rate!r}; it must be finite and > 0")
    if forward not in get_args(Forward):
        raise InputValueError(
            f"there is no forward pass {forward!r}; choose one of {', '.join(get_args(Forward))}"
        )
    if batch_size is not None and not 1 <= batch_size <= examples:
        raise InputValueError(
            f"batch_size is {batch_size!r}, but there are {examples} examples; use 1 .. {examples}"
        )
    if validate_every < 1:
        raise InputValueError(f"validate_every is {validate_every!r}; it must be at least 1")
