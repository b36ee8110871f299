"""The training loop: closed form and chemistry, seeds, batches, history, errors."""

from typing import ClassVar

import numpy as np
import pytest

from crn2sbml import Activation, NeuralNetwork, train_network
from crn2sbml.data import load_digits, load_xor, split
from crn2sbml.errors import ConcentrationError, InputValueError, NetworkError, UnsupportedError
from crn2sbml.simulate import Simulator
from crn2sbml.simulate.runner import Runner
from crn2sbml.training import (
    Batches,
    Chemistry,
    Descent,
    Validation,
    loop,
    share_correct,
)

# The issue of the two forward passes: activations are settled to 1e-6 in each of ten steps.
SAME_WEIGHTS = 1e-6


def weights_of(network):
    return np.concatenate(
        [np.concatenate([layer.weights.ravel(), layer.biases]) for layer in network.layers]
    )


def small_digits():
    training, test = split(load_digits(), 0.2, np.random.default_rng(0))
    return training, test


def test_both_forward_passes_give_the_same_weights_after_ten_steps():
    training, _ = small_digits()
    start = NeuralNetwork.random((64, 16, 10), rng=3)
    results = [
        train_network(
            start,
            training.inputs,
            training.targets,
            Descent(10),
            batches=Batches(20, rng=4),
            chemistry=chemistry,
        )
        for chemistry in (None, Chemistry())
    ]
    closed, chemical = (weights_of(result.network) for result in results)
    assert np.abs(closed - weights_of(start)).max() > 1e-2
    np.testing.assert_allclose(chemical, closed, rtol=0, atol=SAME_WEIGHTS)


class CountingSimulator(Simulator):
    """A simulator that writes down, when it is closed, how often each worker loaded a model."""

    closed: ClassVar[list[dict[int, int]]] = []

    def close(self):
        self.closed.append(dict(self._pool.worker_loads))
        super().close()


def test_each_worker_loads_its_model_once_and_follows_the_weights(monkeypatch):
    training, _ = small_digits()
    start = NeuralNetwork.random((64, 4, 10), rng=3)
    data = training.inputs, training.targets
    batches = Batches(300, rng=1)
    alone = train_network(start, *data, Descent(30), batches=batches, chemistry=Chemistry())
    monkeypatch.setattr(loop, "Simulator", CountingSimulator)
    before = Runner.loads
    shared = train_network(
        start, *data, Descent(30), batches=batches, chemistry=Chemistry(workers=2)
    )
    assert shared.network == alone.network
    assert Runner.loads == before  # nothing is loaded in this process
    (loads,) = CountingSimulator.closed
    assert 1 <= len(loads) <= 2  # one worker may do it all before the other is up
    assert set(loads.values()) == {1}


def test_mixed_activations_train_through_the_chemistry_too():
    xor = load_xor()
    activations = [Activation(0.5, {2: 1.0, 3: 0.2}), Activation(0.1, {3: 1.0})]
    start = NeuralNetwork.random((2, 3, 1), activations, rng=3)
    closed, chemical = (
        train_network(start, xor.inputs, xor.targets, Descent(10), chemistry=chemistry)
        for chemistry in (None, Chemistry())
    )
    np.testing.assert_allclose(
        weights_of(chemical.network), weights_of(closed.network), rtol=0, atol=SAME_WEIGHTS
    )


