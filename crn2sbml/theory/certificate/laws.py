"""Conservation laws: combinations of concentrations that no reaction changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Reaction

# Exact elimination takes time with the cube of the species that only change together.
_MOST_SPECIES = 200
_MOST_PRINTED = 8


@dataclass(frozen=True, slots=True)
class ConservationLaw:
    """An integer combination of dynamic species that stays constant.

    Parameters
    ----------
    weights : mapping of str to int
        Non-zero weight of each species.
    """

    weights: Mapping[str, int]

    def __str__(self) -> str:
        text = ""
        for number, (species, weight) in enumerate(self.weights.items()):
            if number == _MOST_PRINTED:
                return f"{text.removeprefix(' + ').strip()} + ... ({len(self.weights)} species)"
            size = species if abs(weight) == 1 else f"{abs(weight)} {species}"
            text += (" - " if weight < 0 else " + ") + size
        return text.removeprefix(" + ").strip()


def conservation_laws(
    crn: Crn, reactions: Iterable[Reaction] | None = None
) -> tuple[ConservationLaw, ...] | None:
    """Find the integer conservation laws among the dynamic species.

    Parameters
    ----------
    crn : Crn
        Any reaction network.
    reactions : iterable of Reaction, optional
        The reactions that run; all unless given.

    Returns
    -------
    tuple of ConservationLaw, or None
        A basis of them; None if more than 200 species change only together, for which it would
        take too long.

    Notes
    -----
    A species that a reaction changes by itself is in no law. What is left after all such species
    are taken away, one after the other, is solved exactly.
    """
    changes = [crn.changes(r) for r in (crn.reactions if reactions is None else reactions)]
    free = set(crn.dynamic_species) - _alone(changes)
    if len(free) > _MOST_SPECIES:
        return None
    if not free:
        return ()
    columns = {tuple(sorted((s, n) for s, n in c.items() if s in free)) for c in changes}
    return _null_space([s for s in crn.dynamic_species if s in free], sorted(columns - {()}))


def _alone(changes: list[dict[str, int]]) -> set[str]:
    """Return the species whose weight is 0 in every law, by one reaction after the other."""
    left = [set(change) for change in changes]
    where: dict[str, list[int]] = {}
    for number, together in enumerate(left):
        for species in together:
            where.setdefault(species, []).append(number)
    alone: set[str] = set()
    queue = [number for number, together in enumerate(left) if len(together) == 1]
    for number in queue:
        if not left[number]:
            continue
        (species,) = left[number]
        alone.add(species)
        for other in where[species]:
            left[other].discard(species)
            if len(left[other]) == 1:
                queue.append(other)
    return alone


def _null_space(
    species: list[str], columns: list[tuple[tuple[str, int], ...]]
) -> tuple[ConservationLaw, ...]:
    from sympy import ZZ
    from sympy.polys.matrices import DomainMatrix

    if not columns:
        return tuple(ConservationLaw({s: 1}) for s in species)
    rows = [[dict(column).get(s, 0) for s in species] for column in columns]
    matrix = DomainMatrix(rows, (len(rows), len(species)), ZZ).to_field()
    basis = matrix.nullspace().clear_denoms_rowwise(convert=True)[1].to_list()
    laws = []
    for vector in basis:
        weights = {s: int(n) for s, n in zip(species, vector, strict=True) if n}
        sign = -1 if next(iter(weights.values())) < 0 else 1
        laws.append(ConservationLaw({s: sign * n for s, n in weights.items()}))
    return tuple(laws)
