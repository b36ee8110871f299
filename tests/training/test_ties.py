"""Weights that belong together stay so in training, and absent ones stay absent."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from crn2sbml import (
    Activation,
    Layer,
    NeuralNetwork,
    compile_network,
    extract_network,
    from_antimony,
    from_sbml,
    to_antimony,
    to_sbml,
    train_network,
)
from crn2sbml.errors import Crn2sbmlError, InputValueError
from crn2sbml.importers import ImportOptions, from_weights
from crn2sbml.importers.computation.functions import FUNCTIONS
from crn2sbml.importers.computation.graph import Graph
from crn2sbml.importers.computation.tensors import Geometry, Tensor
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.training import Checkpoints, Chemistry, Descent, find_ties
from crn2sbml.training.gradient import flatten, parameters, with_parameters

RNG = np.random.default_rng(1)
X = RNG.normal(size=(30, 3))
Y = np.stack([X[:, 0] - X[:, 1], np.abs(X[:, 2])], axis=1)


def imported(functions="relu", **options):
    arrays = {
        "a.weight": RNG.normal(size=(6, 3)),
        "a.bias": RNG.normal(size=6),
        "b.weight": RNG.normal(size=(2, 6)),
        "b.bias": RNG.normal(size=2),
    }
    return from_weights(arrays, f"a,{functions},b", accuracy=0.05, signs="pairs", **options)


@pytest.mark.parametrize("function", ["relu", "leaky-relu", "tanh"])
@pytest.mark.parametrize("optimiser", ["gradient-descent", "momentum", "adam"])
def test_training_moves_what_the_original_has_and_keeps_the_rest_tied(function, optimiser):
    start = imported(function, data=X)
    ties = find_ties(start.network, start.codec.encoder.pairs)
    # Six nodes of four numbers and two of seven, whatever pairs and knots they became.
    assert ties.size == 6 * 4 + 2 * 7
    result = start.train(X, Y, Descent(rounds=60, learning_rate=0.01, optimiser=optimiser))
    assert result.history.cost[-1] < 0.8 * result.history.cost[0]
    after = find_ties(result.network, start.codec.encoder.pairs)
    assert after.size == ties.size
    for layer in result.network.layers[:1]:
        np.testing.assert_array_equal(layer.weights[:, 0::2], -layer.weights[:, 1::2])
    last = result.network.layers[-1]
    np.testing.assert_array_equal(last.weights[0::2], -last.weights[1::2])
    np.testing.assert_array_equal(last.biases[0::2], -last.biases[1::2])
    trained = start.with_network(result.network)
    assert np.abs(trained.outputs(X) - Y).mean() < np.abs(start.outputs(X) - Y).mean()


def test_the_gradient_of_free_numbers_is_the_derivative():
    start = imported("leaky-relu", data=X)
    ties = find_ties(start.network, start.codec.encoder.pairs)
    rows, readout = start.codec.encoder.encode(X), start.codec.decoder.matrix

    def cost(free):
        network = with_parameters(start.network, parameters(start.network) + ties.expand_step(free))
        return 0.5 * np.mean(np.sum((network.forward(rows) @ readout.T - Y) ** 2, axis=1))

    from crn2sbml.training.costs import QuadraticCost, ReadoutCost
    from crn2sbml.training.gradient import cost_gradient

    found = ties.reduce_gradient(
        flatten(
            cost_gradient(
                start.network,
                rows,
                Y,
                start.network.activations(rows),
                ReadoutCost(QuadraticCost(), readout),
            )
        )
    )
    step = 1e-6
    for place in range(0, ties.size, 5):
        change = np.zeros(ties.size)
        change[place] = step
        slope = (cost(change) - cost(-change)) / (2 * step)
        assert found[place] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_an_ordinary_network_is_free_and_a_sparse_one_keeps_its_gaps():
    assert find_ties(NeuralNetwork.random((3, 4, 2), rng=1)) is None
    weights = np.array([[1.0, 0.0], [0.0, 2.0], [0.5, -1.0]])
    network = NeuralNetwork(
        [Layer(weights, np.zeros(3), Activation(0.1), sparse=True), Layer(np.ones((1, 3)), [0.0])]
    )
    inputs = RNG.random((10, 2))
    result = train_network(network, inputs, inputs[:, :1], Descent(20, learning_rate=0.05))
    after = result.network.layers[0]
    assert after.sparse
    np.testing.assert_array_equal(after.weights == 0.0, weights == 0.0)
    assert (result.network.layers[1].weights != 1.0).all()


def test_the_chemistry_in_the_loop_gives_the_same_steps():
    start = imported("relu", data=X)
    closed, chemical = (
        start.train(X[:6], Y[:6], Descent(3, learning_rate=0.01), chemistry=chemistry).network
        for chemistry in (None, Chemistry())
    )
    # Activations are settled to 1e-6.
    np.testing.assert_allclose(parameters(closed), parameters(chemical), atol=1e-5)


def test_a_readout_that_does_not_fit_is_an_error():
    network = NeuralNetwork.random((2, 3), rng=1)
    with pytest.raises(InputValueError, match="2 columns, but the network has 3 outputs"):
        train_network(network, [[1.0, 1.0]], [[1.0]], Descent(readout=[[1.0, -1.0]]))


def test_a_layer_that_is_not_trainable_stays_as_it_is(tmp_path):
    network = NeuralNetwork.random((2, 3, 1), Activation(0.1), rng=1)
    fixed = replace(network.layers[0], trainable=False)
    start = NeuralNetwork([fixed, network.layers[1]])
    inputs = RNG.random((10, 2))
    result = train_network(start, inputs, inputs[:, :1], Descent(20, learning_rate=0.05)).network
    assert result.layers[0] == fixed
    assert (result.layers[1].weights != start.layers[1].weights).all()
    # The mark travels with every file.
    result.save(tmp_path / "a.npz")
    assert NeuralNetwork.load(tmp_path / "a.npz") == result
    crn = compile_network(result)
    for again in (from_sbml(to_sbml(crn)), from_antimony(to_antimony(crn))):
        assert extract_network(again) == result
    assert pickle.loads(pickle.dumps(result)) == result
    with pytest.raises(InputValueError, match="no layer of the network is trainable"):
        train_network(NeuralNetwork([fixed]), inputs, np.ones((10, 3)))


def test_a_run_is_not_resumed_with_other_layers_fixed(tmp_path):
    drawn = NeuralNetwork.random((2, 2, 2), Activation(0.1), rng=1)
    first, last = drawn.layers
    inputs = RNG.random((8, 2))
    first_half, whole = (Descent(rounds, learning_rate=0.05) for rounds in (10, 20))
    kept, resumed = (Checkpoints(tmp_path, every=5, resume=resume) for resume in (False, True))
    one = NeuralNetwork([replace(first, trainable=False), last])
    other = NeuralNetwork([first, replace(last, trainable=False)])
    train_network(one, inputs, inputs, first_half, checkpoints=kept)
    with pytest.raises(Crn2sbmlError, match="other ties"):
        train_network(other, inputs, inputs, whole, checkpoints=resumed)
    train_network(one, inputs, inputs, whole, checkpoints=resumed)


def test_wiring_between_knots_and_of_the_largest_of_several_stays_as_it_is():
    graph = Graph(4)
    values = Tensor.of(graph.inputs.mapped(RNG.normal(size=(16, 4))), (1, 1, 4, 4))
    pooled = values.max_pooled(graph, (2, 2), Geometry((2, 2), (1, 1), (0,) * 4))
    hidden = graph.apply(FUNCTIONS["tanh"], pooled.flat.mapped(RNG.normal(size=(20, 4))))
    output = hidden.mapped(RNG.normal(size=(2, 20)))
    inputs = RNG.normal(size=(40, 4))
    start = convert(graph, output, ImportOptions(data=inputs, accuracy=0.1))
    ties = find_ties(start.network, start.codec.encoder.pairs)
    assert ties.size == 16 * 5 + 20 * 5 + 2 * 21
    targets = np.stack([inputs.max(axis=1), inputs.min(axis=1)], axis=1)
    result = start.train(inputs, targets, Descent(50, learning_rate=0.005))
    assert result.history.cost[-1] < 0.5 * result.history.cost[0]
    for before, after in zip(start.network.layers, result.network.layers, strict=True):
        assert before.trainable == after.trainable
        assert before.trainable or before == after
