"""The options of ``crn2sbml train``, and what they are in the library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crn2sbml._support.words import counted
from crn2sbml.cli.common import load_examples, parse_layers
from crn2sbml.data import Dataset, load_mnist, split
from crn2sbml.errors import InputValueError
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.activation_names import parse_activation
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training import Batches, Checkpoints, Chemistry, Descent, Validation

_CHECKPOINT_EVERY = 100


@dataclass(frozen=True, slots=True)
class Defaults:
    """Settings that suit a data set, where nothing else is asked for."""

    hidden: tuple[int, ...] = (16,)
    rounds: int = 600
    batch_size: int | None = 50
    learning_rate: float = 0.1
    smoothing: float = 1.0
    held_out: float = 0.2


# The exclusive or needs a sharper corner than h = 1, and all four examples.
_XOR = Defaults((4,), 1000, None, 0.3, 0.1, 0.0)
_IRIS = Defaults((4,), 2000, 30, 0.003)
# Section 6 of the paper.
_MNIST = Defaults((40,), 1000, 300, 0.1)
_SUITED = {"xor": _XOR, "iris": _IRIS, "digits": Defaults(), "mnist": _MNIST}


@dataclass(frozen=True, slots=True)
class Examples:
    """Which examples to train on, and how many of them to hold out."""

    source: str
    data_dir: Path | None
    held_out: float | None

    @property
    def are_known(self) -> bool:
        """Whether they are a data set with a name, and no file of the user's own.

        Raises
        ------
        InputValueError
            If the source is neither a name nor looks like a file, or a folder of MNIST goes with
            another one.
        """
        if self.data_dir is not None and self.source != "mnist":
            raise InputValueError(
                f"--data-dir goes with --data mnist, not with {self.source}; leave it out"
            )
        if self.source in _SUITED:
            return True
        if "." not in self.source and not Path(self.source).is_file():
            raise InputValueError(
                f"--data {self.source!r} is none of {', '.join(_SUITED)} and no file either"
            )
        return False

    def load(
        self, rng: np.random.Generator, loaded: LoadedNetwork | None
    ) -> tuple[Dataset, Dataset | None, Defaults]:
        """Return the examples to train on, those held out, and the settings that suit them."""
        if self.source == "mnist":
            return self._load_mnist()
        data = load_examples(self.source)
        # While rows still have the numbers that they have in the file.
        if loaded is None or loaded.codec is None:
            data.check_concentrations()
        else:
            loaded.encode(data.inputs)
        defaults = _SUITED[self.source]
        share = defaults.held_out if self.held_out is None else self.held_out
        training, held_out = split(data, share, rng) if share else (data, None)
        return training, held_out, defaults

    def _load_mnist(self) -> tuple[Dataset, Dataset, Defaults]:
        if self.held_out is not None:
            raise InputValueError(
                "mnist has test images of its own, so that --held-out does not apply; leave it out"
            )
        return (*load_mnist(self.data_dir), _MNIST)


@dataclass(frozen=True, slots=True)
class Start:
    """Which network to train: one from a file, or a new one and its shape."""

    start_file: Path | None
    layers: str | None
    smoothing: float | None
    activation_text: str | None

    def read(self) -> LoadedNetwork | None:
        """Return the network of the file, or None where a new one is asked for."""
        if self.start_file is None:
            return None
        for name, value in (
            ("layers", self.layers),
            ("smoothing", self.smoothing),
            ("activation", self.activation_text),
        ):
            if value is not None:
                raise InputValueError(
                    f"--{name} shapes a new network and cannot go with --network; leave one out"
                )
        return LoadedNetwork.load(self.start_file)

    def draw(self, data: Dataset, defaults: Defaults, rng: np.random.Generator) -> LoadedNetwork:
        """Return a new network of random numbers."""
        widths = _widths(self.layers, data, defaults)
        h = defaults.smoothing if self.smoothing is None else self.smoothing
        activations = read_activations(self.activation_text, h, len(widths) - 1)
        shape = NeuralNetwork.random(widths, activations, rng=rng)
        return LoadedNetwork(NeuralNetwork(shape.layers, data.input_names, data.output_names))


@dataclass(frozen=True, slots=True)
class Steps:
    """How steps are taken; what is not given suits the data set."""

    rounds: int | None
    batch_size: int | None
    learning_rate: float | None
    cost: str | None
    optimiser: str | None

    def descent(self, defaults: Defaults, progress: bool) -> Descent:
        """Return the descent."""
        rate = self.learning_rate
        # What suits a data set suits plain gradient descent only.
        optimiser = self.optimiser or "gradient-descent"
        if rate is None and optimiser == "gradient-descent":
            rate = defaults.learning_rate
        return Descent(
            self.rounds or defaults.rounds,
            rate,
            self.cost,
            optimiser,
            progress=progress,
        )

    def batches(
        self, defaults: Defaults, examples: int, rng: np.random.Generator
    ) -> Batches | None:
        """Return the batches, which are no larger than all examples, or None for all of them."""
        size = self.batch_size or defaults.batch_size
        return None if size is None else Batches(min(size, examples), rng)


@dataclass(frozen=True, slots=True)
class Run:
    """Where activations come from, when training stops, and where it can go on."""

    forward: str
    workers: int
    patience: int | None
    checkpoint_every: int | None
    resume: bool

    @property
    def chemistry(self) -> Chemistry | None:
        """The chemistry in the loop, or None for the formula."""
        return Chemistry(workers=self.workers) if self.forward == "roadrunner" else None

    def validation(self, held_out: Dataset | None) -> Validation | None:
        """Return what the held-out examples are for, or None without them."""
        if held_out is not None:
            return Validation(held_out.inputs, held_out.targets, patience=self.patience)
        if self.patience is not None:
            raise InputValueError("patience looks at validation data; pass validation too")
        return None

    def checkpoints(self, folder: Path) -> Checkpoints | None:
        """Return the checkpoints in a folder of their own, or None if none are asked for."""
        if self.checkpoint_every is None and not self.resume:
            return None
        every = self.checkpoint_every or _CHECKPOINT_EVERY
        return Checkpoints(folder, every, self.resume)


def _widths(layers: str | None, data: Dataset, defaults: Defaults) -> list[int]:
    ends = data.inputs.shape[1], data.targets.shape[1]
    if layers is None:
        return [ends[0], *defaults.hidden, ends[1]]
    widths = parse_layers(layers)
    if (widths[0], widths[-1]) != ends:
        raise InputValueError(
            f"--layers {layers} leads from {widths[0]} to {widths[-1]} nodes, but {data.name} has "
            f"{counted(ends[0], 'input')} and {counted(ends[1], 'output')}"
        )
    return widths


def read_activations(text: str | None, h: float, layers: int) -> list[Activation]:
    """Read one activation for each layer; a single one is for all."""
    names = "smoothed-relu" if text is None else text
    chosen = [parse_activation(part, h) for part in names.split(",")]
    return chosen * layers if len(chosen) == 1 else chosen
