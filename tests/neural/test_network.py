"""Neural networks: equations (5) to (7), files, and every way to get them wrong."""

import io
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork
from crn2sbml.errors import ConcentrationError, FileError, FormatError, NetworkError
from tests.strategies import inputs_for, networks


def test_the_forward_pass_is_equations_6_and_7_written_out():
    rng = np.random.default_rng(2)
    network = NeuralNetwork.random((3, 4, 2), Activation(0.5), rng=rng)
    inputs = rng.random((5, 3))
    for row, output in zip(inputs, network.forward(inputs), strict=True):
        a = row.tolist()
        for layer in network.layers:
            z = [
                sum(layer.weights[i, j] * a[j] for j in range(len(a))) + layer.biases[i]
                for i in range(layer.width)
            ]
            a = [(y + math.sqrt(y * y + 4 * 0.5)) / 2 for y in z]
        np.testing.assert_allclose(output, a, rtol=1e-12)


@given(st.data())
def test_a_batch_is_its_rows_one_by_one(data):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network, rows=3))
    batch = network.activations(inputs)
    assert [a.shape for a in batch] == [(3, width) for width in network.widths[1:]]
    for number, row in enumerate(inputs):
        np.testing.assert_allclose(
            network.forward(row), batch[-1][number : number + 1], rtol=1e-12, atol=1e-15
        )


def test_random_networks_are_scaled_as_in_section_6_and_depend_on_the_generator_alone():
    network = NeuralNetwork.random((400, 300, 50), rng=np.random.default_rng(7))
    assert network == NeuralNetwork.random((400, 300, 50), rng=7)
    assert network.widths == (400, 300, 50)
    first, second = network.layers
    assert first.weights.std() == pytest.approx(1 / 20, rel=0.02)
    assert second.weights.std() == pytest.approx(1 / math.sqrt(300), rel=0.03)
    assert first.biases.std() == pytest.approx(1, rel=0.2)
    with pytest.raises(NetworkError, match=r"rng=numpy\.random\.default_rng\(1\)"):
        NeuralNetwork.random((2, 1))


def test_random_networks_may_have_names():
    network = NeuralNetwork.random((2, 1), rng=1, input_names=["a", "b"], output_names=["c"])
    assert (network.input_names, network.output_names) == (("a", "b"), ("c",))


@given(networks(), st.booleans())
def test_a_saved_network_comes_back_bit_for_bit(tmp_path_factory, network, named):
    if named:
        inputs = [f"ρ {n} <&>" for n in range(network.widths[0])]
        network = NeuralNetwork(network.layers, inputs, None)
    path = tmp_path_factory.mktemp("networks") / "network.npz"
    network.save(path)
    again = NeuralNetwork.load(path)
    assert again == network
    for layer, other in zip(network.layers, again.layers, strict=True):
        assert layer.weights.tobytes() == other.weights.tobytes()
        assert layer.biases.tobytes() == other.biases.tobytes()


def test_extreme_numbers_survive_a_file(tmp_path):
    weights = [[5e-324, -0.0, 1.7976931348623157e308, 0.1 + 0.2]]
    NeuralNetwork([Layer(weights, [-1e-310])]).save(tmp_path / "a.npz")
    loaded = NeuralNetwork.load(tmp_path / "a.npz").layers[0]
    assert loaded.weights.tobytes() == np.array(weights).tobytes()


