"""The options of a training run: small values that check themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import frozen_array, is_number
from crn2sbml.errors import InputValueError
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training.costs import Cost, ReadoutCost, find_cost
from crn2sbml.training.optimisers import Optimiser, find_optimiser
from crn2sbml.training.ties import Ties

Callback = Callable[[int, NeuralNetwork], None]


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """How a network goes down the gradient of a cost, and who looks on.

    Parameters
    ----------
    rounds : int, default 300
        Number of steps, counted from the very start of a resumed run.
    learning_rate : float, optional
        Step size eta; 0.1 unless given, 0.001 for Adam.
    cost : str or Cost, optional
        "quadratic" (9), "one-norm", "cross-entropy" (for outputs in (0, 1)) or
        "softmax-cross-entropy" (for classes). Unless given it is the quadratic one, or for a loaded
        network that a softmax follows the softmax cross-entropy.
    optimiser : str or Optimiser, default "gradient-descent"
        "gradient-descent" (the paper's), "momentum" or "adam", or an optimiser with a learning rate
        of its own.
    ties : Ties, optional
        Weights that belong together. Unless given, all are free but those that sparse layers lack
        and those of layers that are not trainable.
    readout : array_like, shape (values, outputs), optional
        Matrix whose product with the outputs is compared with the targets, such as differences of
        pairs; the outputs themselves unless given.
    callback : callable, optional
        Called as ``callback(number, network)`` with the network before the first round (number 0)
        and after each.
    progress : bool, default False
        Show a progress bar on stderr (on a terminal only).

    Raises
    ------
    InputValueError
        If a value is out of range or a name unknown.

    Examples
    --------
    >>> Descent(rounds=1000, learning_rate=0.3).make_optimiser()
    GradientDescent(learning_rate=0.3)
    """

    rounds: int = 300
    learning_rate: float | None = None
    cost: str | Cost | None = None
    optimiser: str | Optimiser = "gradient-descent"
    ties: Ties | None = None
    readout: ArrayLike | None = None
    callback: Callback | None = None
    progress: bool = False

    def __post_init__(self) -> None:
        _check_count(self.rounds, "rounds")
        if self.readout is not None:
            object.__setattr__(self, "readout", frozen_array(self.readout, "readout", 2))
        self.make_cost()
        self.make_optimiser()

    def make_cost(self) -> Cost:
        """Return the cost of the outputs, or of what is read off them."""
        cost = find_cost(self.cost or "quadratic")
        return cost if self.readout is None else ReadoutCost(cost, np.asarray(self.readout))

    def make_optimiser(self) -> Optimiser:
        """Return the optimiser with its learning rate."""
        return find_optimiser(self.optimiser, self.learning_rate)

    def read(self, outputs: Array) -> Array:
        """Return what targets are compared with, shape (n, values)."""
        return outputs if self.readout is None else outputs @ np.asarray(self.readout).T

    def check(self, network: NeuralNetwork) -> None:
        """Raise an error if the readout does not fit the outputs of a network."""
        if self.readout is None:
            return
        columns, outputs = np.shape(self.readout)[1], network.widths[-1]
        if columns != outputs:
            raise InputValueError(
                f"the readout has {columns} columns, but the network has {outputs} outputs; give "
                f"one column each"
            )


@dataclass(frozen=True, slots=True)
class Batches:
    """Steps from some of the examples, drawn at random and without replacement for each step.

    Parameters
    ----------
    size : int
        Number of examples in each batch.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Raises
    ------
    InputValueError
        If the size is no whole number of at least 1, or there is no source of randomness.
    """

    size: int
    rng: np.random.Generator | int

    def __post_init__(self) -> None:
        _check_count(self.size, "size of the batches")
        if not isinstance(self.rng, np.random.Generator) and not _is_whole(self.rng, 0):
            raise InputValueError(
                f"rng is {self.rng!r}, but batches are drawn at random: pass rng, a "
                f"numpy.random.Generator or a seed"
            )

    def check(self, examples: int) -> None:
        """Raise an error if a batch would be larger than all examples together."""
        if self.size > examples:
            raise InputValueError(
                f"the size of the batches is {self.size!r}, but there are {examples} examples; "
                f"use 1 .. {examples}"
            )


@dataclass(frozen=True, slots=True)
class Chemistry:
    """A forward pass of settled chemistry, whose parameters are rewritten between rounds.

    Parameters
    ----------
    accuracy : float, default 1e-6
        Largest absolute distance of the chemistry to its steady state, over all nodes.
    workers : int, default 1
        Number of processes that share the runs.

    Raises
    ------
    InputValueError
        If a value is out of range.
    """

    accuracy: float = 1e-6
    workers: int = 1

    def __post_init__(self) -> None:
        if not (is_number(self.accuracy) and 0 < self.accuracy < np.inf):
            raise InputValueError(f"accuracy is {self.accuracy!r}; it must be a positive number")
        _check_count(self.workers, "workers")


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Held-out examples, on which the network is evaluated in closed form.

    Parameters
    ----------
    inputs : array_like, shape (n, inputs)
        One example a row.
    targets : array_like, shape (n, outputs)
        What the outputs should be; with a readout, what is read off them. Labels, shape (n,), where
        the network knows its classes.
    every : int, default 10
        Number of rounds from one evaluation to the next; there is one after the last round, too.
    patience : int, optional
        Number of evaluations in a row without improvement after which training stops; unless given,
        it does not stop early.

    Raises
    ------
    InputValueError
        If the examples are no numbers, or a value is out of range.
    """

    inputs: ArrayLike
    targets: ArrayLike
    every: int = 10
    patience: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _frozen(self.inputs, "inputs to validate on", float))
        # Labels are no numbers; what the network makes of them is known to who reads them.
        targets = _frozen(self.targets, "targets to validate on", None)
        object.__setattr__(self, "targets", targets)
        _check_count(self.every, "every")
        if self.patience is not None:
            _check_count(self.patience, "patience")


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A folder with the newest states of a run, to go on from after whatever stopped it.

    Parameters
    ----------
    folder : str or Path
        Folder of this run, made if it does not exist.
    every : int, default 100
        Number of rounds from one checkpoint to the next; there is one after the last round, too.
    resume : bool, default False
        Go on from the newest sound checkpoint in the folder, if there is one, to the very weights
        that an unbroken run would reach.

    Raises
    ------
    InputValueError
        If the folder is no path, or a value is out of range.
    """

    folder: str | Path
    every: int = 100
    resume: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.folder, str | Path):
            raise InputValueError(
                f"the folder of the checkpoints is {self.folder!r}; it must be a path"
            )
        _check_count(self.every, "every")


_EXAMPLES = {
    Descent: "Descent(rounds=1000, learning_rate=0.3)",
    Batches: "Batches(50, rng=1)",
    Chemistry: "Chemistry(accuracy=1e-4)",
    Validation: "Validation(inputs, targets)",
    Checkpoints: "Checkpoints('folder')",
}


def check_option(value: object, kind: type, name: str) -> None:
    """Raise an error for an option of another type, such as a bare number; None is none.

    Raises
    ------
    InputValueError
        With what was passed, and an example of what is expected.
    """
    if value is not None and not isinstance(value, kind):
        raise InputValueError(
            f"{name} takes a {kind.__name__}, not {type(value).__name__}; pass one such as "
            f"{name}={_EXAMPLES[kind]}"
        )


def _is_whole(value: object, least: int) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and value >= least  # type: ignore[operator]


def _check_count(value: object, name: str) -> None:
    if not _is_whole(value, 1):
        raise InputValueError(f"{name} is {value!r}; it must be a whole number of at least 1")


def _frozen(values: ArrayLike, what: str, kind: type | None) -> NDArray[Any]:
    """Copy to a read-only array, or copy a table, whose names are known to who reads it."""
    if hasattr(values, "columns") and hasattr(values, "copy"):
        return values.copy()  # type: ignore[no-any-return]
    try:
        array = np.array(values, dtype=kind)
    except (TypeError, ValueError) as error:
        raise InputValueError(f"the {what} must be an array of numbers: {error}") from None
    array.setflags(write=False)
    return array
