"""``crn2sbml check --theory``: what can be promised of a model, as a table and as pictures."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from rich.text import Text

from crn2sbml._support.files import file_errors
from crn2sbml.chemistry.crn import Crn
from crn2sbml.cli.common import check_output_folder
from crn2sbml.cli.options import Output, terminal
from crn2sbml.construction.recognise import RecognisedNetwork
from crn2sbml.plots import PICTURES, plot_examination, save_figure
from crn2sbml.theory import Certificate
from crn2sbml.theory.presentation import (
    LEVELS,
    hypothesis_rows,
    property_rows,
    reasons,
    species_columns,
    species_rows,
    times,
)

_MOST_SPECIES = 12


def print_theory(output: Output, certificate: Certificate) -> None:
    """Print the certificate as tables, and the reasons for what is not proved."""
    if not output.shows_text:
        return
    console = terminal()
    lines: list[str | Table] = ["How the paper's definitions are read:"]
    for number, reading in enumerate(certificate.readings, start=1):
        lines.append(f"  {number}. {reading}")
    lines.append(_species(certificate))
    more = len(certificate.dynamic) - _MOST_SPECIES
    if more > 0:
        lines.append(f"... and {more:,} more species; --json has all.")
    lines += [_promises(certificate), *reasons(certificate), *times(certificate)]
    for line in lines:
        console.print(line)


def _species(certificate: Certificate) -> Table:
    # Two lines of a heading leave equations more room.
    columns = species_columns(certificate)
    narrow = (name.replace(" ", "\n") for name in columns[2:])
    table = Table(*columns[:2], *narrow)
    for row in species_rows(certificate, _MOST_SPECIES):
        table.add_row(*row)
    return table


def _promises(certificate: Certificate) -> Table:
    table = Table("Theorem 4.8 asks for", *LEVELS)
    for row in hypothesis_rows(certificate):
        table.add_row(*row)
    table.add_section()
    table.add_row(Text("Definition 4.7: the network", "bold"))
    for name, *verdicts in property_rows(certificate):
        table.add_row(name, *(Text(verdict, "bold") for verdict in verdicts))
    return table


def check_pictures(folder: Path, force: bool) -> None:
    """Refuse a folder for the pictures that cannot be used, before any work is done."""
    check_output_folder(folder, tuple(map(_file_name, PICTURES)), force)


def save_pictures(
    certificate: Certificate,
    crn: Crn,
    recognised: RecognisedNetwork | None,
    folder: Path,
    force: bool,
) -> list[str]:
    """Draw what there is to draw into a folder, and return the names of the files."""
    figures = plot_examination(certificate, crn, recognised)
    if not figures:
        return []
    with file_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    for name, figure in figures.items():
        save_figure(figure, folder / _file_name(name), force)
    return [_file_name(name) for name in figures]


def _file_name(picture: str) -> str:
    return f"{picture}.png"
