"""Steps of the optimisers, against their published formulas."""

import numpy as np
import pytest

from crn2sbml import NeuralNetwork, train_network
from crn2sbml.data import load_iris
from crn2sbml.errors import InputValueError
from crn2sbml.training import OPTIMISERS, Adam, Descent, GradientDescent, Momentum
from crn2sbml.training.optimisers import find_optimiser

GRADIENTS = np.random.default_rng(1).normal(size=(5, 3))


def steps_of(optimiser):
    state, steps = optimiser.start(3), []
    for gradient in GRADIENTS:
        step, state = optimiser.step(gradient, state)
        steps.append(step)
    return np.array(steps)


def test_plain_gradient_descent_goes_down_the_gradient():
    np.testing.assert_array_equal(steps_of(GradientDescent(0.25)), -0.25 * GRADIENTS)


def test_momentum_keeps_a_share_of_the_last_step():
    steps = steps_of(Momentum(0.5, 0.75))
    expected = np.zeros(3)
    for gradient, step in zip(GRADIENTS, steps, strict=True):
        expected = 0.75 * expected - 0.5 * gradient
        np.testing.assert_allclose(step, expected, rtol=1e-15)


def test_adam_is_algorithm_1_written_out():
    steps = steps_of(Adam(0.1, 0.8, 0.95, 1e-6))
    for component in range(3):
        m = v = 0.0
        for t, gradient in enumerate(GRADIENTS[:, component], start=1):
            m = 0.8 * m + 0.2 * gradient
            v = 0.95 * v + 0.05 * gradient**2
            hat_m, hat_v = m / (1 - 0.8**t), v / (1 - 0.95**t)
            expected = -0.1 * hat_m / (np.sqrt(hat_v) + 1e-6)
            assert steps[t - 1, component] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_learns(name):
    data = load_iris()
    start = NeuralNetwork.random((4, 4, 3), rng=1)
    rates = {"gradient-descent": 0.003, "momentum": 0.0005, "adam": 0.02}
    descent = Descent(400, rates[name], optimiser=name)
    result = train_network(start, data.inputs, data.targets, descent)
    assert result.history.cost[-1] < 0.4 * result.history.cost[0]


def test_a_learning_rate_has_one_place():
    assert find_optimiser("adam", None).learning_rate == 0.001
    assert find_optimiser("gradient-descent", None).learning_rate == 0.1
    assert find_optimiser("momentum", 0.5) == Momentum(0.5)
    assert find_optimiser(Adam(0.2), None) == Adam(0.2)
    with pytest.raises(InputValueError, match="leave one out"):
        find_optimiser(Adam(0.2), 0.1)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: GradientDescent(0.0), "learning_rate"),
        (lambda: Momentum(0.1, 1.0), "momentum"),
        (lambda: Adam(np.inf), "learning_rate"),
        (lambda: Adam(0.1, -0.1), "first_decay"),
        (lambda: Adam(0.1, 0.9, 1.5), "second_decay"),
        (lambda: Adam(0.1, epsilon=0.0), "epsilon"),
        (lambda: find_optimiser("newton", None), "'newton'; choose one of gradient-descent"),
    ],
)
def test_bad_settings_are_refused(build, words):
    with pytest.raises(InputValueError, match=words):
        build()
