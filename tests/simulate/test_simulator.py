"""The simulator: settled within its accuracy, rewritten in place, and clear when it cannot."""

import logging
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
import roadrunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from threadpoolctl import threadpool_info

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    RateConstant,
    Reaction,
    Simulator,
    Species,
    compile_network,
    from_sbml,
    to_sbml,
)
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    NotSettledError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.neural.steady_state_proof import bracket_steady_state, drive
from crn2sbml.simulate import kernel as models
from crn2sbml.simulate.pool import parts
from tests.strategies import examples, inputs_for, networks

# The integrator of a trajectory runs at relative tolerance 1e-9 a step.
TRAJECTORY = 1e-6
# The closed form is itself within its brackets of the truth, 64 roundings relative and what the
# layers before add to that.
CLOSED_FORM = 1e-12


def distance(settled, network, inputs):
    """Largest distance to the closed form over all nodes."""
    expected = network.activations(inputs)
    pairs = zip(settled.activations, expected, strict=True)
    return max(np.abs(found - exact).max() for found, exact in pairs)


@examples(15)
@given(st.data(), st.sampled_from([1e-4, 1e-6, 1e-8]))
def test_the_settled_chemistry_is_the_forward_pass(data, accuracy):
    network = data.draw(networks())
    inputs = data.draw(inputs_for(network, rows=2))
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs, accuracy)
    assert settled.error_bound <= accuracy
    rounding = CLOSED_FORM * max(1.0, max(a.max() for a in settled.activations))
    assert distance(settled, network, inputs) <= settled.error_bound + rounding
    assert settled.outputs is settled.activations[-1]
    assert [a.shape for a in settled.activations] == [(2, w) for w in network.widths[1:]]


@pytest.mark.parametrize(
    "initial",
    [
        0.0,
        1e-300,
        1e-30,
        1e9,
        np.random.default_rng(1).random(9) * 1e9,
        10.0 ** np.linspace(-9, 9, 9),
        {"X1_1": 0.0, "X2_1": 1e9},
    ],
    ids=["0", "1e-300", "1e-30", "1e9", "random to 1e9", "1e-9 .. 1e9", "by id"],
)
@pytest.mark.parametrize("h", [1.0, 1e-10])
def test_the_result_does_not_depend_on_the_start(initial, h):
    network = NeuralNetwork.random((3, 5, 4), Activation(h), rng=1)
    inputs = np.random.default_rng(2).random((4, 3))
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs, initial=initial)
    assert distance(settled, network, inputs) <= 1e-6


@examples(15)
@given(st.data(), st.sampled_from([1e-4, 1e-6, 1e-8]))
def test_random_networks_settle_from_starts_of_every_size(data, accuracy):
    # Orders up to 3; for higher ones see the next test.
    network = data.draw(networks(orders=(2, 3)))
    inputs = data.draw(inputs_for(network))
    sizes = st.one_of(st.sampled_from([0.0, 1e-300, 1e9]), st.floats(-12, 9).map(lambda e: 10.0**e))
    nodes = sum(network.widths[1:])
    initial = data.draw(st.lists(sizes, min_size=nodes, max_size=nodes))
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs, accuracy, initial=initial)
    assert settled.error_bound <= accuracy
    rounding = CLOSED_FORM * max(1.0, max(a.max() for a in settled.activations))
    assert distance(settled, network, inputs) <= settled.error_bound + rounding


def one_node(order):
    """x' = 1 + x/2 - (q - 1) x^q."""
    return NeuralNetwork([Layer([[0.0]], [0.5], Activation(1.0, {order: 1.0}))])


@pytest.mark.parametrize(("order", "start"), [(4, 10**7.45), (5, 1e5), (6, 1e8)])
def test_high_orders_settle_from_large_starts(order, start):
    layer = Layer([[1.0]], [0.5], Activation(1.0, {order: 1.0}))
    network = NeuralNetwork([layer, layer])
    with Simulator(network) as simulator:
        settled = simulator.steady_state([[1.0]], initial=[start, 0.0])
    assert distance(settled, network, [[1.0]]) <= 1e-6


