"""COPASI's own files (.cps), by way of the SBML that COPASI makes of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from crn2sbml._support.files import read_pieces
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import Crn
from crn2sbml.errors import FormatError, MissingDependencyError
from crn2sbml.formats.child import TooSlowError, run_confined
from crn2sbml.formats.sbml.document import Document
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.read import build_model

# COPASI's time grows with the square of the number of reactions.
_MOST_SECONDS = 300
_MOST_BYTES = 64 << 20
_REMEDY = "in COPASI: File, Export SBML, and give that file"


def load_copasi(path: str | Path) -> Crn:
    """Read the reaction network of a COPASI file.

    Parameters
    ----------
    path : str or Path
        File of anyone. COPASI itself reads it, and keeps about 15 digits of numbers.

    Returns
    -------
    Crn
        See :func:`~crn2sbml.formats.from_sbml`.

    Raises
    ------
    FileError
        If the file is missing or cannot be read.
    MissingDependencyError
        If copasi-basico is not installed.
    FormatError
        If COPASI cannot read it, or not in five minutes.
    UnsupportedError
        If the model is not of mass action.
    """
    with collection_paused():
        return build_model(parse_copasi(path)).crn


def parse_copasi(path: str | Path) -> Document:
    """Read what stands in the model of a COPASI file.

    Raises
    ------
    FileError, MissingDependencyError, FormatError, UnsupportedError
        As :func:`load_copasi`.
    """
    content = bytearray()
    for piece in read_pieces(path):
        content += piece
        if len(content) > _MOST_BYTES:
            raise FormatError(f"{path} is larger than {_MOST_BYTES >> 20} MiB; {_REMEDY}")
    # Not imported: it crashes processes that use libcombine as well.
    if importlib.util.find_spec("COPASI") is None:
        raise MissingDependencyError(
            f"{path} is a COPASI file, and copasi-basico is not installed; pip install "
            f"'crn2sbml[copasi]', or {_REMEDY}"
        )
    try:
        done = run_confined("copasi", source=str(path), stdin=bytes(content), seconds=_MOST_SECONDS)
    except TooSlowError:
        raise FormatError(
            f"COPASI did not read {path} in {_MOST_SECONDS} seconds; {_REMEDY}"
        ) from None
    if done.returncode != 0:
        reason = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise FormatError(f"COPASI cannot read {path}: {reason}")
    return parse_sbml([done.stdout], str(path), lines_count=False)
