"""Molecule numbers: roadrunner and COPASI agree with the exact master equation."""

import basico
import libsbml
import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from crn2sbml import Activation, Crn, Layer, NeuralNetwork, compile_network
from crn2sbml.errors import UnsupportedError
from crn2sbml.exports import to_counts_sbml

# A single node at V = 4, h = 1, without upstream.
VOLUME = 4
NODE = Crn.from_text(["0 --k_h--> X", "2 X --k_d--> X"])
MEAN, VARIANCE = 1.069249, 0.124018
DURATION, INTERVALS = 20_000, 200_000
# The node forgets in about half a unit of time, so that a run holds some 40,000 looks at it: the
# standard error of the mean is 0.0018, and that of the variance 0.001. Four of each.
MEAN_ERROR, VARIANCE_ERROR = 0.008, 0.004


def master_equation():
    """The stationary distribution of births at h V and deaths at n (n - 1) / V, exactly."""
    n = np.arange(1, 400)
    logarithm = np.concatenate([[0.0], np.cumsum(np.log(VOLUME) - np.log(n[1:] * n[:-1] / VOLUME))])
    weights = np.exp(logarithm - logarithm.max())
    weights /= weights.sum()
    mean = (weights * n).sum() / VOLUME
    return mean, (weights * n**2).sum() / VOLUME**2 - mean**2


def test_the_exact_mean_and_variance():
    mean, variance = master_equation()
    assert mean == pytest.approx(MEAN, abs=1e-6)
    assert variance == pytest.approx(VARIANCE, abs=1e-6)


def roadrunner_run(text):
    runner = roadrunner.RoadRunner(text)
    runner.setIntegrator("gillespie")
    runner.integrator.seed = 1
    runner.integrator.variable_step_size = False
    return runner.simulate(0, DURATION, INTERVALS + 1, ["X"])[:, 0]


def copasi_run(text):
    model = basico.load_model_from_string(text)
    try:
        table = basico.run_time_course(
            duration=DURATION,
            intervals=INTERVALS,
            method="directMethod",
            use_numbers=True,
            use_seed=True,
            seed=1,
            model=model,
        )
    finally:
        basico.remove_datamodel(model)
    return table["X"].to_numpy()


@pytest.mark.parametrize("run", [roadrunner_run, copasi_run])
def test_a_run_agrees_with_the_master_equation(run):
    concentrations = run(to_counts_sbml(NODE, VOLUME))[100:] / VOLUME
    assert concentrations.mean() == pytest.approx(MEAN, abs=MEAN_ERROR)
    assert concentrations.var() == pytest.approx(VARIANCE, abs=VARIANCE_ERROR)


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_a_network_at_large_numbers_follows_its_concentrations(encoding):
    layers = [Layer([[1.0, -0.5], [0.5, 1.0]], [0.0, -0.5]), Layer([[1.0, -1.0]], [0.5])]
    network = NeuralNetwork(layers)
    crn = compile_network(network, encoding, [0.5, 1.0])
    volume = 20_000
    runner = roadrunner.RoadRunner(to_counts_sbml(crn, volume))
    runner.setIntegrator("gillespie")
    runner.integrator.seed = 1
    runner.integrator.variable_step_size = False
    result = runner.simulate(0, 10.0, 201, ["X1_1", "X1_2", "X2_1"])
    settled = np.hstack(network.activations([0.5, 1.0]))[0]
    # Fluctuations are of the order of 1/sqrt(V), and the mean is over a hundred looks.
    np.testing.assert_allclose(result[100:].mean(axis=0) / volume, settled, atol=0.02)


def test_the_deterministic_reading_is_that_of_whole_molecules():
    """Read as an ODE, the propensities are those of the counts: X (X - 1) and not X^2."""
    runner = roadrunner.RoadRunner(to_counts_sbml(NODE, VOLUME))
    runner.integrator.relative_tolerance = 1e-10
    result = runner.simulate(0, 5, 11, ["X"])[:, 0]
    run = solve_ivp(
        lambda _, x: VOLUME - x * (x - 1) / VOLUME,
        (0, 5),
        [VOLUME],
        t_eval=np.linspace(0, 5, 11),
        rtol=1e-10,
    )
    np.testing.assert_allclose(result, run.y[0], rtol=1e-6)


def test_production_and_degradation_are_not_netted():
    layers = [Layer([[1.0, -0.5]], [0.25])]
    crn = compile_network(NeuralNetwork(layers), "enzymatic", [0.5, 1.0])
    model = libsbml.readSBMLFromString(to_counts_sbml(crn, 10.0)).getModel()
    # Smoothing, gain by the first input and the bias together, loss by the second, and decay.
    assert model.getNumReactions() == 4
    assert to_counts_sbml(crn, 10.0).count("<ci>X1_1</ci>") == 4


def test_libsbml_has_nothing_to_report():
    crn = compile_network(NeuralNetwork.random((2, 3, 1), rng=1), inputs=[0.5, 1.0])
    document = libsbml.readSBMLFromString(to_counts_sbml(crn, 100.0))
    for category in range(8):
        document.setConsistencyChecks(category, True)
    assert document.checkConsistency() == 0
    assert document.getNumErrors() == 0
    model = document.getModel()
    assert model.getNumSpecies() == 4
    assert all(model.getSpecies(n).getInitialAmount() == 100 for n in range(4))


def test_what_simulators_disagree_on_is_an_error():
    cubic = NeuralNetwork([Layer([[1.0]], [0.0], Activation(1.0, {3: 1.0}))])
    with pytest.raises(UnsupportedError, match="Rd1_1 is of order 3"):
        to_counts_sbml(compile_network(cubic), 10.0)
    with pytest.raises(UnsupportedError, match="two molecules of X at once"):
        to_counts_sbml(Crn.from_text(["0 -> X", "2 X -> 0"]), 10.0)
    for volume in (0.0, -1.0, float("nan")):
        with pytest.raises(UnsupportedError, match="volume"):
            to_counts_sbml(NODE, volume)
