"""The metadata of a compiled network are written and read in one place, and errors name the key."""

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
    inspect_model,
    load_crn,
    load_network,
    save_sbml,
)
from crn2sbml.construction.origin import ENCODINGS, Origin
from crn2sbml.errors import ConcentrationError, FormatError, InputValueError, NetworkError
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from crn2sbml.theory import examine
from crn2sbml.training import Descent

# Files that version 0.1.0 wrote before there was an Origin: an imported network with a sparse layer
# that is not trained, an input without a species, a pair, a shift, a softmax and classes.
GOLDEN = Path(__file__).parent / "golden"
CODEC = Codec(
    Encoder([True, False, False], [0.0, 0.1, 0.0], ["change", "age", "dose"]),
    Decoder([True, False], "softmax", ["low, or none", "high"], [3, "vier"]),
)
LAYERS = [
    Layer(
        [[1.5, -1.5, 0.25, 0.0], [0.0, 0.0, -2.0, 0.0]],
        [0.5, -0.1],
        Activation(0.25),
        sparse=True,
        trainable=False,
    ),
    Layer(
        [[1.0, -0.5], [0.3, 0.75], [-1.25, 2.0]],
        [0.1, 0.2, -0.3],
        Activation(0.5, {2: 1.0, 3: 0.5}),
    ),
]
NETWORK = NeuralNetwork(LAYERS, CODEC.encoder.species_names, CODEC.decoder.species_names)
ROW = [[-2.0, 3.0, 1.0]]


@pytest.mark.parametrize("file", ["enzymatic.xml", "absorbed.xml", "absorbed.ant", "network.npz"])
def test_files_of_the_version_before_are_read(file):
    loaded = LoadedNetwork.load(GOLDEN / file)
    assert loaded.network == NETWORK
    assert [layer.trainable for layer in loaded.network.layers] == [False, True]
    assert loaded.codec == CODEC
    expected = CODEC.decoder.decode(NETWORK.forward(CODEC.encoder.encode(ROW)))
    np.testing.assert_array_equal(loaded.outputs(ROW), expected)
    assert (
        loaded.predict(ROW).tolist()
        == CODEC.decoder.classify(NETWORK.forward(CODEC.encoder.encode(ROW))).tolist()
    )


def test_a_folded_file_of_the_version_before_is_read():
    loaded = LoadedNetwork.load(GOLDEN / "folded.xml")
    assert (loaded.encoding, loaded.network.widths) == ("folded", (0, 2, 3))
    expected = CODEC.decoder.decode(NETWORK.forward(CODEC.encoder.encode(ROW)))
    # Folding adds the terms of a node up in another order.
    np.testing.assert_allclose(loaded.outputs(np.empty((1, 0))), expected, rtol=1e-12)


NUMBERS = st.frozensets(st.integers(1, 99), max_size=3)
CODECS = st.builds(
    lambda inputs, outputs: Codec(Encoder(inputs), Decoder(outputs)),
    st.lists(st.booleans(), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=4),
)


@given(
    st.sampled_from(ENCODINGS),
    st.lists(st.integers(1, 999), min_size=2, max_size=5),
    NUMBERS,
    NUMBERS,
    st.dictionaries(st.integers(1, 99), st.text().filter(str.isprintable), max_size=3),
    st.none() | CODECS,
)
def test_an_origin_comes_back_from_its_metadata(encoding, widths, sparse, fixed, unused, codec):
    origin = Origin(encoding, tuple(widths), sparse, fixed, unused, codec)
    crn = replace(Crn.from_text(["0 -> X"]), metadata=origin.to_metadata())
    assert Origin.read(crn) == origin


