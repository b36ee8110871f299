"""The model that a page is about, and what it does in a simulator, input by input."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import LabUnits
from crn2sbml.construction.compile import compile_network
from crn2sbml.construction.origin import Encoding
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.exports import Study
from crn2sbml.exports.study import takes_no_inputs
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.simulate import Simulator, SteadyState, Trajectory

MOST_INPUTS = 12
# Of settled values, relative to the largest of those above 1.
_RUN_ACCURACY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """What a model does in a simulator.

    Parameters
    ----------
    inputs : numpy.ndarray, shape (n, width)
        Inputs of a neural network, dimensionless; of shape (1, 0) where the model takes none.
    trajectories : tuple of Trajectory
        One run for each input, in the units of the page; empty if the model cannot be run.
    settled : SteadyState or None
        Where all inputs lead to, dimensionless; None if the model is no neural network.
    failure : str, default ""
        Why the model cannot be run.
    """

    inputs: Array
    trajectories: tuple[Trajectory, ...]
    settled: SteadyState | None
    failure: str = ""

    def levels(self, number: int) -> list[Array]:
        """Return the settled concentrations of inputs and nodes for one input, layer by layer."""
        assert self.settled is not None
        return [self.inputs[number], *(layer[number] for layer in self.settled.activations)]


def choose_model(
    source: NeuralNetwork | Crn, inputs: ArrayLike | None, encoding: Encoding
) -> tuple[Crn, Array | None]:
    """Return the reaction network of a page with its first input, and all inputs.

    Parameters
    ----------
    source : NeuralNetwork or Crn
        What the page is about.
    inputs : array_like, shape (n, width), optional
        Inputs to show; those in a `Crn` unless given.
    encoding : {"enzymatic", "absorbed", "folded"}
        How to compile a `NeuralNetwork`.

    Returns
    -------
    crn : Crn
        The reaction network, which holds the first input.
    rows : numpy.ndarray, shape (n, width), or None
        All inputs; None if the reaction network is no neural network.

    Raises
    ------
    ConcentrationError
        If inputs are missing, negative or not finite, or the width is wrong.
    InputValueError
        If there are too many inputs, or the source is something else.
    UnsupportedError
        If inputs were given for a reaction network that is no neural network.
    """
    if isinstance(source, NeuralNetwork):
        return _compiled(source, inputs, encoding)
    if not isinstance(source, Crn):
        raise InputValueError(
            f"a report is about a NeuralNetwork or a Crn, not {type(source).__name__}"
        )
    try:
        recognised = recognise_network(source)
    except UnsupportedError as error:
        if inputs is not None:
            raise takes_no_inputs(source, error) from error
        return source, None
    if inputs is None:
        return source, recognised.own_inputs(source)[np.newaxis, :]
    if recognised.encoding == "folded":
        raise InputValueError(
            f"{source.name} is folded: it holds its data point and takes no others; leave the "
            f"inputs out"
        )
    rows = _checked_rows(inputs, recognised.network)
    values = dict(zip(recognised.inputs, rows[0].tolist(), strict=True))
    species = [replace(s, initial=values.get(s.id, s.initial)) for s in source.species]
    return replace(source, species=species), rows


def _compiled(
    network: NeuralNetwork, inputs: ArrayLike | None, encoding: Encoding
) -> tuple[Crn, Array]:
    if inputs is None:
        raise ConcentrationError(
            "a network holds no inputs, and a page shows what some of them settle at; give one "
            "or several (inputs=[[0.5, 1.0]] in Python, --input 0.5,1 on the command line)"
        )
    rows = _checked_rows(inputs, network)
    crn = compile_network(network, encoding, rows[0])
    if encoding != "folded":
        return crn, rows
    if len(rows) > 1:
        raise InputValueError(
            f"there are {len(rows)} inputs, but a folded model holds one data point; give "
            f"one, or use another encoding"
        )
    return crn, np.empty((1, 0))


def _checked_rows(inputs: ArrayLike, network: NeuralNetwork) -> Array:
    rows = check_inputs(inputs, network.widths[0], network.input_names)
    if not 1 <= len(rows) <= MOST_INPUTS:
        raise InputValueError(
            f"there are {len(rows):,} inputs, but a page shows 1 to {MOST_INPUTS}; choose some"
        )
    return rows


def run_model(study: Study, rows: Array | None, units: LabUnits | None) -> Runs:
    """Simulate a model from each of its inputs, and settle it if it is a neural network.

    Parameters
    ----------
    study : Study
        The model and the time to run.
    rows : numpy.ndarray, shape (n, width), or None
        All inputs; None if the model is no neural network.
    units : LabUnits or None
        Units of the trajectories; None for dimensionless ones.
    """
    if study.recognised is None or rows is None:
        try:
            return Runs(np.empty((1, 0)), (study.run(units=units),), None)
        except SimulationError as error:
            return Runs(np.empty((1, 0)), (), None, str(error))
    network = study.recognised.network
    trajectories = tuple(study.run(row, units) for row in rows)
    largest = max(float(layer.max()) for layer in network.activations(rows))
    with Simulator(network) as simulator:
        settled = simulator.steady_state(rows, _RUN_ACCURACY * max(1.0, largest))
    return Runs(rows, trajectories, settled)
