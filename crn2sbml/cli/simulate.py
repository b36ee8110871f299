"""``crn2sbml simulate``: run the chemistry of a network on inputs."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from crn2sbml.arrays import Array
from crn2sbml.cli.common import Printer, output_options, read_inputs, workers_option
from crn2sbml.compile import node_id
from crn2sbml.errors import ConcentrationError
from crn2sbml.files import check_output, csv_text, save_text
from crn2sbml.model_files import LoadedNetwork, read_network
from crn2sbml.network import NeuralNetwork
from crn2sbml.plots import check_figure_path, plot_trajectory, save_figure
from crn2sbml.simulate import Simulator, SteadyState

_MOST_ROWS = 20


@click.command(short_help="Run the chemistry of a network.")
@click.argument("network", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "input_text",
    metavar="FILE|NUMBERS",
    help="Inputs, one a row, as a .csv, .txt or .npy file, or numbers with commas. Default: those "
    "in a model file.",
)
@click.option(
    "--accuracy",
    type=float,
    default=1e-6,
    show_default=True,
    help="Largest absolute distance to the steady state, over all nodes.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the outputs to a CSV file."
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Draw the outputs over time for the first input (.png, .svg or .pdf).",
)
@workers_option
@output_options
def simulate(
    network: Path,
    input_text: str | None,
    accuracy: float,
    output: Path | None,
    plot: Path | None,
    workers: int,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run the chemistry of NETWORK until it has settled, and print its outputs.

    NETWORK is a network file (.npz) or a model of one (.xml, .sbml, .ant), which may hold inputs.
    The simulation starts with every node at 1 and stops when it is proven to be within the accuracy
    of its steady state.
    """
    printer = Printer(quiet, as_json)
    for target in (output, plot):
        if target is not None:
            check_output(target, force)
    if plot is not None:
        check_figure_path(plot)
    found = read_network(network)
    loaded = found.network
    rows = _rows(found, input_text)
    with Simulator(loaded, workers, progress=printer.shows_text) as simulator:
        settled = simulator.steady_state(rows, accuracy)
        if plot is not None:
            outputs = _output_ids(loaded)
            figure = plot_trajectory(
                simulator.trajectory(rows[0]),
                outputs,
                dict(zip(outputs, _headings(loaded), strict=True)),
            )
            save_figure(figure, plot, force)
    if output is not None:
        save_text(csv_text(_headings(loaded), settled.outputs.tolist()), output, force)
    _print(printer, loaded, settled)
    for target in (output, plot):
        if target is not None:
            printer.line(f"Wrote {target}.")


def _rows(found: LoadedNetwork, text: str | None) -> Array:
    if text is not None:
        return read_inputs(text, found.network.widths[0])
    if found.inputs is None:
        raise ConcentrationError(
            "a network file holds no inputs; give them with --input FILE or --input 0.5,1"
        )
    return found.inputs[np.newaxis, :]


def _output_ids(network: NeuralNetwork) -> list[str]:
    last = len(network.layers)
    return [node_id(last, number) for number in range(1, network.widths[-1] + 1)]


def _headings(network: NeuralNetwork) -> list[str]:
    return list(network.output_names or _output_ids(network))


def _print(printer: Printer, network: NeuralNetwork, settled: SteadyState) -> None:
    printer.result(
        {
            "output_names": _headings(network),
            "outputs": settled.outputs.tolist(),
            "error_bound": settled.error_bound,
            "time": settled.time,
        }
    )
    if not printer.shows_text:
        return
    rows = [[f"{value:.6f}" for value in row] for row in settled.outputs[:_MOST_ROWS].tolist()]
    if len(rows) == 1:
        table = Table("output", "settles at")
        for name, value in zip(_headings(network), rows[0], strict=True):
            table.add_row(name, value)
    else:
        table = Table("input", *_headings(network))
        for number, row in enumerate(rows, start=1):
            table.add_row(str(number), *row)
    Console().print(table)
    if len(settled.outputs) > _MOST_ROWS:
        printer.line(
            f"... and {len(settled.outputs) - _MOST_ROWS} more inputs; -o writes them all."
        )
    printer.line(
        f"Settled: every node is within {settled.error_bound:.1e} of its steady state (proven)."
    )
