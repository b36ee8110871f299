"""File formats. Each knows only :class:`~crn2sbml.crn.Crn`."""

from __future__ import annotations

from crn2sbml.formats.antimony import save_antimony, to_antimony
from crn2sbml.formats.sbml import save_sbml, to_sbml

__all__ = ["save_antimony", "save_sbml", "to_antimony", "to_sbml"]
