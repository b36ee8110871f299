"""What the commands share: errors, options, reading numbers, printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.archive import read_array
from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.units import LabUnits
from crn2sbml.construction.origin import Encoding
from crn2sbml.data import Dataset, load_dataset, load_digits, load_iris, load_xor
from crn2sbml.errors import (
    ConcentrationError,
    Crn2sbmlError,
    FileError,
    FormatError,
    InputValueError,
    NetworkError,
    UnitError,
    UnsupportedError,
)
from crn2sbml.importers import LoadedNetwork

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Failure(click.ClickException):
    exit_code = 2


class ErrorReportingGroup(click.Group):
    """Reports our errors as one line on stderr with exit code 2, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and translate its errors."""
        try:
            return super().invoke(ctx)
        except Crn2sbmlError as error:
            raise _Failure(str(error)) from error


def output_options(command: _Command) -> _Command:
    """Add --force, --quiet and --json."""
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
        ),
        click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        click.option("--force", is_flag=True, help="Overwrite existing output."),
    ):
        command = option(command)
    return command


def input_option(words: str) -> Callable[[_Command], _Command]:
    """Add --input, which :func:`read_inputs` and :func:`read_one_input` read."""
    return click.option("--input", "input_texts", multiple=True, metavar="FILE|NUMBERS", help=words)


def workers_option(command: _Command) -> _Command:
    """Add --workers."""
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Processes that share the simulations.",
    )(command)


def lab_units_options(command: _Command) -> _Command:
    """Add --concentration and --time."""
    for option in (
        click.option(
            "--time",
            "time_text",
            metavar="QUANTITY",
            help='With --concentration: what a time of 1 stands for, such as "1 h".',
        ),
        click.option(
            "--concentration",
            metavar="QUANTITY",
            help='Write laboratory units: what a concentration of 1 stands for, such as "50 nM".',
        ),
    ):
        command = option(command)
    return command


def encoding_option(command: _Command) -> _Command:
    """Add --encoding for commands that leave a model as it is unless one is asked for."""
    return click.option(
        "--encoding",
        type=click.Choice(get_args(Encoding)),
        help="Of a network: weights as enzymes, absorbed into rate constants, or folded with the "
        "inputs. Default: enzymatic; a model stays as it is.",
    )(command)


def check_encoding(loaded: LoadedNetwork, encoding: Encoding | None, source: Path) -> None:
    """Refuse to make weights out of a folded model, which holds none."""
    if loaded.encoding == "folded" and encoding in ("enzymatic", "absorbed"):
        raise UnsupportedError(
            f"{source} is folded: the weights of its first layer are gone, so that it cannot "
            f"become {encoding}; leave --encoding out"
        )


def lab_units(concentration: str | None, time: str | None) -> LabUnits | None:
    """Return the units that --concentration and --time name, or None for dimensionless."""
    if concentration is None and time is None:
        return None
    if concentration is None or time is None:
        raise UnitError(
            "laboratory units need both --concentration and --time: what a concentration of 1 and "
            "a time of 1 stand for"
        )
    return LabUnits.parse(concentration, time)


def data_dir_option(command: _Command) -> _Command:
    """Add --data-dir."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        help="Folder with MNIST's four files, plain or gzipped. Default: the one that the variable "
        "CRN2SBML_DATA names, or else they are fetched.",
    )(command)


def load_examples(
    source: str, *others: str, encode: Callable[[ArrayLike], Array] | None = None
) -> Dataset:
    """Load a data set by its name, or from a file; `others` are names that the caller knows.

    Inputs in a file may be negative where `encode` makes concentrations of them.

    Raises
    ------
    InputValueError
        If it is none of xor, iris and digits and no ``.npz`` file.
    """
    known = {"xor": load_xor, "iris": load_iris, "digits": load_digits}
    if source in known:
        data = known[source]()
        if encode is None:
            return data
        return replace(data, inputs=encode(data.inputs), input_names=None)
    if not source.endswith(".npz"):
        names = ", ".join((*known, *others))
        raise InputValueError(f"--data {source!r} is none of {names} or an .npz file")
    return load_dataset(source, encode)


class Printer:
    """Prints text for people, or one JSON object for programs, or nothing."""

    def __init__(self, quiet: bool, as_json: bool) -> None:
        self.as_json = as_json
        self.shows_text = not quiet and not as_json

    def line(self, text: str = "") -> None:
        """Print a line for people."""
        if self.shows_text:
            click.echo(text)

    def result(self, values: Mapping[str, Any]) -> None:
        """Print the object for programs."""
        if self.as_json:
            click.echo(json.dumps(dict(values), indent=2))


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
