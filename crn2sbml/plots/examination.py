"""The pictures that go with a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import RecognisedNetwork
from crn2sbml.neural.activations import describe_activation
from crn2sbml.plots.theory import plot_activation, plot_phase_line, plot_settling
from crn2sbml.simulate import Simulator, Trajectory
from crn2sbml.theory import Certificate, envelope, settling_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES = ("phase_line", "activation", "settling")

_STARTS = (0.0, 1.0, 1e6)
# Steps of the staircase that look like a curve.
_STEP = 0.01


def plot_examination(
    certificate: Certificate, crn: Crn, recognised: RecognisedNetwork | None
) -> dict[str, Figure]:
    """Draw what there is to draw of what the theory says of a model.

    Parameters
    ----------
    certificate : Certificate
        What :func:`~crn2sbml.theory.examine` says of the model.
    crn : Crn
        The model.
    recognised : RecognisedNetwork or None
        The neural network in it, if there is one.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        Some of "phase_line" (of one species whose upstream settles), "activation" (those of a
        neural network) and "settling" (its proven bound above measured runs).
    """
    figures: dict[str, Figure] = {}
    species = _species_to_draw(certificate)
    if species is not None:
        figures["phase_line"] = plot_phase_line(certificate, species)
    if recognised is None:
        return figures
    network = recognised.network
    figures["activation"] = plot_activation(
        {describe_activation(layer.activation): layer.activation for layer in network.layers}
    )
    settling = certificate.settling
    if settling is not None and settling.time is not None:
        inputs = recognised.own_inputs(crn)
        bounds = envelope(network, inputs, settling.accuracy, step=_STEP)
        # Of this input alone; the certificate may be of several.
        time = float(settling_time(network, inputs[np.newaxis], settling.accuracy)[0])
        with Simulator(network) as simulator:
            runs = _runs(simulator, inputs, 1.03 * time)
        steady = np.hstack(network.activations(inputs))[0]
        figures["settling"] = plot_settling(
            bounds, steady, runs, settling.accuracy, time, certificate.units
        )
    return figures


def _species_to_draw(certificate: Certificate) -> str | None:
    """Return the last species whose phase line can be drawn; what is refuted comes first."""
    level = certificate.at_these_numbers
    refuted = [s.species for s in level.properties.values() if s.refuted and s.species]
    for species in (*refuted, *reversed(certificate.dynamic)):
        before = certificate.polynomials[species].upstream
        if all(level.species[s].fixed_point is not None for s in before):
            return species
    return None


def _runs(simulator: Simulator, inputs: Array, t_end: float) -> dict[str, Trajectory]:
    return {
        f"all nodes at {start:g}": simulator.trajectory(inputs, t_end, start, points=2001)
        for start in _STARTS
    }
