"""``crn2sbml extract``: a model file becomes the network again."""

from __future__ import annotations

from pathlib import Path

import click

from crn2sbml._support.files import check_output
from crn2sbml.cli.options import Output, output_options
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.formats.files import NETWORK_ENDING, check_model_ending, model_file
from crn2sbml.importers import LoadedNetwork


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    help="Network file to write (.npz).",
)
@output_options
def extract(model: Path, path: Path, output: Output) -> None:
    """Recover the neural network that a model computes, as a network file.

    MODEL is any file of it (.xml, .sbml, .ant, .omex, .cps). Numbers come from the model as it is,
    also where somebody has edited it.
    """
    check_model_ending(model_file(model))
    if path.suffix.lower() != NETWORK_ENDING:
        raise FileError(f"cannot write {path}: the name of a network file ends in .npz")
    check_output(path, output.force)
    loaded = LoadedNetwork.load(model)
    if loaded.encoding == "folded":
        raise UnsupportedError(
            f"{model} is folded: its inputs and the weights of the first layer have become "
            f"constants and cannot be told apart any more; extract from another encoding"
        )
    loaded.save(path, output.force)
    output.line(f"Wrote {path}: {loaded.network!r}, from the {loaded.encoding} encoding.")
    output.result(
        {
            "output": str(path),
            "encoding": loaded.encoding,
            "widths": list(loaded.network.widths),
        }
    )
