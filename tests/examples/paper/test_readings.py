"""The readings of section 6.1 that are tried for Figure 14: each is what its name says."""

import numpy as np
import pytest

from crn2sbml import Activation
from crn2sbml.examples.paper.readings import CUBIC, READINGS, SMOOTHED_RELU

Z = np.linspace(-4, 30, 69)
# phi and z are found from one another by different formulas.
ROUNDING = 1e-11

BY_NAME = {reading.name: reading for reading in READINGS}


def reading(words):
    (found,) = [reading for name, reading in BY_NAME.items() if words in name]
    return found


@pytest.mark.parametrize(
    ("words", "formula"),
    [
        ("as printed", lambda z, phi: -phi / (z - 6 * phi**2)),
        ("3 phi^2", lambda z, phi: -phi / (z - 3 * phi**2)),
        ("derivative of the smoothed", lambda z, phi: (1 + z / np.sqrt(z**2 + 4)) / 2),
        ("derivative of the ReLU", lambda z, phi: z > 0),
        ("-x^3, derivative with 6", lambda z, phi: -phi / (z - 6 * phi**2)),
        ("-x^3 in place", lambda z, phi: -phi / (z - 3 * phi**2)),
    ],
)
def test_the_derivative_is_the_one_of_the_name(words, formula):
    for activation in reading(words).activations:
        phi = activation(Z)
        cubed = 1.0 if "-x^3" in words else 2.0
        np.testing.assert_allclose(1 + Z * phi - cubed * phi**3, 0, atol=1e-9 * phi.max() ** 3)
        np.testing.assert_allclose(
            activation.derivative_at_value(phi), formula(Z, phi), rtol=ROUNDING
        )


def test_only_one_thing_differs_from_what_is_printed():
    printed = reading("as printed")
    assert printed.activations == (CUBIC, CUBIC)
    assert (printed.learning_rate, printed.rounds_factor) == (0.1, 1)
    assert reading("hidden layer only").activations == (CUBIC, SMOOTHED_RELU)
    assert reading("output layer only").activations == (SMOOTHED_RELU, CUBIC)
    assert reading("h = 0.1").activations == (Activation(0.1, {3: 1.0}),) * 2
    assert (reading("eta = 1").learning_rate, reading("five times").rounds_factor) == (1.0, 5)
    start = printed.start()
    for other in READINGS:
        for one, two in zip(start.layers, other.start().layers, strict=True):
            np.testing.assert_array_equal(one.weights, two.weights)
