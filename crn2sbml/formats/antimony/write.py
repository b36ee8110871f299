"""Antimony text, made for people to read: grouped by node, commented."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from crn2sbml.chemistry.answers import Answer, Share
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import Complex, RateConstant, Reaction, Species
from crn2sbml.chemistry.reserved import BASE_UNITS, RESERVED_WORDS
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.text import (
    CONCENTRATION_UNIT,
    TIME_UNIT,
    check_model,
    check_unit_ids,
    number,
    summary,
)

METADATA_MARK = "// @ "
"""What a comment begins with that holds a metadata entry, as ``key = value``."""

# To antimony, "time_unit" is the unit of time itself.
_TIME_UNIT = f"{TIME_UNIT}_"
_UNITS = ("substance", "time_unit", "volume", "extent", "concentration")
_ENTITY = re.compile(r"&(?=(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")
_DECLARED_PER_LINE = 4


def antimony_text(crn: Crn, description: Description, volume: float = 1.0) -> str:
    """Write a reaction network as an Antimony model.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    description : Description
        What comments say of it, and the answers that it holds.
    volume : float, default 1.0
        Size of the compartment.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or an id is a word of the Antimony language.
    """
    compartment, size = check_model(crn, volume)
    _check_ids(crn)
    header = _header(crn, (*description.instructions, *description.held))
    body = _body(crn, compartment, size, description.answers)
    return "\n".join([*header, *body]) + "\n"


def _check_ids(crn: Crn) -> None:
    if crn.units is not None:
        check_unit_ids(crn, (CONCENTRATION_UNIT, _TIME_UNIT, *_UNITS))
    words = RESERVED_WORDS if crn.units is None else RESERVED_WORDS | BASE_UNITS
    if reserved := sorted(words & {*crn.ids, crn.name}):
        raise UnsupportedError(
            f"the id {reserved[0]!r} is a word of the Antimony language; rename it, or write SBML"
        )


def _header(crn: Crn, instructions: Iterable[str]) -> Iterator[str]:
    """Yield comments: what it is, how to use it, and its metadata."""
    yield f"// {crn.name}: {summary(crn)}."
    if crn.units is None:
        yield "// Concentrations, rates and time are dimensionless; $ marks constant species."
    else:
        yield f"// {crn.units.describe()}"
        yield "// $ marks constant species."
    for sentence in instructions:
        yield from textwrap.wrap(sentence, 96, initial_indent="// ", subsequent_indent="//   ")
    yield from (f"{METADATA_MARK}{quote(k)} = {value}" for k, value in crn.metadata.items())


def _body(crn: Crn, compartment: str, volume: float, answers: Sequence[Answer]) -> Iterator[str]:
    constant = frozenset(crn.constant_species)
    groups = _groups(crn)
    shared, own = _owners(crn, groups, constant)
    yield f"model {crn.name}()"
    if crn.units is not None:
        yield from _units(crn.units)
    yield f"  compartment {compartment} = {number(volume)};"
    yield from _rate_constants(crn)
    if shared:
        yield ""
        yield "  // Constant species that several parts use"
        yield from _declarations(shared, compartment, constant)
    for changed, reactions in groups.items():
        yield ""
        yield f"  // {', '.join(changed) or 'Between constant species'}"
        yield from _declarations(own.get(changed, []), compartment, constant)
        yield from (_reaction(reaction, compartment, constant) for reaction in reactions)
    if answers:
        yield ""
        yield "  // Answers"
        yield from (_answer(answer, crn.units is not None) for answer in answers)
    yield "end"


def _answer(answer: Answer, in_units: bool) -> str:
    if isinstance(answer, Share):
        # No power of e is too large for what is read off, and no sum too large for its logarithm.
        total = " + ".join(f"exp({other} - {answer.of})" for other in answer.among)
        formula = f"-ln({total})" if answer.logarithm else f"exp(-ln({total}))"
    else:
        formula = f"({answer}) / {CONCENTRATION_UNIT}" if in_units else str(answer)
    return f"  {answer.id} := {formula};{_named(answer)}"


def _units(units: LabUnits) -> Iterator[str]:
    """Declare the units, and the parameters that say what 1 stands for."""
    molar, seconds = number(units.molar), number(units.seconds)
    yield f"  unit substance = {molar} mole;"
    yield f"  unit time_unit = {seconds} second;"
    yield "  unit volume = litre;"
    yield "  unit extent = substance;"
    yield f"  unit concentration = {molar} mole / litre;"
    yield f"  concentration is {_quoted(units.concentration_unit)};"
    yield f"  time_unit is {_quoted(units.time_unit)};"
    yield ""
    yield "  // What 1 of the dimensionless reaction network stands for"
    yield f"  const {CONCENTRATION_UNIT} = {number(units.concentration)} concentration;"
    yield f"  const {_TIME_UNIT} = {number(units.time)} time_unit;"
    yield f'  {_TIME_UNIT} is "{TIME_UNIT}";'
    yield ""


def _groups(crn: Crn) -> dict[tuple[str, ...], list[Reaction]]:
    """Group reactions by the set of dynamic species that they change."""
    groups: dict[tuple[str, ...], list[Reaction]] = {}
    for reaction in crn.reactions:
        groups.setdefault(tuple(sorted(crn.changes(reaction))), []).append(reaction)
    return groups


def _owners(
    crn: Crn, groups: dict[tuple[str, ...], list[Reaction]], constant: frozenset[str]
) -> tuple[list[Species], dict[tuple[str, ...], list[Species]]]:
    """Find constant species of several groups, and those that each group declares itself."""
    using: dict[str, set[tuple[str, ...]]] = {}
    first_changing: dict[str, tuple[str, ...]] = {}
    for changed, reactions in groups.items():
        for identifier in changed:
            first_changing.setdefault(identifier, changed)
        for identifier in {s for r in reactions for s, _ in (*r.reactants, *r.products)}:
            using.setdefault(identifier, set()).add(changed)
    shared: list[Species] = []
    own: dict[tuple[str, ...], list[Species]] = {}
    for species in crn.species:
        if species.id not in constant:
            own.setdefault(first_changing[species.id], []).append(species)
        elif len(using[species.id]) > 1:
            shared.append(species)
        else:
            own.setdefault(next(iter(using[species.id])), []).append(species)
    return shared, own


def _rate_constants(crn: Crn) -> Iterator[str]:
    if crn.rate_constants:
        yield ""
        yield "  // Rate constants"
    for rate in crn.rate_constants:
        yield f"  const {rate.id} = {number(rate.value)};{_named(rate)}"


def _declarations(
    species: Sequence[Species], compartment: str, constant: frozenset[str]
) -> Iterator[str]:
    for start in range(0, len(species), _DECLARED_PER_LINE):
        part = species[start : start + _DECLARED_PER_LINE]
        # "in" belongs to a single species of the list, not to all of them.
        marked = ", ".join(f"{_marked(s.id, constant)} in {compartment}" for s in part)
        yield f"  species {marked};"
    for s in species:
        yield f"  {s.id} = {number(s.initial)};{_named(s)}"


def _named(item: Species | RateConstant | Answer) -> str:
    if item.name is None:
        return ""
    return f"  {item.id} is {_quoted(item.name)};"


def _quoted(name: str) -> str:
    # Antimony takes such texts for entities of XML.
    name = _ENTITY.sub("&amp;", name)
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _reaction(reaction: Reaction, compartment: str, constant: frozenset[str]) -> str:
    law = "*".join(
        [compartment, reaction.rate, *(s if n == 1 else f"{s}^{n}" for s, n in reaction.reactants)]
    )
    left = _side(reaction.reactants, constant)
    return f"  {reaction.id}: {left} => {_side(reaction.products, constant)}; {law};"


def _side(side: Complex, constant: frozenset[str]) -> str:
    return " + ".join(
        _marked(s, constant) if n == 1 else f"{n} {_marked(s, constant)}" for s, n in side
    )


def _marked(species: str, constant: frozenset[str]) -> str:
    return f"${species}" if species in constant else species
