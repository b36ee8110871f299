"""What libsbml's consistency checks find in a file, by line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from crn2sbml.errors import FormatError
from crn2sbml.formats.child import TooSlowError, run_confined

# Up to here all checks take some seconds; at four times the size they take minutes.
MOST_REACTIONS_IN_FULL = 5000
_MOST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check reports.

    Parameters
    ----------
    line : int or None
        The line of the file that is meant, if that is known.
    severity : str
        The severity: "error", "warning" or less.
    category : str
        The check that reports it.
    code : int or None
        The number that libsbml has for it, if it is one of libsbml's findings.
    title : str
        A few words on what is wrong.
    message : str
        The full text on what is wrong.
    """

    line: int | None
    severity: str
    category: str
    code: int | None
    title: str
    message: str


def check_consistency(
    path: str | Path, *, full: bool, content: bytes | None = None
) -> tuple[list[Finding], int]:
    """Check an SBML file with libsbml.

    The file must have been read by :func:`~crn2sbml.formats.sbml.read.load_sbml` or refused by it
    for its laws only, for libsbml does not bear every file.

    Parameters
    ----------
    path : str or Path
        The file to check.
    full : bool
        Whether to make all checks, or only those whose cost grows in proportion to the file: ids,
        formulas, SBO terms and modelling practice, but not units and general consistency.
    content : bytes, optional
        The SBML, where it does not stand in a file of its own; the path is then for messages.

    Returns
    -------
    tuple of (list of Finding, int)
        The first findings, and the number of all.

    Raises
    ------
    FormatError
        If libsbml fails.
    """
    try:
        done = run_confined(
            "consistency",
            "full" if full else "cheap",
            *([str(Path(path).resolve())] if content is None else []),
            source=str(path),
            stdin=content or b"",
            seconds=_MOST_SECONDS,
        )
    except TooSlowError:
        raise FormatError(f"libsbml did not check {path} in {_MOST_SECONDS} seconds") from None
    report = json.loads(done.stdout)
    return [Finding(**finding) for finding in report["findings"]], report["count"]
