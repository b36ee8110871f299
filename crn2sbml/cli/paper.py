"""``crn2sbml paper``: section 6 of the paper, again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from crn2sbml.cli.options import (
    Output,
    comma_list,
    data_dir_option,
    output_options,
    terminal,
    workers_option,
)
from crn2sbml.examples.paper import Comparison, reproduce_paper
from crn2sbml.examples.paper.parts import PARTS

# Widths of the longest number that the paper prints, and of two words of a verdict.
_PRINTED_DIGITS = 17
_WORD = 14


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("crn2sbml-paper"),
    show_default=True,
    help="Folder for the results.",
)
@comma_list(
    "--only",
    metavar="PARTS",
    help=f"Some parts, with commas between them: {', '.join(PARTS)}.",
)
@click.option(
    "--quick", is_flag=True, help="Train for a few iterations only, to see how it works (a minute)."
)
@data_dir_option
@workers_option
@output_options
def paper(
    folder: Path,
    only: tuple[str, ...],
    quick: bool,
    data_dir: Path | None,
    workers: int,
    output: Output,
) -> None:
    """Run the paper's experiments again and set its numbers beside ours.

    Draws Figures 2-4 and 8-14 (the others are diagrams and sample images) with the data behind
    them, and writes numbers.csv, .md and .html. 'numbers' are the values that section 6 prints with
    all digits, 'seeds' its remark that the smoothed ReLU beats the plain one from other weights.
    The forward passes of Figures 8, 10, 11, 12 and 14 are chemistry in libroadrunner.

    Everything takes about twenty minutes. Figures 8, 9, 10 and 14 and the seeds need MNIST.
    """
    comparisons = reproduce_paper(
        folder,
        only=only or None,
        quick=quick,
        data_dir=data_dir,
        workers=workers,
        overwrite=output.force,
        tell=output.line,
        progress=output.shows_text,
    )
    output.result({"folder": str(folder), "numbers": [asdict(row) for row in comparisons]})
    if output.shows_text and comparisons:
        terminal().print(_table(comparisons))
        for row in comparisons:
            if row.verdict == "differs":
                output.line(f"{row.quantity}: {row.note}.")
    output.line(f"Wrote {folder}; open {folder / 'numbers.html'}.")


def _table(comparisons: list[Comparison]) -> Table:
    table = Table("quantity", box=SIMPLE_HEAD, padding=0)
    # Every printed digit must be seen; words may be broken.
    for name in ("paper", "ours"):
        table.add_column(name, min_width=_PRINTED_DIGITS)
    table.add_column("difference")
    table.add_column("verdict", min_width=_WORD)
    for row in comparisons:
        table.add_row(row.quantity, row.paper, row.ours, row.difference, row.verdict)
    return table