def test_metadata_of_others_are_no_origin():
    assert Origin.read(replace(Crn.from_text(["0 -> X"]), metadata={"lab": "3"})) is None
    assert Origin.read(replace(Crn.from_text(["0 -> X"]), metadata={"widths": "2 3"})) is None


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("encoding", "enzymes", "one of enzymatic, absorbed, folded"),
        ("widths", "2 three 1", "whole numbers"),
        ("widths", "-1 2", "whole numbers"),
        ("sparse", "1;2", "whole numbers"),
        ("fixed", "first", "whole numbers"),
        ("unused_inputs", "[1, 2]", "JSON object of names"),
        ("unused_inputs", '{"one": "age"}', "JSON object of names"),
        ("unused_inputs", "{", "JSON"),
        ("signed_inputs", "10x", "0 and 1"),
        ("signed_outputs", "yes", "0 and 1"),
        ("output_function", "hardmax", "one of none, softmax"),
        ("input_shifts", "0.0 much 0.0", "a number for each input"),
        ("input_shifts", "1.0", "a number for each input"),
        ("input_shifts", "nan 0 0", "a number for each input"),
        ("classes", '["a"]', "a list of classes"),
        ("classes", "[", "JSON"),
    ],
)
def test_a_broken_entry_is_one_error_that_names_its_key(key, value, words):
    crn = LoadedNetwork(NETWORK, CODEC).compile("absorbed")
    broken = replace(crn, metadata={**crn.metadata, key: value})
    with pytest.raises(FormatError, match=rf"the metadata entry '{key}' is broken: .*{words}"):
        Origin.read(broken)


def test_a_broken_entry_is_reported_with_the_file(tmp_path):
    text = (GOLDEN / "absorbed.xml").read_text(encoding="utf-8")
    path = tmp_path / "broken.xml"
    path.write_text(text.replace('key="sparse" value="1"', 'key="sparse" value="one"'), "utf-8")
    for load in (load_network, LoadedNetwork.load):
        with pytest.raises(
            FormatError, match=r"broken\.xml: the metadata entry 'sparse' is broken"
        ):
            load(path)
    inspection = inspect_model(path)
    assert inspection.recognised is None
    assert "the metadata entry 'sparse' is broken" in inspection.not_recognised
    assert [finding.category for finding in inspection.findings] == ["Metadata"]
    # What is proved of the reactions does not hang on it.
    certificate = examine(inspection.crn, 1e-3)
    assert certificate.at_these_numbers.proved
    assert "the metadata entry 'sparse' is broken" in certificate.settling.none_because


def test_a_folded_model_that_is_folded_again_keeps_its_meaning(tmp_path):
    folded = LoadedNetwork.load(GOLDEN / "folded.xml")
    save_sbml(folded.compile("folded"), tmp_path / "again.xml")
    again = LoadedNetwork.load(tmp_path / "again.xml")
    assert again.codec == folded.codec
    assert again.predict(np.empty((1, 0))).tolist() == folded.predict(np.empty((1, 0))).tolist()


def test_a_loaded_network_refuses_what_does_not_fit_it():
    with pytest.raises(NetworkError, match="the encoder makes 4 and the decoder reads 3"):
        LoadedNetwork(NeuralNetwork.random((2, 3), rng=1), CODEC)
    with pytest.raises(ConcentrationError, match="4 inputs"):
        LoadedNetwork(NETWORK, CODEC, inputs=np.ones(3))
    with pytest.raises(NetworkError, match="must have 1 dimension"):
        LoadedNetwork(NETWORK, CODEC, inputs=np.ones((2, 4)))
    assert not LoadedNetwork(NETWORK, CODEC, inputs=np.ones(4)).inputs.flags.writeable
    with pytest.raises(ConcentrationError, match="2 rows"):
        LoadedNetwork(NETWORK, CODEC).compile("absorbed", np.ones((2, 3)))
    with pytest.raises(InputValueError, match="ties and readout of an imported network"):
        LoadedNetwork(NETWORK, CODEC).train(ROW, [[0.0, 1.0]], Descent(readout=np.eye(3)))


def test_without_metadata_the_structure_says_it():
    crn = compile_network(NETWORK, "enzymatic", [0.5, 0.0, 1.0, 2.0])
    assert Origin.read(crn).widths == NETWORK.widths
    bare = LoadedNetwork.from_crn(replace(crn, name="bare", metadata={}), "bare.xml")
    assert (bare.codec, bare.network.layers[0].sparse) == (None, True)
    # Nothing but the metadata and the name of the model knows of an input without edges.
    assert bare.network.widths == (3, 2, 3)


def test_a_codec_that_does_not_fit_the_network_is_refused():
    crn = load_crn(GOLDEN / "absorbed.xml")
    metadata = {**crn.metadata, "signed_inputs": "1", "input_shifts": "0.0"}
    with pytest.raises(FormatError, match="inputs and outputs does not fit a network from 4 to 3"):
        LoadedNetwork.from_crn(replace(crn, metadata=metadata), "b.xml")
