"""``crn2sbml build``: a network becomes a model file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from crn2sbml.cli.common import Printer, output_options, read_one_input
from crn2sbml.compile import Encoding, compile_network
from crn2sbml.crn import Crn
from crn2sbml.errors import FileError
from crn2sbml.files import check_output
from crn2sbml.formats import save_antimony, save_sbml
from crn2sbml.network import NeuralNetwork

_WRITERS = {".xml": save_sbml, ".sbml": save_sbml, ".ant": save_antimony}


@click.command(short_help="Write a network as SBML or Antimony.")
@click.argument("network", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write: .xml or .sbml for SBML, .ant for Antimony.",
)
@click.option(
    "--encoding",
    type=click.Choice(get_args(Encoding)),
    default="enzymatic",
    show_default=True,
    help="Weights as enzymes (Table 1), absorbed into rate constants, or folded with the inputs.",
)
@click.option(
    "--input",
    "input_text",
    metavar="FILE|NUMBERS",
    help="One data point, as a file or as numbers with commas. Default: all inputs 0.",
)
@output_options
def build(
    network: Path,
    output: Path,
    encoding: Encoding,
    input_text: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Write the reaction network of NETWORK (.npz) as SBML or Antimony."""
    printer = Printer(quiet, as_json)
    if output.suffix.lower() not in _WRITERS:
        raise FileError(
            f"cannot tell the format of {output}: use a name that ends in {', '.join(_WRITERS)}"
        )
    check_output(output, force)
    loaded = NeuralNetwork.load(network)
    inputs = None if input_text is None else read_one_input(input_text, loaded.widths[0])
    crn = compile_network(loaded, encoding, inputs)
    _WRITERS[output.suffix.lower()](crn, output, force)
    printer.line(f"Wrote {output}: {_counts(crn)}, {encoding} encoding of {loaded!r}.")
    printer.result(
        {
            "output": str(output),
            "encoding": encoding,
            "dynamic_species": len(crn.dynamic_species),
            "enzymatic_species": len(crn.enzymatic_species),
            "reactions": len(crn.reactions),
        }
    )


def _counts(crn: Crn) -> str:
    return (
        f"{len(crn.dynamic_species):,} dynamic and {len(crn.enzymatic_species):,} "
        f"enzymatic species, "
        f"{len(crn.reactions):,} reactions"
    )
