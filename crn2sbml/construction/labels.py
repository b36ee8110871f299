"""What everything in a compiled network is called: ids, names and roles, each with its inverse.

Ids match the paper's 1-based indices: ``X2_1`` is node 1 of layer 2 (layer 0 holds the inputs),
``Wp2_1_3`` and ``Wm2_1_3`` are the halves of the weight of the edge from node 3 of layer 1 to
node 1 of layer 2, ``Bp2_1`` and ``Bm2_1`` those of the bias, ``H`` the smoothing enzyme. Files hold
ids and names alone, so that roles and rows of Table 1 are read off these again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crn2sbml.chemistry.reaction import Reaction, Species

INPUT, NODE, WEIGHT, BIAS, SMOOTHING = "input", "node", "weight", "bias", "smoothing"
"""Roles of species."""

HALVES = (WEIGHT, BIAS)
"""Roles of species that are half of a signed number."""

ROWS = {
    "Rh": "closeness to ReLU",
    "Rw": "weight of the edge",
    "Rb": "additive node bias",
    "Rd": "q-polynomial decay",
}
"""The rows of Table 1 by what the ids of their reactions start with."""

_REACTION_ID = re.compile(r"(Rh|Rw|Rb|Rd)[pm]?\d+(?:_\d+){1,2}", re.ASCII)
# Longer numbers are those of no network.
_NODE_ID = re.compile(r"X(\d{1,9})_(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Label:
    """What the name of a species says.

    Parameters
    ----------
    role : str
        What the species is for, such as :data:`INPUT`.
    group : str
        The same in the words of tables for people, which tell hidden nodes from outputs.
    number : int, optional
        Which input or output it is, counted from 1; None for other species.
    name : str, default ""
        The user's own name for an input or output, if it has one.
    """

    role: str
    group: str
    number: int | None = None
    name: str = ""


_NUMBERED = re.compile(r" (\d{1,9})(?:: (.+))?", re.ASCII)
_HALF = re.compile(r" of .+, (?:positive|negative) half")
# First word of a name: what it says, and the form of all that follows it.
_FORMS = {
    "input": (Label(INPUT, "input"), _NUMBERED),
    "node": (Label(NODE, "hidden node"), re.compile(r" \d+ of layer \d+", re.ASCII)),
    "output": (Label(NODE, "output"), _NUMBERED),
    "weight": (Label(WEIGHT, "half of a weight"), _HALF),
    "bias": (Label(BIAS, "half of a bias"), _HALF),
    "smoothing": (Label(SMOOTHING, "smoothing h"), re.compile(r" h(?:, number \d+)?", re.ASCII)),
}

GROUPS = tuple(label.group for label, _ in _FORMS.values())
"""The groups of species, in the order in which people are shown them."""


def read_label(text: str | None) -> Label | None:
    """Read the name of a species as the functions below write it; None if it is another name.

    Examples
    --------
    >>> read_label("input 3: petal width")
    Label(role='input', group='input', number=3, name='petal width')
    >>> read_label("weight of X0_1 to X1_2, positive half").group
    'half of a weight'
    >>> read_label("input of energy")
    """
    if text is None:
        return None
    # Most names are halves of weights, so that one look at the first word has to do.
    first = text.partition(" ")[0]
    if first not in _FORMS:
        return None
    label, form = _FORMS[first]
    match = form.fullmatch(text, len(first))
    if match is None or form is not _NUMBERED:
        return label if match else None
    return replace(label, number=int(match[1]), name=match[2] or "")


def numbered_species(species: Iterable[Species], role: str) -> dict[int, Species]:
    """Return the inputs, or the outputs, by the numbers in their names, whatever their ids are."""
    numbered = {}
    for each in species:
        label = read_label(each.name)
        if label is not None and label.role == role and label.number is not None:
            numbered[label.number] = each
    return numbered


def input_label(number: int, names: Sequence[str] | None) -> str:
    """Name the species of an input, with the user's name for it where there is one."""
    return _numbered_label("input", number, names)


def output_label(number: int, names: Sequence[str] | None) -> str:
    """Name the node of an output, with the user's name for it where there is one."""
    return _numbered_label("output", number, names)


def node_label(layer: int, node: int) -> str:
    """Name a hidden node."""
    return f"node {node} of layer {layer}"


def weight_labels(layer: int, node: int, source: int) -> tuple[str, str]:
    """Name both halves of the weight of an edge."""
    return _half_labels(f"weight of {node_id(layer - 1, source)} to {node_id(layer, node)}")


def bias_labels(layer: int, node: int) -> tuple[str, str]:
    """Name both halves of the bias of a node."""
    return _half_labels(f"bias of {node_id(layer, node)}")


def smoothing_label(enzyme: str) -> str:
    """Name the smoothing enzyme; of several, each by the number in its id."""
    return "smoothing h" + distinction(enzyme, "H")


def distinction(identifier: str, prefix: str) -> str:
    """Tell shared things of one kind apart by number; names never repeat a value."""
    number = identifier.removeprefix(prefix)
    return f", number {number}" if number else ""


def role_of(species: Species) -> str | None:
    """Return the role of a species: the one that it has, or else what its name says."""
    label = read_label(species.name) if species.role is None else None
    return species.role if label is None else label.role


def row_of(reaction: Reaction) -> str | None:
    """Return the row of Table 1 of a reaction: the one that it has, or else what its id says."""
    match = _REACTION_ID.fullmatch(reaction.id) if reaction.row is None else None
    return reaction.row if match is None else ROWS[match[1]]


def node_id(layer: int, node: int) -> str:
    """Return the id of a node (or of an input, in layer 0)."""
    return f"X{layer}_{node}"


def parse_node_id(identifier: str) -> tuple[int, int] | None:
    """Return layer and node of an id such as X2_1, or None for other ids.

    Examples
    --------
    >>> parse_node_id("X2_13"), parse_node_id("glucose")
    ((2, 13), None)
    """
    match = _NODE_ID.fullmatch(identifier)
    return None if match is None else (int(match[1]), int(match[2]))


def weight_ids(layer: int, node: int, source: int) -> tuple[str, str]:
    """Return the ids of both halves of the weight of an edge."""
    return f"Wp{layer}_{node}_{source}", f"Wm{layer}_{node}_{source}"


def bias_ids(layer: int, node: int) -> tuple[str, str]:
    """Return the ids of both halves of the bias of a node."""
    return f"Bp{layer}_{node}", f"Bm{layer}_{node}"


def _numbered_label(kind: str, number: int, names: Sequence[str] | None) -> str:
    return f"{kind} {number}" + (f": {names[number - 1]}" if names else "")


def _half_labels(whole: str) -> tuple[str, str]:
    return f"{whole}, positive half", f"{whole}, negative half"
