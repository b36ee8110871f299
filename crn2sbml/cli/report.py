"""``crn2sbml report``: a page about a model, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output
from crn2sbml.chemistry.crn import Crn
from crn2sbml.cli.common import (
    Printer,
    check_encoding,
    encoding_option,
    input_option,
    lab_units,
    lab_units_options,
    output_options,
    read_inputs,
)
from crn2sbml.construction.origin import Encoding
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.formats.files import MODEL_ENDINGS, load_crn
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.report import save_report

_ENDINGS = (".html", ".htm")


@click.command(short_help="Write a page about a model: one HTML file for anybody.")
@click.argument("source", metavar="MODEL_OR_NETWORK", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write, which ends in .html.",
)
@input_option(
    "Up to 12 inputs, one a row, as a .csv, .txt or .npy file, or numbers with commas; again "
    "for more. Default: those in a model file.",
)
@click.option("--title", help="Of the page. Default: the shape of the network.")
@click.option(
    "--accuracy",
    type=float,
    default=1e-3,
    show_default=True,
    help="The distance to the steady state that counts as settled.",
)
@encoding_option
@lab_units_options
@output_options
def report(
    source: Path,
    output: Path,
    input_texts: Sequence[str],
    title: str | None,
    accuracy: float,
    encoding: Encoding | None,
    concentration: str | None,
    time_text: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Write a page about MODEL_OR_NETWORK for people who have never heard of this program.

    It says what the model computes, draws the network, simulates it, proves what can be promised,
    lists all species and reactions, and holds the files for other tools. It needs no network.

    The source is a network file (.npz), ONNX (.onnx), or any mass-action model (.xml, .sbml, .ant).
    """
    printer = Printer(quiet, as_json)
    if output.suffix.lower() not in _ENDINGS:
        raise FileError(f"{output} is to be a page; use a name that ends in .html")
    check_output(output, force)
    units = lab_units(concentration, time_text)
    model, inputs = _read(source, encoding, input_texts)
    found = save_report(
        model,
        output,
        force,
        inputs,
        encoding=encoding or "enzymatic",
        title=title,
        units=units,
        accuracy=accuracy,
    )
    printer.line(f"Wrote {output}; open it in any browser.")
    for file in found.left_out:
        printer.line(f"  It does not hold {file}.")
    printer.result({"output": str(output), "left_out": list(found.left_out)})


def _read(
    source: Path, encoding: Encoding | None, input_texts: Sequence[str]
) -> tuple[NeuralNetwork | Crn, Array | None]:
    """Return a model as it is, or a network, and the inputs to show."""
    if source.suffix.lower() in MODEL_ENDINGS and encoding is None:
        crn = load_crn(source)
        if not input_texts:
            return crn, None
        try:
            loaded = LoadedNetwork.from_crn(crn, source)
        except UnsupportedError as error:
            raise UnsupportedError(f"{error}; leave --input out") from error
        return crn, loaded.encode(read_inputs(input_texts, loaded.input_count))
    loaded = LoadedNetwork.load(source)
    check_encoding(loaded, encoding, source)
    rows = loaded.inputs if loaded.inputs is None else loaded.inputs[np.newaxis]
    if input_texts:
        rows = loaded.encode(read_inputs(input_texts, loaded.input_count))
    if loaded.codec is None or rows is None or encoding == "folded":
        return loaded.network, rows
    # So that the page's files say what inputs and outputs mean.
    crn = replace(loaded, inputs=rows[0]).compile(encoding or "enzymatic")
    return crn, rows
