"""Antimony to reaction networks, by way of the SBML that antimony makes of it."""

from __future__ import annotations

import math
import re
from pathlib import Path
from urllib.parse import unquote

from crn2sbml._support.files import read_pieces
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import Crn
from crn2sbml.errors import FormatError
from crn2sbml.formats.antimony.write import METADATA_MARK
from crn2sbml.formats.child import TooSlowError, run_confined
from crn2sbml.formats.sbml.document import Document
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.read import build_model

# Antimony's time grows with the square of the number of reactions, see below.
_MOST_SECONDS = 120
_MOST_BYTES = 8 << 20
_REMEDY = (
    "antimony's time grows with the square of the number of reactions (two seconds for a thousand, "
    "a minute for nine thousand); use SBML for larger models"
)

_HIDDEN = re.compile(r'"(?:\\.|[^"\\\n])*"|```.*?```|/\*.*?\*/|//[^\n]*|#[^\n]*', re.DOTALL)
_METADATA = re.compile(rf"{re.escape(METADATA_MARK)}(\S+) = (.*)")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LITERAL = re.compile(rf"(?:(?:const|var)\s+)?\$?([A-Za-z_]\w*)\s*=\s*({_NUMBER})", re.ASCII)
_ASSIGNED = re.compile(r"\$?\b([A-Za-z_]\w*)\s*'?\s*:?=(?!=|>)", re.ASCII)
_MODULE = re.compile(r"^\s*\*?\s*(?:model|module)\b", re.MULTILINE)
_IMPORT = re.compile(r"\bimport\b", re.ASCII)


def from_antimony(text: str) -> Crn:
    """Read a reaction network from an Antimony model.

    Parameters
    ----------
    text : str
        Antimony by anyone. It goes through antimony itself, whose time grows with the square of the
        number of reactions: two seconds for a thousand, a minute for nine thousand. SBML is the way
        for larger models.

    Returns
    -------
    Crn
        As :func:`~crn2sbml.formats.from_sbml` reads it. Numbers that stand in the text alone
        (``k = 0.1;``) come back bit for bit, others with the 15 digits that antimony keeps.

    Raises
    ------
    FormatError
        If antimony cannot read it, or not in two minutes.
    UnsupportedError
        If a law is not of mass action, or a rule or an event changes what matters.

    Examples
    --------
    >>> from crn2sbml import from_antimony
    >>> print(from_antimony("J: 2 X -> X; k*X^2; k = 0.5; X = 1").to_text())
    2 X --k--> X
    """
    return _read(text, "the Antimony text")


def load_antimony(path: str | Path) -> Crn:
    """Read a reaction network from an Antimony file.

    Parameters
    ----------
    path : str or Path
        The file to read.

    Returns
    -------
    Crn
        See :func:`from_antimony`.

    Raises
    ------
    FileError
        If the file is missing or cannot be read.
    FormatError, UnsupportedError
        As :func:`from_antimony`.
    """
    return _read(read_text(path), str(path))


def read_text(path: str | Path) -> str:
    """Read the text of an Antimony file."""
    content = bytearray()
    for piece in read_pieces(path):
        content += piece
        _check_size(len(content), str(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path} is no text in UTF-8: {error}") from error


def _read(text: str, source: str) -> Crn:
    with collection_paused():
        return build_model(parse_antimony(text, source)).crn


def parse_antimony(text: str, source: str) -> Document:
    """Read what stands in an Antimony text, by way of SBML.

    Parameters
    ----------
    text : str
        The text of an Antimony file.
    source : str
        The name of what is read, for messages.

    Raises
    ------
    FormatError
        If antimony cannot read it, or not in two minutes.
    UnsupportedError
        If the model holds what is no reaction network of mass action.
    """
    _check_size(len(text), source)
    visible = _HIDDEN.sub(" ", text)
    _check_text(visible, source)
    document = parse_sbml([_to_sbml(text, source)], source, lines_count=False)
    document.metadata.update(_metadata(text))
    if len(_MODULE.findall(visible)) <= 1:
        _restore_numbers(document, _literals(visible))
    return document


def _check_size(size: int, source: str) -> None:
    if size > _MOST_BYTES:
        raise FormatError(f"{source} is larger than {_MOST_BYTES >> 20} MiB; {_REMEDY}")


def _check_text(visible: str, source: str) -> None:
    """Refuse what antimony would misread without a word."""
    if _IMPORT.search(visible):
        raise FormatError(f"{source} imports another file, which is not read; put all into one")
    if "\0" in visible:
        raise FormatError(f"{source} is no text: it holds the character 0")
    for number in re.findall(rf"(?<![\w.]){_NUMBER}", visible, re.ASCII):
        if math.isinf(float(number)):
            raise FormatError(f"{source}: {number} is too large for a number")


def _to_sbml(text: str, source: str) -> bytes:
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(f"{source} holds characters that are no text: {error}") from error
    try:
        done = run_confined("antimony", source=source, stdin=content, seconds=_MOST_SECONDS)
    except TooSlowError:
        raise FormatError(
            f"antimony did not read {source} in {_MOST_SECONDS} seconds; {_REMEDY}"
        ) from None
    if done.returncode != 0:
        reason = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise FormatError(f"antimony cannot read {source}: {reason}")
    return done.stdout


def _metadata(text: str) -> dict[str, str]:
    """Return what the comments before the model say of its origin."""
    metadata: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        if match := _METADATA.fullmatch(line):
            key, value = unquote(match[1]), match[2]
            # Other people's comments may look alike and hold anything.
            if f"{key}{value}".isprintable():
                metadata[key] = value
    return metadata


def _literals(visible: str) -> dict[str, float]:
    """Return what is assigned exactly once in the text, to a plain number."""
    literals: dict[str, float] = {}
    assigned: dict[str, int] = {}
    for statement in re.split(r"[;\n]", visible):
        for name in _ASSIGNED.findall(statement):
            assigned[name] = assigned.get(name, 0) + 1
        match = _LITERAL.fullmatch(statement.strip())
        if match:
            literals[match[1]] = float(match[2])
    return {name: value for name, value in literals.items() if assigned[name] == 1}


def _restore_numbers(document: Document, literals: dict[str, float]) -> None:
    """Put back the digits of numbers that antimony has rounded to 15."""

    def restored(identifier: str, value: float | None) -> float | None:
        literal = literals.get(identifier)
        if value is None or literal is None or float(f"{literal:.15g}") != value:
            return value
        return literal

    for values in (document.parameters, document.compartments):
        values.update({name: restored(name, value) for name, value in values.items()})
    for entry in document.species.values():
        entry.concentration = restored(entry.id, entry.concentration)
        entry.amount = restored(entry.id, entry.amount)
