"""tellurium in a process of its own: it loads libcombine, which crashes beside COPASI's library."""

import tempfile
from pathlib import Path

import numpy as np


def simulate(text, columns, duration, points, relative, absolute):
    import tellurium

    runner = tellurium.loadSBMLModel(text)
    runner.integrator.relative_tolerance = relative
    runner.integrator.absolute_tolerance = absolute
    return np.array(runner.simulate(0, duration, points, columns))


def answers_of_sbml(text, identifiers, duration, relative, absolute):
    import tellurium

    runner = tellurium.loadSBMLModel(text)
    runner.integrator.relative_tolerance = relative
    runner.integrator.absolute_tolerance = absolute
    runner.simulate(0, duration, 2)
    return [float(runner[identifier]) for identifier in identifiers]


def answers_of_archive(content):
    """Return the last value of each data generator of an archive, by its id."""
    import matplotlib

    matplotlib.use("Agg")
    import tellurium

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.omex"
        path.write_bytes(content)
        (executed,) = tellurium.executeCombineArchive(str(path)).values()
    return {name: float(np.ravel(v)[-1]) for name, v in executed["dataGenerators"].items()}
