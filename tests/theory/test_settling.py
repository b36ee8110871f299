"""The proven settling time: no run is later, and few are much earlier."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import odeint, solve_ivp

from crn2sbml import (
    Activation,
    Layer,
    NeuralNetwork,
    Simulator,
    compile_network,
    extract_network,
    layer_settling_times,
    settling_time,
)
from crn2sbml.errors import ConcentrationError, InputValueError, UnsupportedError
from crn2sbml.theory import closed_envelope, envelope
from crn2sbml.theory.settling.staircase import _Fall
from tests.strategies import examples
from tests.theory.counterexamples import chain

FAR = 1e9
# Room for the integrators' own errors, relative to the accuracy that is asked for.
INTEGRATION = 1e-3
# The bound may be so many times the worst measured settling time.
LOOSEST = 1.2


@st.composite
def deep_networks(draw):
    """Depth 1 to 4, orders 2 to 5 and mixtures, h down to 1e-8."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    depth = draw(st.integers(1, 4))
    widths = rng.integers(1, 3, depth + 1)
    layers = []
    for before, width in itertools.pairwise(widths):
        orders = rng.choice([2, 3, 4, 5], draw(st.integers(1, 2)), replace=False)
        decay = {int(order): float(rng.uniform(0.3, 2.0)) for order in orders}
        activation = Activation(10.0 ** rng.uniform(-8, 0.3), decay)
        layers.append(Layer(rng.normal(size=(width, before)), rng.normal(size=width), activation))
    return NeuralNetwork(layers), rng.uniform(0.0, 2.0, widths[0]), 10.0 ** rng.uniform(-5, -2)


def right_hand_side(network, inputs):
    """The ODE itself, equations (11) and (12), in floats: an array for each node takes longer."""
    inputs = np.asarray(inputs).tolist()
    layers = [
        (
            np.column_stack([layer.biases, layer.weights]).tolist(),
            layer.activation.h,
            [(k, (k - 1) * d) for k, d in layer.activation.decay.items()],
        )
        for layer in network.layers
    ]

    def rate(_, x):
        before, rates = inputs, []
        for rows, h, decay in layers:
            nodes = [max(node, 0.0) for node in x[len(rates) : len(rates) + len(rows)].tolist()]
            for (rho, *weights), node in zip(rows, nodes, strict=True):
                for weight, concentration in zip(weights, before, strict=True):
                    rho += weight * concentration
                rates.append(h + rho * node - sum(d * node**k for k, d in decay))
            before = nodes
        return rates

    return rate


def corners(nodes, most=16):
    """Starts with each node at 0 or far away: all of them, or the most telling few."""
    if 2**nodes <= most:
        return list(itertools.product((0.0, FAR), repeat=nodes))
    rng = np.random.default_rng(nodes)
    return [(0.0,) * nodes, (FAR,) * nodes, *rng.choice([0.0, FAR], (most - 2, nodes))]


def last_time_outside(times, values, a, accuracy):
    outside = np.abs(values - a).max(axis=1) > accuracy
    return times[np.nonzero(outside)[0][-1]] if outside.any() else 0.0


@given(deep_networks())
@examples(6)
def test_no_start_is_later_in_scipy_and_the_bound_is_not_loose(case):
    network, inputs, accuracy = case
    bound = float(settling_time(network, [inputs], accuracy)[0])
    a = np.hstack(network.activations(inputs))[0]
    rate, worst = right_hand_side(network, inputs), 0.0
    times = np.linspace(0.0, 1.05 * bound, 3000)
    for start in corners(len(a)):
        # The absolute tolerance must be far below h / rho, or a state slips below 0 and diverges.
        # The LSODA of odeint does not come back to Python between its steps.
        states, run = odeint(
            rate,
            start,
            times,
            tfirst=True,
            full_output=True,
            rtol=1e-8,
            atol=1e-20,
            mxstep=100_000,
        )
        assert run["message"] == "Integration successful."
        late = last_time_outside(times, states, a, accuracy * (1 + INTEGRATION))
        assert late <= bound
        worst = max(worst, late)
    # With many nodes the worst corner is not among those that are tried.
    if 2 ** len(a) <= 16:
        assert bound <= LOOSEST * worst + times[1]


@given(deep_networks())
@examples(8)
def test_no_start_is_later_in_roadrunner(case):
    network, inputs, accuracy = case
    bound = float(settling_time(network, [inputs], accuracy)[0])
    a = np.hstack(network.activations(inputs))[0]
    with Simulator(network) as simulator:
        for start in corners(len(a), most=8):
            run = simulator.trajectory(inputs, bound, start, points=2)
            # The trajectory has errors of its own, of about 1e-6 of the largest concentration.
            assert np.abs(run.values[-1] - a).max() <= accuracy + 1e-5 * max(1.0, a.max())


