"""``crn2sbml simulate``: run the chemistry of a network on inputs, or any model for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output, csv_text, save_text
from crn2sbml._support.words import counted
from crn2sbml.cli.common import (
    read_inputs,
)
from crn2sbml.cli.options import (
    Output,
    gather,
    input_option,
    output_options,
    print_table,
    terminal,
    workers_option,
)
from crn2sbml.cli.time_course import POINTS, Course, print_course, run_course
from crn2sbml.construction.labels import node_id
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.exports.study import takes_no_inputs
from crn2sbml.importers import LoadedNetwork, load_file
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import check_figure_path, plot_trajectory, save_figure
from crn2sbml.simulate import Simulator, SteadyState
from crn2sbml.theory import settling_time
from crn2sbml.theory.presentation import rounded_up

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 20
# What a column of outputs holds, by the function that is applied to what settles.
_TITLES = {"none": "settles at", "softmax": "probability", "log-softmax": "log probability"}


@dataclass(frozen=True, slots=True)
class _Files:
    """Where results are written."""

    table: Path | None
    plot: Path | None

    def check(self, force: bool) -> None:
        """Refuse files that cannot be written before any work is done."""
        for target in (self.table, self.plot):
            if target is not None:
                check_output(target, force)
        if self.plot is not None:
            check_figure_path(self.plot)

    def save(self, text: str, figure: Figure | None, output: Output) -> None:
        """Write the table and the picture, and say so."""
        if self.table is not None:
            save_text(text, self.table, output.force)
            output.line(f"Wrote {self.table}.")
        if self.plot is not None and figure is not None:
            save_figure(figure, self.plot, output.force)
            output.line(f"Wrote {self.plot}.")


@click.command()
@click.argument("model", metavar="MODEL_OR_NETWORK", type=click.Path(path_type=Path))
@input_option(
    "Inputs, one a row, as a table (.csv, .tsv, .txt, .xlsx, .parquet, .npy) or numbers with "
    "commas; again for more. Default: those in a model file.",
)
@click.option(
    "--accuracy",
    type=float,
    default=1e-6,
    show_default=True,
    help="Largest absolute distance to the steady state, over all nodes of a network.",
)
@click.option(
    "--until",
    type=float,
    metavar="TIME",
    help="Last time of a run. Default: 100, and for the plot of a network about when it settles.",
)
@click.option(
    "--points",
    type=click.IntRange(min=2),
    help=f"Number of times in a run, 0 and the last included. Default: {POINTS}.",
)
@click.option(
    "-o",
    "--output",
    "table",
    type=click.Path(path_type=Path),
    help="Write a CSV file: the outputs of a network, or all concentrations over time.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Draw the outputs over time for the first input (.png, .svg or .pdf); of a model that is "
    "no network, the last 12 species.",
)
@workers_option
@output_options
@gather("files", _Files)
@gather("course", Course)
def simulate(
    model: Path,
    input_texts: Sequence[str],
    accuracy: float,
    files: _Files,
    course: Course,
    workers: int,
    output: Output,
) -> None:
    """Run the chemistry of a network until it has settled, or any mass-action model for a while.

    MODEL_OR_NETWORK is a network file (.npz), a folder that train wrote, ONNX (.onnx), or a model
    (.xml, .sbml, .ant, .omex, .cps), which may hold inputs. Inputs and outputs of a network that
    was imported are in the original's terms. The simulation starts with every node at 1 and stops
    when it is proven to be within the accuracy of its steady state.

    A model that computes no network is run from its own start until --until.

    --json of a network: output_names, outputs (a row for each input), classes if there are any,
    error_bound (proven, of all nodes), accuracy, settled_by (the time by which every start is
    within the accuracy, proven; null where that cannot be) and read_at (the time at which the
    simulation was read, which may be far later). Of another model: species, final (their
    concentrations at read_at), read_at, points and not_a_network (why).
    """
    files.check(output.force)
    source = load_file(model)
    loaded, crn = source.network, source.crn
    if loaded is not None:
        if files.plot is None and course != Course(None, None):
            raise InputValueError(
                "--until and --points are for the plot of a network, which itself runs until it "
                "has settled; give --plot, or leave them out"
            )
        _run_network(
            loaded, _rows(loaded, input_texts, output), accuracy, files, course, workers, output
        )
    elif crn is not None:
        if input_texts:
            raise takes_no_inputs(crn, UnsupportedError(source.reason))
        output.line(
            f"{model} computes no neural network ({source.reason}); this is its run in time."
        )
        run = run_course(crn, course)
        print_course(output, run, source.reason)
        figure = None if files.plot is None else plot_trajectory(run.trajectory, run.shown)
        files.save(run.csv(), figure, output)


def _run_network(
    loaded: LoadedNetwork,
    rows: Array,
    accuracy: float,
    files: _Files,
    course: Course,
    workers: int,
    output: Output,
) -> None:
    with Simulator(loaded.network, workers, progress=output.shows_text) as simulator:
        settled = simulator.steady_state(rows, accuracy)
        figure = None if files.plot is None else _drawn(loaded.network, simulator, rows[0], course)
    results = _results(loaded, settled)
    _print(output, results, settled, _Settling.of(loaded.network, rows, accuracy))
    files.save(csv_text(results.headings, results.table), figure, output)


def _drawn(network: NeuralNetwork, simulator: Simulator, row: Array, course: Course) -> Figure:
    outputs = _output_ids(network)
    run = simulator.trajectory(row, course.until, points=course.points or POINTS)
    return plot_trajectory(
        run, outputs, dict(zip(outputs, network.output_names or outputs, strict=True))
    )


@dataclass(frozen=True, slots=True)
class _Settling:
    """By when every start of every input is within the accuracy, if that can be proved."""

    accuracy: float
    time: float | None

    @classmethod
    def of(cls, network: NeuralNetwork, rows: Array, accuracy: float) -> _Settling:
        try:
            times = settling_time(network, rows, accuracy)
        except (InputValueError, SimulationError):
            # Finer than double precision can prove, or too long.
            return cls(accuracy, None)
        return cls(accuracy, float(times.max(initial=0.0)))

    def __str__(self) -> str:
        if self.time is None:
            return f"No time by which every start is within {self.accuracy:g} can be proved."
        return (
            f"Settled by t = {rounded_up(self.time)} to within {self.accuracy:g}, from every start "
            f"(proven)."
        )


@dataclass(frozen=True, slots=True)
class _Results:
    """What is shown of each input: outputs in the user's terms, and the class if there are any."""

    headings: list[str]
    outputs: list[list[float]]
    classes: list[str] | None
    title: str = _TITLES["none"]

    @property
    def table(self) -> list[list[float | str]]:
        if self.classes is None:
            return [list(row) for row in self.outputs]
        return [[*row, name] for row, name in zip(self.outputs, self.classes, strict=True)]


