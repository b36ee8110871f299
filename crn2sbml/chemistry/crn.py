"""Chemical reaction networks with mass-action kinetics (section 2 of the paper).

Nothing here knows of neural networks or file formats. The strings `role` and `row` of species
and reactions, and the metadata of a reaction network, are carried along unread for those who do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.html import MOST_ROWS, html_table
from crn2sbml._support.words import counted
from crn2sbml.chemistry import mass_action
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import (
    Complex,
    RateConstant,
    Reaction,
    Species,
    check_id,
    check_label,
    format_complex,
    parse_reaction,
)
from crn2sbml.errors import CrnError

# Above this a dense stoichiometric matrix would not fit into ordinary memory (in entries).
_LARGEST_DENSE_MATRIX = 200_000_000

# The one entry of the metadata that is about the reaction network itself.
_QUANTITY = "quantity"

AMOUNTS = MappingProxyType({_QUANTITY: "amount"})
"""Metadata of a reaction network whose species are in volumes of different sizes."""

# print(crn) shows this many reactions; to_text() shows all.
_PRINTED_REACTIONS = 60


@dataclass(frozen=True)
class Crn:
    """A mass-action reaction network {S, C, R} with rate constants and initial concentrations.

    The complexes C are those of the reactions, so that a reaction network is fully given by its
    species and reactions.

    Parameters
    ----------
    species : sequence of Species
    rate_constants : sequence of RateConstant
    reactions : sequence of Reaction
    name : str, default "crn"
        Identifier of the whole reaction network.
    metadata : mapping of str to str, optional
        Notes about the origin, carried along unread.
    units : LabUnits, optional
        The units that all numbers are in, and what 1 of the reaction network as designed stands
        for; dimensionless, or of units that nobody knows, unless given.

    Raises
    ------
    CrnError
        If Definition 2.1 does not hold: no species, a species in no reaction, a reaction twice,
        or an id that is unknown or stands twice.

    Examples
    --------
    >>> from crn2sbml import Crn
    >>> crn = Crn.from_text(["X + Y + E -> 2 Y + E", "Y + F -> X + F"])
    >>> crn.dynamic_species, crn.enzymatic_species
    (('X', 'Y'), ('E', 'F'))
    >>> crn.right_hand_side([1.0, 2.0, 1.0, 3.0])
    array([ 4., -4.,  0.,  0.])
    """

    # No slots: the derived arrays are cached on the instance.
    species: Sequence[Species]
    rate_constants: Sequence[RateConstant]
    reactions: Sequence[Reaction]
    name: str = "crn"
    metadata: Mapping[str, str] = field(default_factory=dict)
    units: LabUnits | None = None

    def __post_init__(self) -> None:
        for attribute in ("species", "rate_constants", "reactions"):
            object.__setattr__(self, attribute, tuple(getattr(self, attribute)))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        check_id(self.name, "network")
        for key, value in self.metadata.items():
            check_label(f"{key} {value}", f"the metadata entry {key!r}")
        _check_unique_ids(self)
        _check_references(self)
        _check_edges(self.reactions)

    __hash__ = None  # type: ignore[assignment]

    @property
    def quantity(self) -> str:
        """What the numbers of species are: "concentration", or "amount" (see :data:`AMOUNTS`)."""
        return self.metadata.get(_QUANTITY, "concentration")

    def __reduce__(self) -> tuple[type[Crn], tuple[object, ...]]:
        """Pickle without the mapping proxy and the cached arrays."""
        parts = (self.species, self.rate_constants, self.reactions, self.name)
        return Crn, (*parts, dict(self.metadata), self.units)

    @classmethod
    def from_text(
        cls,
        reactions: Iterable[str],
        *,
        rate_constants: Mapping[str, float] | None = None,
        initial: Mapping[str, float] | None = None,
        name: str = "crn",
    ) -> Crn:
        """Build a reaction network from reactions written as a chemist writes them.

        Parameters
        ----------
        reactions : iterable of str
            For example ``"X1 + X2 -> 2 X2"`` or ``"0 -> X"``; an arrow ``--k1-->`` names the rate
            constant, otherwise reaction n has the constant ``k<n>``.
        rate_constants : mapping of str to float, optional
            Values of rate constants; 1 where none is given.
        initial : mapping of str to float, optional
            Initial concentrations; 1 where none is given.
        name : str, default "crn"
            Identifier of the reaction network.

        Returns
        -------
        Crn
            The reaction network, its species in the order of their first appearance.
        """
        parsed = [parse_reaction(text, number) for number, text in enumerate(reactions, start=1)]
        constants, start = dict(rate_constants or {}), dict(initial or {})
        ids = dict.fromkeys(
            s for r in parsed for side in (r.reactants, r.products) for s, _ in side
        )
        _check_known(start, ids, "initial concentration", "species")
        rates = dict.fromkeys(r.rate for r in parsed)
        _check_known(constants, rates, "rate constant", "rate constant")
        return cls(
            tuple(Species(s, float(start.get(s, 1.0))) for s in ids),
            tuple(RateConstant(k, float(constants.get(k, 1.0))) for k in rates),
            tuple(parsed),
            name,
        )

    @cached_property
    def species_ids(self) -> tuple[str, ...]:
        """Ids of all species, in the order of `species`."""
        return tuple(s.id for s in self.species)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of all species, rate constants and reactions."""
        parts = (self.species, self.rate_constants, self.reactions)
        return frozenset(item.id for part in parts for item in part)

    @cached_property
    def species_index(self) -> dict[str, int]:
        """Position of each species id."""
        return {species: index for index, species in enumerate(self.species_ids)}

    @cached_property
    def dynamic_species(self) -> tuple[str, ...]:
        """Ids of the species that some reaction changes (Definition 5.1) and nothing holds."""
        return tuple(s.id for s in self.species if s.id in self._changed and not s.buffered)

    @cached_property
    def enzymatic_species(self) -> tuple[str, ...]:
        """Ids of the species that no reaction changes (Definition 5.1)."""
        return tuple(s for s in self.species_ids if s not in self._changed)

    @cached_property
    def buffered_species(self) -> tuple[str, ...]:
        """Ids of the species that reactions would change, but that are held constant."""
        return tuple(s.id for s in self.species if s.id in self._changed and s.buffered)

    @cached_property
    def constant_species(self) -> tuple[str, ...]:
        """Ids of the enzymatic and the buffered species."""
        dynamic = set(self.dynamic_species)
        return tuple(s for s in self.species_ids if s not in dynamic)

    @cached_property
    def _changed(self) -> frozenset[str]:
        return frozenset(species for r in self.reactions for species in r.vector)

    def changes(self, reaction: Reaction) -> dict[str, int]:
        """Return by how much a reaction changes each dynamic species."""
        held = self._buffered
        return {species: n for species, n in reaction.vector.items() if species not in held}

    @cached_property
    def _buffered(self) -> frozenset[str]:
        return frozenset(s.id for s in self.species if s.buffered)

    @cached_property
    def complexes(self) -> tuple[Complex, ...]:
        """The distinct complexes, in the order of their first appearance."""
        sides = (side for r in self.reactions for side in (r.reactants, r.products))
        return tuple({frozenset(side): side for side in reversed(list(sides))}.values())[::-1]

    @cached_property
    def rate_constant_values(self) -> dict[str, float]:
        """Value of each rate constant by id."""
        return {constant.id: constant.value for constant in self.rate_constants}

    @property
    def initial_state(self) -> Array:
        """Initial concentrations, in the order of `species`."""
        return np.array([s.initial for s in self.species], dtype=np.float64)

    @cached_property
    def _arrays(self) -> mass_action.MassActionArrays:
        return mass_action.compile_arrays(
            self.species_index,
            [self.rate_constant_values[r.rate] for r in self.reactions],
            [r.reactants for r in self.reactions],
            [self.changes(r) for r in self.reactions],
        )

    def reaction_rates(self, states: ArrayLike) -> Array:
        """Return the mass-action rates lambda = kappa prod x_i^Y_i at one or many states.

        Parameters
        ----------
        states : array_like, shape (..., species)
            Concentrations in the order of `species`.

        Returns
        -------
        numpy.ndarray, shape (..., reactions)
        """
        return mass_action.reaction_rates(self._arrays, self._checked_states(states))

    def right_hand_side(self, states: ArrayLike) -> Array:
        """Return dx/dt of equation (2) at one or many states.

        Parameters
        ----------
        states : array_like, shape (..., species)
            Concentrations in the order of `species`.

        Returns
        -------
        numpy.ndarray, shape (..., species)
            Zero for enzymatic and buffered species.
        """
        return mass_action.right_hand_side(self._arrays, self._checked_states(states))

    def stoichiometry_matrix(self) -> NDArray[np.int64]:
        """Return the reaction vectors as columns, shape (species, reactions).

        The rows of buffered species are 0: nothing changes them.

        Raises
        ------
        CrnError
            If the dense matrix would have more than 2e8 entries.
        """
        shape = (len(self.species), len(self.reactions))
        if shape[0] * shape[1] > _LARGEST_DENSE_MATRIX:
            raise CrnError(
                f"a dense stoichiometric matrix of {shape[0]} species and {shape[1]} "
                f"reactions does not fit into memory; use Reaction.vector of the reactions instead"
            )
        matrix = np.zeros(shape, dtype=np.int64)
        arrays = self._arrays
        matrix[arrays.changed_species, arrays.changing_reaction] = arrays.change
        return matrix

    def reaction_vectors(self) -> NDArray[np.int64]:
        """Return the reaction vectors (product minus reactant complex) as rows."""
        return self.stoichiometry_matrix().T

    def _checked_states(self, states: ArrayLike) -> Array:
        array = np.asarray(states, dtype=np.float64)
        if array.ndim == 0 or array.shape[-1] != len(self.species):
            raise CrnError(
                f"the states have shape {array.shape}, but the last axis must hold the "
                f"{len(self.species)} species"
            )
        return array

    def to_text(self, limit: int | None = None) -> str:
        """Return the reactions as a chemist writes them, one a line.

        Parameters
        ----------
        limit : int, optional
            Show at most this many reactions and say how many were left out.
        """
        shown = self.reactions[:limit]
        lines = [str(reaction) for reaction in shown]
        if len(shown) < len(self.reactions):
            lines.append(f"... and {len(self.reactions) - len(shown):,} more")
        return "\n".join(lines)

    def __str__(self) -> str:
        return f"{self!r}\n{self.to_text(_PRINTED_REACTIONS)}"

    def _repr_html_(self) -> str:
        """Show the first reactions in a notebook."""
        rows = [
            (
                r.id,
                f"{format_complex(r.reactants)} → {format_complex(r.products)}",
                self.rate_constant_values[r.rate],
            )
            for r in self.reactions[:MOST_ROWS]
        ]
        columns = ("reaction", "equation", "rate constant")
        return html_table(repr(self), columns, rows, len(self.reactions))

    def __repr__(self) -> str:
        held = f" and {len(self.buffered_species):,} buffered" if self.buffered_species else ""
        return (
            f"Crn {self.name}: {len(self.dynamic_species):,} dynamic and "
            f"{len(self.enzymatic_species):,} enzymatic{held} species, "
            f"{counted(len(self.reactions), 'reaction')}"
        )


