"""The command line as a user meets it: what it prints, writes and refuses."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

import crn2sbml
from crn2sbml import (
    Activation,
    Crn,
    LabUnits,
    Layer,
    NeuralNetwork,
    compile_network,
    to_antimony,
    to_sbml,
)
from crn2sbml.cli import main


@pytest.fixture
def folder(folder):
    layers = [Layer([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], Activation(0.1))]
    layers.append(Layer([[1.0, -2.0]], [-0.2], Activation(0.1)))
    NeuralNetwork(layers, output_names=["a xor b"]).save("network.npz")
    return folder


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def succeed(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def test_the_version_and_the_help_of_every_command_are_printed():
    assert succeed("--version").output == f"crn2sbml {crn2sbml.__version__}\n"
    for command in ("demo", "build", "extract", "simulate", "train"):
        text = succeed(command, "--help").output
        assert "--force" in text
        assert "--quiet" in text
        assert "--json" in text


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_build_writes_what_the_library_writes(folder, encoding):
    network = NeuralNetwork.load("network.npz")
    expected = compile_network(network, encoding, [0.5, 1.0])
    for name, text in (("a.xml", to_sbml(expected)), ("a.ant", to_antimony(expected))):
        result = succeed(
            "build", "network.npz", "-o", name, "--encoding", encoding, "--input", "0.5,1"
        )
        assert name in result.output
        assert (folder / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("level_version", ["L3V1", "L3V2", "l2v4"])
def test_build_writes_the_level_that_is_asked_for(folder, level_version):
    succeed("build", "network.npz", "-o", "a.xml", "--level-version", level_version)
    text = (folder / "a.xml").read_text(encoding="utf-8")
    level, version = level_version[1], level_version[3]
    assert f'level="{level}" version="{version}"' in text
    assert succeed("extract", "a.xml", "-o", "b.npz", "--json").exit_code == 0
    assert NeuralNetwork.load("b.npz") == NeuralNetwork.load("network.npz")


@pytest.mark.parametrize("name", ["a.xml", "a.ant"])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_extract_finds_the_network_of_a_model(folder, name, encoding):
    succeed("build", "network.npz", "-o", name, "--encoding", encoding, "--input", "0.5,1")
    result = succeed("extract", name, "-o", "b.npz")
    assert f"NeuralNetwork 2-2-1, smoothed ReLU (h = 0.1), from the {encoding} encoding" in (
        result.output
    )
    assert NeuralNetwork.load("b.npz") == NeuralNetwork.load("network.npz")
    report = json.loads(succeed("extract", name, "-o", "b.npz", "--force", "--json").output)
    assert report == {"output": "b.npz", "encoding": encoding, "widths": [2, 2, 1]}


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_a_model_with_its_inputs_stands_in_for_a_network(folder, encoding):
    succeed("build", "network.npz", "-o", "a.xml", "--encoding", encoding, "--input", "0.5,1")
    found = json.loads(succeed("simulate", "a.xml", "--json").output)["outputs"]
    expected = NeuralNetwork.load("network.npz").forward([[0.5, 1.0]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    if encoding == "folded":
        assert "leave --input out" in fail("simulate", "a.xml", "--input", "0,1")
        assert "is folded" in fail("extract", "a.xml", "-o", "b.npz")
        return
    # The inputs of the model are kept unless others are given.
    succeed("build", "a.xml", "-o", "b.xml", "--encoding", encoding)
    assert (folder / "b.xml").read_bytes() == (folder / "a.xml").read_bytes()
    found = json.loads(succeed("simulate", "a.xml", "--input", "1,1", "--json").output)["outputs"]
    expected = NeuralNetwork.load("network.npz").forward([[1.0, 1.0]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_train_starts_where_a_model_is(folder):
    succeed("build", "network.npz", "-o", "a.ant")
    arguments = ["--data", "xor", "--rounds", 3, "--forward", "closed-form"]
    for name in ("network.npz", "a.ant"):
        succeed("train", *arguments, "--network", name, "-o", f"from {name}")
    networks = [NeuralNetwork.load(f"from {name}/network.npz") for name in ("network.npz", "a.ant")]
    assert networks[0] == networks[1]
    assert networks[0] != NeuralNetwork.load("network.npz")
    assert "--smoothing shapes a new network" in fail(
        "train", *arguments, "--network", "a.ant", "--smoothing", 1, "-o", "c"
    )


def test_models_that_are_none_of_ours_are_refused(folder):
    (folder / "a.xml").write_text(to_sbml(Crn.from_text(["A -> B"])))
    for arguments in (
        ("extract", "a.xml", "-o", "b.npz"),
        ("build", "a.xml", "-o", "b.xml"),
        ("train", "--data", "xor", "--network", "a.xml", "-o", "c"),
    ):
        assert "a.xml holds no neural network: reaction R1 (A -> B)" in fail(*arguments)
    assert "holds no inputs" in fail("simulate", "network.npz")
    assert "ends in .npz" in fail("extract", "a.xml", "-o", "b.xml")


def fail(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    return result.output


def test_build_reports_sizes_as_json(folder):
    report = json.loads(succeed("build", "network.npz", "-o", "a.xml", "--json").output)
    assert (report["dynamic_species"], report["reactions"]) == (3, 24)


def test_inputs_that_are_given_several_times_are_several_inputs(folder):
    def outputs(*rows):
        options = [word for row in rows for word in ("--input", row)]
        return json.loads(succeed("simulate", "network.npz", *options, "--json").output)["outputs"]

    np.savetxt("rows.csv", [[0.25, 1.0], [0.5, 0.5]], delimiter=",")
    together = outputs("0,1", "rows.csv", "1,1")
    assert together == outputs("0,1") + outputs("rows.csv") + outputs("1,1")


def test_inputs_are_read_from_files_of_every_kind(folder):
    rows = np.array([[0.0, 1.0], [1.0, 1.0]])
    np.savetxt("a.csv", rows, delimiter=",", header="left,right", comments="")
    np.savetxt("a.txt", rows, delimiter=";")
    np.save("a.npy", rows)
    outputs = [
        json.loads(succeed("simulate", "network.npz", "--input", name, "--json").output)["outputs"]
        for name in ("a.csv", "a.txt", "a.npy")
    ]
    assert outputs[0] == outputs[1] == outputs[2]
    expected = NeuralNetwork.load("network.npz").forward(rows)
    np.testing.assert_allclose(outputs[0], expected, rtol=0, atol=1e-6)


def test_simulate_prints_a_table_and_writes_csv_and_a_picture(folder):
    result = succeed(
        "simulate", "network.npz", "--input", "0,1", "-o", "out.csv", "--plot", "out.png"
    )
    expected = NeuralNetwork.load("network.npz").forward([0.0, 1.0])[0, 0]
    assert "a xor b" in result.output
    assert f"{expected:.4f}" in result.output
    header, row = csv.reader((folder / "out.csv").read_text().splitlines())
    assert header == ["a xor b"]
    assert float(row[0]) == pytest.approx(expected, abs=1e-6)
    assert (folder / "out.png").read_bytes().startswith(b"\x89PNG")


def test_train_learns_the_exclusive_or_and_keeps_its_record(folder):
    result = succeed("train", "--data", "xor", "--layers", "2,4,1", "-o", "xor", "--json")
    report = json.loads(result.output)
    assert report["training_accuracy"] == 1.0
    assert sorted(p.name for p in (folder / "xor").iterdir()) == [
        "network.npz",
        "training.csv",
        "training.png",
    ]
    outputs = NeuralNetwork.load("xor/network.npz").forward([[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(outputs.ravel() > 0.5, [False, True, True, False])


def test_train_takes_an_activation_for_each_layer(folder):
    succeed(
        *("train", "--data", "xor", "--layers", "2,3,1", "--smoothing", "0.2", "--rounds", "5"),
        *("--activation", "2:1+3:0.5,smoothed-relu", "-o", "out"),
    )
    network = NeuralNetwork.load(folder / "out" / "network.npz")
    assert [layer.activation for layer in network.layers] == [
        Activation(0.2, {2: 1.0, 3: 0.5}),
        Activation(0.2),
    ]


def test_train_takes_a_file_of_ones_own(folder):
    rng = np.random.default_rng(1)
    inputs = rng.random((60, 3))
    np.savez("mine.npz", inputs=inputs, labels=(inputs[:, 0] > inputs[:, 1]).astype(int))
    result = succeed(
        *("train", "--data", "mine.npz", "--layers", "3,4,2", "--rounds", 50, "-o", "mine"),
        *("--forward", "closed-form"),
    )
    assert "held-out" in result.output
    assert NeuralNetwork.load("mine/network.npz").widths == (3, 4, 4)


def test_quiet_prints_nothing(folder):
    assert succeed("build", "network.npz", "-o", "a.xml", "--quiet").output == ""
    assert succeed("simulate", "network.npz", "--input", "0,1", "--quiet").output == ""


def test_force_overwrites(folder):
    succeed("build", "network.npz", "-o", "a.xml")
    before = (folder / "a.xml").read_bytes()
    assert run("build", "network.npz", "-o", "a.xml", "--input", "1,1").exit_code == 2
    assert (folder / "a.xml").read_bytes() == before
    succeed("build", "network.npz", "-o", "a.xml", "--input", "1,1", "--force")
    assert (folder / "a.xml").read_bytes() != before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "missing.npz", "-o", "a.xml"], "there is no file missing.npz"),
        (["build", "network.npz", "-o", "a.txt"], ".xml, .sbml, .ant"),
        (["build", "network.npz", "-o", "none/a.xml"], "there is no folder none"),
        (["build", "network.npz", "-o", "a.xml", "--encoding", "folded"], "--input"),
        (["build", "network.npz", "-o", "a.xml", "--encoding", "x"], "enzymatic"),
        (["build", "network.npz", "-o", "a.xml", "--input", "1"], "2 inputs"),
        (["build", "network.npz", "-o", "a.xml", *["--input", "1,1"] * 2], "2 rows"),
        (["simulate", "network.npz", "--input", "1,1", "--input", "1"], "1 number, but"),
        (["simulate", "network.npz", "--input", "-1,0"], "max(d, 0)"),
        (["simulate", "network.npz", "--input", "nan,0"], "finite"),
        (["simulate", "network.npz", "--input", "nofile.csv"], "there is no file nofile.csv"),
        (["simulate", "network.npz", "--input", "text.csv"], "line 2"),
        (["simulate", "network.npz", "--input", "ragged.csv"], "line 2"),
        (["simulate", "network.npz", "--input", "0,1", "--accuracy", "0"], "accuracy"),
        (["simulate", "network.npz", "--input", "0,1", "--plot", "a.xyz"], ".png"),
        (["simulate", "text.csv", "--input", "0,1"], "text.csv"),
        (["train", "--data", "tulips", "-o", "out"], "xor, iris, digits, mnist"),
        (["train", "--data", "xor", "--layers", "2,x", "-o", "out"], "64,16,10"),
        (["train", "--data", "xor", "--layers", "3,1", "-o", "out"], "2 inputs"),
        (["train", "--data", "xor", "--smoothing", "0", "-o", "out"], "h = 0"),
        (["train", "--data", "xor", "--smoothing", "-1", "-o", "out"], "-1.0"),
        (["train", "--data", "xor", "--activation", "1:1", "-o", "out"], "order 1"),
        (["train", "--data", "xor", "--activation", "sigmoid", "-o", "out"], "it is bounded"),
        (
            ["train", "--data", "xor", "--activation", "3:1,3:1,3:1", "-o", "out"],
            "3 activations for 2 layers",
        ),
        (["train", "--data", "xor", "-o", "none/out"], "there is no folder"),
        (["train", "--data", "xor", "-o", "text.csv"], "is a file"),
        (["demo", "-o", "."], "exists already"),
        (["demo", "-o", ".", "--force"], "was not made by the demo"),
    ],
)
def test_an_error_is_one_clear_line_with_exit_code_2(folder, arguments, words):
    (folder / "text.csv").write_text("1,2\nhello,3\n")
    (folder / "ragged.csv").write_text("1,2\n3\n")
    before = sorted(path.name for path in folder.iterdir())
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
    errors = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert sorted(path.name for path in folder.iterdir()) == before


def test_build_writes_laboratory_units_and_says_what_a_bench_wants_to_know(folder):
    lab = ("--encoding", "absorbed", "--concentration", "50 nM", "--time", "1 h")
    result = succeed("build", "network.npz", "-o", "a.xml", "--input", "0.5,1", *lab)
    assert "Concentrations above 0: 25 to 50 nM, a range of 2." in result.output
    assert "Rate constants of order 2: 0.02 to 0.04 nM^-1 h^-1." in result.output
    assert "Highest reaction order: 2." in result.output
    network = NeuralNetwork.load("network.npz")
    units = LabUnits.parse("50 nM", "1 h")
    expected = to_sbml(compile_network(network, "absorbed", [0.5, 1.0]), units=units)
    assert (folder / "a.xml").read_text(encoding="utf-8") == expected
    report = json.loads(succeed("build", "network.npz", "-o", "a.ant", "--json", *lab).output)
    assert report["units"]["concentration_unit"] == "nM"
    assert report["bench"]["rate_constants"]["2"] == [0.02, 0.04]


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (("--concentration", "50 nM"), "need both"),
        (("--time", "1 h"), "need both"),
        (("--concentration", "50 banana", "--time", "1 h"), "banana"),
        (("--concentration", "50 s", "--time", "1 h"), "must be one of concentration"),
    ],
)
def test_wrong_units_write_nothing(folder, units, words):
    result = run("build", "network.npz", "-o", "a.xml", *units)
    assert result.exit_code == 2
    assert words in result.output
    assert not (folder / "a.xml").exists()
