"""Reaction networks made of others: union and subnetwork (sections 5.1 and 5.2 of the paper)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species, format_complex
from crn2sbml.errors import CrnError

_Item = TypeVar("_Item", Species, RateConstant)


def union(first: Crn, *others: Crn, name: str | None = None) -> Crn:
    """Unite reaction networks: a set union of their reactions, species and rate constants.

    A reaction is an edge between two complexes: one that occurs in several parts occurs once in
    the whole, and a species that is enzymatic in one part may be dynamic in the whole (section 5.2,
    Step 3).

    Parameters
    ----------
    first, *others : Crn
        Reaction networks whose equal ids mean equal things.
    name : str, optional
        Identifier of the union; that of `first` unless given.

    Returns
    -------
    Crn
        Their union, with everything in the order of the parts.

    Raises
    ------
    CrnError
        If the same id or reaction stands for different things in two parts, or their units differ.

    Examples
    --------
    >>> from crn2sbml import Crn, union
    >>> example = Crn.from_text(["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"])
    >>> whole = union(example, Crn.from_text(["Z + F --k3--> Z"]))
    >>> whole.dynamic_species, whole.enzymatic_species
    (('X', 'Y', 'F'), ('E', 'Z'))
    """
    parts = (first, *others)
    units = _shared_units(parts)
    species = _merged([s for part in parts for s in part.species], "species")
    constants = _merged([k for part in parts for k in part.rate_constants], "rate constant")
    edges: dict[object, Reaction] = {}
    ids: set[str] = set()
    for reaction in (r for part in parts for r in part.reactions):
        known = edges.get(reaction.key)
        if known is None:
            known = edges[reaction.key] = _with_free_id(reaction, ids)
        if known.rate != reaction.rate:
            raise CrnError(
                f"the reaction {format_complex(reaction.reactants)} -> "
                f"{format_complex(reaction.products)} has rate constant {known.rate} in one part "
                f"and {reaction.rate} in another; give both the same"
            )
    return Crn(species, constants, tuple(edges.values()), name or first.name, units=units)


def subnetwork(crn: Crn, reaction_ids: Iterable[str], name: str | None = None) -> Crn:
    """Return the reaction network of some of the reactions, with the species that occur in them.

    Parameters
    ----------
    crn : Crn
        The whole reaction network.
    reaction_ids : iterable of str
        Ids of the reactions to keep.
    name : str, optional
        Identifier of the subnetwork.

    Returns
    -------
    Crn
        The reactions in the order of `crn`. Species that are enzymatic in them may be dynamic in
        `crn` (section 5.1).

    Raises
    ------
    CrnError
        If there is no such reaction.
    """
    wanted = set(reaction_ids)
    if missing := wanted - {r.id for r in crn.reactions}:
        raise CrnError(f"{crn.name} has no reaction {sorted(missing)[0]!r}")
    return _keep_reactions(crn, [r for r in crn.reactions if r.id in wanted], name or crn.name)


def _keep_reactions(crn: Crn, reactions: Iterable[Reaction], name: str) -> Crn:
    """Return the given reactions as a Crn, with the species and rate constants that they use."""
    kept = tuple(reactions)
    used = {s for r in kept for side in (r.reactants, r.products) for s, _ in side}
    rates = {r.rate for r in kept}
    return Crn(
        tuple(s for s in crn.species if s.id in used),
        tuple(k for k in crn.rate_constants if k.id in rates),
        kept,
        name,
        units=crn.units,
    )


def _shared_units(parts: Sequence[Crn]) -> LabUnits | None:
    units = parts[0].units
    for part in parts:
        if part.units != units:
            raise CrnError(
                f"{parts[0].name} and {part.name} are in different units; express both in the same "
                f"with in_lab_units"
            )
    return units


def _merged(items: Iterable[_Item], what: str) -> tuple[_Item, ...]:
    merged: dict[str, _Item] = {}
    for item in items:
        if merged.setdefault(item.id, item) != item:
            raise CrnError(
                f"{what} {item.id!r} differs between the parts: {merged[item.id]} and {item}; "
                f"rename one or make them equal"
            )
    return tuple(merged.values())


def _with_free_id(reaction: Reaction, taken: set[str]) -> Reaction:
    """Rename a reaction whose id stands for another one already (an edge is what counts)."""
    new, number = reaction.id, 2
    while new in taken:
        new, number = f"{reaction.id}_{number}", number + 1
    taken.add(new)
    return reaction if new == reaction.id else replace(reaction, id=new)
