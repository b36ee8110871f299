"""Targets as a user has them: labels of classes, and numbers in one dimension."""

import numpy as np
import pytest

from crn2sbml import Activation, Layer, NeuralNetwork, train_network
from crn2sbml.errors import InputValueError
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from crn2sbml.training import Batches, Descent, Validation
from crn2sbml.training.labels import as_targets

RNG = np.random.default_rng(2)
X = RNG.normal(size=(40, 2))
LABELS = np.where(X[:, 0] > 0, "up", "down")
MARKS = np.stack([LABELS == "down", LABELS == "up"], axis=1).astype(float)


def classifier(function="softmax", classes=("down", "up")):
    """A loaded classifier of two numbers of either sign, with differences for its logits."""
    halves = Encoder([True, True]).matrix[0]
    weights = RNG.normal(size=(4, 2)) @ halves
    last = halves.T @ RNG.normal(size=(2, 4))
    network = NeuralNetwork(
        [Layer(weights, np.zeros(4), Activation(0.1)), Layer(last, np.zeros(4), Activation(0.1))]
    )
    decoder = Decoder([True, True], function, classes=classes)
    return LoadedNetwork(network, Codec(Encoder([True, True]), decoder))


def test_labels_train_a_loaded_classifier_and_lower_its_cross_entropy():
    start = classifier()
    options = {"batches": Batches(20, rng=1), "validation": Validation(X, LABELS)}
    by_label = start.train(X, LABELS, **options)
    named = Descent(optimiser="adam", cost="softmax-cross-entropy")
    by_mark = start.train(X, MARKS, named, **{**options, "validation": Validation(X, MARKS)})
    assert by_label.network == by_mark.network
    assert by_label.history.validation_cost[-1] < by_label.history.cost[0]
    trained = start.with_network(by_label.network)
    probabilities = trained.outputs(X)[np.arange(40), MARKS.argmax(axis=1)]
    cost = -np.log(probabilities).mean()
    assert by_label.history.validation_cost[-1] == pytest.approx(cost)


def test_only_a_softmax_asks_for_the_cross_entropy():
    start = classifier("none")
    quadratic = start.train(X, MARKS, Descent(5, cost="quadratic"))
    assert start.train(X, MARKS, Descent(5)).network == quadratic.network
    softmax = classifier().train(X, MARKS, Descent(5)).history
    assert softmax.cost[0] != pytest.approx(quadratic.history.cost[0])


def test_labels_without_names_are_numbers_of_classes():
    decoder = Decoder([True, True], "softmax")
    np.testing.assert_array_equal(as_targets([1, 0], decoder, 2), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(as_targets([[1], [0]], decoder, 2), [[0, 1], [1, 0]])


def test_targets_of_one_output_may_be_flat():
    inputs, targets = np.abs(X), np.abs(X[:, 0])
    start = NeuralNetwork.random((2, 3, 1), rng=1)
    flat = train_network(start, inputs, targets, Descent(3), validation=Validation(inputs, targets))
    column = targets[:, np.newaxis]
    assert flat.network == train_network(start, inputs, column, Descent(3)).network
    assert np.isfinite(flat.history.validation_cost[-1])
    loaded = LoadedNetwork(start)
    assert loaded.train(inputs, targets, Descent(3)).network == flat.network


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["up", "left"] * 20, "label 2 of the targets is 'left', which is none of the classes"),
        ([0, 1] * 20, "label 1 of the targets is 0, which is none of the classes: down, up"),
    ],
)
def test_a_label_that_is_no_class_is_named(labels, words):
    with pytest.raises(InputValueError, match=words):
        classifier().train(X, labels)


def test_labels_are_refused_where_no_classes_are_known():
    with pytest.raises(InputValueError, match="targets of the training data are no numbers"):
        train_network(NeuralNetwork.random((2, 2), rng=1), np.abs(X), LABELS)