@pytest.mark.parametrize(
    ("order", "start"),
    [
        (2, 1e9),
        (3, 1e9),
        (4, 1e6),
        (4, 1e8),
        (5, 1e6),
        (6, 1e5),
    ],
)
def test_a_trajectory_comes_down_from_a_large_start(order, start):
    # Section 4 of the paper: from any start it is soon below every bound above the steady state.
    network = one_node(order)
    with Simulator(network) as simulator:
        course = simulator.trajectory([0.0], 30.0, start, points=31)["X1_1"]
    assert course[0] == start
    assert (np.diff(course) <= TRAJECTORY).all()
    assert course[-1] == pytest.approx(network.forward([[0.0]])[0, 0], rel=0, abs=TRAJECTORY)


@pytest.mark.parametrize("start", [0.0, 1e-3, 1.0, 50.0, 1e9])
def test_a_trajectory_is_the_exact_solution_of_the_riccati_equation(start):
    # x' = h + rho x - x^2 with the roots a > 0 > b: (x - a) / (x - b) decays like exp(-(a - b) t).
    h, rho = 0.3, 0.7
    network = NeuralNetwork([Layer([[0.0]], [rho], Activation(h))])
    half = math.sqrt(rho**2 / 4 + h)
    a, b = rho / 2 + half, rho / 2 - half
    with Simulator(network) as simulator:
        trajectory = simulator.trajectory([0.0], 15.0, start, points=301)
    ratio = (start - a) / (start - b) * np.exp(-(a - b) * trajectory.times)
    exact = (a - b * ratio) / (1 - ratio)
    np.testing.assert_allclose(trajectory["X1_1"], exact, rtol=TRAJECTORY, atol=TRAJECTORY)


def chain():
    """Three nodes in a row that leave the neighbourhood of 0 slowly, one after the other."""
    h = Activation(1e-6)
    return NeuralNetwork(
        [Layer([[1.0]], [0.0], h), Layer([[-1.0]], [2.0], h), Layer([[-1.0]], [2.0], h)]
    )


def test_a_chain_that_is_slow_to_leave_zero_settles_for_certain():
    # From (0, 1e6, 0) it takes 32.6 to be within 1e-3; the slowest eigenvalue would suggest 9.9.
    start = [0.0, 1e6, 0.0]
    with Simulator(chain()) as simulator:
        settled = simulator.steady_state([[1.0]], 1e-3, initial=start)
        trajectory = simulator.trajectory([1.0], 40.0, start, points=4001)
    assert distance(settled, chain(), [[1.0]]) <= 1e-3
    exact = np.hstack(chain().activations([1.0]))
    far = np.abs(trajectory.values - exact).max(axis=1) > 1e-3
    assert trajectory.times[far].max() == pytest.approx(32.61, abs=0.02)


def test_parameters_are_rewritten_and_nothing_is_loaded_again(monkeypatch):
    loads = []
    load = roadrunner.RoadRunner
    monkeypatch.setattr(roadrunner, "RoadRunner", lambda text: loads.append(text) or load(text))
    inputs = np.random.default_rng(1).random((3, 4))
    activations = [Activation(h, {2: d, 3: 0.1}) for h, d in ((1.0, 1.0), (0.2, 3.0), (5.0, 0.1))]
    with Simulator(NeuralNetwork.random((4, 3, 2), activations[0], rng=0)) as simulator:
        for seed, activation in enumerate(activations):
            network = NeuralNetwork.random((4, 3, 2), activation, rng=seed)
            simulator.set_parameters(network)
            assert distance(simulator.steady_state(inputs), network, inputs) <= 1e-6
            simulator.trajectory(inputs[0], 1.0)
    assert len(loads) == 1


def test_a_run_does_not_depend_on_the_runs_before_it():
    network = NeuralNetwork.random((3, 5, 4), [Activation(0.2), Activation(1e-6)], rng=3)
    inputs = np.random.default_rng(0).random((20, 3))
    with Simulator(network) as simulator:
        first = simulator.trajectory(inputs[0], 5.0).values
        outputs = simulator.steady_state(inputs).outputs
        with pytest.raises(NotSettledError):
            simulator.steady_state(inputs, 1e-18, initial=1e9)
        np.testing.assert_array_equal(simulator.steady_state(inputs[::-1]).outputs[::-1], outputs)
        np.testing.assert_array_equal(simulator.trajectory(inputs[0], 5.0).values, first)


