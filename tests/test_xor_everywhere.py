"""One model, one trajectory: XOR in roadrunner, in COPASI, in scipy and in the kernel model."""

import basico
import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from crn2sbml import Activation, Layer, NeuralNetwork, Simulator, compile_network, save_sbml

INPUTS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
T_END, POINTS = 30.0, 301
# Each simulator runs at relative tolerance 1e-10 or 1e-9; errors of many steps add up to this.
SAME_TRAJECTORY = 1e-7


@pytest.fixture(scope="module")
def network():
    # The exclusive or of ReLUs, relu(a + b) - 2 relu(a + b - 1), with slightly smoothed corners.
    smooth = Activation(h=0.01)
    hidden = Layer([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], smooth)
    return NeuralNetwork([hidden, Layer([[1.0, -2.0]], [0.0], smooth)])


@pytest.fixture(scope="module", params=INPUTS, ids=str)
def case(request, network, tmp_path_factory):
    crn = compile_network(network, inputs=request.param)
    path = tmp_path_factory.mktemp("xor") / "xor.xml"
    save_sbml(crn, path)
    return request.param, crn, path, in_scipy(crn)


def in_scipy(crn):
    """Integrate stoichiometry times mass-action rates, from the model's own numbers."""
    matrix = crn.stoichiometry_matrix()
    constants = np.array([crn.rate_constant_values[r.rate] for r in crn.reactions])
    orders = np.zeros(matrix.shape)
    for column, reaction in enumerate(crn.reactions):
        for species, coefficient in reaction.reactants:
            orders[crn.species_index[species], column] = coefficient

    def rhs(_, x):
        return matrix @ (constants * np.prod(x[:, np.newaxis] ** orders, axis=0))

    times = np.linspace(0, T_END, POINTS)
    solution = solve_ivp(rhs, (0, T_END), crn.initial_state, "LSODA", times, rtol=1e-10, atol=1e-14)
    return solution.y[[crn.species_index[s] for s in crn.dynamic_species]].T


def test_roadrunner_runs_the_file_along_the_same_trajectory(case):
    _, crn, path, expected = case
    runner = roadrunner.RoadRunner(str(path))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-20
    runner.timeCourseSelections = [f"[{species}]" for species in crn.dynamic_species]
    values = np.array(runner.simulate(0, T_END, POINTS))
    np.testing.assert_allclose(values, expected, rtol=0, atol=SAME_TRAJECTORY)


def test_copasi_runs_the_file_along_the_same_trajectory(case):
    _, crn, path, expected = case
    model = basico.load_model(str(path))
    try:
        table = basico.run_time_course(
            duration=T_END, intervals=POINTS - 1, r_tol=1e-10, a_tol=1e-14, use_sbml_id=True
        )
        values = table[list(crn.dynamic_species)].to_numpy()
        reactions = basico.get_reactions()
    finally:
        basico.remove_datamodel(model)
    np.testing.assert_allclose(values, expected, rtol=0, atol=SAME_TRAJECTORY)
    assert set(reactions["function"]) == {"Mass action (irreversible)"}
    assert len(reactions) == len(crn.reactions)


def test_the_kernel_model_runs_along_the_same_trajectory(case, network):
    inputs, crn, _, expected = case
    with Simulator(network) as simulator:
        trajectory = simulator.trajectory(inputs, T_END, points=POINTS)
    assert trajectory.species_ids == crn.dynamic_species
    np.testing.assert_allclose(trajectory.values, expected, rtol=0, atol=SAME_TRAJECTORY)


def test_the_steady_state_is_the_exclusive_or(case, network):
    inputs, _, _, expected = case
    exclusive_or = inputs[0] != inputs[1]
    assert (expected[-1, -1] > 0.5) == exclusive_or
    with Simulator(network) as simulator:
        output = simulator.steady_state([inputs]).outputs[0, 0]
    assert (output > 0.5) == exclusive_or


def test_copasi_takes_the_compartments_volume_into_account(network, tmp_path):
    # A tool that ignored the volume would be twice as fast at size 2.
    crn = compile_network(network, inputs=[0.0, 1.0])
    save_sbml(crn, tmp_path / "large.xml", volume=2.0)
    model = basico.load_model(str(tmp_path / "large.xml"))
    try:
        table = basico.run_time_course(
            duration=T_END, intervals=POINTS - 1, r_tol=1e-10, a_tol=1e-14, use_sbml_id=True
        )
    finally:
        basico.remove_datamodel(model)
    values = table[list(crn.dynamic_species)].to_numpy()
    np.testing.assert_allclose(values, in_scipy(crn), rtol=0, atol=SAME_TRAJECTORY)
