"""The table of numbers, in the three forms in which it is written."""

import csv
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from crn2sbml.errors import FormatError
from crn2sbml.examples.paper import Comparison
from crn2sbml.examples.paper.comparison import from_csv, merge, to_csv, to_html, to_markdown

ROWS = [
    Comparison("a^2_1", "1.5", "1.5", "+0.0e+00", "every printed digit"),
    Comparison("a | b, <c>", 'say "88%"', "91%", "+3 points", "differs", "a < b & c"),
]
HEADINGS = ["quantity", "paper", "ours", "difference", "verdict", "note"]


def cells(row):
    return [getattr(row, heading) for heading in HEADINGS]


def test_csv_comes_back_as_it_was():
    header, *rows = csv.reader(to_csv(ROWS).splitlines())
    assert header == HEADINGS
    assert rows == [cells(row) for row in ROWS]
    assert from_csv(to_csv(ROWS)) == ROWS


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(HEADINGS) + "\n1,2\n"])
def test_another_table_is_refused(text):
    with pytest.raises(FormatError, match="no table with the columns quantity"):
        from_csv(text)


def test_a_later_run_replaces_its_own_rows_only():
    again = replace(ROWS[0], ours="1.6")
    new = replace(ROWS[0], quantity="new")
    assert merge(ROWS, [again, new]) == [again, ROWS[1], new]


def test_markdown_has_a_line_a_row_and_no_stray_column():
    head, rule, *lines = to_markdown(ROWS).splitlines()
    assert head == f"| {' | '.join(HEADINGS)} |"
    assert set(rule) == set("| -")
    assert lines[0] == "| a^2_1 | 1.5 | 1.5 | +0.0e+00 | every printed digit |  |"
    assert r"a \| b" in lines[1]


class _Tables(HTMLParser):
    """Collects the cells of the body and the pictures."""

    def __init__(self):
        super().__init__()
        self.rows, self.pictures, self.in_cell = [], [], False

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.in_cell = tag in ("td", "th")
        if tag == "img":
            self.pictures.append(dict(attributes)["src"])

    def handle_endtag(self, tag):
        self.in_cell = False

    def handle_data(self, data):
        if self.in_cell:
            self.rows[-1][-1] += data


def test_html_shows_table_and_pictures_and_needs_no_network():
    text = to_html(ROWS, {"figure08": "Figure 8: a < b"})
    page = _Tables()
    page.feed(text)
    assert page.rows == [HEADINGS, *(cells(row) for row in ROWS)]
    assert page.pictures == ["figure08.png"]
    assert "http" not in text
