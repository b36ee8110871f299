"""What `crn2sbml simulate` says of networks, and of models that are none."""

import csv
import json

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from crn2sbml import Crn, NeuralNetwork, compile_network, save_sbml, settling_time
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from tests.cli.test_cli import run, succeed

CYCLE = Crn.from_text(
    ["A -> B", "B -> A", "B -> C", "C -> A"],
    rate_constants={"k1": 2.0, "k2": 0.5},
    initial={"A": 3.0, "B": 0.0, "C": 0.0},
)
NETWORK = NeuralNetwork.random((2, 3, 2), rng=1)
# Two integrators at tolerances of 1e-9 each.
INTEGRATORS = 1e-6


@pytest.fixture(autouse=True)
def folder(folder):
    save_sbml(CYCLE, "cycle.xml")
    NETWORK.save("net.npz")
    return folder


def course(t_end, times=None):
    def rhs(_, state):
        return CYCLE.right_hand_side(state)

    return solve_ivp(
        rhs, (0, t_end), CYCLE.initial_state, "LSODA", t_eval=times, rtol=1e-10, atol=1e-12
    ).y.T


def test_a_model_that_is_no_network_is_run_from_its_own_start(folder):
    options = ("--until", 1.5, "--points", 4, "-o", "a.csv", "--plot", "a.png", "--json")
    found = json.loads(succeed("simulate", "cycle.xml", *options).output)
    assert (found["species"], found["read_at"], found["points"]) == (["A", "B", "C"], 1.5, 4)
    assert "A -> B" in found["not_a_network"]
    np.testing.assert_allclose(found["final"], course(1.5)[-1], atol=INTEGRATORS)
    header, *rows = csv.reader((folder / "a.csv").read_text().splitlines())
    assert header == ["time", "A", "B", "C"]
    table = np.array(rows, dtype=float)
    np.testing.assert_allclose(table[:, 0], [0, 0.5, 1, 1.5])
    np.testing.assert_allclose(table[:, 1:], course(1.5, [0, 0.5, 1, 1.5]), atol=INTEGRATORS)
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_time_of_a_run_is_chosen_unless_it_is_given():
    result = succeed("simulate", "cycle.xml")
    assert "computes no neural network (reaction R1 (A -> B)" in result.output
    assert "at t = 100" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("cycle.xml", "--input", "1"), "is no neural network and takes no inputs"),
        (("cycle.xml", "--until", "-1"), "must be a positive number"),
        (("cycle.xml", "--points", "1"), "not in the range"),
        (("net.npz", "--input", "1,1", "--until", "3"), "give --plot, or leave them out"),
        (("net.npz", "--input", "1e9,1e9"), "scale weights and inputs towards 1"),
        (("net.npz", "--input", "1,2,3"), "has 3 numbers, but the network has 2 inputs"),
        (("net.npz", "--input", "1,nan"), "input 2 is nan"),
    ],
)
def test_what_cannot_be_run_is_one_line(arguments, words):
    result = run("simulate", *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "rr::" not in result.output
    assert len([line for line in result.output.splitlines() if line.startswith("Error")]) == 1


def test_how_long_it_takes_is_told_beside_when_it_was_read():
    options = ("--input", "0.5,1", "--accuracy", "1e-4")
    found = json.loads(succeed("simulate", "net.npz", *options, "--json").output)
    assert found["settled_by"] == settling_time(NETWORK, [[0.5, 1.0]], 1e-4)[0]
    assert found["accuracy"] == 1e-4
    assert found["read_at"] > 0
    assert "time" not in found
    text = succeed("simulate", "net.npz", *options).output
    assert f"Settled by t = {found['settled_by']:.3g}"[:18] in text
    assert "to within 0.0001, from every start (proven)." in text


def test_where_no_time_is_proved_that_is_said(monkeypatch):
    def refuse(*arguments):
        from crn2sbml.errors import InputValueError

        raise InputValueError("finer than double precision")

    monkeypatch.setattr("crn2sbml.cli.simulate.settling_time", refuse)
    result = succeed("simulate", "net.npz", "--input", "1,1")
    assert "No time by which every start is within 1e-06 can be proved." in result.output
    found = json.loads(succeed("simulate", "net.npz", "--input", "1,1", "--json").output)
    assert found["settled_by"] is None


def test_probabilities_do_not_settle():
    decoder = Decoder([False, False], "softmax", ["low", "high"], ["low", "high"])
    LoadedNetwork(NETWORK, Codec(Encoder([False, False]), decoder)).save("classes.npz")
    lines = succeed("simulate", "classes.npz", "--input", "0.5,1").output.splitlines()
    assert "probability" in lines[1]
    assert not any("settles at" in line for line in lines)
    assert any(line.startswith("Class: ") for line in lines)


def test_the_plot_of_a_network_ends_where_it_is_told(folder, monkeypatch):
    drawn = []

    def draw(trajectory, *arguments, **options):
        from crn2sbml.plots import plot_trajectory

        drawn.append(trajectory)
        return plot_trajectory(trajectory, *arguments, **options)

    monkeypatch.setattr("crn2sbml.cli.simulate.plot_trajectory", draw)
    options = ("--plot", "a.png", "--until", "3", "--points", "7")
    succeed("simulate", "net.npz", "--input", "1,1", *options)
    np.testing.assert_allclose(drawn[0].times, np.linspace(0, 3, 7))


def test_an_edited_network_that_is_one_no_more_still_runs():
    crn = compile_network(NETWORK, "absorbed", [1.0, 1.0])
    removal = Crn.from_text(["X1_1 + X2_1 --k_own--> X2_1"])
    constants = (*crn.rate_constants, *removal.rate_constants)
    edited = Crn(crn.species, constants, (*crn.reactions, *removal.reactions), "edited")
    save_sbml(edited, "edited.xml")
    assert "computes no neural network" in succeed("simulate", "edited.xml").output
