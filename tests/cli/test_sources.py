"""Every command takes a network in any of its forms."""

import json

import numpy as np
import pytest

from crn2sbml import NeuralNetwork, compile_network, load_crn, save_sbml
from crn2sbml.exports import make_study, save_copasi, save_omex
from crn2sbml.report.page import Report
from tests.cli.test_cli import run, succeed

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)


@pytest.fixture(autouse=True)
def folder(folder):
    crn = compile_network(NETWORK, "absorbed", [0.5, 1.0])
    (folder / "trained").mkdir()
    NETWORK.save("trained/network.npz")
    save_sbml(crn, "a.xml")
    save_omex(make_study(crn), "a.omex")
    (folder / "empty").mkdir()
    return folder


@pytest.mark.parametrize(
    "source", ["trained", "a.omex", pytest.param("a.cps", marks=pytest.mark.slow)]
)
def test_every_command_takes_it(folder, source, monkeypatch):
    # A whole page takes seconds, and has tests of its own.
    monkeypatch.setattr("crn2sbml.cli.report.save_report", lambda *model, **options: Report("", ()))
    if source == "a.cps":
        save_copasi(make_study(load_crn("a.xml")), source)
    with_inputs = ("--input", "0.5,1") if source == "trained" else ()
    found = json.loads(succeed("simulate", source, *with_inputs, "--json").output)
    np.testing.assert_allclose(found["outputs"], NETWORK.forward([0.5, 1.0]), atol=1e-6)
    succeed("build", source, "-o", "b.xml", *with_inputs, "--encoding", "absorbed")
    succeed("report", source, "-o", "c.html", *with_inputs)
    succeed("export", source, "--to", "csv", "-o", "out", *with_inputs)
    assert (folder / "out" / f"{source.partition('.')[0]}_species.csv").exists()
    succeed("train", "--data", "xor", "--network", source, "--rounds", 2, "-o", "more")
    if source != "trained":
        succeed("check", source)
        succeed("extract", source, "-o", "d.npz")
        np.testing.assert_allclose(
            NeuralNetwork.load("d.npz").layers[0].weights, NETWORK.layers[0].weights, rtol=1e-14
        )


@pytest.mark.parametrize("command", ["simulate", "build", "report", "export", "check", "extract"])
def test_a_folder_without_a_network_is_refused(command):
    options = {
        "build": ("-o", "b.xml"),
        "report": ("-o", "b.html"),
        "export": ("--to", "csv", "-o", "out"),
        "extract": ("-o", "b.npz"),
    }.get(command, ())
    result = run(command, "empty", *options)
    assert result.exit_code == 2
    assert "empty is a folder without a network.npz" in result.output


@pytest.mark.parametrize("command", ["check", "extract"])
def test_what_is_about_models_says_so_of_a_network(command):
    result = run(command, "trained", *(("-o", "b.npz") if command == "extract" else ()))
    assert result.exit_code == 2
    assert "trained/network.npz is the name of a network file, not of a model" in result.output
