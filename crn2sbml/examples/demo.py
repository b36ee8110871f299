"""The main job from end to end: digits train a neural network whose forward pass is chemistry."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import file_errors
from crn2sbml.construction.compile import compile_network
from crn2sbml.data import Dataset, load_digits, split
from crn2sbml.errors import FileError, OutputExistsError
from crn2sbml.formats import save_antimony, save_sbml
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import plot_history, plot_trajectories, save_figure
from crn2sbml.simulate import Simulator, SteadyState
from crn2sbml.training import (
    Batches,
    Chemistry,
    Descent,
    TrainingResult,
    Validation,
    share_correct,
    train_network,
)

SIZES = (64, 16, 10)
ROUNDS = 600
BATCH_SIZE = 50
LEARNING_RATE = 0.05
HELD_OUT = 0.2
# Rounds after which the trajectories of one digit are drawn (Figure 10 has such a row), as shares
# of all rounds.
_SHOWN_AT = (0.0, 0.02, 0.2, 1.0)
_SHOWN_TIME = 3.0

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo measured.

    Parameters
    ----------
    training_examples, held_out_examples, rounds, training_runs : int
        Numbers of images, of rounds of training and of integrations of the chemistry.
    closed_form_accuracy, chemistry_accuracy : float
        Share of held-out images decided correctly.
    same_decisions : int
        Held-out images on which both decide for the same digit.
    largest_difference : float
        Largest difference between the outputs of both on held-out images.
    error_bound : float
        Bound of that difference that the simulator had proven.
    training_seconds, chemistry_seconds, closed_form_seconds, files_seconds : float
        Time taken by training, the two evaluations of all held-out images, and the files.
    """

    training_examples: int
    held_out_examples: int
    rounds: int
    training_runs: int
    closed_form_accuracy: float
    chemistry_accuracy: float
    same_decisions: int
    largest_difference: float
    error_bound: float
    training_seconds: float
    chemistry_seconds: float
    closed_form_seconds: float
    files_seconds: float

    def to_dict(self) -> dict[str, float]:
        """Return all figures by name."""
        return asdict(self)


