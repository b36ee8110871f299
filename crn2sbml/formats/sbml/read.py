"""SBML to reaction networks: any model whose laws are of mass action, whatever their spelling."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crn2sbml._support.files import read_pieces
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import AMOUNTS, Crn
from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species, is_id
from crn2sbml.errors import CrnError, FormatError
from crn2sbml.formats.sbml.document import Document, SpeciesEntry
from crn2sbml.formats.sbml.edges import Edge, read_edges
from crn2sbml.formats.sbml.mathml import MathError
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.scope import Scope
from crn2sbml.formats.sbml.units import read_units
from crn2sbml.formats.sbml.xml import shortened

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A reaction network read from a file, and what happened on the way.

    Parameters
    ----------
    crn : Crn
        The reaction network.
    level, version : int
        The level and the version of SBML of the document.
    notes : tuple of str
        Sentences on what was left out, merged or assumed.
    """

    crn: Crn
    level: int
    version: int
    notes: tuple[str, ...]


def from_sbml(text: str | bytes) -> Crn:
    """Read a reaction network from an SBML document.

    Parameters
    ----------
    text : str or bytes
        SBML Level 2, or Level 3 Version 1 or 2, by anyone. Laws may be spelled in any way that
        amounts to mass action; a reversible reaction becomes two.

    Returns
    -------
    Crn
        Its state holds concentrations; where species are in compartments of different sizes,
        amounts, and the metadata say so (``quantity``). Laboratory units of the document are its
        `units`. Constant and boundary species are enzymatic, or buffered if a reaction would
        change them. What has no influence (reactions at rate 0, species in no reaction) is left
        out.

    Raises
    ------
    FormatError
        If the text is no SBML, broken, or larger or deeper than any model; with the line.
    UnsupportedError
        If a law is not of mass action, or a rule or an event changes what matters.

    Examples
    --------
    >>> from crn2sbml import Crn, from_sbml, to_sbml
    >>> print(from_sbml(to_sbml(Crn.from_text(["0 --k_h--> X", "2 X --k_d--> X"]))).to_text())
    0 --k_h--> X
    2 X --k_d--> X
    """
    return _read([text], "the SBML text")


def load_sbml(path: str | Path) -> Crn:
    """Read a reaction network from an SBML file.

    Parameters
    ----------
    path : str or Path
        The file to read.

    Returns
    -------
    Crn
        See :func:`from_sbml`.

    Raises
    ------
    FileError
        If the file is missing or cannot be read.
    FormatError, UnsupportedError
        As :func:`from_sbml`.
    """
    return _read(read_pieces(path), str(path))


def _read(pieces: Iterable[str | bytes], source: str) -> Crn:
    with collection_paused():
        return build_model(parse_sbml(pieces, source)).crn


def build_model(document: Document) -> ReadModel:
    """Make a reaction network of what was read.

    Raises
    ------
    FormatError, UnsupportedError
        As :func:`from_sbml`.
    """
    try:
        crn, notes = _build(document)
    except (CrnError, MathError) as error:
        raise FormatError(f"{document.source}: {shortened(str(error))}") from error
    except RecursionError:
        raise FormatError(
            f"{document.source}: functions or assignments are nested too deep"
        ) from None
    for note in notes:
        logger.info("%s: %s", document.source, note)
    return ReadModel(crn, document.level, document.version, tuple(notes))


def _build(document: Document) -> tuple[Crn, list[str]]:
    scope = Scope(document)
    read = read_edges(document, scope)
    edges, notes = read.edges, list(read.notes)
    used = {s for edge in edges for s, _ in (*edge.reactants, *edge.products)}
    changed = {s for edge in edges for s in edge.vector}
    unused = [identifier for identifier in document.species if identifier not in used]
    if unused:
        notes.append(f"species in no reaction, left out: {_some(unused)}")
    if scope.compartments_without_size:
        without = sorted(scope.compartments_without_size)
        notes.append(f"compartments without a size, 1 taken: {_some(without)}")
    species = [
        _species(entry, scope, read.in_amounts, changed)
        for entry in document.species.values()
        if entry.id in used
    ]
    metadata = dict(document.metadata)
    if read.in_amounts:
        metadata |= AMOUNTS
        notes.append("compartments differ in size: the numbers are amounts, not concentrations")
    crn = Crn(
        species,
        _rate_constants(edges, document),
        [Reaction(edge.id, edge.reactants, edge.products, edge.constant) for edge in edges],
        _model_id(document, (edge.constant for edge in edges)),
        metadata,
        None if read.in_amounts else read_units(document),
    )
    return crn, notes


def _species(entry: SpeciesEntry, scope: Scope, in_amounts: bool, changed: set[str]) -> Species:
    start = scope.amount(entry) if in_amounts else scope.concentration(entry)
    return Species(entry.id, start, entry.name, buffered=entry.fixed and entry.id in changed)


def _rate_constants(edges: list[Edge], document: Document) -> list[RateConstant]:
    """Return the constants in use, those of the file first and in its order."""
    values = {edge.constant: edge.value for edge in edges}
    named = [identifier for identifier in document.parameters if identifier in values]
    own = [identifier for identifier in values if identifier not in document.parameters]
    return [RateConstant(k, values[k], document.names.get(k)) for k in (*named, *own)]


def _model_id(document: Document, constants: Iterable[str]) -> str:
    identifier = document.id if is_id(document.id) and document.id else "model"
    taken = {*document.species, *constants, *document.parameters}
    taken.update(reaction.id for reaction in document.reactions)
    while identifier in taken:
        identifier += "_model"
    return identifier


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5:,} more" if len(ids) > 5 else "")