@pytest.mark.parametrize("chemistry", [None, Chemistry()], ids=["closed form", "chemistry"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(chemistry):
    training, _ = small_digits()
    start = NeuralNetwork.random((64, 4, 10), rng=3)
    data = training.inputs, training.targets
    first, again, other = (
        train_network(start, *data, Descent(4), batches=Batches(10, seed), chemistry=chemistry)
        for seed in (1, 1, 2)
    )
    assert first.network == again.network
    assert first.network != other.network


def test_training_learns_the_digits():
    training, test = small_digits()
    result = train_network(
        NeuralNetwork.random((64, 16, 10), rng=1),
        training.inputs,
        training.targets,
        Descent(400),
        batches=Batches(50, rng=1),
        validation=Validation(test.inputs, test.targets),
    )
    assert result.history.cost[-20:].mean() < 0.3 * result.history.cost[0]
    assert result.history.validation_accuracy[-1] > 0.9
    seen = np.isfinite(result.history.validation_accuracy)
    np.testing.assert_array_equal(np.flatnonzero(seen), np.arange(9, 400, 10))
    assert (np.diff(result.history.seconds) >= 0).all()


def test_names_and_activations_survive_training():
    xor = load_xor()
    layers = NeuralNetwork.random((2, 3, 1), Activation(0.3), rng=1).layers
    start = NeuralNetwork(layers, ["a", "b"], ["a xor b"])
    trained = train_network(start, xor.inputs, xor.targets, Descent(1)).network
    assert (trained.input_names, trained.output_names) == (("a", "b"), ("a xor b",))
    assert [layer.activation for layer in trained.layers] == [Activation(0.3)] * 2


def test_the_plain_relu_trains_in_closed_form_and_not_in_chemistry():
    data, _ = small_digits()
    start = NeuralNetwork.random((64, 16, 10), Activation(0.0), rng=1)
    result = train_network(
        start, data.inputs, data.targets, Descent(100), batches=Batches(50, rng=1)
    )
    assert result.history.cost[-10:].mean() < 0.5 * result.history.cost[0]
    with pytest.raises(UnsupportedError, match="h = 0"):
        train_network(start, data.inputs, data.targets, chemistry=Chemistry())


def test_the_callback_sees_every_network():
    xor = load_xor()
    start = NeuralNetwork.random((2, 2, 1), rng=1)
    seen = []
    result = train_network(
        start,
        xor.inputs,
        xor.targets,
        Descent(3, callback=lambda number, network: seen.append((number, network))),
    )
    assert [number for number, _ in seen] == [0, 1, 2, 3]
    assert seen[0][1] == start
    assert seen[-1][1] == result.network


def test_the_history_is_written_as_a_table(tmp_path):
    xor = load_xor()
    result = train_network(
        NeuralNetwork.random((2, 2, 1), rng=1), xor.inputs, xor.targets, Descent(2)
    )
    result.history.save_csv(tmp_path / "history.csv")
    header, first, _ = (tmp_path / "history.csv").read_text().splitlines()
    assert header == "round,cost,accuracy,validation_cost,validation_accuracy,seconds"
    number, cost, _, _, validation, _ = first.split(",")
    assert (number, float(cost), validation) == ("1", result.history.cost[0], "")


def test_decisions_with_one_output_take_the_side_of_the_midpoint():
    outputs, targets = np.array([[0.6], [0.4], [0.7]]), np.array([[1.0], [0.0], [0.0]])
    assert share_correct(outputs, targets) == pytest.approx(2 / 3)
    assert np.isnan(share_correct(outputs, np.array([[1.0], [2.0], [3.0]])))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"batches": Batches(5, rng=1)}, InputValueError, "4 examples; use 1 .. 4"),
        ({"inputs": [[0.0, -1.0]] * 4}, InputValueError, "max\\(d, 0\\)"),
        ({"inputs": [[0.0, np.nan]] * 4}, InputValueError, "finite"),
        ({"inputs": [[0.0]] * 4}, InputValueError, "1 input "),
        ({"targets": [[0.0]] * 3}, InputValueError, "4 inputs, but 3 targets"),
        ({"validation": Validation([[0.0]], [[0.0]])}, InputValueError, "validation data"),
        (
            {"targets": [[1e150]] * 4, "descent": Descent(5, learning_rate=1e10)},
            NetworkError,
            "diverged in round",
        ),
        ({"descent": 300}, InputValueError, "descent takes a Descent, not int"),
        ({"batches": 50}, InputValueError, r"pass one such as batches=Batches\(50, rng=1\)"),
        ({"chemistry": "roadrunner"}, InputValueError, "chemistry takes a Chemistry, not str"),
        ({"validation": ([[0.0]], [[0.0]])}, InputValueError, "takes a Validation, not tuple"),
        ({"checkpoints": "folder"}, InputValueError, "checkpoints takes a Checkpoints, not str"),
    ],
)
def test_bad_input_is_one_clear_error(change, error, words):
    xor = load_xor()
    options = {"inputs": xor.inputs, "targets": xor.targets, "descent": Descent(5), **change}
    with pytest.raises((error, ConcentrationError), match=words):
        train_network(NeuralNetwork.random((2, 2, 1), rng=1), **options)
