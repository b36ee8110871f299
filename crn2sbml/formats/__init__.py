"""File formats. Each knows only :class:`~crn2sbml.chemistry.crn.Crn`."""

from __future__ import annotations

from crn2sbml.formats.antimony.read import from_antimony, load_antimony
from crn2sbml.formats.antimony.write import save_antimony, to_antimony
from crn2sbml.formats.sbml.read import from_sbml, load_sbml
from crn2sbml.formats.sbml.write import save_sbml, to_sbml

__all__ = [
    "from_antimony",
    "from_sbml",
    "load_antimony",
    "load_sbml",
    "save_antimony",
    "save_sbml",
    "to_antimony",
    "to_sbml",
]
