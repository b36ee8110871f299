"""What an SBML file says to people, and where it says that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from crn2sbml._version import __version__
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Species
from crn2sbml.formats.text import ANNOTATION_NAMESPACE, explain_values, summary

PAPER = (
    "D. F. Anderson, B. Joshi and A. Deshpande, On reaction network implementations of neural "
    "networks, Journal of the Royal Society Interface 18:20210031, 2021"
)
PAPER_RESOURCE = "https://identifiers.org/doi:10.1098/rsif.2021.0031"
_WHERE_NUMBERS_ARE = {
    "enzymatic": "Each weight and bias is a pair of species that stay constant, of which the first "
    "counts as positive and the second as negative; change them to change the network.",
    "absorbed": "Weights, biases and smoothing are in the rate constants.",
    "folded": "Weights, biases, smoothing and one data point, the inputs, are in the rate "
    "constants.",
}
# Names of compiled species start with one of these.
_GROUPS = {
    "input": "input",
    "node": "hidden node",
    "output": "output",
    "weight": "half of a weight",
    "bias": "half of a bias",
    "smoothing": "smoothing h",
}
_MOST_LISTED = 12


def notes(crn: Crn, words: str) -> str:
    """Return the notes of a model: what it is, how to read its answer, and who wrote it.

    Parameters
    ----------
    crn : Crn
        The network.
    words : str
        A sentence on its units.
    """
    paragraphs = [
        f"Mass-action reaction network, {summary(crn)}. Enzymatic species stay at their initial "
        f"concentration. {words}",
        *_network_paragraphs(crn),
    ]
    text = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    return (
        f'<notes><body xmlns="http://www.w3.org/1999/xhtml">{text}{_table(crn)}'
        f"<p>Written by crn2sbml {__version__}.</p></body></notes>\n"
    )


def annotation(crn: Crn) -> str:
    """Return the annotation of a model: its origin, and the paper that describes it."""
    if not crn.metadata:
        return ""
    entries = "".join(
        f'<origin:entry key="{escape(key)}" value="{escape(value)}"/>'
        for key, value in crn.metadata.items()
    )
    return (
        f'<annotation><origin:network xmlns:origin="{ANNOTATION_NAMESPACE}">{entries}'
        f"</origin:network>{_described_by(crn)}</annotation>\n"
    )


def metaid(crn: Crn) -> str:
    """Return the identifier by which the annotation names the model."""
    return f"model_{crn.name}"


def _described_by(crn: Crn) -> str:
    """Name the paper, in the way of MIRIAM."""
    if "widths" not in crn.metadata:
        return ""
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:bqmodel="http://biomodels.net/model-qualifiers/">'
        f'<rdf:Description rdf:about="#{metaid(crn)}"><bqmodel:isDescribedBy><rdf:Bag>'
        f'<rdf:li rdf:resource="{PAPER_RESOURCE}"/></rdf:Bag></bqmodel:isDescribedBy>'
        "</rdf:Description></rdf:RDF>"
    )


def _network_paragraphs(crn: Crn) -> Iterator[str]:
    """Explain a neural network to someone who has not heard of the construction."""
    widths = crn.metadata.get("widths")
    if widths is None:
        return
    yield (
        f"It computes a feed-forward neural network with layers of {' - '.join(widths.split())} "
        f"nodes, inputs first ({PAPER}). Set the input concentrations and run a time course, from "
        f"any start, until nothing changes any more: the output species then have the "
        f"concentrations that are the network's outputs. Where outputs stand for classes, the "
        f"largest one names the class."
    )
    said = explain_values(crn)
    if said:
        yield " ".join(said)
    where = _WHERE_NUMBERS_ARE.get(crn.metadata.get("encoding", ""))
    if where is not None:
        yield where


def _table(crn: Crn) -> str:
    """List which species are what."""
    groups: dict[str, list[Species]] = {}
    for species in crn.species:
        first = (species.name or "").partition(" ")[0]
        if first in _GROUPS:
            groups.setdefault(first, []).append(species)
    rows = "".join(
        f"<tr><td>{_GROUPS[group]}</td><td>{len(groups[group])}</td>"
        f"<td>{escape(_listed(groups[group]), quote=False)}</td></tr>"
        for group in _GROUPS
        if group in groups
    )
    if not rows:
        return ""
    head = "<tr><th>role</th><th>number</th><th>species</th></tr>"
    return f"<table>{head}{rows}</table>"


def _listed(species: Sequence[Species]) -> str:
    """List species with the user's names for them, or the first and the last of many."""
    if len(species) > _MOST_LISTED:
        return f"{_labelled(species[0])} to {_labelled(species[-1])}"
    return ", ".join(map(_labelled, species))


def _labelled(species: Species) -> str:
    _, colon, name = (species.name or "").partition(": ")
    return f"{species.id} ({name})" if colon else species.id
