"""``crn2sbml train``: gradient descent, with the chemistry in the loop unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click
import numpy as np

from crn2sbml._support.files import file_errors
from crn2sbml.cli.common import check_output_folder
from crn2sbml.cli.options import (
    Output,
    comma_list,
    data_dir_option,
    gather,
    output_options,
    workers_option,
)
from crn2sbml.cli.train_options import Examples, Run, Start, Steps
from crn2sbml.cli.train_own import (
    Columns,
    correct_line,
    describe_fit,
    describe_qualities,
    describe_samples,
    figures,
    fit_options,
    qualities,
)
from crn2sbml.data import Dataset, Samples
from crn2sbml.errors import FileError
from crn2sbml.fitting import FitOptions, fit_network
from crn2sbml.fitting.columns import Task
from crn2sbml.importers import LoadedNetwork
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.plots import plot_history, save_figure
from crn2sbml.training import (
    COSTS,
    OPTIMISERS,
    History,
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
    metavar="xor|iris|digits|mnist|FILE",
    help="Data set, or a file of your own: a table with names of columns (.csv, .tsv, .xlsx, "
    ".parquet), or .npz with 'inputs' and 'targets' (or 'labels').",
)
@comma_list(
    "--target",
    "target_texts",
    metavar="COL,...",
    help="Columns of the table to learn: numbers, or one column of labels.",
)
@comma_list(
    "--columns",
    "column_texts",
    metavar="COL,...",
    help="Columns of the table to learn from, without those to learn. Default: all others, or "
    "those that the network of --network knows.",
)
@click.option(
    "--task",
    type=click.Choice(get_args(Task)),
    default="auto",
    show_default=True,
    help="What a file's targets are; auto: text and at most 10 different whole numbers are "
    "classes.",
)
@click.option(
    "--signs",
    type=click.Choice(get_args(Signs)),
    default="auto",
    show_default=True,
    help="Inputs of a file that may be negative become pairs of species, or are shifted to begin "
    "at 0; pairs: all of them.",
)
@data_dir_option
@click.option(
    "--network",
    "start_file",
    type=click.Path(path_type=Path),
    help="Where to start: a network file (.npz), ONNX (.onnx), or a model of one (.xml, .sbml, "
    ".ant). Default: random numbers.",
)
@click.option(
    "--layers",
    metavar="WIDTHS",
    help="Widths with commas, inputs first: 64,16,10. Default: one hidden layer of 16 nodes, 4 for "
    "xor and iris, 40 for mnist.",
)
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
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help="Steps. Default: 2000 for a file and iris, 1000 for xor and mnist, 600 for digits.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    help="Examples drawn for each step. Default: 32 for a file, all for xor, 30 for iris, 50 for "
    "digits, 300 for mnist.",
)
@click.option(
    "--learning-rate",
    type=float,
    help="Step size. Default: 0.01 for a file; 0.3 for xor, 0.003 for iris, 0.1 for digits and "
    "mnist; with momentum 0.1 and with adam 0.001 for these.",
)
@click.option(
    "--cost",
    type=click.Choice(list(COSTS)),
    help="What is made small. Default: softmax-cross-entropy for classes of a file and for a "
    "network that a softmax follows, and quadratic otherwise.",
)
@click.option(
    "--optimiser",
    type=click.Choice(list(OPTIMISERS)),
    help="How steps are made of gradients. Default: adam for a file, and otherwise "
    "gradient-descent, as in the paper.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop when the cost of the held-out examples has not improved in so many looks (one in "
    "ten rounds). Default: 30 for a file, and otherwise never.",
)
@click.option(
    "--checkpoint-every",
    type=click.IntRange(min=1),
    help="Write a checkpoint after every so many rounds, to go on from with --resume. Default: "
    "none, or 100 with --resume.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the newest sound checkpoint in the output folder, to the very weights of an "
    "unbroken run.",
)
@click.option(
    "--smoothing",
    type=float,
    help="Smoothing h of the activation, > 0 for chemistry. Default: 0.1 for a file (between "
    "standardised numbers) and xor, and otherwise 1.",
)
@click.option(
    "--activation",
    "activation_text",
    metavar="NAME|ORDER:RATE+...",
    help="smoothed-relu (default), relu, or rate constants of the decay by order, such as 3:1 or "
    "2:1+3:0.5; one for all layers, or one for each with commas between. For a file those of the "
    "hidden layers; outputs are smoothed ReLUs.",
)
@click.option(
    "--held-out",
    type=float,
    help="Share of the examples to test on. Default: 0.2; none for xor, and of fewer than 30 rows "
    "of a file.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of all randomness.")
@workers_option
@output_options
@gather("examples", Examples)
@gather("start", Start)
@gather("steps", Steps)
@gather("run", Run)
@gather("columns", Columns)
def train(
    folder: Path,
    seed: int,
    examples: Examples,
    start: Start,
    steps: Steps,
    run: Run,
    columns: Columns,
    output: Output,
) -> None:
    """Train a network and write it with its record to a folder.

    A network of your own table takes and gives your numbers, whatever their size and sign, and
    classes by their names; network.npz is the one that is best on the examples held out, so that
    what is said of these is slightly favourable: judge it by examples that it has never met. Of a
    data set with a name, network.npz is the last one and best.npz the best. Beside them stand
    training.csv and training.png.
    """
    force = _check_folder(folder, run.resume, output.force)
    rng = np.random.default_rng(seed)
    loaded = start.read()
    if not examples.are_known:
        samples = columns.read(examples.source, loaded, output)
        options = fit_options(samples, columns, start, steps, run, examples.held_out)
        options = replace(options, descent=replace(options.descent, progress=output.shows_text))
        _train_own(samples, options, loaded, folder, force, run, rng, output)
        return
    columns.refuse(examples.source)
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
    parts = {"training": training, "held-out": held_out}
    known = {
        name: (len(data), share)
        for name, data in parts.items()
        if data is not None and np.isfinite(share := _share(trained, data))
    }
    _print(output, result, known, folder, files)


def _train_own(
    samples: Samples,
    options: FitOptions,
    start: LoadedNetwork | None,
    folder: Path,
    force: bool,
    run: Run,
    rng: np.random.Generator,
    output: Output,
) -> None:
    """Fit a network to examples of the user's own, write it and say how good it is."""
    for line in describe_samples(samples, options, start):
        output.line(line)
    fitted = fit_network(
        samples.inputs,
        samples.targets,
        options,
        rng=rng,
        start=start,
        chemistry=run.chemistry,
        checkpoints=run.checkpoints(folder / _CHECKPOINTS),
    )
    _save(folder, force, fitted.network, fitted.history)
    found = qualities(fitted, samples.inputs)
    for line in (*describe_fit(fitted), *describe_qualities(found, fitted)):
        output.line(line)
    output.line(f"Wrote {', '.join(_FILES)} to {folder}.")
    output.result({"folder": str(folder), **figures(fitted, found)})


