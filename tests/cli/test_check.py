"""What `crn2sbml check` says of files of every origin."""

import json

import pytest

from crn2sbml import (
    Crn,
    NeuralNetwork,
    compile_network,
    inspect_model,
    save_antimony,
    save_sbml,
    to_sbml,
)
from crn2sbml.formats.sbml import validate
from tests.cli.test_cli import run, succeed
from tests.formats.test_sbml_spellings import CASES, REFUSED

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("level_version", [(3, 1), (3, 2), (2, 4)])
def test_a_model_of_ours_is_known_and_sound(encoding, level_version):
    crn = compile_network(NETWORK, encoding, [0.5, 1.0])
    save_sbml(crn, "a.xml", level_version=level_version)
    result = succeed("check", "a.xml")
    assert f"SBML Level {level_version[0]} Version {level_version[1]}" in result.output
    assert f"smoothed ReLU (h = 1), {encoding} encoding" in result.output
    assert f"Dynamic species: {len(crn.dynamic_species)}: X1_1" in result.output
    assert f"Enzymatic species: {len(crn.enzymatic_species)}" in result.output
    assert "Findings: none (libsbml, all checks)" in result.output


def test_json_has_all_of_it():
    save_antimony(compile_network(NETWORK), "a.ant")
    report = json.loads(succeed("check", "a.ant", "--json").output)
    assert report["network"] == {
        "encoding": "enzymatic",
        "widths": [2, 3, 1],
        "activations": ["smoothed ReLU (h = 1)"] * 2,
        "input_species": ["X0_1", "X0_2"],
        "output_species": ["X2_1"],
    }
    assert (report["format"], report["mass_action"], report["checks"]) == ("Antimony", True, "none")
    assert (report["reactions"], report["largest_order"]) == (34, 3)
    assert len(report["dynamic_species"]) == 4
    assert report["findings"] == []


def test_a_model_of_somebody_else_is_described(folder):
    (folder / "a.xml").write_text(CASES["a boundary species that is consumed"])
    result = succeed("check", "a.xml")
    assert "Neural network: no; B has no decay of order 2" in result.output
    assert "Buffered species: 1: A" in result.output
    assert "warning 20702 (SBML unit consistency)" in result.output


def test_what_reading_left_out_is_told(folder):
    (folder / "a.xml").write_text(CASES["a rate of 0"])
    assert "Note: reaction J has rate 0 and is left out" in run("check", "a.xml").output


def test_what_is_no_mass_action_is_a_finding_with_its_line(folder):
    (folder / "a.xml").write_text(REFUSED["Michaelis and Menten"][0])
    result = run("check", "a.xml")
    assert result.exit_code == 1
    assert "Neural network: no; it is no reaction network of mass action" in result.output
    assert "line 2: error (Mass action): the law of reaction 'J'" in result.output
    report = json.loads(run("check", "a.xml", "--json").output)
    assert not report["mass_action"]
    assert report["findings"][0]["line"] == 2
    (folder / "b.xml").write_text(REFUSED["a package that is needed"][0])
    assert "needs the SBML package" in run("check", "b.xml").output


def test_what_is_inconsistent_is_found_by_line(folder):
    text = to_sbml(Crn.from_text(["A -> B", "B -> A"]))
    broken = text.replace("SBO:0000176", "SBO:0000290")
    (folder / "a.xml").write_text(broken)
    result = succeed("check", "a.xml")
    lines = [n for n, line in enumerate(broken.splitlines(), 1) if "<reaction " in line]
    assert f"line {lines[0]}, {lines[1]}: warning 10707" in result.output


def test_warnings_matter_to_those_who_say_so(folder):
    # What COPASI leaves in files that it saves is one of them.
    text = to_sbml(Crn.from_text(["A -> B", "B -> A"])).replace("SBO:0000176", "SBO:0000290")
    (folder / "a.xml").write_text(text)
    assert "warning 10707" in succeed("check", "a.xml").output
    assert run("check", "a.xml", "--strict").exit_code == 1
    save_sbml(compile_network(NETWORK), "c.xml")
    succeed("check", "c.xml", "--strict", "--theory")


def test_an_error_matters(folder):
    text = to_sbml(compile_network(NETWORK))
    # A constant species that is no boundary may be in no reaction.
    ours = 'boundaryCondition="true" constant="true"'
    assert ours in text
    (folder / "a.xml").write_text(text.replace(ours, ours.replace("true", "false", 1), 1))
    result = run("check", "a.xml")
    assert result.exit_code == 1
    assert "error 20611" in result.output


def test_large_models_get_the_cheap_checks(folder, monkeypatch):
    monkeypatch.setattr("crn2sbml.formats.inspection.MOST_REACTIONS_IN_FULL", 10)
    crn = compile_network(NETWORK)
    save_sbml(crn, "a.xml")
    assert "without units and general consistency" in succeed("check", "a.xml").output
    # A finding of the cheap checks, and one of those that are left out.
    text = to_sbml(crn).replace("SBO:0000176", "SBO:0000290", 1)
    (folder / "b.xml").write_text(text.replace('timeUnits="dimensionless" ', ""))
    inspection = inspect_model("b.xml")
    assert [finding.code for finding in inspection.findings] == [10707]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", "<sbml", "not well-formed"),
        ("a.xml", CASES["reversible"].replace('id="B"', 'id="A"'), "'A' stands for two things"),
        ("a.ant", "J: A -> B; ;)", "antimony cannot read"),
        ("a.txt", "", "cannot tell the format"),
    ],
)
def test_what_cannot_be_read_has_exit_code_2(folder, name, content, words):
    (folder / name).write_text(content)
    result = run("check", name)
    assert result.exit_code == 2
    assert words in result.output


def test_a_check_that_crashes_or_takes_too_long_is_an_error(folder, monkeypatch):
    save_sbml(Crn.from_text(["A -> B"]), "a.xml")
    program = folder / "program.py"
    program.write_text("import os\nos.abort()\n")
    monkeypatch.setattr("crn2sbml.formats.child.confined.__file__", str(program))
    assert "consistency program failed on a.xml" in run("check", "a.xml").output
    program.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(validate, "_MOST_SECONDS", 0.5)
    assert "did not check a.xml" in run("check", "a.xml").output
