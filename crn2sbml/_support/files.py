"""Writing files so that nothing is ever left half written."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crn2sbml.errors import FileError, OutputExistsError


def check_output(path: str | Path, overwrite: bool) -> Path:
    """Return the path if a file may be written there.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    FileError
        If the path is a folder or its folder does not exist.
    """
    target = Path(path)
    if target.is_dir():
        raise FileError(f"{target} is a folder; name a file in it")
    if target.exists() and not overwrite:
        raise OutputExistsError(
            f"{target} exists already; choose another name, or overwrite it "
            f"(overwrite=True in Python, --force on the command line)"
        )
    if not target.parent.is_dir():
        raise FileError(
            f"cannot write {target}: there is no folder {target.parent}; create it first"
        )
    return target


@contextmanager
def atomic_write(path: str | Path, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """Write beside the target and rename at the end, so that readers see all or nothing.

    Parameters
    ----------
    path : str or Path
        Target file.
    overwrite : bool, default False
        Replace an existing file.

    Yields
    ------
    binary file
        What is written to it becomes the target when the block ends without an error.
    """
    target = check_output(path, overwrite)
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror or error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        # mkstemp makes private files; give the target the usual permissions instead.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, FileError):
            raise
        raise FileError(f"cannot write {target}: {error.strerror or error}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def save_text(text: str, path: str | Path, overwrite: bool = False) -> None:
    """Write text as UTF-8, all or nothing."""
    with atomic_write(path, overwrite) as stream:
        stream.write(text.encode("utf-8"))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV with a header line; floats keep every digit, nan is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    # A nan is the only value that differs from itself.
    writer.writerows([["" if cell != cell else cell for cell in row] for row in rows])
    return text.getvalue()


def read_pieces(path: str | Path, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the content of a file piece by piece.

    Raises
    ------
    FileError
        If the file is missing or cannot be read.
    """
    source = Path(path)
    try:
        with source.open("rb") as stream:
            while piece := stream.read(size):
                yield piece
    except FileNotFoundError:
        raise FileError(f"there is no file {source}") from None
    except (OSError, ValueError) as error:  # a path cannot hold the character 0
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"cannot read {str(source)!r}: {reason}") from error
