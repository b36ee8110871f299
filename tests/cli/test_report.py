"""What `crn2sbml report` writes and refuses; the page itself is looked at in tests/report."""

import json

import pytest

from crn2sbml import Crn, NeuralNetwork, compile_network, save_sbml
from tests.cli.test_cli import run, succeed

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)


@pytest.fixture(autouse=True)
def folder(folder):
    NETWORK.save("net.npz")
    save_sbml(compile_network(NETWORK, "absorbed", [0.5, 1.0]), "model.xml")
    save_sbml(Crn.from_text(["0 -> A", "A -> 0"]), "strange.xml")
    return folder


def test_a_page_is_written_of_a_model_as_it_is_and_of_a_network(folder):
    result = succeed("report", "model.xml", "-o", "a.html")
    assert "Wrote a.html; open it in any browser." in result.output
    (folder / "rows.csv").write_text("0,1\n1,0\n2,2\n")
    lab = ("--concentration", "50 nM", "--time", "1 h", "--title", "Ours")
    found = json.loads(
        succeed("report", "net.npz", "-o", "b.html", "--input", "rows.csv", *lab, "--json").output
    )
    assert found == {"output": "b.html", "left_out": []}
    html = (folder / "b.html").read_text(encoding="utf-8")
    assert "<h1>Ours</h1>" in html
    assert html.count('role="tab"') == 3
    assert "nM" in html


def test_without_inputs_a_network_is_shown_for_0_and_1_in_all_ways(folder):
    result = succeed("report", "net.npz", "-o", "a.html")
    assert "No inputs were given: the page shows 0 and 1 of each" in result.output
    assert (folder / "a.html").read_text(encoding="utf-8").count('role="tab"') == 4
    result = succeed("build", "net.npz", "-o", "a.xml")
    assert "Its inputs are 0, as none were given" in result.output
    NeuralNetwork.random((5, 2), rng=1).save("wide.npz")
    succeed("report", "wide.npz", "-o", "b.html")
    assert (folder / "b.html").read_text(encoding="utf-8").count('role="tab"') == 2


def test_a_model_takes_other_inputs_and_encodings(folder):
    succeed("report", "model.xml", "-o", "a.html", "--input", "2,2")
    succeed("report", "model.xml", "-o", "b.html", "--encoding", "enzymatic", "--quiet")
    assert "Wp1_1_1" in (folder / "b.html").read_text(encoding="utf-8")
    succeed("report", "strange.xml", "-o", "c.html")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("net.npz", "-o", "a.txt"), "ends in .html"),
        (("net.npz", "-o", "a.html", "--encoding", "folded"), "--input 0.5,1"),
        (("net.npz", "-o", "nowhere/a.html", "--input", "1,1"), "no folder"),
        (("net.npz", "-o", "a.html", "--input", "1,1,1"), "2 inputs"),
        (("net.npz", "-o", "a.html", "--input", "-1,1"), "-1"),
        (("net.npz", "-o", "a.html", "--input", "1,1", "--accuracy", "0"), "accuracy"),
        (("net.npz", "-o", "a.html", "--input", "1,1", "--concentration", "50 nM"), "--time"),
        (("strange.xml", "-o", "a.html", "--input", "1"), "leave --input out"),
        (("nothing.npz", "-o", "a.html"), "no file"),
        (("model.pkl", "-o", "a.html"), "can run any program"),
    ],
)
def test_bad_input_is_one_clear_line_and_no_file(folder, arguments, message):
    before = set(folder.iterdir())
    result = run("report", *arguments)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert message in result.output
    assert set(folder.iterdir()) == before


def test_what_is_there_is_not_overwritten_without_force(folder):
    (folder / "a.html").write_text("mine")
    assert run("report", "model.xml", "-o", "a.html").exit_code == 2
    assert (folder / "a.html").read_text() == "mine"
    succeed("report", "model.xml", "-o", "a.html", "--force")
