"""Pictures of the theory: activations, phase lines, and bounds against measured runs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_type
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.errors import InputValueError
from crn2sbml.neural.activations import Activation
from crn2sbml.plots.style import COLOURS, RESOLUTION, STYLES, legend_label, tidy
from crn2sbml.simulate.results import Trajectory
from crn2sbml.theory import Certificate, Envelope
from crn2sbml.theory.presentation import rounded_up

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# In the legend, what an activation approaches on the right.
_RIGHT = r"$(\rho\,/\,((q-1)\,d))^{1/(q-1)}$"
# Roots whose imaginary part is below this, relative to their size, are drawn as real.
_REAL = 1e-5
# Roots this near to each other, relatively, are one.
_SAME = 1e-4


def plot_activation(
    activations: Mapping[str, Activation], low: float | None = None, high: float | None = None
) -> Figure:
    """Draw activations with their asymptotes, as Figures 4 and 13 of the paper do.

    Parameters
    ----------
    activations : mapping of str to Activation
        The activations by their names in the legend, at least one.
    low, high : float, optional
        The ends of the horizontal axis, rho; unless given, -10 and 20 for h = 1, and in proportion
        to where the curve bends, h^(1 - 1/q), otherwise.

    Returns
    -------
    matplotlib.figure.Figure
        Each activation as a full line; dashed, (rho/((q-1) d_q))^(1/(q-1)), which it approaches
        on the right, and dotted, h/|rho|, which it approaches on the left, both relative to its
        size (with mixed decays the distance on the right need not vanish).
    """
    from matplotlib.figure import Figure

    check_type(activations, Mapping, "plot_activation")
    if not activations:
        raise InputValueError("there is no activation to draw; pass at least one")
    bend = max(a.h ** (1 - 1 / max(a.decay)) for a in activations.values()) or 1.0
    low, high = -10.0 * bend if low is None else low, 20.0 * bend if high is None else high
    if not -np.inf < low < high < np.inf:
        raise InputValueError(
            f"low is {low!r} and high {high!r}; both must be finite, and low must be below high"
        )
    figure = Figure(figsize=(6.2, 4.0), layout="constrained", dpi=RESOLUTION)
    panel = figure.subplots()
    rho = np.linspace(low, high, 601)
    for number, (name, activation) in enumerate(activations.items()):
        colour, values = COLOURS[number % len(COLOURS)], activation(rho)
        panel.plot(rho, values, color=colour, label=legend_label(name), linewidth=1.8)
        right = np.where(rho >= 0, activation.right_asymptote(rho), np.nan)
        left = activation.left_asymptote(rho)
        left = np.where(left <= 1.5 * activation(0.0), left, np.nan)
        first = number == 0
        panel.plot(rho, right, "--", color=colour, linewidth=1, label=_RIGHT * first)
        panel.plot(rho, left, ":", color=colour, linewidth=1.4, label="h/|ρ|" * first)
    panel.set(xlabel="ρ", ylabel="φ(ρ)", xlim=(low, high), ylim=(0, None))
    panel.legend(frameon=False)
    tidy(panel)
    return figure


def plot_phase_line(certificate: Certificate, species: str, high: float | None = None) -> Figure:
    """Draw the right-hand side of one species, with its fixed points and where it moves to.

    Parameters
    ----------
    certificate : Certificate
        The certificate of the reaction network.
    species : str
        Id of a dynamic species; those before it must be proved to settle.
    high : float, optional
        The end of the horizontal axis; about 1.6 times the largest fixed point unless given.

    Returns
    -------
    matplotlib.figure.Figure
        f(x), where the species before it have settled. Fixed points are filled where neighbours
        move towards them and open otherwise; arrows show the direction of movement.
    """
    from matplotlib.figure import Figure

    if high is not None and not 0 < high < np.inf:
        raise InputValueError(f"high is {high!r}; it must be a positive number")
    coefficients = _settled_coefficients(certificate, species)
    roots = _fixed_points(coefficients)
    end = high or 1.6 * max(roots, default=1.0) or 1.0
    x = np.linspace(0.0, end, 601)
    f = np.polynomial.polynomial.polyval(x, coefficients)
    figure = Figure(figsize=(6.2, 3.6), layout="constrained", dpi=RESOLUTION)
    panel = figure.subplots()
    panel.axhline(0.0, color="0.4", linewidth=0.8)
    panel.plot(x, f, color=COLOURS[0], linewidth=1.8)
    slope = np.polynomial.polynomial.polyder(coefficients)
    for root in roots:
        stable = _attracts(coefficients, root, end)
        panel.plot(root, 0.0, "o", color=COLOURS[1], fillstyle="full" if stable else "none")
        kappa = -np.polynomial.polynomial.polyval(root, slope)
        label = panel.annotate(
            f"{root:.4g}" + (f" (final rate {kappa:.3g})" if stable else ""),
            (root, 0.0),
            (5, 7),
            textcoords="offset points",
        )
        # Next to a spike, its box would squeeze the axes to nothing.
        label.set_in_layout(False)
    _draw_arrows(panel, coefficients, [0.0, *[r for r in roots if 0 < r < end], end])
    units = certificate.units
    level = "" if units is None else f" ({units.concentration_unit})"
    rate = "" if units is None else f" ({units.concentration_unit}/{units.time_unit})"
    panel.set(
        xlabel=f"concentration of {species}{level}",
        ylabel=f"d{species}/dt{rate}",
        xlim=(0, end),
    )
    tidy(panel)
    return figure


def plot_settling(
    bounds: Envelope,
    steady_state: ArrayLike,
    trajectories: Mapping[str, Trajectory],
    accuracy: float,
    settling_time: float,
    units: LabUnits | None = None,
) -> Figure:
    """Draw the proven bound of the distance to the steady state, and measured runs below it.

    Parameters
    ----------
    bounds : Envelope
        Proven bounds of every run of one input.
    steady_state : array_like, shape (nodes,)
        The steady state of the same input.
    trajectories : mapping of str to Trajectory
        Runs of the same input from different starts, by their names in the legend.
    accuracy : float
        The distance that counts as settled, drawn as a line; the legend says when the runs are
        below it for good.
    settling_time : float
        The time when the bound is below it, drawn as a line.
    units : LabUnits, optional
        What the dimensionless 1 of the axes stands for, which their names then say.

    Returns
    -------
    matplotlib.figure.Figure
        Distances of the worst node over time.
    """
    from matplotlib.figure import Figure

    a = np.asarray(steady_state, dtype=np.float64)
    if a.shape != bounds.lower.shape[1:] or not np.isfinite(a).all():
        raise InputValueError(
            f"the steady state has shape {a.shape}; it must hold a finite number for each of the "
            f"{bounds.lower.shape[1]} nodes"
        )
    for name, value in (("accuracy", accuracy), ("settling_time", settling_time)):
        if not 0 < value < np.inf:
            raise InputValueError(f"{name} is {value!r}; it must be a positive number")
    figure = Figure(figsize=(7.2, 4.0), layout="constrained", dpi=RESOLUTION)
    panel = figure.subplots()
    _draw_bound(panel, bounds, a, settling_time)
    for number, (name, trajectory) in enumerate(trajectories.items()):
        _draw_distances(panel, trajectory, a, accuracy, name, number)
    panel.axhline(accuracy, color="0.4", linewidth=0.8)
    panel.axvline(settling_time, color="0.4", linewidth=0.8)
    time, level = "", ""
    if units is not None:
        time = f" (1 is {units.time:g} {units.time_unit})"
        level = f" (1 is {units.concentration:g} {units.concentration_unit})"
    panel.set(
        xlabel=f"time{time}",
        ylabel=f"distance of the worst node{level}",
        yscale="log",
        xlim=(0, 1.03 * settling_time),
        ylim=(accuracy / 30, 30 * max(float(a.max()), 1.0)),
    )
    figure.legend(
        loc="outside upper center", ncols=2, frameon=False, title=f"within {accuracy:g} from"
    )
    tidy(panel)
    return figure


def _draw_bound(panel: Axes, bounds: Envelope, a: Array, settling_time: float) -> None:
    """Draw how far the worst node can be from the steady state a, as steps."""
    proven = np.maximum(bounds.upper - a, a - bounds.lower).max(axis=1)
    known = np.isfinite(proven)
    panel.step(
        bounds.times[known],
        proven[known],
        where="post",
        color="black",
        linewidth=2,
        label=f"every start (proven): t = {rounded_up(settling_time)}",
    )


def _draw_distances(
    panel: Axes, trajectory: Trajectory, a: Array, accuracy: float, name: str, number: int
) -> None:
    """Draw how far the worst node is from the steady state a in a run, the one of some number."""
    distance = np.abs(trajectory.values - a).max(axis=1)
    outside = trajectory.times[distance > accuracy]
    late = f"t = {outside[-1]:.4g}" if outside.size else "from the start"
    late = "not reached" if distance[-1] > accuracy else late
    panel.plot(
        trajectory.times,
        np.maximum(distance, np.finfo(float).tiny),
        STYLES[number % len(STYLES)],
        color=COLOURS[number % len(COLOURS)],
        label=f"{name}: {late}",
    )


def _settled_coefficients(certificate: Certificate, species: str) -> Array:
    """Return the coefficients of f where the species before it have settled."""
    check_type(certificate, Certificate, "a phase line")
    if species not in certificate.polynomials:
        raise InputValueError(
            f"{species!r} is no dynamic species of {certificate.name}; choose one of "
            f"{', '.join(certificate.dynamic[:8])}"
        )
    polynomial = certificate.polynomials[species]
    level = certificate.at_these_numbers.species
    coefficients = np.zeros(1 + max((term.degree for term in polynomial.terms), default=0))
    for term in polynomial.terms:
        value = float(term.value)
        for source, power in term.upstream if value else ():
            limit = level[source].fixed_point
            if limit is None:
                raise InputValueError(
                    f"{species} depends on {source}, which is not proved to settle; there is no "
                    f"phase line to draw"
                )
            value *= float(limit.lower + limit.upper) ** power / 2**power
        coefficients[term.degree] += value
    return coefficients


def _fixed_points(coefficients: Array) -> list[float]:
    roots = np.polynomial.polynomial.polyroots(coefficients)
    real = roots[np.abs(roots.imag) <= _REAL * np.maximum(np.abs(roots), 1e-300)].real
    distinct: list[float] = []
    for root in sorted(float(root) for root in real if root > 0):
        # A multiple root comes out as several that differ by rounding.
        if not distinct or root > distinct[-1] * (1 + _SAME):
            distinct.append(root)
    return [0.0, *distinct] if coefficients[0] == 0 else distinct


def _attracts(coefficients: Array, root: float, end: float) -> bool:
    step = 1e-4 * (root or end)
    below, above = np.polynomial.polynomial.polyval([root - step, root + step], coefficients)
    return bool((root == 0 or below > 0) and above < 0)


def _draw_arrows(panel: Axes, coefficients: Array, ends: list[float]) -> None:
    """Draw between fixed points which way the species moves."""
    for low, high in pairwise(ends):
        middle, half = (low + high) / 2, (high - low) / 8
        up = np.polynomial.polynomial.polyval(middle, coefficients) > 0
        tail, head = (middle - half, middle + half) if up else (middle + half, middle - half)
        arrow = {"arrowstyle": "-|>", "color": COLOURS[2], "linewidth": 1.6}
        panel.annotate("", (head, 0.0), (tail, 0.0), arrowprops=arrow).set_in_layout(False)
