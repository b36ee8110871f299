"""Reading ``.npz`` archives of arrays without trusting them."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml.errors import FileError, FormatError


def read_archive(path: str | Path, expected: str) -> dict[str, NDArray[Any]]:
    """Read all arrays of an ``.npz`` file; pickles are refused.

    Parameters
    ----------
    path : str or Path
        File to read.
    expected : str
        What the file should be, for the error message.

    Returns
    -------
    dict of str to numpy.ndarray
        By name.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is no archive of arrays.
    """
    source = Path(path)
    try:
        with source.open("rb") as stream:
            if not zipfile.is_zipfile(stream):
                raise FormatError(f"{source} is no .npz archive of arrays; {expected}")
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise FileError(f"there is no file {source}") from None
    except FormatError:
        raise
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        # numpy's own message for a pickle advises to load it all the same.
        reason = "it holds pickled objects" if "allow_pickle" in str(error) else str(error)
        raise FormatError(f"cannot read {source}: {reason}; {expected}") from error
    except OSError as error:
        raise FileError(f"cannot read {source}: {error.strerror or error}") from error
