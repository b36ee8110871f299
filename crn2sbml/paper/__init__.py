"""Section 6 of the paper: its random numbers, its network, its figures."""

from __future__ import annotations

from crn2sbml.paper.random_stream import MatlabStream
from crn2sbml.paper.setting import Setting, load_image, section_6_setting

__all__ = ["MatlabStream", "Setting", "load_image", "section_6_setting"]
