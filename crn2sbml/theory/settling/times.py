"""How long a neural network takes to settle, for certain, from every start."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.blas import one_blas_thread
from crn2sbml._support.checks import check_inputs, check_type
from crn2sbml.construction.compile import check_smoothing
from crn2sbml.errors import InputValueError
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.theory.settling.staircase import Staircase

# Steps are this share of the time passed: smaller ones give tighter bounds and take longer.
_STEP = 0.05


def settling_time(
    network: NeuralNetwork, inputs: ArrayLike, accuracy: float = 1e-3, *, step: float = _STEP
) -> Array:
    """Bound the time by which every node is close to its steady state, from every start.

    Parameters
    ----------
    network : NeuralNetwork
        A neural network whose activations all have h > 0.
    inputs : array_like, shape (n, width)
        The inputs, one a row, finite and >= 0.
    accuracy : float, default 1e-3
        The absolute distance to the steady state that counts as settled, for every node.
    step : float, default 0.05
        The length of a step relative to the time passed; a smaller one gives a tighter bound, and
        takes longer in proportion.

    Returns
    -------
    numpy.ndarray, shape (n,)
        For each input a time, in the units of the model. From it on, every node is within
        `accuracy` of its steady state, wherever all nodes started, at 0, at 1e9 or at infinity.

    Raises
    ------
    UnsupportedError
        If a layer has h = 0: a node that is at 0 then stays there.
    ConcentrationError
        If an input is negative or not finite, or the width is wrong.
    InputValueError
        If the accuracy is not positive, or finer than double precision can prove.

    Notes
    -----
    Proposition 4.9 promises that it exists (convergence from infinity in finite time, and then at
    an exponential rate). For one node of order 2 it is exact:
    max(ln(1 + D/eps), ln((a^2/h)(D/eps - 1))) / D with D = a + h/a.

    Examples
    --------
    >>> from crn2sbml import Activation, Layer, NeuralNetwork, settling_time
    >>> network = NeuralNetwork([Layer([[1.0]], [0.0], Activation(h=1e-10))])
    >>> settling_time(network, [[1.0]], 1e-3).round(2)
    array([29.93])
    """
    times = layer_settling_times(network, inputs, accuracy, step=step)
    return np.asarray(times.max(axis=1))


def layer_settling_times(
    network: NeuralNetwork, inputs: ArrayLike, accuracy: float = 1e-3, *, step: float = _STEP
) -> Array:
    """Bound the settling time of each layer.

    Parameters
    ----------
    network, inputs, accuracy, step
        See :func:`settling_time`.

    Returns
    -------
    numpy.ndarray, shape (n, layers)
        From this time on, every node of the layer is within `accuracy` of its steady state.
    """
    # Thousands of small products: threads that wait for each other take longer on a busy machine.
    with one_blas_thread():
        staircase = Staircase(network, inputs, accuracy, step)
        while not staircase.finished:
            staircase.climb()
    return staircase.settled


@dataclass(frozen=True, slots=True)
class Envelope:
    """Curves that every trajectory of an input stays between, wherever it starts.

    Parameters
    ----------
    times : numpy.ndarray, shape (times,)
        Times after 0, in increasing order.
    lower, upper : numpy.ndarray, shape (times, nodes)
        Bounds of each node, all layers side by side; `upper` is infinite at first in deeper
        layers. They hold at these times and, since `lower` only rises and `upper` only falls,
        until the next one, too.
    """

    times: Array
    lower: Array
    upper: Array


def envelope(
    network: NeuralNetwork, inputs: ArrayLike, accuracy: float = 1e-3, *, step: float = _STEP
) -> Envelope:
    """Bound every trajectory of one input from every start, until it has settled.

    Parameters
    ----------
    network, accuracy, step
        See :func:`settling_time`.
    inputs : array_like, shape (width,)
        One input, finite and >= 0.

    Returns
    -------
    Envelope
    """
    staircase = Staircase(network, inputs, accuracy, step)
    if len(staircase.settled) != 1:
        raise InputValueError(
            f"an envelope is that of one input, but {len(staircase.settled)} rows were given; pass "
            f"one"
        )
    reached = []
    while not staircase.finished:
        reached.append(staircase.climb())
    times, lower, upper = (np.concatenate(parts) for parts in zip(*reached, strict=True))
    return Envelope(times[:, 0], lower, upper)


def closed_envelope(network: NeuralNetwork, inputs: ArrayLike) -> tuple[tuple[Array, Array], ...]:
    """Return A and C with x(t) <= A + C/t for every node, every start and every t > 0.

    Parameters
    ----------
    network : NeuralNetwork
        A neural network with decay of order 2 alone and h > 0 in every layer.
    inputs : array_like, shape (n, width)
        The inputs, one a row.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray)
        For each layer A, shape (n, nodes), and C, shape (nodes,).

    Raises
    ------
    UnsupportedError
        If a layer has h = 0.
    InputValueError
        If a layer has decay of another order.

    Notes
    -----
    A of layer l is phi(beta + W+ A of the layer before) and C is (1 + W+ C of the layer before)/d,
    where A = d (the input) and C = 0 in layer 0. Insert A + C/t into equation (13): it falls more
    slowly than any solution that it touches. This is convergence from infinity in finite time,
    Definition 4.7(2), in one line.
    """
    check_type(network, NeuralNetwork, "a closed envelope")
    check_smoothing(network)
    A = check_inputs(inputs, network.widths[0], network.input_names)
    C = np.zeros(network.widths[0])
    bounds = []
    for number, layer in enumerate(network.layers, start=1):
        if tuple(layer.activation.decay) != (2,):
            raise InputValueError(
                f"layer {number} has decay of order {max(layer.activation.decay)}, but the closed "
                f"envelope is worked out for order 2; use envelope() for other orders"
            )
        positive = np.maximum(layer.weights, 0.0)
        A = layer.activation(A @ positive.T + layer.biases)
        C = (1.0 + positive @ C) / layer.activation.decay[2]
        bounds.append((A, C))
    return tuple(bounds)


def time_from_infinity(order: float, constant: float, level: float = 1.0) -> float:
    """Return the time by which du/dt = -c u^q is at or below a level, from every start.

    Parameters
    ----------
    order : float
        The exponent q, above 1.
    constant : float
        The rate constant c, positive.
    level : float, default 1
        The concentration to come down to, positive.

    Returns
    -------
    float
        level^(1-q) / ((q - 1) c).

    Raises
    ------
    InputValueError
        If q <= 1: then it takes arbitrarily long; or if c or the level is not positive.

    Notes
    -----
    Proposition A.1 of the paper, which has level 1.

    Examples
    --------
    >>> from crn2sbml.theory import time_from_infinity
    >>> time_from_infinity(2, 1.0), time_from_infinity(3, 0.5, level=2.0)
    (1.0, 0.25)
    """
    if not order > 1:
        raise InputValueError(
            f"the order is {order!r}, but only a decay of order q > 1 comes from infinity in "
            f"finite time"
        )
    if not (constant > 0 and level > 0):
        raise InputValueError(
            f"the constant is {constant!r} and the level {level!r}; both must be > 0"
        )
    try:
        return float(level ** (1 - order) / ((order - 1) * constant))
    except OverflowError:
        return math.inf
