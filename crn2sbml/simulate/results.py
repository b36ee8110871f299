"""What a simulation returns."""

from __future__ import annotations

from dataclasses import dataclass

from crn2sbml._support.arrays import Array
from crn2sbml._support.html import MOST_ROWS, html_table
from crn2sbml.errors import InputValueError


@dataclass(frozen=True, slots=True, eq=False)
class SteadyState:
    """The settled chemistry for a batch of inputs.

    Parameters
    ----------
    outputs : numpy.ndarray, shape (n, outputs)
        Concentrations of the output nodes, one input a row.
    activations : tuple of numpy.ndarray
        Concentrations of each layer after the input, shape (n, nodes) each.
    error_bound : float
        Proven bound of the distance to the true steady state, absolute, over all nodes and inputs.
    time : float
        Model time at which the concentrations were read, of the longest run. It may lie far beyond
        the settling time: late steps of the implicit integrator are long and cost nothing.
    """

    outputs: Array
    activations: tuple[Array, ...]
    error_bound: float
    time: float


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Concentrations over time.

    Parameters
    ----------
    times : numpy.ndarray, shape (points,)
        Model times.
    values : numpy.ndarray, shape (points, species)
        Concentrations of the dynamic species.
    species_ids : tuple of str
        Their ids, in the order of the columns of `values`.
    """

    times: Array
    values: Array
    species_ids: tuple[str, ...]

    def _repr_html_(self) -> str:
        """Show where the species start and end in a notebook."""
        rows = [
            (species, float(self.values[0, number]), float(self.values[-1, number]))
            for number, species in enumerate(self.species_ids[:MOST_ROWS])
        ]
        caption = f"Trajectory, {len(self.times):,} times from 0 to {self.times[-1]:g}"
        return html_table(caption, ("species", "start", "end"), rows, len(self.species_ids))

    def __getitem__(self, species_id: str) -> Array:
        """Return the course of one species."""
        if species_id not in self.species_ids:
            raise InputValueError(
                f"the trajectory has no species {species_id!r}; "
                f"it has {', '.join(self.species_ids)}"
            )
        return self.values[:, self.species_ids.index(species_id)]
