"""The face of the package: every public name, imported when it is used and not before."""

import ast
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import crn2sbml
from crn2sbml import NeuralNetwork

TREE = ast.parse(Path(crn2sbml.__file__).read_text(encoding="utf-8"))


# What scripts rely on. Whoever takes a name away, or gives another one, does so on purpose, here.
NAMES = [
    "Activation",
    "Certificate",
    "Crn",
    "Crn2sbmlError",
    "History",
    "Inspection",
    "LabUnits",
    "Layer",
    "NeuralNetwork",
    "RateConstant",
    "Reaction",
    "RecognisedNetwork",
    "Simulator",
    "Species",
    "SteadyState",
    "TrainingResult",
    "Trajectory",
    "absorb_enzymes",
    "bench_values",
    "certify",
    "compile_edge",
    "compile_network",
    "extract_network",
    "fit_network",
    "fold",
    "from_antimony",
    "from_sbml",
    "implements",
    "in_lab_units",
    "inspect_model",
    "layer_settling_times",
    "load_antimony",
    "load_crn",
    "load_network",
    "load_sbml",
    "recognise_network",
    "save_antimony",
    "save_crn",
    "save_sbml",
    "settling_time",
    "subnetwork",
    "subsystem",
    "to_antimony",
    "to_sbml",
    "train_network",
    "union",
]


def test_the_public_names_are_those_that_scripts_rely_on():
    assert crn2sbml.__all__ == NAMES


def in_a_fresh_process(code):
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.split()


def names_for_type_checkers():
    """Names and their modules in the block that only type checkers read."""
    (block,) = [
        node
        for node in TREE.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {alias.name: node.module for node in block.body for alias in node.names}


def test_importing_the_package_imports_no_room():
    code = (
        "import crn2sbml, sys; "
        "print(*[m for m in sys.modules if m.split('.')[0] in ('crn2sbml', 'numpy')])"
    )
    assert in_a_fresh_process(code) == ["crn2sbml._version", "crn2sbml"]


def test_what_runs_and_what_type_checkers_see_are_the_same_names():
    told = names_for_type_checkers()
    assert sorted(told) == crn2sbml.__all__
    for name, module in told.items():
        assert getattr(crn2sbml, name) is getattr(sys.modules[module], name)


def test_a_star_brings_all_that_is_promised_and_nothing_else():
    brought = {}
    exec("from crn2sbml import *", brought)
    assert sorted(brought.keys() - {"__builtins__"}) == crn2sbml.__all__


def test_names_are_listed_before_they_are_imported():
    code = "import crn2sbml; print(*[n for n in crn2sbml.__all__ if n not in dir(crn2sbml)])"
    assert in_a_fresh_process(code) == []
    assert {"errors", "theory", "__version__"} <= set(dir(crn2sbml))


def test_packages_are_attributes_without_an_import_of_their_own():
    code = "import crn2sbml; print(crn2sbml.errors.FileError.__name__, crn2sbml.data.__name__)"
    assert in_a_fresh_process(code) == ["FileError", "crn2sbml.data"]


@pytest.mark.parametrize("name", ["nothing", "_support_", "__wrapped__"])
def test_what_is_not_there_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"module 'crn2sbml' has no attribute '{name}'"):
        getattr(crn2sbml, name)
    assert not hasattr(crn2sbml, name)


def test_what_comes_from_the_face_can_be_pickled_and_is_explained():
    network = NeuralNetwork.random((2, 1), rng=1)
    assert pickle.loads(pickle.dumps(network)) == network
    assert pickle.loads(pickle.dumps(crn2sbml.train_network)) is crn2sbml.train_network
    text = pydoc.plain(pydoc.render_doc(crn2sbml))
    assert "train_network(" in text
    assert "class Simulator" in text
