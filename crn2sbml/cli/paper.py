"""``crn2sbml paper``: section 6 of the paper, again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crn2sbml.cli.common import Printer, data_dir_option, output_options, workers_option
from crn2sbml.examples.paper import Comparison, reproduce_paper
from crn2sbml.examples.paper.parts import PARTS

# Widths of the longest number that the paper prints, and of two words of a verdict.
_PRINTED_DIGITS = 17
_WORD = 14


@click.command(short_help="Reproduce the paper's figures and numbers.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("crn2sbml-paper"),
    show_default=True,
    help="Folder for the results.",
)
@click.option(
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
    output: Path,
    only: str | None,
    quick: bool,
    data_dir: Path | None,
    workers: int,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run the paper's experiments again and set its numbers beside ours.

    Draws Figures 2-4 and 8-14 (the others are diagrams and sample images) with the data behind
    them, and writes numbers.csv, .md and .html. 'numbers' are the values that section 6 prints with
    all digits, 'seeds' its remark that the smoothed ReLU beats the plain one from other weights.
    The forward passes of Figures 8, 10, 11, 12 and 14 are chemistry in libroadrunner.

    Everything takes about twenty minutes. Figures 8, 9, 10 and 14 and the seeds need MNIST.
    """
    printer = Printer(quiet, as_json)
    comparisons = reproduce_paper(
        output,
        only=None if only is None else [name.strip() for name in only.split(",") if name.strip()],
        quick=quick,
        data_dir=data_dir,
        workers=workers,
        overwrite=force,
        tell=printer.line,
        progress=printer.shows_text,
    )
    printer.result({"folder": str(output), "numbers": [asdict(row) for row in comparisons]})
    if printer.shows_text and comparisons:
        Console().print(_table(comparisons))
        for row in comparisons:
            if row.verdict == "differs":
                printer.line(f"{row.quantity}: {row.note}.")
    printer.line(f"Wrote {output}; open {output / 'numbers.html'}.")


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
