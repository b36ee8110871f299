"""What the pictures share: colours, resolution, and how they are written to files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from crn2sbml._support.files import atomic_write
from crn2sbml.errors import FileError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by colour-blind readers too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999933")
STYLES = ("-", "--", "-.", ":")
RESOLUTION = 150
_LONGEST_LABEL = 40
# Above so many, numbers between powers of ten have no room on an axis.
_DECADES = 3


def save_figure(figure: Figure, path: str | Path, overwrite: bool = False) -> None:
    """Write a figure to a file in the format of its suffix (``.png``, ``.svg``, ``.pdf``).

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure to write.
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


def legend_label(name: str) -> str:
    r"""Return a name as matplotlib shows it to the letter, shortened if it is long.

    Examples
    --------
    >>> print(legend_label("$5"), len(legend_label("x" * 100)))
    \$5 40
    """
    shown = name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
    return shown.replace("$", r"\$")


def label_log_axis(panel: Axes) -> None:
    """Label the logarithmic vertical axis of a panel with few plain numbers that have room.

    Numbers are 1, 2 and 5 times powers of ten, powers alone over more than three decades, and round
    steps within one.
    """
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    low, high = panel.get_ylim()
    decades = math.log10(high / low)
    if decades < 1:
        panel.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    elif decades < _DECADES:
        panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    panel.yaxis.set_major_formatter("{x:g}")
    panel.yaxis.set_minor_formatter(NullFormatter())


def tidy(panel: Axes) -> None:
    """Take away what is not data."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.2)
