"""Reading ``.npz`` archives and ``.npy`` arrays without trusting them."""

from __future__ import annotations

import lzma
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.files import file_errors
from crn2sbml.errors import FormatError

# Several times the largest neural networks and data sets of use: 60,000 images take 0.4 GB.
_MOST_BYTES = 2 << 30
_MOST_ARRAYS = 10_000


def read_archive(path: str | Path, expected: str) -> dict[str, NDArray[Any]]:
    """Read all arrays of an ``.npz`` file; pickles are refused.

    Parameters
    ----------
    path : str or Path
        File to read.
    expected : str
        What the file should hold, for the error message.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays by their names.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is no archive of arrays.
    """
    source = Path(path)
    with reading_errors(source, f"; {expected}"), source.open("rb") as stream:
        if not zipfile.is_zipfile(stream):
            raise FormatError(f"{source} is no .npz archive of arrays; {expected}")
        with zipfile.ZipFile(stream) as archive:
            return _read_members(archive)


def read_array(path: str | Path) -> NDArray[Any]:
    """Read the array in an ``.npy`` file; pickles are refused.

    Parameters
    ----------
    path : str or Path
        File to read.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is no array.
    """
    source = Path(path)
    with reading_errors(source), source.open("rb") as stream:
        return _read_array(stream, source.stat().st_size, source.name)


# What zipfile and numpy raise for broken files: numpy reads headers as Python literals.
_BROKEN = (
    *(ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(SyntaxError, tokenize.TokenError, MemoryError, RuntimeError),
)


@contextmanager
def reading_errors(source: Path, remedy: str = "") -> Iterator[None]:
    """Raise what goes wrong in the block as a `FileError`, or for content as a `FormatError`.

    Parameters
    ----------
    source : Path
        Archive or array that the block reads, and nothing else.
    remedy : str, default ""
        End of the message about content.
    """
    with file_errors(source, "read"):
        try:
            yield
        except FormatError:
            raise
        except _BROKEN as error:
            raise FormatError(f"cannot read {source}: {error}{remedy}") from error


def _read_members(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    members = archive.infolist()
    if len(members) > _MOST_ARRAYS:
        raise ValueError(f"it holds more than {_MOST_ARRAYS:,} arrays")
    if sum(member.file_size for member in members) > _MOST_BYTES:
        raise ValueError(f"its arrays take more than {_MOST_BYTES >> 30} GiB")
    arrays = {}
    for member in members:
        name = member.filename
        if not name.endswith(".npy"):
            raise ValueError(f"it holds {name!r}, which is no array")
        with archive.open(member) as stream:
            arrays[name.removesuffix(".npy")] = _read_array(stream, member.file_size, name)
    return arrays


def _read_array(stream: IO[bytes], size: int, name: str) -> NDArray[Any]:
    """Read an array after its header has been compared with what is really there."""
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, _, kind = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, _, kind = np.lib.format.read_array_header_2_0(stream)
    else:
        raise ValueError(f"{name} has the unknown format version {version}")
    if kind.hasobject:
        raise ValueError("it holds pickled objects, which could run any program")
    if any(length < 0 for length in shape) or math.prod(shape) * max(kind.itemsize, 1) > size:
        raise ValueError(f"{name} says that its shape is {shape}, but the file is too short")
    stream.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array
