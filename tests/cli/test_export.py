"""What `crn2sbml export` writes, and what it refuses."""

import json
import sys

import numpy as np
import petab.v1 as petab
import pytest
import sympy

from crn2sbml import Layer, NeuralNetwork, compile_network, load_crn, save_sbml
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from tests.cli.test_cli import run, succeed

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)
EVERYTHING = ["sbml", "antimony", "csv", "markdown", "xlsx", "reactions", "nuskell", "cps", "omex"]


@pytest.fixture(autouse=True)
def folder(folder):
    NETWORK.save("net.npz")
    save_sbml(compile_network(NETWORK, "absorbed", [0.5, 1.0]), "model.xml")
    return folder


def to(*formats):
    return ["--to", ",".join(formats)]


def test_a_network_is_written_in_every_format(folder):
    result = succeed("export", "net.npz", *to(*EVERYTHING), "-o", "out", "--input", "0.5,1")
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == [
        "net.ant",
        "net.cps",
        "net.crn",
        "net.md",
        "net.omex",
        "net.txt",
        "net.xlsx",
        "net.xml",
        "net_reactions.csv",
        "net_species.csv",
    ]
    assert "Wrote net_species.csv and net_reactions.csv to out." in result.output
    expected = compile_network(NETWORK, inputs=[0.5, 1.0])
    for name in ("net.xml", "net.ant"):
        found = load_crn(folder / "out" / name)
        assert {s.id: s.initial for s in found.species} == {
            s.id: s.initial for s in expected.species
        }
        assert {r.key for r in found.reactions} == {r.key for r in expected.reactions}


def test_a_model_stays_as_it_is_unless_an_encoding_is_asked_for(folder):
    succeed("export", "model.xml", *to("sbml"), "-o", "out")
    assert len(load_crn("out/model.xml").reactions) == len(load_crn("model.xml").reactions)
    succeed("export", "model.xml", *to("sbml"), "-o", "out", "--encoding", "enzymatic", "--force")
    assert len(load_crn("out/model.xml").reactions) == 34


