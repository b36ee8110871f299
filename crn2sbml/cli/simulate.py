"""``crn2sbml simulate``: run the chemistry of a network on inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output, csv_text, save_text
from crn2sbml.cli.common import (
    read_inputs,
)
from crn2sbml.cli.options import Output, input_option, output_options, workers_option
from crn2sbml.construction.labels import node_id
from crn2sbml.errors import ConcentrationError
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.plots import check_figure_path, plot_trajectory, save_figure
from crn2sbml.simulate import Simulator, SteadyState

_MOST_ROWS = 20


@click.command()
@click.argument("network", type=click.Path(path_type=Path))
@input_option(
    "Inputs, one a row, as a table (.csv, .tsv, .txt, .xlsx, .parquet, .npy) or numbers with commas; again for more. "
    "Default: those in a model file.",
)
@click.option(
    "--accuracy",
    type=float,
    default=1e-6,
    show_default=True,
    help="Largest absolute distance to the steady state, over all nodes.",
)
@click.option(
    "-o",
    "--output",
    "table",
    type=click.Path(path_type=Path),
    help="Write the outputs to a CSV file.",
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
    input_texts: Sequence[str],
    accuracy: float,
    table: Path | None,
    plot: Path | None,
    workers: int,
    output: Output,
) -> None:
    """Run the chemistry of NETWORK until it has settled, and print its outputs.

    NETWORK is a network file (.npz), ONNX (.onnx), or a model of one (.xml, .sbml, .ant), which may
    hold inputs. Inputs and outputs of a network that was imported are in the original's terms.
    The simulation starts with every node at 1 and stops when it is proven to be within the accuracy
    of its steady state.
    """
    for target in (table, plot):
        if target is not None:
            check_output(target, output.force)
    if plot is not None:
        check_figure_path(plot)
    loaded = LoadedNetwork.load(network)
    rows = _rows(loaded, input_texts, output)
    with Simulator(loaded.network, workers, progress=output.shows_text) as simulator:
        settled = simulator.steady_state(rows, accuracy)
        if plot is not None:
            outputs = _output_ids(loaded.network)
            figure = plot_trajectory(
                simulator.trajectory(rows[0]),
                outputs,
                dict(zip(outputs, loaded.network.output_names or outputs, strict=True)),
            )
            save_figure(figure, plot, output.force)
    results = _results(loaded, settled)
    if table is not None:
        save_text(csv_text(results.headings, results.table), table, output.force)
    _print(output, results, settled)
    for target in (table, plot):
        if target is not None:
            output.line(f"Wrote {target}.")


@dataclass(frozen=True, slots=True)
class _Results:
    """What is shown of each input: outputs in the user's terms, and the class if there are any."""

    headings: list[str]
    outputs: list[list[float]]
    classes: list[str] | None

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
    if decoder.classes is None:
        return _Results(headings, outputs, None)
    classes = [str(name) for name in decoder.classify(settled.outputs)]
    return _Results([*headings, "class"], outputs, classes)


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


def _print(output: Output, results: _Results, settled: SteadyState) -> None:
    classes = {} if results.classes is None else {"classes": results.classes}
    output.result(
        {
            "output_names": results.headings[: len(results.outputs[0])] if results.outputs else [],
            "outputs": results.outputs,
            **classes,
            "error_bound": settled.error_bound,
            "time": settled.time,
        }
    )
    if not output.shows_text:
        return
    rows = [
        [cell if isinstance(cell, str) else f"{cell:.6f}" for cell in row]
        for row in results.table[:_MOST_ROWS]
    ]
    if len(rows) == 1:
        table = Table("output", "settles at")
        for name, value in zip(results.headings, rows[0], strict=True):
            table.add_row(name, value)
    else:
        table = Table("input", *results.headings)
        for number, row in enumerate(rows, start=1):
            table.add_row(str(number), *row)
    Console().print(table)
    if len(results.outputs) > _MOST_ROWS:
        output.line(f"... and {len(results.outputs) - _MOST_ROWS} more inputs; -o writes them all.")
    output.line(
        f"Settled: every node is within {settled.error_bound:.1e} of its steady state (proven)."
    )