def test_one_node_of_order_2_is_exact_29_93():
    h, rho, accuracy = 1e-10, 1.0, 1e-3
    network = NeuralNetwork([Layer([[1.0]], [0.0], Activation(h))])
    a = float(Activation(h)(rho))
    D = a + h / a
    exact = max(math.log(1 + D / accuracy), math.log(a**2 / h * (D / accuracy - 1))) / D
    assert f"{exact:.2f}" == "29.93"
    bound = settling_time(network, [[1.0]], accuracy)[0]
    assert bound == pytest.approx(exact, rel=1e-4)
    assert bound >= exact
    # The eigenvalue alone suggests a quarter of it.
    assert math.log(1 / accuracy * math.e) / D == pytest.approx(7.9, abs=0.1)
    with Simulator(network) as simulator:
        run = simulator.trajectory([1.0], 31.0, 0.0, points=3101)
    measured = last_time_outside(run.times, run.values, np.array([a]), accuracy)
    assert measured == pytest.approx(29.93, abs=0.02)


@pytest.mark.parametrize("accuracy", [1e-3, 1e3])
@pytest.mark.parametrize(
    ("rho", "h"),
    [
        (1.0, 1e-30),
        (1e4, 1e-6),
        (1e4, 1e-10),
        (1e6, 1e-6),
        (1e8, 0.01),
        (10.0, 1e-8),
        (0.0, 1e-300),
        (-1.0, 1e-8),
    ],
)
def test_one_node_of_order_2_is_never_early(rho, h, accuracy):
    """Where h is far below the rounding of the steady state, the smallest rise counts."""
    a = float(Activation(h)(rho))
    D = a + h / a
    falls = math.log1p(D / accuracy) / D
    rises = math.log(a**2 / h * (D / accuracy - 1)) / D if accuracy < a else 0.0
    exact = max(falls, rises)
    for step in (0.05, 0.002):
        layer = Layer([[1.0]], [min(rho, 0.0)], Activation(h))
        bound = settling_time(NeuralNetwork([layer]), [[max(rho, 0.0)]], accuracy, step=step)[0]
        # Widening by 1e-12 shows where a is 1e11 times the accuracy.
        assert exact <= bound <= exact * (1.03 if a > 1e7 else 1.001)


def test_the_chain_settles_at_32_61_and_the_bound_is_close():
    network, accuracy = chain(), 1e-3
    a = np.hstack(network.activations([1.0]))[0]
    with Simulator(network) as simulator:
        run = simulator.trajectory([1.0], 34.0, [0.0, 1e6, 0.0], points=3401)
    measured = last_time_outside(run.times, run.values, a, accuracy)
    assert measured == pytest.approx(32.61, abs=0.02)
    # Smaller steps come closer, at a cost.
    bounds = [settling_time(network, [[1.0]], accuracy, step=s)[0] for s in (0.05, 0.01, 0.002)]
    assert measured < bounds[2] < bounds[1] < bounds[0] < 1.025 * measured
    assert bounds[1] < 32.76
    assert bounds[2] < 32.67


def test_each_layer_has_a_time_and_the_last_to_settle_is_that_of_the_whole():
    network, inputs = chain(), [[1.0], [0.5]]
    times = layer_settling_times(network, inputs)
    assert times.shape == (2, 3)
    np.testing.assert_array_equal(times.max(axis=1), settling_time(network, inputs))
    # The first layer does not know of the others.
    alone = NeuralNetwork(network.layers[:1])
    np.testing.assert_allclose(times[:, 0], settling_time(alone, inputs), rtol=1e-3)


def test_a_batch_is_its_rows():
    network = NeuralNetwork.random((4, 5, 3), [Activation(0.1), Activation(1e-3, {3: 1})], rng=2)
    inputs = np.random.default_rng(1).uniform(0, 3, (40, 4))
    together = layer_settling_times(network, inputs, 1e-4)
    alone = [layer_settling_times(network, [row], 1e-4)[0] for row in inputs[::4]]
    np.testing.assert_allclose(together[::4], alone, rtol=1e-9)
    assert settling_time(network, np.empty((0, 4))).shape == (0,)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_unit_of_time_does_not_matter(scale):
    # x' = h + rho x - d x^2 with h, rho and d all times s is the same at s times the speed.
    base = NeuralNetwork([Layer([[1.0]], [0.5], Activation(0.1)), Layer([[2.0]], [-1.0])])
    fast = NeuralNetwork(
        [
            Layer(
                scale * layer.weights,
                scale * layer.biases,
                Activation(scale * layer.activation.h, {2: scale}),
            )
            for layer in base.layers
        ]
    )
    times = settling_time(fast, [[1.0]]) * scale
    np.testing.assert_allclose(times, settling_time(base, [[1.0]]), rtol=1e-6)


