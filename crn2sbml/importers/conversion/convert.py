"""From a computation to chemistry: the last steps of every importer, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count as numbers_from

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import number_rows
from crn2sbml._support.columns import as_option, column_names, listed
from crn2sbml._support.words import counted
from crn2sbml.data import Table
from crn2sbml.errors import InputValueError, SimulationError, UnsupportedError
from crn2sbml.importers.computation.bounds import Ranges, bound_errors, find_ranges
from crn2sbml.importers.computation.functions import IDENTITY
from crn2sbml.importers.computation.graph import Graph, Value, check_nodes
from crn2sbml.importers.conversion.knots import choose_knots, choose_smoothing
from crn2sbml.importers.conversion.layers import lower
from crn2sbml.importers.conversion.options import ImportOptions
from crn2sbml.importers.exactness import ImportReport, Original
from crn2sbml.importers.loaded import LoadedNetwork, with_names
from crn2sbml.neural.dual_rail import ClassLabel, Codec, Decoder, Encoder
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.theory import settling_time

# Rows of data whose settling time is bounded for the report: few where there are many nodes.
_FEWEST_ROWS, _MOST_ROWS, _MOST_CLIMBS = 5, 50, 100_000


def convert(
    graph: Graph,
    output: Value,
    options: ImportOptions,
    function: str = "none",
    classes: Sequence[ClassLabel] | None = None,
) -> LoadedNetwork:
    """Turn a computation into chemistry: choose knots and h, build layers, prove the error.

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
    LoadedNetwork

    Raises
    ------
    InputValueError
        If an option does not fit, or the accuracy cannot be had.
    """
    graph, output = graph.used(output)
    check_nodes(output.size)
    data = _rows(options, graph.width)
    if options.input_names is None:
        options = replace(options, input_names=_column_names(options.data))
    low, high = _box(options, data, graph.width)
    encoder = _encoder(options, low, high)
    ranges = find_ranges(graph, low[np.newaxis], high[np.newaxis], encoder.offsets)
    pieces = choose_knots(graph, output, options, ranges)
    h = choose_smoothing(graph, output, pieces, options, ranges)
    lowered = lower(graph, output, pieces, encoder, h)
    names = options.output_names
    if names is None and classes is not None:
        names = _class_names(classes)
    decoder = Decoder([lowered.output_is_pairs] * output.size, function, names, classes)
    codec = Codec(encoder, decoder)
    network = with_names(lowered.network, codec)
    original = Original(graph, output, pieces, h, encoder.offsets)
    report = _report(_Converted(network, codec, original), data, ranges)
    return LoadedNetwork(network, codec, report=report, original=original)


@dataclass(frozen=True, slots=True, eq=False)
class _Converted:
    """The chemistry, what its inputs and outputs mean, and the original."""

    network: NeuralNetwork
    codec: Codec
    original: Original


def _class_names(classes: Sequence[ClassLabel]) -> list[str]:
    """Return names of outputs that stand for classes; what cannot be a name gets a number."""
    names = [" ".join(str(label).split()) for label in classes]
    known = {name for name in names if name and names.count(name) == 1}
    spare = (name for n in numbers_from(1) if (name := f"class {n}") not in known)
    return [name if name in known else next(spare) for name in names]


def _rows(options: ImportOptions, width: int) -> Array | None:
    data, names = options.data, options.input_names
    if names is not None and len(names) != width:
        raise InputValueError(
            f"there are names for {counted(len(names), 'input')}, {listed(names)}, but the "
            f"original has {width}"
        )
    if data is None:
        return None
    columns = _column_names(data)
    if names is None and columns is not None and len(columns) != width:
        raise InputValueError(
            f"the data have {counted(len(columns), 'column')}, {listed(columns)}, but the original "
            f"has {counted(width, 'input')} without names; name the columns in its order, "
            f"input_names={list(columns[:width])} in Python, --columns "
            f"{as_option(columns[:width])} on the command line"
        )
    if isinstance(data, Table):
        return data.rows(names, width)
    rows = number_rows(data, "data", InputValueError, names, width)
    if not len(rows):
        raise InputValueError("the data hold no rows; give one input a row")
    return rows


def _column_names(data: ArrayLike | Table | None) -> tuple[str, ...] | None:
    return data.names if isinstance(data, Table) else column_names(data)


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
    negative, ranges = low < 0, np.column_stack([low, high])
    if options.signs == "shift":
        if not np.isfinite(low).all():
            raise InputValueError(
                "inputs can be shifted only if their smallest values are known; pass data or "
                "input_range"
            )
        shifts = np.where(negative, -low, 0.0)
        return Encoder([False] * len(low), shifts, options.input_names, ranges)
    pairs = np.ones(len(low), dtype=bool) if options.signs == "pairs" else negative
    return Encoder(pairs.tolist(), None, options.input_names, ranges)


def _report(converted: _Converted, data: Array | None, ranges: Ranges) -> ImportReport:
    network, original = converted.network, converted.original
    graph, output = original.graph, original.output
    proved = bound_errors(graph, output, original.pieces, original.h, ranges).largest
    nodes = sum(network.widths[1:])
    on_data = measured = time = accuracy = rows = None
    if data is not None:
        on_data = original.error_bounds(data).largest
        measured = _measured_error(converted, data)
        rows = min(len(data), max(_FEWEST_ROWS, min(_MOST_ROWS, _MOST_CLIMBS // nodes)))
        accuracy = max(proved / 10.0, 1e-9)
        time = _settling_time(converted, data[:rows], accuracy)
    return ImportReport(
        original.h,
        proved,
        on_data,
        measured,
        time,
        accuracy,
        rows,
        nodes,
        nodes - _own_nodes(converted),
        int(sum(np.count_nonzero(layer.weights) for layer in network.layers)),
    )


def _measured_error(converted: _Converted, data: Array) -> float:
    """Return the largest distance of the outputs to the original's on the data."""
    original, codec = converted.original, converted.codec
    values = codec.decoder.values(converted.network.forward(codec.encoder.encode(data)))
    return float(np.abs(values - original.graph.evaluate(original.output, data)).max())


def _own_nodes(converted: _Converted) -> int:
    """Return how many nodes the original has: for its functions, and for an output without one."""
    original = converted.original
    functions = [s for s in original.graph.sources if s.base is None and s.function is not IDENTITY]
    own = original.output.size if any(converted.codec.decoder.pairs) else 0
    return own + sum(source.argument.size for source in functions)


def _settling_time(converted: _Converted, data: Array, accuracy: float) -> float | None:
    rows = converted.codec.encoder.encode(data)
    try:
        return float(settling_time(converted.network, rows, accuracy).max())
    except (InputValueError, SimulationError, UnsupportedError):
        return None