@pytest.mark.parametrize(
    "other",
    [
        NeuralNetwork.random((2, 4, 1), rng=1),
        NeuralNetwork.random((2, 3, 1), Activation(1.0, {3: 1.0}), rng=1),
        NeuralNetwork.random((2, 3, 1), Activation(0.0), rng=1),
    ],
    ids=["widths", "orders", "h = 0"],
)
def test_a_network_of_another_shape_is_refused_and_the_old_one_kept(other):
    network = NeuralNetwork.random((2, 3, 1), rng=1)
    with Simulator(network) as simulator:
        with pytest.raises(UnsupportedError):
            simulator.set_parameters(other)
        assert distance(simulator.steady_state([[1.0, 2.0]]), network, [[1.0, 2.0]]) <= 1e-6


def test_two_workers_do_the_same_bit_for_bit_and_follow_new_parameters():
    inputs = np.random.default_rng(1).random((150, 5))
    first, second = (NeuralNetwork.random((5, 4, 3), rng=seed) for seed in (1, 2))
    with Simulator(first) as alone, Simulator(first, workers=2) as shared:
        np.testing.assert_array_equal(
            shared.steady_state(inputs).outputs, alone.steady_state(inputs).outputs
        )
        shared.set_parameters(second)
        alone.set_parameters(second)
        np.testing.assert_array_equal(
            shared.steady_state(inputs).outputs, alone.steady_state(inputs).outputs
        )
        courses = [simulator.trajectory(inputs[0], 1.0).values for simulator in (shared, alone)]
        np.testing.assert_array_equal(*courses)
        starts = 10.0 ** np.random.default_rng(2).uniform(-9, 9, (150, 7))
        np.testing.assert_array_equal(
            shared.steady_state(inputs, initial=starts).outputs,
            alone.steady_state(inputs, initial=starts).outputs,
        )
        with pytest.raises(NotSettledError):
            shared.steady_state(inputs, 1e-18)


def numpy_threads():
    # This module loads scipy's library, too, which a worker does not have otherwise.
    return [lib["num_threads"] for lib in threadpool_info() if "numpy" in lib["filepath"]]


def test_workers_keep_products_to_one_thread_each():
    with Simulator(NeuralNetwork.random((2, 3), rng=1), workers=2) as simulator:
        simulator.steady_state([[1.0, 2.0]])
        assert simulator._pool._executor.submit(numpy_threads).result() == [1]


@pytest.mark.parametrize("rows", [1, 24, 26, 60, 300, 2000, 2001])
def test_a_batch_is_cut_into_parts_of_nearly_the_same_size(rows):
    sizes = [part.stop - part.start for part in parts(rows)]
    assert [row for part in parts(rows) for row in range(rows)[part]] == list(range(rows))
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= 150
    if rows == 300:
        assert sizes == [50] * 6


@given(networks(), st.integers(0, 99))
@examples(10)
def test_the_kernel_model_has_the_right_hand_side_of_the_enzymatic_network(network, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.random(network.widths[0])
    crn = compile_network(network, inputs=inputs)
    model = models.kernel_model(network)
    runner = roadrunner.RoadRunner(model.sbml)
    for names, values in (
        (model.constants, models.kernel_constants(network, models.kernel_edges(network))),
        (model.inputs_written, drive(network, inputs).rho[0]),
    ):
        for name, value in zip(names, values, strict=True):
            runner[name] = value
    state = dict(zip(model.nodes, rng.exponential(size=len(model.nodes)), strict=True))
    for node, value in state.items():
        runner[f"[{node}]"] = value
    full = crn.initial_state.copy()
    for node, value in state.items():
        full[crn.species_index[node]] = value
    expected = dict(zip(crn.species_ids, crn.right_hand_side(full), strict=True))
    rates = zip(
        runner.model.getFloatingSpeciesIds(),
        runner.model.getFloatingSpeciesConcentrationRates(),
        strict=True,
    )
    size = max(1.0, np.abs(crn.reaction_rates(full)).sum())  # summed in another order
    for node, rate in rates:
        assert rate == pytest.approx(expected[node], rel=0, abs=1e-13 * size)


def test_the_kernel_of_a_sparse_layer_has_its_edges_alone():
    weights = np.zeros((40, 50))
    weights[np.arange(40), np.arange(40)] = 1.0
    first = Layer(np.ones((50, 2)), np.zeros(50))
    network = NeuralNetwork([first, Layer(weights, np.ones(40), sparse=True)])
    assert sum(name.startswith("w") for name in models.kernel_model(network).constants) == 40
    inputs = [[0.5, 1.0]]
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs).outputs
        np.testing.assert_allclose(settled, network.forward(inputs), atol=1e-6)
        # Another weight of 0 is a number like any other, another edge is not.
        fewer = weights.copy()
        fewer[3, 3] = 0.0
        other = NeuralNetwork([first, Layer(fewer, np.zeros(40), sparse=True)])
        simulator.set_parameters(other)
        settled = simulator.steady_state(inputs).outputs
        np.testing.assert_allclose(settled, other.forward(inputs), atol=1e-6)
        more = weights.copy()
        more[3, 4] = 1.0
        with pytest.raises(UnsupportedError, match="an edge that the loaded model lacks"):
            simulator.set_parameters(NeuralNetwork([first, Layer(more, np.zeros(40), sparse=True)]))


