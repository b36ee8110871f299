"""Trajectories in the manner of the paper's Figure 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crn2sbml.chemistry.answers import Share
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.errors import InputValueError
from crn2sbml.exports.study import Study
from crn2sbml.plots.style import COLOURS, RESOLUTION, STYLES, legend_label, tidy
from crn2sbml.simulate.results import Trajectory

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_CURVES = 12


def plot_trajectory(
    trajectory: Trajectory,
    species: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    units: LabUnits | None = None,
) -> Figure:
    """Draw concentrations over time.

    Parameters
    ----------
    trajectory : Trajectory
        The trajectory to draw.
    species : sequence of str, optional
        Ids of the species to draw; the last 12 (the outputs are last) unless given.
    labels : mapping of str to str, optional
        Readable names of species by their ids.
    units : LabUnits, optional
        Units of the trajectory, for the axes; dimensionless unless given.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = plot_trajectories({"": trajectory}, species, labels)
    if units is not None:
        figure.axes[0].set(
            xlabel=f"time ({units.time_unit})",
            ylabel=f"concentration ({units.concentration_unit})",
        )
    return figure


def plot_study(study: Study, run: Trajectory, species: Sequence[str] | None = None) -> Figure:
    """Draw a run of a study over time: its answers, or else its outputs.

    Parameters
    ----------
    study : Study
        What to look at, with the names and the units of all that.
    run : Trajectory
        A run of it, as :meth:`~crn2sbml.exports.Study.run` returns it.
    species : sequence of str, optional
        Ids of the species or answers to draw instead.

    Returns
    -------
    matplotlib.figure.Figure
    """
    chosen = tuple(study.curves) if species is None else species
    figure = plot_trajectory(run, chosen, study.labels | study.curves, study.units)
    if study.answers and species is None:
        shares = any(isinstance(answer, Share) for answer in study.answers)
        figure.axes[0].set_ylabel("probability" if shares else "answer")
    return figure


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
        At least one trajectory, by the title of its panel.
    species : sequence of str, optional
        Ids of the species to draw; the last 12 (the outputs are last) unless given.
    labels : mapping of str to str, optional
        Readable names of species by their ids.
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
        panel.set(title=legend_label(title), xlabel="time", xlim=(0, trajectory.times[-1]))
        tidy(panel)
    for panel in panels:
        # Answers may be negative, concentrations are not.
        if all(
            trajectory[s].min(initial=0.0) >= 0
            for trajectory in trajectories.values()
            for s in chosen
        ):
            panel.set_ylim(0, None)
    panels[0].set_ylabel("concentration")
    texts = [legend_label(names.get(species_id, species_id)) for species_id in chosen]
    # Lines and names are handed over: matplotlib by itself leaves out names that start with "_".
    figure.legend(panels[0].get_lines(), texts, loc="outside right center", frameon=False)
    return figure
