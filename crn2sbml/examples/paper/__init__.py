"""Section 6 of the paper: its random numbers, its network, its figures and numbers."""

from __future__ import annotations

from crn2sbml.examples.paper.comparison import Comparison
from crn2sbml.examples.paper.random_stream import MatlabStream
from crn2sbml.examples.paper.reproduce import reproduce_paper
from crn2sbml.examples.paper.setting import Setting, load_image, section_6_setting

__all__ = [
    "Comparison",
    "MatlabStream",
    "Setting",
    "load_image",
    "reproduce_paper",
    "section_6_setting",
]
