"""What a model file is: ours or not, mass action or not, consistent or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crn2sbml._support.files import read_pieces
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import RecognisedNetwork, recognise_network
from crn2sbml.errors import FormatError, UnsupportedError
from crn2sbml.formats.antimony.read import parse_antimony, read_text
from crn2sbml.formats.copasi import parse_copasi
from crn2sbml.formats.files import (
    ANTIMONY_ENDINGS,
    ARCHIVE_ENDINGS,
    COPASI_ENDINGS,
    check_model_ending,
)
from crn2sbml.formats.omex import model_in_omex, parse_omex
from crn2sbml.formats.sbml.document import Document
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.read import build_model
from crn2sbml.formats.sbml.validate import MOST_REACTIONS_IN_FULL, Finding, check_consistency
from crn2sbml.neural.activations import describe_activation


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a model file is.

    Parameters
    ----------
    path : str
        The path of the file.
    format : str
        Its format, for example "SBML Level 3 Version 1".
    size : int
        Its size in bytes.
    crn : Crn or None
        The reaction network; None if it is none of mass action.
    recognised : RecognisedNetwork or None
        The neural network; None if it is none.
    not_recognised : str or None
        Why it is no neural network; None if it is one.
    notes : tuple of str
        Sentences on what reading left out, merged or assumed.
    checks : {"full", "cheap", "none"}
        The consistency checks of libsbml that were made: all; those whose cost grows in proportion
        to the file, for large ones; none, for Antimony and COPASI.
    findings : tuple of Finding
        The first findings on what is wrong, errors before warnings.
    finding_count : int
        The number of findings, which may be larger than those listed.
    """

    path: str
    format: str
    size: int
    crn: Crn | None
    recognised: RecognisedNetwork | None
    not_recognised: str | None
    notes: tuple[str, ...]
    checks: str
    findings: tuple[Finding, ...]
    finding_count: int

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {
            "path": self.path,
            "format": self.format,
            "bytes": self.size,
            "mass_action": self.crn is not None,
            "network": _network_dict(self.recognised),
            "not_recognised": self.not_recognised,
            **_crn_dict(self.crn),
            "notes": list(self.notes),
            "checks": self.checks,
            "findings": [asdict(finding) for finding in self.findings],
            "finding_count": self.finding_count,
        }


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that holds a reaction network: the SBML, the number of reactions, the contents."""

    format: str
    reactions: int
    crn: Crn
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file that holds none of mass action: the SBML, the reactions (0 if unknown), and why."""

    format: str
    reactions: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Checks:
    """What libsbml's consistency checks found: which were made, the first findings, how many."""

    kind: str
    findings: tuple[Finding, ...]
    count: int


def inspect_model(path: str | Path) -> Inspection:
    """Say what a model file is.

    Parameters
    ----------
    path : str or Path
        The file of SBML (.xml, .sbml), Antimony (.ant), a COMBINE archive (.omex), or COPASI's
        (.cps).

    Returns
    -------
    Inspection

    Raises
    ------
    FileError
        If the file is missing or cannot be read, or its name ends in something else.
    FormatError
        If it is broken.
    """
    ending = check_model_ending(path)
    prefix, parse = _PARSERS.get(ending, ("", _parse_sbml))
    reading = _read(path, parse)
    if ending in (*ANTIMONY_ENDINGS, *COPASI_ENDINGS):
        # The SBML that was made of it is nobody's.
        return _inspection(path, prefix, reading, _Checks("none", (), 0))
    content = model_in_omex(path) if ending in ARCHIVE_ENDINGS else None
    checks = _check(path, reading.reactions, content)
    return _inspection(path, f"{prefix}{reading.format}", reading, checks)


def _read(path: str | Path, parse: Callable[[str | Path], Document]) -> _Read | _Refused:
    with collection_paused():
        try:
            document = parse(path)
        except UnsupportedError as error:
            return _Refused("SBML", 0, _finding(error))
        try:
            model = build_model(document)
        except UnsupportedError as error:
            return _Refused(_format(document), len(document.reactions), _finding(error))
    return _Read(_format(document), len(document.reactions), model.crn, model.notes)


def _parse_antimony(path: str | Path) -> Document:
    return parse_antimony(read_text(path), str(path))


def _parse_sbml(path: str | Path) -> Document:
    return parse_sbml(read_pieces(path), str(path))


# What formats but SBML are called, and what reads them.
_PARSERS = {
    **dict.fromkeys(ANTIMONY_ENDINGS, ("Antimony", _parse_antimony)),
    **dict.fromkeys(ARCHIVE_ENDINGS, ("COMBINE archive, ", parse_omex)),
    **dict.fromkeys(COPASI_ENDINGS, ("COPASI", parse_copasi)),
}


def _format(document: Document) -> str:
    return f"SBML Level {document.level} Version {document.version}"


def _finding(error: UnsupportedError) -> Finding:
    # The finding names the place itself.
    message = str(error).partition(": ")[2] if error.line else str(error)
    return Finding(error.line, "error", "Mass action", None, "not of mass action", message)


def _check(path: str | Path, reactions: int, content: bytes | None) -> _Checks:
    full = reactions <= MOST_REACTIONS_IN_FULL
    findings, count = check_consistency(path, full=full, content=content)
    return _Checks("full" if full else "cheap", tuple(findings), count)


def _inspection(
    path: str | Path, format_name: str, reading: _Read | _Refused, checks: _Checks
) -> Inspection:
    about = (str(path), format_name, Path(path).stat().st_size)
    if isinstance(reading, _Refused):
        reason = "it is no reaction network of mass action"
        findings = (reading.finding, *checks.findings)
        return Inspection(*about, None, None, reason, (), checks.kind, findings, checks.count + 1)
    recognised, not_recognised, broken = _recognise(reading.crn)
    return Inspection(
        *about,
        reading.crn,
        recognised,
        not_recognised,
        reading.notes,
        checks.kind,
        (*broken, *checks.findings),
        len(broken) + checks.count,
    )


def _recognise(crn: Crn) -> tuple[RecognisedNetwork | None, str | None, tuple[Finding, ...]]:
    """Return the neural network, or why there is none and what is broken."""
    try:
        return recognise_network(crn), None, ()
    except UnsupportedError as error:
        return None, str(error), ()
    except FormatError as error:
        finding = Finding(None, "error", "Metadata", None, "broken metadata", str(error))
        return None, str(error), (finding,)


def _network_dict(recognised: RecognisedNetwork | None) -> dict[str, Any] | None:
    if recognised is None:
        return None
    network = recognised.network
    return {
        "encoding": recognised.encoding,
        "widths": list(network.widths),
        "activations": [describe_activation(layer.activation) for layer in network.layers],
        "input_species": list(recognised.inputs),
        "output_species": list(recognised.layers[-1]),
    }


def _crn_dict(crn: Crn | None) -> dict[str, Any]:
    if crn is None:
        return {}
    return {
        "reactions": len(crn.reactions),
        "largest_order": largest_order(crn),
        "rate_constants": len(crn.rate_constants),
        "quantity": crn.quantity,
        "units": None if crn.units is None else asdict(crn.units),
        "dynamic_species": list(crn.dynamic_species),
        "enzymatic_species": list(crn.enzymatic_species),
        "buffered_species": list(crn.buffered_species),
    }


def largest_order(crn: Crn) -> int:
    """Return the largest number of molecules that react with each other."""
    return max((r.order for r in crn.reactions), default=0)
