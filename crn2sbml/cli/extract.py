"""``crn2sbml extract``: a model file becomes the network again."""

from __future__ import annotations

from pathlib import Path

import click

from crn2sbml._support.files import check_output
from crn2sbml.cli.common import Printer, output_options
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.formats.files import NETWORK_ENDING, check_model_ending
from crn2sbml.importers import LoadedNetwork


@click.command(short_help="Recover the network from a model file.")
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Network file to write (.npz).",
)
@output_options
def extract(model: Path, output: Path, force: bool, quiet: bool, as_json: bool) -> None:
    """Recover the neural network that MODEL (.xml, .sbml, .ant) computes, as a network file.

    Numbers come from the model as it is, also where somebody has edited it.
    """
    printer = Printer(quiet, as_json)
    check_model_ending(model)
    if output.suffix.lower() != NETWORK_ENDING:
        raise FileError(f"cannot write {output}: the name of a network file ends in .npz")
    check_output(output, force)
    loaded = LoadedNetwork.load(model)
    if loaded.encoding == "folded":
        raise UnsupportedError(
            f"{model} is folded: its inputs and the weights of the first layer have become "
            f"constants and cannot be told apart any more; extract from another encoding"
        )
    loaded.save(output, force)
    printer.line(f"Wrote {output}: {loaded.network!r}, from the {loaded.encoding} encoding.")
    printer.result(
        {
            "output": str(output),
            "encoding": loaded.encoding,
            "widths": list(loaded.network.widths),
        }
    )
