"""``crn2sbml diff``: what differs between two models."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from crn2sbml._support.words import counted
from crn2sbml.cli.options import Output, output_options
from crn2sbml.importers import compare, load_file

_MOST_LINES = 40
_EXIT_DIFFERENT = 1


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option(
    "--tolerance",
    type=float,
    default=1e-12,
    show_default=True,
    help="Numbers are the same that differ by less than this share of them, as other programs "
    "write fewer digits; 0 for every bit.",
)
@click.option("--all", "everything", is_flag=True, help="List everything, however long it is.")
@output_options
def diff(first: Path, second: Path, tolerance: float, everything: bool, output: Output) -> None:
    """Say what was edited: how SECOND differs from FIRST.

    Each is a network file (.npz), a folder that train wrote, ONNX (.onnx), or a model (.xml, .sbml,
    .ant, .omex, .cps). Networks are compared weight by weight: weights, biases, h, decay, edges,
    names, what inputs and outputs mean, laboratory units, and, between models, the encoding and the
    inputs in them.
    If one is no network, models are compared reaction by reaction.

    The exit code is 0 if they are the same, 1 if they differ, and 2 if one cannot be read. --json:
    differences, each with kind, what, before and after, of which one is null where something was
    added or removed.
    """
    sources = load_file(first), load_file(second)
    found = compare(*sources, tolerance)
    for source in sources:
        if source.network is None:
            output.line(f"{source.path} computes no neural network: {source.reason}.")
    shown = found if everything else found[:_MOST_LINES]
    for difference in shown:
        output.line(str(difference))
    if len(found) > len(shown):
        output.line(f"... and {len(found) - len(shown):,} more; --all lists them.")
    output.line(f"{counted(len(found), 'difference')}.")
    output.result({"differences": [asdict(difference) for difference in found]})
    if found:
        sys.exit(_EXIT_DIFFERENT)
