"""The models in models/: the same bytes, and what their page says of them."""

import functools
import re
import sys
import zipfile
from pathlib import Path

import basico
import numpy as np
import pytest
import roadrunner

from crn2sbml import (
    NeuralNetwork,
    extract_network,
    inspect_model,
    load_antimony,
    load_crn,
    load_network,
)
from crn2sbml.data import load_digits, load_iris, load_xor
from crn2sbml.examples.models import example_file_names, example_models, write_example_models
from crn2sbml.training import share_correct
from tests.cli.test_cli import run, succeed
from tests.exports.test_omex import EXECUTE, in_a_process_of_its_own

MODELS = Path(__file__).parents[2] / "models"
# Runs at relative tolerance 1e-9 for far longer than these networks need to settle.
SETTLED = 1e-6
# The simulation in an archive ends when this distance is proved.
WITHIN_BY_PROOF = 1e-3


def contents(folder):
    """The bytes of files, and what archives hold: how they are compressed depends on zlib."""
    found = {}
    for path in folder.iterdir():
        found[path.name] = path.read_bytes()
        if path.suffix == ".omex":
            with zipfile.ZipFile(path) as archive:
                found[path.name] = {name: archive.read(name) for name in archive.namelist()}
    return found


@functools.cache
def inspected(name):
    """A file of the folder, whose checks take a while, looked at once."""
    return inspect_model(MODELS / name)


def each_model(*slow):
    """Each of the models, of which some take a while and promise what the others do."""
    models = [
        pytest.param(model, id=model.name, marks=[pytest.mark.slow] * (model.name in slow))
        for model in example_models()
    ]
    return pytest.mark.parametrize("model", models)


def test_the_folder_holds_what_the_command_writes(tmp_path):
    result = succeed("models", "-o", tmp_path / "models")
    assert "Wrote 21 files" in result.output
    written = contents(tmp_path / "models")
    assert set(written) == set(example_file_names())
    # To renew: crn2sbml models --force
    assert written == contents(MODELS)


def test_without_the_library_there_are_no_archives_and_all_else(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "libsedml", None)
    result = succeed("models", "-o", tmp_path / "models")
    assert "Wrote 16 files" in result.output
    assert "crn2sbml[omex]" in result.output
    there = {path.name for path in (tmp_path / "models").iterdir()}
    assert there == {name for name in example_file_names() if not name.endswith(".omex")}


def test_what_is_there_is_not_overwritten_without_force(tmp_path):
    write_example_models(tmp_path)
    (tmp_path / "xor.ant").write_text("mine")
    result = run("models", "-o", tmp_path)
    assert result.exit_code == 2
    assert "overwrite with --force" in result.output
    assert (tmp_path / "xor.ant").read_text() == "mine"
    succeed("models", "-o", tmp_path, "--force", "--quiet")
    assert (tmp_path / "xor.ant").read_bytes() == (MODELS / "xor.ant").read_bytes()


@each_model("digits")
def test_every_file_holds_the_network_and_nothing_is_wrong_with_it(model):
    for name in model.file_names:
        inspection = inspected(name)
        assert inspection.finding_count == 0
        assert inspection.recognised.network == model.network
        np.testing.assert_array_equal(
            inspection.recognised.own_inputs(inspection.crn), model.inputs
        )


def test_the_encodings_are_what_the_names_say():
    for model in example_models():
        encodings = [inspected(name).recognised.encoding for name in model.file_names]
        assert encodings == ["enzymatic", "absorbed", "enzymatic"]


@each_model("digits")
def test_the_page_says_where_roadrunner_and_copasi_settle(model):
    page = (MODELS / "README.md").read_text(encoding="utf-8").split(f"**{model.name}**", 1)[1]
    text = page[page.index("Settles at") :].split("\n\n", 1)[0]
    told = {s: float(x) for s, x in re.findall(r"(X\d+_\d+)\s+=\s+([\d.]+\d)", text)}
    assert len(told) == model.network.widths[-1]
    path = MODELS / model.file_names[1]
    runner = roadrunner.RoadRunner(str(path))
    runner.integrator.relative_tolerance = 1e-9
    runner.simulate(0, 1000, 2)
    for species, value in told.items():
        # Four decimals are printed.
        assert runner[f"[{species}]"] == pytest.approx(value, abs=0.5e-4 + SETTLED)
    loaded = basico.load_model(str(path))
    try:
        table = basico.run_time_course(duration=1000, intervals=1, use_sbml_id=True)
    finally:
        basico.remove_datamodel(loaded)
    for species, value in told.items():
        assert table[species].iloc[-1] == pytest.approx(value, abs=1e-4)


@each_model("digits", "iris", "edge_order_3")
def test_tellurium_executes_the_archive(model):
    ends = in_a_process_of_its_own(EXECUTE, str(MODELS / model.archive_name))
    expected = model.network.forward(model.inputs)[0]
    np.testing.assert_allclose(ends, expected, atol=WITHIN_BY_PROOF)


def test_the_exclusive_or_is_on_the_right_side_of_one_half():
    xor = load_xor()
    outputs = load_network(MODELS / "xor_absorbed.xml").forward(xor.inputs)
    np.testing.assert_array_equal(outputs > 0.5, xor.targets == 1.0)


@pytest.mark.parametrize(
    ("name", "data", "share"),
    [
        ("iris", load_iris(), 0.98),
        pytest.param("digits", load_digits(), 0.97, marks=pytest.mark.slow),
    ],
)
def test_the_trained_networks_decide_rightly(name, data, share):
    network = extract_network(load_antimony(MODELS / f"{name}.ant"))
    assert share_correct(network.forward(data.inputs), data.targets) >= share
    example = next(model for model in example_models() if model.name == name)
    assert network.forward(example.inputs).argmax() == {"iris": 2, "digits": 7}[name]


def test_a_renamed_file_is_told_by_what_it_holds(tmp_path):
    (tmp_path / "a.sbml").write_bytes((MODELS / "iris_absorbed.xml").read_bytes())
    assert isinstance(load_network(tmp_path / "a.sbml"), NeuralNetwork)
    assert load_crn(tmp_path / "a.sbml").name == "network_4_4_3"
