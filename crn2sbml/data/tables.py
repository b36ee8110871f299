"""People's tables: text files, workbooks and Parquet, read by the names of their columns.

Nothing is guessed about a cell: what is asked for is a number or an error that says where it
stands. Hence no library reads the text (pandas drops what a row lacks, or has too many of).
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name, is_missing, listed, place_columns
from crn2sbml._support.files import file_errors
from crn2sbml._support.words import counted
from crn2sbml.data.delimited import (
    COMMA_NUMBER,
    Delimited,
    decode,
    is_number,
    to_number,
    trimmed,
)
from crn2sbml.data.workbooks import (
    MOST_BYTES,
    Cells,
    Records,
    parquet_records,
    workbook_records,
)
from crn2sbml.errors import FormatError

# Either 1.234 or 1234.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_PLAIN = "write decimal points, and no separators of thousands"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table whose cells are looked at when they are asked for; :func:`read_table` makes one.

    Parameters
    ----------
    source : str
        Where it comes from, for messages.
    records : callable
        Gives the cells of each row, the first one included, with a number for messages.
    numbered : str, default "row"
        What the numbers count.
    remark : tuple of str, default ()
        What may be names of the columns, in the remark before the first row.
    text : Delimited, optional
        The text that the records come from.
    sheets : tuple of str, default ()
        Names of the sheets of a workbook, of which the first is read.
    """

    source: str
    records: Records
    numbered: str = "row"
    remark: tuple[str, ...] = ()
    text: Delimited | None = None
    sheets: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the columns; None if the first row holds nothing but numbers."""
        return self._header(None)[0]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self._first())

    def rows(self, names: Sequence[str] | None, width: int) -> Array:
        """Return the columns that are the inputs of a network.

        Parameters
        ----------
        names : sequence of str or None
            Names of the inputs, if they are known.
        width : int
            How many there are.

        Returns
        -------
        numpy.ndarray, shape (n, width)
            By name where both the network and the table have names, and other columns are left out;
            otherwise by position.

        Raises
        ------
        FormatError
            If columns are missing, stand twice or are too many, or a cell is empty or no number,
            with the place of the cell.
        """
        header, skip = self._header(names)
        if header is not None and names is not None:
            return self._numbers(self._places(header, names), skip)
        self._check_position(header, names, width)
        return self._numbers(range(width), skip)

    def left_out(self, names: Sequence[str] | None) -> list[str]:
        """Return the names of the columns that :meth:`rows` leaves out."""
        header = self._header(names)[0]
        if header is None or names is None:
            return []
        known = {clean_name(name) for name in names}
        return [name or "(no name)" for name in header if name not in known]

    def numbers(self, names: Sequence[str]) -> Array:
        """Return the numbers of columns, shape (n, names), in the order of the names.

        Raises
        ------
        FormatError
            If a column is missing or stands twice, or a cell is empty or no number.
        """
        header, skip = self._header(names)
        return self._numbers(self._places(header, names), skip)

    def texts(self, name: str) -> list[str] | None:
        """Return the texts of a column, cleaned; None if all of its cells are numbers.

        Raises
        ------
        FormatError
            If the column is missing or stands twice, or a cell is empty.
        """
        header, skip = self._header([name])
        [place] = self._places(header, [name])
        texts, numbers = [], True
        for number, cells in self._body(skip):
            cell = cells[place]
            if is_missing(cell):
                self._refuse(number, place, cell)
            numbers = numbers and is_number(cell)
            texts.append(clean_name(cell))
        return None if numbers else texts

    def place(self, row: int, names: Sequence[str] | None = None) -> str:
        """Return where a row stands in the file, such as "growth.csv, line 7".

        Parameters
        ----------
        row : int
            Number of the row in the arrays that this table gives, from 0.
        names : sequence of str, optional
            The names with which those were asked for.
        """
        number, _ = next(islice(self._body(self._header(names)[1]), row, None))
        return self._at(number)

    def _at(self, number: int) -> str:
        return f"{self.source}, {self.numbered} {number}"

    def _first(self) -> Cells:
        """Return the first row that is not empty, without separators at its end."""
        for _, cells in self.records():
            if first := trimmed(cells):
                return first
        raise FormatError(f"{self.source} holds no table; write one input a row")

    def _header(self, known: Sequence[str] | None) -> tuple[tuple[str, ...] | None, int]:
        """Return the names of the columns, and how many rows they take."""
        first = self._first()
        names = tuple(clean_name(cell) for cell in first)
        if any(not is_number(cell) and not is_missing(cell) for cell in first):
            return names, 1
        wanted = {clean_name(name) for name in known or ()}
        for candidates, skip in ((self.remark, 0), (names, 1)):
            there = [name for name in candidates if name in wanted]
            if len(candidates) != len(first) or len(set(candidates)) < len(candidates):
                continue
            if there and len(there) == len(wanted):
                return candidates, skip
            if there:
                missing = [name for name in map(clean_name, known or ()) if name not in there]
                raise FormatError(
                    f"{self.source} begins with {listed(candidates)}: if these are the names of "
                    f"its columns, {listed(missing)} is missing; if not, write the names above"
                )
        return None, 0

    def _places(self, header: tuple[str, ...] | None, names: Sequence[str]) -> list[int]:
        if header is None:
            raise FormatError(
                f"{self.source} has no names of columns; write them into its first row, among them "
                f"{listed([clean_name(name) for name in names])}"
            )
        return place_columns(header, names, self.source, FormatError)

    def _check_position(
        self, header: tuple[str, ...] | None, names: Sequence[str] | None, width: int
    ) -> None:
        """Refuse columns that cannot be told apart by their position."""
        if header is not None:
            unnamed = [place for place, name in enumerate(header, start=1) if not name]
            numbers = [name for name in header if is_number(name)]
            if unnamed:
                raise FormatError(
                    f"{self.source} gives column {unnamed[0]} no name: name it, or delete it if it "
                    f"numbers the rows"
                )
            if numbers:
                raise FormatError(
                    f"{self.source} begins with {listed(header)}, some numbers and some not: write "
                    f"a row of names above, or correct what is to be a number"
                )
        if self.width != width:
            columns = f" ({listed(header)})" if header is not None else ""
            needed = f": {listed(names)}" if names is not None else ""
            raise FormatError(
                f"{self.source} has {counted(self.width, 'column')}{columns}, but the network has "
                f"{counted(width, 'input')}{needed}{self._comma_remark(width)}"
            )

    def _comma_remark(self, width: int) -> str:
        """Say what decimal commas may have to do with a wrong number of columns."""
        if self.text is None:
            return ""
        if self.text.delimiter != "," and any(map(_has_comma, self._first())):
            return "; its commas were read as decimal commas"
        if self.text.delimiter == "," and self.width == 2 * width:
            return "; if its commas are decimal commas, write semicolons between the numbers"
        return ""

    def _body(self, skip: int) -> Iterator[tuple[int, Cells]]:
        """Yield the rows of cells after the names; empty ones at the end are no rows."""
        width, empty, seen = self.width, 0, 0
        for number, cells in self.records():
            if not any(cell != "" for cell in cells):
                empty = empty or (number if seen else 0)
                continue
            seen += 1
            if empty:
                raise FormatError(f"{self._at(empty)} has no number in it; delete it or fill it in")
            if len(cells) < width or trimmed(cells[width:]):
                found = max(len(trimmed(cells)), min(len(cells), width))
                raise FormatError(
                    f"{self._at(number)} has {counted(found, 'cell')}, but the first row has "
                    f"{width}"
                )
            if seen > skip:
                yield number, cells
        if seen <= skip:
            raise FormatError(f"{self.source} holds names of columns and no rows below them")

    def _numbers(self, places: Sequence[int], skip: int) -> Array:
        """Return the numbers in columns, shape (n, columns)."""
        first, _ = next(self._body(skip))
        if self.text is not None:
            quick = self.text.plain_numbers(first)
            if quick is not None and quick.shape[1] == self.width:
                return quick[:, list(places)]
        values = array("d")
        commas = False
        for number, cells in self._body(skip):
            try:
                row = [to_number(cells[place]) for place in places]
            except (TypeError, ValueError):
                row = [self._number(number, place, cells[place]) for place in places]
                commas = True
            if not all(map(math.isfinite, row)):
                place = places[[math.isfinite(value) for value in row].index(False)]
                self._refuse(number, place, cells[place])
            values.extend(row)
        if commas:
            self._check_commas(places, skip)
        return np.array(values).reshape(-1, len(places))

    def _number(self, number: int, place: int, cell: Any) -> float:
        """Return a cell as a number, with a decimal comma unless commas separate cells."""
        try:
            return to_number(cell)
        except (TypeError, ValueError):
            separates = self.text is not None and self.text.delimiter == ","
            if separates or not _has_comma(cell):
                self._refuse(number, place, cell)
            return float(cell.replace(",", "."))

    def _check_commas(self, places: Sequence[int], skip: int) -> None:
        """Refuse commas that may separate thousands, and points beside commas."""
        comma = point = None
        sure = False
        for number, cells in self._body(skip):
            for place in places:
                cell = cells[place]
                if _has_comma(cell):
                    comma = comma or (number, place, cell)
                    sure = sure or _EITHER.fullmatch(cell.strip()) is None
                elif isinstance(cell, str) and "." in cell:
                    point = point or (number, place, cell)
        assert comma is not None
        where = f"{self._cell(*comma[:2])} holds {comma[2]!r}"
        if point is not None:
            raise FormatError(
                f"{where} with a decimal comma, but {self._cell(*point[:2])} {point[2]!r} with a "
                f"point; {_PLAIN}"
            )
        if not sure:
            raise FormatError(
                f"{where}, with a decimal comma or a separator of thousands; {_PLAIN}"
            )

    def _cell(self, number: int, place: int) -> str:
        names = self._header(None)[0]
        name = names[place] if names is not None and names[place] else str(place + 1)
        return f"{self._at(number)}, column {name}"

    def _refuse(self, number: int, place: int, cell: Any) -> NoReturn:
        where = self._cell(number, place)
        if is_missing(cell):
            what = f"is missing ({cell})" if str(cell).strip() else "is empty"
            raise FormatError(f"{where} {what}; fill it in, or delete the row")
        shown = repr(cell) if isinstance(cell, str) else str(cell)
        remedy = f"; {_PLAIN}" if "," in shown else ""
        kind = "finite number" if is_number(cell) else "number"
        raise FormatError(f"{where} holds {shown}, which is no {kind}{remedy}")


def read_table(path: str | Path, names: Sequence[str] = ()) -> Table:
    r"""Read a table from a file.

    Parameters
    ----------
    path : str or Path
        Text in any usual dialect (.csv, .tsv, .txt: commas, semicolons, tabs or blanks between
        cells, decimal commas unless commas separate cells, quotes, remarks after #, UTF-8, UTF-16
        or Windows' code page), the first sheet of a workbook (.xlsx), or Parquet.
    names : sequence of str, default ()
        Names of columns that are wanted: a first line that is one of them is a column by itself,
        whatever commas or blanks are in it.

    Returns
    -------
    Table

    Raises
    ------
    FileError
        If there is no such file or it cannot be read.
    FormatError
        If it holds no table.
    MissingDependencyError
        If what reads workbooks or Parquet is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from crn2sbml.data import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "growth.csv"
    ...     _ = path.write_text("ph;temp;growth\n7,5;20;3\n")
    ...     table = read_table(path)
    >>> table.rows(["temp", "ph"], 2)
    array([[20. ,  7.5]])
    >>> table.left_out(["temp", "ph"])
    ['growth']
    """
    source = str(path)
    with file_errors(path, "read"), Path(path).open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise FormatError(
            f"{source} holds more than {MOST_BYTES >> 30} GiB; save the numbers as .npy or .npz"
        )
    if raw.startswith(b"PK\3\4"):
        records, sheets = workbook_records(raw, source)
        return Table(source, records, sheets=sheets)
    if raw.startswith(b"PAR1"):
        return Table(source, parquet_records(raw, source))
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormatError(f"{source} is a workbook of an old kind; save it as .xlsx or .csv")
    text = Delimited.guess(decode(raw, source), source, names)
    first = next((number for number, cells in text.records() if trimmed(cells)), 1)
    remark = tuple(clean_name(cell) for cell in text.remark_before(first))
    return Table(source, text.records, "line", remark, text)


def _has_comma(cell: Any) -> bool:
    """Tell whether a cell is a number with a decimal comma."""
    return isinstance(cell, str) and COMMA_NUMBER.fullmatch(cell.strip()) is not None
