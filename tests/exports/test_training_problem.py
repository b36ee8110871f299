"""PEtab: the linter has nothing to say, and the problem is that of the network."""

import sys

import numpy as np
import petab.v1 as petab
import pytest

from crn2sbml import Activation, Layer, NeuralNetwork, Simulator, load_crn
from crn2sbml.data import load_xor
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    MissingDependencyError,
    OutputExistsError,
    UnsupportedError,
)
from crn2sbml.exports import save_petab, training_problem

# petab's own, about pandas.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)
DATA = load_xor()


@pytest.fixture
def problem(tmp_path):
    save_petab(NETWORK, DATA.inputs, DATA.targets, tmp_path / "problem")
    return petab.Problem.from_yaml(tmp_path / "problem" / "problem.yaml")


def test_the_linter_has_nothing_to_say(problem, caplog):
    assert petab.lint_problem(problem) is False
    # A table of pictures is optional.
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["Visualization table not available. Skipping."]


def test_inputs_are_conditions_and_targets_are_steady_state_measurements(problem):
    conditions = problem.condition_df
    np.testing.assert_array_equal(conditions[["X0_1", "X0_2"]].to_numpy(), DATA.inputs)
    measurements = problem.measurement_df
    assert set(measurements["time"]) == {np.inf}
    np.testing.assert_array_equal(measurements["measurement"], DATA.targets.ravel())
    assert list(measurements["simulationConditionId"]) == [f"example_{n}" for n in range(1, 5)]


def test_weights_and_biases_are_parameters(problem):
    parameters = problem.parameter_df
    # Two halves of each of 2 * 3 + 3 * 1 weights and 3 + 1 biases.
    assert len(parameters) == 26
    assert (parameters["lowerBound"] == 0).all()
    weight = NETWORK.layers[0].weights[1, 0]
    halves = parameters.loc[["size_of_Wp1_2_1", "size_of_Wm1_2_1"], "nominalValue"]
    assert halves.iloc[0] - halves.iloc[1] == weight
    # Every condition takes every parameter.
    assert (problem.condition_df["Wp1_2_1"] == "size_of_Wp1_2_1").all()


def test_the_nominal_problem_has_the_quadratic_cost_of_the_network(problem, tmp_path):
    """Simulate the model, which has the nominal values, in every condition."""
    with Simulator(load_crn(tmp_path / "problem" / "model.xml")) as simulator:
        outputs = simulator.steady_state(problem.condition_df[["X0_1", "X0_2"]].to_numpy()).outputs
    simulated = problem.measurement_df.rename(columns={"measurement": "simulation"})
    simulated["simulation"] = outputs.ravel()
    residuals = petab.calculate_chi2(
        problem.measurement_df, simulated, problem.observable_df, problem.parameter_df
    )
    expected = ((NETWORK.forward(DATA.inputs) - DATA.targets) ** 2).sum()
    assert residuals == pytest.approx(expected, rel=1e-5)


def test_a_stated_limit_keeps_problems_to_a_size_that_programs_take(tmp_path, monkeypatch):
    with pytest.raises(UnsupportedError, match=r"31,810 weights and biases.*more than 2,000"):
        network = NeuralNetwork.random((784, 40, 10), rng=1)
        save_petab(network, np.zeros((1, 784)), np.zeros((1, 10)), tmp_path / "a")
    monkeypatch.setattr(training_problem, "MOST_MEASUREMENTS", 3)
    with pytest.raises(UnsupportedError, match="4 measurements"):
        save_petab(NETWORK, DATA.inputs, DATA.targets, tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_bad_input_is_one_error_and_leaves_nothing(tmp_path, monkeypatch):
    folder = tmp_path / "a"
    with pytest.raises(InputValueError, match="targets have shape"):
        save_petab(NETWORK, DATA.inputs, DATA.targets[:2], folder)
    with pytest.raises(ConcentrationError):
        save_petab(NETWORK, -DATA.inputs, DATA.targets, folder)
    with pytest.raises(UnsupportedError, match="h = 0"):
        relu = NeuralNetwork([Layer([[1.0]], [0.0], Activation(0.0))])
        save_petab(relu, [[1.0]], [[1.0]], folder)
    monkeypatch.setitem(sys.modules, "petab.v1", None)
    with pytest.raises(MissingDependencyError, match=r"crn2sbml\[petab\]"):
        save_petab(NETWORK, DATA.inputs, DATA.targets, folder)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_unless_asked(tmp_path):
    save_petab(NETWORK, DATA.inputs, DATA.targets, tmp_path / "a")
    before = {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    with pytest.raises(OutputExistsError):
        save_petab(NETWORK, DATA.inputs, DATA.targets, tmp_path / "a")
    save_petab(NETWORK, DATA.inputs, DATA.targets, tmp_path / "a", True)
    assert {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()} == before


def test_an_input_without_weights_is_no_part_of_the_problem(tmp_path):
    network = NeuralNetwork([Layer([[1.0, 0.0]], [0.5], sparse=True)])
    save_petab(network, [[1.0, 2.0]], [[1.0]], tmp_path / "a")
    problem = petab.Problem.from_yaml(tmp_path / "a" / "problem.yaml")
    assert petab.lint_problem(problem) is False
    assert "X0_2" not in problem.condition_df
