"""Training runs of section 6, each made once and shared by the figures that need it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from crn2sbml.data import Dataset, load_mnist
from crn2sbml.examples.paper.setting import SEED, section_6_setting
from crn2sbml.neural.activations import Activation, describe_activation
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training import (
    Batches,
    Chemistry,
    Descent,
    History,
    share_correct,
    train_network,
)

BATCH_SIZE = 300
LEARNING_RATE = 0.1
# Activations from the chemistry are settled to this in training.
ACCURACY = 1e-4
# The paper's words are about the end of a run; batches of 300 scatter by a point or two.
LAST_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is run.

    Parameters
    ----------
    rounds : int
        Iterations of training.
    batch_seeds : tuple of int
        Runs from the paper's weights, with batches from these seeds.
    weight_seeds : tuple of int
        Runs from other weights, smoothed and plain.
    reading_seeds : tuple of int
        Batches for each reading of Figure 14.
    snapshots : tuple of int
        Iterations after which Figure 10 shows trajectories.
    """

    rounds: int
    batch_seeds: tuple[int, ...]
    weight_seeds: tuple[int, ...]
    reading_seeds: tuple[int, ...]
    snapshots: tuple[int, ...]


FULL = Scale(1000, (1, 2, 3, 4, 5), tuple(range(1, 21)), (1, 2, 3), (0, 10, 100, 1000))
# To see how everything works.
QUICK = Scale(30, (1,), (1, 2), (1,), (0, 3, 10, 30))


@dataclass(frozen=True, slots=True)
class Training:
    """One run: its record, the network after chosen iterations, and how it does on test images.

    Parameters
    ----------
    history : History
        Cost and accuracy, round by round.
    snapshots : dict of int to NeuralNetwork
        The neural network after chosen numbers of iterations.
    test_accuracy : float
        Share of the 10,000 test images that the last network decides correctly.
    dead_digits : tuple of int
        Digits whose output is 0 for every test image; its derivative is 0 there, too.
    """

    history: History
    snapshots: dict[int, NeuralNetwork]
    test_accuracy: float
    dead_digits: tuple[int, ...]

    @property
    def last_rounds(self) -> int:
        """Number of rounds that "the end" means."""
        return min(LAST_ROUNDS, len(self.history.cost))

    @property
    def accuracy(self) -> float:
        """Share of the batch decided correctly, mean of the last rounds."""
        return float(self.history.accuracy[-LAST_ROUNDS:].mean())


@dataclass(slots=True)
class Experiments:
    """All training runs of a reproduction.

    Parameters
    ----------
    scale : Scale
        How much is run.
    data_dir : Path, optional
        Folder with MNIST's files, as for :func:`crn2sbml.data.load_mnist`.
    workers : int, default 1
        Processes that share the chemistry's runs.
    tell : callable, optional
        Called with a line of text before each run.
    progress : bool, default False
        Show progress bars on stderr (on a terminal only).
    """

    scale: Scale
    data_dir: Path | None = None
    workers: int = 1
    tell: Callable[[str], None] = lambda text: None
    progress: bool = False
    _data: tuple[Dataset, Dataset] | None = field(default=None, init=False)
    _runs: dict[tuple[Activation, bool, int], Training] = field(default_factory=dict, init=False)

    @property
    def is_quick(self) -> bool:
        """Whether training is too short to be compared with the paper."""
        return self.scale.rounds < FULL.rounds

    def read_data(self) -> tuple[Dataset, Dataset]:
        """Return MNIST's training and test images, read when they are first needed."""
        if self._data is None:
            self._data = load_mnist(self.data_dir)
        return self._data

    def from_the_papers_weights(
        self, activation: Activation, in_chemistry: bool, batch_seed: int
    ) -> Training:
        """Train section 6's network; the same run is made only once."""
        key = activation, in_chemistry, batch_seed
        if key not in self._runs:
            network = section_6_setting(activation, SEED).network
            self._runs[key] = self.train(network, batch_seed, in_chemistry)
        return self._runs[key]

    def train(
        self,
        network: NeuralNetwork,
        batch_seed: int,
        in_chemistry: bool = False,
        *,
        rounds: int | None = None,
        learning_rate: float = LEARNING_RATE,
        name: str | None = None,
    ) -> Training:
        """Train a network as section 6 does; `name` says what is special about it."""
        training, test = self.read_data()
        count = self.scale.rounds if rounds is None else rounds
        what = name or describe_activation(network.layers[0].activation)
        where = "roadrunner" if in_chemistry else "closed-form"
        self.tell(f"  {what}: {count} iterations, {where}, batch seed {batch_seed}")
        snapshots: dict[int, NeuralNetwork] = {}

        def keep(number: int, current: NeuralNetwork) -> None:
            if number in self.scale.snapshots:
                snapshots[number] = current

        result = train_network(
            network,
            training.inputs,
            training.targets,
            Descent(
                rounds=count, learning_rate=learning_rate, callback=keep, progress=self.progress
            ),
            batches=Batches(BATCH_SIZE, batch_seed),
            chemistry=Chemistry(ACCURACY, self.workers) if in_chemistry else None,
        )
        outputs = result.network.forward(test.inputs)
        return Training(
            result.history,
            snapshots,
            share_correct(outputs, test.targets),
            tuple(np.flatnonzero((outputs == 0).all(axis=0)).tolist()),
        )
