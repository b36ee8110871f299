"""Options of a training run: what they refuse, and what they make of their values."""

import numpy as np
import pytest

from crn2sbml.errors import InputValueError
from crn2sbml.training import (
    Adam,
    Batches,
    Checkpoints,
    Chemistry,
    Descent,
    GradientDescent,
    Validation,
)
from crn2sbml.training.costs import ReadoutCost


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Descent(rounds=0), "rounds is 0; it must be a whole number of at least 1"),
        (lambda: Descent(rounds=2.5), "rounds is 2.5"),
        (lambda: Descent(rounds=True), "rounds is True"),
        (lambda: Descent(learning_rate=-0.1), "learning_rate is -0.1"),
        (lambda: Descent(learning_rate=float("nan")), "learning_rate is nan"),
        (lambda: Descent(cost="hinge"), "no cost 'hinge'; choose one of"),
        (lambda: Descent(optimiser="lbfgs"), "no optimiser 'lbfgs'; choose one of"),
        (lambda: Descent(learning_rate=0.1, optimiser=Adam()), "has one of its own; leave one out"),
        (lambda: Descent(readout=[1.0, 2.0]), "readout must have 2 dimension"),
        (lambda: Batches(0, rng=1), "size of the batches is 0"),
        (lambda: Batches(2, rng=None), "drawn at random: pass rng"),
        (lambda: Batches(2, rng=-1), "rng is -1"),
        (lambda: Chemistry(accuracy=0.0), "accuracy is 0.0; it must be a positive number"),
        (lambda: Chemistry(accuracy=float("inf")), "accuracy is inf"),
        (lambda: Chemistry(workers=0), "workers is 0"),
        (lambda: Validation([[1.0]], [[1.0]], every=0), "every is 0"),
        (lambda: Validation([[1.0]], [[1.0]], patience=0), "patience is 0"),
        (lambda: Validation([["a"]], [[1.0]]), "inputs to validate on must be an array of numbers"),
        (lambda: Checkpoints("run", every=0), "every is 0"),
        (lambda: Checkpoints(3), "folder of the checkpoints is 3; it must be a path"),
    ],
)
def test_a_value_out_of_range_is_refused_where_it_is_given(make, words):
    with pytest.raises(InputValueError, match=words):
        make()


def test_a_descent_makes_its_cost_and_its_optimiser():
    assert Descent().make_optimiser() == GradientDescent(0.1)
    assert Descent(learning_rate=0.3, optimiser="adam").make_optimiser() == Adam(0.3)
    assert Descent(optimiser=Adam(0.2)).make_optimiser() == Adam(0.2)
    assert Descent(cost="one-norm").make_cost().name == "one-norm"
    paired = Descent(readout=[[1.0, -1.0]])
    assert isinstance(paired.make_cost(), ReadoutCost)
    np.testing.assert_array_equal(paired.read(np.array([[3.0, 1.0]])), [[2.0]])


def test_examples_to_validate_on_do_not_change_with_the_arrays_they_came_from():
    inputs = np.ones((2, 2))
    validation = Validation(inputs, [[1.0], [2.0]])
    inputs[:] = 5.0
    np.testing.assert_array_equal(validation.inputs, np.ones((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        validation.inputs[0, 0] = 2.0
