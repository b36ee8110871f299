"""Steps down the gradient: plain (the paper's), with momentum, and Adam.

All parameters of a network are one vector here. An optimiser's own state is a table of vectors
beside it, so that a checkpoint can hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.errors import InputValueError

State = Mapping[str, Array]


class Optimiser(Protocol):
    """How a step is made of a gradient."""

    @property
    def learning_rate(self) -> float:
        """Step size."""

    def start(self, size: int) -> State:
        """Return the state before the first step, for so many parameters."""

    def step(self, gradient: Array, state: State) -> tuple[Array, State]:
        """Return what is added to the parameters, and the state after the step."""


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """Plain gradient descent: -eta times the gradient, as in section 6 of the paper.

    Parameters
    ----------
    learning_rate : float, default 0.1
        Step size eta.
    """

    learning_rate: float = 0.1

    def __post_init__(self) -> None:
        _check_positive(self.learning_rate, "learning_rate")

    def start(self, size: int) -> State:
        """Return an empty table."""
        return {}

    def step(self, gradient: Array, state: State) -> tuple[Array, State]:
        """Return -eta times the gradient."""
        return -self.learning_rate * gradient, state


@dataclass(frozen=True, slots=True)
class Momentum:
    """Gradient descent with momentum (Polyak 1964).

    Parameters
    ----------
    learning_rate : float, default 0.1
        Step size eta.
    momentum : float, default 0.9
        Share of the last step that is kept, from 0 to below 1.
    """

    learning_rate: float = 0.1
    momentum: float = 0.9

    def __post_init__(self) -> None:
        _check_positive(self.learning_rate, "learning_rate")
        _check_share(self.momentum, "momentum")

    def start(self, size: int) -> State:
        """Return a velocity of 0."""
        return {"velocity": np.zeros(size)}

    def step(self, gradient: Array, state: State) -> tuple[Array, State]:
        """Return the new velocity."""
        velocity = self.momentum * state["velocity"] - self.learning_rate * gradient
        return velocity, {"velocity": velocity}


@dataclass(frozen=True, slots=True)
class Adam:
    """Adam (Kingma and Ba 2015, Algorithm 1).

    Parameters
    ----------
    learning_rate : float, default 0.001
        Step size.
    first_decay, second_decay : float, default 0.9 and 0.999
        Decay of the averages of the gradient and its square.
    epsilon : float, default 1e-8
        Keeps the quotient finite.
    """

    learning_rate: float = 0.001
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_positive(self.learning_rate, "learning_rate")
        _check_positive(self.epsilon, "epsilon")
        _check_share(self.first_decay, "first_decay")
        _check_share(self.second_decay, "second_decay")

    def start(self, size: int) -> State:
        """Return averages of 0."""
        return {"first": np.zeros(size), "second": np.zeros(size), "steps": np.zeros(1)}

    def step(self, gradient: Array, state: State) -> tuple[Array, State]:
        """Return the step from averages that are corrected for their start at 0."""
        steps = state["steps"] + 1.0
        first = self.first_decay * state["first"] + (1.0 - self.first_decay) * gradient
        second = self.second_decay * state["second"] + (1.0 - self.second_decay) * gradient**2
        mean = first / (1.0 - self.first_decay**steps)
        spread = np.sqrt(second / (1.0 - self.second_decay**steps))
        change = -self.learning_rate * mean / (spread + self.epsilon)
        return change, {"first": first, "second": second, "steps": steps}


OPTIMISERS: dict[str, Callable[..., Optimiser]] = {
    "gradient-descent": GradientDescent,
    "momentum": Momentum,
    "adam": Adam,
}


def find_optimiser(optimiser: str | Optimiser, learning_rate: float | None) -> Optimiser:
    """Return the optimiser of a name with a learning rate, or the one that is given.

    Raises
    ------
    InputValueError
        If there is none of this name, or a learning rate is given twice.
    """
    if not isinstance(optimiser, str):
        if learning_rate is not None:
            raise InputValueError(
                f"learning_rate is {learning_rate!r}, but the optimiser has one of its own; leave "
                f"one out"
            )
        return optimiser
    if optimiser not in OPTIMISERS:
        raise InputValueError(
            f"there is no optimiser {optimiser!r}; choose one of {', '.join(OPTIMISERS)}"
        )
    kind = OPTIMISERS[optimiser]
    return kind() if learning_rate is None else kind(learning_rate)


def _check_positive(value: float, name: str) -> None:
    if not 0 < value < np.inf:
        raise InputValueError(f"{name} is {value!r}; it must be finite and > 0")


def _check_share(value: float, name: str) -> None:
    if not 0 <= value < 1:
        raise InputValueError(f"{name} is {value!r}; it must be from 0 to below 1")
