"""Weights that belong together: halves of pairs and knots of one function stay so in training.

A number of either sign is the difference of two nodes, and a smooth function a sum of several
nodes, that all see the same weighted sum up to its sign. Training moves what they share, so that
they still do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array, digest
from crn2sbml.neural.network import Layer, NeuralNetwork

# Weights out of tied nodes are proportional up to rounding.
_ROUNDING = 1e-9

_Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Changes of all weights and biases as a linear map of changes of fewer free numbers.

    Parameters
    ----------
    size : int
        Number of free numbers.
    parameters : int
        Number of weights and biases, in the order of one vector.
    rows, columns : numpy.ndarray of int, shape (entries,)
        Which weight or bias follows which free number.
    factors : numpy.ndarray, shape (entries,)
        The change of each weight or bias per change of its free number.
    """

    size: int
    parameters: int
    rows: _Numbers
    columns: _Numbers
    factors: Array

    @property
    def digest(self) -> str:
        """A text that is the same for the same ties."""
        sizes = np.array([self.size, self.parameters])
        return digest(sizes, self.rows, self.columns, self.factors)

    def reduce_gradient(self, gradient: Array) -> Array:
        """Return the gradient with respect to the free numbers, from that to all parameters."""
        return _sums(self.columns, self.factors * gradient[self.rows], self.size)

    def expand_step(self, change: Array) -> Array:
        """Return the change of all weights and biases, from that of the free numbers."""
        return _sums(self.rows, self.factors * change[self.columns], self.parameters)


