"""A model that went through COPASI: loaded, edited, saved, and read again."""

import basico
import numpy as np
import pytest

from crn2sbml import (
    Activation,
    NeuralNetwork,
    compile_network,
    extract_network,
    load_sbml,
    save_sbml,
)

# COPASI writes 15 digits of a number.
FIFTEEN_DIGITS = 1e-14

NETWORK = NeuralNetwork.random((2, 3, 2), Activation(0.5, {2: 1.0, 3: 0.3}), rng=5)


def through_copasi(path, target, edit):
    """Load a file in COPASI, edit the model there, and save it as SBML."""
    model = basico.load_model(str(path))
    try:
        edit()
        basico.save_model(str(target), type="sbml")
    finally:
        basico.remove_datamodel(model)


def assert_same_but_for(found, weights_of_layer_2):
    for number, (layer, other) in enumerate(zip(found.layers, NETWORK.layers, strict=True), 1):
        weights = weights_of_layer_2 if number == 2 else other.weights
        np.testing.assert_allclose(layer.weights, weights, rtol=FIFTEEN_DIGITS, atol=0)
        np.testing.assert_allclose(layer.biases, other.biases, rtol=FIFTEEN_DIGITS, atol=0)
        assert layer.activation == other.activation


@pytest.mark.parametrize("level_version", [(3, 1), (3, 2), (2, 4)])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_exactly_the_edited_weight_is_changed(tmp_path, encoding, level_version):
    crn = compile_network(NETWORK, encoding, [0.25, 1.5])
    save_sbml(crn, tmp_path / "a.xml", level_version=level_version)

    def edit():
        # The half that is not 0, so that the other one stays where it is.
        half = "p" if NETWORK.layers[1].weights[1, 2] > 0 else "m"
        if encoding == "enzymatic":
            species = next(s for s in crn.species if s.id == f"W{half}2_2_3")
            basico.set_species(species.name, initial_concentration=0.625, exact=True)
        else:
            (rate,) = (r.rate for r in crn.reactions if r.id == f"Rw{half}2_2_3")
            row = basico.get_parameters(sbml_id=rate)
            basico.set_parameters(row.index[0], initial_value=0.625, exact=True)

    through_copasi(tmp_path / "a.xml", tmp_path / "b.xml", edit)
    found = extract_network(load_sbml(tmp_path / "b.xml"))
    weights = NETWORK.layers[1].weights.copy()
    weights[1, 2] = np.copysign(0.625, weights[1, 2])
    assert_same_but_for(found, weights)


def test_nothing_is_changed_without_an_edit(tmp_path):
    save_sbml(compile_network(NETWORK), tmp_path / "a.xml", volume=3.0)
    through_copasi(tmp_path / "a.xml", tmp_path / "b.xml", lambda: None)
    found = extract_network(load_sbml(tmp_path / "b.xml"))
    assert_same_but_for(found, NETWORK.layers[1].weights)
