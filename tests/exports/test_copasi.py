"""COPASI opens the file, runs both tasks as they stand, and finds the network's outputs."""

import sys
from pathlib import Path

import basico
import numpy as np
import pytest

from crn2sbml import Crn, LabUnits, NeuralNetwork, compile_network
from crn2sbml.errors import FileError, InputValueError, MissingDependencyError, OutputExistsError
from crn2sbml.exports import Study, copasi, make_study, save_copasi, to_copasi

NETWORK = NeuralNetwork(NeuralNetwork.random((2, 3, 2), rng=1).layers, output_names=["cat", "bird"])
INPUTS = [0.5, 1.0]
# A run to the settled time is within 1e-3 of the outputs by proof.
SETTLED = 1e-3


@pytest.fixture
def opened(tmp_path):
    """Write a study, open it in COPASI, and close it again."""
    models = []

    def open_study(study):
        save_copasi(study, tmp_path / "a.cps")
        models.append(basico.load_model(str(tmp_path / "a.cps")))
        return models[-1]

    yield open_study
    for model in models:
        basico.remove_datamodel(model)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("units", [None, LabUnits.parse("50 nM", "1 h")])
def test_the_time_course_runs_to_the_settled_outputs(opened, encoding, units):
    model = opened(make_study(compile_network(NETWORK, encoding, INPUTS), units=units))
    table = basico.run_time_course(model=model)
    assert len(table) == 501
    one = 1.0 if units is None else units.concentration
    ends = table[["output 1: cat", "output 2: bird"]].to_numpy()[-1] / one
    np.testing.assert_allclose(ends, NETWORK.forward(INPUTS)[0], atol=SETTLED)


def test_the_steady_state_task_finds_the_outputs(opened):
    model = opened(make_study(compile_network(NETWORK, "enzymatic", INPUTS)))
    assert basico.run_steadystate(model=model) == 1
    species = basico.get_species(model=model)
    ends = species.loc[["output 1: cat", "output 2: bird"], "concentration"]
    np.testing.assert_allclose(ends, NETWORK.forward(INPUTS)[0], rtol=1e-6)


def test_the_outputs_are_plotted_and_every_law_is_known(opened):
    model = opened(make_study(compile_network(NETWORK, "enzymatic", INPUTS)))
    (curves,) = basico.get_plots(model=model)["curves"]
    assert [curve["name"] for curve in curves] == ["output 1: cat", "output 2: bird"]
    functions = set(basico.get_reactions(model=model)["function"])
    assert functions == {"Mass action (irreversible)"}


def test_a_large_network_is_folded_and_says_so(tmp_path, monkeypatch):
    study = make_study(compile_network(NETWORK, "enzymatic", INPUTS))
    assert save_copasi(study, tmp_path / "a.cps") is False
    monkeypatch.setattr(copasi, "MOST_REACTIONS", 40)
    assert save_copasi(study, tmp_path / "b.cps") is True
    model = basico.load_model(str(tmp_path / "b.cps"))
    try:
        table = basico.run_time_course(model=model)
    finally:
        basico.remove_datamodel(model)
    ends = table[["output 1: cat", "output 2: bird"]].to_numpy()[-1]
    np.testing.assert_allclose(ends, NETWORK.forward(INPUTS)[0], atol=SETTLED)


def test_a_network_that_is_no_neural_network_has_a_study_too(opened):
    crn = Crn.from_text(["0 -> A", "A -> B", "2 B -> B"])
    study = make_study(crn)
    assert study == Study(crn, ("A", "B"), 100.0, False)
    assert make_study(crn, 5.0).duration == 5.0
    table = basico.run_time_course(model=opened(study))
    assert table["B"].to_numpy()[-1] == pytest.approx(1.0)


def test_a_study_checks_itself():
    crn = Crn.from_text(["0 -> A", "A -> 0"])
    with pytest.raises(InputValueError, match="duration is -1"):
        Study(crn, ("A",), -1.0, False)
    with pytest.raises(InputValueError, match="'B' is no species"):
        Study(crn, ("B",), 1.0, False)


def test_nothing_is_overwritten_and_a_missing_library_is_named(tmp_path, monkeypatch):
    study = make_study(Crn.from_text(["0 -> A", "A -> 0"]))
    save_copasi(study, tmp_path / "a.cps")
    with pytest.raises(OutputExistsError):
        save_copasi(study, tmp_path / "a.cps")
    monkeypatch.setitem(sys.modules, "basico", None)
    with pytest.raises(MissingDependencyError, match=r"crn2sbml\[copasi\]"):
        save_copasi(study, tmp_path / "b.cps")
    assert [path.name for path in tmp_path.iterdir()] == ["a.cps"]


def test_the_same_network_gives_the_same_bytes(tmp_path):
    # Named like the numbers that COPASI gives to its own objects.
    crn = Crn.from_text(["0 -> Metabolite_1", "Metabolite_1 -> 0", "2 Metabolite_0 -> 0"])
    first, second = (to_copasi(make_study(crn))[0] for _ in range(2))
    assert first == second
    assert b'key="Metabolite_0" name="Metabolite_1"' in first
    (tmp_path / "a.cps").write_bytes(first)
    model = basico.load_model(str(tmp_path / "a.cps"))
    try:
        assert list(basico.get_species(model=model).index) == ["Metabolite_1", "Metabolite_0"]
        table = basico.run_time_course(model=model)
    finally:
        basico.remove_datamodel(model)
    assert table["Metabolite_1"].iloc[-1] == pytest.approx(1.0)
    # dx/dt = -2 x^2 from x = 1 is 1/(1 + 2 t); the duration is 100.
    assert table["Metabolite_0"].iloc[-1] == pytest.approx(1 / 201)


def test_a_file_that_is_not_complete_replaces_none(tmp_path, monkeypatch):
    study = make_study(compile_network(NETWORK, "absorbed", INPUTS))
    target = tmp_path / "a.cps"
    save_copasi(study, target)
    before = target.read_bytes()

    def save_half(path, **_):
        Path(path).write_bytes(before[: len(before) // 2])

    monkeypatch.setattr(basico, "save_model", save_half)
    with pytest.raises(FileError, match="COPASI wrote only"):
        save_copasi(study, target, True)
    monkeypatch.setattr(basico, "save_model", lambda path, **_: None)
    with pytest.raises(FileError, match=r"model\.cps"):
        save_copasi(study, target, True)
    assert target.read_bytes() == before