def _results(loaded: LoadedNetwork, settled: SteadyState) -> _Results:
    network = loaded.network
    if loaded.codec is None:
        headings = list(network.output_names or _output_ids(network))
        return _Results(headings, settled.outputs.tolist(), None)
    decoder = loaded.codec.decoder
    headings = list(decoder.names or (f"output {n}" for n in range(1, len(decoder.pairs) + 1)))
    outputs = decoder.decode(settled.outputs).tolist()
    title = _TITLES[decoder.function]
    if decoder.classes is None:
        return _Results(headings, outputs, None, title)
    classes = [str(name) for name in decoder.classify(settled.outputs)]
    return _Results([*headings, "class"], outputs, classes, title)


def _rows(loaded: LoadedNetwork, texts: Sequence[str], output: Output) -> Array:
    if texts:
        return loaded.encode(read_inputs(texts, loaded, output.line))
    if loaded.inputs is None:
        raise ConcentrationError(
            "a network file holds no inputs; give them with --input FILE or --input 0.5,1"
        )
    return loaded.inputs[np.newaxis, :]


def _output_ids(network: NeuralNetwork) -> list[str]:
    last = len(network.layers)
    return [node_id(last, number) for number in range(1, network.widths[-1] + 1)]


def _print(output: Output, results: _Results, settled: SteadyState, settling: _Settling) -> None:
    classes = {} if results.classes is None else {"classes": results.classes}
    output.result(
        {
            "output_names": results.headings[: len(results.outputs[0])] if results.outputs else [],
            "outputs": results.outputs,
            **classes,
            "error_bound": settled.error_bound,
            "accuracy": settling.accuracy,
            "settled_by": settling.time,
            "read_at": settled.time,
        }
    )
    if not output.shows_text:
        return
    _print_table(results)
    more = len(results.outputs) - _MOST_ROWS
    if more > 0:
        output.line(f"... and {counted(more, 'more input')}; -o writes them all.")
    output.line(
        f"Settled: every node is within {settled.error_bound:.1e} of its steady state (proven)."
    )
    output.line(str(settling))


def _print_table(results: _Results) -> None:
    rows = [
        [cell if isinstance(cell, str) else f"{cell:.6f}" for cell in row]
        for row in results.table[:_MOST_ROWS]
    ]
    if len(rows) == 1:
        values = len(results.outputs[0])
        print_table(
            ("output", results.title), zip(results.headings[:values], rows[0][:values], strict=True)
        )
        if results.classes is not None:
            terminal().print(f"Class: {results.classes[0]}")
    else:
        numbered = ((str(number), *row) for number, row in enumerate(rows, start=1))
        print_table(("input", *results.headings), numbered)
