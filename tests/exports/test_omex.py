"""COMBINE archives: valid, the same each time, and executed by tellurium as they are."""

import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace

import libsbml
import libsedml
import numpy as np
import pytest

from crn2sbml import Crn, LabUnits, NeuralNetwork, compile_network, to_sbml
from crn2sbml.errors import FileError, MissingDependencyError, OutputExistsError
from crn2sbml.exports import make_study, save_omex, to_sedml

NETWORK = NeuralNetwork(
    NeuralNetwork.random((2, 3, 2), rng=1).layers, output_names=["cat & dog", "bird"]
)
INPUTS = [0.5, 1.0]
STUDY = make_study(compile_network(NETWORK, "enzymatic", INPUTS))
UNITS = LabUnits.parse("50 nM", "1 h")
# A run to the settled time is within 1e-3 of the outputs by proof.
SETTLED = 1e-3


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "a.omex"
    save_omex(
        STUDY,
        path,
        title="Cats <and> dogs",
        creators=["A. Author", "B & B"],
        attachments={"picture.png": b"\x89PNG\r\n\x1a\n"},
    )
    return path


def in_a_process_of_its_own(code, *arguments):
    """Run code and return what it prints as JSON: libcombine and COPASI crash in one process."""
    result = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:tellurium", "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


OPEN = """
import json, sys
import libcombine
archive = libcombine.CombineArchive()
assert archive.initializeFromArchive(sys.argv[1])
locations = sorted(str(location) for location in archive.getAllLocations())
print(json.dumps([locations, archive.getMasterFile().getLocation()]))
"""


def test_libcombine_opens_it_and_finds_all_files(archive):
    locations, master = in_a_process_of_its_own(OPEN, str(archive))
    assert [location for location in locations if location.startswith("./")] == [
        "./manifest.xml",
        "./metadata.rdf",
        "./model.xml",
        "./picture.png",
        "./reactions.csv",
        "./simulation.sedml",
        "./species.csv",
    ]
    assert master == "./simulation.sedml"


def test_the_model_is_the_sbml_and_the_tables_are_its_own(archive):
    with zipfile.ZipFile(archive) as files:
        assert files.read("model.xml").decode() == to_sbml(STUDY.crn)
        rows = list(csv.reader(io.TextIOWrapper(files.open("species.csv"), "utf-8")))
    assert [row[0] for row in rows[1:]] == list(STUDY.crn.species_ids)


def test_the_metadata_name_title_creators_and_paper(archive):
    with zipfile.ZipFile(archive) as files:
        root = ET.fromstring(files.read("metadata.rdf"))
    text = [element.text for element in root.iter() if element.text and element.text.strip()]
    assert text == ["Cats <and> dogs", "A. Author", "B & B"]
    resources = [value for element in root.iter() for value in element.attrib.values()]
    assert "https://identifiers.org/doi:10.1098/rsif.2021.0031" in resources


@pytest.mark.parametrize("units", [None, UNITS])
def test_libsedml_has_nothing_to_report(units):
    document = libsedml.readSedMLFromString(to_sedml(replace(STUDY, units=units)))
    assert document.getNumErrors() == 0
    course = document.getSimulation(0)
    assert course.getOutputEndTime() == STUDY.duration
    assert document.getNumOutputs() == 2
    plot = document.getOutput(0)
    assert [plot.getCurve(n).getName() for n in range(2)] == [
        "output 1: cat & dog",
        "output 2: bird",
    ]
    # Each target is a species of the model.
    model = libsbml.readSBMLFromString(to_sbml(STUDY.crn)).getModel()
    for number in range(1, 3):
        target = document.getDataGenerator(number).getVariable(0).getTarget()
        assert model.getSpecies(target.split("'")[1]) is not None


EXECUTE = """
import json, sys
import numpy as np
import tellurium

def leaves(tree, name=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{name}/{key}")
        else:
            yield f"{name}/{key}", value

(outputs,) = tellurium.executeCombineArchive(sys.argv[1]).values()
ends = [float(np.ravel(v)[-1]) for key, v in leaves(outputs) if "of_X" in key]
print()
print(json.dumps(ends))
"""


@pytest.mark.parametrize("units", [pytest.param(None, marks=pytest.mark.slow), UNITS])
def test_tellurium_executes_it(tmp_path, units):
    path = tmp_path / "a.omex"
    save_omex(replace(STUDY, units=units), path)
    ends = in_a_process_of_its_own(EXECUTE, str(path))
    one = 1.0 if units is None else units.concentration
    np.testing.assert_allclose(np.array(ends) / one, NETWORK.forward(INPUTS)[0], atol=SETTLED)


def test_the_same_study_gives_the_same_bytes(archive, tmp_path):
    again = tmp_path / "b.omex"
    save_omex(
        STUDY,
        again,
        title="Cats <and> dogs",
        creators=["A. Author", "B & B"],
        attachments={"picture.png": b"\x89PNG\r\n\x1a\n"},
    )
    assert archive.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", "a/../../b.png", "..\\a.png", "C:a.png", ""]
)
def test_a_path_outside_of_the_archive_is_an_error(tmp_path, name):
    with pytest.raises(FileError, match="outside of the archive"):
        save_omex(STUDY, tmp_path / "a.omex", attachments={name: b""})
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_taken_is_an_error(tmp_path):
    with pytest.raises(FileError, match=r"has a file 'model.xml' already"):
        save_omex(STUDY, tmp_path / "a.omex", attachments={"model.xml": b""})


def test_nothing_is_overwritten_and_a_missing_library_is_named(archive, monkeypatch):
    with pytest.raises(OutputExistsError):
        save_omex(STUDY, archive)
    study = make_study(Crn.from_text(["0 -> A", "A -> 0"]))
    monkeypatch.setitem(sys.modules, "libsedml", None)
    with pytest.raises(MissingDependencyError, match=r"libsedml.*crn2sbml\[omex\]"):
        save_omex(study, archive, True)