def run_demo(
    folder: str | Path,
    *,
    seed: int = 1,
    rounds: int = ROUNDS,
    workers: int = 1,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda text: None,
    progress: bool = False,
) -> DemoReport:
    """Train a 64-16-10 neural network on real handwritten digits with roadrunner in the loop.

    Parameters
    ----------
    folder : str or Path
        Folder to make, with the neural network, its models, pictures and the training record. It
        appears only when all of them are there.
    seed : int, default 1
        Seed of the split, the starting weights and the batches.
    rounds : int, default 600
        Rounds of training.
    workers : int, default 1
        Processes that share the chemistry's runs.
    overwrite : bool, default False
        Replace an existing folder made by an earlier demo.
    tell : callable, optional
        Called with a line of text before each part.
    progress : bool, default False
        Show a progress bar on stderr (on a terminal only).

    Returns
    -------
    DemoReport
        Everything that was measured.

    Raises
    ------
    FileError
        If the folder exists (without `overwrite`) or cannot be made.
    """
    target = _checked_target(Path(folder), overwrite)
    rng = np.random.default_rng(seed)
    training, held_out = split(load_digits(), HELD_OUT, rng)
    tell(
        f"Training a {'-'.join(map(str, SIZES))} network on {len(training)} digits, {rounds} rounds"
    )
    trained, training_seconds = _timed(
        lambda: _train(training, held_out, rounds, rng, workers, progress)
    )
    tell(f"Running the chemistry of {len(held_out)} held-out digits")
    network = trained.result.network
    settled, chemistry_seconds = _timed(lambda: _settle(network, held_out, workers))
    expected, closed_form_seconds = _timed(lambda: network.forward(held_out.inputs))
    tell(f"Writing models and pictures to {target}")
    _, files_seconds = _timed(lambda: _write_folder(target, trained, held_out, settled.outputs))
    return DemoReport(
        training_examples=len(training),
        held_out_examples=len(held_out),
        rounds=rounds,
        training_runs=rounds * BATCH_SIZE,
        closed_form_accuracy=share_correct(expected, held_out.targets),
        chemistry_accuracy=share_correct(settled.outputs, held_out.targets),
        same_decisions=int((expected.argmax(axis=1) == settled.outputs.argmax(axis=1)).sum()),
        largest_difference=float(np.abs(expected - settled.outputs).max()),
        error_bound=settled.error_bound,
        training_seconds=training_seconds,
        chemistry_seconds=chemistry_seconds,
        closed_form_seconds=closed_form_seconds,
        files_seconds=files_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Trained:
    """What training came to, and the neural network after the rounds that are drawn."""

    result: TrainingResult
    snapshots: dict[int, NeuralNetwork]


def _train(
    training: Dataset,
    held_out: Dataset,
    rounds: int,
    rng: np.random.Generator,
    workers: int,
    progress: bool,
) -> _Trained:
    layers = NeuralNetwork.random(SIZES, rng=rng).layers
    start = NeuralNetwork(layers, training.input_names, training.output_names)
    snapshots: dict[int, NeuralNetwork] = {}
    shown = {round(share * rounds) for share in _SHOWN_AT}

    def keep(number: int, network: NeuralNetwork) -> None:
        if number in shown:
            snapshots[number] = network

    result = train_network(
        start,
        training.inputs,
        training.targets,
        Descent(rounds=rounds, learning_rate=LEARNING_RATE, callback=keep, progress=progress),
        batches=Batches(min(BATCH_SIZE, len(training)), rng),
        chemistry=Chemistry(workers=workers),
        validation=Validation(held_out.inputs, held_out.targets),
    )
    return _Trained(result, snapshots)


def _settle(network: NeuralNetwork, held_out: Dataset, workers: int) -> SteadyState:
    with Simulator(network, workers) as simulator:
        return simulator.steady_state(held_out.inputs)


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    """Return what work returns, and how many seconds it took."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


_MARKER = "digits_enzymatic.xml"


def _checked_target(target: Path, overwrite: bool) -> Path:
    if target.exists():
        if not overwrite:
            raise OutputExistsError(
                f"{target} exists already; choose another folder with -o, or overwrite it "
                f"(overwrite=True in Python, --force on the command line)"
            )
        if not (target.is_dir() and (target / _MARKER).is_file()):
            raise FileError(
                f"{target} was not made by the demo and will not be replaced; choose another folder"
            )
    elif not target.resolve().parent.is_dir():
        raise FileError(f"there is no folder {target.resolve().parent}; create it first")
    return target


def _write_folder(
    target: Path,
    trained: _Trained,
    held_out: Dataset,
    outputs: Array,
) -> None:
    """Write everything into a folder beside the target, then put it in its place."""
    with file_errors(target, "make"):
        scratch = Path(tempfile.mkdtemp(dir=target.resolve().parent, prefix=f".{target.name}."))
    try:
        _write_files(scratch, trained, held_out, outputs)
        scratch.chmod(0o755)
        if target.exists():
            # The old folder is deleted only once the new one stands in its place.
            old = Path(tempfile.mkdtemp(dir=scratch.parent, prefix=f".{target.name}.old."))
            target.rename(old / target.name)
            scratch.rename(target)
            shutil.rmtree(old)
        else:
            scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _write_files(
    folder: Path,
    trained: _Trained,
    held_out: Dataset,
    outputs: Array,
) -> None:
    # A digit that the chemistry knows, a 7 as in the paper's Figure 10 if there is one.
    correct = outputs.argmax(axis=1) == held_out.targets.argmax(axis=1)
    sevens = np.flatnonzero(correct & (held_out.targets.argmax(axis=1) == 7))
    example = held_out.inputs[sevens[0] if len(sevens) else 0]
    result = trained.result
    enzymatic = compile_network(result.network, inputs=example)
    result.network.save(folder / "network.npz")
    save_sbml(enzymatic, folder / _MARKER)
    save_antimony(enzymatic, folder / "digits_enzymatic.ant")
    save_sbml(compile_network(result.network, "absorbed", example), folder / "digits_absorbed.xml")
    result.history.save_csv(folder / "training.csv")
    save_figure(plot_history(result.history), folder / "training.png")
    _draw_stages(folder / "trajectories.png", trained, example, held_out.output_names or ())
    _write_readme(folder, example)


def _draw_stages(
    path: Path, trained: _Trained, example: Array, output_names: Sequence[str]
) -> None:
    """Draw how the outputs settle for one image, at stages of the training."""
    trajectories = {}
    for number, network in sorted(trained.snapshots.items()):
        with Simulator(network) as simulator:
            title = "before training" if number == 0 else f"after {number} rounds"
            trajectories[title] = simulator.trajectory(example, _SHOWN_TIME)
    last = len(SIZES) - 1
    names = {f"X{last}_{n}": name for n, name in enumerate(output_names, start=1)}
    figure = plot_trajectories(trajectories, tuple(names), names)
    save_figure(figure, path)


def _write_readme(folder: Path, example: Array) -> None:
    pixels = (np.asarray(example).reshape(8, 8) > 0.5).tolist()
    picture = "\n".join("    " + "".join("##" if dark else ". " for dark in row) for row in pixels)
    (folder / "README.txt").write_text(_README.format(picture=picture), encoding="utf-8")


_README = """\
A neural network as chemistry
=============================

A network with 64 inputs (the pixels of an 8 x 8 image), 16 hidden and 10 output nodes was trained
to read handwritten digits. In the reaction network each node is a species; when the reactions have
settled, the output species with the highest concentration (X2_1 for 0 ... X2_10 for 9) names the
digit. The models hold this image as their input:

{picture}

digits_enzymatic.xml   SBML; weights and biases are species whose concentrations stay constant
digits_absorbed.xml    SBML; the same equations with weights in rate constants, loads faster
digits_enzymatic.ant   Antimony, to be read
network.npz            the weights, for crn2sbml
trajectories.png       concentrations of the outputs for this image, at stages of the training
training.png, .csv     cost and accuracy, round by round
"""
