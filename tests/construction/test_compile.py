"""Table 1 row by row, Steps 1 to 3, and the three encodings."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import (
    Activation,
    Layer,
    NeuralNetwork,
    compile_edge,
    compile_network,
    extract_network,
    from_sbml,
    to_sbml,
    union,
)
from crn2sbml.construction.table1 import (
    bias_reactions,
    decay_reactions,
    smoothing_reaction,
    weight_reactions,
)
from crn2sbml.errors import ConcentrationError, UnsupportedError
from tests.strategies import inputs_for, networks

# Terms are added up in another order in each encoding.
SUMMATION = 1e-12


def written(*reactions):
    return [f"{r}".replace(f"--{r.rate}-->", "->") for r in reactions]


def test_closeness_to_relu():
    """H -> H + X results in the term h."""
    assert written(smoothing_reaction(1, 1, "H")) == ["H -> H + X1_1"]
    assert term(Activation(h=0.7), 0.0, 0.0, x=3.0) == pytest.approx(0.7 - 9.0)


def test_input_and_weight_of_the_edge():
    """X' + W+ + X -> X' + W+ + 2X, X' + W- + X -> X' + W- result in (w+ - w-) x' x."""
    assert written(*weight_reactions(2, 1, 3)) == [
        "X1_3 + Wp2_1_3 + X2_1 -> X1_3 + Wp2_1_3 + 2 X2_1",
        "X1_3 + Wm2_1_3 + X2_1 -> X1_3 + Wm2_1_3",
    ]
    for w in (2.0, -2.0):
        change = term(Activation(), w, 0.0, x=3.0, x_before=5.0) - term(Activation(), 0, 0, x=3.0)
        assert change == w * 5.0 * 3.0


def test_additive_node_bias():
    """B+ + X -> B+ + 2X, B- + X -> B- result in (b+ - b-) x."""
    assert written(*bias_reactions(2, 1)) == [
        "Bp2_1 + X2_1 -> Bp2_1 + 2 X2_1",
        "Bm2_1 + X2_1 -> Bm2_1",
    ]
    for b in (0.5, -0.5):
        assert term(Activation(), 0.0, b, x=3.0) - term(Activation(), 0, 0, x=3.0) == b * 3.0


@pytest.mark.parametrize("q", [2, 3, 5])
def test_q_polynomial_decay(q):
    """qX -> X (q > 1) results in -(q - 1) x^q (the table prints it without its sign)."""
    (reaction,) = decay_reactions(1, 1, {q: "k_d"})
    assert written(reaction) == [f"{q} X1_1 -> X1_1"]
    activation = Activation(1.0, {q: 0.25})
    assert term(activation, 0.0, 0.0, x=3.0) == 1.0 - 0.25 * (q - 1) * 3.0**q


def term(activation, weight, bias, x, x_before=1.0):
    """dx/dt of one node with one input, equation (18)."""
    crn = compile_network(NeuralNetwork([Layer([[weight]], [bias], activation)]), inputs=[x_before])
    state = crn.initial_state.copy()
    state[crn.species_index["X1_1"]] = x
    return crn.right_hand_side(state)[crn.species_index["X1_1"]]


@given(st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_numbers_of_species_and_reactions(widths):
    crn = compile_network(NeuralNetwork.random(widths, rng=1))
    pairs = list(pairwise(widths))
    assert len(crn.species) == 1 + widths[0] + sum(2 * c * b + 3 * c for b, c in pairs)
    assert len(crn.reactions) == sum(2 * c * b + 4 * c for b, c in pairs)
    assert len(crn.dynamic_species) == sum(widths[1:])


def test_numbers_of_the_papers_network():
    crn = compile_network(NeuralNetwork.random((784, 40, 10), rng=1))
    assert (len(crn.species), len(crn.reactions)) == (64_455, 63_720)


@given(st.data())
def test_every_node_has_equation_18(data):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network))[0]
    crn = compile_network(network, inputs=inputs)
    state = random_state(crn, data.draw(st.integers(0, 99)))
    derivative = crn.right_hand_side(state)
    before = inputs
    for number, layer in enumerate(network.layers, start=1):
        index = [crn.species_index[f"X{number}_{i}"] for i in range(1, layer.width + 1)]
        x = state[index]
        expected = layer.activation.rate(x, layer.weights @ before + layer.biases)
        np.testing.assert_allclose(derivative[index], expected, rtol=1e-10, atol=1e-10)
        before = x


