"""What one figure or table of the paper comes to, and how trajectories stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure

from crn2sbml._support.files import csv_text
from crn2sbml.construction.labels import node_id
from crn2sbml.examples.paper.comparison import Comparison
from crn2sbml.simulate import Trajectory


@dataclass(frozen=True, slots=True)
class Part:
    """What one figure or table of the paper came to.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Rows of the table.
    figures : mapping of str to matplotlib.figure.Figure
        Pictures by the names of their files, without ending.
    texts : mapping of str to str
        Data as CSV, and findings as Markdown, by file name.
    """

    comparisons: Sequence[Comparison] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def label_nodes(nodes: Iterable[tuple[int, int]]) -> dict[str, str]:
    """Return what to call nodes, given by layer and number, by their ids."""
    kinds = {1: "hidden", 2: "output"}
    return {node_id(layer, node): f"{kinds[layer]} node {node}" for layer, node in nodes}


def courses_csv(courses: Mapping[str, Trajectory], species: Sequence[str], panel: str) -> str:
    """Return trajectories below each other as CSV, with what tells them apart first."""
    return csv_text(
        [panel, "time", *species],
        [
            (title.removeprefix("after ").removesuffix(" iterations"), *row)
            for title, course in courses.items()
            for row in np.column_stack([course.times, *(course[s] for s in species)]).tolist()
        ],
    )
