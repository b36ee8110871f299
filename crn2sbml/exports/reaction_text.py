"""Reactions as plain text: as a chemist writes them, and as Nuskell and crnsimulator read them."""

from __future__ import annotations

import re
from pathlib import Path

from crn2sbml._support.files import save_text
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import Complex, format_complex
from crn2sbml.chemistry.units import in_lab_units
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.text import number

_NUSKELL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def to_reaction_list(crn: Crn, units: LabUnits | None = None) -> str:
    """List the reactions with their rate constants, one a line, and then the concentrations.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the reaction network's own units unless
        given.

    Returns
    -------
    str
        Readable text.

    Examples
    --------
    >>> from crn2sbml import Crn
    >>> from crn2sbml.exports import to_reaction_list
    >>> print(to_reaction_list(Crn.from_text(["H --k_h--> H + X", "2 X --k_d--> X"], name="node")))
    node: concentrations, rates and time are dimensionless.
    <BLANKLINE>
    H -> H + X      1.0
    2 X -> X        1.0
    <BLANKLINE>
    H = 1.0 (constant)
    X = 1.0
    <BLANKLINE>
    """
    scaled = in_lab_units(crn, units)
    units = scaled.units
    head = "concentrations, rates and time are dimensionless."
    if units is not None:
        head = units.describe()[0].lower() + units.describe()[1:]
    equations = [
        f"{format_complex(r.reactants)} -> {format_complex(r.products)}" for r in scaled.reactions
    ]
    width = max(map(len, equations), default=0)
    lines = [f"{crn.name}: {head}", ""]
    for reaction, equation in zip(scaled.reactions, equations, strict=True):
        unit = "" if units is None else f" {units.rate_constant_unit(reaction.order)}"
        value = scaled.rate_constant_values[reaction.rate]
        lines.append(f"{equation:<{width}}      {value!r}{unit}")
    lines.append("")
    unit = "" if units is None else f" {units.concentration_unit}"
    constant = set(crn.constant_species)
    for species in scaled.species:
        fixed = " (constant)" if species.id in constant else ""
        lines.append(f"{species.id} = {species.initial!r}{unit}{fixed}")
    return "\n".join(lines) + "\n"


def save_reaction_list(
    crn: Crn, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> None:
    """Write :func:`to_reaction_list` to a file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    """
    save_text(to_reaction_list(crn, units), path, overwrite)


def to_nuskell(crn: Crn, units: LabUnits | None = None) -> str:
    """Write a reaction network in the text of Nuskell and crnsimulator (``.crn``).

    Parameters
    ----------
    crn, units
        As for :func:`to_reaction_list`.

    Returns
    -------
    str
        Reactions with rate constants, and initial or constant concentrations.

    Raises
    ------
    UnsupportedError
        If an id starts with an underscore, which these programs do not read.

    Notes
    -----
    Nuskell compiles formal reaction networks to DNA strand displacement.

    Examples
    --------
    >>> from crn2sbml import Crn
    >>> from crn2sbml.exports import to_nuskell
    >>> print(to_nuskell(Crn.from_text(["H --k_h--> H + X", "2 X --k_d--> X"])))
    # Concentrations, rates and time are dimensionless.
    H -> H + X [k = 1.0]
    2X -> X [k = 1.0]
    H @ constant 1.0
    X @ initial 1.0
    <BLANKLINE>
    """
    scaled = in_lab_units(crn, units)
    units = scaled.units
    for species in crn.species_ids:
        if not _NUSKELL_NAME.fullmatch(species):
            raise UnsupportedError(
                f"Nuskell does not read the species id {species!r}; it must start with a letter"
            )
    words = "Concentrations, rates and time are dimensionless."
    lines = [f"# {words if units is None else units.describe()}"]
    for reaction in scaled.reactions:
        value = number(scaled.rate_constant_values[reaction.rate])
        left, right = _side(reaction.reactants), _side(reaction.products)
        lines.append(f"{left} -> {right} [k = {value}]".strip().replace("  ", " "))
    constant = set(crn.constant_species)
    for s in scaled.species:
        kind = "constant" if s.id in constant else "initial"
        lines.append(f"{s.id} @ {kind} {number(s.initial)}")
    return "\n".join(lines) + "\n"


def save_nuskell(
    crn: Crn, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> None:
    """Write :func:`to_nuskell` to a file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    UnsupportedError
        If an id starts with an underscore.
    """
    save_text(to_nuskell(crn, units), path, overwrite)


def _side(side: Complex) -> str:
    return " + ".join(s if count == 1 else f"{count}{s}" for s, count in side)
