"""The mass-action right-hand side as flat arrays, vectorised over states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class MassActionArrays:
    """Rate constants, reactant complexes and reaction vectors of a Crn, in flat arrays."""

    species: int
    constants: Array
    """Rate constant of each reaction."""
    reactant: Indices
    """(reactions, terms): species of each term of the reactant complex, padded by `species`."""
    exponent: NDArray[np.int64]
    """(reactions, terms): coefficient of each term, padded by 1."""
    changed_species: Indices
    """Species of each non-zero entry of the stoichiometric matrix, sorted."""
    changing_reaction: Indices
    """Reaction of each of these entries."""
    change: Array
    """Value of each of these entries."""


def compile_arrays(
    index: Mapping[str, int],
    constants: Sequence[float],
    reactants: Sequence[Sequence[tuple[str, int]]],
    vectors: Sequence[Mapping[str, int]],
) -> MassActionArrays:
    """Flatten a Crn, given species positions, constants, reactant complexes and vectors."""
    terms = max((len(side) for side in reactants), default=0)
    reactant = np.full((len(reactants), terms), len(index), dtype=np.intp)
    exponent = np.ones((len(reactants), terms), dtype=np.int64)
    for number, side in enumerate(reactants):
        for term, (species, coefficient) in enumerate(side):
            reactant[number, term] = index[species]
            exponent[number, term] = coefficient
    entries = sorted(
        (index[species], number, change)
        for number, vector in enumerate(vectors)
        for species, change in vector.items()
    )
    columns = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return MassActionArrays(
        len(index),
        np.array(constants, dtype=np.float64),
        reactant,
        exponent,
        columns[0].astype(np.intp),
        columns[1].astype(np.intp),
        columns[2].astype(np.float64),
    )


def reaction_rates(arrays: MassActionArrays, states: Array) -> Array:
    """Return kappa prod x_i^Y_i, shape (..., reactions), for states of shape (..., species)."""
    one = np.ones((*states.shape[:-1], 1))
    padded = np.concatenate([states, one], axis=-1)
    rates = np.broadcast_to(arrays.constants, (*states.shape[:-1], len(arrays.constants))).copy()
    for term in range(arrays.reactant.shape[1]):
        rates *= padded[..., arrays.reactant[:, term]] ** arrays.exponent[:, term]
    return rates


def right_hand_side(arrays: MassActionArrays, states: Array) -> Array:
    """Return dx/dt of equation (2), shape (..., species)."""
    rates = reaction_rates(arrays, states)
    derivative = np.zeros(states.shape)
    if len(arrays.changed_species):
        contributions = arrays.change * rates[..., arrays.changing_reaction]
        species, starts = np.unique(arrays.changed_species, return_index=True)
        derivative[..., species] = np.add.reduceat(contributions, starts, axis=-1)
    return derivative
