"""A model for stochastic simulators: molecule numbers instead of concentrations.

Programs disagree on what a reaction such as 2 X -> X means when single molecules count. In this
form they all agree: species are numbers of molecules, laws are propensities written out, and
2 X -> X loses one molecule with the propensity k X (X - 1) / V.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from crn2sbml._support.files import save_text
from crn2sbml.chemistry.absorb import absorb_enzymes
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Complex, Reaction
from crn2sbml.chemistry.units import dimensionless
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.sbml.elements import (
    LEVEL_3_VERSION_1,
    XML_DECLARATION,
    apply,
    formula,
    opening,
    references,
    symbol,
)
from crn2sbml.formats.sbml.quantities import without_units
from crn2sbml.formats.text import check_model, number

# The one that stochastic simulators read.
_FORM = LEVEL_3_VERSION_1


def to_counts_sbml(crn: Crn, volume: float) -> str:
    """Write a reaction network as SBML for stochastic simulators.

    Parameters
    ----------
    crn : Crn
        A reaction network of order 2 at most once its constant species are absorbed, such as a
        compiled neural network with decay of order 2. Laboratory units of it are left behind.
    volume : float
        The volume V: the number of molecules that a concentration of 1 stands for, > 0.

    Returns
    -------
    str
        SBML Level 3 Version 1. Inputs, weights and other constant species are in the rate
        constants; initial concentrations are rounded to whole numbers of molecules.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or a reaction is of order 3 or more or takes away two
        molecules at once: then programs do not agree.

    Notes
    -----
    A rate constant of order n is divided by V^(n - 1). For large V the numbers, divided by V,
    follow the concentrations of the deterministic model. A folded reaction network has the same
    means to first order, but less noise: its production and degradation were netted against each
    other.
    """
    # Production and degradation are not netted against each other: that would change the noise.
    crn = dimensionless(crn)
    absorbed = absorb_enzymes(crn) if crn.constant_species else crn
    compartment, size = check_model(absorbed, volume)
    return "".join(_pieces(absorbed, compartment, size))


def save_counts_sbml(crn: Crn, path: str | Path, volume: float, overwrite: bool = False) -> None:
    """Write :func:`to_counts_sbml` to a file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    UnsupportedError
        As :func:`to_counts_sbml`.
    """
    save_text(to_counts_sbml(crn, volume), path, overwrite)


def _pieces(crn: Crn, compartment: str, volume: float) -> Iterator[str]:
    units = without_units(_FORM.level).model_attributes
    yield (
        f"{XML_DECLARATION}\n{opening(_FORM)}\n"
        f'<model id="{crn.name}" name="{crn.name}"{units}>\n'
        f'<notes><body xmlns="http://www.w3.org/1999/xhtml"><p>For stochastic simulators: species '
        f"are numbers of molecules, of which {volume:g} stand for a concentration of 1; kinetic "
        f"laws are propensities.</p></body></notes>\n"
        f'<listOfCompartments>\n<compartment id="{compartment}" spatialDimensions="3" size="1.0" '
        f'units="dimensionless" constant="true"/>\n</listOfCompartments>\n<listOfSpecies>\n'
    )
    for species in crn.species:
        name = "" if species.name is None else f' name="{escape(species.name)}"'
        yield (
            f'<species id="{species.id}"{name} compartment="{compartment}" '
            f'initialAmount="{round(species.initial * volume)}" substanceUnits="dimensionless" '
            f'hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>\n'
        )
    one = _free_id(crn, compartment)
    yield (
        f'</listOfSpecies>\n<listOfParameters>\n<parameter id="{one}" value="1.0" '
        f'units="dimensionless" constant="true"/>\n'
    )
    values = crn.rate_constant_values
    propensities = {r.id: values[r.rate] * volume ** (1 - r.order) for r in crn.reactions}
    for reaction in crn.reactions:
        yield (
            f'<parameter id="c_{reaction.id}" value="{number(propensities[reaction.id])}" '
            f'units="dimensionless" constant="true"/>\n'
        )
    yield "</listOfParameters>\n<listOfReactions>\n"
    for reaction in crn.reactions:
        yield _reaction(reaction, one)
    yield "</listOfReactions>\n</model>\n</sbml>\n"


def _free_id(crn: Crn, compartment: str) -> str:
    """Return an id for the number 1, of which laws are made without numbers in them."""
    taken = {*crn.species_ids, *(r.id for r in crn.reactions), crn.name, compartment}
    taken |= {f"c_{reaction.id}" for reaction in crn.reactions}
    identifier = "one"
    while identifier in taken:
        identifier += "_"
    return identifier


def _reaction(reaction: Reaction, one: str) -> str:
    reactants, products = _single(reaction)
    factors = [symbol(species) for species, _ in reactants]
    # Of a pair, the second molecule is one of the rest.
    less = [
        apply("minus", symbol(species), symbol(one))
        for species, count in reaction.reactants
        if count == 2
    ]
    law = symbol(f"c_{reaction.id}")
    if factors:
        law = apply("times", law, *factors, *less)
    return (
        f'<reaction id="{reaction.id}"{_FORM.reaction_attributes}>\n'
        f"{references('listOfReactants', reactants)}{references('listOfProducts', products)}"
        f"<kineticLaw>{formula(law)}</kineticLaw>\n</reaction>\n"
    )


def _single(reaction: Reaction) -> tuple[Complex, Complex]:
    """Write a reaction with each reactant once: of others, programs correct the law themselves."""
    if reaction.order > 2:
        raise UnsupportedError(
            f"reaction {reaction.id} is of order {reaction.order}; stochastic simulators agree "
            f"up to order 2: use decay of order 2"
        )
    products = dict(reaction.products)
    for species, count in reaction.reactants:
        if count == 2:
            left = products.get(species, 0) - 1
            if left < 0:
                raise UnsupportedError(
                    f"reaction {reaction.id} takes away two molecules of {species} at once, on "
                    f"which stochastic simulators disagree"
                )
            products[species] = left
    return (
        tuple((species, 1) for species, _ in reaction.reactants),
        tuple((species, count) for species, count in products.items() if count),
    )
