"""``crn2sbml simulate``: run the chemistry of a network on inputs, or any model for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output, csv_text, save_text
from crn2sbml._support.words import counted
from crn2sbml.chemistry.lab_units import LabUnits, scales
from crn2sbml.cli.common import check_csv_output, read_inputs
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
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.exports.study import takes_no_inputs
from crn2sbml.importers import LoadedNetwork, load_file
from crn2sbml.importers.comparison import node_names
from crn2sbml.neural.dual_rail import ClassLabel
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import check_figure_path, plot_trajectory, save_figure
from crn2sbml.simulate import Simulator, SteadyState, Trajectory
from crn2sbml.theory import settling_time
from crn2sbml.theory.presentation import rounded_up

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 20
# Numbers between these are written with as many places.
_SMALLEST, _LARGEST = 0.1, 1e6
# An answer below so many times the accuracy may be all error.
_ROUGH = 100
# What a column of outputs holds, by the function that is applied to what settles.
_TITLES = {"none": "settles at", "softmax": "probability", "log-softmax": "log probability"}
_AXES = {**_TITLES, "none": "answer"}


@dataclass(frozen=True, slots=True)
class _Files:
    """Where results are written."""

    table: Path | None
    plot: Path | None

    def check(self, force: bool) -> None:
        """Refuse files that cannot be written before any work is done."""
        if self.table is not None:
            check_csv_output(self.table, force)
        if self.plot is not None:
            check_output(self.plot, force)
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
    help="Write a file (.csv). Of a network: a row for each input, with a column for each output, "
    "by its name, the column class if there are classes, and where an input is beyond what the "
    "network was made for, the column outside, which names it. Of another model: time and all "
    "concentrations.",
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
    outside if the network was made for a range (for each input the names of what lies beyond it),
    error_bound (proven, of all nodes) and accuracy (both dimensionless), settled_by (the time by
    which every start is within the accuracy, proven; null where that cannot be) and read_at (the
    time at which the simulation was read, which may be far later), both in the units of the model,
    and units (null where it has none). Of another model: species, final (their concentrations at
    read_at), read_at, points, units and not_a_network (why).
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
        figure = None
        if files.plot is not None:
            figure = plot_trajectory(run.trajectory, run.shown, units=run.units)
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
        figure = None if files.plot is None else _drawn(loaded, simulator, rows[0], course)
    results = _results(loaded, rows, settled)
    settling = _Settling.of(loaded.network, rows, accuracy, loaded.units)
    _print(output, results, settled, settling)
    files.save(results.csv(), figure, output)


def _drawn(loaded: LoadedNetwork, simulator: Simulator, row: Array, course: Course) -> Figure:
    """Draw the outputs over time, in the user's terms."""
    units, names = loaded.units, _headings(loaded)
    one, time = scales(units)
    until = None if course.until is None else course.until / time
    run = simulator.trajectory(row, until, points=course.points or POINTS)
    levels = run.values[:, -loaded.network.widths[-1] :]
    values = levels * one if loaded.codec is None else loaded.decode(levels)
    figure = plot_trajectory(Trajectory(run.times * time, values, tuple(names)), names, units=units)
    if loaded.codec is not None:
        figure.axes[0].set_ylabel(_AXES[loaded.codec.decoder.function])
    return figure


@dataclass(frozen=True, slots=True)
class _Settling:
    """By when every start of every input is within the accuracy, if that can be proved."""

    accuracy: float
    time: float | None
    units: LabUnits | None

    @classmethod
    def of(
        cls, network: NeuralNetwork, rows: Array, accuracy: float, units: LabUnits | None
    ) -> _Settling:
        try:
            times = settling_time(network, rows, accuracy)
        except (InputValueError, SimulationError):
            # Finer than double precision can prove, or too long.
            return cls(accuracy, None, units)
        return cls(accuracy, float(times.max(initial=0.0)) * scales(units)[1], units)

    def distance(self, value: float, digits: int) -> str:
        """Write a dimensionless distance of concentrations in the units of the model."""
        if self.units is None:
            return f"{value:.{digits}g}"
        return f"{value * self.units.concentration:.{digits}g} {self.units.concentration_unit}"

    def __str__(self) -> str:
        within = self.distance(self.accuracy, 6)
        if self.time is None:
            return f"No time by which every start is within {within} can be proved."
        unit = "" if self.units is None else f" {self.units.time_unit}"
        return (
            f"Settled by t = {rounded_up(self.time)}{unit} to within {within}, from every start "
            f"(proven)."
        )


