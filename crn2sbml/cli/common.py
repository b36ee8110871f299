"""What the commands share: reading examples and inputs, and refusing what cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crn2sbml._support.archive import read_array
from crn2sbml._support.arrays import Array
from crn2sbml.construction.origin import Encoding
from crn2sbml.data import Dataset, load_dataset, load_digits, load_iris, load_xor
from crn2sbml.errors import (
    ConcentrationError,
    FileError,
    FormatError,
    InputValueError,
    NetworkError,
    UnsupportedError,
)
from crn2sbml.importers import LoadedNetwork


def check_encoding(loaded: LoadedNetwork, encoding: Encoding | None, source: Path) -> None:
    """Refuse to make weights out of a folded model, which holds none."""
    if loaded.encoding == "folded" and encoding in ("enzymatic", "absorbed"):
        raise UnsupportedError(
            f"{source} is folded: the weights of its first layer are gone, so that it cannot "
            f"become {encoding}; leave --encoding out"
        )


def load_examples(source: str, *others: str) -> Dataset:
    """Load a data set by its name, or from a file; `others` are names that the caller knows.

    Raises
    ------
    InputValueError
        If it is none of xor, iris and digits and no ``.npz`` file.
    """
    known = {"xor": load_xor, "iris": load_iris, "digits": load_digits}
    if source in known:
        return known[source]()
    if not source.endswith(".npz"):
        names = ", ".join((*known, *others))
        raise InputValueError(f"--data {source!r} is none of {names} or an .npz file")
    return load_dataset(source)


def read_inputs(texts: Sequence[str], width: int) -> Array:
    """Read inputs as they are given on the command line.

    Parameters
    ----------
    texts : sequence of str
        Paths, or numbers such as ``"0.5,1"``; their rows one after the other.
    width : int
        Number of inputs of the network.

    Returns
    -------
    numpy.ndarray, shape (n, width)
        One input a row.
    """
    if width == 0:
        raise ConcentrationError(
            "the model is folded: its inputs have become constants and cannot be given any more; "
            "leave --input out, or use another encoding"
        )
    rows = [_read_rows(text, width) for text in texts]
    if len({part.shape[1:] for part in rows}) > 1:
        raise ConcentrationError(
            f"the inputs differ in length: {', '.join(str(part.shape[-1]) for part in rows)} "
            f"numbers, but the network has {width} inputs"
        )
    return np.concatenate(rows)


def _read_rows(text: str, width: int) -> Array:
    path = Path(text)
    if path.is_file():
        rows = _read_npy(path) if path.suffix == ".npy" else _read_table(path)
        if rows.ndim == 1:
            # A single column is one number a row for one input, and one row otherwise.
            rows = rows[:, np.newaxis] if width == 1 else rows[np.newaxis, :]
        return rows
    try:
        return np.array([[float(entry) for entry in text.split(",")]])
    except ValueError:
        raise FileError(
            f"--input {text!r} is neither a file nor a list of numbers such as 0.5,1"
        ) from None


def read_one_input(texts: Sequence[str], width: int) -> Array:
    """Read a single input, shape (width,)."""
    rows = read_inputs(texts, width)
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


def _read_npy(path: Path) -> Array:
    try:
        return np.asarray(read_array(path), dtype=np.float64)
    except ValueError as error:
        raise FormatError(f"cannot read numbers from {path}: {error}") from error


def _read_table(path: Path) -> Array:
    rows: list[list[float]] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"cannot read {path} as text: {error}") from error
    for number, line in enumerate(lines, start=1):
        entries = line.replace(";", ",").replace("\t", ",").strip()
        if not entries or entries.startswith("#"):
            continue
        try:
            rows.append([float(entry) for entry in entries.split(",") if entry.strip()])
        except ValueError:
            if not rows and number == 1:
                continue  # a header line
            raise FormatError(
                f"{path}, line {number}: cannot read {line.strip()!r} as numbers"
            ) from None
        if len(rows[-1]) != len(rows[0]):
            raise FormatError(
                f"{path}, line {number} has {len(rows[-1])} numbers, the lines before "
                f"{len(rows[0])}"
            )
    if not rows:
        raise FormatError(f"{path} holds no numbers; write one input a line, numbers with commas")
    return np.array(rows)
