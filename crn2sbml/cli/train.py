"""``crn2sbml train``: gradient descent, with the chemistry in the loop unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np

from crn2sbml._support.files import file_errors
from crn2sbml.cli.common import check_output_folder
from crn2sbml.cli.options import Output, data_dir_option, gather, output_options, workers_option
from crn2sbml.cli.train_options import Examples, Run, Start, Steps
from crn2sbml.data import Dataset
from crn2sbml.errors import FileError
from crn2sbml.importers import LoadedNetwork
from crn2sbml.plots import plot_history, save_figure
from crn2sbml.training import (
    COSTS,
    OPTIMISERS,
    TrainingResult,
    share_correct,
)
from crn2sbml.training.checkpoints import has_checkpoints

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
    force = _check_folder(folder, run.resume, output.force)
    rng = np.random.default_rng(seed)
    loaded = start.read()
    training, held_out, defaults = examples.load(rng, loaded)
    if loaded is None:
        loaded = start.draw(training, defaults, rng)
    validation = run.validation(held_out)
    output.line(
        f"Training {loaded.network!r} on {len(training)} examples ({training.name}), {run.forward}."
    )
    result = loaded.train(
        training.inputs,
        training.targets,
        steps.descent(defaults, output.shows_text),
        batches=steps.batches(defaults, len(training), rng),
        chemistry=run.chemistry,
        validation=validation,
        checkpoints=run.checkpoints(folder / _CHECKPOINTS),
    )
    files = _write(result, folder, force, loaded, with_best=held_out is not None)
    trained = loaded.with_network(result.network)
    shares = {"training": _share(trained, training), "held-out": _share(trained, held_out)}
    _print(output, result, shares, folder, files)


def _check_folder(folder: Path, resume: bool, force: bool) -> bool:
    """Refuse a folder that cannot be used; return whether files in it may be overwritten."""
    overwrite = force or (resume and has_checkpoints(folder / _CHECKPOINTS))
    try:
        check_output_folder(folder, (*_FILES, _BEST), overwrite)
    except FileError as error:
        if resume:
            raise FileError(f"there is no checkpoint to resume from, and {error}") from error
        raise
    return overwrite


def _write(
    result: TrainingResult, folder: Path, force: bool, loaded: LoadedNetwork, *, with_best: bool
) -> Sequence[str]:
    """Write the results; return the names of the files, with a word on what they are."""
    with file_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    loaded.with_network(result.network).save(folder / _FILES[0], force)
    if with_best:
        loaded.with_network(result.best_network).save(folder / _BEST, force)
    result.history.save_csv(folder / _FILES[1], force)
    save_figure(plot_history(result.history), folder / _FILES[2], force)
    return (*_FILES, f"{_BEST} (lowest held-out cost)") if with_best else _FILES


def _share(trained: LoadedNetwork, data: Dataset | None) -> float:
    """Return the share of the examples that are correct; nan without examples or classes."""
    if data is None:
        return float("nan")
    concentrations = trained.network.forward(trained.encode(data.inputs))
    return share_correct(trained.values(concentrations), data.targets)


def _print(
    output: Output,
    result: TrainingResult,
    shares: Mapping[str, float],
    folder: Path,
    files: Sequence[str],
) -> None:
    cost, seconds = float(result.history.cost[-1]), float(result.history.seconds[-1])
    known = {name: share for name, share in shares.items() if np.isfinite(share)}
    figures = {f"{name.replace('-', '_')}_accuracy": share for name, share in known.items()}
    output.result({"folder": str(folder), "cost": cost, **figures, "seconds": seconds})
    output.line(f"Cost {cost:.4g} after {len(result.history.cost)} rounds, {seconds:.1f} s.")
    if result.stopped_early:
        output.line(
            f"Stopped early: the held-out cost was lowest after {result.best_round} rounds."
        )
    for name, share in known.items():
        output.line(f"Correct on the {name} examples: {100 * share:.1f}%.")
    output.line(f"Wrote {', '.join(files)} to {folder}.")
