"""What the commands share: reading examples and inputs, and refusing what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from crn2sbml._support.archive import read_array
from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name, listed, place_columns
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
from crn2sbml.importers import LoadedNetwork

# What ends so is the name of a file, even if it is not there.
_TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".xlsx", ".parquet", ".npy", ".npz")


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
        Is told which columns were left out, and which inputs are beyond what the network was made
        for.

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
    given = _given_numbers(text, names, width)
    if given is None and _is_list(text) and not _is_file(text):
        entries = [entry for entry in text.split(",") if not is_number(entry)]
        raise FileError(
            f"--input {text} is neither a file nor a list of numbers such as 0.5,1: {entries[0]!r} "
            f"is no number"
        )
    if given is not None:
        return _accepted(loaded, given, lambda row: f"--input {text}")
    if Path(text).suffix.lower() == ".npy":
        rows = _npy_rows(Path(text), width)
        return _accepted(loaded, rows, lambda row: f"{text}, row {row + 1}")
    table = read_input_table(text)
    rows = table.rows(names, width)
    tell_left_out(table, names, say)
    return _accepted(loaded, rows, lambda row: table.place(row, names))


def _accepted(loaded: LoadedNetwork, rows: Array, place: Callable[[int], str]) -> Array:
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


def read_input_table(text: str) -> Table:
    """Read a table that an option names."""
    path = Path(text)
    if path.suffix.lower() == ".npz":
        raise FormatError(f"{text} is an archive of arrays; give a table (.csv, .xlsx) or .npy")
    return read_table(path)


def tell_left_out(table: Table, names: Sequence[str] | None, say: Callable[[str], None]) -> None:
    """Say which columns of a table were left out, if there are any."""
    if left_out := table.left_out(names):
        noun = "column" if len(left_out) == 1 else "columns"
        say(f"{table.source}: left out the {noun} {listed(left_out)}.")


def _given_numbers(text: str, names: Sequence[str] | None, width: int) -> Array | None:
    """Return the numbers in a text as a row, by name or in order; None if it is another text."""
    entries = text.split(",")
    if all(map(is_number, entries)):
        if len(entries) != width:
            needed = counted(width, "input") + ("" if names is None else f": {listed(names)}")
            given = counted(len(entries), "number")
            raise ConcentrationError(f"--input {text} has {given}, but the network has {needed}")
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
        raise ConcentrationError(f"--input {text} ends in {start[:-1]!r}, which has no name")
    return values


def _is_list(text: str) -> bool:
    """Tell whether a text is meant as a list of numbers, and not as the name of a file."""
    return ("," in text or ";" in text) and not text.lower().endswith(_TABLE_ENDINGS)


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
