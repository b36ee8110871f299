"""``crn2sbml build``: a network becomes a model file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from crn2sbml._support.files import check_output
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import LabRanges, LabUnits, bench_values, in_lab_units
from crn2sbml.cli.common import (
    Printer,
    input_option,
    lab_units,
    lab_units_options,
    output_options,
    read_one_input,
)
from crn2sbml.construction.origin import Encoding
from crn2sbml.formats.files import check_model_ending, save_crn
from crn2sbml.formats.sbml.write import LEVEL_VERSIONS
from crn2sbml.importers import LoadedNetwork

_LEVELS = {f"L{level}V{version}": (level, version) for level, version in LEVEL_VERSIONS}


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
@input_option(
    "One data point, as a file or as numbers with commas. Default: those in a model file, or "
    "all 0.",
)
@click.option(
    "--level-version",
    type=click.Choice(list(_LEVELS), case_sensitive=False),
    default=next(iter(_LEVELS)),
    show_default=True,
    help="Level and Version of SBML.",
)
@lab_units_options
@output_options
def build(
    network: Path,
    output: Path,
    encoding: Encoding,
    input_texts: Sequence[str],
    level_version: str,
    concentration: str | None,
    time_text: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Write the reaction network of NETWORK as SBML or Antimony.

    NETWORK is a network file (.npz), a model of one (.xml, .sbml, .ant), or ONNX (.onnx).
    """
    printer = Printer(quiet, as_json)
    check_model_ending(output)
    check_output(output, force)
    units = lab_units(concentration, time_text)
    loaded = LoadedNetwork.load(network)
    one_input = read_one_input(input_texts, loaded.input_count) if input_texts else None
    crn = loaded.compile(encoding, one_input)
    save_crn(crn, output, force, level_version=_LEVELS[level_version], units=units)
    printer.line(f"Wrote {output}: {_counts(crn)}, {encoding} encoding of {loaded.network!r}.")
    values = bench_values(in_lab_units(crn, units))
    for line in _bench_lines(values, units):
        printer.line(line)
    printer.result(
        {
            "output": str(output),
            "encoding": encoding,
            "dynamic_species": len(crn.dynamic_species),
            "enzymatic_species": len(crn.enzymatic_species),
            "reactions": len(crn.reactions),
            "units": None if units is None else asdict(units),
            "bench": {**asdict(values), "dynamic_range": values.dynamic_range},
        }
    )


def _bench_lines(values: LabRanges, units: LabUnits | None) -> Iterator[str]:
    """Say which concentrations and rate constants a laboratory would have to realise."""
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
        f"{len(crn.reactions):,} reactions"
    )
