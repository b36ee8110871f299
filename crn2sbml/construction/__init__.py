"""Table 1 of the paper, there and back: compiling a network and recognising it again."""

from __future__ import annotations

from crn2sbml.construction.compile import compile_edge, compile_network
from crn2sbml.construction.origin import Origin
from crn2sbml.construction.recognise import RecognisedNetwork, extract_network, recognise_network

__all__ = [
    "Origin",
    "RecognisedNetwork",
    "compile_edge",
    "compile_network",
    "extract_network",
    "recognise_network",
]
