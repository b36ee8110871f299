"""What the commands share: reading examples and inputs, and refusing what cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.archive import read_array
from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name, listed, place_columns
from crn2sbml._support.files import check_output
from crn2sbml._support.words import counted
from crn2sbml.construction.origin import Encoding
from crn2sbml.data import (
    Dataset,
    Table,
    load_dataset,
    load_digits,
    load_iris,
    load_xor,
    read_table,
)
from crn2sbml.data.delimited import is_number, to_number
from crn2sbml.errors import (
    ConcentrationError,
    FileError,
    FormatError,
    InputValueError,
    NetworkError,
    UnsupportedError,
)
from crn2sbml.fitting.columns import Task
from crn2sbml.importers import LoadedNetwork
from crn2sbml.training.labels import as_targets

# What ends so is the name of a file, even if it is not there.
_TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".xlsx", ".parquet", ".npy", ".npz")

# A value with what may be a decimal comma.
_COMMA_VALUE = re.compile(r"=\s*[+-]?\d+,\d")


def check_encoding(loaded: LoadedNetwork, encoding: Encoding | None, source: Path) -> None:
    """Refuse to make weights out of a folded model, which holds none."""
    if loaded.encoding == "folded" and encoding in ("enzymatic", "absorbed"):
        raise UnsupportedError(
            f"{source} is folded: the weights of its first layer are gone, so that it cannot "
            f"become {encoding}; leave --encoding out"
        )


def load_examples(source: str) -> Dataset:
    """Load a data set by its name, or from a file.

    Raises
    ------
    InputValueError
        If it is none of xor, iris and digits and no ``.npz`` file.
    """
    known = {"xor": load_xor, "iris": load_iris, "digits": load_digits}
    if source in known:
        return known[source]()
    if not source.endswith(".npz"):
        names = ", ".join(known)
        raise InputValueError(f"--data {source!r} is none of {names} or an .npz file")
    return load_dataset(source)


def read_inputs(texts: Sequence[str], loaded: LoadedNetwork, say: Callable[[str], None]) -> Array:
    """Read inputs as they are given on the command line.

    Parameters
    ----------
    texts : sequence of str
        Paths of tables, or numbers such as ``"0.5,1"`` or ``"ph=7,temp=20"``; their rows one after
        the other.
    loaded : LoadedNetwork
        The network, which knows the names of its inputs and what they can be.
    say : callable
        Is told what was read of a table, and which inputs are beyond what the network was made for.

    Returns
    -------
    numpy.ndarray, shape (n, inputs)
        One input a row, in the network's order.
    """
    if loaded.input_count == 0:
        raise ConcentrationError(
            "the model is folded: its inputs have become constants and cannot be given any more; "
            "leave --input out, or use another encoding"
        )
    rows = np.concatenate([_read_rows(text, loaded, say) for text in texts])
    for sentence in loaded.outside(rows):
        say(f"{sentence}.")
    return rows


def _read_rows(text: str, loaded: LoadedNetwork, say: Callable[[str], None]) -> Array:
    names, width = loaded.input_names, loaded.input_count
    if not text.strip():
        raise FileError("--input is empty; give a file, or numbers such as 0.5,1")
    given = _given_numbers(text, names, width)
    if given is None and _is_list(text) and not _is_file(text):
        entries = [entry for entry in text.split(",") if not is_number(entry)]
        raise FileError(
            f"--input {text} is neither a file nor a list of numbers such as 0.5,1: {entries[0]!r} "
            f"is no number"
        )
    if given is not None:
        return accepted(loaded, given, lambda row: f"--input {text}")
    if Path(text).suffix.lower() == ".npy":
        rows = _npy_rows(Path(text), width)
        return accepted(loaded, rows, lambda row: f"{text}, row {row + 1}")
    table = read_input_table(text, names or ())
    rows = table.rows(names, width)
    tell_columns(table, names, say)
    return accepted(loaded, rows, lambda row: table.place(row, names))


def accepted(loaded: LoadedNetwork, rows: Array, place: Callable[[int], str]) -> Array:
    """Return rows that the network takes, or say where the first stands that it does not."""
    try:
        loaded.encode(rows)
    except ConcentrationError:
        for number, row in enumerate(rows):
            try:
                loaded.encode(row)
            except ConcentrationError as error:
                raise ConcentrationError(f"{place(number)}: {error}") from error
        raise
    return rows


def read_input_table(text: str, names: Sequence[str]) -> Table:
    """Read a table that an option names, in which columns of these names are wanted."""
    path = Path(text)
    if path.suffix.lower() == ".npz":
        raise FormatError(f"{text} is an archive of arrays; give a table (.csv, .xlsx) or .npy")
    return read_table(path, names)


def tell_columns(
    table: Table, names: Sequence[str] | None, say: Callable[[str], None], remedy: str = ""
) -> None:
    """Say what was read of a table, where that is not all of it by its names.

    Parameters
    ----------
    table : Table
        The table.
    names : sequence of str or None
        Names of the columns that were looked for; None where their order alone tells inputs.
    say : callable
        Is told the sheet of a workbook that has several, columns that were left out, and which
        column became which input where that was not looked for.
    remedy : str, default ""
        What can be done about the order of the columns.
    """
    if len(table.sheets) > 1:
        say(f"{table.source}: read its first sheet, {table.sheets[0]}, of {len(table.sheets)}.")
    if names is None and table.names is not None:
        order = [f"input {n} is {name}" for n, name in enumerate(table.names, start=1)]
        say(f"{table.source}: its columns are taken in their order: {listed(order)}{remedy}.")
    if left_out := table.left_out(names):
        noun = "column" if len(left_out) == 1 else "columns"
        say(f"{table.source}: left out the {noun} {listed(left_out)}.")


def read_answers(table: Table, targets: Sequence[str], task: Task = "auto") -> NDArray[Any]:
    """Return a column of labels, or columns of numbers."""
    if task != "numbers" and len(targets) == 1 and (texts := table.texts(targets[0])) is not None:
        return np.array(texts)
    return table.numbers(targets)


def checked_answers(loaded: LoadedNetwork, answers: NDArray[Any], where: str) -> NDArray[Any]:
    """Return what outputs are compared with, of numbers or labels, or say where they do not fit."""
    decoder = None if loaded.codec is None else loaded.codec.decoder
    outputs = loaded.network.widths[-1] if decoder is None else len(decoder.pairs)
    try:
        found = np.asarray(as_targets(answers, decoder, outputs))
    except InputValueError as error:
        raise FormatError(f"{where}: {error}") from error
    if found.dtype.kind == "U":
        raise FormatError(
            f"{where}: it holds text such as {answers.flat[0].item()!r}, but the network gives "
            f"{counted(outputs, 'number')}"
        )
    columns = 1 if found.ndim == 1 else found.shape[1]
    if columns != outputs:
        noun = counted(columns, "column")
        raise FormatError(f"{where}: {noun}, but the network has {counted(outputs, 'output')}")
    return found


def _given_numbers(text: str, names: Sequence[str] | None, width: int) -> Array | None:
    """Return the numbers in a text as a row, by name or in order; None if it is another text."""
    entries = text.split(",")
    if all(map(is_number, entries)):
        if len(entries) != width:
            needed = counted(width, "input") + ("" if names is None else f": {listed(names)}")
            given = counted(len(entries), "number")
            hint = _comma_hint(len(entries) == 2 * width)
            raise ConcentrationError(
                f"--input {text} has {given}, but the network has {needed}{hint}"
            )
        return np.array([[to_number(entry) for entry in entries]])
    if "=" not in text or _is_file(text):
        return None
    values = _by_name(entries, text)
    if names is None:
        raise ConcentrationError(
            f"--input {text} names inputs, but those of the network have no names; give "
            f"{counted(width, 'number')} with commas"
        )
    if unknown := set(values) - {clean_name(name) for name in names}:
        raise ConcentrationError(
            f"--input {text} names {listed(sorted(unknown))}, but the inputs are {listed(names)}"
            f"{_comma_hint(_COMMA_VALUE.search(text) is not None)}"
        )
    places = place_columns(list(values), names, f"--input {text}", ConcentrationError)
    return np.array([[list(values.values())[place] for place in places]])


def _by_name(entries: Sequence[str], text: str) -> dict[str, float]:
    """Return numbers by their names; a comma in a name comes before the sign of equality."""
    values: dict[str, float] = {}
    start = ""
    for entry in entries:
        if "=" not in entry:
            start += f"{entry},"
            continue
        name, _, number = (start + entry).rpartition("=")
        start = ""
        if not is_number(number) or clean_name(name) in values:
            why = "twice" if clean_name(name) in values else f"{number!r}, which is no number"
            raise ConcentrationError(f"--input {text} gives {clean_name(name)} {why}")
        values[clean_name(name)] = to_number(number)
    if start:
        hint = _comma_hint(_COMMA_VALUE.search(text) is not None)
        raise ConcentrationError(f"--input {text} ends in {start[:-1]!r}, which has no name{hint}")
    return values


def _comma_hint(needed: bool) -> str:
    return "; write decimal points, as commas stand between inputs" if needed else ""


def _is_list(text: str) -> bool:
    """Tell whether a text is meant as a list of numbers, and not as the name of a file."""
    is_name = Path(text).suffix or "/" in text or "\\" in text
    return ("," in text or ";" in text or not is_name) and not text.lower().endswith(_TABLE_ENDINGS)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a name that is too long for one
        return False


def read_one_input(
    texts: Sequence[str], loaded: LoadedNetwork, say: Callable[[str], None]
) -> Array:
    """Read a single input, shape (inputs,)."""
    rows = read_inputs(texts, loaded, say)
    if len(rows) != 1:
        raise ConcentrationError(
            f"--input {', '.join(texts)} holds {len(rows)} rows, but a model holds one data point; "
            f"pass one row"
        )
    return np.asarray(rows[0])


def check_csv_output(path: Path, force: bool) -> None:
    """Refuse a file for a table that cannot be written, before any work is done."""
    if path.suffix.lower() != ".csv":
        raise FileError(f"{path} is to be a table of text; use a name that ends in .csv")
    check_output(path, force)


def check_output_folder(folder: Path, names: tuple[str, ...], force: bool) -> None:
    """Refuse a folder that cannot be used before any work is done."""
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder} is a file, but the results go into a folder; name another one")
    if not folder.exists() and not folder.resolve().parent.is_dir():
        raise FileError(f"there is no folder {folder.resolve().parent}; create it first")
    present = [name for name in names if (folder / name).exists()]
    if present and not force:
        raise FileError(
            f"{folder} holds {present[0]} already; choose another folder, or overwrite with --force"
        )


def parse_layers(text: str) -> list[int]:
    """Read widths such as ``64,16,10``."""
    try:
        return [int(entry) for entry in text.split(",")]
    except ValueError:
        raise NetworkError(
            f"--layers {text!r} must be widths with commas between them, such as 64,16,10"
        ) from None


def _npy_rows(path: Path, width: int) -> Array:
    """Read rows of numbers; a single list is a column for one input, and a row otherwise."""
    numbers = read_array(path)
    if numbers.dtype.kind not in "fiub":
        raise FormatError(f"{path} holds {numbers.dtype}, and no numbers")
    rows = np.asarray(numbers, dtype=np.float64)
    if rows.ndim < 2:
        rows = rows.reshape(-1, 1) if width == 1 else rows.reshape(1, -1)
    if rows.ndim > 2:
        raise FormatError(f"{path} holds an array of {rows.ndim} dimensions; give rows of numbers")
    return rows