@dataclass(frozen=True, slots=True)
class _Results:
    """What is shown of each input, in the user's terms.

    The classes, the concentrations in the units of the model, and the names of inputs beyond what
    the network was made for are there where there are any.
    """

    names: list[str]
    outputs: list[list[float]]
    title: str
    classes: list[ClassLabel] | None = None
    levels: list[list[float]] | None = None
    outside: list[list[str]] | None = None

    def csv(self) -> str:
        """Return all of it as CSV."""
        headings = list(self.names)
        rows: list[list[ClassLabel]] = [list(row) for row in self.outputs]
        if self.classes is not None:
            headings.append("class")
            rows = [[*row, name] for row, name in zip(rows, self.classes, strict=True)]
        if self.outside is not None and any(self.outside):
            headings.append("outside")
            rows = [[*row, "; ".join(o)] for row, o in zip(rows, self.outside, strict=True)]
        return csv_text(headings, rows)


def _headings(loaded: LoadedNetwork) -> list[str]:
    if loaded.codec is not None:
        return list(loaded.codec.decoder.value_names)
    return node_names(loaded.network)[-1]


def _results(loaded: LoadedNetwork, rows: Array, settled: SteadyState) -> _Results:
    names = _headings(loaded)
    if loaded.codec is None:
        units = loaded.units
        levels = None if units is None else (settled.outputs * units.concentration).tolist()
        return _Results(names, settled.outputs.tolist(), _TITLES["none"], levels=levels)
    encoder, decoder = loaded.codec.encoder, loaded.codec.decoder
    classes = None
    if decoder.classes is not None:
        classes = decoder.classify(settled.outputs).tolist()
    outputs = decoder.decode(settled.outputs).tolist()
    outside = None
    if encoder.ranges is not None:
        inputs = np.array(encoder.value_names)
        outside = [inputs[row].tolist() for row in encoder.outside(encoder.decode(rows))]
    return _Results(names, outputs, _TITLES[decoder.function], classes, outside=outside)


def _rows(loaded: LoadedNetwork, texts: Sequence[str], output: Output) -> Array:
    if texts:
        return loaded.encode(read_inputs(texts, loaded, output.line))
    if loaded.inputs is None:
        raise ConcentrationError(
            "a network file holds no inputs; give them with --input FILE or --input 0.5,1"
        )
    return loaded.inputs[np.newaxis, :]


def _print(output: Output, results: _Results, settled: SteadyState, settling: _Settling) -> None:
    optional = {"classes": results.classes, "outside": results.outside}
    output.result(
        {
            "output_names": results.names,
            "outputs": results.outputs,
            **{key: value for key, value in optional.items() if value is not None},
            "error_bound": settled.error_bound,
            "accuracy": settling.accuracy,
            "settled_by": settling.time,
            "read_at": settled.time * scales(settling.units)[1],
            "units": None if settling.units is None else asdict(settling.units),
        }
    )
    if not output.shows_text:
        return
    _print_table(results, settling.units)
    more = len(results.outputs) - _MOST_ROWS
    if more > 0:
        output.line(f"... and {counted(more, 'more input')}; -o writes them all.")
    output.line(
        f"Settled: every node is within {settling.distance(settled.error_bound, 2)} of its steady "
        f"state (proven)."
    )
    output.line(str(settling))
    largest = max((abs(value) for row in results.outputs for value in row), default=1.0)
    if 0 < largest < _ROUGH * settling.accuracy:
        output.line(
            f"The largest answer is {largest:.2g}, which is small beside the accuracy: give "
            f"--accuracy, or numbers in other units (nM instead of M)."
        )


def _shown(value: float) -> str:
    """Write a number with seven digits, of which small ones have as many as large ones."""
    return f"{value:.6f}" if value == 0 or _SMALLEST <= abs(value) < _LARGEST else f"{value:.7g}"


def _print_table(results: _Results, units: LabUnits | None) -> None:
    rows = [[_shown(value) for value in row] for row in results.outputs[:_MOST_ROWS]]
    if len(rows) == 1:
        columns = [results.names, rows[0]]
        headings = ["output", results.title]
        if results.levels is not None and units is not None:
            headings.append(f"concentration ({units.concentration_unit})")
            columns.append([f"{level:.6g}" for level in results.levels[0]])
        print_table(tuple(headings), zip(*columns, strict=True))
        if results.classes is not None:
            terminal().print(f"Class: {results.classes[0]}")
        return
    named = [[str(number), *row] for number, row in enumerate(rows, start=1)]
    if results.classes is not None:
        named = [[*row, str(name)] for row, name in zip(named, results.classes, strict=False)]
    classes = () if results.classes is None else ("class",)
    print_table(("input", *results.names, *classes), named)
