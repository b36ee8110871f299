"""The figures of the paper, drawn like the paper's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crn2sbml._support.arrays import Array
from crn2sbml.plots import COLOURS, RESOLUTION, STYLES, tidy
from crn2sbml.training import History

Curve = tuple[str, Callable[[Array], Array]]


def draw_functions(y: Array, curves: Sequence[Curve]) -> Figure:
    """Draw functions of y, the first as a full line (Figures 2 to 4 and 13)."""
    figure, (panel,) = _panels(1)
    for number, (label, function) in enumerate(curves):
        panel.plot(y, function(y), STYLES[number], color=COLOURS[number], label=label)
    panel.set(xlabel="y", ylabel="φ(y)", xlim=(y[0], y[-1]))
    panel.legend(frameon=False)
    tidy(panel)
    return figure


def draw_training(histories: Mapping[str, History], batch_size: int) -> Figure:
    """Draw cost and number correct of each iteration (Figures 8, 9 and 14); the first on top."""
    figure, (left, right) = _panels(2)
    iterations = np.arange(1, len(next(iter(histories.values())).cost) + 1)
    for number, (label, history) in reversed(list(enumerate(histories.items()))):
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


def draw_pairs(seeds: Sequence[int], pairs: Mapping[str, Sequence[float]]) -> Figure:
    """Draw shares for each seed, one mark for each kind of network."""
    figure, (panel,) = _panels(1)
    for number, (label, shares) in enumerate(pairs.items()):
        panel.plot(seeds, 100 * np.array(shares), "os"[number], color=COLOURS[number], label=label)
    panel.set(xlabel="seed of the weights", ylabel="correct (%), last batches")
    panel.set_xticks(list(seeds))
    panel.legend(frameon=False)
    tidy(panel)
    return figure


def draw_bars(shares: Mapping[str, float], references: Mapping[str, float]) -> Figure:
    """Draw shares as bars with their names, and a line for each that they are compared with."""
    figure = Figure(figsize=(9, 0.36 * len(shares) + 1.2), layout="constrained", dpi=RESOLUTION)
    panel = figure.subplots()
    names = list(shares)[::-1]
    bars = panel.barh(names, [100 * shares[name] for name in names], color=COLOURS[5], height=0.6)
    panel.bar_label(bars, fmt="%.1f", label_type="center")
    for number, (label, share) in enumerate(references.items(), start=1):
        panel.axvline(100 * share, color=COLOURS[number], linestyle=STYLES[number], label=label)
    panel.set(xlabel="correct (%), last batches", xlim=(0, 100))
    figure.legend(loc="outside upper right", ncols=2, frameon=False)
    tidy(panel)
    return figure


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(2.2 + 3.4 * count, 3.6), layout="constrained", dpi=RESOLUTION)
    return figure, list(figure.subplots(1, count, squeeze=False)[0])
