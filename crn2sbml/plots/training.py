"""Training curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crn2sbml.plots.style import COLOURS, RESOLUTION, tidy
from crn2sbml.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A running mean over this share of the rounds shows the trend of noisy batches.
_SMOOTHED_SHARE = 0.05


def plot_history(history: History) -> Figure:
    """Draw cost and accuracy over the rounds, as Figure 8 of the paper does.

    Parameters
    ----------
    history : History
        History of a training run.

    Returns
    -------
    matplotlib.figure.Figure
        Cost on the left, accuracy on the right (where targets are classes).
    """
    from matplotlib.figure import Figure

    has_classes = bool(np.isfinite(history.accuracy).any())
    figure = Figure(figsize=(9 if has_classes else 5, 3.6), layout="constrained", dpi=RESOLUTION)
    panels = figure.subplots(1, 2 if has_classes else 1, squeeze=False)[0]
    rounds = np.arange(1, len(history.cost) + 1)
    _draw_noisy(panels[0], rounds, history.cost, COLOURS[0], "cost of the batch")
    panels[0].set(xlabel="round", ylabel="cost", yscale="log")
    panels[0].yaxis.set_major_formatter("{x:g}")
    panels[0].yaxis.set_minor_formatter("{x:g}")
    if has_classes:
        _draw_noisy(panels[1], rounds, 100 * history.accuracy, COLOURS[0], "batch")
        seen = np.isfinite(history.validation_accuracy)
        if seen.any():
            panels[1].plot(
                rounds[seen],
                100 * history.validation_accuracy[seen],
                color=COLOURS[1],
                label="held out",
            )
        panels[1].set(xlabel="round", ylabel="correct (%)", ylim=(0, 102))
        panels[1].legend(loc="lower right", frameon=False)
    for panel in panels:
        panel.set_xlim(0, len(rounds))
        tidy(panel)
    return figure


def _draw_noisy(
    panel: Axes,
    rounds: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    colour: str,
    label: str,
) -> None:
    """Draw the values faintly and their running mean on top."""
    width = max(1, round(_SMOOTHED_SHARE * len(values)))
    if width == 1:
        panel.plot(rounds, values, color=colour, label=label)
        return
    panel.plot(rounds, values, color=colour, alpha=0.3, linewidth=0.8)
    mean = np.convolve(values, np.full(width, 1 / width), mode="valid")
    panel.plot(rounds[width - 1 :], mean, color=colour, label=f"{label} (mean of {width})")