def test_layers_that_are_not_trainable_are_numbers_in_the_kernel():
    rng = np.random.default_rng(1)
    layers = [
        Layer(rng.normal(size=(4, 3)), rng.normal(size=4), Activation(0.1)),
        Layer(1e-7 * rng.normal(size=(5, 4)), rng.normal(size=5), Activation(0.2), trainable=False),
        Layer(rng.normal(size=(2, 5)), rng.normal(size=2), Activation(0.3)),
    ]
    network = NeuralNetwork(layers)
    constants = models.kernel_model(network).constants
    assert not any(name.startswith(("w2", "b2")) for name in constants)
    inputs = rng.random((3, 3))
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs).outputs
        np.testing.assert_allclose(settled, network.forward(inputs), atol=1e-6)
        # The smoothing of such a layer can change, its weights cannot.
        layers[1] = replace(layers[1], activation=Activation(0.5))
        other = NeuralNetwork(layers)
        simulator.set_parameters(other)
        settled = simulator.steady_state(inputs).outputs
        np.testing.assert_allclose(settled, other.forward(inputs), atol=1e-6)
        layers[1] = replace(layers[1], biases=np.zeros(5))
        with pytest.raises(UnsupportedError, match="layer 2 of the loaded model is not trainable"):
            simulator.set_parameters(NeuralNetwork(layers))


def test_what_can_be_rewritten_is_what_was_loaded():
    def network(trainable, seed):
        drawn = NeuralNetwork.random((2, 3, 2), Activation(0.1), rng=seed)
        return NeuralNetwork([drawn.layers[0], replace(drawn.layers[1], trainable=trainable)])

    with Simulator(network(True, 1)) as simulator:
        # The mark alone changes nothing in a model with parameters.
        simulator.set_parameters(network(False, 2))
        simulator.set_parameters(network(True, 3))
        settled = simulator.steady_state([[0.5, 1.0]]).outputs
        expected = network(True, 3).forward([[0.5, 1.0]])
        np.testing.assert_allclose(settled, expected, atol=1e-6)
    with Simulator(network(False, 1)) as simulator:
        simulator.set_parameters(network(True, 1))
        with pytest.raises(UnsupportedError, match="layer 2 of the loaded model"):
            simulator.set_parameters(network(True, 2))


def test_a_trajectory_is_that_of_the_network_in_scipy():
    network = NeuralNetwork.random((2, 3, 2), Activation(0.3, {2: 1.0, 3: 0.2}), rng=3)
    crn = compile_network(network, inputs=[0.5, 2.0])
    nodes = [crn.species_index[s] for s in crn.dynamic_species]
    start = np.linspace(0.0, 50.0, 5)
    full = crn.initial_state.copy()
    full[nodes] = start
    times = np.linspace(0, 8, 81)
    expected = (
        solve_ivp(
            lambda _, x: crn.right_hand_side(x),
            (0, 8),
            full,
            "LSODA",
            times,
            rtol=1e-10,
            atol=1e-13,
        )
        .y[nodes]
        .T
    )
    for model in (network, crn):
        with Simulator(model) as simulator:
            inputs = [0.5, 2.0] if model is network else None
            trajectory = simulator.trajectory(inputs, 8.0, start, points=81)
        np.testing.assert_array_equal(trajectory.times, times)
        assert trajectory.species_ids == crn.dynamic_species
        np.testing.assert_allclose(trajectory.values, expected, rtol=TRAJECTORY, atol=TRAJECTORY)
    np.testing.assert_array_equal(trajectory["X2_1"], trajectory.values[:, 3])
    with pytest.raises(InputValueError, match="X9_9"):
        trajectory["X9_9"]


