"""Cost functions of section 3 of the paper, with their derivatives by the outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.errors import InputValueError, UnsupportedError


class Cost(ABC):
    """How far outputs are from their targets, averaged over the batch (equation (8))."""

    name: str

    @abstractmethod
    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean cost of a batch; arrays of shape (n, outputs)."""

    @abstractmethod
    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return the derivative of the mean cost by each output, shape (n, outputs)."""

    def check(self, outputs: Array, targets: Array) -> None:
        """Raise an error if the cost has no value for such outputs or targets."""
        if outputs.shape != targets.shape:
            raise InputValueError(
                f"outputs of shape {outputs.shape} cannot be compared with targets of shape "
                f"{targets.shape}"
            )


class QuadraticCost(Cost):
    """1/2 |a - tau|^2, equation (9)."""

    name = "quadratic"

    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean over the batch."""
        return float(0.5 * np.mean(np.sum((outputs - targets) ** 2, axis=1)))

    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return (a - tau) / n."""
        return (outputs - targets) / len(outputs)


class OneNormCost(Cost):
    """|a - tau|, summed over the outputs."""

    name = "one-norm"

    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean over the batch."""
        return float(np.mean(np.sum(np.abs(outputs - targets), axis=1)))

    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return the sign of a - tau, 0 where they are equal, divided by n."""
        return np.sign(outputs - targets) / len(outputs)


class CrossEntropyCost(Cost):
    """-(tau ln a + (1 - tau) ln(1 - a)), summed over the outputs, which must be in (0, 1)."""

    name = "cross-entropy"

    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean over the batch."""
        terms = targets * np.log(outputs) + (1.0 - targets) * np.log1p(-outputs)
        return float(-np.mean(np.sum(terms, axis=1)))

    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return (a - tau) / (a (1 - a)) / n."""
        return (outputs - targets) / (outputs * (1.0 - outputs)) / len(outputs)

    def check(self, outputs: Array, targets: Array) -> None:
        """Raise an error for outputs outside (0, 1) or targets outside [0, 1]."""
        super().check(outputs, targets)
        if ((targets < 0) | (targets > 1)).any():
            row, column = np.argwhere((targets < 0) | (targets > 1))[0]
            raise InputValueError(
                f"cross-entropy needs targets from 0 to 1, but row {row + 1}, column {column + 1} "
                f"is {targets[row, column]:g}; scale them, or use softmax-cross-entropy"
            )
        outside = ~((outputs > 0) & (outputs < 1))
        if outside.any():
            row, column = np.argwhere(outside)[0]
            raise UnsupportedError(
                f"cross-entropy needs outputs in (0, 1), but output {column + 1} of example {row} "
                f"is {outputs[row, column]:g}, and nothing keeps the activations here below 1; use "
                f"softmax-cross-entropy for classes, or quadratic"
            )


class SoftmaxCrossEntropyCost(Cost):
    """-ln of the softmax of the outputs at the true class, the one with the largest target."""

    name = "softmax-cross-entropy"

    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean over the batch."""
        largest = outputs.max(axis=1, keepdims=True)
        total = np.log(np.exp(outputs - largest).sum(axis=1)) + largest[:, 0]
        return float(np.mean(total - outputs[np.arange(len(outputs)), targets.argmax(axis=1)]))

    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return (softmax - 1 at the true class) / n."""
        shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[np.arange(len(outputs)), targets.argmax(axis=1)] -= 1.0
        return np.asarray(shares / len(outputs))

    def check(self, outputs: Array, targets: Array) -> None:
        """Raise an error for a single output, which is no choice between classes."""
        super().check(outputs, targets)
        if targets.shape[1] < 2:
            raise UnsupportedError(
                "softmax-cross-entropy chooses between classes and needs an output for each, but "
                "there is one output; use quadratic"
            )


class ReadoutCost(Cost):
    """A cost of numbers that are read off the outputs: readout @ outputs.

    Parameters
    ----------
    cost : Cost
        The cost of these numbers.
    readout : numpy.ndarray, shape (values, outputs)
        Matrix whose product with the outputs is compared with the targets.
    """

    def __init__(self, cost: Cost, readout: Array) -> None:
        self.name = cost.name
        self._cost, self._readout = cost, readout

    def value(self, outputs: Array, targets: Array) -> float:
        """Return the mean over the batch."""
        return self._cost.value(outputs @ self._readout.T, targets)

    def derivative(self, outputs: Array, targets: Array) -> Array:
        """Return the derivative by the outputs themselves."""
        return np.asarray(self._cost.derivative(outputs @ self._readout.T, targets) @ self._readout)

    def check(self, outputs: Array, targets: Array) -> None:
        """Raise an error if the cost has no value for what is read off."""
        self._cost.check(outputs @ self._readout.T, targets)


COSTS: dict[str, Cost] = {
    cost.name: cost
    for cost in (QuadraticCost(), OneNormCost(), CrossEntropyCost(), SoftmaxCrossEntropyCost())
}


def find_cost(cost: str | Cost) -> Cost:
    """Return the cost function of a name, or the one that is given.

    Raises
    ------
    InputValueError
        If there is none of this name.
    """
    if isinstance(cost, Cost):
        return cost
    if cost not in COSTS:
        raise InputValueError(f"there is no cost {cost!r}; choose one of {', '.join(COSTS)}")
    return COSTS[cost]
