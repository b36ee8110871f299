"""`crn2sbml import`, and the other commands on what it writes."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from crn2sbml.importers import LoadedNetwork
from tests.cli.test_cli import run, succeed
from tests.importers.test_onnx_files import FILES

IRIS = np.load(FILES / "sklearn_iris.npz")
FLOWER = ",".join(f"{x:g}" for x in IRIS["inputs"][120])


@pytest.fixture(autouse=True)
def folder(folder):
    shutil.copy(FILES / "sklearn_iris.onnx", "iris.onnx")
    shutil.copy(FILES / "keras_dense.onnx", "keras.onnx")
    np.savez("data.npz", inputs=IRIS["inputs"], labels=IRIS["outputs"].argmax(axis=1))
    return folder


def test_an_onnx_file_becomes_a_network_file_with_its_accuracy():
    result = succeed("import", "iris.onnx", "-o", "net.npz", "--data", "iris")
    assert "proved: every output within 0.00" in result.output
    assert re.search(r"settled by t = \S+ to within \S+, from every start", result.output)
    found = json.loads(
        succeed(
            "import", "iris.onnx", "-o", "net.npz", "--data", "data.npz", "--force", "--json"
        ).output
    )
    assert found["measured_error"] <= found["error_bound_on_data"] <= found["error_bound"] <= 0.01
    assert found["settling_accuracy"] == found["error_bound"] / 10
    assert (found["function"], found["classes"]) == ("softmax", [0, 1, 2])
    imported = LoadedNetwork.load("net.npz")
    assert (imported.predict(IRIS["inputs"]) == IRIS["outputs"].argmax(axis=1)).mean() >= 0.99


@pytest.mark.parametrize("source", ["iris.onnx", "net.npz", "net.xml"])
def test_simulate_answers_in_the_terms_of_the_original(source):
    succeed("import", "iris.onnx", "-o", "net.npz", "--data", "iris")
    succeed("build", "net.npz", "-o", "net.xml", "--encoding", "absorbed")
    found = json.loads(succeed("simulate", source, "--input", FLOWER, "--json").output)
    np.testing.assert_allclose(found["outputs"][0], IRIS["outputs"][120], atol=0.01)
    assert found["classes"] == [2]
    succeed("simulate", source, "--input", FLOWER, "-o", "out.csv", "--plot", "out.png")
    heading, row = Path("out.csv").read_text(encoding="utf-8").splitlines()
    assert heading.endswith(",class")
    assert row.endswith(",2")


def test_build_report_and_export_take_inputs_as_the_original_does(folder):
    np.savetxt("rows.csv", [[-1.0, 0.5, 2.0, -0.25], [0.0, 1.0, -1.0, 1.0]], delimiter=",")
    succeed("import", "keras.onnx", "-o", "net.npz", "--range", "-3,3", "--accuracy", "0.1")
    succeed("build", "keras.onnx", "-o", "a.xml", "--input", "-1,0.5,2,-0.25")
    succeed("report", "net.npz", "-o", "a.html", "--input", "rows.csv", "--encoding", "absorbed")
    succeed(
        "export", "net.npz", "--to", "sbml", "-o", "out", "--input", "-1,0.5,2,-0.25",
        "--encoding", "absorbed",
    )  # fmt: skip
    imported = LoadedNetwork.load(folder / "out" / "net.xml")
    assert imported.codec.encoder.pairs == (True,) * 4
    html = (folder / "a.html").read_text(encoding="utf-8")
    assert html.count('role="tab"') == 2


@pytest.mark.parametrize("forward", ["closed-form", "roadrunner"])
def test_training_goes_on_where_the_original_ended(forward):
    succeed("import", "iris.onnx", "-o", "net.npz", "--data", "iris")
    result = succeed(
        "train", "--network", "net.npz", "--data", "data.npz", "-o", "more", "--rounds", "3",
        "--forward", forward,
    )  # fmt: skip
    assert re.search(r"Correct on the training examples: 1[12]\d of 120 \(", result.output)
    again = LoadedNetwork.load("more/network.npz")
    assert again.codec.decoder.classes == (0, 1, 2)
    last = again.network.layers[-1]
    np.testing.assert_array_equal(last.weights[0::2], -last.weights[1::2])


def test_weights_need_a_list_of_layers(folder):
    np.savez("w.npz", **{"0.weight": np.eye(2), "0.bias": np.zeros(2)})
    assert "the arrays are 0.weight, 0.bias" in run("import", "w.npz", "-o", "net.npz").output
    succeed("import", "w.npz", "--layers", "0,relu", "-o", "net.npz", "--signs", "pairs")
    assert LoadedNetwork.load("net.npz").network.widths == (4, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model.pkl", "-o", "a.npz"), "can run any program"),
        (("model.pt", "-o", "a.npz"), "from_torch"),
        (("model.keras", "-o", "a.npz"), "save the model as ONNX"),
        (("model.txt", "-o", "a.npz"), "import takes .onnx"),
        (("iris.onnx", "-o", "a.xml"), "ends in .npz"),
        (("iris.onnx", "-o", "a.npz", "--layers", "0"), "leave --layers out"),
        (("iris.onnx", "-o", "a.npz", "--signs", "shift"), "smallest values are known"),
        (("iris.onnx", "-o", "a.npz", "--accuracy", "-1"), "accuracy"),
        (("iris.onnx", "-o", "a.npz", "--range", "2,1"), "begin with the smallest"),
        (("iris.onnx", "-o", "a.npz", "--data", "digits"), "the network has 4 inputs"),
        (("nothing.onnx", "-o", "a.npz"), "no file"),
        (("data.npz", "-o", "a.npz", "--layers", "0"), "no weights '0'"),
    ],
)
def test_bad_input_is_one_clear_line_and_no_file(folder, arguments, message):
    result = run("import", *arguments)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert message in result.output
    assert not (folder / "a.npz").exists()


def test_other_commands_refuse_what_they_cannot_take():
    for command in (
        ["simulate", "a.safetensors", "--input", "1"],
        ["build", "a.pkl", "-o", "a.xml"],
    ):
        result = run(*command)
        assert result.exit_code == 2
        assert "Error: a." in result.output
    assert "--layers" in run("build", "a.safetensors", "-o", "a.xml").output