def test_a_trajectory_lasts_until_it_has_settled_unless_told_otherwise():
    network = NeuralNetwork.random((2, 3, 2), rng=3)
    with Simulator(network) as simulator:
        trajectory = simulator.trajectory([0.5, 2.0])
    assert (trajectory.values[0] == 1.0).all()
    exact = np.hstack(network.activations([0.5, 2.0]))
    assert np.abs(trajectory.values[-1] - exact).max() < 1e-3


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_a_compiled_network_runs_as_it_is(encoding):
    network = NeuralNetwork.random((3, 4, 2), Activation(0.5, {2: 1.0, 3: 0.5}), rng=1)
    own, others = [[0.5, 1.0, 2.0]], [[0.0, 0.0, 0.0], [3.0, 0.1, 1.0]]
    with Simulator(compile_network(network, encoding, own)) as simulator:
        assert distance(simulator.steady_state(), network, own) <= 1e-6
        if encoding != "folded":
            assert distance(simulator.steady_state(others), network, others) <= 1e-6
            # Inputs of one run must not leak into the next.
            assert distance(simulator.steady_state(), network, own) <= 1e-6
        end = simulator.trajectory(t_end=50.0).values[-1]
    exact = np.hstack(network.activations(own))[0]
    np.testing.assert_allclose(end, exact, rtol=0, atol=TRAJECTORY)


def test_every_encoding_has_the_trajectory_of_the_kernel_model():
    network = NeuralNetwork.random((3, 4, 2), Activation(0.5, {2: 1.0, 3: 0.5}), rng=1)
    inputs, start = [0.5, 1.0, 2.0], np.linspace(0.0, 50.0, 6)
    with Simulator(network) as simulator:
        expected = simulator.trajectory(inputs, 8.0, start, points=81)
    for encoding in ("enzymatic", "absorbed", "folded"):
        with Simulator(compile_network(network, encoding, inputs)) as simulator:
            trajectory = simulator.trajectory(None, 8.0, start, points=81)
        assert trajectory.species_ids == expected.species_ids
        np.testing.assert_allclose(
            trajectory.values, expected.values, rtol=TRAJECTORY, atol=TRAJECTORY
        )


def test_enzymes_are_rewritten_in_place_and_other_encodings_refuse():
    first, second = (NeuralNetwork.random((3, 2, 1), rng=seed) for seed in (1, 2))
    inputs = [[1.0, 0.5, 0.2]]
    with Simulator(compile_network(first)) as simulator:
        simulator.set_parameters(second)
        assert distance(simulator.steady_state(inputs), second, inputs) <= 1e-6
    with (
        Simulator(compile_network(first, "absorbed")) as simulator,
        pytest.raises(UnsupportedError, match="enzymatic"),
    ):
        simulator.set_parameters(second)


def test_any_reaction_network_has_trajectories_but_only_ours_a_proven_steady_state():
    crn = Crn.from_text(
        ["X + Y + E -> 2 Y + E", "Y + F -> X + F"], initial={"X": 3.0, "Y": 1.0, "E": 2.0}
    )
    with Simulator(crn) as simulator:
        values = simulator.trajectory(t_end=20.0, initial={"X": 2.0}).values
        # X + Y is conserved; at rest 2 x y = y.
        np.testing.assert_allclose(values[-1], [0.5, 2.5], rtol=0, atol=TRAJECTORY)
        np.testing.assert_allclose(values.sum(axis=1), 3.0, rtol=0, atol=TRAJECTORY)
        for call, words in (
            (simulator.steady_state, "trajectory"),
            (simulator.trajectory, "t_end"),
        ):
            with pytest.raises(UnsupportedError, match=words):
                call()


EXPLICIT, IMPLICIT = "rk4", "cvode"


@pytest.fixture
def integrations(monkeypatch):
    """Names of the integrators in the order of their calls."""
    names = []
    integrate = roadrunner.Integrator.integrate

    def spy(integrator, *times):
        names.append(integrator.getName())
        return integrate(integrator, *times)

    monkeypatch.setattr(roadrunner.Integrator, "integrate", spy)
    return names


