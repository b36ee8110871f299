"""The demo does what it says: it learns, both ways agree, and its files are sound."""

import json

import antimony
import libsbml
import numpy as np
import pytest
from click.testing import CliRunner

from crn2sbml import NeuralNetwork, Simulator, compile_network, to_sbml
from crn2sbml.cli import main
from crn2sbml.errors import FileError

FILES = {
    "README.txt",
    "digits_absorbed.xml",
    "digits_enzymatic.ant",
    "digits_enzymatic.xml",
    "network.npz",
    "training.csv",
    "training.png",
    "trajectories.png",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    result = CliRunner().invoke(main, ["demo", "-o", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.output)


def test_at_least_94_percent_of_held_out_digits_are_read_by_both(demo):
    _, report = demo
    assert report["held_out_examples"] == 359
    assert report["closed_form_accuracy"] >= 0.94
    assert report["chemistry_accuracy"] >= 0.94


def test_both_read_the_same_digit_from_every_held_out_image(demo):
    _, report = demo
    assert report["same_decisions"] == report["held_out_examples"]
    assert report["largest_difference"] <= report["error_bound"] <= 1e-6


def test_the_folder_holds_every_file_and_nothing_beside_it(demo):
    folder, _ = demo
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_the_models_are_those_of_the_trained_network(demo):
    folder, _ = demo
    network = NeuralNetwork.load(folder / "network.npz")
    text = (folder / "digits_enzymatic.xml").read_text(encoding="utf-8")
    model = libsbml.readSBMLFromString(text).getModel()
    pixels = [model.getSpecies(f"X0_{number}").getInitialConcentration() for number in range(1, 65)]
    assert text == to_sbml(compile_network(network, inputs=pixels))
    absorbed = (folder / "digits_absorbed.xml").read_text(encoding="utf-8")
    assert absorbed == to_sbml(compile_network(network, "absorbed", pixels))
    with Simulator(network) as simulator:
        outputs = simulator.steady_state(pixels).outputs
    assert outputs.argmax() == 7


def test_antimony_reads_the_absorbed_model_of_the_demo_back(demo):
    folder, _ = demo
    assert antimony.loadSBMLFile(str(folder / "digits_absorbed.xml")) >= 0
    assert antimony.getNumReactions(antimony.getMainModuleName()) > 1000


def test_a_second_demo_replaces_the_first_only_on_request(demo):
    folder, _ = demo
    refused = CliRunner().invoke(main, ["demo", "-o", str(folder), "--rounds", "2"])
    assert refused.exit_code == 2
    assert "exists already" in refused.output
    before = NeuralNetwork.load(folder / "network.npz")
    result = CliRunner().invoke(main, ["demo", "-o", str(folder), "--rounds", "2", "--force"])
    assert result.exit_code == 0, result.output
    assert NeuralNetwork.load(folder / "network.npz") != before
    assert {path.name for path in folder.iterdir()} == FILES


def test_a_folder_in_a_missing_place_is_an_error_before_any_work(tmp_path):
    from crn2sbml.examples.demo import run_demo

    with pytest.raises(FileError, match="there is no folder"):
        run_demo(tmp_path / "missing" / "out", tell=lambda text: pytest.fail(text))
    assert np.array(list(tmp_path.iterdir())).size == 0
