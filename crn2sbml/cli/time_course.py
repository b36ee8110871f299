"""The run of a model that computes no network, for ``crn2sbml simulate``."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from crn2sbml._support.files import csv_text
from crn2sbml._support.words import counted
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.cli.options import Output, print_table
from crn2sbml.exports import make_study
from crn2sbml.simulate import Simulator, Trajectory

POINTS = 501
_MOST_SPECIES = 40


@dataclass(frozen=True, slots=True)
class Course:
    """How long a run is, in the units of the model, and how many times of it are kept."""

    until: float | None
    points: int | None


@dataclass(frozen=True, slots=True, eq=False)
class CourseRun:
    """The run of a model, the species to draw, and the units of all that."""

    trajectory: Trajectory
    shown: tuple[str, ...]
    units: LabUnits | None

    @property
    def final(self) -> dict[str, float]:
        """The last concentrations by the ids of their species."""
        last = self.trajectory.values[-1].tolist()
        return dict(zip(self.trajectory.species_ids, last, strict=True))

    def csv(self) -> str:
        """Return all concentrations over time."""
        run = self.trajectory
        table = np.column_stack([run.times, run.values]).tolist()
        return csv_text(["time", *run.species_ids], table)


def run_course(crn: Crn, course: Course) -> CourseRun:
    """Run a model from its own start.

    Raises
    ------
    InputValueError
        If the last time is no positive number.
    SimulationError
        If the integration fails.
    """
    study = make_study(crn)
    until = study.run_time if course.until is None else course.until
    with Simulator(crn) as simulator:
        run = simulator.trajectory(t_end=until, points=course.points or POINTS)
    return CourseRun(run, study.outputs, crn.units)


def print_course(output: Output, run: CourseRun, reason: str) -> None:
    """Print where a run ends."""
    final, end = run.final, float(run.trajectory.times[-1])
    output.result(
        {
            "species": list(final),
            "final": list(final.values()),
            "read_at": end,
            "points": len(run.trajectory.times),
            "units": None if run.units is None else asdict(run.units),
            "not_a_network": reason,
        }
    )
    if not output.shows_text:
        return
    shown = list(final.items())[:_MOST_SPECIES]
    heading = f"at t = {end:g}"
    if run.units is not None:
        heading += f" {run.units.time_unit} ({run.units.concentration_unit})"
    print_table(("species", heading), ((name, f"{value:.6g}") for name, value in shown))
    if (more := len(final) - len(shown)) > 0:
        output.line(f"... and {counted(more, 'more species', 'more species')}; -o writes them all.")
