"""Pictures: trajectories in the manner of the paper's Figure 10, and training curves.

Functions return a :class:`matplotlib.figure.Figure` and leave matplotlib's global state alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crn2sbml.errors import FileError, InputValueError
from crn2sbml.files import atomic_write
from crn2sbml.simulate.results import Trajectory
from crn2sbml.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by colour-blind readers too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999933")
STYLES = ("-", "--", "-.", ":")
_MOST_CURVES = 12
RESOLUTION = 150
# A running mean over this share of the rounds shows the trend of noisy batches.
_SMOOTHED_SHARE = 0.05


def plot_trajectory(
    trajectory: Trajectory,
    species: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw concentrations over time.

    Parameters
    ----------
    trajectory : Trajectory
        What to draw.
    species : sequence of str, optional
        Ids of the species to draw; the last 12 (the outputs are last) unless given.
    labels : mapping of str to str, optional
        Readable names by id.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return plot_trajectories({"": trajectory}, species, labels)


def plot_trajectories(
    trajectories: Mapping[str, Trajectory],
    species: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    *,
    share_y: bool = True,
) -> Figure:
    """Draw several trajectories of the same species side by side, as Figure 10 of the paper does.

    Parameters
    ----------
    trajectories : mapping of str to Trajectory
        By the title of their panel, at least one.
    species : sequence of str, optional
        Ids of the species to draw; the last 12 (the outputs are last) unless given.
    labels : mapping of str to str, optional
        Readable names by id.
    share_y : bool, default True
        Give all panels the same vertical axis.

    Returns
    -------
    matplotlib.figure.Figure
        Panels in a row, and one legend.
    """
    from matplotlib.figure import Figure

    if not trajectories:
        raise InputValueError("there is no trajectory to draw; pass at least one")
    first = next(iter(trajectories.values()))
    chosen = tuple(species) if species is not None else first.species_ids[-_MOST_CURVES:]
    names = labels or {}
    figure = Figure(
        figsize=(min(3.2 * len(trajectories) + 2.6, 15), 3.8), layout="constrained", dpi=RESOLUTION
    )
    panels = figure.subplots(1, len(trajectories), sharey=share_y, squeeze=False)[0]
    for panel, (title, trajectory) in zip(panels, trajectories.items(), strict=True):
        for number, species_id in enumerate(chosen):
            panel.plot(
                trajectory.times,
                trajectory[species_id],
                STYLES[number // len(COLOURS) % len(STYLES)],
                color=COLOURS[number % len(COLOURS)],
                label=names.get(species_id, species_id),
                linewidth=1.6,
            )
        panel.set(title=title, xlabel="time", xlim=(0, trajectory.times[-1]))
        tidy(panel)
    for panel in panels:
        panel.set_ylim(0, None)
    panels[0].set_ylabel("concentration")
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside right center", frameon=False)
    return figure


def plot_history(history: History) -> Figure:
    """Draw cost and accuracy over the rounds, as Figure 8 of the paper does.

    Parameters
    ----------
    history : History
        Of a training run.

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


def save_figure(figure: Figure, path: str | Path, overwrite: bool = False) -> None:
    """Write a figure to a file in the format of its suffix (``.png``, ``.svg``, ``.pdf``).

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`), cannot be written, or has another suffix.
    """
    kind = check_figure_path(path)
    # Without dates and software versions the same figure gives the same file.
    metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with atomic_write(path, overwrite) as stream:
        figure.savefig(stream, format=kind, metadata=metadata[kind])


def check_figure_path(path: str | Path) -> str:
    """Return the format that the suffix of a path names.

    Raises
    ------
    FileError
        If a figure cannot be written in that format.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in ("png", "svg", "pdf"):
        raise FileError(f"cannot draw to {path}: use a name that ends in .png, .svg or .pdf")
    return kind


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


def tidy(panel: Axes) -> None:
    """Take away what is not data."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.2)
