"""The units of a page's numbers."""

from __future__ import annotations

from dataclasses import dataclass

from crn2sbml.chemistry.lab_units import LabUnits, scales


@dataclass(frozen=True, slots=True)
class PageUnits:
    """What turns dimensionless numbers into those of a page, and the words beside them.

    Parameters
    ----------
    lab : LabUnits or None
        What a concentration of 1 and a time of 1 stand for; None for dimensionless numbers.
    """

    lab: LabUnits | None

    @property
    def concentration(self) -> float:
        """What a concentration of 1 is in the units of the page."""
        return scales(self.lab)[0]

    @property
    def time(self) -> float:
        """What a time of 1 is in the units of the page."""
        return scales(self.lab)[1]

    @property
    def concentration_unit(self) -> str:
        """The unit to write behind a concentration, after a space; empty without units."""
        return "" if self.lab is None else f" {self.lab.concentration_unit}"

    @property
    def time_unit(self) -> str:
        """The unit to write behind a time, after a space; empty without units."""
        return "" if self.lab is None else f" {self.lab.time_unit}"

    def rate_constant_unit(self, order: int) -> str:
        """Return the unit to write behind a rate constant of an order, after a space."""
        return "" if self.lab is None else f" {self.lab.rate_constant_unit(order)}"
