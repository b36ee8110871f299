"""A user's numbers to concentrations and back, also by way of files."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crn2sbml import (
    Layer,
    NeuralNetwork,
    compile_network,
    from_antimony,
    from_sbml,
    to_antimony,
    to_sbml,
)
from crn2sbml.construction.origin import codec_texts, read_codec
from crn2sbml.errors import ConcentrationError, FormatError, InputValueError
from crn2sbml.importers import ImportOptions, LoadedNetwork, from_weights
from crn2sbml.importers.computation.graph import Graph
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder

numbers = st.floats(-1e6, 1e6)


@given(st.lists(st.booleans(), min_size=1, max_size=5), st.data())
def test_encoded_inputs_are_concentrations_and_come_back(pairs, data):
    rows = data.draw(arrays(np.float64, (3, len(pairs)), elements=numbers))
    encoder = Encoder(pairs, [0.0 if pair else 2e6 for pair in pairs])
    encoded = encoder.encode(rows)
    assert encoded.shape == (3, encoder.width)
    assert (encoded >= 0).all()
    matrix, constant = encoder.matrix
    np.testing.assert_allclose(encoded @ matrix.T + constant, rows, atol=1e-9)


def test_outputs_are_differences_and_the_largest_names_the_class():
    decoder = Decoder([True, False, True], "softmax", None, ["a", "b", "c"])
    concentrations = [[1.0, 0.5, 0.25, 3.0, 0.0], [0.0, 1.0, 2.0, 0.0, 0.0]]
    np.testing.assert_array_equal(
        decoder.values(concentrations), [[0.5, 0.25, 3.0], [-1.0, 2.0, 0.0]]
    )
    assert decoder.classify(concentrations).tolist() == ["c", "b"]
    shares = decoder.decode(concentrations)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares.argmax(axis=1) == [2, 1]).all()


@pytest.mark.parametrize("label", ["\x00", "a\nb", "\u2028", "\ud800"], ids=ascii)
def test_a_class_that_no_file_could_hold_is_refused(label):
    with pytest.raises(InputValueError, match="must be printable"):
        Decoder([True, True], classes=["a", label])


def test_classes_of_numpy_are_taken_and_names_never_stand_twice():
    decoder = Decoder([True, True], classes=np.array([0, 1]))
    assert decoder.classes == (0, 1)
    assert all(type(label) is int for label in decoder.classes)
    found = convert(
        (graph := Graph(2)),
        graph.inputs.mapped(np.ones((4, 2))),
        ImportOptions(),
        "softmax",
        ["class 2", "", "a  b", "a b"],
    )
    assert found.codec.decoder.names == ("class 2", "class 1", "class 3", "class 4")


def test_what_cannot_be_a_concentration_is_named():
    encoder = Encoder([False, True], [0.0, 0.0], ["age", "change"])
    with pytest.raises(ConcentrationError, match=r"age of row 2 is -2, .* never below 0 there"):
        encoder.encode([[1.0, -5.0], [-2.0, 0.0]])
    with pytest.raises(ConcentrationError, match=r"3 numbers a row, but .* 2 inputs: age, change"):
        encoder.encode([[1.0, 2.0, 3.0]])
    with pytest.raises(InputValueError, match="1 shift for 2 inputs"):
        Encoder([True, True], [0.0])
    with pytest.raises(InputValueError, match="must be one of none, softmax"):
        Decoder([True], "hardmax")
    with pytest.raises(InputValueError, match="2 classes for 1 output "):
        Decoder([True], classes=["a", "b"])


IMPORTED = from_weights(
    {"0.weight": np.array([[1.0, -2.0], [0.5, 0.25]]), "0.bias": np.array([0.5, -1.0])},
    "0,softmax",
    input_names=["age", "change"],
    output_names=["low, or none", "high"],
    input_range=([-3.0, 0.0], [5.0, 9.0]),
)
X = np.array([[-2.0, 3.0], [4.0, 0.5]])


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_the_meaning_travels_with_the_sbml_file(encoding):
    text = to_sbml(IMPORTED.compile(encoding, X[0]))
    loaded = LoadedNetwork.from_crn(from_sbml(text), "a.xml")
    encoder, decoder = loaded.codec.encoder, loaded.codec.decoder
    assert encoder.pairs == (True, False)
    assert encoder.names == ("age", "change")
    assert (decoder.pairs, decoder.function) == ((True, True), "softmax")
    assert decoder.names == ("low, or none", "high")
    np.testing.assert_array_equal(loaded.inputs, encoder.encode(X[0])[0])
    np.testing.assert_array_equal(
        decoder.decode(loaded.network.forward(encoder.encode(X))), IMPORTED.outputs(X)
    )
    # The notes say it to people.
    assert "For age = v set X0_1 to v and X0_2 to 0 if v is positive" in text
    assert "The model holds age = -2: 0 of X0_1 and 2 of X0_2." in text
    assert "Answer: low, or none, before softmax = X1_1 - X1_2." in text
    assert "The softmax of these values gives the probabilities of the classes." in text


@pytest.mark.parametrize(
    ("write", "read"), [(to_sbml, from_sbml), (to_antimony, from_antimony)], ids=["sbml", "ant"]
)
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_a_pruned_input_keeps_its_name_without_a_species(encoding, write, read):
    pruned = from_weights(
        {"0.weight": np.array([[1.0, 0.0, -2.0], [0.5, 0.0, 0.25]])},
        "0,softmax",
        signs="pairs",
        input_names=["age", "dose", "change"],
    )
    crn = pruned.compile(encoding)
    assert "X0_3" not in crn.species_index
    text = write(crn)
    assert "Inputs that no output depends on have no species: dose (+), dose (-)." in text
    again = LoadedNetwork.from_crn(read(text), "a")
    assert again.network == pruned.network
    assert again.codec.encoder.names == ("age", "dose", "change")


def test_antimony_says_all_that_sbml_says():
    crn = IMPORTED.compile("absorbed", X[0])
    again = from_antimony(to_antimony(crn))
    assert again.metadata == crn.metadata
    loaded = LoadedNetwork.from_crn(again, "a.ant")
    rows = loaded.codec.encoder.encode(X)
    np.testing.assert_array_equal(
        loaded.codec.decoder.decode(loaded.network.forward(rows)), IMPORTED.outputs(X)
    )


def test_names_alone_make_no_pairs():
    layer = Layer([[1.0, -1.0]], [0.5])
    network = NeuralNetwork([layer], ["a (+)", "a (-)"], ["y"])
    assert (
        LoadedNetwork.from_crn(from_sbml(to_sbml(compile_network(network))), "a.xml").codec is None
    )


def test_a_network_file_holds_all_of_it(tmp_path):
    IMPORTED.save(tmp_path / "a.npz")
    again = LoadedNetwork.load(tmp_path / "a.npz")
    assert again.network == IMPORTED.network
    np.testing.assert_array_equal(again.outputs(X), IMPORTED.outputs(X))
    with pytest.raises(FormatError, match="0 and 1"):
        read_codec({"signed_inputs": "0x", "signed_outputs": "1"})


@pytest.mark.parametrize(
    "classes",
    ["{", "3", '"ab"', "[[1], 2]", '{"a": 1, "b": 2}', '["a", "a"]', "[null, 1]", "[" * 100_000],
)
def test_broken_classes_are_one_error(classes):
    metadata = {"signed_inputs": "0", "signed_outputs": "11", "classes": classes}
    with pytest.raises(FormatError, match="broken"):
        read_codec(metadata)


@pytest.mark.parametrize("classes", [[False, True], [0.5, 1.0], [3, 4], ["", "b"], [1, "b"]])
def test_classes_keep_their_type(classes):
    decoder = Decoder([True, True], classes=classes)
    again = read_codec(codec_texts(Codec(Encoder([False]), decoder))).decoder
    found = again.classify([[1.0, 0.0, 0.5, 0.0], [0.0, 0.0, 0.5, 0.0]]).tolist()
    assert found == classes
    assert list(map(type, found)) == list(map(type, classes))


def test_shifts_and_classes_come_back_bit_for_bit():
    encoder = Encoder([False, True], [0.1, 0.0], ["a", "b"])
    decoder = Decoder([False, True], "none", ["x", "y"], [3, "vier"])
    metadata = codec_texts(Codec(encoder, decoder))
    assert json.loads(metadata["classes"]) == [3, "vier"]
    again = read_codec(metadata).named_after(encoder.species_names, decoder.species_names)
    np.testing.assert_array_equal(again.encoder.offsets, [0.1, 0.0])
    assert again.decoder.classes == (3, "vier")


def test_a_folded_model_still_says_how_outputs_are_read():
    text = to_sbml(IMPORTED.compile("folded", X[0]))
    assert "Answer: low, or none, before softmax = X1_1 - X1_2." in text
    assert "set X0_1" not in text
    loaded = LoadedNetwork.from_crn(from_sbml(text), "a.xml")
    assert loaded.encoding == "folded"
    encoder, decoder = loaded.codec.encoder, loaded.codec.decoder
    assert encoder.width == 0
    np.testing.assert_allclose(
        decoder.decode(loaded.network.forward(np.empty((1, 0)))), IMPORTED.outputs(X[:1])
    )


@pytest.mark.parametrize("high", [np.inf, 1e-3])
def test_what_is_at_the_end_of_a_range_is_not_outside(high):
    for low in np.random.default_rng(0).normal(size=200) * 1e-3:
        encoder = Encoder([False], [0.7], ["a"], [[low, max(low, high)]])
        there = encoder.decode(encoder.encode([[low]]))
        assert not encoder.outside(there).any()
        assert encoder.outside([[low - 1e-6]]).all()
        assert "a = " in encoder.describe_outside([[low - 1e-6]])[0]


@pytest.mark.parametrize(
    "ranges", [[[0.0, 1.0]], [[0.0, 1.0, 2.0]] * 2, [[1.0, 0.0], [0.0, 1.0]], [[0, np.nan]] * 2]
)
def test_ranges_that_are_none_are_one_clear_error(ranges):
    with pytest.raises(InputValueError, match="range"):
        Encoder([True, False], None, None, ranges)
