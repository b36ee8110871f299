"""From the reaction network back to the neural network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, NeuralNetwork, compile_network, extract_network
from crn2sbml.errors import UnsupportedError
from tests.strategies import inputs_for, networks


@given(networks())
def test_the_enzymatic_network_holds_every_number(network):
    assert extract_network(compile_network(network)) == network


@given(networks())
def test_the_absorbed_network_holds_every_number(network):
    assert extract_network(compile_network(network, "absorbed")) == network


@given(st.data())
def test_the_folded_network_holds_what_remains(data):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network))
    folded = extract_network(compile_network(network, "folded", inputs))
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


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        ("X1_1 + X1_2 -> 0", "more than one species"),
        ("X0_1 + X0_2 + X1_1 -> X0_1 + X0_2", "no term of h"),
        ("3 X1_1 -> 0", "no term of h"),
        ("X2_1 + X1_1 -> X2_1 + 2 X1_1", "X1_1 depends on X2_1"),
        ("X1_1 -> X1_1 + Y", "Y"),
        ("0 -> X1_1", "differ in smoothing"),
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


def test_a_network_of_other_origin_is_refused():
    with pytest.raises(UnsupportedError, match="not compiled from a neural network"):
        extract_network(Crn.from_text(["X -> Y"]))
