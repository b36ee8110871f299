"""``crn2sbml models``: the example models as files."""

from __future__ import annotations

from pathlib import Path

import click

from crn2sbml.cli.common import check_output_folder
from crn2sbml.cli.options import Output, output_options
from crn2sbml.examples.models import example_file_names, write_example_models


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder to make.",
)
@output_options
def models(folder: Path, output: Output) -> None:
    """Write example models with a page about them.

    Each is there as SBML in two encodings, as Antimony and as a COMBINE archive.
    """
    check_output_folder(folder, example_file_names(), output.force)
    names = write_example_models(folder, output.force)
    if len(names) < len(example_file_names()):
        output.line("Without COMBINE archives (.omex), which need pip install 'crn2sbml[omex]'.")
    output.line(f"Wrote {len(names)} files to {folder}; {folder / names[0]} says what they are.")
    output.result({"folder": str(folder), "files": names})
