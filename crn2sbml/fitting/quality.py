"""How good a fitted network is on some examples, in the user's own numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.fitting.columns import Goal
from crn2sbml.importers.loaded import LoadedNetwork

_FEWEST = 30
# Less of the variance than this would be explained by a poor model of it.
_POOR = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """What a network makes of some examples.

    Parameters
    ----------
    examples : int
        Number of examples.
    correct : int or None
        How many were given their class; None where there are no classes.
    most_frequent : int or None
        How many are of the class that most are of.
    errors : numpy.ndarray, shape (outputs,)
        Root of the mean square of the errors of each output, in the user's units; empty for
        classes.
    explained : numpy.ndarray, shape (outputs,)
        Share of the variance that each output explains (R²), nan where it has none.
    """

    examples: int
    correct: int | None
    most_frequent: int | None
    errors: Array
    explained: Array

    @property
    def is_poor(self) -> bool:
        """Whether always giving the most frequent class, or about the mean, would do as well."""
        if self.correct is None or self.most_frequent is None:
            return bool((self.explained < _POOR).any())
        return self.correct <= self.most_frequent

    @property
    def is_uncertain(self) -> bool:
        """Whether the examples are too few for figures to rely on."""
        return self.examples < _FEWEST


def measure_quality(network: LoadedNetwork, rows: Array, goal: Goal, values: Array) -> Quality:
    """Compare the outputs of a network with what they should be, shape (n, outputs)."""
    found = network.values(network.network.forward(network.encode(rows)))
    if goal.classes is not None:
        correct = found.argmax(axis=1) == values.argmax(axis=1)
        most = int((values == values.max()).sum(axis=0).max())
        return Quality(len(rows), int(correct.sum()), most, np.empty(0), np.empty(0))
    squares = ((found - values) ** 2).mean(axis=0)
    spread = values.var(axis=0)
    explained = 1.0 - squares / np.where(spread > 0, spread, np.nan)
    return Quality(len(rows), None, None, np.sqrt(squares), explained)
