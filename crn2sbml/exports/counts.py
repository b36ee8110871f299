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
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.text import check_model, number

_NAMESPACE = "http://www.sbml.org/sbml/level3/version1/core"
_MATHML = "http://www.w3.org/1998/Math/MathML"
_QUANTITIES = ("substance", "time", "volume", "area", "length", "extent")
# The number 1 in a law, with a unit.
_ONE = '<cn type="integer" sbml:units="dimensionless">1</cn>'


def to_counts_sbml(crn: Crn, volume: float) -> str:
    """Write a network as SBML for stochastic simulators.

    Parameters
    ----------
    crn : Crn
        With reactions of order 2 at most once constant species are absorbed, such as a compiled
        network with decay of order 2.
    volume : float
        V, the number of molecules that a concentration of 1 stands for, > 0.

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
    follow the concentrations of the deterministic model. A folded network has the same means to
    first order, but less noise: its production and degradation were netted against each other.
    """
    # Production and degradation are not netted against each other: that would change the noise.
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
    units = "".join(f' {quantity}Units="dimensionless"' for quantity in _QUANTITIES)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sbml xmlns="{_NAMESPACE}" level="3" version="1">\n'
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
    yield "</listOfSpecies>\n<listOfParameters>\n"
    values = crn.rate_constant_values
    propensities = {r.id: values[r.rate] * volume ** (1 - r.order) for r in crn.reactions}
    for reaction in crn.reactions:
        yield (
            f'<parameter id="c_{reaction.id}" value="{number(propensities[reaction.id])}" '
            f'units="dimensionless" constant="true"/>\n'
        )
    yield "</listOfParameters>\n<listOfReactions>\n"
    for reaction in crn.reactions:
        yield _reaction(reaction)
    yield "</listOfReactions>\n</model>\n</sbml>\n"


def _reaction(reaction: Reaction) -> str:
    reactants, products = _single(reaction)
    factors = "".join(f"<ci>{species}</ci>" for species, _ in reactants)
    pairs = [species for species, count in reaction.reactants if count == 2]
    less = "".join(f"<apply><minus/><ci>{s}</ci>{_ONE}</apply>" for s in pairs)
    law = f"<ci>c_{reaction.id}</ci>"
    if factors:
        law = f"<apply><times/>{law}{factors}{less}</apply>"
    prefix = f' xmlns:sbml="{_NAMESPACE}"' if pairs else ""
    return (
        f'<reaction id="{reaction.id}" reversible="false" fast="false">\n'
        f"{_references('listOfReactants', reactants)}{_references('listOfProducts', products)}"
        f'<kineticLaw><math xmlns="{_MATHML}"{prefix}>{law}</math></kineticLaw>\n</reaction>\n'
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


def _references(element: str, side: Complex) -> str:
    if not side:
        return ""
    references = "".join(
        f'<speciesReference species="{species}" stoichiometry="{count}" constant="true"/>'
        for species, count in side
    )
    return f"<{element}>{references}</{element}>\n"
