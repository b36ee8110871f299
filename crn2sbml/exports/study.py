"""What an export needs besides the model: which species matter, and how long to run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.checks import check_inputs
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import LabUnits
from crn2sbml.construction.recognise import (
    RecognisedNetwork,
    recognise_network,
    try_recognise,
)
from crn2sbml.errors import InputValueError, SimulationError, UnsupportedError
from crn2sbml.simulate import Simulator, Trajectory
from crn2sbml.theory import settling_time

# Settled means: within this distance of the steady state.
ACCURACY = 1e-3
# Where nothing is known of the time that a network takes.
_DEFAULT_DURATION = 100.0
_MOST_OUTPUTS = 12


@dataclass(frozen=True, slots=True)
class Study:
    """A reaction network, the species to look at, and the time to run.

    Parameters
    ----------
    crn : Crn
        The reaction network, dimensionless.
    outputs : tuple of str
        Ids of the species to plot and report.
    duration : float
        Duration of a run, in the model's dimensionless time.
    settles : bool
        Whether all is proved to have settled by then, from every start.
    """

    crn: Crn
    outputs: tuple[str, ...]
    duration: float
    settles: bool

    def __post_init__(self) -> None:
        if not 0 < self.duration < math.inf:
            raise InputValueError(
                f"the duration is {self.duration!r}; it must be a positive number"
            )
        if unknown := [s for s in self.outputs if s not in self.crn.species_index]:
            raise InputValueError(f"{unknown[0]!r} is no species of {self.crn.name}")

    @property
    def recognised(self) -> RecognisedNetwork | None:
        """The neural network that it computes, if it computes one."""
        return try_recognise(self.crn)

    @property
    def labels(self) -> dict[str, str]:
        """What to call the outputs: the user's names of a neural network's, or their ids."""
        labels = {species: species for species in self.outputs}
        recognised = self.recognised
        if recognised is not None and (names := recognised.network.output_names):
            known = dict(zip(recognised.layers[-1], names, strict=True))
            labels |= {species: known[species] for species in labels if species in known}
        return labels

    def run(self, inputs: ArrayLike | None = None, units: LabUnits | None = None) -> Trajectory:
        """Simulate the reaction network for the duration.

        Parameters
        ----------
        inputs : array_like, shape (width,), optional
            Inputs of a neural network, instead of those in the model.
        units : LabUnits, optional
            Units of the times and concentrations that are returned; dimensionless unless given.

        Returns
        -------
        Trajectory
            The run of all dynamic species, by their ids in the reaction network.
        """
        recognised = self.recognised
        if recognised is None:
            if inputs is not None:
                raise takes_no_inputs(self.crn)
            with Simulator(self.crn) as simulator:
                run = simulator.trajectory(t_end=self.duration)
            ids = run.species_ids
        else:
            # The neural network runs as a small model, whatever the size of the reaction network.
            row = recognised.own_inputs(self.crn) if inputs is None else inputs
            ids = tuple(species for layer in recognised.layers for species in layer)
            starts = {s.id: s.initial for s in self.crn.species}
            with Simulator(recognised.network) as simulator:
                run = simulator.trajectory(row, self.duration, [starts[node] for node in ids])
        if units is None:
            return Trajectory(run.times, run.values, ids)
        return Trajectory(run.times * units.time, run.values * units.concentration, ids)


def takes_no_inputs(crn: Crn, reason: UnsupportedError | None = None) -> UnsupportedError:
    """Return the error for inputs of a reaction network that is no neural network."""
    why = "" if reason is None else f": {reason}"
    return UnsupportedError(
        f"{crn.name} is no neural network and takes no inputs{why}; leave them out"
    )


def make_study(
    crn: Crn,
    duration: float | None = None,
    inputs: ArrayLike | None = None,
    *,
    accuracy: float = ACCURACY,
) -> Study:
    """Choose what to look at in a reaction network, and how long to run it.

    Parameters
    ----------
    crn : Crn
        Any reaction network, dimensionless.
    duration : float, optional
        Time of a run. Unless given, a neural network runs until it is proved to be within 1e-3 of
        its steady state from every start, rounded up; any other model runs for 100.
    inputs : array_like, shape (n, width), optional
        Inputs of a neural network, all of which are to settle; those in the model unless given.
    accuracy : float, default 1e-3
        What "settled" means: an absolute distance.

    Returns
    -------
    Study
        The study, with the outputs of a neural network, or the last 12 dynamic species of another
        model.

    Raises
    ------
    ConcentrationError
        If an input is negative or not finite, or the width is wrong.
    UnsupportedError
        If inputs were given for a reaction network that is no neural network.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork, compile_network
    >>> from crn2sbml.exports import make_study
    >>> crn = compile_network(NeuralNetwork.random((2, 3, 1), rng=1), inputs=[0.5, 1.0])
    >>> study = make_study(crn)
    >>> study.outputs, study.duration, study.settles
    (('X2_1',), 5.0, True)
    """
    try:
        recognised = recognise_network(crn)
    except UnsupportedError as error:
        if inputs is not None:
            raise takes_no_inputs(crn, error) from error
        chosen = _DEFAULT_DURATION if duration is None else duration
        return Study(crn, crn.dynamic_species[-_MOST_OUTPUTS:], chosen, False)
    rows = recognised.own_inputs(crn)[np.newaxis, :]
    if inputs is not None:
        network = recognised.network
        rows = check_inputs(inputs, network.widths[0], network.input_names)
    try:
        time = float(settling_time(recognised.network, rows, accuracy).max())
    except (InputValueError, SimulationError):
        # Finer than double precision can prove, or too long: then nothing is promised.
        time = math.inf
    if duration is None:
        duration = _rounded_up(time) if time < math.inf else _DEFAULT_DURATION
    return Study(crn, recognised.layers[-1], duration, duration >= time)


def _rounded_up(time: float) -> float:
    """Round up to one digit: 1, 2, 3, ... times a power of ten."""
    exponent = math.floor(math.log10(time))
    return float(f"{math.ceil(time / 10.0**exponent)}e{exponent}")
