"""Where a neural network settles, for certain, and about how long that takes.

Everything is vectorised over inputs and nodes and costs about as much as a forward pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs
from crn2sbml._support.intervals import EPSILON, AffineMap, Interval, rounding_of_sums
from crn2sbml.errors import SimulationError
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork

# Half-width of a bracket before upstream uncertainty, relative to the activation. The sign of f
# is certain there: rounding of f moves the root by a few EPSILON relative (module activations).
_RELATIVE_WIDTH = 64 * EPSILON

# Roundings of a term of f(x) = h + rho x - sum (k - 1) d_k x^k besides a first product: of another
# product, and of the power, of which libraries for mathematics promise two.
_FURTHER_ROUNDINGS = 3

# A bracket that does not hold is widened by factors of two; 2^60 spans every double of interest.
_MAX_WIDENINGS = 60


@dataclass(frozen=True, slots=True)
class DrivenNetwork:
    """A neural network with its inputs put in: rho of the first layer, and the layers that follow.

    All that settles depends on the inputs through these few numbers, so that the product with the
    inputs is computed once.

    Parameters
    ----------
    rho : numpy.ndarray, shape (n, nodes of layer 1)
        The growth rates W d + beta of the first layer for each input.
    rounding : numpy.ndarray, shape (n, nodes of layer 1)
        A bound of the distance of `rho` from its exact value.
    activation : Activation
        The activation of the first layer.
    later : tuple of Layer
        The layers after the first.
    """

    rho: Array
    rounding: Array
    activation: Activation
    later: tuple[Layer, ...]

    def __len__(self) -> int:
        return len(self.rho)


def drive(network: NeuralNetwork, inputs: ArrayLike) -> DrivenNetwork:
    """Put inputs into a neural network.

    Parameters
    ----------
    network : NeuralNetwork
        A neural network whose activations all have h > 0.
    inputs : array_like, shape (n, width)
        The inputs, one a row, finite and >= 0.

    Returns
    -------
    DrivenNetwork
    """
    rows = check_inputs(inputs, network.widths[0], network.input_names)
    return drive_checked(network, rows)


def drive_checked(network: NeuralNetwork, rows: Array) -> DrivenNetwork:
    """Put inputs that have been checked into a neural network."""
    first = network.layers[0]
    rho, rounding = AffineMap(first.weights, first.biases).of_points(rows)
    return DrivenNetwork(rho, rounding, first.activation, tuple(network.layers[1:]))


def bracket_steady_state(driven: DrivenNetwork) -> Interval:
    """Bracket the steady state of every node by signs of its right-hand side.

    f(x; rho) is concave in x with f(0) = h > 0, so f(lower; lowest rho) > 0 > f(upper; highest
    rho) puts the node's only positive root between the two, whatever rho is within its own
    bracket. Going layer by layer, the brackets of one layer bound rho in the next. The closed form
    only proposes where to look; the signs prove it.

    Parameters
    ----------
    driven : DrivenNetwork
        The neural network with its inputs put in.

    Returns
    -------
    Interval
        Proven bounds of the steady state of every node, shape (n, nodes): all nodes side by side,
        layer by layer, and an input a row.

    Raises
    ------
    SimulationError
        If the numbers are so extreme that no bracket can be proven.
    """
    layers = []
    activation, rho, radius = driven.activation, driven.rho, driven.rounding
    for layer in (*driven.later, None):
        bracket = _bracket_layer(activation, rho, radius)
        layers.append(bracket)
        if layer is not None:
            activation = layer.activation
            rho, radius = AffineMap(layer.weights, layer.biases).of_intervals(bracket)
    return Interval(
        np.hstack([bracket.lower for bracket in layers]),
        np.hstack([bracket.upper for bracket in layers]),
    )


def bound_distances(steady_state: Interval, states: Array) -> Array:
    """Bound how far each state is from the steady state in its worst node.

    Parameters
    ----------
    steady_state : Interval
        What :func:`bracket_steady_state` proves of it, shape (n, nodes).
    states : numpy.ndarray, shape (n, nodes)
        The concentrations of all nodes, one state a row.

    Returns
    -------
    numpy.ndarray, shape (n,)
        A bound for each state; infinite where a node is not a number.
    """
    return np.asarray(steady_state.distances(states).max(axis=1))


def rounding_of_rate(activation: Activation, terms: Array) -> Array:
    """Bound the rounding of dx/dt, or of its slope, from the sum of its terms' absolute values.

    Parameters
    ----------
    activation : Activation
        The activation of the node; its decay is a term of the rate for each order.
    terms : numpy.ndarray
        The sums of the absolute values of all terms.

    Returns
    -------
    numpy.ndarray
        A bound for each sum.
    """
    return rounding_of_sums(len(activation.decay) + 2 + _FURTHER_ROUNDINGS, terms)


def _bracket_layer(activation: Activation, rho: Array, radius: Array) -> Interval:
    guess = activation(rho)
    width = 2 * activation.derivative_at_value(guess) * radius + _RELATIVE_WIDTH * guess
    for _ in range(_MAX_WIDENINGS):
        below, above = np.maximum(guess - width, 0.0), guess + width
        holds = (activation.rate(below, rho - radius) > _rounding(activation, below, rho)) & (
            activation.rate(above, rho + radius) < -_rounding(activation, above, rho)
        )
        if holds.all():
            return Interval(below, above)
        width = np.where(holds, width, 2 * width)
    raise SimulationError(
        "the steady state cannot be bracketed: weights, inputs or h are so extreme that double "
        "precision cannot tell on which side of it a node is; scale them towards 1"
    )


def _rounding(activation: Activation, x: Array, rho: Array) -> Array:
    terms = activation.h + np.abs(rho) * x
    for k, d in activation.decay.items():
        terms = terms + (k - 1) * d * x**k
    return rounding_of_rate(activation, terms)


def estimate_settling_times(driven: DrivenNetwork, accuracy: float) -> Array:
    """Estimate the time until every node is within `accuracy` of its steady state.

    For each node the time to leave a neighbourhood of 0, ln(1 + rho a / h) / rho, is added to the
    time of the final exponential approach, ln(1 + max(a, kappa) / accuracy) / kappa; the slowest
    nodes of the layers follow one another. Layers that feed into large weights must settle
    further. It is an estimate: :func:`bracket_steady_state` tells whether a run has settled.

    Parameters
    ----------
    driven : DrivenNetwork
        The neural network with its inputs put in.
    accuracy : float
        The absolute accuracy that is wanted in every node.

    Returns
    -------
    numpy.ndarray, shape (n,)
        A time for each input.
    """
    total = np.zeros(len(driven))
    targets = _accuracies(driven.later, accuracy)
    for (activation, rho, a), target in zip(_settled_layers(driven), targets, strict=True):
        kappa = activation.relaxation_rate(a)
        growth = np.maximum(rho, 1e-12 * kappa)
        escape = np.log1p(growth * a / activation.h) / growth
        approach = (1.0 + np.log1p(np.maximum(a, kappa) / target)) / kappa
        total += (escape + approach).max(axis=1)
    return total


def _settled_layers(driven: DrivenNetwork) -> Iterator[tuple[Activation, Array, Array]]:
    """Yield activation, rho and the settled nodes of each layer, by the closed form."""
    activation, rho = driven.activation, driven.rho
    a = activation(rho)
    yield activation, rho, a
    for layer in driven.later:
        activation, rho = layer.activation, a @ layer.weights.T + layer.biases
        a = activation(rho)
        yield activation, rho, a


def estimate_fastest_rates(driven: DrivenNetwork, starts: Array) -> Array:
    """Estimate the largest rate at which a node relaxes on its way from its start.

    That is -df/dx = -rho + sum k (k-1) d_k x^(k-1), largest where x is: at the start or at the
    steady state. rho is taken where the layer before starts and where it settles; on the way it
    may be lower still.

    Parameters
    ----------
    driven : DrivenNetwork
        The neural network with its inputs put in.
    starts : numpy.ndarray, shape (n, nodes)
        The concentrations at time 0, all layers side by side.

    Returns
    -------
    numpy.ndarray, shape (n,)
        A rate for each input, over all nodes; infinite or nan where doubles end.
    """
    fastest, done = np.zeros(len(driven)), 0
    rho_at_start = driven.rho
    with np.errstate(over="ignore", invalid="ignore"):
        for (activation, rho, settled), layer in zip(
            _settled_layers(driven), (*driven.later, None), strict=True
        ):
            before = starts[:, done : done + rho.shape[1]]
            done += rho.shape[1]
            highest = np.maximum(settled, before)
            rate = -np.minimum(rho, rho_at_start)
            for k, d in activation.decay.items():
                rate = rate + k * (k - 1) * d * highest ** (k - 1)
            fastest = np.maximum(fastest, rate.max(axis=1))
            if layer is not None:
                rho_at_start = before @ layer.weights.T + layer.biases
    return fastest


def _accuracies(later: Sequence[Layer], accuracy: float) -> list[float]:
    """Return the accuracy that each layer needs so that the later ones reach theirs."""
    targets = [accuracy]
    for layer in reversed(later):
        # The derivative of the activation is at most 1/d_2 for order 2, and of order 1 otherwise.
        gain = np.abs(layer.weights).sum(axis=1).max(initial=0.0)
        targets.insert(0, min(accuracy, targets[0] / max(1.0, float(gain))))
    return targets
