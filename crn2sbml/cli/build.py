"""``crn2sbml build``: a network becomes a model file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from crn2sbml._support.files import check_output
from crn2sbml._support.words import counted
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.units import LabRanges, bench_values, in_lab_units
from crn2sbml.cli.common import read_one_input
from crn2sbml.cli.options import (
    Output,
    answers_option,
    input_option,
    lab_units_options,
    output_options,
)
from crn2sbml.construction.origin import Encoding
from crn2sbml.formats.files import WRITTEN_ENDINGS, check_model_ending, save_crn
from crn2sbml.formats.sbml.write import LEVEL_VERSIONS
from crn2sbml.importers import LoadedNetwork


@click.command()
@click.argument("network", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write: .xml or .sbml for SBML, .ant for Antimony.",
)
@click.option(
    "--encoding",
    type=click.Choice(get_args(Encoding)),
    default="enzymatic",
    show_default=True,
    help="Weights as enzymes (enzymatic, the paper's Table 1), in rate constants (absorbed: fewer "
    "species, for COPASI), or with the inputs in them (folded: one data point, the smallest).",
)
@input_option(
    "One data point, as a file or as numbers with commas. Default: those in a model file, or "
    "all 0.",
)
@click.option(
    "--level-version",
    type=click.Choice(LEVEL_VERSIONS, case_sensitive=False),
    default=LEVEL_VERSIONS[0],
    show_default=True,
    help="Level and Version of SBML.",
)
@answers_option
@lab_units_options
@output_options
def build(
    network: Path,
    path: Path,
    encoding: Encoding,
    input_texts: Sequence[str],
    level_version: str,
    answers: bool,
    units: LabUnits | None,
    output: Output,
) -> None:
    """Write the reaction network of NETWORK as SBML or Antimony.

    NETWORK is a network file (.npz), a folder that train wrote, a model of a network (.xml, .sbml,
    .ant, .omex, .cps), or ONNX (.onnx).
    """
    check_model_ending(path, WRITTEN_ENDINGS)
    check_output(path, output.force)
    loaded = LoadedNetwork.load(network)
    one_input = read_one_input(input_texts, loaded, output.line) if input_texts else None
    crn = in_lab_units(loaded.compile(encoding, one_input), units)
    save_crn(crn, path, output.force, level_version=level_version, answers=answers)
    output.line(f"Wrote {path}: {_counts(crn)}, {encoding} encoding of {loaded.network!r}.")
    if one_input is None and loaded.inputs is None:
        output.line("Its inputs are 0, as none were given: set them in the file, or give --input.")
    values = bench_values(crn)
    for line in _bench_lines(values, crn.units):
        output.line(line)
    output.result(
        {
            "output": str(path),
            "encoding": encoding,
            "dynamic_species": len(crn.dynamic_species),
            "enzymatic_species": len(crn.enzymatic_species),
            "reactions": len(crn.reactions),
            "units": None if crn.units is None else asdict(crn.units),
            "bench": {**asdict(values), "dynamic_range": values.dynamic_range},
        }
    )


def _bench_lines(values: LabRanges, units: LabUnits | None) -> Iterator[str]:
    """Say what a bench wants to know."""
    if values.concentrations is not None:
        smallest, largest = values.concentrations
        unit = "" if units is None else f" {units.concentration_unit}"
        yield (
            f"Concentrations above 0: {smallest:.4g} to {largest:.4g}{unit}, a range of "
            f"{values.dynamic_range:.3g}."
        )
    for order, (smallest, largest) in values.rate_constants.items():
        unit = "" if units is None else f" {units.rate_constant_unit(order)}"
        size = f"{smallest:.4g}" if smallest == largest else f"{smallest:.4g} to {largest:.4g}"
        yield f"Rate constants of order {order}: {size}{unit}."
    yield f"Highest reaction order: {values.highest_order}."


def _counts(crn: Crn) -> str:
    return (
        f"{len(crn.dynamic_species):,} dynamic and {len(crn.enzymatic_species):,} "
        f"enzymatic species, "
        f"{counted(len(crn.reactions), 'reaction')}"
    )
