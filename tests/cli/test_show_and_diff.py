"""What `crn2sbml show` and `crn2sbml diff` print, and names that might be taken for something."""

import csv
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, NeuralNetwork, compile_network, save_sbml
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from tests.cli.test_cli import run, succeed
from tests.strategies import examples

CODEC = Codec(
    Encoder([True, False], [0.0, 2.0], ["temp_C", "ph"]),
    Decoder([False, False], "softmax", ["low", "high"], ["low", "high"]),
)
NETWORK = NeuralNetwork.random((3, 4, 2), rng=1)
LOADED = LoadedNetwork(NETWORK, CODEC).with_network(NETWORK)


@pytest.fixture(autouse=True)
def folder(folder):
    LOADED.save("net.npz")
    save_sbml(LOADED.compile("enzymatic", [-1.0, 2.0]), "net.xml")
    save_sbml(Crn.from_text(["A -> B", "B -> A"]), "cycle.xml")
    return folder


def test_a_network_is_shown_in_words_and_tables():
    text = succeed("show", "net.xml").output
    assert "NeuralNetwork 3-4-2, smoothed ReLU (h = 1), enzymatic encoding" in text
    assert "2 inputs: temp_C = -1, ph = 2" in text
    assert "The model holds temp_C = -1: 0 of X0_1 and 1 of X0_2." in text
    of_no_model = succeed("show", "net.npz").output
    assert "For temp_C = v set X0_1 to v" in of_no_model
    assert "The model holds" not in of_no_model
    assert "The largest value names the class, in this order: low, high." in text
    assert "Layer 1: 4 nodes, 12 edges, smoothed ReLU (h = 1)" in text
    for layer in NETWORK.layers:
        for number in (*layer.weights.ravel(), *layer.biases):
            assert f"{number:.6g}" in text


def test_json_and_csv_hold_every_bit(folder):
    shown = json.loads(succeed("show", "net.npz", "--json").output)
    assert shown["inputs"] == ["temp_C (+)", "temp_C (-)", "ph"]
    assert (shown["function"], shown["classes"]) == ("softmax", ["low", "high"])
    for layer, known in zip(shown["layers"], NETWORK.layers, strict=True):
        np.testing.assert_array_equal(layer["weights"], known.weights)
        np.testing.assert_array_equal(layer["biases"], known.biases)
        assert (layer["h"], layer["decay"]) == (1.0, {"2": 1.0})
    succeed("show", "net.npz", "-o", "a.csv", "--quiet")
    rows = list(csv.DictReader((folder / "a.csv").read_text().splitlines()))
    found = [
        row for row in rows if (row["what"], row["from"], row["to"]) == ("weight", "ph", "X1_2")
    ]
    assert [float(row["value"]) for row in found] == [NETWORK.layers[0].weights[1, 2]]
    assert len(rows) == 2 * 2 + 4 * 4 + 2 * 5
    assert run("show", "net.npz", "-o", "a.csv").exit_code == 2


def test_large_layers_are_shortened_with_a_word_on_how_to_see_all():
    NeuralNetwork.random((9, 30, 1), rng=1).save("big.npz")
    text = succeed("show", "big.npz").output
    assert "... and 260 more; --all shows them, -o FILE.csv writes all." in text
    assert "X1_30" not in text.partition("Layer 2")[0]
    assert "X1_30" in succeed("show", "big.npz", "--all").output.partition("Layer 2")[0]


def test_a_model_that_is_no_network_is_shown_as_what_it_is():
    text = succeed("show", "cycle.xml").output
    assert "computes no neural network: reaction R1" in text
    assert "A -> B" in text
    shown = json.loads(succeed("show", "cycle.xml", "--json").output)
    assert [r["equation"] for r in shown["reactions"]] == ["A -> B", "B -> A"]
    refused = run("show", "cycle.xml", "-o", "a.csv")
    assert (refused.exit_code, "export cycle.xml --to csv" in refused.output) == (2, True)


def test_the_exit_code_of_diff_is_that_of_diff(folder):
    assert succeed("diff", "net.npz", "net.xml").output == "0 differences.\n"
    text = (folder / "net.xml").read_text()
    start = text.index('id="Wp1_2_3"')
    other = re.sub(
        'initialConcentration="[^"]*"', 'initialConcentration="1.25"', text[start:], count=1
    )
    (folder / "edited.xml").write_text(text[:start] + other)
    result = run("diff", "net.npz", "edited.xml")
    assert result.exit_code == 1
    before = NETWORK.layers[0].weights[1, 2]
    assert result.output == f"weight from ph to X1_2: {before:.6g} -> 1.25\n1 difference.\n"
    result = run("diff", "net.npz", "edited.xml", "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.output)["differences"]
    assert (found["kind"], found["before"], found["after"]) == ("weight", before, 1.25)
    assert run("diff", "net.npz", "nothing.npz").exit_code == 2


def test_many_differences_are_shortened():
    NeuralNetwork.random((3, 20, 2), rng=1).save("a.npz")
    NeuralNetwork.random((3, 20, 2), rng=2).save("b.npz")
    result = run("diff", "a.npz", "b.npz")
    assert "... and 82 more; --all lists them." in result.output
    assert len(run("diff", "a.npz", "b.npz", "--all").output.splitlines()) == 20 * 4 + 2 * 21 + 1


# What rich takes for markup or emoji, and what else might break a terminal or a pattern.
PIECES = st.sampled_from(
    ["[/h]", "[bold]", "[", "]", ":smile:", "[link=a]", "{x}", "%s", "$x$", "\\"]
)
NAMES = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@examples(10)
@given(names=st.lists(NAMES, min_size=4, max_size=4, unique=True))
def test_names_are_printed_to_the_letter_whatever_they_look_like(tmp_path_factory, names):
    path = tmp_path_factory.getbasetemp() / "names.npz"
    network = NeuralNetwork.random((2, 2), rng=1)
    decoder = Decoder([False, False], "none", names[2:], names[2:])
    loaded = LoadedNetwork(network, Codec(Encoder([False, False], names=names[:2]), decoder))
    loaded.with_network(network).save(path, True)
    for shown, command in (
        (names, ("show", path)),
        (names[2:], ("simulate", path, "--input", "1,1")),
    ):
        text = "".join(succeed(*command).output.split())
        assert all(name in text for name in shown)


def test_a_certificate_of_such_names_is_no_traceback():
    crn = compile_network(NeuralNetwork(NETWORK.layers, ["rate [/h]", "[bold]", ":x:"]))
    save_sbml(crn, "names.xml")
    assert "Definition 4.7: the network" in succeed("check", "names.xml", "--theory").output


def test_a_folded_model_is_said_to_have_no_inputs():
    save_sbml(LOADED.compile("folded", [-1.0, 2.0]), "folded.xml")
    text = succeed("show", "folded.xml").output
    assert "No inputs: this model is folded, they have become constants in it.\n" in text
    assert "0 inputs" not in text


def test_units_are_a_difference_of_their_own_kind():
    units = ("--concentration", "50 nM", "--time", "1 h")
    succeed("build", "net.npz", "-o", "lab.xml", *units, "--input", "-1,2")
    result = run("diff", "net.xml", "lab.xml", "--json")
    assert result.exit_code == 1
    [found] = json.loads(result.output)["differences"]
    after = "1 stands for 50 nM and 1 h"
    assert found == {"kind": "units", "what": "units", "before": "none", "after": after}
    assert run("diff", "lab.xml", "lab.xml").exit_code == 0
