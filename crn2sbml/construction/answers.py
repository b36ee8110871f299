"""The answers of a compiled network: what its outputs stand for, by the user's names."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Sequence

from crn2sbml.chemistry.answers import Answer, Difference, Share
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reserved import BASE_UNITS, RESERVED_WORDS
from crn2sbml.construction.labels import NODE, numbered_species, read_label
from crn2sbml.construction.origin import Origin
from crn2sbml.neural.dual_rail import Decoder, first_places

# Each share of so many is a sum over all of them; above that, files hold the values alone.
MOST_SHARES = 100
# What files have ids of their own for, besides those of the reaction network, and what programs in
# Python make names of variables of.
_TAKEN = frozenset(
    {
        *("concentration_unit", "time_unit", "time_unit_", "concentration", "substance"),
        *("volume", "extent", "time"),
        *keyword.kwlist,
        *BASE_UNITS,
    }
)
# What the compartment may be called.
_VESSEL = re.compile(r"vessel(_\d+)?")


def read_answers(crn: Crn) -> tuple[Answer, ...]:
    """Return what the outputs of a compiled network stand for.

    Parameters
    ----------
    crn : Crn
        Any reaction network.

    Returns
    -------
    tuple of Difference or Share
        For each output value its difference of two nodes, or its one node; behind a softmax, then,
        the share of each. None for a reaction network whose outputs stand for themselves, or that
        was not compiled.

    Raises
    ------
    FormatError
        If the metadata of a compiled network are broken.
    """
    origin = Origin.read(crn)
    if origin is None or origin.codec is None:
        return ()
    outputs = numbered_species(crn.species, NODE)
    decoder = origin.codec.decoder
    # Somebody may have edited the model.
    if sorted(outputs) != list(range(1, decoder.width + 1)):
        return ()
    nodes = [outputs[number] for number in sorted(outputs)]
    labels = [read_label(node.name) for node in nodes]
    own = [label.name if label is not None else "" for label in labels]
    decoder = origin.codec.named_after(None, own if all(own) else None).decoder
    return tuple(_answers(decoder, [node.id for node in nodes], _Ids(crn)))


class _Ids:
    """Makes ids of names, none of them taken."""

    def __init__(self, crn: Crn) -> None:
        self._taken = {*crn.ids, crn.name, *_TAKEN, *RESERVED_WORDS}

    def new(self, name: str) -> str:
        """Return a free id: the name itself where it can be one."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        identifier = re.sub(r"\W+", "_", plain, flags=re.ASCII).strip("_") or "answer"
        if identifier[0].isdigit():
            identifier = f"answer_{identifier}"
        while identifier in self._taken or _VESSEL.fullmatch(identifier):
            identifier += "_"
        self._taken.add(identifier)
        return identifier


def _answers(decoder: Decoder, nodes: Sequence[str], ids: _Ids) -> Iterator[Answer]:
    names = decoder.value_names
    shares = decoder.function != "none" and len(names) <= MOST_SHARES
    identifiers = [ids.new(name) for name in names]
    values = identifiers
    if shares:
        values = [ids.new(f"{identifier}_before_softmax") for identifier in identifiers]
    places = first_places(decoder.pairs).tolist()
    for name, identifier, place, pair in zip(names, values, places, decoder.pairs, strict=True):
        shown = f"{name}, before softmax" if shares else name
        yield Difference(identifier, shown, nodes[place], nodes[place + 1] if pair else None)
    if shares:
        logarithm = decoder.function == "log-softmax"
        for name, identifier, value in zip(names, identifiers, values, strict=True):
            yield Share(identifier, name, value, tuple(values), logarithm)
