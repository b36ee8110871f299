"""Chemical reaction networks with mass-action kinetics (section 2 of the paper).

Nothing here knows of neural networks or file formats. The strings `role` and `row` of species
and reactions, and the metadata of a network, are carried along unread for those who do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml import mass_action
from crn2sbml.activations import Array
from crn2sbml.errors import CrnError

Complex = tuple[tuple[str, int], ...]
"""A complex as (species id, coefficient) pairs, in the order a chemist writes them."""

# The identifiers that SBML, Antimony and Python share.
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

# Above this a dense stoichiometric matrix would not fit into ordinary memory (in entries).
_LARGEST_DENSE_MATRIX = 200_000_000

# print(crn) shows this many reactions; to_text() shows all.
_PRINTED_REACTIONS = 60


@dataclass(frozen=True, slots=True)
class Species:
    """A chemical species and its initial concentration.

    Parameters
    ----------
    id : str
        Letters, digits and underscores, not starting with a digit.
    initial : float, default 0.0
        Initial concentration, finite and >= 0.
    name : str, optional
        Readable name for people.
    role : str, optional
        What the species stands for, carried along unread.
    """

    id: str
    initial: float = 0.0
    name: str | None = None
    role: str | None = None

    def __post_init__(self) -> None:
        _check_id(self.id, "species")
        if not (math.isfinite(self.initial) and self.initial >= 0):
            raise CrnError(
                f"species {self.id} starts at {self.initial!r}; "
                f"a concentration must be finite and >= 0"
            )
        _check_label(self.name, f"the name of species {self.id}")


@dataclass(frozen=True, slots=True)
class RateConstant:
    """A mass-action rate constant kappa > 0, shared by one or more reactions."""

    id: str
    value: float = 1.0
    name: str | None = None

    def __post_init__(self) -> None:
        _check_id(self.id, "rate constant")
        if not (math.isfinite(self.value) and self.value > 0):
            raise CrnError(
                f"rate constant {self.id} is {self.value!r}; it must be finite and > 0 "
                f"(leave the reaction out instead of giving it rate 0)"
            )
        _check_label(self.name, f"the name of rate constant {self.id}")


@dataclass(frozen=True, slots=True)
class Reaction:
    """A directed edge from one complex to another.

    Parameters
    ----------
    id : str
        Unique within a network.
    reactants, products : tuple of (str, int)
        Species ids with positive stoichiometric coefficients; ``()`` is the empty complex 0.
    rate : str
        Id of the rate constant.
    row : str, optional
        Where the reaction comes from, carried along unread.

    Raises
    ------
    CrnError
        If a coefficient is not a positive integer, a species stands twice in a complex, or both
        complexes are the same (Definition 2.1: no edge from a vertex to itself).
    """

    id: str
    reactants: Complex
    products: Complex
    rate: str
    row: str | None = None

    def __post_init__(self) -> None:
        _check_id(self.id, "reaction")
        for side in (self.reactants, self.products):
            for species, coefficient in side:
                if type(coefficient) is not int or coefficient < 1:
                    raise CrnError(
                        f"reaction {self.id}: the coefficient of {species} is {coefficient!r}; "
                        f"complexes are combinations over the positive integers (Definition 2.1)"
                    )
            if len(side) > 1 and len({species for species, _ in side}) < len(side):
                raise CrnError(
                    f"reaction {self.id}: a species stands twice in {format_complex(side)}; "
                    f"add up its coefficients"
                )
        if self.reactants == self.products or self.key[0] == self.key[1]:
            raise CrnError(
                f"reaction {self.id} leads from {format_complex(self.reactants)} to itself, "
                f"which Definition 2.1 excludes; leave it out"
            )

    @property
    def key(self) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
        """The edge itself: both complexes, without regard to the order of writing."""
        return frozenset(self.reactants), frozenset(self.products)

    @property
    def vector(self) -> dict[str, int]:
        """The non-zero entries of the reaction vector, product minus reactant complex."""
        change = {species: -coefficient for species, coefficient in self.reactants}
        for species, coefficient in self.products:
            change[species] = change.get(species, 0) + coefficient
        return {species: entry for species, entry in change.items() if entry}

    def __str__(self) -> str:
        left, right = format_complex(self.reactants), format_complex(self.products)
        return f"{left} --{self.rate}--> {right}"


@dataclass(frozen=True)
class Crn:
    """A mass-action reaction network {S, C, R} with rate constants and initial concentrations.

    The complexes C are those of the reactions, so that a network is fully given by its species
    and reactions.

    Parameters
    ----------
    species : sequence of Species
    rate_constants : sequence of RateConstant
    reactions : sequence of Reaction
    name : str, default "crn"
        Identifier of the whole network.
    metadata : mapping of str to str, optional
        Notes about the origin, carried along unread.

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

    def __post_init__(self) -> None:
        for attribute in ("species", "rate_constants", "reactions"):
            object.__setattr__(self, attribute, tuple(getattr(self, attribute)))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        _check_id(self.name, "network")
        for key, value in self.metadata.items():
            _check_label(f"{key} {value}", f"the metadata entry {key!r}")
        _check_unique_ids(self)
        _check_references(self)
        _check_edges(self.reactions)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Crn], tuple[object, ...]]:
        """Pickle without the mapping proxy and the cached arrays."""
        parts = (self.species, self.rate_constants, self.reactions, self.name, dict(self.metadata))
        return Crn, parts

    @classmethod
    def from_text(
        cls,
        reactions: Iterable[str],
        *,
        rate_constants: Mapping[str, float] | None = None,
        initial: Mapping[str, float] | None = None,
        name: str = "crn",
    ) -> Crn:
        """Build a network from reactions written as a chemist writes them.

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
            Identifier of the network.

        Returns
        -------
        Crn
            Species in the order of their first appearance.
        """
        parsed = [_parse_reaction(text, number) for number, text in enumerate(reactions, start=1)]
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
    def species_index(self) -> dict[str, int]:
        """Position of each species id."""
        return {species: index for index, species in enumerate(self.species_ids)}

    @cached_property
    def dynamic_species(self) -> tuple[str, ...]:
        """Ids of the species that some reaction changes (Definition 5.1)."""
        return tuple(s for s in self.species_ids if s in self._changed)

    @cached_property
    def enzymatic_species(self) -> tuple[str, ...]:
        """Ids of the species that no reaction changes (Definition 5.1)."""
        return tuple(s for s in self.species_ids if s not in self._changed)

    @cached_property
    def _changed(self) -> frozenset[str]:
        return frozenset(species for r in self.reactions for species in r.vector)

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
            [r.vector for r in self.reactions],
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
            Zero for enzymatic species.
        """
        return mass_action.right_hand_side(self._arrays, self._checked_states(states))

    def stoichiometry_matrix(self) -> NDArray[np.int64]:
        """Return the reaction vectors as columns, shape (species, reactions).

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

    def __repr__(self) -> str:
        return (
            f"Crn {self.name}: {len(self.dynamic_species):,} dynamic and "
            f"{len(self.enzymatic_species):,} enzymatic species, {len(self.reactions):,} reactions"
        )