def _check_known(
    given: Mapping[str, float], known: Mapping[str, None], value: str, owner: str
) -> None:
    if unknown := [key for key in given if key not in known]:
        raise CrnError(f"there is no {owner} {unknown[0]!r} to give the {value} to")


def _check_unique_ids(crn: Crn) -> None:
    ids = [item.id for part in (crn.species, crn.rate_constants, crn.reactions) for item in part]
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        twice = next(i for i in ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
        raise CrnError(f"the id {twice!r} stands for two things; ids must be unique")


def _check_references(crn: Crn) -> None:
    if not crn.species:
        raise CrnError("a reaction network needs at least one species (Definition 2.1)")
    known, rates = {s.id for s in crn.species}, {k.id for k in crn.rate_constants}
    used: set[str] = set()
    for reaction in crn.reactions:
        used.update(s for s, _ in reaction.reactants)
        used.update(s for s, _ in reaction.products)
        if reaction.rate not in rates:
            raise CrnError(
                f"reaction {reaction.id} has the unknown rate constant {reaction.rate!r}"
            )
    if unknown := used - known:
        raise CrnError(f"a reaction holds {sorted(unknown)[0]!r}, which is no species")
    if unused := known - used:
        raise CrnError(
            f"species {sorted(unused)[0]!r} occurs in no reaction; Definition 2.1 wants each "
            f"species in at least one complex"
        )


def _check_edges(reactions: Iterable[Reaction]) -> None:
    edges: dict[object, str] = {}
    for reaction in reactions:
        other = edges.setdefault(reaction.key, reaction.id)
        if other != reaction.id:
            raise CrnError(
                f"reactions {other} and {reaction.id} are the same edge {reaction}; "
                f"merge them and add up their rate constants"
            )
