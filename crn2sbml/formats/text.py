"""What the formats share: numbers, the compartment, and the words of the header."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from crn2sbml.chemistry.crn import Crn
from crn2sbml.errors import UnsupportedError

# The well-mixed volume of a model; "compartment" itself is a keyword of Antimony.
_COMPARTMENT = "vessel"

# Of the shape, roles and names that SBML files carry; never numbers.
ANNOTATION_NAMESPACE = "urn:crn2sbml:origin:1"

CONCENTRATION_UNIT, TIME_UNIT = "concentration_unit", "time_unit"
"""The parameters of a model that say what 1 of the dimensionless reaction network stands for."""


def check_unit_ids(crn: Crn, parameters: Iterable[str]) -> None:
    """Raise an error if a reaction network has an id that a file needs for its units.

    Raises
    ------
    UnsupportedError
        With the id, and what to do.
    """
    for parameter in parameters:
        if parameter in crn.ids or parameter == crn.name:
            raise UnsupportedError(
                f"the id {parameter!r} is that of the parameter which says what 1 stands for in "
                f"laboratory units; rename it"
            )


def check_model(crn: Crn, volume: float) -> tuple[str, float]:
    """Return an id for the compartment and its volume if a file can hold the model in it.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or an id is that of the model itself.
    """
    if not (0 < volume < float("inf")):
        raise UnsupportedError(f"the volume is {volume!r}; it must be finite and > 0")
    if crn.name in crn.ids:
        raise UnsupportedError(
            f"the id {crn.name!r} is that of the whole model too; rename one of them"
        )
    compartment, number = _COMPARTMENT, 2
    while compartment in crn.ids or compartment == crn.name:
        compartment, number = f"{_COMPARTMENT}_{number}", number + 1
    return compartment, float(volume)


def number(value: float) -> str:
    """Write a number so that it comes back bit for bit.

    Raises
    ------
    UnsupportedError
        If it is too small to be read by libsbml, and so by nearly every other tool.
    """
    if 0 < value < sys.float_info.min:
        raise UnsupportedError(
            f"{value!r} is smaller than {sys.float_info.min!r}, and most programs cannot read such "
            f"a number from a file; use 0 instead"
        )
    return repr(float(value))


def summary(crn: Crn) -> str:
    """Say in one line how large a reaction network is."""
    held = f"{len(crn.buffered_species)} buffered species, " if crn.buffered_species else ""
    return (
        f"{len(crn.dynamic_species)} dynamic species, {len(crn.enzymatic_species)} enzymatic "
        f"(constant) species, {held}"
        f"{len(crn.reactions)} mass-action reaction{'s' * (len(crn.reactions) != 1)}"
    )
