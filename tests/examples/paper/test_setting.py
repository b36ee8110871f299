"""The activations that section 6 prints, to the last digit."""

import numpy as np
import pytest

from crn2sbml import Activation, Simulator
from crn2sbml.examples.paper import load_image, section_6_setting

# The paper prints 15 digits; rounding in another order of summation moves the last of them.
PRINTED = {
    (2, 1): 1.54691661955827,
    (2, 3): 0.885658219979311,
    (1, 1): 1.06208572398989,
    (1, 32): 0.72187173499449,
}
LAST_DIGIT = 1e-13


def test_the_image_is_the_one_that_the_paper_names():
    assert section_6_setting().image == 25358
    # Two fives and sevens are not mistaken for one another by their ink.
    assert round(load_image(25358).sum() * 255) != round(load_image(30).sum() * 255)
    for number in (25358, 30):
        image = load_image(number)
        assert image.shape == (784,)
        assert (image.min(), image.max()) == (0.0, 1.0)


def test_the_four_activations_have_every_printed_digit():
    setting = section_6_setting()
    activations = setting.network.activations(load_image(setting.image))
    for (layer, node), value in PRINTED.items():
        assert activations[layer - 1][0, node - 1] == pytest.approx(value, abs=LAST_DIGIT)


def test_roadrunner_settles_at_them_from_the_paper_s_own_start():
    setting = section_6_setting()
    with Simulator(setting.network) as simulator:
        settled = simulator.steady_state(
            load_image(setting.image), accuracy=1e-9, initial=setting.starts
        )
    for (layer, node), value in PRINTED.items():
        assert settled.activations[layer - 1][0, node - 1] == pytest.approx(value, abs=1e-9)


def test_another_activation_keeps_the_draws():
    cubic = section_6_setting(Activation(1.0, {3: 1.0}))
    square = section_6_setting()
    for one, other in zip(cubic.network.layers, square.network.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
    assert dict(cubic.network.layers[0].activation.decay) == {3: 1.0}
    np.testing.assert_array_equal(cubic.starts, square.starts)
