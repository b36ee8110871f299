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

from crn2sbml.errors import Crn2sbmlError, FileError, OutputExistsError


@contextmanager
def file_errors(path: str | Path, doing: str) -> Iterator[None]:
    """Raise what the operating system says in the block as a `FileError` that names the file.

    Parameters
    ----------
    path : str or Path
        File or folder that the block works on.
    doing : str
        What the block does with it, such as "read", "write" or "make", for the message.

    Raises
    ------
    FileError
        In place of any other OSError, and where the path holds the character 0.

    Examples
    --------
    >>> with file_errors("a/b.txt", "read"):
    ...     open("a/b.txt")
    Traceback (most recent call last):
    crn2sbml.errors.FileError: there is no file a/b.txt
    """
    try:
        yield
    except Crn2sbmlError:
        raise
    except OSError as error:
        if doing == "read" and isinstance(error, FileNotFoundError):
            raise FileError(f"there is no file {path}") from None
        raise FileError(f"cannot {doing} {path}: {error.strerror or error}") from error
    except ValueError as error:
        if "\0" not in str(path):
            raise
        raise FileError(f"cannot {doing} {str(path)!r}: {error}") from error


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
    with file_errors(target, "write"):
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
            # mkstemp makes private files; give the target the usual permissions instead.
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(target)
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
    with file_errors(path, "read"), Path(path).open("rb") as stream:
        while piece := stream.read(size):
            yield piece
