"""What differs between two models is all that was changed, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    compile_network,
    from_sbml,
    save_sbml,
    to_sbml,
)
from crn2sbml.errors import InputValueError
from crn2sbml.importers import LoadedFile, LoadedNetwork, compare, load_file
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from tests.strategies import examples, networks

HERE = Path()


def of_network(network, codec=None):
    return LoadedFile(HERE, LoadedNetwork(network, codec), None)


def of_crn(crn):
    return LoadedFile(HERE, None, crn, "it is none")


def texts(first, second, **options):
    return [str(difference) for difference in compare(first, second, **options)]


@given(network=networks())
def test_a_network_differs_from_itself_in_nothing_in_any_encoding(network):
    assert compare(of_network(network), of_network(network)) == []
    read = LoadedNetwork.from_crn(compile_network(network, "absorbed"), "a")
    again = LoadedNetwork.from_crn(from_sbml(to_sbml(compile_network(network, "absorbed"))), "b")
    assert compare(LoadedFile(HERE, read, None), LoadedFile(HERE, again, None), 0.0) == []


@examples(50)
@given(network=networks(marks=False), data=st.data())
def test_every_number_that_is_changed_is_found_and_no_other(network, data):
    layers = list(network.layers)
    number = data.draw(st.integers(0, len(layers) - 1))
    layer = layers[number]
    weights = layer.weights.copy()
    node = data.draw(st.integers(0, layer.width - 1))
    source = data.draw(st.integers(0, weights.shape[1] - 1))
    weights[node, source] += 0.5
    layers[number] = replace(layer, weights=weights)
    (found,) = compare(of_network(network), of_network(NeuralNetwork(layers)))
    assert found.kind == "weight"
    assert found.what == f"weight from X{number}_{source + 1} to X{number + 1}_{node + 1}"
    assert (found.before, found.after) == (layer.weights[node, source], weights[node, source])


NETWORK = NeuralNetwork(
    [
        Layer([[0.58, -1.0], [0.0, 2.0]], [0.5, 0.25], Activation(0.1)),
        Layer([[1.0, 1.0]], [0.0], Activation(0.1)),
    ],
    ["temp_C", "pH"],
    ["growth"],
)


def edited(number, **changes):
    layers = list(NETWORK.layers)
    layers[number] = replace(layers[number], **changes)
    return NeuralNetwork(layers, NETWORK.input_names, NETWORK.output_names)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (edited(0, weights=[[1.25, -1.0], [0.0, 2.0]]), "weight from temp_C to X1_1: 0.58 -> 1.25"),
        (
            edited(0, weights=[[0.58, 0.0], [0.0, 2.0]], sparse=True),
            "edge from pH to X1_1: removed (-1)",
        ),
        (edited(1, biases=[0.125]), "bias of growth: 0 -> 0.125"),
        (edited(1, activation=Activation(0.2)), "h of layer 2: 0.1 -> 0.2"),
        (
            edited(1, activation=Activation(0.1, {2: 1.0, 3: 0.5})),
            "decay of order 3 in layer 2: added (0.5)",
        ),
        (edited(0, trainable=False), "layer 1: trainable -> fixed"),
        (
            NeuralNetwork(NETWORK.layers, ["temp", "pH"], ["growth"]),
            "name of input 1: temp_C -> temp",
        ),
        (NeuralNetwork(NETWORK.layers[:1]), "widths: 2-2-1 -> 2-2"),
        (
            edited(1, biases=[1e-300]),
            "bias of growth: 0 -> 1e-300",
        ),
    ],
)
def test_an_edit_is_told_in_the_users_names(other, words):
    assert texts(of_network(NETWORK), of_network(other)) == [words]


def test_what_inputs_and_outputs_mean_is_compared():
    plain = Codec(Encoder([False, False]), Decoder([False]))
    shifted = Codec(Encoder([False, False], [0.0, 2.0]), Decoder([False]))
    assert texts(of_network(NETWORK, plain), of_network(NETWORK, shifted)) == [
        "shifts of inputs: none -> 0.0, 2.0"
    ]


def test_digits_that_other_programs_lose_are_no_difference_unless_asked_for():
    other = edited(0, weights=[[0.58 * (1 + 1e-15), -1.0], [0.0, 2.0]])
    assert compare(of_network(NETWORK), of_network(other)) == []
    (found,) = texts(of_network(NETWORK), of_network(other), tolerance=0.0)
    assert found == f"weight from temp_C to X1_1: {0.58:.17g} -> {0.58 * (1 + 1e-15):.17g}"
    with pytest.raises(InputValueError, match="tolerance"):
        compare(of_network(NETWORK), of_network(other), tolerance=-1.0)


def test_models_that_are_no_networks_are_compared_reaction_by_reaction():
    first = Crn.from_text(["A -> B", "B -> A"])
    second = Crn.from_text(["A -> B", "B -> C"], rate_constants={"k1": 3.0}, initial={"A": 2.0})
    assert texts(of_crn(first), of_crn(second)) == [
        "initial concentration of A: 1 -> 2",
        "species C: added (1)",
        "rate constant of A -> B: 1 -> 3",
        "reaction B -> A: removed (1)",
        "reaction B -> C: added (1)",
    ]
    assert compare(of_crn(first), of_crn(first)) == []


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_a_network_is_compared_with_what_somebody_made_of_it(tmp_path, encoding):
    crn = compile_network(NETWORK, encoding)
    removal = Crn.from_text(["X1_1 + X2_1 --k_own--> X2_1"])
    constants = (*crn.rate_constants, *removal.rate_constants)
    reactions = (*crn.reactions, *removal.reactions)
    save_sbml(replace(crn, reactions=reactions, rate_constants=constants), tmp_path / "a.xml")
    NETWORK.save(tmp_path / "a.npz")
    files = load_file(tmp_path / "a.npz"), load_file(tmp_path / "a.xml")
    assert texts(*files) == ["reaction X1_1 + X2_1 -> X2_1: added (1)"]


def test_inputs_and_encodings_of_models_are_compared(tmp_path):
    for name, encoding, row in (("a", "enzymatic", [1.0, 2.0]), ("b", "absorbed", [1.0, 3.0])):
        save_sbml(compile_network(NETWORK, encoding, row), tmp_path / f"{name}.xml")
    files = load_file(tmp_path / "a.xml"), load_file(tmp_path / "b.xml")
    assert texts(*files) == ["input pH of the model: 2 -> 3", "encoding: enzymatic -> absorbed"]
    NETWORK.save(tmp_path / "a.npz")
    np.testing.assert_array_equal(compare(load_file(tmp_path / "a.npz"), files[1]), [])
