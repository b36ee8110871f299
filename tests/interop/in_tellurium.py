"""tellurium in a process of its own: it loads libcombine, which crashes beside COPASI's library."""

import numpy as np


def simulate(text, columns, duration, points, relative, absolute):
    import tellurium

    runner = tellurium.loadSBMLModel(text)
    runner.integrator.relative_tolerance = relative
    runner.integrator.absolute_tolerance = absolute
    return np.array(runner.simulate(0, duration, points, columns))