def test_runs_that_are_not_stiff_take_explicit_steps_and_the_others_do_not(integrations):
    # One node's rate grows with the input, the other's does not.
    network = NeuralNetwork([Layer([[1.0], [0.0]], [0.5, 0.5]), Layer([[1e-4, 1.0]], [0.0])])
    inputs = np.array([[1.0], [1e4]])
    with Simulator(network) as simulator:
        settled = simulator.steady_state(inputs)
        assert settled.error_bound <= 1e-6
        assert distance(settled, network, inputs) <= 1e-6
        assert set(integrations) == {EXPLICIT, IMPLICIT}
        integrations.clear()
        simulator.steady_state(inputs[:1])
        assert set(integrations) == {EXPLICIT}
        integrations.clear()
        simulator.steady_state(inputs[1:])
        assert set(integrations) == {IMPLICIT}


@pytest.mark.parametrize("rate", [1e-6, 0.3])
def test_explicit_steps_that_go_astray_are_taken_back(rate, monkeypatch, integrations):
    # Rates far too low make the steps far too long: the states leave the positive numbers, blow
    # up or oscillate, and the implicit method starts again from the beginning.
    monkeypatch.setattr(
        "crn2sbml.simulate.job.estimate_fastest_rates",
        lambda driven, starts: np.full(len(driven), rate),
    )
    network = NeuralNetwork.random((2, 3, 1), rng=1)
    inputs = [[1.0, 0.5], [3.0, 2.0]]
    with Simulator(network) as simulator:
        for initial in (0.0, 1.0, 10.0):
            settled = simulator.steady_state(inputs, initial=initial)
            assert distance(settled, network, inputs) <= settled.error_bound <= 1e-6
    assert set(integrations) == {EXPLICIT, IMPLICIT}


def test_what_has_not_settled_is_reported_with_how_far_it_got():
    network = NeuralNetwork.random((2, 3), rng=1)
    with Simulator(network) as simulator, pytest.raises(NotSettledError) as caught:
        simulator.steady_state([[1.0, 1.0]], 1e-18)
    error = pickle.loads(pickle.dumps(caught.value))
    assert 1e-18 < error.error_bound < 1e-9
    assert error.time > 1
    assert "1e-18 was asked for" in str(error)
    best = bracket_steady_state(drive(network, [[1.0, 1.0]])).widths().max() / 2
    assert f"{best:.1g}" in str(error)


def test_a_failed_integration_is_an_error_with_the_reason(monkeypatch):
    def fail(*arguments):
        raise RuntimeError("CV_ERR_FAILURE")

    with Simulator(NeuralNetwork.random((2, 3), rng=1)) as simulator:
        monkeypatch.setattr(roadrunner.Integrator, "integrate", fail)
        with pytest.raises(SimulationError, match=r"input 1 failed \(CV_ERR_FAILURE"):
            simulator.steady_state([[1.0, 1.0]])


def test_roadrunner_is_left_as_it_was_and_nothing_is_printed(capfd):
    config = roadrunner.Config
    keys = (config.LLVM_BACKEND, config.LLJIT_OPTIMIZATION_LEVEL)
    before = [config.getValue(key) for key in keys], roadrunner.Logger.getLevel()
    # Rejected runs are part of it: no solver can reach this accuracy.
    with (
        Simulator(NeuralNetwork.random((2, 3), rng=1)) as simulator,
        pytest.raises(NotSettledError),
    ):
        simulator.steady_state([[1.0, 1.0]], 1e-18, initial=1e9)
    assert ([config.getValue(key) for key in keys], roadrunner.Logger.getLevel()) == before
    assert capfd.readouterr() == ("", "")


def blow_up():
    """x' = x^2 from 1, which is 1 / (1 - t)."""
    return Crn.from_text(["2 X -> 3 X"])


def test_a_trajectory_that_fails_does_no_harm_to_the_next():
    with Simulator(blow_up()) as simulator:
        with pytest.raises(SimulationError, match="to t = 2 failed: CVODE"):
            simulator.trajectory(t_end=2.0)
        course = simulator.trajectory(t_end=0.5, points=11)
    np.testing.assert_allclose(course["X"], 1 / (1 - course.times), rtol=TRAJECTORY)


