"""Pictures: trajectories, training curves and the theory.

Functions return a :class:`matplotlib.figure.Figure` and leave matplotlib's global state alone.
"""

from crn2sbml.plots.examination import PICTURES, plot_examination
from crn2sbml.plots.style import (
    COLOURS,
    RESOLUTION,
    STYLES,
    check_figure_path,
    save_figure,
    tidy,
)
from crn2sbml.plots.theory import plot_activation, plot_phase_line, plot_settling
from crn2sbml.plots.training import plot_history
from crn2sbml.plots.trajectories import plot_study, plot_trajectories, plot_trajectory

__all__ = [
    "COLOURS",
    "PICTURES",
    "RESOLUTION",
    "STYLES",
    "check_figure_path",
    "plot_activation",
    "plot_examination",
    "plot_history",
    "plot_phase_line",
    "plot_settling",
    "plot_study",
    "plot_trajectories",
    "plot_trajectory",
    "save_figure",
    "tidy",
]
