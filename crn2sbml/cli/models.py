"""``crn2sbml models``: the example models as files."""

from __future__ import annotations

from pathlib import Path

import click

from crn2sbml.cli.common import Printer, check_output_folder, output_options
from crn2sbml.examples.models import example_file_names, write_example_models


@click.command(short_help="Write example models: an edge, exclusive or, iris, digits.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder to make.",
)
@output_options
def models(output: Path, force: bool, quiet: bool, as_json: bool) -> None:
    """Write example models with a page about them.

    Each is there as SBML in two encodings, as Antimony and as a COMBINE archive.
    """
    printer = Printer(quiet, as_json)
    check_output_folder(output, example_file_names(), force)
    names = write_example_models(output, force)
    if len(names) < len(example_file_names()):
        printer.line("Without COMBINE archives (.omex), which need pip install 'crn2sbml[omex]'.")
    printer.line(f"Wrote {len(names)} files to {output}; {output / names[0]} says what they are.")
    printer.result({"folder": str(output), "files": names})
