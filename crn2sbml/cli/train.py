"""``crn2sbml train``: gradient descent, with the chemistry in the loop on request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from crn2sbml.cli.common import (
    Printer,
    check_output_folder,
    data_dir_option,
    load_examples,
    output_options,
    parse_layers,
    read_source,
    workers_option,
)
from crn2sbml.data import Dataset, load_mnist, split
from crn2sbml.errors import FileError, InputValueError
from crn2sbml.neural.activation_names import parse_activation
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Decoder, Encoder, codec_metadata
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import plot_history, save_figure
from crn2sbml.training import (
    COSTS,
    OPTIMISERS,
    Batches,
    Checkpoints,
    Chemistry,
    Descent,
    TrainingResult,
    Validation,
    find_ties,
    share_correct,
    train_network,
)

_FILES = ("network.npz", "training.csv", "training.png")
_BEST = "best.npz"
_CHECKPOINTS = "checkpoints"
_CHECKPOINT_EVERY = 100


@dataclass(frozen=True, slots=True)
class _Defaults:
    """Settings that suit a data set."""

    hidden: tuple[int, ...] = (16,)
    rounds: int = 600
    batch_size: int | None = 50
    learning_rate: float = 0.1
    smoothing: float = 1.0
    held_out: float = 0.2


# The exclusive or needs a sharper corner than h = 1, and all four examples.
_XOR = _Defaults((4,), 1000, None, 0.3, 0.1, 0.0)
_IRIS = _Defaults((4,), 2000, 30, 0.003)
# Section 6 of the paper.
_MNIST = _Defaults((40,), 1000, 300, 0.1)
# Inputs of a user's own may be large, which asks for smaller steps.
_OWN = _Defaults(rounds=2000, learning_rate=0.01)


@click.command(short_help="Train a network, by default through its chemistry.")
@click.option(
    "--data",
    "source",
    required=True,
    metavar="xor|iris|digits|mnist|FILE.npz",
    help="Data set; a file needs arrays 'inputs' and 'targets' (or class numbers 'labels').",
)
@data_dir_option
@click.option(
    "--network",
    "start_file",
    type=click.Path(path_type=Path),
    help="Where to start: a network file (.npz), ONNX (.onnx), or a model of one (.xml, .sbml, "
    ".ant). Default: random numbers.",
)
@click.option("--layers", metavar="WIDTHS", help="Widths with commas, inputs first: 64,16,10.")
@click.option(
    "--forward",
    type=click.Choice(("closed-form", "roadrunner")),
    default="roadrunner",
    show_default=True,
    help="Where activations come from: the settled chemistry, or the formula.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder for the results."
)
@click.option("--rounds", type=click.IntRange(min=1), help="Steps of gradient descent.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Examples drawn for each step.")
@click.option("--learning-rate", type=float, help="Step size.")
@click.option(
    "--cost",
    type=click.Choice(list(COSTS)),
    default="quadratic",
    show_default=True,
    help="What is made small; softmax-cross-entropy is for classes.",
)
@click.option(
    "--optimiser",
    type=click.Choice(list(OPTIMISERS)),
    default="gradient-descent",
    show_default=True,
    help="How steps are made of gradients; the first is the paper's.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop when the cost of the held-out examples has not improved in so many looks (one in "
    "ten rounds).",
)
@click.option(
    "--checkpoint-every",
    type=click.IntRange(min=1),
    help="Write a checkpoint after every so many rounds, to go on from with --resume.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the newest sound checkpoint in the output folder, to the very weights of an "
    "unbroken run.",
)
@click.option("--smoothing", type=float, help="Smoothing h of the activation, > 0 for chemistry.")
@click.option(
    "--activation",
    "activation_text",
    metavar="NAME|ORDER:RATE+...",
    help="smoothed-relu (default), relu, or rate constants of the decay by order, such as 3:1 or "
    "2:1+3:0.5; one for all layers, or one for each with commas between.",
)
@click.option("--held-out", type=float, help="Share of the examples to test on.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of all randomness.")
@workers_option
@output_options
def train(
    source: str,
    data_dir: Path | None,
    start_file: Path | None,
    layers: str | None,
    forward: str,
    output: Path,
    rounds: int | None,
    batch_size: int | None,
    learning_rate: float | None,
    cost: str,
    optimiser: str,
    patience: int | None,
    checkpoint_every: int | None,
    resume: bool,
    smoothing: float | None,
    activation_text: str | None,
    held_out: float | None,
    seed: int,
    workers: int,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train a network and write it with its record to a folder.

    Settings that are not given suit the data set. The folder gets network.npz, training.csv and
    training.png, and best.npz where examples are held out.
    """
    printer = Printer(quiet, as_json)
    check_output_folder(output, (*_FILES, _BEST), force or resume)
    rng = np.random.default_rng(seed)
    loaded = None if start_file is None else read_source(start_file)
    codec = None if loaded is None else loaded.codec
    training, test, defaults = _load(source, data_dir, held_out, rng, codec)
    if loaded is None:
        widths = _widths(layers, training, defaults)
        h = defaults.smoothing if smoothing is None else smoothing
        activation = _activations(activation_text, h, len(widths) - 1)
        shape = NeuralNetwork.random(widths, activation, rng=rng)
        start = NeuralNetwork(shape.layers, training.input_names, training.output_names)
    else:
        _check_no_shape(layers=layers, smoothing=smoothing, activation=activation_text)
        start = loaded.network
    size = batch_size or defaults.batch_size
    if patience is not None and test is None:
        raise InputValueError("patience looks at validation data; pass validation too")
    printer.line(f"Training {start!r} on {len(training)} examples ({training.name}), {forward}.")
    result = train_network(
        start,
        training.inputs,
        training.targets,
        Descent(
            rounds=rounds or defaults.rounds,
            learning_rate=_learning_rate(learning_rate, optimiser, defaults),
            cost=cost,
            optimiser=optimiser,
            ties=None if codec is None else find_ties(start, codec[0].pairs),
            readout=None if codec is None else codec[1].matrix,
            progress=printer.shows_text,
        ),
        batches=None if size is None else Batches(min(size, len(training)), rng),
        chemistry=Chemistry(workers=workers) if forward == "roadrunner" else None,
        validation=None
        if test is None
        else Validation(test.inputs, test.targets, patience=patience),
        checkpoints=Checkpoints(
            output / _CHECKPOINTS, checkpoint_every or _CHECKPOINT_EVERY, resume
        )
        if checkpoint_every or resume
        else None,
    )
    _write(result, output, force or resume, codec, with_best=test is not None)
    _print(printer, result, training, test, output, codec)


