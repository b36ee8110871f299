"""All that the theory says of a reaction network: its certificate, and how fast it settles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import FormatError, InputValueError, SimulationError, UnsupportedError
from crn2sbml.theory.certificate.certificate import Certificate, Settling
from crn2sbml.theory.certificate.certifier import certify
from crn2sbml.theory.settling.times import settling_time


def examine(crn: Crn, accuracy: float, inputs: Array | None = None) -> Certificate:
    """Certify a reaction network, and bound its settling time if it holds a neural network.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    accuracy : float
        The absolute, dimensionless distance to the steady state that counts as settled.
    inputs : numpy.ndarray, shape (n, width), optional
        Dimensionless inputs of the neural network, which the settling time holds for all of; those
        in the reaction network unless given.

    Returns
    -------
    Certificate
        What :func:`certify` returns, with its `settling`.

    Raises
    ------
    InputValueError
        If the accuracy is not positive.

    Examples
    --------
    >>> from crn2sbml import Crn
    >>> examine(Crn.from_text(["0 -> X", "X -> 2 X", "2 X -> X"]), 1e-3).settling.time < 20
    True
    """
    if not 0 < accuracy < np.inf:
        raise InputValueError(f"the accuracy is {accuracy!r}; it must be a positive number")
    certificate = certify(crn)
    if certificate.at_these_numbers.proved:
        settling = _settling(crn, accuracy, inputs)
    else:
        settling = Settling(accuracy, none_because="not everything is proved at these numbers")
    return replace(certificate, settling=settling)


def _settling(crn: Crn, accuracy: float, inputs: Array | None) -> Settling:
    try:
        recognised = recognise_network(crn)
    except UnsupportedError:
        return Settling(accuracy, none_because="the model is no neural network")
    except FormatError as error:
        # The certificate works from the reactions alone, whatever the metadata are.
        return Settling(accuracy, none_because=str(error))
    rows = recognised.own_inputs(crn)[np.newaxis, :] if inputs is None else inputs
    try:
        return Settling(accuracy, float(settling_time(recognised.network, rows, accuracy).max()))
    except (InputValueError, SimulationError) as error:
        return Settling(accuracy, none_because=str(error))
