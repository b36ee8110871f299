"""``crn2sbml train``: gradient descent, with the chemistry in the loop unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from crn2sbml.cli.common import check_output_folder
from crn2sbml.cli.options import Output, data_dir_option, gather, output_options, workers_option
from crn2sbml.cli.train_options import Codec, Examples, Run, Start, Steps
from crn2sbml.data import Dataset
from crn2sbml.errors import FileError
from crn2sbml.formats.files import LoadedNetwork
from crn2sbml.importers import ImportedNetwork
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import plot_history, save_figure
from crn2sbml.training import (
    COSTS,
    OPTIMISERS,
    Descent,
    TrainingResult,
    find_ties,
    share_correct,
    train_network,
)

_FILES = ("network.npz", "training.csv", "training.png")
_BEST = "best.npz"
_CHECKPOINTS = "checkpoints"


@click.command()
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
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the results.",
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
@gather("examples", Examples)
@gather("start", Start)
@gather("steps", Steps)
@gather("run", Run)
def train(
    folder: Path,
    seed: int,
    examples: Examples,
    start: Start,
    steps: Steps,
    run: Run,
    output: Output,
) -> None:
    """Train a network and write it with its record to a folder.

    Settings that are not given suit the data set. The folder gets network.npz, training.csv and
    training.png, and best.npz where examples are held out.
    """
    force = output.force or run.resume
    check_output_folder(folder, (*_FILES, _BEST), force)
    rng = np.random.default_rng(seed)
    loaded = start.read()
    training, held_out, defaults = examples.load(rng, None if loaded is None else loaded.codec)
    if loaded is None:
        loaded = start.draw(training, defaults, rng)
    validation = run.validation(held_out)
    output.line(
        f"Training {loaded.network!r} on {len(training)} examples ({training.name}), {run.forward}."
    )
    result = train_network(
        loaded.network,
        training.inputs,
        training.targets,
        _tied(steps.descent(defaults, output.shows_text), loaded),
        batches=steps.batches(defaults, len(training), rng),
        chemistry=run.chemistry,
        validation=validation,
        checkpoints=run.checkpoints(folder / _CHECKPOINTS),
    )
    _write(result, folder, force, loaded, with_best=held_out is not None)
    _print(output, result, training, held_out, folder, loaded.codec)


def _tied(descent: Descent, loaded: LoadedNetwork) -> Descent:
    """Keep together what belongs together in an imported network; the examples are encoded."""
    if loaded.codec is None:
        return descent
    encoder, decoder = loaded.codec
    ties = find_ties(loaded.network, encoder.pairs)
    return replace(descent, ties=ties, readout=decoder.matrix)


def _save(network: NeuralNetwork, loaded: LoadedNetwork, path: Path, force: bool) -> None:
    """Write a trained network, with what its inputs and outputs mean if that is known."""
    if loaded.codec is None:
        network.save(path, force)
    else:
        ImportedNetwork(network, *loaded.codec).save(path, force)


def _write(
    result: TrainingResult, folder: Path, force: bool, loaded: LoadedNetwork, *, with_best: bool
) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {error.strerror or error}") from error
    _save(result.network, loaded, folder / _FILES[0], force)
    if with_best:
        _save(result.best_network, loaded, folder / _BEST, force)
    result.history.save_csv(folder / _FILES[1], force)
    save_figure(plot_history(result.history), folder / _FILES[2], force)


def _print(
    output: Output,
    result: TrainingResult,
    training: Dataset,
    held_out: Dataset | None,
    folder: Path,
    codec: Codec | None,
) -> None:
    figures = {"cost": float(result.history.cost[-1])}
    for name, data in (("training_accuracy", training), ("held_out_accuracy", held_out)):
        if data is not None:
            outputs = result.network.forward(data.inputs)
            values = outputs if codec is None else codec[1].values(outputs)
            share = share_correct(values, data.targets)
            if np.isfinite(share):
                figures[name] = share
    seconds = float(result.history.seconds[-1])
    output.result({"folder": str(folder), **figures, "seconds": seconds})
    output.line(
        f"Cost {figures['cost']:.4g} after {len(result.history.cost)} rounds, {seconds:.1f} s."
    )
    if result.stopped_early:
        output.line(
            f"Stopped early: the held-out cost was lowest after {result.best_round} rounds."
        )
    for name, words in (("training_accuracy", "training"), ("held_out_accuracy", "held-out")):
        if name in figures:
            output.line(f"Correct on the {words} examples: {100 * figures[name]:.1f}%.")
    names = _FILES if held_out is None else (*_FILES, f"{_BEST} (lowest held-out cost)")
    output.line(f"Wrote {', '.join(names)} to {folder}.")
