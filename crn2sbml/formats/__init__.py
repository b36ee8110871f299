"""Files of models, both ways. A format knows only :class:`~crn2sbml.Crn` and texts."""

from __future__ import annotations

from crn2sbml.formats.antimony.read import from_antimony, load_antimony
from crn2sbml.formats.files import (
    load_crn,
    load_network,
    save_antimony,
    save_crn,
    save_sbml,
    to_antimony,
    to_sbml,
)
from crn2sbml.formats.sbml.read import from_sbml, load_sbml

__all__ = [
    "from_antimony",
    "from_sbml",
    "load_antimony",
    "load_crn",
    "load_network",
    "load_sbml",
    "save_antimony",
    "save_crn",
    "save_sbml",
    "to_antimony",
    "to_sbml",
]
