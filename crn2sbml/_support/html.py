"""Tables of HTML for notebooks: pure text, which imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

# A notebook shows this many rows; print() and the object itself have all.
MOST_ROWS = 12


def html_table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], total: int
) -> str:
    """Return a table with a caption, and a line that says how many rows were left out.

    Parameters
    ----------
    caption : str
        Text above the table.
    columns : sequence of str
        Names of the columns.
    rows : iterable of sequence
        The first rows; numbers and texts.
    total : int
        Number of rows in all, with those that are left out.

    Examples
    --------
    >>> html_table("a < b", ["x"], [[1.5]], 1)
    '<table><caption>a &lt; b</caption><tr><th>x</th></tr><tr><td>1.5</td></tr></table>'
    """
    shown = list(rows)
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(cell))}</td>" for cell in row) + "</tr>"
        for row in shown
    )
    left = total - len(shown)
    more = f'<tr><td colspan="{len(columns)}">... and {left:,} more</td></tr>' if left > 0 else ""
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}{more}</table>"


def _text(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
