"""Text files of tables: what they are written in, what stands between cells, and their records."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name, is_missing
from crn2sbml.errors import FormatError

# In the order in which they are tried; what splits more of a file into numbers comes first.
_DELIMITERS = ("\t", ";", ",", " ")
_SAMPLE = 1 << 17
_MOST_SAMPLED = 100
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before that of UTF-16, which begins in the same way.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
# A line with which Excel is told what stands between cells.
_EXCEL_LINE = re.compile(r'"?sep=(.)"?\n')
COMMA_NUMBER = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
"""A number with a decimal comma."""


def to_number(cell: object) -> float:
    """Return a cell as a number, with a decimal point.

    Raises
    ------
    TypeError, ValueError
        If it is none.
    """
    if isinstance(cell, str) and "_" in cell:
        raise ValueError("Python alone writes 1_000")
    return float(cell)  # type: ignore[arg-type]


def is_number(cell: object) -> bool:
    """Tell whether a cell is a number, also with a decimal comma."""
    try:
        to_number(cell)
    except (TypeError, ValueError):
        return COMMA_NUMBER.fullmatch(str(cell).strip()) is not None
    return True


def decode(raw: bytes, source: str) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or Windows' Western code page.

    Its lines end in one line feed, whatever they ended in.

    Raises
    ------
    FormatError
        If it is no text.
    """
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if encoding is None and b"\0" in raw[:_SAMPLE]:
        # Of a Latin letter in UTF-16, one byte is 0: the second in little-endian order.
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    candidates = ("utf-8", "cp1252", "latin-1") if encoding is None else (encoding,)
    for name in candidates:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text[:_SAMPLE]) is None:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise FormatError(
        f"{source} is no text; a table is a text such as .csv, a workbook (.xlsx) or .parquet"
    )


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text of records, one a line unless a quoted cell holds a line break.

    Parameters
    ----------
    text : str
        All of it.
    delimiter : str
        What stands between cells; a blank for any number of blanks.
    source : str
        Where it comes from, for messages.
    """

    text: str
    delimiter: str
    source: str

    @classmethod
    def guess(cls, text: str, source: str, names: Sequence[str] = ()) -> Delimited:
        """Choose what stands between cells: what makes rows of equal length and most numbers.

        What stands in the first line is no separator if that line as a whole is one of the names.
        """
        if match := _EXCEL_LINE.match(text):
            return cls(text, match[1], source)
        sample = text
        if len(text) > _SAMPLE:
            # Whole lines; of very long ones the first.
            end = text.rfind("\n", 0, _SAMPLE)
            sample = text[: (text.find("\n") if end < 0 else end) + 1] or text
        # Blanks that stand beside tabs are parts of cells.
        candidates = [d for d in _DELIMITERS if d != " " or "\t" not in sample]
        whole = cls(sample, "\t", source)._first_line()
        if whole in map(clean_name, names):
            candidates = [d for d in candidates if d not in whole]
        best = max(candidates, key=lambda delimiter: _fitness(cls(sample, delimiter, source)))
        return cls(text, best, source)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of each record with the number of its first line, from 1.

        Raises
        ------
        FormatError
            If a quote is not closed.
        """
        first, fresh = 0, True

        def lines() -> Iterator[str]:
            nonlocal first, fresh
            for number, line in enumerate(self._lines(), start=1):
                if fresh and self._is_remark(line, number):
                    continue
                if fresh:
                    first, fresh = number, False
                yield line.strip().replace("\t", " ") if self.delimiter == " " else line

        reader = csv.reader(lines(), delimiter=self.delimiter, skipinitialspace=True, strict=True)
        try:
            for cells in reader:
                yield first, cells
                fresh = True
        except csv.Error as error:
            raise FormatError(
                f"{self.source}, line {first}: cannot tell where a quoted cell ends ({error})"
            ) from None

    def remark_before(self, line: int) -> list[str]:
        """Return the cells of the remark right before a line, where names may stand."""
        before = list(islice(self._lines(), max(line - 2, 0), line - 1))
        if not before or not before[0].lstrip().startswith("#"):
            return []
        words = before[0].lstrip().lstrip("#").strip()
        return next(csv.reader([words], delimiter=self.delimiter, skipinitialspace=True), [])

    def plain_numbers(self, first: int) -> Array | None:
        """Read lines of nothing but numbers fast, from the first of them on; None for others."""

        def lines() -> Iterator[str]:
            for number, line in enumerate(self._lines(), start=1):
                if number >= first and not self._is_remark(line, number):
                    if '"' in line:
                        raise ValueError("cells and lines need not be the same")
                    yield line

        delimiter = None if self.delimiter == " " else self.delimiter
        try:
            found = np.loadtxt(lines(), delimiter=delimiter, comments=None, ndmin=2)
        except ValueError:
            return None
        return found if np.isfinite(found).all() else None

    def _lines(self) -> Iterator[str]:
        start = 0
        while start < len(self.text):
            end = self.text.find("\n", start) + 1 or len(self.text)
            yield self.text[start:end]
            start = end

    def _first_line(self) -> str:
        """Return the first line that is no remark, without separators at its end."""
        numbered = enumerate(self._lines(), start=1)
        lines = (line for number, line in numbered if not self._is_remark(line, number))
        return clean_name(next(lines, "")).rstrip(" ;,")

    def _is_remark(self, line: str, number: int) -> bool:
        bare = line.strip(" \n")  # a line of tabs alone holds empty cells
        return (
            not bare
            or bare.startswith("#")
            or (number == 1 and _EXCEL_LINE.fullmatch(line) is not None)
        )


def trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    """Return cells without the empty ones at the end, which separators there make."""
    end = len(cells)
    while end and not str(cells[end - 1]).strip():
        end -= 1
    return cells[:end]


def _fitness(sample: Delimited) -> tuple[bool, bool, float]:
    """Tell how well a delimiter splits a sample."""
    records: list[list[str]] = []
    try:
        for _, cells in islice(sample.records(), _MOST_SAMPLED):
            if trimmed(cells):
                records.append(cells)
    except FormatError:
        if not records:
            return False, False, 0.0
    if not records:
        return False, False, 0.0
    width = len(trimmed(records[0]))
    even = all(len(cells) >= width and not trimmed(cells[width:]) for cells in records)
    below = records[1:] or records
    # What stands in the names of columns alone is a part of them.
    named = not all(_counts_as_number(cell, sample.delimiter) for cell in records[0])
    split = sum(len(cells) > 1 for cells in below)
    agree = width > 1 and (not named or 2 * split >= len(below))
    body = [cell for cells in below for cell in cells]
    good = sum(_counts_as_number(cell, sample.delimiter) for cell in body)
    return agree and even, agree, good / len(body)


def _counts_as_number(cell: str, delimiter: str) -> bool:
    return is_missing(cell) or (is_number(cell) and not (delimiter == "," and "," in cell))
