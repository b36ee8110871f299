"""Species and reactions as tables: CSV, Markdown and XLSX."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crn2sbml._support.files import atomic_write, check_output, csv_text, save_text
from crn2sbml._support.optional import load_library
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import format_complex
from crn2sbml.chemistry.units import in_lab_units
from crn2sbml.construction.labels import role_of, row_of
from crn2sbml.exports.packing import copy_without_dates

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | float | int
_SPECIES_COLUMNS = ("species", "name", "role", "initial concentration", "unit", "type")
_REACTION_COLUMNS = (
    "reaction",
    "equation",
    "rate constant",
    "value",
    "unit",
    "order",
    "row of Table 1",
)
_DIMENSIONLESS = "1"
# Widths of columns in a workbook, in characters.
_NARROWEST, _WIDEST = 8, 60


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a title, the names of its columns, and its rows.

    Parameters
    ----------
    title : str
        "species" or "reactions".
    columns : tuple of str
        Names of the columns.
    rows : tuple of tuple
        Texts and numbers, one row each.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def species_table(crn: Crn, units: LabUnits | None = None) -> Table:
    """List the species of a reaction network.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the reaction network's own units unless
        given.

    Returns
    -------
    Table
        Id, readable name, role, initial concentration, its unit, and the type of each species:
        dynamic, enzymatic (no reaction changes it) or buffered (held constant from outside).
    """
    scaled = in_lab_units(crn, units)
    unit = _DIMENSIONLESS if scaled.units is None else scaled.units.concentration_unit
    types = {
        **dict.fromkeys(crn.dynamic_species, "dynamic"),
        **dict.fromkeys(crn.enzymatic_species, "enzymatic"),
        **dict.fromkeys(crn.buffered_species, "buffered"),
    }
    return Table(
        "species",
        _SPECIES_COLUMNS,
        tuple(
            (s.id, s.name or "", role_of(s) or "", s.initial, unit, types[s.id])
            for s in scaled.species
        ),
    )


def reaction_table(crn: Crn, units: LabUnits | None = None) -> Table:
    """List the reactions of a reaction network.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the reaction network's own units unless
        given.

    Returns
    -------
    Table
        Id, equation, rate constant with its value and unit, order, and row of Table 1 of each
        reaction.
    """
    scaled = in_lab_units(crn, units)
    units = scaled.units
    values, rows = scaled.rate_constant_values, []
    for reaction in scaled.reactions:
        order = reaction.order
        unit = _DIMENSIONLESS if units is None else units.rate_constant_unit(order)
        sides = map(format_complex, (reaction.reactants, reaction.products))
        value = values[reaction.rate]
        row = row_of(reaction) or ""
        rows.append((reaction.id, " -> ".join(sides), reaction.rate, value, unit, order, row))
    return Table("reactions", _REACTION_COLUMNS, tuple(rows))


def to_csv_tables(crn: Crn, units: LabUnits | None = None) -> dict[str, str]:
    """Write both tables as CSV.

    Parameters
    ----------
    crn, units
        As for :func:`species_table`.

    Returns
    -------
    dict of str to str
        The text of "species" and of "reactions". Numbers come back bit for bit.
    """
    return {table.title: csv_text(table.columns, table.rows) for table in _tables(crn, units)}


def to_markdown_tables(crn: Crn, units: LabUnits | None = None) -> str:
    """Write both tables as Markdown.

    Parameters
    ----------
    crn, units
        As for :func:`species_table`.

    Returns
    -------
    str
        Two headings with a table each.

    Examples
    --------
    >>> from crn2sbml import Crn
    >>> from crn2sbml.exports import to_markdown_tables
    >>> print(to_markdown_tables(Crn.from_text(["2 X -> X"])).splitlines()[-1])
    | R1 | 2 X -> X | k1 | 1.0 | 1 | 2 |  |
    """
    parts = []
    for table in _tables(crn, units):
        lines = [f"## {table.title.capitalize()}", "", _markdown_row(table.columns)]
        lines.append(_markdown_row(["---"] * len(table.columns)))
        lines += map(_markdown_row, table.rows)
        parts.append("\n".join(lines))
    return f"# {crn.name}\n\n" + "\n\n".join(parts) + "\n"


def save_csv_tables(
    crn: Crn, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> tuple[Path, Path]:
    """Write both tables as CSV files.

    Parameters
    ----------
    crn, units
        As for :func:`species_table`.
    path : str or Path
        Such as ``xor.csv``; the files are then ``xor_species.csv`` and ``xor_reactions.csv``.
    overwrite : bool, default False
        Replace existing files.

    Returns
    -------
    tuple of Path
        The two files.

    Raises
    ------
    FileError
        If a file exists (without `overwrite`) or cannot be written.
    """
    target = Path(path)
    files = [target.with_name(f"{target.stem}_{title}.csv") for title in ("species", "reactions")]
    for file in files:
        check_output(file, overwrite)
    for file, text in zip(files, to_csv_tables(crn, units).values(), strict=True):
        save_text(text, file, overwrite)
    return files[0], files[1]


def save_markdown_tables(
    crn: Crn, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> None:
    """Write both tables to a Markdown file.

    Parameters
    ----------
    crn, units
        As for :func:`species_table`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    """
    save_text(to_markdown_tables(crn, units), path, overwrite)


def save_xlsx_tables(
    crn: Crn, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> None:
    """Write both tables to a workbook, a sheet each, with filters.

    Parameters
    ----------
    crn, units
        As for :func:`species_table`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    MissingDependencyError
        If openpyxl is not installed.
    """
    openpyxl = load_openpyxl()
    # In this mode rows are streamed, so that memory stays flat.
    workbook = openpyxl.Workbook(write_only=True)
    for table in _tables(crn, units):
        _fill(workbook.create_sheet(table.title), table)
    buffer = io.BytesIO()
    workbook.save(buffer)
    with atomic_write(path, overwrite) as stream:
        copy_without_dates(buffer, stream)


def load_openpyxl() -> Any:
    """Import the library of workbooks, or say which extra brings it."""
    return load_library("openpyxl", "workbooks (.xlsx)", "xlsx", "write CSV")


def _fill(sheet: Worksheet, table: Table) -> None:
    from openpyxl.cell import WriteOnlyCell

    for number, column in enumerate(table.columns):
        longest = max((len(str(row[number])) for row in table.rows), default=0)
        letter = chr(ord("A") + number)
        width = min(max(longest, len(column), _NARROWEST) + 2, _WIDEST)
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    last = chr(ord("A") + len(table.columns) - 1)
    sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
    sheet.append(list(table.columns))
    for row in table.rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a name that starts with "=" is no formula
        sheet.append(cells)


def _tables(crn: Crn, units: LabUnits | None) -> tuple[Table, Table]:
    return species_table(crn, units), reaction_table(crn, units)


def _markdown_row(cells: tuple[Cell, ...] | list[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