def test_an_envelope_holds_every_run_at_every_time():
    network, inputs = chain(), np.array([1.0])
    bounds = envelope(network, inputs)
    assert (np.diff(bounds.lower, axis=0) >= 0).all()
    with np.errstate(invalid="ignore"):  # inf - inf in the first steps of deeper layers
        assert not (np.diff(bounds.upper, axis=0) > 0).any()
    assert bounds.times[-1] >= settling_time(network, [inputs])[0]
    for start in corners(3):
        run = solve_ivp(
            right_hand_side(network, inputs),
            (0, bounds.times[-1]),
            start,
            "LSODA",
            bounds.times,
            rtol=1e-9,
            atol=1e-20,
        )
        states = run.y.T
        assert (states >= bounds.lower * (1 - 1e-6) - 1e-9).all()
        assert (states <= bounds.upper * (1 + 1e-6) + 1e-9).all()


def test_the_closed_envelope_holds_at_all_times():
    layers = [
        Layer([[1.0, -2.0], [0.5, 3.0]], [0.5, -1.0], Activation(0.2, {2: 0.5})),
        Layer([[2.0, -1.0]], [1.0], Activation(0.1, {2: 2.0})),
    ]
    network, inputs = NeuralNetwork(layers), np.array([1.0, 0.5])
    (A1, C1), (A2, C2) = closed_envelope(network, inputs)
    np.testing.assert_allclose(C1, [2.0, 2.0])
    np.testing.assert_allclose(C2, [(1 + 2.0 * 2.0) / 2.0])
    A, C = np.hstack([A1, A2])[0], np.hstack([C1, C2])
    times = np.geomspace(1e-4, 20.0, 200)
    rate = right_hand_side(network, inputs)
    run = solve_ivp(rate, (0, 20.0), [1e12] * 3, "LSODA", times, rtol=1e-9, atol=1e-12)
    bound = A + C / times[:, np.newaxis]
    assert (bound * (1 + 1e-6) >= run.y.T).all()
    # It is no wild guess: early, the first layer comes from infinity along it.
    assert run.y[0, 0] > 0.99 * bound[0, 0]


def test_a_folded_network_has_a_settling_time_without_inputs():
    network = NeuralNetwork.random((3, 2), rng=1)
    inputs = np.array([1.0, 0.5, 2.0])
    folded = extract_network(compile_network(network, "folded", inputs))
    np.testing.assert_allclose(
        settling_time(folded, np.empty((1, 0))), settling_time(network, [inputs]), rtol=1e-9
    )


@pytest.mark.parametrize("accuracy", [1e-9, 1e-6, 10.0, 1e6])
def test_any_accuracy_that_doubles_can_show(accuracy):
    network = NeuralNetwork.random((3, 4, 2), rng=1)
    times = settling_time(network, [[1.0, 0.5, 2.0]], accuracy)
    assert 0 < times[0] < 100


def test_errors_say_what_to_do():
    network = NeuralNetwork.random((2, 2), rng=1)
    relu = NeuralNetwork([Layer([[1.0]], [0.0], Activation(0.0))])
    with pytest.raises(UnsupportedError, match="h = 0"):
        settling_time(relu, [[1.0]])
    for accuracy in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputValueError, match="accuracy is"):
            settling_time(network, [[1.0, 1.0]], accuracy)
    with pytest.raises(InputValueError, match="step is 0"):
        settling_time(network, [[1.0, 1.0]], step=0.0)
    with pytest.raises(ConcentrationError, match="has 2 inputs"):
        settling_time(network, [[1.0]])
    with pytest.raises(InputValueError, match="ask for a larger number"):
        settling_time(network, [[1.0, 1.0]], 1e-17)
    with pytest.raises(InputValueError, match="2 rows were given"):
        envelope(network, [[1.0, 1.0], [2.0, 1.0]])
    with pytest.raises(InputValueError, match="worked out for order 2"):
        closed_envelope(NeuralNetwork.random((1, 1), Activation(1.0, {3: 1.0}), rng=1), [[1.0]])


def fallen_from_infinity(h, rho, time):
    """Solve dx/dt = h + rho x - x^2 from infinity, in 60 digits."""
    with mpmath.workdps(60):
        root = mpmath.sqrt(mpmath.mpf(rho) ** 2 + 4 * mpmath.mpf(h))
        upper, lower = (rho + root) / 2, (rho - root) / 2
        left = mpmath.exp(-root * mpmath.mpf(time))
        return (upper - lower * left) / (1 - left)


@given(st.floats(-500, 500), st.floats(-8, 0), st.floats(-4, 2))
@example(rho=-428.0, log_h=math.log10(1.1e-6), log_steps=math.log10(26.634452205240056))
def test_one_long_step_down_is_above_the_exact_solution(rho, log_h, log_steps):
    """A trace of order 3 takes the way of mixtures, and changes the solution by far less than 1e-9.

    Without room for rounding, tangents near the fixed point fell below the solution by percents.
    """
    h, time = 10.0**log_h, 10.0**log_steps / max(1.0, abs(rho))
    activation = Activation(h, {2: 1.0, 3: 1e-20})
    fall = _Fall(activation, np.array([[np.inf]]), np.array([[rho]]))
    bound = float(fall.after(np.array([[time]]))[0, 0])
    assert bound >= float(fallen_from_infinity(h, rho, time)) * (1 - 1e-9)
