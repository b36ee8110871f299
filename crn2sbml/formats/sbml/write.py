"""SBML Level 3 Version 1, or another on request, written as a stream of text.

The form is the one that most simulators read alike: enzymatic species are constant boundary
species, catalysts stand on both sides of the arrow, laws read ``compartment * k * product``, and
everything is declared dimensionless, or in laboratory units, so that a consistency check has
nothing to report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description
from crn2sbml.chemistry.reaction import RateConstant, Species
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.sbml.answers import answer_parameters, answer_rules
from crn2sbml.formats.sbml.elements import (
    LEVEL_2_VERSION_4,
    LEVEL_3_VERSION_1,
    LEVEL_3_VERSION_2,
    XML_DECLARATION,
    Form,
    mass_action,
    opening,
    references,
)
from crn2sbml.formats.sbml.notes import annotation, metaid, notes
from crn2sbml.formats.sbml.quantities import Quantities, choose_quantities
from crn2sbml.formats.text import CONCENTRATION_UNIT, check_model, number

LevelVersion = tuple[int, int] | str
"""Level and Version of SBML: a pair such as (3, 2), or "L3V2"."""

# The one that most programs read.
DEFAULT_LEVEL_VERSION = (3, 1)


_FORMS = {
    (form.level, form.version): form
    for form in (LEVEL_3_VERSION_1, LEVEL_3_VERSION_2, LEVEL_2_VERSION_4)
}
LEVEL_VERSIONS = tuple(f"L{level}V{version}" for level, version in _FORMS)

# Systems Biology Ontology terms.
_COMPARTMENT_TERM = "SBO:0000290"  # physical compartment
_SPECIES_TERM = "SBO:0000247"  # simple chemical
_REACTION_TERM = "SBO:0000176"  # biochemical reaction
# A catalyst that stands on both sides is a reactant and a product; the term for catalysts is
# allowed for modifiers only.
_REACTANT_TERM = "SBO:0000010"
_PRODUCT_TERM = "SBO:0000011"
# Forward rate constants, continuous case: zeroth order, uni-, bi- and trimolecular; else generic.
_CONSTANT_TERMS = {0: "SBO:0000048", 1: "SBO:0000035", 2: "SBO:0000036", 3: "SBO:0000037"}
_ANY_CONSTANT_TERM = "SBO:0000153"  # forward rate constant
# Mass-action laws of irreversible reactions, continuous scheme, by (order, distinct reactants).
_LAW_TERMS = {
    (0, 0): "SBO:0000047",
    (1, 1): "SBO:0000049",
    (2, 1): "SBO:0000052",
    (2, 2): "SBO:0000054",
    (3, 1): "SBO:0000057",
    (3, 2): "SBO:0000059",
    (3, 3): "SBO:0000061",
}
_ANY_LAW_TERM = "SBO:0000163"  # mass action, irreversible, continuous scheme

# Reactions are joined and written in pieces of this many, to keep memory flat.
_PIECE = 2000


def sbml_pieces(
    crn: Crn,
    description: Description,
    volume: float = 1.0,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
) -> Iterator[str]:
    """Check everything at once, and return an SBML document piece by piece.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    description : Description
        What the notes say of it.
    volume, level_version
        See :func:`~crn2sbml.to_sbml`.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or the level and version are not among those written.
    """
    form = _form(level_version)
    quantities = choose_quantities(crn, form.level)
    compartment, size = check_model(crn, volume)
    return _pieces(crn, description, _Vessel(compartment, size), form, quantities)


def _form(level_version: LevelVersion) -> Form:
    if isinstance(level_version, str):
        names = dict(zip(LEVEL_VERSIONS, _FORMS.values(), strict=True))
        form = names.get(level_version.upper())
    else:
        form = _FORMS.get((level_version[0], level_version[1]))
    if form is None:
        known = ", ".join((*map(str, _FORMS), *LEVEL_VERSIONS))
        raise UnsupportedError(
            f"SBML of level and version {level_version!r} is not written; choose one of {known}"
        )
    return form


@dataclass(frozen=True, slots=True)
class _Vessel:
    """The compartment: its id and its volume."""

    id: str
    volume: float


def _pieces(
    crn: Crn, description: Description, vessel: _Vessel, form: Form, quantities: Quantities
) -> Iterator[str]:
    constant = frozenset(crn.constant_species)
    orders = {r.rate: r.order for r in crn.reactions}
    yield _head(crn, description, vessel, form, quantities)
    yield "<listOfSpecies>\n"
    yield from _in_pieces(
        _species(s, vessel.id, s.id in constant, quantities.substance) for s in crn.species
    )
    yield "</listOfSpecies>\n"
    if crn.rate_constants or quantities.parameters or description.answers:
        yield f"<listOfParameters>\n{quantities.parameters}"
        yield from _in_pieces(
            _parameter(k, orders.get(k.id), quantities) for k in crn.rate_constants
        )
        yield answer_parameters(description.answers)
        yield "</listOfParameters>\n"
    yield answer_rules(description.answers, "" if crn.units is None else CONCENTRATION_UNIT)
    if crn.reactions:
        yield "<listOfReactions>\n"
        yield from _in_pieces(_reactions(crn, vessel.id, form))
        yield "</listOfReactions>\n"
    yield "</model>\n</sbml>\n"


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) == _PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def _head(
    crn: Crn, description: Description, vessel: _Vessel, form: Form, quantities: Quantities
) -> str:
    return (
        f"{XML_DECLARATION}\n{opening(form)}\n"
        f'<model id="{crn.name}" name="{crn.name}" metaid="{metaid(crn)}"'
        f"{quantities.model_attributes}>\n"
        f"{notes(crn, description, quantities.words)}{annotation(crn, description)}"
        f"{quantities.definitions}"
        f'<listOfCompartments>\n<compartment id="{vessel.id}" name="well-mixed volume" '
        f'spatialDimensions="3" size="{number(vessel.volume)}" units="{quantities.volume}" '
        f'constant="true" sboTerm="{_COMPARTMENT_TERM}"/>\n</listOfCompartments>\n'
    )


def _species(species: Species, compartment: str, constant: bool, substance: str) -> str:
    fixed = "true" if constant else "false"
    return (
        f'<species id="{species.id}"{_name(species.name)} compartment="{compartment}" '
        f'initialConcentration="{number(species.initial)}" substanceUnits="{substance}" '
        f'hasOnlySubstanceUnits="false" boundaryCondition="{fixed}" constant="{fixed}" '
        f'sboTerm="{_SPECIES_TERM}"/>\n'
    )


def _parameter(constant: RateConstant, order: int | None, quantities: Quantities) -> str:
    term = _ANY_CONSTANT_TERM if order is None else _CONSTANT_TERMS.get(order, _ANY_CONSTANT_TERM)
    return (
        f'<parameter id="{constant.id}"{_name(constant.name)} value="{number(constant.value)}" '
        f'units="{quantities.constant(order)}" constant="true" sboTerm="{term}"/>\n'
    )


def _name(name: str | None) -> str:
    return "" if name is None else f' name="{escape(name)}"'


def _reactions(crn: Crn, compartment: str, form: Form) -> Iterator[str]:
    attributes = f"{form.reaction_attributes}{form.in_compartment(compartment)}"
    reactant = f'{form.reference_attributes} sboTerm="{_REACTANT_TERM}"'
    product = f'{form.reference_attributes} sboTerm="{_PRODUCT_TERM}"'
    for reaction in crn.reactions:
        reactants = reaction.reactants
        term = _LAW_TERMS.get((reaction.order, len(reactants)), _ANY_LAW_TERM)
        yield (
            f'<reaction id="{reaction.id}"{attributes} sboTerm="{_REACTION_TERM}">\n'
            f"{references('listOfReactants', reactants, reactant)}"
            f"{references('listOfProducts', reaction.products, product)}"
            f'<kineticLaw sboTerm="{term}">'
            f"{mass_action(compartment, reaction.rate, reactants)}"
            "</kineticLaw>\n</reaction>\n"
        )
