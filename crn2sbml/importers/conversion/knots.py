"""How many knots each function of an import gets, and the smoothing h, for an accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crn2sbml.errors import InputValueError
from crn2sbml.importers.computation.bounds import Ranges, bound_errors
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.piecewise import PiecewiseLinear, approximate
from crn2sbml.importers.conversion.options import ImportOptions

# Functions get this share of the accuracy, the smoothing the rest.
_SHARE_OF_KNOTS = 0.5
_LARGEST_H, _SMALLEST_H = 1.0, 1e-100
_MOST_KNOTS = 2000


def choose_knots(
    graph: Graph, output: Value, options: ImportOptions, ranges: Ranges
) -> list[PiecewiseLinear]:
    """Choose knots so that what they cost is at most a share of the accuracy.

    Parameters
    ----------
    graph : Graph
        The original.
    output : Value
        Its output.
    options : ImportOptions
        What the user chose.
    ranges : Ranges
        Ranges of the inputs, and of what follows from them.

    Returns
    -------
    list of PiecewiseLinear
        What each function of the graph becomes, up to the smoothing.

    Raises
    ------
    InputValueError
        If the accuracy cannot be had with any number of knots that is allowed.
    """
    if options.knots is not None:
        return [approximate(s.function, knots=options.knots) for s in graph.sources]
    if all(s.function.exact is not None for s in graph.sources):
        return [approximate(s.function, 1.0) for s in graph.sources]
    goal = _SHARE_OF_KNOTS * options.accuracy
    shares = _shares(graph, output, goal, ranges)
    error = goal
    while True:
        pieces = _approximated(graph, [error * share for share in shares])
        # As if there were no smoothing.
        proved = bound_errors(graph, output, pieces, 0.0, ranges).largest
        if proved <= goal:
            return pieces
        if not np.isfinite(proved):
            raise InputValueError(
                "nothing can be proved: a function is used outside of the range where it is known; "
                "give data or a range for the inputs, or a wider domain for the function"
            )
        if max(piece.nodes for piece in pieces) > _MOST_KNOTS:
            raise InputValueError(
                f"an accuracy of {options.accuracy:g} needs more than {_MOST_KNOTS:,} nodes for "
                f"each node of the original: what is proved for that many is "
                f"{proved:.3g}; ask for less, give data or a range for the inputs, or the "
                f"number of knots"
            )
        error *= min(0.7, max(0.05, goal / proved))


def _shares(graph: Graph, output: Value, error: float, ranges: Ranges) -> list[float]:
    """Return how errors of the functions should compare so that all have the fewest knots.

    An error e of a function of n values costs the output A e and n / sqrt(e) knots; the sum of the
    knots is smallest where e is proportional to (n / A)^(2/3).
    """
    pieces = _approximated(graph, [error] * len(graph.sources))
    exact = [replace(piece, error=(0.0, 0.0)) for piece in pieces]
    shares = []
    for number, (source, piece) in enumerate(zip(graph.sources, pieces, strict=True)):
        share = 1.0
        if source.function.exact is None:
            alone = [*exact[:number], piece, *exact[number + 1 :]]
            cost = bound_errors(graph, output, alone, 0.0, ranges).largest
            if 0 < cost < math.inf:
                share = (source.argument.size / cost) ** (2 / 3)
        shares.append(share)
    return [share / max(shares) for share in shares]


def _approximated(graph: Graph, errors: Sequence[float]) -> list[PiecewiseLinear]:
    known: dict[tuple[int, float], PiecewiseLinear] = {}
    pieces = []
    for source, error in zip(graph.sources, errors, strict=True):
        # Each function is approximated once, however many layers apply it.
        key = id(source.function), error
        if key not in known:
            known[key] = approximate(source.function, error)
        pieces.append(known[key])
    return pieces


def choose_smoothing(
    graph: Graph,
    output: Value,
    pieces: list[PiecewiseLinear],
    options: ImportOptions,
    ranges: Ranges,
) -> float:
    """Return the largest h that gives the accuracy; h = 1 where nothing depends on it.

    Parameters
    ----------
    graph, output, options, ranges
        See :func:`choose_knots`.
    pieces : list of PiecewiseLinear
        What each function of the graph became.

    Raises
    ------
    InputValueError
        If no h gives the accuracy.
    """
    if options.h is not None:
        return options.h

    def proved(h: float) -> float:
        return bound_errors(graph, output, pieces, h, ranges).largest

    # With a chosen number of knots, what they cost cannot be made up for by smoothing.
    floor = proved(0.0)
    goal = options.accuracy if options.knots is None else floor + options.accuracy
    if proved(_LARGEST_H) <= goal:
        return _LARGEST_H
    if proved(_SMALLEST_H) > goal:
        raise InputValueError(
            f"an accuracy of {options.accuracy:g} cannot be had: even without smoothing only "
            f"{floor:.3g} is proved; ask for less, or give data or a range for the inputs"
        )
    # Bisection on the logarithm to less than a hundredth; the bound grows with h.
    small, large = math.log(_SMALLEST_H), math.log(_LARGEST_H)
    while large - small > 5e-3:
        middle = (small + large) / 2
        if proved(math.exp(middle)) <= goal:
            small = middle
        else:
            large = middle
    # Two digits are enough, rounded down.
    h = math.exp(small)
    exponent = math.floor(math.log10(h)) - 1
    rounded = float(f"{math.floor(h / 10.0**exponent)}e{exponent}")
    return rounded if proved(rounded) <= goal else h
