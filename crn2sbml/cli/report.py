"""``crn2sbml report``: a page about a model, as one HTML file."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import click
import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.cli.common import (
    check_encoding,
    read_inputs,
)
from crn2sbml.cli.options import (
    Output,
    Source,
    encoding_option,
    gather,
    input_option,
    lab_units_options,
    output_options,
    source_argument,
)
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.formats.files import MODEL_ENDINGS, load_crn, model_file
from crn2sbml.importers import LoadedNetwork
from crn2sbml.report import save_report

_ENDINGS = (".html", ".htm")
# More have more corners than a page shows inputs.
_MOST_IN_ALL_WAYS = 3


@click.command()
@source_argument
@click.option(
    "-o",
    "--output",
    "page",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write, which ends in .html.",
)
@input_option(
    "Up to 12 inputs, one a row, as a table (.csv, .tsv, .txt, .xlsx, .parquet, .npy) or numbers "
    "with commas; again for more. Default: those in a model file; of a network, all 0 and all 1, "
    "and what is between them where there are few inputs.",
)
@click.option("--title", help="Of the page. Default: the shape of the network.")
@click.option(
    "--accuracy",
    type=float,
    help="The distance to the steady state that counts as settled. Default: 1e-3, or 1e-3 of the "
    "largest output where all are small.",
)
@encoding_option
@lab_units_options
@output_options
@gather("source", Source)
def report(
    source: Source,
    page: Path,
    title: str | None,
    accuracy: float | None,
    units: LabUnits | None,
    output: Output,
) -> None:
    """Write a page about MODEL_OR_NETWORK for people who have never heard of this program.

    It says what the model computes, draws the network, simulates it, proves what can be promised,
    lists all species and reactions, and holds the files for other tools. It needs no network.

    The source is a network file (.npz), a folder that train wrote, ONNX (.onnx), or any mass-action
    model (.xml, .sbml, .ant, .omex, .cps).
    """
    if page.suffix.lower() not in _ENDINGS:
        raise FileError(f"{page} is to be a page; use a name that ends in .html")
    check_output(page, output.force)
    model, inputs = _read(source, output)
    content = save_report(
        model,
        page,
        output.force,
        inputs,
        encoding=source.encoding or "enzymatic",
        title=title,
        units=units,
        accuracy=accuracy,
    )
    output.line(f"Wrote {page}; open it in any browser.")
    for file in content.left_out:
        output.line(f"  It does not hold {file}.")
    output.result({"output": str(page), "left_out": list(content.left_out)})


def _read(source: Source, output: Output) -> tuple[LoadedNetwork | Crn, Array | None]:
    """Return a model as it is, or a network, and the inputs to show."""
    path, texts = model_file(source.path), source.input_texts
    if path.suffix.lower() in MODEL_ENDINGS and source.encoding is None:
        crn = load_crn(path)
        if not texts:
            return crn, None
        try:
            loaded = LoadedNetwork.from_crn(crn, path)
        except UnsupportedError as error:
            raise UnsupportedError(f"{error}; leave --input out") from error
        return crn, loaded.encode(read_inputs(texts, loaded, output.line))
    loaded = LoadedNetwork.load(path)
    check_encoding(loaded, source.encoding, path)
    if texts:
        return loaded, read_inputs(texts, loaded, output.line)
    if loaded.inputs is None and source.encoding != "folded":
        output.line("No inputs were given: the page shows 0 and 1 of each; --input gives others.")
        return loaded, _corners(loaded.input_count)
    return loaded, None


def _corners(width: int) -> Array:
    """Return inputs to show where none are given: 0 and 1 in all ways, or all 0 and all 1."""
    if width <= _MOST_IN_ALL_WAYS:
        return np.array(list(product((0.0, 1.0), repeat=width)))
    return np.array([np.zeros(width), np.ones(width)])
