"""``crn2sbml check``: what a model file is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from crn2sbml.chemistry.crn import Crn
from crn2sbml.cli.options import Output, output_options
from crn2sbml.cli.theory import check_pictures, print_theory, save_pictures
from crn2sbml.errors import InputValueError
from crn2sbml.formats.files import model_file
from crn2sbml.formats.inspection import Inspection, inspect_model, largest_order
from crn2sbml.formats.sbml.validate import MOST_REACTIONS_IN_FULL, Finding
from crn2sbml.theory import examine

_MOST_LISTED = 8
_MOST_NOTES = 20
_EXIT_FINDINGS = 1
# What libsbml finds strange, but which changes nothing that a model computes.
_MILD = ("warning", "informational")
_CHECKS = {
    "full": "libsbml, all checks",
    "cheap": f"libsbml, without units and general consistency, which take too long above "
    f"{MOST_REACTIONS_IN_FULL:,} reactions",
    "none": "libsbml checks SBML only",
}


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--theory",
    "with_theory",
    is_flag=True,
    help="Certify the model: one steady state, reached exponentially fast, from infinity?",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option(
    "--accuracy",
    type=float,
    default=1e-3,
    show_default=True,
    help="With --theory: the distance to the steady state that counts as settled.",
)
@click.option(
    "--plots",
    type=click.Path(path_type=Path),
    help="With --theory: folder for pictures of the activation, of a phase line and of the proven "
    "settling time against runs.",
)
@output_options
def check(
    model: Path,
    with_theory: bool,
    accuracy: float,
    plots: Path | None,
    strict: bool,
    output: Output,
) -> None:
    """Say what MODEL (.xml, .sbml, .ant, .omex, .cps) is, whoever wrote it.

    Whether it holds a neural network, and in which encoding; whether its laws are of mass action;
    which species are dynamic, enzymatic and buffered; what libsbml's consistency checks find. The
    exit code is 0, also with warnings (unless --strict), 1 if an error is found, or 2 if the file
    cannot be read.

    With --theory, what is proved of it from its reactions alone: that it has one steady state, that
    this is reached from every start, exponentially fast, even from infinity; or which species and
    reaction break that. The exit code is then 1 also if something is refuted or unknown.
    """
    if plots is not None:
        if not with_theory:
            raise InputValueError("--plots draws what --theory finds; give both")
        check_pictures(plots, output.force)
    inspection = inspect_model(model_file(model))
    crn = inspection.crn
    theory = None
    if with_theory and crn is not None:
        theory = examine(crn, accuracy)
    for line in _lines(inspection):
        output.line(line)
    if theory is not None:
        print_theory(output, theory)
    elif with_theory:
        output.line("No certificate: the theory is about mass action.")
    if plots is not None and theory is not None and crn is not None:
        names = save_pictures(theory, crn, inspection.recognised, plots, output.force)
        output.line(
            f"Wrote {', '.join(names)} to {plots}."
            if names
            else "No pictures: no species has others before it that all settle."
        )
    report = inspection.to_dict()
    if with_theory:
        report["theory"] = None if theory is None else theory.to_dict()
    output.result(report)
    sound = all(f.severity in _MILD and not strict for f in inspection.findings)
    if with_theory:
        sound = sound and theory is not None and theory.proved
    if not sound:
        sys.exit(_EXIT_FINDINGS)


def _lines(inspection: Inspection) -> Iterator[str]:
    yield f"{inspection.path}: {inspection.format}, {inspection.size:,} bytes"
    if inspection.recognised is not None:
        yield (
            f"Neural network: {inspection.recognised.network!r}, "
            f"{inspection.recognised.encoding} encoding"
        )
    else:
        yield f"Neural network: no; {inspection.not_recognised}"
    if inspection.crn is not None:
        yield from _crn_lines(inspection.crn)
    for note in _shortened(inspection.notes, _MOST_NOTES):
        yield f"Note: {note}"
    yield f"Findings: {inspection.finding_count or 'none'} ({_CHECKS[inspection.checks]})"
    yield from _finding_lines(inspection.findings)
    if inspection.finding_count > len(inspection.findings):
        yield f"  ... and {inspection.finding_count - len(inspection.findings):,} more"


def _crn_lines(crn: Crn) -> Iterator[str]:
    yield "Mass action: yes"
    if crn.units is not None:
        yield f"Units: {crn.units.describe()}"
    yield (
        f"Reactions: {len(crn.reactions):,}, of order {largest_order(crn)} at most; "
        f"rate constants: {len(crn.rate_constants):,}"
    )
    for kind, ids in (
        ("Dynamic", crn.dynamic_species),
        ("Enzymatic", crn.enzymatic_species),
        ("Buffered", crn.buffered_species),
    ):
        listed = f": {', '.join(_shortened(ids, _MOST_LISTED))}" if ids else ""
        yield f"{kind} species: {len(ids):,}{listed}"


def _shortened(items: Sequence[str], most: int) -> list[str]:
    return [*items[:most], *([f"... and {len(items) - most:,} more"] if len(items) > most else [])]


def _finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield each kind of finding once, with its lines and the first message if it is an error."""
    kinds: dict[tuple[str, str, int | None], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.category, finding.code), []).append(finding)
    for (severity, category, code), group in kinds.items():
        first = group[0]
        lines = [str(line) for line in dict.fromkeys(f.line for f in group if f.line)]
        place = f"line {', '.join(_shortened(lines, _MOST_LISTED))}: " if lines else ""
        number = "" if code is None else f" {code}"
        text = first.message if severity in ("error", "fatal") else first.title
        times = f" ({len(group):,} times; --json has all)" if len(group) > 1 else ""
        yield f"  {place}{severity}{number} ({category}): {text}{times}"
