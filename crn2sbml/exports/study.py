"""What an export needs besides the model: which species matter, and how long to run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs
from crn2sbml.chemistry.answers import Answer, evaluate, shown_answers
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits, scales
from crn2sbml.chemistry.units import dimensionless
from crn2sbml.construction.answers import read_answers
from crn2sbml.construction.recognise import (
    RecognisedNetwork,
    recognise_network,
    try_recognise,
)
from crn2sbml.errors import InputValueError, SimulationError, UnsupportedError
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.simulate import Simulator, Trajectory
from crn2sbml.theory import settling_time

# Settled means: within this distance of the steady state.
ACCURACY = 1e-3
# Where nothing is known of the time that a network takes.
_DEFAULT_DURATION = 100.0
_MOST_OUTPUTS = 12
# Where all outputs are below this, 1e-3 would be too rough.
_SMALL = 0.1
# Of nodes of about 1, no more can be proved in double precision.
_FINEST = 1e-12


@dataclass(frozen=True, slots=True)
class Study:
    """A reaction network, what to look at, and the time to run.

    Parameters
    ----------
    crn : Crn
        The reaction network, dimensionless.
    outputs : tuple of str
        Ids of the species to plot and report.
    duration : float
        Duration of a run, dimensionless; :attr:`run_time` is in the units.
    settles : bool
        Whether all is proved to have settled by then, from every start.
    accuracy : float, default 1e-3
        What "settled" means: an absolute, dimensionless distance.
    units : LabUnits, optional
        Units of the files and runs that are made of it; dimensionless unless given.
    answers : tuple of Difference or Share, default ()
        What the outputs stand for, where that is not their concentrations.
    """

    crn: Crn
    outputs: tuple[str, ...]
    duration: float
    settles: bool
    accuracy: float = ACCURACY
    units: LabUnits | None = None
    answers: tuple[Answer, ...] = ()

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
    def run_time(self) -> float:
        """The duration in the units of the study."""
        return self.duration * scales(self.units)[1]

    @property
    def curves(self) -> dict[str, str]:
        """What to draw over time: names of answers, or else of the output species, by their ids."""
        if self.answers:
            return {answer.id: answer.name for answer in shown_answers(self.answers)}
        return self.labels

    @property
    def labels(self) -> dict[str, str]:
        """What to call the outputs: the user's names of a neural network's, or their ids."""
        labels = {species: species for species in self.outputs}
        recognised = self.recognised
        if recognised is not None and (names := recognised.network.output_names):
            known = dict(zip(recognised.layers[-1], names, strict=True))
            labels |= {species: known[species] for species in labels if species in known}
        return labels

    def run(self, inputs: ArrayLike | None = None) -> Trajectory:
        """Simulate the reaction network for the duration.

        Parameters
        ----------
        inputs : array_like, shape (width,), optional
            Inputs of a neural network, instead of those in the model.

        Returns
        -------
        Trajectory
            The run of all dynamic species, by their ids in the reaction network, in the units of
            the study; and of the answers, by theirs.
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
        answers = evaluate(self.answers, dict(zip(ids, run.values.T, strict=True)))
        one, unit_of_time = scales(self.units)
        values = np.column_stack([run.values * one, *answers.values()])
        return Trajectory(run.times * unit_of_time, values, (*ids, *answers))


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
    accuracy: float | None = None,
    units: LabUnits | None = None,
    answers: bool = True,
) -> Study:
    """Choose what to look at in a reaction network, and how long to run it.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    duration : float, optional
        Dimensionless time of a run. Unless given, a neural network runs until it is proved to be
        within the accuracy of its steady state from every start, rounded up; any other model runs
        for 100.
    inputs : array_like, shape (n, width), optional
        Inputs of a neural network, all of which are to settle; those in the model unless given.
    accuracy : float, optional
        What "settled" means: an absolute, dimensionless distance. Unless given, 1e-3, or 1e-3 of
        the largest output where all outputs are small.
    units : LabUnits, optional
        Units of the study; those of the reaction network unless given.
    answers : bool, default True
        Whether to look at what the outputs of a neural network stand for, and not at their
        concentrations, where these differ.

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
    units, crn = units or crn.units, dimensionless(crn)
    try:
        recognised = recognise_network(crn)
    except UnsupportedError as error:
        if inputs is not None:
            raise takes_no_inputs(crn, error) from error
        chosen = _DEFAULT_DURATION if duration is None else duration
        return Study(crn, crn.dynamic_species[-_MOST_OUTPUTS:], chosen, False, units=units)
    rows = recognised.own_inputs(crn)[np.newaxis, :]
    if inputs is not None:
        network = recognised.network
        rows = check_inputs(inputs, network.widths[0], network.input_names)
    if accuracy is None:
        accuracy = usual_accuracy(recognised.network, rows)
    try:
        time = float(settling_time(recognised.network, rows, accuracy).max())
    except (InputValueError, SimulationError):
        # Finer than double precision can prove, or too long: then nothing is promised.
        time = math.inf
    if duration is None:
        duration = _rounded_up(time) if time < math.inf else _DEFAULT_DURATION
    shown = read_answers(crn) if answers else ()
    return Study(crn, recognised.layers[-1], duration, duration >= time, accuracy, units, shown)


def usual_accuracy(network: NeuralNetwork, inputs: Array) -> float:
    """Return what "settled" means for a neural network at some inputs, shape (n, width)."""
    largest = float(network.forward(inputs).max(initial=0.0))
    if largest >= _SMALL:
        return ACCURACY
    return max(ACCURACY * largest, _FINEST)


def _rounded_up(time: float) -> float:
    """Round up to one digit: 1, 2, 3, ... times a power of ten."""
    exponent = math.floor(math.log10(time))
    return float(f"{math.ceil(time / 10.0**exponent)}e{exponent}")