def test_saving_refuses_to_overwrite_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    network = NeuralNetwork.random((2, 1), rng=1)
    network.save(tmp_path / "a.npz")
    with pytest.raises(FileError, match="exists already"):
        network.save(tmp_path / "a.npz")
    other = NeuralNetwork.random((2, 1), rng=2)
    monkeypatch.setattr("numpy.savez_compressed", fail_after_a_few_bytes)
    with pytest.raises(FileError, match="disk full"):
        other.save(tmp_path / "a.npz", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
    assert NeuralNetwork.load(tmp_path / "a.npz") == network


def bare_array():
    stream = io.BytesIO()
    np.save(stream, [1.0])
    return stream.getvalue()


def fail_after_a_few_bytes(stream, **arrays):
    stream.write(b"few")
    raise OSError(28, "disk full")


@pytest.mark.parametrize(
    ("write", "error", "words"),
    [
        (lambda path: None, FileError, "there is no file"),
        (lambda path: path.mkdir(), FileError, "cannot read"),
        (lambda path: path.write_text("hello"), FormatError, "network file"),
        (lambda path: path.write_bytes(b""), FormatError, "network file"),
        (lambda path: path.write_bytes(bare_array()), FormatError, "no .npz archive"),
        (lambda path: np.savez(path, a=[1.0]), FormatError, "not those of a network"),
        (lambda path: np.savez(path, crn2sbml_network=99), FormatError, "version 99"),
        (lambda path: np.savez(path, crn2sbml_network="x"), FormatError, "whole number"),
        (lambda path: np.savez(path, crn2sbml_network=1), FormatError, "layers"),
        (lambda path: np.savez(path, crn2sbml_network=1, layers=2), FormatError, "weights_1"),
        (lambda path: np.savez(path, a=np.array([{}])), FormatError, "pickle"),
    ],
)
def test_a_file_that_is_no_network_is_one_clear_error(tmp_path, write, error, words):
    write(tmp_path / "a.npz")
    with pytest.raises(error, match=words):
        NeuralNetwork.load(tmp_path / "a.npz")


def test_a_truncated_file_is_an_error(tmp_path):
    NeuralNetwork.random((20, 5, 1), rng=1).save(tmp_path / "a.npz")
    content = (tmp_path / "a.npz").read_bytes()
    for length in (10, len(content) // 2, len(content) - 5):
        (tmp_path / "a.npz").write_bytes(content[:length])
        with pytest.raises(FormatError):
            NeuralNetwork.load(tmp_path / "a.npz")


def test_arrays_are_copied_and_read_only_also_after_pickling():
    weights = np.ones((1, 2))
    network = NeuralNetwork([Layer(weights, [0.0])])
    weights[0, 0] = 9.0
    for copy in (network, pickle.loads(pickle.dumps(network))):
        assert copy.layers[0].weights[0, 0] == 1.0
        with pytest.raises(ValueError, match="read-only"):
            copy.layers[0].weights[0, 0] = 2.0
    assert network != NeuralNetwork([Layer([[1.0, 1.0]], [0.1])])
    assert network != NeuralNetwork(network.layers, ["a", "b"])


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Layer([[1.0, np.nan]], [0.0]), r"nan at index \(0, 1\)"),
        (lambda: Layer([[1.0]], [np.inf]), r"inf at index \(0,\)"),
        (lambda: Layer([1.0], [0.0]), "2 dimension"),
        (lambda: Layer([[1.0]], [[0.0]]), "1 dimension"),
        (lambda: Layer([[1.0], [1.0]], [0.0]), "2 rows.*1 bias"),
        (lambda: Layer([[1.0, 2.0], [1.0]], [0.0, 0.0]), "rectangular"),
        (lambda: Layer([["a"]], [0.0]), "numbers"),
        (lambda: Layer(np.empty((0, 2)), []), "at least one node"),
        (lambda: Layer([[1.0]], [0.0], "relu"), "'relu'"),
        (lambda: NeuralNetwork([]), "at least one layer"),
        (lambda: NeuralNetwork([[[1.0]]]), "must be a Layer"),
        (lambda: NeuralNetwork([Layer([[1.0]], [0.0]), Layer([[1.0, 1.0]], [0.0])]), "2 columns"),
        (lambda: NeuralNetwork([Layer([[1.0]], [0.0])], ["a", "b"]), "2 names, but 1"),
        (lambda: NeuralNetwork([Layer([[1.0, 1.0]], [0.0])], ["a", "a"]), "'a' more than once"),
        (lambda: NeuralNetwork([Layer([[1.0] * 3], [0.0])], ["a", "b", "b"]), "'b' more than once"),
        (lambda: NeuralNetwork([Layer([[1.0]], [0.0])], ["a\nb"]), "printable"),
        (lambda: NeuralNetwork([Layer([[1.0]], [0.0])], None, [" "]), "blank"),
        (lambda: NeuralNetwork.random((2,), rng=1), "at least"),
        (lambda: NeuralNetwork.random((2, 0), rng=1), "holds 0"),
        (lambda: NeuralNetwork.random((2, 1.5), rng=1), "1.5"),
        (lambda: NeuralNetwork.random((2, 1), [Activation()] * 2, rng=1), "2 activations"),
    ],
)
def test_a_network_that_cannot_be_is_one_clear_error(build, words):
    with pytest.raises(NetworkError, match=words):
        build()


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([[1.0, -0.5]], r"input 2 is -0.5; .*max\(d, 0\) and max\(-d, 0\)"),
        ([[0.0, 1.0], [0.0, -1e-300]], "input 2 of row 2 is -1e-300"),
        ([[1.0, 1.0], [np.nan, 1.0]], "input 1 of row 2 is nan"),
        ([[1.0, np.inf]], "finite"),
        ([1.0], "2 inputs"),
        ([[1.0, 1.0, 1.0]], "2 inputs"),
        ([[[1.0, 1.0]]], "3 dimensions"),
        ("text", "numbers"),
    ],
)
def test_inputs_that_are_no_concentrations_are_one_clear_error(inputs, words):
    network = NeuralNetwork.random((2, 1), rng=1)
    with pytest.raises(ConcentrationError, match=words):
        network.forward(inputs)