@given(st.data())
def test_all_encodings_have_the_same_right_hand_side(data):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network))[0]
    state = expected = None
    for encoding in ("enzymatic", "absorbed", "folded"):
        crn = compile_network(network, encoding, inputs)
        nodes = [crn.species_index[s] for s in crn.dynamic_species]
        if state is None:
            ids, state = (
                crn.dynamic_species,
                random_state(crn, data.draw(st.integers(0, 99)))[nodes],
            )
        assert crn.dynamic_species == ids
        full = crn.initial_state.copy()
        full[nodes] = state
        rates = crn.right_hand_side(full)[nodes]
        expected = rates if expected is None else expected
        size = np.abs(crn.reaction_rates(full)).sum()
        np.testing.assert_allclose(rates, expected, rtol=0, atol=SUMMATION * max(1, size))


def random_state(crn, seed):
    state = crn.initial_state.copy()
    nodes = [crn.species_index[s] for s in crn.dynamic_species]
    state[nodes] = np.random.default_rng(seed).exponential(size=len(nodes))
    return state


@given(networks(max_width=3, marks=False))
def test_the_network_is_the_union_of_its_edges(network):
    widths = network.widths
    edges = [
        compile_edge(network, layer, node, source)
        for layer in range(1, len(widths))
        for node in range(1, widths[layer] + 1)
        for source in range(1, widths[layer - 1] + 1)
    ]
    whole, united = compile_network(network), union(*edges)
    assert {r.key for r in united.reactions} == {r.key for r in whole.reactions}
    assert set(united.species) == set(whole.species)
    assert set(united.rate_constants) == set(whole.rate_constants)
    assert set(united.dynamic_species) == set(whole.dynamic_species)


def test_a_species_enzymatic_in_an_edge_is_dynamic_in_the_whole():
    """Step 3: many species that were enzymatic in a particular network are dynamic in the final."""
    network = NeuralNetwork.random((1, 1, 1), rng=1)
    edge = compile_edge(network, 2, 1, 1)
    assert set(edge.enzymatic_species) == {"H", "X1_1", "Wp2_1_1", "Wm2_1_1", "Bp2_1", "Bm2_1"}
    assert edge.dynamic_species == ("X2_1",)
    assert set(compile_network(network).dynamic_species) == {"X1_1", "X2_1"}


def test_signed_numbers_are_split_into_halves_of_which_one_is_zero():
    crn = compile_network(NeuralNetwork([Layer([[0.5, -2.0]], [-1.0])]), inputs=[3.0, 4.0])
    values = {s.id: s.initial for s in crn.species}
    assert values == {
        "H": 1.0,
        "X0_1": 3.0,
        "X0_2": 4.0,
        "Wp1_1_1": 0.5,
        "Wm1_1_1": 0.0,
        "Wp1_1_2": 0.0,
        "Wm1_1_2": 2.0,
        "Bp1_1": 0.0,
        "Bm1_1": 1.0,
        "X1_1": 1.0,
    }


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_inputs_start_at_0_and_nodes_at_1_unless_said_otherwise(encoding):
    network = NeuralNetwork.random((2, 2, 1), rng=1)
    starts = {s.id: s.initial for s in compile_network(network, encoding).species}
    nodes = {"X0_1": 0.0, "X0_2": 0.0, "X1_1": 1.0, "X1_2": 1.0, "X2_1": 1.0}
    assert {species: starts[species] for species in nodes} == nodes


def test_each_distinct_h_and_each_distinct_decay_is_there_once():
    a, b = Activation(1.0, {2: 1.0, 3: 0.5}), Activation(0.5, {2: 1.0})
    network = NeuralNetwork.random((1, 2, 1, 1), [a, b, a], rng=1)
    crn = compile_network(network)
    assert {s.id: s.initial for s in crn.species if s.id.startswith("H")} == {"H1": 1.0, "H2": 0.5}
    decays = {k: v for k, v in crn.rate_constant_values.items() if k.startswith("k_d")}
    assert decays == {"k_d1": 1.0, "k_d2": 0.5}


