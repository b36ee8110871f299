"""From a reaction network back to the neural network that it computes."""

from __future__ import annotations

from crn2sbml.extract.recognise import RecognisedNetwork, extract_network, recognise_network

__all__ = ["RecognisedNetwork", "extract_network", "recognise_network"]