def test_units_and_names_go_into_every_file(folder):
    lab = ("--concentration", "50 nM", "--time", "1 h", "--name", "bench")
    report = json.loads(
        succeed("export", "model.xml", *to(*EVERYTHING), "-o", "out", *lab, "--json").output
    )
    assert report["files"]["csv"] == ["bench_species.csv", "bench_reactions.csv"]
    for path in (folder / "out").iterdir():
        if path.suffix not in (".xlsx", ".omex", ".cps"):
            assert "nM" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["net.npz", "--to", "csv", "-o", "out", "--name", "../a"], "is a path"),
        (["net.npz", "--to", "csv", "-o", "net.npz"], "is a file"),
        (["net.npz", "--to", "csv", "-o", "none/out"], "there is no folder"),
        (["none.npz", "--to", "csv", "-o", "out"], "none.npz"),
        (["net.npz", "--to", "csv", "-o", "out", "--time", "1 h"], "need both"),
        (["net.npz", "--to", "csv", "-o", "out", "--encoding", "folded"], "no inputs were given"),
        (["net.npz", "--to", "csv", "-o", "out", "--input", "1"], "2 inputs"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(folder, arguments, words):
    result = run("export", *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (folder / "out").exists()


def test_counts_are_for_stochastic_simulators(folder):
    arguments = ("export", "net.npz", *to("counts"), "-o", "out", "--input", "0.5,1")
    succeed(*arguments, "--molecules", "100")
    text = (folder / "out" / "net_counts.xml").read_text(encoding="utf-8")
    assert 'hasOnlySubstanceUnits="true"' in text
    assert "of which 100 stand for a concentration of 1" in text
    for wrong, words in (
        (("--force",), "counts needs --molecules"),
        (("--molecules", "9", "--data", "xor"), "--data goes with --to petab"),
        (("--molecules", "9", "--concentration", "1 nM", "--time", "1 h"), "leave --concentration"),
        (("--molecules", "-1", "--force"), "volume"),
    ):
        result = run(*arguments, *wrong)
        assert result.exit_code == 2
        assert words in result.output
    result = run("export", "net.npz", *to("csv"), "-o", "out", "--molecules", "9")
    assert "leave it out" in result.output


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_training_problem_is_a_folder_of_petab(folder):
    succeed("export", "net.npz", *to("petab"), "-o", "out", "--data", "xor")
    names = {path.name for path in (folder / "out" / "net_petab").iterdir()}
    assert {"problem.yaml", "model.xml", "parameters.tsv"} <= names
    for wrong, words in (
        ((), "petab needs --data"),
        (("--data", "tulips"), "none of xor, iris, digits or an .npz file"),
        (("--data", "iris"), "the network has 2 inputs"),
    ):
        result = run("export", "net.npz", *to("petab"), "-o", "other", *wrong)
        assert result.exit_code == 2
        assert words in result.output


def test_formats_may_be_repeated_and_copasi_is_called_by_its_name(folder):
    succeed("export", "net.npz", "--to", "copasi,csv", "--to", "cps", "-o", "out", "--quiet")
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == ["net.cps", "net_reactions.csv", "net_species.csv"]
    result = run("export", "net.npz", "--to", "csv", "markdown", "-o", "other")
    assert result.exit_code == 2
    assert "markdown" in result.output


def test_an_unknown_format_lists_the_known_ones():
    result = run("export", "net.npz", "--to", "word", "-o", "out")
    assert result.exit_code == 2
    assert "nuskell" in result.output


def test_nothing_is_overwritten_unless_asked():
    succeed("export", "net.npz", *to("csv"), "-o", "out")
    result = run("export", "net.npz", *to("csv", "markdown"), "-o", "out")
    assert result.exit_code == 2
    assert "net_species.csv already" in result.output
    succeed("export", "net.npz", *to("csv", "markdown"), "-o", "out", "--force")


def test_a_folded_model_does_not_become_another(folder):
    save_sbml(compile_network(NETWORK, "folded", [0.5, 1.0]), "folded.xml")
    result = run("export", "folded.xml", *to("sbml"), "-o", "out", "--encoding", "enzymatic")
    assert result.exit_code == 2
    assert "is folded" in result.output


@pytest.mark.parametrize(
    ("kind", "library"), [("cps", "basico"), ("omex", "libsedml"), ("xlsx", "openpyxl")]
)
def test_a_missing_library_is_an_error_before_anything_is_written(
    folder, monkeypatch, kind, library
):
    monkeypatch.setitem(sys.modules, library, None)
    result = run("export", "net.npz", *to("sbml", kind), "-o", "out")
    assert result.exit_code == 2
    assert "pip install 'crn2sbml[" in result.output
    assert not (folder / "out").exists()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("function", ["none", "softmax"])
def test_a_training_problem_takes_the_users_own_table(folder, function):
    classes = ["low", "high"] if function == "softmax" else None
    names = classes or ["growth", "yield"]
    codec = Codec(
        Encoder([True, False], [0.0, 2.0], ["temp C", "ph"]),
        Decoder([True, False], function, names, classes),
    )
    shape = NeuralNetwork.random((3, 2, 3), rng=1)
    loaded = LoadedNetwork(shape, codec).with_network(shape)
    loaded.save("own.npz")
    answers = "stage\n7,-1,high\n8,3,low\n" if classes else "yield,growth\n7,-1,2,-3\n8,3,4,5\n"
    (folder / "own.csv").write_text(f"ph,temp C,{answers}")
    succeed("export", "own.npz", *to("petab"), "-o", "out", "--data", "own.csv")
    problem = petab.Problem.from_yaml(folder / "out" / "own_petab" / "problem.yaml")
    assert petab.lint_problem(problem) is False
    inputs = [[-1.0, 7.0], [3.0, 8.0]]
    nodes = loaded.encode(inputs)
    found = problem.condition_df[["X0_1", "X0_2", "X0_3"]].to_numpy()
    np.testing.assert_array_equal(found, nodes)
    wanted = [0, 1, 1, 0] if classes else [-3, 2, 5, 4]
    assert problem.measurement_df["measurement"].tolist() == wanted
    assert problem.observable_df["observableName"].tolist() == names
    # What is observed is what the network answers, by another library's reading of the formulas.
    outputs = shape.forward(nodes)
    for row, answer in zip(outputs, loaded.outputs(inputs), strict=True):
        at = {f"X2_{number}": value for number, value in enumerate(row, start=1)}
        formulas = map(sympy.sympify, problem.observable_df["observableFormula"])
        assert [float(f.subs(at)) for f in formulas] == pytest.approx(answer.tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,y\n1,2,3\n", "own.csv has no column pH; its columns are a, b, y"),
        ("pH,b\n1,2\n", "own.csv has no column besides the inputs"),
        ("pH,b,y\n1,2,x\n", "own.csv: it holds text such as 'x'"),
        ("pH,b,y,z\n1,2,3,4\n", "own.csv has no column rate"),
        ("pH,b,y\n1,-2,3\n", "own.csv, line 2: input b is -2"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_before_anything_is_written(folder, text, words):
    NeuralNetwork.random((2, 2, 1), rng=1).save("bare.npz")
    NeuralNetwork([Layer([[1.0, 2.0]], [0.5])], ["pH", "b"], ["rate"]).save("own.npz")
    (folder / "own.csv").write_text(text)
    arguments = (*to("csv,petab"), "-o", "out", "--data", "own.csv")
    for name, expected in (("own.npz", words), ("bare.npz", "have no names, by which columns")):
        result = run("export", name, *arguments)
        assert result.exit_code == 2
        assert expected in result.output
        assert not (folder / "out").exists()