def _sums(places: _Numbers, values: Array, size: int) -> Array:
    """Add values up place by place."""
    return np.bincount(places, values, size).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Nodes that belong together: for each node its group, and a factor or sign within it."""

    number: _Numbers
    factor: Array


def find_ties(network: NeuralNetwork, input_pairs: Sequence[bool] = ()) -> Ties | None:
    """Find out which weights of a network belong together, from their numbers.

    Parameters
    ----------
    network : NeuralNetwork
        The neural network to look into.
    input_pairs : sequence of bool, optional
        For each number that is put in whether it is a pair of inputs.

    Returns
    -------
    Ties or None
        None if nothing is tied, absent or fixed: every weight is free.

    Notes
    -----
    Nodes of a layer belong together if their weights are the same up to sign, and what leads out of
    them is proportional. Weights of 0 in a sparse layer are absent and stay so, and nothing in a
    layer that is not trainable changes.
    """
    before = _input_groups(network, input_pairs)
    parts: list[tuple[_Numbers, _Numbers, Array]] = []
    start = free = 0
    for number, layer in enumerate(network.layers):
        rows = _row_groups(layer)
        onward = network.layers[number + 1] if number + 1 < len(network.layers) else None
        rows, columns = _confirmed(layer, rows, onward)
        if layer.trainable:
            tied, free = _layer_ties(layer, rows, before, start, free)
            parts += tied
        start += layer.weights.size + layer.biases.size
        before = columns
    if free == start:
        return None
    if not parts:
        return free_parameters(network)
    joined = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return Ties(free, start, joined[0], joined[1], joined[2])


def free_parameters(network: NeuralNetwork) -> Ties:
    """Leave all free but weights that sparse layers lack, and layers that are not trainable."""
    free = np.concatenate(
        [
            np.concatenate([layer.edges.ravel(), np.ones(layer.width, dtype=bool)])
            & layer.trainable
            for layer in network.layers
        ]
    )
    rows = np.flatnonzero(free)
    return Ties(len(rows), len(free), rows, np.arange(len(rows)), np.ones(len(rows)))


def _input_groups(network: NeuralNetwork, pairs: Sequence[bool]) -> _Groups:
    width = network.widths[0]
    number = np.arange(width)
    factor = np.ones(width)
    if sum(pairs) + len(pairs) == width:
        number = np.repeat(np.arange(len(pairs)), 1 + np.array(pairs, dtype=int))
        factor[1:][number[1:] == number[:-1]] = -1.0
    groups = _Groups(number, factor)
    return groups if _fits(groups, network.layers[0].weights) else _alone(width)


def _alone(width: int) -> _Groups:
    return _Groups(np.arange(width), np.ones(width))


def _fits(groups: _Groups, weights: Array) -> bool:
    """Tell whether columns of a group are proportional to its first one, as the factors say."""
    first = np.unique(groups.number, return_index=True)[1][groups.number]
    expected = weights[:, first] * groups.factor
    return bool(np.allclose(weights, expected, rtol=_ROUNDING, atol=0.0))


def _row_groups(layer: Layer) -> _Groups:
    """Group the nodes whose weights are the same up to sign."""
    known: dict[bytes, int] = {}
    number, factor = np.zeros(layer.width, dtype=np.intp), np.ones(layer.width)
    for node, row in enumerate(layer.weights):
        present = np.flatnonzero(row)
        factor[node] = np.sign(row[present[0]]) if len(present) else 1.0
        key = (factor[node] * row + 0.0).tobytes() if len(present) else b"alone %d" % node
        number[node] = known.setdefault(key, len(known))
    return _Groups(number, factor)


def _confirmed(layer: Layer, rows: _Groups, onward: Layer | None) -> tuple[_Groups, _Groups]:
    """Keep the groups whose weights out are proportional; return rows, and columns after them."""
    width = len(rows.number)
    if onward is None:
        return rows, _alone(width)
    number, sign = rows.number.copy(), rows.factor.copy()
    factor = np.ones(width)
    last = int(number.max())
    for group in np.flatnonzero(np.bincount(rows.number) > 1):
        members = np.flatnonzero(rows.number == group)
        ratios = _ratios(onward.weights[:, members])
        if ratios is None:
            # They only look alike.
            number[members[1:]] = last + 1 + np.arange(len(members) - 1)
            last += len(members) - 1
        else:
            factor[members] = ratios / _steepest(
                rows.factor[members], layer.biases[members], ratios
            )
    number = np.unique(number, return_inverse=True)[1].astype(np.intp)
    return _Groups(number, sign), _Groups(number, factor)


def _ratios(columns: Array) -> Array | None:
    """Return the ratios of columns to the first one, or None if they are not proportional."""
    place = np.abs(columns[:, 0]).argmax()
    if columns[place, 0] == 0.0:
        return None
    ratios = np.asarray(columns[place] / columns[place, 0])
    close = np.allclose(columns, columns[:, :1] * ratios, rtol=_ROUNDING, atol=0.0)
    return ratios if close else None


def _steepest(signs: Array, biases: Array, ratios: Array) -> float:
    """Return the largest slope of the function that nodes phi(sign z + bias) add up to.

    With it as the unit, a free number is the weight behind a function whose largest slope is 1, and
    a step of training is as long as it would be there.
    """
    # On the far left only nodes count that shrink with z; at each knot the slope changes.
    left = -float(ratios[signs < 0].sum())
    order = np.argsort(-signs * biases, kind="stable")
    slopes = left + np.cumsum(ratios[order])
    return max(abs(left), float(np.abs(slopes).max())) or 1.0


def _layer_ties(
    layer: Layer, rows: _Groups, columns: _Groups, start: int, free: int
) -> tuple[list[tuple[_Numbers, _Numbers, Array]], int]:
    """Tie the weights and biases of a layer; free numbers are counted on from `free`."""
    width = layer.weights.shape[1]
    i, j = np.indices(layer.weights.shape).reshape(2, -1)
    present = layer.edges.ravel()
    i, j = i[present], j[present]
    groups = int(columns.number.max(initial=-1)) + 1
    shared = rows.number[i] * groups + columns.number[j]
    _, shared = np.unique(shared, return_inverse=True)
    count = int(shared.max(initial=-1)) + 1
    weights = (
        (start + i * width + j).astype(np.intp),
        (free + shared).astype(np.intp),
        rows.factor[i] * columns.factor[j],
    )
    first_bias = start + layer.weights.size
    biases = (
        first_bias + np.arange(layer.width),
        free + count + rows.number,
        rows.factor.copy(),
    )
    return [weights, biases], free + count + int(rows.number.max()) + 1
