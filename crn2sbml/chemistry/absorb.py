"""Section 5.1's dynamically equivalent reaction networks: enzymes absorbed into rate constants."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Complex, RateConstant, Reaction
from crn2sbml.errors import UnsupportedError


def absorb_enzymes(crn: Crn, keep: Collection[str] = ()) -> Crn:
    """Absorb the constant concentrations of enzymatic and buffered species into rate constants.

    Reactions that become equal are merged, those whose rate becomes 0 are dropped. Every dynamic
    species keeps its ODE (section 5.1: "dynamically equivalent").

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    keep : collection of str
        Ids of constant species that stay species.

    Returns
    -------
    Crn
        The reaction network without the other constant species, and without kept ones that no
        longer occur.

    Examples
    --------
    >>> from crn2sbml import Crn, absorb_enzymes
    >>> crn = Crn.from_text(
    ...     ["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"], initial={"E": 0.5, "F": 2}
    ... )
    >>> print(absorb_enzymes(crn).to_text())
    X + Y --k1_E--> 2 Y
    Y --k2_F--> X
    """
    enzymes = _enzymes(crn, keep)
    edges: dict[object, list[tuple[Reaction, tuple[str, float]]]] = {}
    for reaction in crn.reactions:
        value, label = _absorbed_rate(crn, reaction, enzymes)
        reactants = _without(reaction.reactants, enzymes)
        products = _without(reaction.products, enzymes)
        # Between constant species only nothing is left to happen.
        edge = frozenset(reactants), frozenset(products)
        if value > 0 and edge[0] != edge[1]:
            edges.setdefault(edge, []).append(
                (Reaction(reaction.id, reactants, products, label, reaction.row), (label, value))
            )
    merged = [_merge(group) for group in edges.values()]
    return _assemble(crn, merged)


def fold(crn: Crn) -> Crn:
    """Absorb every constant species and net production against degradation.

    Reactions with the same reactant complex and opposite reaction vectors become one, in the
    direction of the larger rate. For a compiled Crn this is one data point with the fewest
    reactions.

    Parameters
    ----------
    crn : Crn
        Any reaction network.

    Returns
    -------
    Crn
        A reaction network of dynamic species only, with the same ODE for each of them, up to
        rounding.
    """
    absorbed = absorb_enzymes(crn)
    constants = absorbed.rate_constant_values
    groups: dict[object, list[tuple[Reaction, float]]] = {}
    for reaction in absorbed.reactions:
        vector = sorted(reaction.vector.items())
        # A vector and its negative share a group; the first entry's sign tells them apart.
        sign = 1 if vector[0][1] > 0 else -1
        direction = tuple((species, sign * entry) for species, entry in vector)
        group = groups.setdefault((frozenset(reaction.reactants), direction), [])
        group.append((reaction, sign * constants[reaction.rate]))
    netted = [_net(group, constants) for group in groups.values()]
    return _assemble(absorbed, [item for item in netted if item is not None])


def _enzymes(crn: Crn, keep: Collection[str]) -> dict[str, float]:
    kept = set(keep)
    if unknown := kept - set(crn.constant_species):
        raise UnsupportedError(
            f"cannot keep {sorted(unknown)[0]!r}: it is no constant species of {crn.name}"
        )
    absorbed = set(crn.constant_species) - kept
    return {s.id: s.initial for s in crn.species if s.id in absorbed}


def _absorbed_rate(crn: Crn, reaction: Reaction, enzymes: Mapping[str, float]) -> tuple[float, str]:
    """Return the rate constant times the enzymes' concentrations, and an id that says so."""
    value, label = crn.rate_constant_values[reaction.rate], reaction.rate
    for species, coefficient in reaction.reactants:
        if species in enzymes:
            value *= enzymes[species] ** coefficient
            label = f"{label}_{species}"
    return value, label


def _without(side: Complex, enzymes: Mapping[str, float]) -> Complex:
    return tuple((species, n) for species, n in side if species not in enzymes)


def _merge(group: list[tuple[Reaction, tuple[str, float]]]) -> tuple[Reaction, float]:
    first, (_, value) = group[0]
    if len(group) == 1:
        return first, value
    total = math.fsum(value for _, (_, value) in group)
    return _with_own_rate(first), total


def _with_own_rate(reaction: Reaction) -> Reaction:
    """Name a rate constant that no other reaction shares after the reaction itself."""
    rate = f"k_{reaction.id}"
    return Reaction(reaction.id, reaction.reactants, reaction.products, rate, reaction.row)


def _net(
    group: list[tuple[Reaction, float]], constants: Mapping[str, float]
) -> tuple[Reaction, float] | None:
    total = math.fsum(value for _, value in group)
    if total == 0:
        return None
    reaction = next((r for r, value in group if value * total > 0), group[0][0])
    if len(group) == 1:
        return reaction, constants[reaction.rate]
    return _with_own_rate(reaction), abs(total)


def _assemble(crn: Crn, rated: Iterable[tuple[Reaction, float]]) -> Crn:
    """Build a reaction network from reactions and the values of their rate constants."""
    values: dict[str, float] = {}
    reactions = []
    for reaction, value in rated:
        if values.setdefault(reaction.rate, value) != value:
            raise UnsupportedError(
                f"the new rate constant of reaction {reaction.id} would be called {reaction.rate}, "
                f"which is taken; rename the reaction"
            )
        reactions.append(reaction)
    if not reactions:
        raise UnsupportedError("every rate is 0, so that no reaction is left; nothing would happen")
    used = {s for r in reactions for side in (r.reactants, r.products) for s, _ in side}
    lost = [s for s in crn.dynamic_species if s not in used]
    if lost:
        raise UnsupportedError(
            f"every reaction of the dynamic species {lost[0]!r} has rate 0, so that it would vanish"
        )
    names = {k.id: k.name for k in crn.rate_constants}
    return Crn(
        tuple(s for s in crn.species if s.id in used),
        tuple(RateConstant(k, v, names.get(k)) for k, v in values.items()),
        tuple(reactions),
        crn.name,
        crn.metadata,
        crn.units,
    )
