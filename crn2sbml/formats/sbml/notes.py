"""What an SBML file says to people, and where it says that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crn2sbml._version import __version__
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description, RoleRow
from crn2sbml.formats.text import ANNOTATION_NAMESPACE, summary


def notes(crn: Crn, description: Description, words: str) -> str:
    """Return the notes of a model: what it is, how to read its answer, and who wrote it.

    Parameters
    ----------
    crn : Crn
        The reaction network.
    description : Description
        What there is to say of it.
    words : str
        A sentence on its units.
    """
    paragraphs = [
        f"Mass-action reaction network, {summary(crn)}. Enzymatic species stay at their initial "
        f"concentration. {words}",
        *description.paragraphs,
    ]
    text = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    return (
        f'<notes><body xmlns="http://www.w3.org/1999/xhtml">{text}{_table(description.roles)}'
        f"<p>Written by crn2sbml {__version__}.</p></body></notes>\n"
    )


def annotation(crn: Crn, description: Description) -> str:
    """Return the annotation of a model: its origin, and the publication that describes it."""
    if not crn.metadata:
        return ""
    entries = "".join(
        f'<origin:entry key="{escape(key)}" value="{escape(value)}"/>'
        for key, value in crn.metadata.items()
    )
    return (
        f'<annotation><origin:network xmlns:origin="{ANNOTATION_NAMESPACE}">{entries}'
        f"</origin:network>{_described_by(crn, description)}</annotation>\n"
    )


def metaid(crn: Crn) -> str:
    """Return the identifier by which the annotation names the model."""
    return f"model_{crn.name}"


def _described_by(crn: Crn, description: Description) -> str:
    """Name the publication, in the way of MIRIAM."""
    if description.described_by is None:
        return ""
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:bqmodel="http://biomodels.net/model-qualifiers/">'
        f'<rdf:Description rdf:about="#{metaid(crn)}"><bqmodel:isDescribedBy><rdf:Bag>'
        f'<rdf:li rdf:resource="{escape(description.described_by)}"/></rdf:Bag>'
        "</bqmodel:isDescribedBy></rdf:Description></rdf:RDF>"
    )


def _table(roles: Sequence[RoleRow]) -> str:
    """List which species are what."""
    if not roles:
        return ""
    rows = "".join(
        f"<tr><td>{row.role}</td><td>{row.count}</td>"
        f"<td>{escape(row.species, quote=False)}</td></tr>"
        for row in roles
    )
    head = "<tr><th>role</th><th>number</th><th>species</th></tr>"
    return f"<table>{head}{rows}</table>"