def test_a_trajectory_that_fails_prints_nothing(capfd):
    with Simulator(blow_up()) as simulator, pytest.raises(SimulationError):
        simulator.trajectory(t_end=2.0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("fails", [False, True], ids=["loads", "fails to load"])
def test_settings_of_the_user_survive_the_loading_of_a_model(fails, monkeypatch):
    config = roadrunner.Config
    chosen = {config.LLVM_BACKEND: config.MCJIT, config.LLJIT_OPTIMIZATION_LEVEL: config.AGGRESSIVE}
    before = {key: config.getValue(key) for key in chosen}
    during = {}

    def load(text, original=roadrunner.RoadRunner):
        during.update({key: config.getValue(key) for key in chosen})
        if fails:
            raise RuntimeError("no such model")
        return original(text)

    monkeypatch.setattr(roadrunner, "RoadRunner", load)
    try:
        for key, value in chosen.items():
            config.setValue(key, value)
        if fails:
            with pytest.raises(SimulationError, match="cannot load the model: no such model"):
                Simulator(one_node(2))
        else:
            Simulator(one_node(2)).close()
        assert {key: config.getValue(key) for key in chosen} == chosen
        assert list(during.values()) == [config.LLJIT, config.NONE]
    finally:
        for key, value in before.items():
            config.setValue(key, value)


def test_the_older_compiler_can_be_asked_for(monkeypatch, caplog):
    monkeypatch.setenv("CRN2SBML_JIT", "mcjit")
    network = NeuralNetwork.random((2, 3), rng=1)
    with caplog.at_level(logging.DEBUG), Simulator(network) as simulator:
        assert distance(simulator.steady_state([[1.0, 1.0]]), network, [[1.0, 1.0]]) <= 1e-6
    assert "loads a model of 3 nodes" in caplog.text


def test_an_empty_batch_is_empty():
    with Simulator(NeuralNetwork.random((2, 3, 1), rng=1)) as simulator:
        settled = simulator.steady_state(np.empty((0, 2)))
    assert settled.outputs.shape == (0, 1)
    assert [a.shape for a in settled.activations] == [(0, 3), (0, 1)]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({}, ConcentrationError, "no inputs"),
        ({"inputs": [[1.0]]}, ConcentrationError, "2 inputs"),
        ({"inputs": [[1.0, -1.0]]}, ConcentrationError, r"max\(d, 0\)"),
        ({"inputs": [[1.0, math.nan]]}, ConcentrationError, "nan"),
        ({"inputs": [[1.0, 1.0]], "accuracy": 0.0}, InputValueError, "accuracy"),
        ({"inputs": [[1.0, 1.0]], "accuracy": math.nan}, InputValueError, "accuracy"),
        ({"inputs": [[1.0, 1.0]], "accuracy": -1e-6}, InputValueError, "accuracy"),
        ({"inputs": [[1.0, 1.0]], "accuracy": math.inf}, InputValueError, "accuracy"),
        ({"inputs": [[1.0, math.inf]]}, ConcentrationError, "inf"),
        ({"inputs": [["a", "b"]]}, ConcentrationError, "numbers"),
        ({"inputs": np.empty((0, 3))}, ConcentrationError, "2 inputs"),
        ({"inputs": [[1.0, 1.0]], "initial": -1.0}, ConcentrationError, "negative"),
        ({"inputs": [[1.0, 1.0]], "initial": math.inf}, ConcentrationError, "infinite"),
        ({"inputs": [[1.0, 1.0]], "initial": math.nan}, ConcentrationError, "initial"),
        ({"inputs": [[1.0, 1.0]], "initial": {"X1_1": -1.0}}, ConcentrationError, "negative"),
        ({"inputs": [[1.0, 1.0]], "initial": [1.0, 2.0]}, ConcentrationError, "4 nodes"),
        ({"inputs": [[1.0, 1.0]], "initial": {"X0_1": 1.0}}, ConcentrationError, "'X0_1'"),
    ],
)
def test_bad_input_is_one_clear_error(options, error, words):
    with (
        Simulator(NeuralNetwork.random((2, 3, 1), rng=1)) as simulator,
        pytest.raises(error, match=words),
    ):
        simulator.steady_state(**options)


