"""What a neural network is: activations, layers, file, codec, steady state; not chemistry."""

from __future__ import annotations

from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from crn2sbml.neural.network import Layer, NeuralNetwork

__all__ = [
    "Activation",
    "Codec",
    "Decoder",
    "Encoder",
    "Layer",
    "NeuralNetwork",
]
