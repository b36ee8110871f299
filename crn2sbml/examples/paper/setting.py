"""The network and the image that section 6 of the paper starts from, draw for draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.examples.paper.random_stream import MatlabStream
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork

SEED = 1234
INPUTS, HIDDEN, OUTPUTS = 784, 40, 10
_TRAINING_IMAGES = 60_000
# Starts are uniform up to this.
_LARGEST_START = 10.0
_BRIGHTEST = 255.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the paper's code draws before it computes anything.

    Parameters
    ----------
    network : NeuralNetwork
        784-40-10, weights normal with variance 1 / inputs, biases standard normal.
    starts : numpy.ndarray, shape (50,)
        Concentrations of the hidden and then the output nodes at time 0.
    image : int
        Number of the image in MNIST's training file, counted from 1.
    """

    network: NeuralNetwork
    starts: Array
    image: int


def section_6_setting(activation: Activation | None = None, seed: int = SEED) -> Setting:
    """Draw the network, the starts and the image of section 6 in the order of the paper's code.

    Parameters
    ----------
    activation : Activation, optional
        Activation of all nodes; h = 1 and q = 2 unless given.
    seed : int, default 1234
        Seed of MATLAB's ``rng``.

    Returns
    -------
    Setting

    Examples
    --------
    >>> section_6_setting().image
    25358
    """
    stream = MatlabStream(seed)
    first = stream.randn(HIDDEN, INPUTS) / math.sqrt(INPUTS)
    second = stream.randn(OUTPUTS, HIDDEN) / math.sqrt(HIDDEN)
    biases = stream.randn(HIDDEN), stream.randn(OUTPUTS)
    starts = _LARGEST_START * stream.rand(HIDDEN + OUTPUTS)
    chosen = activation or Activation()
    network = NeuralNetwork(
        [Layer(first, biases[0], chosen), Layer(second, biases[1], chosen)],
        output_names=[f"digit {digit}" for digit in range(OUTPUTS)],
    )
    return Setting(network, starts, stream.randperm(_TRAINING_IMAGES))


def load_image(number: int) -> Array:
    """Return one of the two MNIST images that section 6 shows, pixels from 0 to 1.

    Parameters
    ----------
    number : {25358, 30}
        Number of the image in MNIST's training file, counted from 1: the 5 of the printed
        activations, or the 7 of Figures 7 and 10.

    Returns
    -------
    numpy.ndarray, shape (784,)
        The pixels, row by row.
    """
    text = (
        files("crn2sbml.examples.paper").joinpath(f"image_{number}.csv").read_text(encoding="ascii")
    )
    return np.array([float(pixel) for pixel in text.replace("\n", ",").split(",") if pixel]) / (
        _BRIGHTEST
    )