def test_bad_trajectories_and_simulators_are_clear_errors():
    network = NeuralNetwork.random((2, 1), rng=1)
    with Simulator(network) as simulator:
        for options, words in (
            ({"t_end": 0.0}, "t_end"),
            ({"t_end": -1.0}, "t_end"),
            ({"t_end": math.nan}, "t_end"),
            ({"t_end": math.inf}, "t_end"),
            ({"points": 1}, "points"),
            ({"inputs": np.ones((2, 2))}, "2 rows"),
        ):
            with pytest.raises(InputValueError, match=words):
                simulator.trajectory(**({"inputs": [1.0, 1.0]} | options))
    for workers in (0, -1, 1.5, True):
        with pytest.raises(InputValueError, match="workers"):
            Simulator(network, workers)
    with pytest.raises(InputValueError, match="str"):
        Simulator("network")
    with pytest.raises(UnsupportedError, match="h = 0"):
        Simulator(NeuralNetwork.random((2, 1), Activation(0.0), rng=1))


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_a_model_from_a_file_settles_as_proven(encoding):
    network = NeuralNetwork.random((3, 4, 2), rng=8)
    crn = from_sbml(to_sbml(compile_network(network, encoding, [0.5, 0.0, 2.0])))
    # Species in another order than the layers.
    crn = Crn(crn.species[::-1], crn.rate_constants, crn.reactions[::-1], crn.name, crn.metadata)
    with Simulator(crn) as simulator:
        settled = simulator.steady_state()
        expected = network.activations([[0.5, 0.0, 2.0]])
        for found, activation in zip(settled.activations, expected, strict=True):
            np.testing.assert_allclose(found, activation, rtol=0, atol=1e-6)
        if encoding != "folded":
            rows = np.array([[1.0, 0.25, 0.0], [0.0, 0.0, 0.0]])
            found = simulator.steady_state(rows).outputs
            np.testing.assert_allclose(found, network.forward(rows), rtol=0, atol=1e-6)


def test_an_input_without_a_species_is_still_an_input():
    network = NeuralNetwork([Layer([[1.0, 0.0, -0.5]], [0.25])])
    with Simulator(from_sbml(to_sbml(compile_network(network, "absorbed")))) as simulator:
        rows = np.array([[0.5, 7.0, 1.0], [2.0, 0.0, 0.0]])
        found = simulator.steady_state(rows).outputs
    np.testing.assert_allclose(found, network.forward(rows), rtol=0, atol=1e-6)


def test_a_buffered_species_stays_where_it_is():
    crn = Crn(
        [Species("F", 2.0, buffered=True), Species("X", 0.5)],
        [RateConstant("k", 0.5), RateConstant("d", 1.0)],
        [
            Reaction("R1", (("F", 1),), (("X", 1),), "k"),
            Reaction("R2", (("X", 1),), (), "d"),
        ],
    )
    trajectory = Simulator(crn).trajectory(t_end=3.0)
    assert trajectory.species_ids == ("X",)
    expected = 1.0 - 0.5 * np.exp(-trajectory.times)
    np.testing.assert_allclose(trajectory["X"], expected, rtol=1e-6)


def test_rate_constants_of_a_file_are_not_overwritten_by_a_network():
    network = NeuralNetwork.random((2, 2), rng=1)
    text = to_sbml(compile_network(network)).replace(
        'id="k_w" name="weights" value="1.0"', 'id="k_w" name="weights" value="2.0"'
    )
    with Simulator(from_sbml(text)) as simulator:
        with pytest.raises(UnsupportedError, match="with the same rate constants"):
            simulator.set_parameters(network)
        found = simulator.steady_state([[1.0, 0.5]]).outputs
    doubled = Layer(2 * network.layers[0].weights, network.layers[0].biases)
    expected = NeuralNetwork([doubled]).forward([[1.0, 0.5]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_species_may_have_the_names_of_roadrunner_s_own_attributes():
    crn = Crn.from_text(["model -> integrator", "simulate -> 0"])
    for _ in range(2):
        trajectory = Simulator(crn).trajectory(t_end=1.0)
        np.testing.assert_allclose(trajectory["model"], np.exp(-trajectory.times), rtol=1e-6)
    assert Simulator(NeuralNetwork.random((1, 1), rng=1)).steady_state([[1.0]]).error_bound < 1e-6
