"""``crn2sbml demo``: the main job from end to end."""

from __future__ import annotations

from pathlib import Path

import click

from crn2sbml.cli.options import Output, output_options, workers_option
from crn2sbml.examples.demo import ROUNDS, DemoReport, run_demo


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("crn2sbml-demo"),
    show_default=True,
    help="Folder to make.",
)
@click.option("--rounds", type=click.IntRange(min=1), default=ROUNDS, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of all randomness.")
@workers_option
@output_options
def demo(folder: Path, rounds: int, seed: int, workers: int, output: Output) -> None:
    """Train a network on real handwritten digits, with chemistry as its forward pass.

    Takes well under a minute. Writes the trained model as SBML and Antimony, and pictures, to a
    folder.
    """
    report = run_demo(
        folder,
        seed=seed,
        rounds=rounds,
        workers=workers,
        overwrite=output.force,
        tell=output.line,
        progress=output.shows_text,
    )
    output.result({"folder": str(folder), **report.to_dict()})
    for line in _lines(report, folder):
        output.line(line)


def _lines(report: DemoReport, folder: Path) -> list[str]:
    total = report.held_out_examples
    return [
        "",
        f"Correct on {total} held-out digits",
        f"  closed form  {100 * report.closed_form_accuracy:.1f}%   "
        f"{report.closed_form_seconds:.3f} s",
        f"  chemistry    {100 * report.chemistry_accuracy:.1f}%   {report.chemistry_seconds:.3f} s",
        f"Same digit from both: {report.same_decisions} of {total}; outputs differ by at most "
        f"{report.largest_difference:.1e} (proven: {report.error_bound:.1e}).",
        f"Training with roadrunner in the loop: {report.training_runs:,} simulations in "
        f"{report.training_seconds:.1f} s; models and pictures: {report.files_seconds:.1f} s.",
        f"Open {folder / 'trajectories.png'}, or load {folder / 'digits_absorbed.xml'} in COPASI.",
    ]
