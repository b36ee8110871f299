"""Every notebook runs from top to bottom."""

import os
from pathlib import Path

import pytest

from crn2sbml.data.mnist import DATA_VARIABLE

nbclient = pytest.importorskip("nbclient", reason="needs the test extra")
nbformat = pytest.importorskip("nbformat", reason="needs the test extra")

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


NEED_MNIST = ("02_paper",)
NEED_TORCH = ("05_bring_your_own",)


# One of them shows every day that notebooks run.
EVERYDAY = "01_quickstart"


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem != EVERYDAY))
        for path in NOTEBOOKS
    ],
)
def test_a_notebook_runs_and_draws(path, tmp_path):
    if path.stem in NEED_MNIST and not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"needs MNIST: {DATA_VARIABLE} names no folder")
    if path.stem in NEED_TORCH:
        pytest.importorskip("torch")
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), (
        "commit notebooks without output"
    )
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
