"""Tables in workbooks (.xlsx) and in Parquet, read by openpyxl and by pyarrow."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from crn2sbml._support.columns import clean_name, is_missing
from crn2sbml._support.optional import load_library
from crn2sbml.errors import FormatError

MOST_BYTES = 2 << 30
"""Of a file of a table, also when it is unpacked."""

# Of a number in a table, with what it takes to read it.
_BYTES_A_CELL = 24

Cells = Sequence[Any]
Records = Callable[[], Iterator[tuple[int, Cells]]]
"""What gives the rows of a table with their numbers, each time from the start."""


def workbook_records(raw: bytes, source: str) -> tuple[Records, tuple[str, ...]]:
    """Return the rows of the first sheet of a workbook, numbered as in there, and all its sheets.

    Raises
    ------
    FormatError
        If it is broken, too large or no workbook.
    MissingDependencyError
        If openpyxl is not installed.
    """
    openpyxl = load_library("openpyxl", "workbooks (.xlsx)", "xlsx", "save it as .csv")
    with _foreign_errors(source), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise FormatError(f"{source} is an archive and no workbook; a table is .csv or .xlsx")
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise FormatError(f"{source} unpacks to more than {MOST_BYTES >> 30} GiB")

    @contextmanager
    def sheets() -> Iterator[Sequence[Any]]:
        with _foreign_errors(source):
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            try:
                yield book.worksheets
            finally:
                book.close()

    def records() -> Iterator[tuple[int, Cells]]:
        # Rows are read one after the other, none of them longer than its own last cell: whatever a
        # sheet says of its size, or a stray cell far away makes of it.
        with sheets() as found:
            found[0].reset_dimensions()
            for number, cells in enumerate(found[0].iter_rows(values_only=True), start=1):
                yield number, ["" if is_missing(cell) else cell for cell in cells]

    with sheets() as found:
        names = tuple(clean_name(sheet.title) for sheet in found)
    return records, names


def parquet_records(raw: bytes, source: str) -> Records:
    """Return the rows of a Parquet file, of which the names of its columns are row 0.

    Raises
    ------
    FormatError
        If it is broken or too large.
    MissingDependencyError
        If pyarrow is not installed.
    """
    parquet = load_library("pyarrow.parquet", "Parquet files", "parquet", "save it as .csv")
    with _foreign_errors(source):
        file = parquet.ParquetFile(io.BytesIO(raw))
        cells = file.metadata.num_rows * file.metadata.num_columns
    if cells * _BYTES_A_CELL > MOST_BYTES:
        raise FormatError(f"{source} holds {cells:,} cells, more than memory should")
    with _foreign_errors(source):
        frame = file.read().to_pandas()

    def records() -> Iterator[tuple[int, Cells]]:
        yield 0, [str(name) for name in frame.columns]
        yield from enumerate(_cells(frame), start=1)

    return records


@contextmanager
def _foreign_errors(source: str) -> Iterator[None]:
    """Whatever other people's readers raise, or warn of, is the file's fault."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except Exception as error:
        reason = " ".join(str(error).split())
        raise FormatError(f"cannot read {source}: {reason}") from error


def _cells(frame: Any) -> Iterator[Cells]:
    """Yield the rows of a DataFrame, with empty texts where nothing is."""
    for cells in frame.itertuples(index=False, name=None):
        yield ["" if is_missing(cell) else cell for cell in cells]
