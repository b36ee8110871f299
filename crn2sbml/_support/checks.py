"""Checks of a user's arrays and names, with messages that say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
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


def number_rows(values: ArrayLike, what: str, error: type[InputValueError]) -> Array:
    """Return finite numbers as an array of rows; of images, each is flattened to a row.

    Raises
    ------
    InputValueError
        Of the given type, if they are no numbers or not finite.
    """
    try:
        rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError) as reason:
        raise error(f"the {what} must be an array of numbers: {reason}") from None
    rows = rows.reshape(len(rows), -1) if rows.size else rows
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise error(
            f"row {row + 1}, column {column + 1} of the {what} is {rows[row, column]}; every "
            f"number must be finite"
        )
    return rows


def check_inputs(inputs: ArrayLike, width: int) -> Array:
    """Return inputs as an (n, width) float64 array of valid concentrations.

    Raises
    ------
    ConcentrationError
        If the width is wrong or an entry is negative or not finite.
    """
    try:
        array = np.asarray(inputs, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConcentrationError(f"the inputs must be an array of numbers: {error}") from None
    if array.ndim == 1:
        array = array[np.newaxis, :]
    if array.ndim != 2 or array.shape[1] != width:
        have = counted(array.shape[1], "number") + " a row" if array.ndim == 2 else "no rows"
        raise ConcentrationError(
            f"the inputs have {have}, but the network has {counted(width, 'input')}; give a row of "
            f"{counted(width, 'number')} for each data point"
        )
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ConcentrationError(
            f"input row {row + 1}, column {column + 1} is {array[row, column]}; inputs "
            f"must be finite"
        )
    if (array < 0).any():
        row, column = np.argwhere(array < 0)[0]
        raise ConcentrationError(
            f"input row {row + 1}, column {column + 1} is {array[row, column]}; {SIGN_REMEDY}"
        )
    return array


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
