"""The training loop: closed form and chemistry, seeds, batches, history, errors."""

import os

import numpy as np
import pytest
import roadrunner

from crn2sbml import Activation, NeuralNetwork, train_network
from crn2sbml.data import load_digits, load_xor, split
from crn2sbml.errors import ConcentrationError, InputValueError, NetworkError, UnsupportedError
from crn2sbml.simulate import pool
from crn2sbml.training import share_correct

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
            rounds=10,
            batch_size=20,
            rng=4,
            forward=forward,
        )
        for forward in ("closed-form", "roadrunner")
    ]
    closed, chemical = (weights_of(result.network) for result in results)
    assert np.abs(closed - weights_of(start)).max() > 1e-2
    np.testing.assert_allclose(chemical, closed, rtol=0, atol=SAME_WEIGHTS)


LOADS = []


def count_loads():
    """Write down each model that this process loads from now on."""
    load = roadrunner.RoadRunner
    roadrunner.RoadRunner = lambda text: LOADS.append(text) or load(text)


def load_and_count(model, original=pool._load_in_worker):
    count_loads()
    original(model)


def count_runs_and_loads(job, original=pool._settle_in_worker):
    settled = original(job)
    # What is only reported carries the counts home.
    settled.times[:] = os.getpid()
    settled.provable[:] = len(LOADS)
    return settled


def test_each_worker_loads_its_model_once_and_follows_the_weights(monkeypatch):
    training, _ = small_digits()
    start = NeuralNetwork.random((64, 4, 10), rng=3)
    options = {"rounds": 30, "batch_size": 300, "rng": 1, "forward": "roadrunner"}
    expected = train_network(start, training.inputs, training.targets, **options).network
    monkeypatch.setattr(pool, "_load_in_worker", load_and_count)
    monkeypatch.setattr(pool, "_settle_in_worker", count_runs_and_loads)
    loads = {}
    settle_pieces = pool.Pool._settle_pieces

    def spy(self, jobs):
        for piece in settle_pieces(self, jobs):
            loads.setdefault(int(piece.times[0]), set()).add(int(piece.provable[0]))
            yield piece

    monkeypatch.setattr(pool.Pool, "_settle_pieces", spy)
    monkeypatch.setattr(roadrunner, "RoadRunner", None)  # nothing is loaded in this process
    found = train_network(start, training.inputs, training.targets, workers=2, **options).network
    assert found == expected
    assert os.getpid() not in loads
    assert 1 <= len(loads) <= 2  # one worker may do it all before the other is up
    assert all(counts == {1} for counts in loads.values())


def test_mixed_activations_train_through_the_chemistry_too():
    xor = load_xor()
    activations = [Activation(0.5, {2: 1.0, 3: 0.2}), Activation(0.1, {3: 1.0})]
    start = NeuralNetwork.random((2, 3, 1), activations, rng=3)
    closed, chemical = (
        train_network(start, xor.inputs, xor.targets, rounds=10, forward=forward)
        for forward in ("closed-form", "roadrunner")
    )
    np.testing.assert_allclose(
        weights_of(chemical.network), weights_of(closed.network), rtol=0, atol=SAME_WEIGHTS
    )


@pytest.mark.parametrize("forward", ["closed-form", "roadrunner"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(forward):
    training, _ = small_digits()
    start = NeuralNetwork.random((64, 4, 10), rng=3)
    options = {"rounds": 4, "batch_size": 10, "forward": forward}
    first, again, other = (
        train_network(start, training.inputs, training.targets, rng=seed, **options)
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
        rounds=400,
        batch_size=50,
        rng=1,
        validation=(test.inputs, test.targets),
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
    trained = train_network(start, xor.inputs, xor.targets, rounds=1).network
    assert (trained.input_names, trained.output_names) == (("a", "b"), ("a xor b",))
    assert [layer.activation for layer in trained.layers] == [Activation(0.3)] * 2


def test_the_plain_relu_trains_in_closed_form_and_not_in_chemistry():
    data, _ = small_digits()
    start = NeuralNetwork.random((64, 16, 10), Activation(0.0), rng=1)
    options = {"rounds": 100, "batch_size": 50, "rng": 1}
    result = train_network(start, data.inputs, data.targets, **options)
    assert result.history.cost[-10:].mean() < 0.5 * result.history.cost[0]
    with pytest.raises(UnsupportedError, match="h = 0"):
        train_network(start, data.inputs, data.targets, forward="roadrunner", **options)


def test_the_callback_sees_every_network():
    xor = load_xor()
    start = NeuralNetwork.random((2, 2, 1), rng=1)
    seen = []
    result = train_network(
        start,
        xor.inputs,
        xor.targets,
        rounds=3,
        callback=lambda number, network: seen.append((number, network)),
    )
    assert [number for number, _ in seen] == [0, 1, 2, 3]
    assert seen[0][1] == start
    assert seen[-1][1] == result.network


def test_the_history_is_written_as_a_table(tmp_path):
    xor = load_xor()
    result = train_network(
        NeuralNetwork.random((2, 2, 1), rng=1), xor.inputs, xor.targets, rounds=2
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
        ({"rounds": 0}, InputValueError, "rounds"),
        ({"learning_rate": -0.1}, InputValueError, "learning_rate"),
        ({"learning_rate": float("nan")}, InputValueError, "learning_rate"),
        ({"forward": "magic"}, InputValueError, "magic"),
        ({"batch_size": 5, "rng": 1}, InputValueError, "4 examples"),
        ({"batch_size": 2}, InputValueError, "rng"),
        ({"validate_every": 0}, InputValueError, "validate_every"),
        ({"inputs": [[0.0, -1.0]]}, InputValueError, "max\\(d, 0\\)"),
        ({"inputs": [[0.0, np.nan]] * 4}, InputValueError, "finite"),
        ({"inputs": [[0.0]] * 4}, InputValueError, "1 inputs"),
        ({"targets": [[0.0]] * 3}, InputValueError, "4 inputs, but 3 targets"),
        ({"validation": ([[0.0]], [[0.0]])}, InputValueError, "validation data"),
        ({"targets": [[1e150]] * 4, "learning_rate": 1e10}, NetworkError, "diverged in round"),
    ],
)
def test_bad_input_is_one_clear_error(change, error, words):
    xor = load_xor()
    options = {"inputs": xor.inputs, "targets": xor.targets, "rounds": 5, **change}
    with pytest.raises((error, ConcentrationError), match=words):
        train_network(NeuralNetwork.random((2, 2, 1), rng=1), **options)
