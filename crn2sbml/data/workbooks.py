"""Tables in workbooks (.xlsx) and in Parquet, which pandas reads."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from crn2sbml._support.columns import is_missing
from crn2sbml._support.optional import load_library
from crn2sbml.errors import FormatError

MOST_BYTES = 2 << 30
"""Of a file of a table, also when it is unpacked."""

Cells = Sequence[Any]
Records = Callable[[], Iterator[tuple[int, Cells]]]
"""What gives the rows of a table with their numbers, each time from the start."""


def workbook_records(raw: bytes, source: str) -> Records:
    """Return the rows of the first sheet of a workbook, numbered as in there.

    Raises
    ------
    FormatError
        If it is broken, too large or no workbook.
    MissingDependencyError
        If openpyxl is not installed.
    """
    load_library("openpyxl", "workbooks (.xlsx)", "xlsx", "save it as .csv")
    import pandas

    with _foreign_errors(source), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise FormatError(f"{source} is an archive and no workbook; a table is .csv or .xlsx")
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise FormatError(f"{source} unpacks to more than {MOST_BYTES >> 30} GiB")
    with _foreign_errors(source):
        frame = pandas.read_excel(
            io.BytesIO(raw), header=None, dtype=object, na_filter=False, engine="openpyxl"
        )
    return lambda: enumerate(_cells(frame), start=1)


def parquet_records(raw: bytes, source: str) -> Records:
    """Return the rows of a Parquet file, of which the names of its columns are row 0.

    Raises
    ------
    FormatError
        If it is broken.
    MissingDependencyError
        If pyarrow is not installed.
    """
    load_library("pyarrow", "Parquet files", "parquet", "save it as .csv")
    import pandas

    with _foreign_errors(source):
        frame = pandas.read_parquet(io.BytesIO(raw), engine="pyarrow")

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
