"""Checks of a user's arrays and names, with messages that say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import listed, rows_by_name
from crn2sbml._support.words import counted
from crn2sbml.errors import ConcentrationError, InputValueError, NetworkError

SIGN_REMEDY = (
    "concentrations cannot be negative: shift or scale the data to >= 0, or split a signed value "
    "into two inputs, max(d, 0) and max(-d, 0), with weights w and -w"
)


_REMEDIES = {
    "Crn": "compile_network(network) makes one of a network, load_crn(path) reads one",
    "NeuralNetwork": "extract_network(crn) finds one in a reaction network",
}


def check_type(value: object, kind: type, what: str) -> None:
    """Raise InputValueError unless `value` is a `kind`.

    Parameters
    ----------
    value : object
        What the user passed.
    kind : type
        The type that is expected.
    what : str
        What takes the value, for the message.

    Raises
    ------
    InputValueError
        With what was passed, what is expected, and where to get one.
    """
    if not isinstance(value, kind):
        remedy = _REMEDIES.get(kind.__name__)
        raise InputValueError(
            f"{what} takes a {kind.__name__}, not {type(value).__name__}"
            + (f"; {remedy}" if remedy else "")
        )


def is_number(value: object) -> bool:
    """Tell whether something is one real number, and neither a text nor a truth value."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def frozen_array(values: ArrayLike, what: str, dimensions: int) -> Array:
    """Copy to a read-only float64 array and check dimensions and finiteness."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise NetworkError(f"the {what} must be a rectangular array of numbers: {error}") from None
    if array.ndim != dimensions:
        raise NetworkError(
            f"the {what} must have {dimensions} dimension(s), but the shape is {array.shape}"
        )
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise NetworkError(
            f"the {what} hold {array[where]} at index {where}; every number must be finite "
            f"(training that diverged is the usual cause: lower the learning rate)"
        )
    array.setflags(write=False)
    return array


def number_rows(
    values: ArrayLike,
    what: str,
    error: type[InputValueError],
    names: Sequence[str] | None = None,
    width: int | None = None,
) -> Array:
    """Return finite numbers as an array of rows; of images, each is flattened to a row.

    Parameters
    ----------
    values : array_like, DataFrame or Series
        The numbers, one input a row.
    what : str
        What they are, in the plural, for messages.
    error : type
        What is raised.
    names : sequence of str, optional
        Names by which the columns of a table are found.
    width : int, optional
        Number of columns that are needed.

    Returns
    -------
    numpy.ndarray, shape (n, columns)

    Raises
    ------
    InputValueError
        Of the given type, if they are no numbers or not finite, or columns do not fit.
    """
    rows = np.atleast_2d(_numbers(rows_by_name(values, names, width, what, error), what, error))
    rows = rows.reshape(len(rows), -1) if rows.size else rows
    _check_cells(~np.isfinite(rows), rows, what, names, "every number must be finite", error)
    if width is not None and rows.shape[1] != width:
        raise error(_wrong_width(rows.shape[1], width, what, names))
    return rows


def check_inputs(inputs: ArrayLike, width: int, names: Sequence[str] | None = None) -> Array:
    """Return inputs as an (n, width) float64 array of valid concentrations.

    Parameters
    ----------
    inputs : array_like, DataFrame or Series
        Concentrations, one input a row.
    width : int
        Number of inputs of the network.
    names : sequence of str, optional
        Their names, by which the columns of a table are found.

    Returns
    -------
    numpy.ndarray, shape (n, width)

    Raises
    ------
    ConcentrationError
        If columns do not fit or an entry is negative or not finite.
    """
    error = ConcentrationError
    array = _numbers(rows_by_name(inputs, names, width, "inputs", error), "inputs", error)
    if array.ndim == 1:
        array = array[np.newaxis, :]
    if array.ndim != 2:
        raise ConcentrationError(
            f"the inputs have {array.ndim} dimensions; they must be a table, one input a row"
        )
    if array.shape[1] != width:
        raise ConcentrationError(_wrong_width(array.shape[1], width, "inputs", names))
    finite = "every number must be finite"
    _check_cells(~np.isfinite(array), array, "inputs", names, finite, error)
    _check_cells(array < 0, array, "inputs", names, SIGN_REMEDY, error)
    return array


def place_in(shape: tuple[int, ...], row: int, column: int, names: Sequence[str] | None) -> str:
    """Return what to call an entry of a table in a message, counted from 1."""
    name = str(column + 1) if names is None else names[column]
    return f"input {name}" + (f" of row {row + 1}" if shape[0] > 1 else "")


def _numbers(values: ArrayLike, what: str, error: type[InputValueError]) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cMmSV":
            raise ValueError(f"they are of type {array.dtype}")
        return np.asarray(array, dtype=np.float64)
    except (OverflowError, TypeError, ValueError) as reason:
        raise error(f"the {what} must be an array of numbers: {reason}") from None


def _check_cells(
    bad: NDArray[np.bool_],
    rows: Array,
    what: str,
    names: Sequence[str] | None,
    remedy: str,
    error: type[InputValueError],
) -> None:
    if bad.any():
        row, column = np.argwhere(bad)[0]
        known = names if names is not None and len(names) == rows.shape[1] else None
        where = place_in(rows.shape, row, column, known)
        where += "" if what == "inputs" else f" of the {what}"
        raise error(f"{where} is {rows[row, column]:g}; {remedy}")


def _wrong_width(found: int, width: int, what: str, names: Sequence[str] | None) -> str:
    needed = counted(width, "input") + ("" if names is None else f": {listed(names)}")
    return f"the {what} have {counted(found, 'number')} a row, but the network has {needed}"


def checked_names(
    names: Iterable[str] | None, attribute: str, width: int
) -> tuple[str, ...] | None:
    """Return unique, printable names, one for each of `width` nodes, or None."""
    if names is None:
        return None
    checked = tuple(str(name) for name in names)
    if len(checked) != width:
        raise NetworkError(f"{attribute} has {len(checked)} names, but {width} are needed")
    if len(set(checked)) != width:
        twice = next(name for name in checked if checked.count(name) > 1)
        raise NetworkError(f"{attribute} holds {twice!r} more than once; names must be unique")
    for name in checked:
        if not name.strip() or not name.isprintable():
            raise NetworkError(f"{attribute} holds {name!r}; names must be printable and not blank")
    return checked


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Return at least two positive widths."""
    widths = list(sizes)
    if len(widths) < 2:
        raise NetworkError(f"sizes is {widths}, but it needs an input and an output width at least")
    for width in widths:
        if isinstance(width, bool) or not isinstance(width, (int, np.integer)) or width < 1:
            raise NetworkError(f"sizes holds {width!r}; every width must be a positive integer")
    return [int(width) for width in widths]
