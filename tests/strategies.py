"""Random networks, inputs and small reaction networks for property tests."""

from itertools import pairwise

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork

# Examples of a property in the everyday profile.
EVERYDAY = 25


def examples(number):
    """So many examples every day, and as many times more as others have in the long profile."""
    return settings(max_examples=number * settings().max_examples // EVERYDAY)


# Exact zeros and both signs on purpose: halves of weights vanish, reactions are dropped.
# Rounded, so that no product is too small for a file (denormal numbers have tests of their own).
weights = st.one_of(st.just(0.0), st.floats(-2.0, 2.0).map(lambda value: round(value, 9)))


@st.composite
def activations(draw, orders=(2, 3, 4), mixed=True, min_h=0.05):
    chosen = draw(st.sets(st.sampled_from(orders), min_size=1, max_size=2 if mixed else 1))
    decay = {order: draw(st.floats(0.3, 2.0)) for order in sorted(chosen)}
    return Activation(draw(st.floats(min_h, 2.0)), decay)


@st.composite
def networks(draw, max_depth=3, max_width=4, marks=True, **activation_options):
    widths = draw(st.lists(st.integers(1, max_width), min_size=2, max_size=max_depth + 1))
    layers = []
    for before, width in pairwise(widths):
        entries = draw(
            st.lists(weights, min_size=width * (before + 1), max_size=width * (before + 1))
        )
        table = np.array(entries).reshape(width, before + 1)
        activation = draw(activations(**activation_options))
        sparse = marks and draw(st.booleans())
        layers.append(Layer(table[:, 1:], table[:, 0], activation, sparse))
    return NeuralNetwork(layers)


def inputs_for(network, rows=1):
    values = st.one_of(st.just(0.0), st.floats(0.0, 3.0).map(lambda value: round(value, 9)))
    width = network.widths[0]
    return st.lists(values, min_size=rows * width, max_size=rows * width).map(
        lambda entries: np.array(entries).reshape(rows, width)
    )