_Codec = tuple[Encoder, Decoder]


def _load(
    source: str,
    data_dir: Path | None,
    held_out: float | None,
    rng: np.random.Generator,
    codec: _Codec | None,
) -> tuple[Dataset, Dataset | None, _Defaults]:
    """Return the examples to train on, those held out, and the settings that suit them."""
    if source == "mnist":
        if held_out is not None:
            raise InputValueError(
                "mnist has test images of its own, so that --held-out does not apply; leave it out"
            )
        parts = load_mnist(data_dir)
        if codec is not None:
            parts = _encoded(parts[0], codec), _encoded(parts[1], codec)
        return (*parts, _MNIST)
    if data_dir is not None:
        raise InputValueError(f"--data-dir goes with --data mnist, not with {source}; leave it out")
    data, defaults = _load_one(source, codec)
    share = defaults.held_out if held_out is None else held_out
    training, test = split(data, share, rng) if share else (data, None)
    return training, test, defaults


def _encoded(data: Dataset, codec: _Codec) -> Dataset:
    return replace(data, inputs=codec[0].encode(data.inputs), input_names=None)


def _load_one(source: str, codec: _Codec | None) -> tuple[Dataset, _Defaults]:
    suited = {"xor": _XOR, "iris": _IRIS, "digits": _Defaults()}
    encode = None if codec is None else codec[0].encode
    return load_examples(source, "mnist", encode=encode), suited.get(source, _OWN)


def _check_no_shape(**options: object) -> None:
    """Refuse options of a new network where one is given."""
    for name, value in options.items():
        if value is not None:
            raise InputValueError(
                f"--{name} shapes a new network and cannot go with --network; leave one out"
            )


def _widths(layers: str | None, data: Dataset, defaults: _Defaults) -> list[int]:
    ends = data.inputs.shape[1], data.targets.shape[1]
    if layers is None:
        return [ends[0], *defaults.hidden, ends[1]]
    widths = parse_layers(layers)
    if (widths[0], widths[-1]) != ends:
        raise InputValueError(
            f"--layers {layers} leads from {widths[0]} to {widths[-1]} nodes, but {data.name} has "
            f"{ends[0]} inputs and {ends[1]} outputs"
        )
    return widths


def _activations(text: str | None, h: float, layers: int) -> list[Activation]:
    """Read one activation for each layer; a single one is for all."""
    names = "smoothed-relu" if text is None else text
    chosen = [parse_activation(part, h) for part in names.split(",")]
    return chosen * layers if len(chosen) == 1 else chosen


def _learning_rate(given: float | None, optimiser: str, defaults: _Defaults) -> float | None:
    """Return the step size; what suits a data set suits plain gradient descent only."""
    if given is None and optimiser == "gradient-descent":
        return defaults.learning_rate
    return given


def _write(
    result: TrainingResult, folder: Path, force: bool, codec: _Codec | None, *, with_best: bool
) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {error.strerror or error}") from error
    metadata = None if codec is None else codec_metadata(*codec)
    result.network.save(folder / _FILES[0], force, metadata)
    if with_best:
        result.best_network.save(folder / _BEST, force, metadata)
    result.history.save_csv(folder / _FILES[1], force)
    save_figure(plot_history(result.history), folder / _FILES[2], force)


def _print(
    printer: Printer,
    result: TrainingResult,
    training: Dataset,
    test: Dataset | None,
    folder: Path,
    codec: _Codec | None,
) -> None:
    figures = {"cost": float(result.history.cost[-1])}
    for name, data in (("training_accuracy", training), ("held_out_accuracy", test)):
        if data is not None:
            outputs = result.network.forward(data.inputs)
            values = outputs if codec is None else codec[1].values(outputs)
            share = share_correct(values, data.targets)
            if np.isfinite(share):
                figures[name] = share
    seconds = float(result.history.seconds[-1])
    printer.result({"folder": str(folder), **figures, "seconds": seconds})
    printer.line(
        f"Cost {figures['cost']:.4g} after {len(result.history.cost)} rounds, {seconds:.1f} s."
    )
    if result.stopped_early:
        printer.line(
            f"Stopped early: the held-out cost was lowest after {result.best_round} rounds."
        )
    for name, words in (("training_accuracy", "training"), ("held_out_accuracy", "held-out")):
        if name in figures:
            printer.line(f"Correct on the {words} examples: {100 * figures[name]:.1f}%.")
    names = _FILES if test is None else (*_FILES, f"{_BEST} (lowest held-out cost)")
    printer.line(f"Wrote {', '.join(names)} to {folder}.")
