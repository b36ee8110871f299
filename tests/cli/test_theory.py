"""What `crn2sbml check --theory` promises, refuses, draws and returns."""

import json

import pytest

from crn2sbml import (
    Activation,
    Layer,
    NeuralNetwork,
    compile_network,
    save_antimony,
    save_sbml,
    settling_time,
)
from tests.cli.test_cli import run, succeed
from tests.formats.test_sbml_spellings import REFUSED as REFUSED_FILES
from tests.theory import counterexamples
from tests.theory.test_certify import REFUSED

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_all_is_proved_of_a_model_of_ours(encoding):
    save_sbml(compile_network(NETWORK, encoding, [0.5, 1.0]), "a.xml")
    result = succeed("check", "a.xml", "--theory")
    assert result.output.count("holds") == 10
    assert result.output.count("│ proved ") == 6
    assert "refuted" not in result.output
    assert "unknown" not in result.output
    text = " ".join(result.output.split())
    assert "all nodes are within 0.001 of their steady state by t = 4.513 (proven)" in text
    assert "How the paper's definitions are read: 1. Definition 4.7(2)" in text


def test_the_accuracy_is_the_users():
    save_sbml(compile_network(NETWORK, inputs=[0.5, 1.0]), "a.xml")
    text = " ".join(succeed("check", "a.xml", "--theory", "--accuracy", "0.1").output.split())
    assert "all nodes are within 0.1 of their steady state by t = 1.881" in text


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_exits_with_1_and_names_the_species_and_reaction(name):
    crn, _, _, reason, reactions = REFUSED[name]
    save_sbml(crn, "a.xml")
    result = run("check", "a.xml", "--theory")
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert reason in text
    # Each reaction is named, in the sentence or behind it.
    for reaction in reactions:
        assert f"{reaction} (" in text or f"(reactions: {', '.join(reactions)})" in text


def test_json_has_the_certificate_and_the_settling_time():
    save_sbml(compile_network(NETWORK, inputs=[0.5, 1.0]), "a.xml")
    theory = json.loads(succeed("check", "a.xml", "--theory", "--json").output)["theory"]
    assert theory["proved"] is True
    assert theory["settling"]["accuracy"] == 0.001
    assert theory["settling"]["time"] == settling_time(NETWORK, [[0.5, 1.0]])[0]
    assert theory["structural"]["properties"]["from_infinity"]["verdict"] == "proved"
    low, high = theory["at_these_numbers"]["species"]["X2_1"]["fixed_point"]
    assert low <= NETWORK.forward([0.5, 1.0])[0, 0] * (1 + 1e-12)
    assert high >= NETWORK.forward([0.5, 1.0])[0, 0] * (1 - 1e-12)


def test_a_network_that_is_none_of_ours_has_no_settling_time():
    save_sbml(counterexamples.three_fixed_points((6, 11, 1, 1)), "a.xml")
    theory = json.loads(run("check", "a.xml", "--theory", "--json").output)["theory"]
    assert theory["settling"]["time"] is None
    text = " ".join(run("check", "a.xml", "--theory").output.split())
    assert "No settling time: the model is no neural network." in text


def test_findings_of_libsbml_are_listed_but_do_not_decide(folder):
    # A stranger's file without units gives warnings; the promise stands.
    save_sbml(compile_network(NETWORK, "absorbed", [0.5, 1.0]), "a.xml")
    text = (folder / "a.xml").read_text().replace(' substanceUnits="dimensionless"', "")
    (folder / "b.xml").write_text(text)
    assert run("check", "b.xml", "--strict").exit_code == 1
    result = run("check", "b.xml", "--theory")
    assert "warning" in result.output
    assert result.exit_code == 0


def test_a_model_that_is_not_of_mass_action_has_no_certificate(folder):
    text = next(iter(REFUSED_FILES.values()))
    (folder / "a.xml").write_text(text[0] if isinstance(text, tuple) else text)
    result = run("check", "a.xml", "--theory", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["theory"] is None
    text = run("check", "a.xml", "--theory").output
    assert "No certificate: the theory is about mass action." in text


def test_pictures_are_drawn(folder):
    mixed = [Layer([[1.0, -2.0]], [0.5], Activation(0.1, {2: 1.0, 4: 0.5})), Layer([[3.0]], [0.0])]
    save_antimony(compile_network(NeuralNetwork(mixed), inputs=[2.0, 0.5]), "a.ant")
    result = succeed("check", "a.ant", "--theory", "--plots", "pictures")
    assert "Wrote phase_line.png, activation.png, settling.png to pictures." in result.output
    for name in ("phase_line", "activation", "settling"):
        assert (folder / "pictures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert run("check", "a.ant", "--theory", "--plots", "pictures").exit_code == 2
    succeed("check", "a.ant", "--theory", "--plots", "pictures", "--force")


def test_the_phase_line_of_what_is_refuted_is_drawn(folder):
    save_sbml(counterexamples.three_fixed_points(), "a.xml")
    result = run("check", "a.xml", "--theory", "--plots", "pictures")
    assert "Wrote phase_line.png to pictures." in result.output
    save_sbml(counterexamples.example_5_2(), "b.xml")
    result = run("check", "b.xml", "--theory", "--plots", "pictures", "--force")
    assert "No pictures: no species has others before it that all settle." in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.xml", "--theory", "--accuracy", "0"], "must be a positive number"),
        (["a.xml", "--plots", "pictures"], "give both"),
        (["a.xml", "--theory", "--plots", "a.xml"], "is a file"),
        (["a.xml", "--theory", "--plots", "none/pictures"], "there is no folder"),
        (["none.xml", "--theory"], "none.xml"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, words):
    save_sbml(compile_network(NETWORK), "a.xml")
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_quiet_prints_nothing():
    save_sbml(compile_network(NETWORK), "a.xml")
    assert succeed("check", "a.xml", "--theory", "--quiet").output == ""


def test_a_proved_model_without_a_settling_time_says_why(folder):
    # X falls to 0 from everywhere: proved, but as a network it has h = 0.
    (folder / "a.ant").write_text("X -> ; X\n2 X -> X; X^2\nX = 1\n")
    result = succeed("check", "a.ant", "--theory")
    text = " ".join(result.output.split())
    assert "No settling time: layer 1 has h = 0" in text
    save_sbml(compile_network(NETWORK), "b.xml")
    text = " ".join(succeed("check", "b.xml", "--theory", "--accuracy", "1e-30").output.split())
    assert "No settling time: no settling time can be proven for an accuracy of 1e-30" in text


def test_a_reason_lists_all_that_it_decides_in_both_columns():
    save_sbml(counterexamples.double_root_at_zero(), "a.xml")
    text = " ".join(run("check", "a.xml", "--theory").output.split())
    both = "(for all constants and at these numbers)"
    words = "Decides: each species exponentially feed-forward {0}; is exponentially reliable {0}."
    assert words.format(both) in text
