"""A compiled network explained to people who have not heard of the construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crn2sbml._support.columns import listed
from crn2sbml.chemistry.answers import Answer, Difference
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description, RoleRow
from crn2sbml.chemistry.lab_units import scales
from crn2sbml.chemistry.reaction import Species
from crn2sbml.construction.answers import read_answers
from crn2sbml.construction.labels import GROUPS, INPUT, NODE, Label, numbered_species, read_label
from crn2sbml.construction.origin import Encoding, Origin
from crn2sbml.neural.dual_rail import MINUS, PLUS, Decoder, Encoder, first_places

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
# So many species of a group are listed one by one.
_MOST_SPECIES = 12
# So many inputs and answers are explained one by one, and so many classes are named.
_MOST_EXPLAINED, _MOST_CLASSES = 12, 20


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
    answers = read_answers(crn)
    return Description(
        (_introduction(crn, origin),),
        tuple(_instructions(crn, origin, answers)),
        (_WHERE_NUMBERS_ARE[origin.encoding],),
        roles,
        PAPER_RESOURCE,
        answers,
    )


def instructions(crn: Crn, *, examples: bool = True) -> tuple[str, ...]:
    """Say how to put in inputs and read off outputs, a sentence an entry, where that needs saying.

    Parameters
    ----------
    crn : Crn
        Any reaction network; of one that was not compiled there is nothing to say.
    examples : bool, default True
        Whether to say what inputs the model holds.

    Returns
    -------
    tuple of str

    Raises
    ------
    FormatError
        If the metadata of a compiled network are broken.
    """
    origin = Origin.read(crn)
    if origin is None:
        return ()
    return tuple(_instructions(crn, origin, read_answers(crn), examples))


def _introduction(crn: Crn, origin: Origin) -> str:
    made_of = (
        f"a feed-forward neural network with layers of {' - '.join(map(str, origin.widths))} "
        f"nodes, inputs first ({PAPER})"
    )
    if len(numbered_species(crn.species, NODE)) != origin.widths[-1]:
        return f"It was made of {made_of}, and somebody has given it other outputs since."
    reading = (
        "the answers are then read off the output species as said below"
        if origin.codec is not None
        else "the output species then have the concentrations that are the network's outputs. "
        "Where outputs stand for classes, the largest one names the class"
    )
    inputs = "" if origin.encoding == "folded" else "Set the input concentrations and run"
    return (
        f"It computes {made_of}. {inputs or 'Run'} a time course, from any start, until nothing "
        f"changes any more: {reading}."
    )


def _instructions(
    crn: Crn, origin: Origin, answers: Sequence[Answer], examples: bool = True
) -> Iterator[str]:
    codec = origin.codec
    if codec is None:
        if crn.units is not None:
            yield f"A value of 1 of an input or an output is a concentration of {_one(crn)}."
    else:
        if origin.encoding != "folded":
            yield from _put_in(crn, codec.encoder, _input_names(crn, origin), examples)
        yield from _read_off(crn, codec.decoder, answers)
    names = list(origin.unused_inputs.values())
    if names:
        yield f"Inputs that no output depends on have no species: {listed(names)}."


def _one(crn: Crn) -> str:
    units = crn.units
    return "1" if units is None else f"{units.concentration:g} {units.concentration_unit}"


def _put_in(
    crn: Crn, encoder: Encoder, species_names: Sequence[str], examples: bool
) -> Iterator[str]:
    """Say for each of the first inputs which species to set, to how much."""
    inputs = numbered_species(crn.species, INPUT)
    if len(species_names) != encoder.width:
        return  # somebody has edited the model
    places = first_places(encoder.pairs).tolist()
    for number, place in enumerate(places[:_MOST_EXPLAINED]):
        halves = [inputs.get(place + 1 + half) for half in range(1 + encoder.pairs[number])]
        species = [half for half in halves if half is not None]
        # An input that no output depends on has none.
        if len(species) == len(halves):
            name, offset = species_names[place].removesuffix(PLUS), float(encoder.offsets[number])
            factor = "" if crn.units is None else f" x {_one(crn)}"
            yield _setting(name, [s.id for s in species], offset, factor)
            if examples:
                yield _example(crn, name, offset, species)
    if len(encoder.pairs) > _MOST_EXPLAINED:
        yield (
            f"The other inputs go the same way: species whose names end in{PLUS} and{MINUS} are "
            f"the halves of an input of either sign."
        )


def _setting(name: str, species: Sequence[str], offset: float, factor: str) -> str:
    value = "v" if offset == 0 else f"(v {'+' if offset > 0 else '-'} {abs(offset):.12g})"
    if len(species) == 1:
        return f"For {name} = v set {species[0]} to {value}{factor}."
    first, second = species
    return (
        f"For {name} = v set {first} to {value}{factor} and {second} to 0 if v is positive, "
        f"otherwise {first} to 0 and {second} to -{value}{factor}."
    )


def _example(crn: Crn, name: str, offset: float, species: Sequence[Species]) -> str:
    unit = "" if crn.units is None else f" {crn.units.concentration_unit}"
    one, _ = scales(crn.units)
    total = species[0].initial - sum(half.initial for half in species[1:])
    amounts = " and ".join(f"{half.initial:.12g}{unit} of {half.id}" for half in species)
    return f"The model holds {name} = {total / one - offset:.12g}: {amounts}."


def _read_off(crn: Crn, decoder: Decoder, answers: Sequence[Answer]) -> Iterator[str]:
    """Say for each of the first answers how it follows from concentrations."""
    unit = "" if crn.units is None else f" / {_one(crn)}"
    values = [answer for answer in answers if isinstance(answer, Difference)]
    for answer in values[:_MOST_EXPLAINED]:
        formula = f"({answer})" if unit and answer.minus is not None else str(answer)
        yield f"Answer: {answer.name} = {formula}{unit}."
    if len(values) > _MOST_EXPLAINED:
        yield (
            f"The other answers go the same way, from species whose names end in{PLUS} and{MINUS}."
        )
    if decoder.function == "softmax":
        yield "The softmax of these values gives the probabilities of the classes."
    elif decoder.function == "log-softmax":
        yield "The softmax of these values gives the probabilities of the classes, as logarithms."
    if decoder.classes is not None:
        names = ", ".join(map(str, decoder.classes[:_MOST_CLASSES]))
        more = "" if len(decoder.classes) <= _MOST_CLASSES else ", ..."
        yield f"The largest value names the class, in this order: {names}{more}."


def _input_names(crn: Crn, origin: Origin) -> list[str]:
    """Return the names of a compiled network's inputs in order, or their ids."""
    names = dict(origin.unused_inputs)
    for number, species in numbered_species(crn.species, INPUT).items():
        label = read_label(species.name)
        names[number] = (label.name if label is not None else "") or species.id
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
