"""The record of a training run."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import csv_text, save_text


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Cost and accuracy, one entry a round, taken before the round's step.

    Parameters
    ----------
    cost : numpy.ndarray, shape (rounds,)
        Mean cost of the batch.
    accuracy : numpy.ndarray, shape (rounds,)
        Share of the batch that was decided correctly; nan where targets are no classes.
    validation_cost, validation_accuracy : numpy.ndarray, shape (rounds,)
        The same on validation data, after the step; nan in rounds without an evaluation.
    seconds : numpy.ndarray, shape (rounds,)
        Time since the start at the end of each round.
    """

    cost: Array
    accuracy: Array
    validation_cost: Array
    validation_accuracy: Array
    seconds: Array

    def to_csv(self) -> str:
        """Return a table with a header line; nan is an empty field."""
        names = [f.name for f in fields(self)]
        columns = [getattr(self, name).tolist() for name in names]
        rounds = range(1, len(self.cost) + 1)
        return csv_text(["round", *names], zip(rounds, *columns, strict=True))

    def save_csv(self, path: str | Path, overwrite: bool = False) -> None:
        """Write the table to a file."""
        save_text(self.to_csv(), path, overwrite)


def share_correct(outputs: Array, targets: Array) -> float:
    """Return the share of rows whose output decides for the same class as their target.

    With several outputs the largest decides. With one, targets must have two values, and the side
    of their midpoint decides. Otherwise there are no classes, and the share is nan.

    Examples
    --------
    >>> import numpy as np
    >>> share_correct(np.array([[1.0, 3.0], [2.0, 1.0]]), np.array([[1.0, 10.0], [1.0, 10.0]]))
    0.5
    """
    if targets.shape[1] > 1:
        return float(np.mean(outputs.argmax(axis=1) == targets.argmax(axis=1)))
    levels = np.unique(targets)
    if len(levels) != 2:
        return float("nan")
    middle = levels.mean()
    return float(np.mean((outputs > middle) == (targets > middle)))
