"""Training curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.plots.style import COLOURS, RESOLUTION, label_log_axis, tidy
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
    figure = Figure(figsize=(9 if has_classes else 5, 3.8), layout="constrained", dpi=RESOLUTION)
    panels = figure.subplots(1, 2 if has_classes else 1, squeeze=False)[0]
    _draw_both(panels[0], history.cost, history.validation_cost)
    panels[0].set(ylabel="cost", yscale="log")
    label_log_axis(panels[0])
    if has_classes:
        _draw_both(panels[1], 100 * history.accuracy, 100 * history.validation_accuracy)
        panels[1].set(ylabel="correct (%)", ylim=(0, 102))
    for panel in panels:
        panel.set(xlabel="round", xlim=(0, len(history.cost)))
        panel.xaxis.get_major_locator().set_params(integer=True)
        tidy(panel)
    # Curves are the same in both panels, and no corner of a panel is free of them for certain.
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    figure.legends[0].set_frame_on(False)
    return figure


def _draw_both(panel: Axes, batch: Array, held_out: Array) -> None:
    """Draw what is known of the batches, and of examples that were held out where it is known."""
    rounds = np.arange(1, len(batch) + 1)
    _draw_noisy(panel, rounds, batch, COLOURS[0], "batch")
    seen = np.isfinite(held_out)
    if seen.any():
        panel.plot(
            rounds[seen], held_out[seen], color=COLOURS[1], marker=".", ms=3, label="held out"
        )


def _draw_noisy(
    panel: Axes,
    rounds: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    values: Array,
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