@pytest.mark.parametrize(
    "activation",
    [
        {"h_1": [1.0]},
        {"decay_orders_1": [[2]], "decay_constants_1": [[1.0]]},
        {"decay_orders_1": [2, 3]},
    ],
    ids=str,
)
def test_a_file_whose_activation_is_broken_is_an_error(tmp_path, activation):
    NeuralNetwork([Layer([[1.0]], [0.0])]).save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as archive:
        np.savez(tmp_path / "b.npz", **{**archive, **activation})
    with pytest.raises(FormatError, match="activation of layer 1"):
        NeuralNetwork.load(tmp_path / "b.npz")


def test_a_file_holds_arrays_of_numbers_and_names_and_nothing_to_execute(tmp_path):
    activations = [Activation(0.5, {2: 1.0, 5: 0.1}), Activation(1e-3, {3: 2.0})]
    layers = NeuralNetwork.random((2, 3, 2), activations, rng=1).layers
    network = NeuralNetwork(layers, ["rot", "grün"], ["是", "нет"])
    network.save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert {archive[name].dtype.kind for name in archive.files} == {"f", "i", "U"}
    assert NeuralNetwork.load(tmp_path / "a.npz") == network


@pytest.mark.parametrize("path", ["missing/a.npz", "."])
def test_a_network_is_not_saved_where_no_file_can_be(tmp_path, path):
    with pytest.raises(FileError, match="folder"):
        NeuralNetwork.random((2, 1), rng=1).save(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_a_deep_network_names_each_activation_once():
    kinds = [Activation(0.5), Activation(), Activation(0.5), Activation()]
    shown = repr(NeuralNetwork.random((2, 3, 3, 3, 1), kinds, rng=1))
    assert shown.endswith(
        "smoothed ReLU (h = 0.5) in layers 1, 3; smoothed ReLU (h = 1) in layers 2, 4"
    )


@pytest.mark.parametrize(
    ("activations", "words"),
    [
        (None, "NeuralNetwork 2-3-1, smoothed ReLU (h = 1)"),
        ([Activation(0.5)] * 2, "NeuralNetwork 2-3-1, smoothed ReLU (h = 0.5)"),
        ([Activation(), Activation(0)], "NeuralNetwork 2-3-1, smoothed ReLU (h = 1), ReLU (h = 0)"),
        (
            Activation(1.0, {2: 0.5, 3: 2.0}),
            "NeuralNetwork 2-3-1, root activation (h = 1, decay 0.5 at order 2 + 2 at order 3)",
        ),
    ],
)
def test_a_network_shows_its_widths_and_activations(activations, words):
    assert repr(NeuralNetwork.random((2, 3, 1), activations, rng=1)) == words


def test_an_empty_batch_has_empty_outputs():
    assert NeuralNetwork.random((2, 3), rng=1).forward(np.empty((0, 2))).shape == (0, 3)
