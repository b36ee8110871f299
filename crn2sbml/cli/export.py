"""``crn2sbml export``: a model or network in the files of other people's tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import click

from crn2sbml.cli.common import (
    Printer,
    check_output_folder,
    lab_units,
    lab_units_options,
    output_options,
    read_one_input,
)
from crn2sbml.compile import Encoding, compile_network
from crn2sbml.crn import Crn
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.exports import (
    save_csv_tables,
    save_markdown_tables,
    save_nuskell,
    save_reaction_list,
    save_xlsx_tables,
)
from crn2sbml.formats import save_antimony, save_sbml
from crn2sbml.model_files import MODEL_ENDINGS, load_crn, read_network
from crn2sbml.units import LabUnits

_Save = Callable[[Crn, Path, bool, LabUnits | None], object]

# What each format is called on the command line, the ends of its files, and what writes it.
_FORMATS: dict[str, tuple[tuple[str, ...], _Save]] = {
    "sbml": (
        (".xml",),
        lambda crn, path, force, units: save_sbml(crn, path, force, units=units),
    ),
    "antimony": (
        (".ant",),
        lambda crn, path, force, units: save_antimony(crn, path, force, units=units),
    ),
    "csv": (("_species.csv", "_reactions.csv"), save_csv_tables),
    "markdown": ((".md",), save_markdown_tables),
    "xlsx": ((".xlsx",), save_xlsx_tables),
    "reactions": ((".txt",), save_reaction_list),
    "nuskell": ((".crn",), save_nuskell),
}


@click.command(short_help="Write a model in the files of other tools.")
@click.argument("source", metavar="MODEL_OR_NETWORK", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "formats",
    multiple=True,
    required=True,
    type=click.Choice(list(_FORMATS)),
    help="What to write; give it several times for several formats.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder for the files."
)
@click.option("--name", help="Start of the names of the files. Default: that of the source.")
@click.option(
    "--encoding",
    type=click.Choice(get_args(Encoding)),
    help="Of a network: weights as enzymes, absorbed into rate constants, or folded with the "
    "inputs. Default: enzymatic; a model stays as it is.",
)
@click.option(
    "--input",
    "input_text",
    metavar="FILE|NUMBERS",
    help="One data point for a network, as a file or as numbers with commas.",
)
@lab_units_options
@output_options
def export(
    source: Path,
    formats: tuple[str, ...],
    output: Path,
    name: str | None,
    encoding: Encoding | None,
    input_text: str | None,
    concentration: str | None,
    time_text: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Write MODEL_OR_NETWORK in the files of other people's tools.

    The source is a network file (.npz) or any mass-action model (.xml, .sbml, .ant).
    """
    printer = Printer(quiet, as_json)
    units = lab_units(concentration, time_text)
    chosen = tuple(dict.fromkeys(formats))
    stem = name or source.stem
    if Path(stem).name != stem:
        raise FileError(f"--name {stem!r} is a path; name the folder with -o")
    files = {kind: [f"{stem}{ending}" for ending in _FORMATS[kind][0]] for kind in chosen}
    check_output_folder(output, tuple(file for found in files.values() for file in found), force)
    crn = _source(source, encoding, input_text)
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make {output}: {error.strerror or error}") from error
    for kind in chosen:
        endings, save = _FORMATS[kind]
        # The tables of CSV are two files beside each other.
        path = output / f"{stem}{endings[0] if len(endings) == 1 else '.csv'}"
        save(crn, path, force, units)
        printer.line(f"Wrote {' and '.join(files[kind])} to {output}.")
    printer.result({"folder": str(output), "files": files})


def _source(source: Path, encoding: Encoding | None, input_text: str | None) -> Crn:
    """Return a model as it is, or compile a network."""
    if source.suffix.lower() in MODEL_ENDINGS and encoding is None and input_text is None:
        return load_crn(source)
    loaded = read_network(source)
    if loaded.encoding == "folded" and encoding in ("enzymatic", "absorbed"):
        raise UnsupportedError(
            f"{source} is folded: the weights of its first layer are gone, so that it cannot "
            f"become {encoding}; leave --encoding out"
        )
    inputs = loaded.inputs
    if input_text is not None:
        inputs = read_one_input(input_text, loaded.network.widths[0])
    return compile_network(loaded.network, encoding or "enzymatic", inputs)