def union(first: Crn, *others: Crn, name: str | None = None) -> Crn:
    """Unite networks: a set union of their reactions, species and rate constants.

    A reaction is an edge between two complexes: one that occurs in several parts occurs once in
    the whole, and a species that is enzymatic in one part may be dynamic in the whole (section 5.2,
    Step 3).

    Parameters
    ----------
    first, *others : Crn
        Networks whose equal ids mean equal things.
    name : str, optional
        Identifier of the union; that of `first` unless given.

    Returns
    -------
    Crn
        In the order of the parts.

    Raises
    ------
    CrnError
        If the same id or reaction stands for different things in two parts.

    Examples
    --------
    >>> from crn2sbml import Crn, union
    >>> example = Crn.from_text(["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"])
    >>> whole = union(example, Crn.from_text(["Z + F --k3--> Z"]))
    >>> whole.dynamic_species, whole.enzymatic_species
    (('X', 'Y', 'F'), ('E', 'Z'))
    """
    parts = (first, *others)
    species = _merged([s for part in parts for s in part.species], "species")
    constants = _merged([k for part in parts for k in part.rate_constants], "rate constant")
    edges: dict[object, Reaction] = {}
    ids: set[str] = set()
    for reaction in (r for part in parts for r in part.reactions):
        known = edges.setdefault(reaction.key, reaction)
        if known is reaction:
            edges[reaction.key] = _with_free_id(reaction, ids)
        if known.rate != reaction.rate:
            raise CrnError(
                f"the reaction {format_complex(reaction.reactants)} -> "
                f"{format_complex(reaction.products)} has rate constant {known.rate} in one part "
                f"and {reaction.rate} in another; give both the same"
            )
    return Crn(species, constants, tuple(edges.values()), name or first.name)


