"""The last steps of every importer: pairs, knots, smoothing, layers, and a report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import is_number, number_rows
from crn2sbml.errors import InputValueError, SimulationError, UnsupportedError
from crn2sbml.importers.computation.bounds import Ranges, bound_errors, find_ranges
from crn2sbml.importers.computation.functions import IDENTITY
from crn2sbml.importers.computation.graph import Graph, Value, check_nodes
from crn2sbml.importers.computation.piecewise import PiecewiseLinear, approximate
from crn2sbml.importers.conversion.layers import lower
from crn2sbml.importers.imported import ImportedNetwork, ImportReport, Original, with_names
from crn2sbml.neural.dual_rail import ClassLabel, Decoder, Encoder
from crn2sbml.theory import settling_time

Signs = Literal["auto", "pairs", "shift"]

# Functions get this share of the accuracy, the smoothing the rest.
_SHARE_OF_KNOTS = 0.5
_LARGEST_H, _SMALLEST_H = 1.0, 1e-100
_MOST_KNOTS = 2000
# Rows of data whose settling time is bounded for the report: few where there are many nodes.
_FEWEST_ROWS, _MOST_ROWS, _MOST_CLIMBS = 5, 50, 100_000


@dataclass(frozen=True, slots=True, eq=False)
class ImportOptions:
    """What a user can choose about an import.

    Parameters
    ----------
    accuracy : float, default 1e-2
        How far outputs (before a softmax) may be from the original's, for all inputs.
    data : array_like, shape (n, inputs), optional
        Inputs in the original's terms. They give the range of each input, and errors are measured
        on them.
    input_range : tuple of array_like, optional
        Smallest and largest value of each input, or of all, instead of those in the data.
    signs : {"auto", "pairs", "shift"}, default "auto"
        Inputs that may be negative become pairs of concentrations (also "pairs"), or are shifted to
        start at 0 ("shift", which needs data or a range). Without data or range, all may be.
    knots : int, optional
        For each smooth function, instead of as many as the accuracy needs.
    h : float, optional
        Smoothing, instead of the largest that gives the accuracy.
    input_names, output_names : sequence of str, optional
        Names, which files show.
    """

    accuracy: float = 1e-2
    data: ArrayLike | None = None
    input_range: tuple[ArrayLike, ArrayLike] | None = None
    signs: Signs = "auto"
    knots: int | None = None
    h: float | None = None
    input_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name in ("accuracy", "h"):
            value = getattr(self, name)
            optional = name == "h" and value is None
            if not optional and not (is_number(value) and 0 < value < math.inf):
                raise InputValueError(f"{name} is {value!r}; it must be a positive number")
        if self.knots is not None and not (is_number(self.knots) and self.knots % 1 == 0):
            raise InputValueError(f"knots is {self.knots!r}; it must be a whole number")
        if self.signs not in get_args(Signs):
            raise InputValueError(
                f"signs is {self.signs!r}; it must be one of {', '.join(get_args(Signs))}"
            )


def finish(
    graph: Graph,
    output: Value,
    options: ImportOptions,
    function: str = "none",
    classes: Sequence[ClassLabel] | None = None,
) -> ImportedNetwork:
    """Turn a computation into an imported network.

    Parameters
    ----------
    graph : Graph
        The original.
    output : Value
        Its output.
    options : ImportOptions
        What the user chose.
    function : {"none", "softmax", "log-softmax"}
        What the original applies to its output.
    classes : sequence of str, int, float or bool, optional
        What the outputs stand for.

    Returns
    -------
    ImportedNetwork

    Raises
    ------
    InputValueError
        If an option does not fit, or the accuracy cannot be had.
    """
    graph, output = graph.used(output)
    check_nodes(output.size)
    data = _rows(options.data, graph.width)
    low, high = _box(options, data, graph.width)
    encoder = _encoder(options, low, high)
    ranges = find_ranges(graph, low[np.newaxis], high[np.newaxis], encoder.offsets)
    pieces = _pieces(graph, output, options, ranges)
    h = _smoothing(graph, output, pieces, options, ranges)
    lowered = lower(graph, output, pieces, encoder, h)
    names = options.output_names
    if names is None and classes is not None:
        names = _class_names(classes)
    decoder = Decoder([lowered.output_is_pairs] * output.size, function, names, classes)
    network = with_names(lowered.network, encoder, decoder)
    original = Original(graph, output, pieces, h, encoder.offsets)
    found = ImportedNetwork(network, encoder, decoder, None, original)
    proved = bound_errors(graph, output, pieces, h, ranges).largest
    return replace(found, report=_report(found, original, data, proved))


def _class_names(classes: Sequence[ClassLabel]) -> list[str]:
    """Return names of outputs that stand for classes; what cannot be a name gets a number."""
    names = [" ".join(str(label).split()) for label in classes]
    known = {name for name in names if name and names.count(name) == 1}
    spare = (name for n in count(1) if (name := f"class {n}") not in known)
    return [name if name in known else next(spare) for name in names]


def _rows(data: ArrayLike | None, width: int) -> Array | None:
    if data is None:
        return None
    rows = number_rows(data, "data", InputValueError)
    if rows.shape[1] != width or not len(rows):
        raise InputValueError(
            f"the data have shape {np.shape(data)}; they must be rows of {width} numbers"
        )
    return rows


def _box(options: ImportOptions, data: Array | None, width: int) -> tuple[Array, Array]:
    """Return the smallest and largest value of each input."""
    if options.input_range is not None:
        try:
            low, high = (np.array(end, dtype=np.float64) for end in options.input_range)
            low, high = (np.broadcast_to(end, (width,)).copy() for end in (low, high))
        except (TypeError, ValueError):
            raise InputValueError(
                f"the input range is {options.input_range!r}; it must be two numbers, or two rows "
                f"of {width} numbers"
            ) from None
        if not ((low <= high) & (low < np.inf) & (high > -np.inf)).all():
            raise InputValueError("the input range must begin with the smallest values")
        return low, high
    if data is not None:
        return data.min(axis=0), data.max(axis=0)
    return np.full(width, -np.inf), np.full(width, np.inf)


def _encoder(options: ImportOptions, low: Array, high: Array) -> Encoder:
    negative = low < 0
    if options.signs == "shift":
        if not np.isfinite(low).all():
            raise InputValueError(
                "inputs can be shifted only if their smallest values are known; pass data or "
                "input_range"
            )
        return Encoder([False] * len(low), np.where(negative, -low, 0.0), options.input_names)
    pairs = np.ones(len(low), dtype=bool) if options.signs == "pairs" else negative
    return Encoder(pairs.tolist(), None, options.input_names)


def _pieces(
    graph: Graph, output: Value, options: ImportOptions, ranges: Ranges
) -> list[PiecewiseLinear]:
    """Choose knots so that what they cost is at most a share of the accuracy."""
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
        found = bound_errors(graph, output, pieces, 0.0, ranges)
        if found.largest <= goal:
            return pieces
        if not np.isfinite(found.largest):
            raise InputValueError(
                "nothing can be proved: a function is used outside of the range where it is known; "
                "give data or a range for the inputs, or a wider domain for the function"
            )
        if max(piece.nodes for piece in pieces) > _MOST_KNOTS:
            raise InputValueError(
                f"an accuracy of {options.accuracy:g} needs more than {_MOST_KNOTS:,} nodes for "
                f"each node of the original: what is proved for that many is "
                f"{found.largest:.3g}; ask for less, give data or a range for the inputs, or the "
                f"number of knots"
            )
        error *= min(0.7, max(0.05, goal / found.largest))


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


def _smoothing(
    graph: Graph,
    output: Value,
    pieces: list[PiecewiseLinear],
    options: ImportOptions,
    ranges: Ranges,
) -> float:
    """Return the largest h that gives the accuracy; h = 1 where nothing depends on it."""
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


def _report(
    found: ImportedNetwork, original: Original, data: Array | None, proved: float
) -> ImportReport:
    graph, output = original.graph, original.output
    nodes = sum(found.network.widths[1:])
    on_data = measured = time = rows = None
    if data is not None:
        on_data = original.error_bounds(data).largest
        concentrations = found.network.forward(found.encoder.encode(data))
        expected = graph.evaluate(output, data)
        measured = float(np.abs(found.decoder.values(concentrations) - expected).max())
        rows = min(len(data), max(_FEWEST_ROWS, min(_MOST_ROWS, _MOST_CLIMBS // nodes)))
        time = _settling_time(found, data[:rows], max(proved / 10.0, 1e-9))
    return ImportReport(
        original.h,
        proved,
        on_data,
        measured,
        time,
        rows,
        nodes,
        nodes - _own_nodes(found, graph, output),
        int(sum(np.count_nonzero(layer.weights) for layer in found.network.layers)),
    )


def _own_nodes(found: ImportedNetwork, graph: Graph, output: Value) -> int:
    """Return how many nodes the original has: for its functions, and for an output without one."""
    functions = [s for s in graph.sources if s.base is None and s.function is not IDENTITY]
    own = output.size if any(found.decoder.pairs) else 0
    return own + sum(source.argument.size for source in functions)


def _settling_time(found: ImportedNetwork, data: Array, accuracy: float) -> float | None:
    try:
        return float(settling_time(found.network, found.encoder.encode(data), accuracy).max())
    except (InputValueError, SimulationError, UnsupportedError):
        return None