def _save(folder: Path, force: bool, network: LoadedNetwork, history: History) -> None:
    """Write a network and its record."""
    with file_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    network.save(folder / _FILES[0], force)
    history.save_csv(folder / _FILES[1], force)
    save_figure(plot_history(history), folder / _FILES[2], force)


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
    _save(folder, force, loaded.with_network(result.network), result.history)
    if with_best:
        loaded.with_network(result.best_network).save(folder / _BEST, force)
    return (*_FILES, f"{_BEST} (lowest held-out cost)") if with_best else _FILES


def _share(trained: LoadedNetwork, data: Dataset) -> float:
    """Return the share of the examples that are correct; nan without classes."""
    concentrations = trained.network.forward(trained.encode(data.inputs))
    return share_correct(trained.values(concentrations), data.targets)


def _print(
    output: Output,
    result: TrainingResult,
    known: Mapping[str, tuple[int, float]],
    folder: Path,
    files: Sequence[str],
) -> None:
    cost, seconds = float(result.history.cost[-1]), float(result.history.seconds[-1])
    shares = {f"{name.replace('-', '_')}_accuracy": share for name, (_, share) in known.items()}
    output.result({"folder": str(folder), "cost": cost, **shares, "seconds": seconds})
    output.line(f"Cost {cost:.4g} after {len(result.history.cost)} rounds, {seconds:.1f} s.")
    if result.stopped_early:
        output.line(
            f"Stopped early: the held-out cost was lowest after {result.best_round} rounds."
        )
    for name, (count, share) in known.items():
        output.line(correct_line(name, round(count * share), count))
    output.line(f"Wrote {', '.join(files)} to {folder}.")
