"""Columns by their names: what a table holds, in the order in which a network knows its inputs.

No library of tables is imported. What has columns is a table, and what has an index and a name is
one row or one column of a table.
"""

from __future__ import annotations

import csv
import io
import logging
import shlex
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml.errors import Crn2sbmlError

_log = logging.getLogger(__name__)

_MOST_LISTED = 20
# What stands in tables for a number that nobody has.
_MISSING = frozenset(("", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null"))


def clean_name(name: object) -> str:
    r"""Return a name on one line: what cannot be printed is a blank, and runs of blanks are one.

    Examples
    --------
    >>> clean_name(" temp\n (C) ")
    'temp (C)'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())


def is_missing(cell: object) -> bool:
    """Tell whether a cell of a table is empty, or says in one of the usual ways that it is."""
    return cell is None or str(cell).strip().lower() in _MISSING


def listed(names: Sequence[str]) -> str:
    """Return names for a message, the first of them if there are many."""
    shown = [name or "(no name)" for name in names[:_MOST_LISTED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def as_option(names: Sequence[str]) -> str:
    """Return names as a shell takes them for an option: with commas, quoted where need be.

    Examples
    --------
    >>> print(as_option(["pH", "temp"]), as_option(["conc, nM", "pH 2"]))
    pH,temp '"conc, nM",pH 2'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return shlex.quote(text.getvalue())


def place_columns(
    columns: Sequence[str], names: Sequence[str], what: str, error: type[Crn2sbmlError]
) -> list[int]:
    """Return where names stand among the columns of a table.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns, as :func:`clean_name` gives them.
    names : sequence of str
        Names that are wanted.
    what : str
        What has the columns, for the message.
    error : type
        What is raised.

    Returns
    -------
    list of int
        For each name, the number of its column from 0.

    Raises
    ------
    Crn2sbmlError
        Of the given type, if a name is missing or stands twice; it lists both sides.
    """
    wanted = [clean_name(name) for name in names]
    if missing := [name for name in wanted if name not in columns]:
        whole = [name for name in columns if set(map(clean_name, name.split(","))) & set(missing)]
        remark = f"; with its comma, a name stands in double quotes: {as_option(whole)}"
        raise error(
            f"{what} has no column {listed(missing)}; its columns are {listed(columns)}, and those "
            f"that are needed {listed(wanted)}" + (remark if whole else "")
        )
    if twice := [name for name in wanted if columns.count(name) > 1]:
        raise error(f"{what} has several columns named {twice[0]}; rename or delete all but one")
    places = {name: place for place, name in enumerate(columns)}
    return [places[name] for name in wanted]


def column_names(values: object) -> tuple[str, ...] | None:
    """Return the names of a table's columns, cleaned; None where they are numbers or no table."""
    labels = _labels(_table(values))
    if labels is None or not any(isinstance(label, str) for label in labels):
        return None
    return tuple(clean_name(label) for label in labels)


def rows_by_name(
    values: ArrayLike,
    names: Sequence[str] | None,
    width: int | None,
    what: str,
    error: type[Crn2sbmlError],
) -> ArrayLike:
    """Return the rows of a table in the order of the names; what is no table as it is.

    Parameters
    ----------
    values : array_like, DataFrame or Series
        A Series whose index holds the names is one row; for a single input it is one column.
    names : sequence of str or None
        Names of the columns that are wanted; without them, and where a table's columns have no
        names, columns count by their position. Other columns are left out.
    width : int or None
        Number of columns that are wanted, if it is known.
    what : str
        What the values are, in the plural, for messages.
    error : type
        What is raised.

    Returns
    -------
    array_like
        For a table finite numbers, of shape (n, columns).

    Raises
    ------
    Crn2sbmlError
        Of the given type, if a column is missing or stands twice, or a cell is missing or no
        number; it names the row and the column.
    """
    table: Any = _table(values)
    if np.ma.isMaskedArray(table):
        table = values = _unmasked(table, what, error)
    labels = _labels(table)
    if labels is None:
        if hasattr(table, "index") and hasattr(table, "name") and hasattr(table, "to_numpy"):
            return _series_rows(table, names, width, what, error)
        return values
    columns = [clean_name(label) for label in labels]
    if names is not None and _named(labels):
        places = place_columns(columns, names, f"the table of the {what}", error)
        chosen = set(places)
        if left_out := [name for place, name in enumerate(columns) if place not in chosen]:
            _log.info("left out the columns %s", listed(left_out))
        columns = [columns[place] for place in places]
        # By place: labels of several levels or of bytes are no texts.
        table = table.iloc[:, places] if hasattr(table, "iloc") else table[columns]
    return _numbers(table.to_numpy(), getattr(table, "index", None), columns, what, error)


def _unmasked(values: Any, what: str, error: type[Crn2sbmlError]) -> NDArray[Any]:
    """Return the numbers of a masked array, if all of them are there."""
    if np.ma.getmaskarray(values).any():
        place = np.argwhere(np.ma.getmaskarray(values))[0] + 1
        raise error(
            f"the number at place {', '.join(map(str, place.tolist()))} of the {what} is masked; "
            f"every number must be there"
        )
    return np.asarray(values.data)


def _table(values: Any) -> Any:
    """Return values; a table that only others can make an array of, as a DataFrame."""
    foreign = hasattr(values, "to_pandas") and not hasattr(values, "to_numpy")
    return values.to_pandas() if foreign else values


def _labels(values: Any) -> list[Any] | None:
    if not hasattr(values, "columns") or not hasattr(values, "to_numpy"):
        return None
    return [_text(label) for label in values.columns]


def _text(label: object) -> object:
    """Return the label of a column, of several levels or of bytes as one text."""
    if isinstance(label, tuple):
        return " ".join(str(part) for part in label if str(part))
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else label


def _named(labels: Sequence[object]) -> bool:
    """Tell whether labels are names, and do not just count the columns from 0."""
    return list(labels) != list(range(len(labels)))


def _series_rows(
    series: Any,
    names: Sequence[str] | None,
    width: int | None,
    what: str,
    error: type[Crn2sbmlError],
) -> Array:
    """Return a Series as one row, or as one column where there is one input."""
    labels = [_text(label) for label in series.index]
    columns = [clean_name(label) for label in labels]
    cells = series.to_numpy()
    if width == 1 and not _is_row_of_one(series, columns, names):
        name = [clean_name(series.name)] if isinstance(series.name, str) else ["1"]
        if names is not None and isinstance(series.name, str):
            place_columns(name, names, f"the Series of the {what}", error)
        return _numbers(cells[:, np.newaxis], labels, name, what, error)
    if names is not None and _named(labels):
        places = place_columns(columns, names, f"the Series of the {what}", error)
        cells, columns = cells[places], [columns[place] for place in places]
    return _numbers(cells[np.newaxis, :], [series.name], columns, what, error)


def _is_row_of_one(series: Any, columns: Sequence[str], names: Sequence[str] | None) -> bool:
    """Tell whether a Series for a single input is a row of a table, and no column of it."""
    if names is None or not any(isinstance(label, str) for label in series.index):
        return False
    name = clean_name(names[0])
    return name in columns and clean_name(series.name) != name


def _numbers(
    cells: NDArray[Any], rows: Any, columns: Sequence[str], what: str, error: type[Crn2sbmlError]
) -> Array:
    """Return cells as finite numbers, or name the first that is none."""
    if cells.dtype.kind in "mM":
        cells = cells.astype(str)  # objects of some dates are whole numbers
    if cells.dtype.kind not in "fiub":
        cells = cells.astype(object)
        bad = [place for place, cell in np.ndenumerate(cells) if not _is_real(cell)]
        try:
            numbers = None if bad else cells.astype(np.float64)
        except OverflowError:
            raise error(f"the {what} hold a number that is too large") from None
    else:
        numbers = cells.astype(np.float64)
    if numbers is not None:
        bad = [tuple(place) for place in np.argwhere(~np.isfinite(numbers))[:1].tolist()]
        if not bad:
            return numbers
    row, column = bad[0]
    label = row if rows is None else rows[row]
    where = f"row {label}, column {columns[column]} of the {what}"
    cell = cells[row, column]
    if is_missing(cell):
        raise error(f"{where} is missing; every cell must hold a number")
    raise error(f"{where} holds {_shown(cell)}, which is no finite number")


def _is_real(cell: object) -> bool:
    return isinstance(cell, (Real, Decimal, np.bool_))


def _shown(cell: object) -> str:
    return repr(cell) if isinstance(cell, str) else str(cell)
