"""What an export needs besides the network: which species matter, and how long to run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crn2sbml.crn import Crn
from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.extract import recognise_network
from crn2sbml.theory import settling_time

# Settled means: within this distance of the steady state.
_ACCURACY = 1e-3
# Where nothing is known of the time that a network takes.
_DEFAULT_DURATION = 100.0
_MOST_OUTPUTS = 12


@dataclass(frozen=True, slots=True)
class Study:
    """A network, the species to look at, and the time to run.

    Parameters
    ----------
    crn : Crn
        Dimensionless network.
    outputs : tuple of str
        Ids of the species to plot and report.
    duration : float
        Time of a run, in the network's own units: 1 is what a time of 1 is.
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


def make_study(crn: Crn, duration: float | None = None) -> Study:
    """Choose what to look at in a network, and how long to run it.

    Parameters
    ----------
    crn : Crn
        Any network, dimensionless.
    duration : float, optional
        Time of a run. Unless given, a neural network runs until it is proved to be within 1e-3 of
        its steady state from every start, rounded up; another network runs for 100.

    Returns
    -------
    Study
        With the outputs of a neural network, or the last 12 dynamic species of another one.

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
        found = recognise_network(crn)
        time = float(
            settling_time(found.network, found.own_inputs(crn)[np.newaxis, :], _ACCURACY)[0]
        )
    except UnsupportedError:
        outputs = crn.dynamic_species[-_MOST_OUTPUTS:]
        return Study(crn, outputs, duration or _DEFAULT_DURATION, False)
    chosen = _rounded_up(time) if duration is None else duration
    return Study(crn, found.layers[-1], chosen, chosen >= time)


def _rounded_up(time: float) -> float:
    """Round up to one digit: 1, 2, 3, ... times a power of ten."""
    power = 10.0 ** math.floor(math.log10(time))
    return math.ceil(time / power) * power
