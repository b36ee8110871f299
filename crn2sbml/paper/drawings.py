"""The figures of the paper, drawn like the paper's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crn2sbml.arrays import Array
from crn2sbml.plots import COLOURS, RESOLUTION, STYLES, tidy
from crn2sbml.simulate import Trajectory
from crn2sbml.training import History

Curve = tuple[str, Callable[[Array], Array]]


def draw_functions(y: Array, curves: Sequence[Curve]) -> Figure:
    """Draw functions of y, the first as a full line (Figures 2 to 4 and 13)."""
    figure, (panel,) = _panels(1)
    for number, (label, function) in enumerate(curves):
        panel.plot(y, function(y), STYLES[number], color=COLOURS[number], label=label)
    panel.set(xlabel="y", xlim=(y[0], y[-1]))
    panel.legend(frameon=False)
    tidy(panel)
    return figure


def draw_training(histories: Mapping[str, History], batch_size: int) -> Figure:
    """Draw cost and number correct of each iteration (Figures 8, 9 and 14); the first on top."""
    figure, (left, right) = _panels(2)
    for number, (label, history) in reversed(list(enumerate(histories.items()))):
        iterations = np.arange(1, len(history.cost) + 1)
        colour, width = (COLOURS[0], 1.0) if number == 0 else ("0.75", 0.5)
        name = label if number == 0 else "other seeds" if number == 1 else None
        for panel, values in ((left, history.cost), (right, batch_size * history.accuracy)):
            panel.plot(iterations, values, color=colour, linewidth=width, label=name)
    left.set(ylabel="estimate of the cost", ylim=(0, None))
    right.set(ylabel=f"correct, of {batch_size}", ylim=(0, batch_size))
    right.legend(frameon=False, loc="lower right")
    for panel in (left, right):
        panel.set(xlabel="iteration", xlim=(0, len(iterations)))
        tidy(panel)
    return figure


def draw_courses(
    courses: Mapping[str, Trajectory], names: Mapping[str, str], *, share_y: bool = True
) -> Figure:
    """Draw the same species in a row of panels (Figures 10 to 12)."""
    figure, panels = _panels(len(courses), share_y=share_y)
    for panel, (title, course) in zip(panels, courses.items(), strict=True):
        for number, (species, name) in enumerate(names.items()):
            panel.plot(
                course.times,
                course[species],
                STYLES[number // 4 % len(STYLES)],
                color=COLOURS[number % len(COLOURS)],
                label=name,
            )
        panel.set(title=title, xlabel="time", xlim=(0, course.times[-1]))
        tidy(panel)
    for panel in panels:
        panel.set_ylim(bottom=0)
    panels[0].set_ylabel("concentration")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    return figure


def draw_pairs(seeds: Sequence[int], pairs: Mapping[str, Sequence[float]]) -> Figure:
    """Draw shares for each seed, one mark for each kind of network."""
    figure, (panel,) = _panels(1)
    for number, (label, shares) in enumerate(pairs.items()):
        panel.plot(seeds, 100 * np.array(shares), "os"[number], color=COLOURS[number], label=label)
    panel.set(xlabel="seed of the weights", ylabel="correct (%), last 50 batches")
    panel.set_xticks(list(seeds))
    panel.legend(frameon=False)
    tidy(panel)
    return figure


def draw_bars(shares: Mapping[str, float], reference: float, note: str) -> Figure:
    """Draw shares as bars with their names, and a line for what they are compared with."""
    figure = Figure(figsize=(9, 0.36 * len(shares) + 1.2), layout="constrained", dpi=RESOLUTION)
    panel = figure.subplots()
    names = list(shares)[::-1]
    bars = panel.barh(names, [100 * shares[name] for name in names], color=COLOURS[0], height=0.6)
    panel.bar_label(bars, fmt="%.1f", padding=3)
    panel.axvline(100 * reference, color=COLOURS[1], linestyle="--", label=note)
    panel.set(xlabel="correct (%), last 50 batches", xlim=(0, 105))
    figure.legend(loc="outside upper right", frameon=False)
    tidy(panel)
    return figure


def _panels(count: int, *, share_y: bool = False) -> tuple[Figure, list[Axes]]:
    width = {1: 5.6, 2: 9.0}.get(count, min(3.0 * count + 2.0, 15.0))
    figure = Figure(figsize=(width, 3.6), layout="constrained", dpi=RESOLUTION)
    return figure, list(figure.subplots(1, count, sharey=share_y, squeeze=False)[0])
