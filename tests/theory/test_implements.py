"""`implements` finds what differs, and `subsystem` cuts where it may."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    RateConstant,
    compile_network,
    extract_network,
    implements,
    subsystem,
    union,
)
from crn2sbml.errors import InputValueError, UnsupportedError
from tests.theory import counterexamples

NETWORK = NeuralNetwork.random((3, 4, 2), Activation(0.5, {2: 1.0, 3: 0.25}), rng=5)


def edited(species):
    """The enzymatic model with one concentration raised by 0.25."""
    crn = compile_network(NETWORK)
    return replace(
        crn,
        species=[
            replace(s, initial=s.initial + 0.25) if s.id == species else s for s in crn.species
        ],
    )


def without(reaction):
    crn = compile_network(NETWORK)
    return replace(
        crn,
        reactions=[r for r in crn.reactions if r.id != reaction],
    )


def messages(crn):
    return [str(difference) for difference in implements(crn, NETWORK).differences]


def test_one_edited_weight_is_named():
    weight = float(NETWORK.layers[1].weights[0, 2])
    (found,) = implements(edited("Wp2_1_3"), NETWORK).differences
    assert (found.species, found.what) == ("X2_1", "weight from node 3 of layer 1")
    assert (found.expected, found.found) == (Fraction(weight), Fraction(weight) + Fraction(1, 4))
    assert found.reactions == ("Rwp2_1_3", "Rwm2_1_3")
    assert f", not {weight!r} (Rwp2_1_3, Rwm2_1_3)" in str(found)


def test_an_edited_bias_and_an_edited_smoothing_are_named():
    (message,) = messages(edited("Bm1_2"))
    assert message.startswith("X1_2: bias is ")
    assert len(messages(edited("H"))) == 6
    assert messages(edited("H"))[0] == "X1_1: smoothing h is 0.75, not 0.5 (Rh1_1)"


def test_a_removed_reaction_is_named():
    (message,) = messages(without("Rd2_2_3"))
    assert message == "X2_2: rate constant of the decay of order 3 is 0, not 0.25"
    (message,) = messages(without("Rh1_4"))
    assert message == "X1_4: smoothing h is 0, not 0.5"


def test_a_changed_rate_constant_is_named():
    crn = compile_network(NETWORK)
    constants = [replace(k, value=2.0) if k.id == "k_d2" else k for k in crn.rate_constants]
    found = messages(replace(crn, rate_constants=constants))
    assert len(found) == 6
    assert found[0] == "X1_1: rate constant of the decay of order 3 is 2, not 0.25 (Rd1_1_3)"


def test_a_term_that_does_not_belong_is_named():
    crn = compile_network(NETWORK)
    more = Crn.from_text(["X1_1 + X1_2 + X2_1 --k_extra--> X1_1 + X1_2"])
    same = {s.id: s for s in crn.species}
    whole = union(crn, replace(more, species=[same[s.id] for s in more.species]))
    (message,) = messages(whole)
    words = "coefficient of X1_1 X1_2 x^1, a term that equation (13) does not have, is -1, not 0"
    assert words in message


def test_an_input_that_a_reaction_changes_is_named():
    crn = compile_network(NETWORK, inputs=[1.0, 2.0, 3.0])
    leak = Crn.from_text(["X0_2 --k_leak--> 0"], initial={"X0_2": 2.0})
    same = {s.id: s for s in crn.species}
    whole = union(crn, replace(leak, species=[same["X0_2"]]))
    found = messages(whole)
    assert found == ["X0_2: is an input, which no reaction may change (equation (11)) (R1)"]


def test_a_weight_that_is_consumed_is_no_node():
    crn = compile_network(NETWORK)
    same = {s.id: s for s in crn.species}
    eaten = Crn.from_text(["Z + Wp1_1_1 --k_z--> Z"])
    parts = [same.get(s.id, s) for s in eaten.species]
    found = messages(union(crn, replace(eaten, species=parts)))
    assert found[0] == "Wp1_1_1: is a dynamic species, but no node of the network"


def test_ids_do_not_matter_where_the_structure_is_clear():
    crn = compile_network(NETWORK, "absorbed", [1.0, 2.0, 3.0])
    names = {s: f"molecule_{n}" for n, s in enumerate(crn.species_ids)}

    def renamed(side):
        return tuple((names[s], n) for s, n in side)

    other = Crn(
        [replace(s, id=names[s.id], name=None, role=None) for s in crn.species],
        crn.rate_constants,
        [
            replace(r, reactants=renamed(r.reactants), products=renamed(r.products))
            for r in crn.reactions
        ],
    )
    assert implements(other, NETWORK)
    assert not implements(other, NeuralNetwork.random((3, 4, 2), rng=6))


def test_rounding_of_an_extracted_network_is_a_difference_unless_it_is_let_pass():
    crn = compile_network(NETWORK)
    constants = [RateConstant(k.id, 0.1 if k.id == "k_w" else k.value) for k in crn.rate_constants]
    other = replace(crn, rate_constants=constants)
    network = extract_network(other)
    assert not implements(other, network)
    assert implements(other, network, relative_tolerance=4e-16)


def test_an_implementation_is_a_truth_value_with_a_text():
    found = implements(edited("H"), NETWORK)
    assert not found
    assert str(found).startswith("not implemented:\nX1_1: smoothing h")
    assert str(implements(compile_network(NETWORK), NETWORK)).startswith("implemented")
    assert found.to_dict()["proved"] is False
    many = implements(
        compile_network(NeuralNetwork.random((9, 9), rng=1)), NeuralNetwork.random((9, 9), rng=2)
    )
    assert "... and 70 more" in str(many)


def test_what_cannot_be_compared_is_an_error():
    with pytest.raises(UnsupportedError, match="folded"):
        implements(compile_network(NETWORK, "folded", [1.0, 1.0, 1.0]), NETWORK)
    with pytest.raises(UnsupportedError, match="h = 0"):
        relu = NeuralNetwork([Layer([[1.0]], [0.0], Activation(0.0))])
        implements(compile_network(NETWORK), relu)
    with pytest.raises(UnsupportedError, match=r"3-4-2.*2-5-1"):
        implements(compile_network(NETWORK), NeuralNetwork.random((2, 5, 1), rng=1))
    with pytest.raises(UnsupportedError, match="not one of Table 1"):
        implements(counterexamples.three_fixed_points(), NETWORK)
    with pytest.raises(InputValueError, match="relative_tolerance"):
        implements(compile_network(NETWORK), NETWORK, relative_tolerance=-1.0)


def test_a_subsystem_computes_its_layers_alone():
    crn = compile_network(NETWORK, inputs=[1.0, 0.5, 2.0])
    first = NeuralNetwork(NETWORK.layers[:1])
    part = subsystem(crn, 1)
    assert part.name == "network_3_4_2_F1"
    assert implements(part, first)
    state = np.random.default_rng(1).uniform(0, 2, len(crn.species))
    inside = [crn.species_index[s] for s in part.species_ids]
    np.testing.assert_array_equal(
        part.right_hand_side(state[inside])[[part.species_index[s] for s in part.dynamic_species]],
        crn.right_hand_side(state)[[crn.species_index[s] for s in part.dynamic_species]],
    )


def test_a_subsystem_of_another_network_goes_by_the_longest_path():
    crn = Crn.from_text(
        ["0 -> A", "2 A -> A", "0 -> B", "A + B -> A", "A + B + C -> A + B", "0 -> C"]
    )
    assert subsystem(crn, 1).dynamic_species == ("A",)
    assert subsystem(crn, 2).dynamic_species == ("A", "B")
    assert subsystem(crn, 3).dynamic_species == ("A", "B", "C")


def test_a_cut_that_cannot_be_made_is_an_error():
    with pytest.raises(InputValueError, match="layers 1 to 2"):
        subsystem(compile_network(NETWORK), 3)
    with pytest.raises(InputValueError, match="depth is 0"):
        subsystem(compile_network(NETWORK), 0)
    with pytest.raises(UnsupportedError, match="not feed-forward"):
        subsystem(counterexamples.example_5_2(), 1)
    with pytest.raises(UnsupportedError, match="both sides of the cut"):
        subsystem(Crn.from_text(["0 -> A", "A -> B", "B -> 0"]), 1)
