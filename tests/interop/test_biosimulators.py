"""biosimulators-copasi, in an environment of its own, runs the COMBINE archives as they are."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from crn2sbml.exports import make_study, save_omex
from tests.interop.matrix import CASES, reference

# Names the Python of an environment in which biosimulators-copasi is installed.
VARIABLE = "CRN2SBML_BIOSIMULATORS"
# The archive asks for a relative tolerance of 1e-8, in each of some hundred steps.
SAME = 1e-5

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no Python"),
]

RUN = """
import json, sys
import h5py
from biosimulators_copasi.core import exec_sedml_docs_in_combine_archive
_, log = exec_sedml_docs_in_combine_archive(sys.argv[1], sys.argv[2])
with h5py.File(sys.argv[2] + "/reports.h5") as reports:
    print(json.dumps(reports["simulation.sedml/data"][()].tolist()))
"""


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.volume == 1 and c.level_version == (3, 1)], ids=str
)
def test_the_report_is_the_trajectory_of_scipy(case, tmp_path):
    study = make_study(case.crn(), units=case.units)
    save_omex(study, tmp_path / "a.omex")
    result = subprocess.run(
        [os.environ[VARIABLE], "-W", "ignore", "-c", RUN, "a.omex", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert (Path(tmp_path) / "out" / "plots.zip").exists()
    time, output = np.array(json.loads(result.stdout.splitlines()[-1]))
    concentration, unit = case.one
    node = case.crn().dynamic_species.index(study.outputs[0])
    expected = reference(case, time / unit)[:, node]
    np.testing.assert_allclose(output / concentration, expected, atol=SAME)
