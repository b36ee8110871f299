"""SBML Level 3 Version 1, or another on request, written as a stream of text.

The form is the one that most simulators read alike: enzymatic species are constant boundary
species, catalysts stand on both sides of the arrow, laws read ``compartment * k * product``, and
everything is declared dimensionless, or in laboratory units, so that a consistency check has
nothing to report.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from crn2sbml._support.files import atomic_write
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import RateConstant, Species
from crn2sbml.chemistry.units import LabUnits, in_lab_units
from crn2sbml.errors import UnsupportedError
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
from crn2sbml.formats.sbml.quantities import Quantities, dimensionless, in_units
from crn2sbml.formats.text import check_model, number

LevelVersion = tuple[int, int]

# The one that most programs read.
DEFAULT_LEVEL_VERSION = (3, 1)


_FORMS = {
    (form.level, form.version): form
    for form in (LEVEL_3_VERSION_1, LEVEL_3_VERSION_2, LEVEL_2_VERSION_4)
}
LEVEL_VERSIONS = tuple(_FORMS)

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


def to_sbml(
    crn: Crn,
    volume: float = 1.0,
    *,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
) -> str:
    """Write a reaction network as an SBML document.

    Parameters
    ----------
    crn : Crn
        Any reaction network of mass action.
    volume : float, default 1.0
        The size of the compartment. Concentrations and trajectories do not depend on it.
    level_version : tuple of int, default (3, 1)
        The SBML Level and Version: (3, 1), (3, 2) or (2, 4).
    units : LabUnits, optional
        The concentration and the time that 1 stands for; the numbers are then in these units, and
        the volume in litres. Dimensionless unless given.

    Returns
    -------
    str
        The document; the same text for the same reaction network, numbers bit for bit.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or the level and version are none of these.

    Examples
    --------
    >>> from crn2sbml import Crn, to_sbml
    >>> print(to_sbml(Crn.from_text(["0 -> X", "2 X -> X"])).splitlines()[1][:76])
    <sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" versio
    """
    return "".join(_document(crn, volume, level_version, units))


def save_sbml(
    crn: Crn,
    path: str | Path,
    overwrite: bool = False,
    *,
    volume: float = 1.0,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
) -> None:
    """Write a reaction network to an SBML file.

    Parameters
    ----------
    crn : Crn
        Any reaction network of mass action.
    path : str or Path
        The file to write; a half-written file is never left behind.
    overwrite : bool, default False
        Whether to replace an existing file.
    volume : float, default 1.0
        The size of the compartment.
    level_version : tuple of int, default (3, 1)
        The SBML Level and Version: (3, 1), (3, 2) or (2, 4).
    units : LabUnits, optional
        The laboratory units, as for :func:`to_sbml`.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    UnsupportedError
        As :func:`to_sbml`.
    """
    pieces = _document(crn, volume, level_version, units)
    with atomic_write(path, overwrite) as stream:
        for piece in pieces:
            stream.write(piece.encode("utf-8"))


def _document(
    crn: Crn, volume: float, level_version: LevelVersion, units: LabUnits | None
) -> Iterator[str]:
    """Check everything at once, and return the document piece by piece."""
    form = _form(level_version)
    if units is not None:
        crn = in_lab_units(crn, units)
    quantities = dimensionless(form.level) if units is None else in_units(units, crn, form.level)
    return _pieces(crn, *check_model(crn, volume), form, quantities)


def _form(level_version: LevelVersion) -> Form:
    form = _FORMS.get((level_version[0], level_version[1]))
    if form is None:
        known = ", ".join(map(str, _FORMS))
        raise UnsupportedError(
            f"SBML of level and version {level_version!r} is not written; choose one of {known}"
        )
    return form


def _pieces(
    crn: Crn, compartment: str, volume: float, form: Form, quantities: Quantities
) -> Iterator[str]:
    constant = frozenset(crn.constant_species)
    orders = {r.rate: r.order for r in crn.reactions}
    yield _head(crn, compartment, volume, form, quantities)
    yield "<listOfSpecies>\n"
    yield from _in_pieces(
        _species(s, compartment, s.id in constant, quantities.substance) for s in crn.species
    )
    yield "</listOfSpecies>\n"
    if crn.rate_constants:
        yield "<listOfParameters>\n"
        yield from _in_pieces(
            _parameter(k, orders.get(k.id), quantities) for k in crn.rate_constants
        )
        yield "</listOfParameters>\n"
    if crn.reactions:
        yield "<listOfReactions>\n"
        yield from _in_pieces(_reactions(crn, compartment, form))
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


def _head(crn: Crn, compartment: str, volume: float, form: Form, quantities: Quantities) -> str:
    return (
        f"{XML_DECLARATION}\n{opening(form)}\n"
        f'<model id="{crn.name}" name="{crn.name}" metaid="{metaid(crn)}"'
        f"{quantities.model_attributes}>\n"
        f"{notes(crn, quantities.words)}{annotation(crn)}{quantities.definitions}"
        f'<listOfCompartments>\n<compartment id="{compartment}" name="well-mixed volume" '
        f'spatialDimensions="3" size="{number(volume)}" units="{quantities.volume}" '
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
            f"{mass_action(compartment, reaction.rate, reactants, form)}"
            "</kineticLaw>\n</reaction>\n"
        )
