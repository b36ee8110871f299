"""From the reaction network back to the neural network."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    RateConstant,
    Reaction,
    Species,
    absorb_enzymes,
    compile_network,
    extract_network,
    from_antimony,
    from_sbml,
    recognise_network,
    to_antimony,
    to_sbml,
)
from crn2sbml.errors import UnsupportedError
from tests.formats.examples import mixed_network, xor_network
from tests.strategies import examples, inputs_for, networks

LEVELS = [(3, 1), (3, 2), (2, 4)]


@given(networks(), st.sampled_from(["enzymatic", "absorbed"]))
def test_the_network_comes_back_bit_for_bit(network, encoding):
    assert extract_network(compile_network(network, encoding)) == network


@given(networks(), st.sampled_from(["enzymatic", "absorbed"]), st.sampled_from(LEVELS))
def test_also_from_a_file(network, encoding, level_version):
    text = to_sbml(compile_network(network, encoding), level_version=level_version)
    assert extract_network(from_sbml(text)) == network


# Each example starts antimony in a process of its own.
@examples(8)
@given(networks(), st.sampled_from(["enzymatic", "absorbed"]))
def test_also_from_antimony(network, encoding):
    assert (
        extract_network(from_antimony(to_antimony(compile_network(network, encoding)))) == network
    )


@pytest.mark.parametrize("build", [xor_network, mixed_network])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_names_come_back_too(build, encoding):
    crn = compile_network(build(), encoding)
    assert extract_network(from_sbml(to_sbml(crn))) == build()
    assert extract_network(from_antimony(to_antimony(crn))) == build()


@given(st.data())
def test_the_folded_network_holds_what_remains(data):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network))
    folded = extract_network(from_sbml(to_sbml(compile_network(network, "folded", inputs))))
    assert folded.widths == (0, *network.widths[1:])
    np.testing.assert_allclose(
        folded.forward(np.empty((1, 0))), network.forward(inputs), rtol=1e-9, atol=1e-9
    )


def changed(crn, **parts):
    values = {
        "species": crn.species,
        "rate_constants": crn.rate_constants,
        "reactions": crn.reactions,
        "name": crn.name,
        "metadata": crn.metadata,
    }
    return Crn(**(values | parts))


def example(encoding="enzymatic"):
    network = NeuralNetwork.random((2, 3, 2), Activation(0.5, {2: 1.0, 3: 0.5}), rng=1)
    return compile_network(network, encoding, [0.25, 4.0]), network


def edit_layer(network, number, **parts):
    layers = list(network.layers)
    old = layers[number - 1]
    values = {"weights": old.weights, "biases": old.biases, "activation": old.activation}
    layers[number - 1] = Layer(**(values | parts))
    return NeuralNetwork(layers, network.input_names, network.output_names)


@given(st.data(), st.sampled_from(["enzymatic", "absorbed"]))
def test_the_order_of_reactions_and_species_does_not_matter(data, encoding):
    network = data.draw(networks(marks=False))
    crn = compile_network(network, encoding)
    shuffled = changed(
        crn,
        species=data.draw(st.permutations(crn.species)),
        reactions=data.draw(st.permutations(crn.reactions)),
    )
    assert extract_network(shuffled) == network


def with_start(crn, identifier, value):
    return changed(
        crn, species=[replace(s, initial=value) if s.id == identifier else s for s in crn.species]
    )


def test_an_edited_weight_is_found_and_nothing_else_changes():
    crn, network = example()
    weights = network.layers[1].weights.copy()
    positive, negative = ("Wp2_1_3", "Wm2_1_3")
    edited = with_start(with_start(crn, positive, 0.75), negative, 0.5)
    weights[0, 2] = 0.25
    assert extract_network(edited) == edit_layer(network, 2, weights=weights)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_rate_constants_are_absorbed(encoding):
    crn, network = example()
    values = {"k_h": 0.5, "k_w": 2.0, "k_b": 4.0, "k_d1": 8.0}
    edited = changed(
        crn,
        rate_constants=[replace(k, value=values.get(k.id, k.value)) for k in crn.rate_constants],
    )
    if encoding == "absorbed":
        edited = absorb_enzymes(edited, keep=["X0_1", "X0_2"])
    found = extract_network(edited)
    assert found.layers == tuple(
        Layer(2 * layer.weights, 4 * layer.biases, Activation(0.25, {2: 8.0, 3: 0.5}))
        for layer in network.layers
    )


def renamed(crn):
    """The same network without our ids, names, roles and annotations."""
    ids = {s.id: f"S{number * 7 % 1000}" for number, s in enumerate(crn.species)}
    return Crn(
        [Species(ids[s.id], s.initial) for s in crn.species],
        [RateConstant(k.id, k.value) for k in crn.rate_constants],
        [
            Reaction(
                r.id,
                tuple((ids[s], n) for s, n in r.reactants),
                tuple((ids[s], n) for s, n in r.products),
                r.rate,
            )
            for r in crn.reactions
        ],
    )


@given(networks(marks=False))
def test_the_structure_alone_is_enough(network):
    assert extract_network(renamed(compile_network(network))) == network


def test_the_structure_alone_is_enough_without_enzymes():
    crn, network = example("absorbed")
    found = recognise_network(renamed(crn))
    assert (found.network, found.encoding) == (network, "absorbed")


def test_a_node_that_depends_on_nothing_finds_its_layer():
    first = Layer([[1.0, 0.0], [0.0, 0.0]], [0.5, -0.25])
    network = NeuralNetwork([first, Layer([[0.5, 2.0]], [0.0]), Layer([[1.0]], [1.0])])
    found = extract_network(renamed(compile_network(network, "absorbed")))
    assert found.layers[1:] == network.layers[1:]
    # The second input has left no trace: all its weights are 0.
    np.testing.assert_array_equal(found.layers[0].weights, [[1.0], [0.0]])


def test_what_is_what_is_said():
    crn, _ = example()
    found = recognise_network(crn)
    assert found.encoding == "enzymatic"
    assert found.inputs == ("X0_1", "X0_2")
    assert found.layers == (("X1_1", "X1_2", "X1_3"), ("X2_1", "X2_2"))


def test_an_input_without_influence_keeps_its_place_and_names_survive():
    layers = [Layer([[1.0, 0.0, 2.0]], [0.5])]
    network = NeuralNetwork(layers, ["a", "b", "c"], ["out: 1"])
    found = recognise_network(from_sbml(to_sbml(compile_network(network, "absorbed"))))
    assert found.inputs == ("X0_1", None, "X0_3")
    assert found.network.layers == network.layers
    # The species of "b" is gone, but not its name.
    assert found.network.input_names == ("a", "b", "c")
    assert found.network.output_names == ("out: 1",)


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        ("X1_1 + X1_2 -> 0", "more than one species"),
        ("X0_1 + X0_2 + X1_1 -> X0_1 + X0_2", "product of X0_2 and other inputs"),
        ("X2_1 + X1_1 -> X2_1 + 2 X1_1", "not feed-forward: X1_1 <- X2_1 <- X1_1"),
        ("X1_1 + X1_2 + X2_1 -> X1_1 + X1_2", "product of several nodes"),
        ("2 X1_1 + X2_1 -> 2 X1_1", "product of several nodes"),
        ("X1_1 -> X1_1 + X2_1", "not in proportion to X2_1"),
        ("2 X1_1 -> 3 X1_1", "makes more of itself, at order 2"),
        ("0 -> X1_1", "X1_1 has h = 2 and decay 1 at order 2, X1_2 has h = 1"),
        ("X0_1 + X2_1 -> X0_1 + 2 X2_1", "X2_1 depends on X0_1, which is not in the layer right"),
        ("X1_1 -> X1_1 + Y", "Y"),
    ],
)
def test_what_is_not_ours_is_said(reaction, words):
    crn = compile_network(NeuralNetwork.random((2, 2, 1), rng=1))
    extra = Crn.from_text([reaction])
    known = set(crn.species_ids)
    foreign = changed(
        crn,
        species=(*crn.species, *(s for s in extra.species if s.id not in known)),
        rate_constants=(*crn.rate_constants, *extra.rate_constants),
        reactions=(*crn.reactions, *extra.reactions),
    )
    with pytest.raises(UnsupportedError, match=words):
        extract_network(foreign)


@pytest.mark.parametrize(
    ("reactions", "words"),
    [
        (["X -> Y"], "reaction R1 .* changes more than one species"),
        (["0 -> X", "X -> 0"], "X has no decay of order 2"),
        (["X -> X + E", "E -> X + E"], "no decay|not in proportion"),
    ],
)
def test_a_network_of_other_origin_is_refused(reactions, words):
    with pytest.raises(UnsupportedError, match=words):
        extract_network(Crn.from_text(reactions))


def test_a_network_in_which_nothing_changes_is_refused():
    crn = Crn(
        [Species("X", 1.0, buffered=True)],
        [RateConstant("k")],
        [Reaction("R", (("X", 1),), (), "k")],
    )
    with pytest.raises(UnsupportedError, match="no species of it ever changes"):
        extract_network(crn)


@pytest.mark.parametrize("widths", ["999999999 2", "9999999999999 2", "1 2 3", "-1 2", "9" * 5000])
def test_annotations_that_lie_are_not_believed(widths):
    crn = compile_network(NeuralNetwork.random((1, 2), rng=1), "absorbed")
    found = extract_network(changed(crn, metadata={"widths": widths}))
    assert found == extract_network(crn)


@pytest.mark.parametrize("number", ["999999999", "9" * 500, "0"])
def test_numbers_in_ids_that_lie_are_not_believed(number):
    network = NeuralNetwork.random((1, 2), rng=1)
    text = to_sbml(compile_network(network, "absorbed"))
    assert extract_network(from_sbml(text.replace("X0_1", f"X0_{number}"))) == network


def test_a_layer_that_ids_leave_out_is_found_by_structure():
    crn, network = example()
    text = to_sbml(crn).replace("X2_", "X7_")
    assert extract_network(from_sbml(text)) == network
