"""What a model file is: ours or not, mass action or not, consistent or not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crn2sbml._support.files import read_pieces
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import RecognisedNetwork, recognise_network
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.antimony import read as antimony
from crn2sbml.formats.files import ANTIMONY_ENDINGS, check_model_ending
from crn2sbml.formats.sbml.document import Document
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.read import build_model
from crn2sbml.formats.sbml.validate import MOST_REACTIONS_IN_FULL, Finding, check_consistency
from crn2sbml.neural.network import describe_activation


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a model file is.

    Parameters
    ----------
    path : str
        The file.
    format : str
        For example "SBML Level 3 Version 1".
    size : int
        Bytes.
    crn : Crn or None
        The reaction network; None if it is none of mass action.
    recognised : RecognisedNetwork or None
        The neural network; None if it is none.
    not_recognised : str or None
        Why it is none.
    notes : tuple of str
        What reading left out, merged or assumed.
    checks : {"full", "cheap", "none"}
        Which of libsbml's consistency checks were made: all; those whose cost grows in proportion
        to the file, for large ones; none, for Antimony.
    findings : tuple of Finding
        What is wrong.
    finding_count : int
        Their number, which may be larger than those listed.
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


def inspect_model(path: str | Path) -> Inspection:
    """Say what a model file is.

    Parameters
    ----------
    path : str or Path
        SBML (.xml, .sbml) or Antimony file (.ant).

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
    is_antimony = check_model_ending(path) in ANTIMONY_ENDINGS
    crn: Crn | None = None
    recognised: RecognisedNetwork | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()
    findings: list[Finding] = []
    document = None
    try:
        with collection_paused():
            document = _read(path, is_antimony)
            built = build_model(document)
        crn, notes = built.crn, built.notes
    except UnsupportedError as error:
        reason = "it is no reaction network of mass action"
        title = "not of mass action"
        # The finding names the place itself.
        message = str(error).partition(": ")[2] if error.line else str(error)
        findings.append(Finding(error.line, "error", "Mass action", None, title, message))
    if crn is not None:
        try:
            recognised = recognise_network(crn)
        except UnsupportedError as error:
            reason = str(error)
    count, checks = len(findings), "none"
    if not is_antimony:
        full = document is None or len(document.reactions) <= MOST_REACTIONS_IN_FULL
        found, number = check_consistency(path, full=full)
        findings += found
        count, checks = count + number, "full" if full else "cheap"
    return Inspection(
        str(path),
        "Antimony" if is_antimony else _format(document),
        Path(path).stat().st_size,
        crn,
        recognised,
        reason,
        notes,
        checks,
        tuple(findings),
        count,
    )


def _read(path: str | Path, is_antimony: bool) -> Document:
    if is_antimony:
        return antimony.parse_antimony(antimony.read_text(path), str(path))
    return parse_sbml(read_pieces(path), str(path))


def _format(document: Document | None) -> str:
    if document is None:
        return "SBML"
    return f"SBML Level {document.level} Version {document.version}"


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
        "quantity": crn.metadata.get("quantity", "concentration"),
        "dynamic_species": list(crn.dynamic_species),
        "enzymatic_species": list(crn.enzymatic_species),
        "buffered_species": list(crn.buffered_species),
    }


def largest_order(crn: Crn) -> int:
    """Return the largest number of molecules that react with each other."""
    return max((r.order for r in crn.reactions), default=0)
