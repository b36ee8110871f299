"""A compiled network explained to people who have not heard of the construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description, RoleRow
from crn2sbml.chemistry.reaction import Species
from crn2sbml.construction.labels import GROUPS, INPUT, Label, read_label
from crn2sbml.construction.origin import Encoding, Origin

PAPER = (
    "D. F. Anderson, B. Joshi and A. Deshpande, On reaction network implementations of neural "
    "networks, Journal of the Royal Society Interface 18:20210031, 2021"
)
PAPER_RESOURCE = "https://identifiers.org/doi:10.1098/rsif.2021.0031"

_WHERE_NUMBERS_ARE: dict[Encoding, str] = {
    "enzymatic": "Each weight and bias is a pair of species that stay constant, of which the first "
    "counts as positive and the second as negative; change them to change the network.",
    "absorbed": "Weights, biases and smoothing are in the rate constants.",
    "folded": "Weights, biases, smoothing and one data point, the inputs, are in the rate "
    "constants.",
}
# So many species of a group, and so many inputs without species, are listed one by one.
_MOST_SPECIES, _MOST_UNUSED = 12, 20


def describe(crn: Crn) -> Description:
    """Say what a reaction network is, for the notes and comments of its files.

    Parameters
    ----------
    crn : Crn
        Any reaction network; of one that was not compiled only the roles are told, where the names
        of its species speak of any.

    Returns
    -------
    Description

    Raises
    ------
    FormatError
        If the metadata of a compiled network are broken.
    """
    roles = tuple(_roles(crn))
    origin = Origin.read(crn)
    if origin is None:
        return Description(roles=roles)
    return Description(
        (_introduction(origin),),
        tuple(_instructions(crn, origin)),
        (_WHERE_NUMBERS_ARE[origin.encoding],),
        roles,
        PAPER_RESOURCE,
    )


def instructions(crn: Crn) -> tuple[str, ...]:
    """Say how to put in inputs and read off outputs, a sentence an entry, where that needs saying.

    Parameters
    ----------
    crn : Crn
        Any reaction network; of one that was not compiled there is nothing to say.

    Returns
    -------
    tuple of str

    Raises
    ------
    FormatError
        If the metadata of a compiled network are broken.
    """
    origin = Origin.read(crn)
    return () if origin is None else tuple(_instructions(crn, origin))


def _introduction(origin: Origin) -> str:
    return (
        f"It computes a feed-forward neural network with layers of "
        f"{' - '.join(map(str, origin.widths))} nodes, inputs first ({PAPER}). Set the input "
        f"concentrations and run a time course, from any start, until nothing changes any more: "
        f"the output species then have the concentrations that are the network's outputs. Where "
        f"outputs stand for classes, the largest one names the class."
    )


def _instructions(crn: Crn, origin: Origin) -> Iterator[str]:
    if origin.codec is not None:
        folded = origin.encoding == "folded"
        codec = origin.codec.named_after(_input_names(crn, origin), None)
        yield from (codec.without_inputs() if folded else codec).explain()
    names = list(origin.unused_inputs.values())
    if names:
        more = f" and {len(names) - _MOST_UNUSED} more" if len(names) > _MOST_UNUSED else ""
        yield (
            f"Inputs that no output depends on have no species: "
            f"{', '.join(names[:_MOST_UNUSED])}{more}."
        )


def _input_names(crn: Crn, origin: Origin) -> list[str]:
    """Return the names of a compiled network's inputs in order, or their ids."""
    names = dict(origin.unused_inputs)
    for species in crn.species:
        label = read_label(species.name)
        if label is not None and label.role == INPUT and label.number is not None:
            names[label.number] = label.name or species.id
    return [names[number] for number in sorted(names)]


def _roles(crn: Crn) -> Iterator[RoleRow]:
    groups: dict[str, list[tuple[Species, Label]]] = {group: [] for group in GROUPS}
    for species in crn.species:
        label = read_label(species.name)
        if label is not None:
            groups[label.group].append((species, label))
    for group, members in groups.items():
        if members:
            yield RoleRow(group, len(members), _listed(members))


def _listed(members: Sequence[tuple[Species, Label]]) -> str:
    """List species with the user's names for them, or the first and the last of many."""
    if len(members) > _MOST_SPECIES:
        return f"{_called(*members[0])} to {_called(*members[-1])}"
    return ", ".join(_called(*member) for member in members)


def _called(species: Species, label: Label) -> str:
    return f"{species.id} ({label.name})" if label.name else species.id