def test_names_are_unique_and_show_those_of_the_user():
    layers = NeuralNetwork.random((2, 2, 2), rng=1).layers
    crn = compile_network(NeuralNetwork(layers, ["red", "green"], ["yes", "no"]))
    names = [s.name for s in crn.species]
    assert len(set(names)) == len(names)
    by_id = {s.id: s.name for s in crn.species}
    assert by_id["X0_2"] == "input 2: green"
    assert by_id["X2_1"] == "output 1: yes"


def test_the_smallest_encoding_has_one_growth_or_loss_for_each_first_layer_node():
    crn = compile_network(NeuralNetwork.random((50, 3, 1), rng=1), "folded", np.ones(50))
    assert not crn.enzymatic_species
    assert len(crn.reactions) == 3 * 3 + (3 + 3)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"encoding": "odd"}, UnsupportedError, "'odd'"),
        ({"encoding": "folded"}, ConcentrationError, "folded"),
        ({"inputs": [1.0]}, ConcentrationError, "2 inputs"),
        ({"inputs": [1.0, -2.0]}, ConcentrationError, "column 2 is -2.0.*max\\(d, 0\\)"),
        ({"inputs": [1.0, np.nan]}, ConcentrationError, "nan"),
        ({"inputs": [[1.0, 1.0]] * 2}, ConcentrationError, "2 rows"),
    ],
)
def test_bad_options_are_clear_errors(options, error, words):
    with pytest.raises(error, match=words):
        compile_network(NeuralNetwork.random((2, 1), rng=1), **options)


def test_the_plain_relu_cannot_become_chemistry():
    network = NeuralNetwork.random((2, 1, 1), [Activation(), Activation(0.0)], rng=1)
    for function in (compile_network, lambda n: compile_edge(n, 1, 1, 1)):
        with pytest.raises(UnsupportedError, match=r"layer 2 has h = 0 .*Proposition 4\.9"):
            function(network)
    with pytest.raises(UnsupportedError, match="no edge"):
        compile_edge(NeuralNetwork.random((2, 1), rng=1), 1, 1, 3)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_a_sparse_layer_has_no_reactions_for_weights_of_0(encoding):
    weights = np.array([[1.0, 0.0, 0.0], [0.0, -2.0, 0.0]])
    sparse = NeuralNetwork([Layer(weights, np.array([0.5, -0.5]), sparse=True)])
    dense = NeuralNetwork([Layer(weights, np.array([0.5, -0.5]))])
    crn = compile_network(sparse, encoding, [1.0, 2.0, 3.0])
    whole = compile_network(dense, encoding, [1.0, 2.0, 3.0])
    assert {s for s in crn.species_ids if s.startswith("X0")} == {"X0_1", "X0_2"}
    if encoding == "enzymatic":
        assert len(whole.reactions) - len(crn.reactions) == 2 * 4  # four edges, of two halves
    state = {s.id: s.initial for s in crn.species} | {"X1_1": 0.7, "X1_2": 1.3}
    full = {s.id: s.initial for s in whole.species} | state
    ours = crn.right_hand_side([state[s] for s in crn.species_ids])
    theirs = whole.right_hand_side([full[s] for s in whole.species_ids])
    for node in ("X1_1", "X1_2"):
        assert ours[crn.species_index[node]] == pytest.approx(theirs[whole.species_index[node]])
    assert extract_network(crn) == sparse
    assert extract_network(from_sbml(to_sbml(crn))) == sparse
    assert extract_network(whole) == dense


def test_an_edge_that_a_sparse_layer_lacks_cannot_be_compiled():
    network = NeuralNetwork([Layer([[1.0, 0.0]], [0.0], sparse=True)])
    compile_edge(network, 1, 1, 1)
    with pytest.raises(UnsupportedError, match="there is no such edge"):
        compile_edge(network, 1, 1, 2)


def test_a_layer_without_a_weight_of_0_is_not_sparse():
    assert not Layer([[1.0]], [0.0], sparse=True).sparse
    assert Layer([[1.0, 0.0]], [0.0], sparse=True).sparse
    assert Layer([[1.0, 0.0]], [0.0]) != Layer([[1.0, 0.0]], [0.0], sparse=True)