def subnetwork(crn: Crn, reaction_ids: Iterable[str], name: str | None = None) -> Crn:
    """Return the network of some of the reactions, with the species that occur in them.

    Parameters
    ----------
    crn : Crn
        The whole network.
    reaction_ids : iterable of str
        Ids of the reactions to keep.
    name : str, optional
        Identifier of the subnetwork.

    Returns
    -------
    Crn
        In the order of `crn`. Its enzymatic species may be dynamic in `crn` (section 5.1).

    Raises
    ------
    CrnError
        If there is no such reaction.
    """
    wanted = set(reaction_ids)
    if missing := wanted - {r.id for r in crn.reactions}:
        raise CrnError(f"the network has no reaction {sorted(missing)[0]!r}")
    return keep_reactions(crn, [r for r in crn.reactions if r.id in wanted], name or crn.name)


def keep_reactions(crn: Crn, reactions: Iterable[Reaction], name: str) -> Crn:
    """Return the network of the given reactions with the species and constants they use."""
    kept = tuple(reactions)
    used = {s for r in kept for side in (r.reactants, r.products) for s, _ in side}
    rates = {r.rate for r in kept}
    return Crn(
        tuple(s for s in crn.species if s.id in used),
        tuple(k for k in crn.rate_constants if k.id in rates),
        kept,
        name,
    )


def format_complex(side: Complex) -> str:
    """Write a complex as a chemist does.

    Examples
    --------
    >>> format_complex((("X", 2), ("E", 1)))
    '2 X + E'
    >>> format_complex(())
    '0'
    """
    return " + ".join(s if n == 1 else f"{n} {s}" for s, n in side) or "0"


def _check_id(identifier: str, what: str) -> None:
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise CrnError(
            f"{identifier!r} cannot be the id of a {what}; use letters, digits and underscores, "
            f"not starting with a digit"
        )


def _check_label(text: str | None, what: str) -> None:
    """Files hold names in attributes and comments, where a line break would do harm."""
    if text is not None and not text.isprintable():
        raise CrnError(f"{what} is {text!r}; names must be printable and on one line")


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


_Item = TypeVar("_Item", Species, RateConstant)


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


_ARROW = re.compile(r"\s*(?:->|--\s*(\w+)\s*-->)\s*")
_TERM = re.compile(r"(?:(\d+)\s*\*?\s*)?([A-Za-z_]\w*)", re.ASCII)


def _parse_reaction(text: str, number: int) -> Reaction:
    parts = _ARROW.split(text.strip())
    if len(parts) != 3:
        raise CrnError(f"reaction {number}, {text!r}, needs one arrow: 'A + B -> 2 C'")
    left, rate, right = parts
    return Reaction(
        f"R{number}", _parse_complex(left, text), _parse_complex(right, text), rate or f"k{number}"
    )


def _parse_complex(text: str, reaction: str) -> Complex:
    if text.strip() in ("0", ""):
        return ()
    terms = []
    for term in text.split("+"):
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise CrnError(f"cannot read {term.strip()!r} in {reaction!r}; write '2 X' or 'X'")
        terms.append((match[2], int(match[1] or 1)))
    return tuple(terms)
