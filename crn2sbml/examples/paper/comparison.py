"""Numbers of the paper beside ours, as CSV, Markdown and HTML."""

from __future__ import annotations

import csv
import html
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

from crn2sbml._support.files import csv_text
from crn2sbml.errors import FormatError


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table.

    Parameters
    ----------
    quantity : str
        What is compared.
    paper : str
        The quantity as the paper prints it.
    ours : str
        The quantity as computed here, to as many digits as make sense.
    difference : str
        Ours less the paper's; empty where the paper gives words.
    verdict : str
        Whether both agree, and how closely.
    note : str
        Why they do not agree, or what the numbers are.
    """

    quantity: str
    paper: str
    ours: str
    difference: str
    verdict: str
    note: str = ""


def to_csv(comparisons: Sequence[Comparison]) -> str:
    """Return the table with a header line."""
    return csv_text(_HEADINGS, map(astuple, comparisons))


def to_markdown(comparisons: Sequence[Comparison]) -> str:
    """Return the table for a Markdown page."""
    lines = [_HEADINGS, ["---"] * len(_HEADINGS), *map(astuple, comparisons)]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def from_csv(text: str) -> list[Comparison]:
    """Read a table that :func:`to_csv` wrote.

    Raises
    ------
    FormatError
        If it is something else.
    """
    header, *rows = list(csv.reader(text.splitlines())) or [[]]
    if header != _HEADINGS or any(len(row) != len(_HEADINGS) for row in rows):
        raise FormatError(f"it is no table with the columns {', '.join(_HEADINGS)}")
    return [Comparison(*row) for row in rows]


def merge(before: Sequence[Comparison], now: Sequence[Comparison]) -> list[Comparison]:
    """Return all rows, those of now in place of those before of the same quantity."""
    rows = {comparison.quantity: comparison for comparison in (*before, *now)}
    return list(rows.values())


def to_html(comparisons: Sequence[Comparison], pictures: Mapping[str, str]) -> str:
    """Return a page with the table and the pictures, given as captions by name without ending."""
    return _PAGE.format(
        head=_row("th", _HEADINGS),
        body="\n".join(_row("td", astuple(comparison)) for comparison in comparisons),
        pictures="\n".join(
            f'<figure><img src="{name}.png" alt="{html.escape(caption)}">'
            f'<figcaption>{html.escape(caption)} (<a href="{name}.csv">data</a>)</figcaption>'
            "</figure>"
            for name, caption in pictures.items()
        ),
    )


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"


_HEADINGS = [field.name for field in fields(Comparison)]

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Section 6 of the paper beside crn2sbml</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #8886; padding: .35rem .7rem; text-align: left;
  vertical-align: top; }}
td:nth-child(2), td:nth-child(3), td:nth-child(4) {{ font-variant-numeric: tabular-nums; }}
figure {{ margin: 2rem 0; }}
img {{ background: white; max-width: 100%; }}
figcaption {{ color: #888; font-size: .9em; }}
</style>
</head>
<body>
<h1>Section 6 of the paper beside crn2sbml</h1>
<p>D. F. Anderson, B. Joshi and A. Deshpande, &ldquo;On reaction network implementations of neural
networks&rdquo;, Journal of the Royal Society Interface 18:20210031, 2021.</p>
<p>a^l_i is the activation of node i in layer l (1 hidden, 2 output) in closed form, x^l_i(5) its
concentration in the chemistry at time 5, &ldquo;from 10 rand&rdquo; that it starts anywhere up to
10. Differences are ours less the paper&rsquo;s.</p>
<div class="scroll">
<table>
<thead>{head}</thead>
<tbody>
{body}
</tbody>
</table>
</div>
{pictures}
</body>
</html>
"""
