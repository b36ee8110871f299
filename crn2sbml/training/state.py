"""Everything that a training run has to remember between two rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training.optimisers import State


@dataclass(slots=True)
class TrainingState:
    """Where a run is; with it, the rest of the run is determined bit for bit.

    Parameters
    ----------
    network : NeuralNetwork
        The network after the rounds so far.
    optimiser : mapping of str to numpy.ndarray
        The optimiser's own vectors.
    random : mapping
        The state of the generator that draws the batches.
    best_network : NeuralNetwork
        The network with the lowest validation cost so far; the current one without validation data.
    best_cost : float
        The validation cost of `best_network`.
    best_round : int
        The round after which `best_network` was reached.
    waited : int
        Number of evaluations of the validation data since then.
    rows : list of tuple of float
        The history, a row for each round.
    """

    network: NeuralNetwork
    optimiser: State
    random: Mapping[str, Any]
    best_network: NeuralNetwork
    best_cost: float = float("inf")
    best_round: int = 0
    waited: int = 0
    rows: list[tuple[float, ...]] = field(default_factory=list)

    @property
    def round(self) -> int:
        """Number of rounds so far."""
        return len(self.rows)

    @property
    def seconds(self) -> float:
        """Time of the rounds so far."""
        return self.rows[-1][-1] if self.rows else 0.0
