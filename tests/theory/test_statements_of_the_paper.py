"""The statements of the paper, in its order, with its own numbers."""

import math
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    Simulator,
    certify,
    compile_network,
    implements,
    load_crn,
    settling_time,
    subsystem,
)
from crn2sbml.errors import InputValueError
from crn2sbml.theory import Verdict, time_from_infinity
from tests.strategies import examples, networks
from tests.theory import counterexamples

MODELS = Path(__file__).parents[2] / "models"

PROVED, REFUTED, UNKNOWN = Verdict.PROVED, Verdict.REFUTED, Verdict.UNKNOWN
ALL = ("reliable", "from_infinity", "exponential")


def verdicts(level):
    return [level.properties[key].verdict for key in ALL]


def conditions(level, species="X"):
    found = level.species[species].hypotheses
    return [found[key].verdict for key in ("reliable", "decay", "feed_forward")]


# Section 4


def test_the_subsystems_of_section_4_contain_each_other():
    crn = compile_network(NeuralNetwork.random((3, 4, 2, 1), rng=1))
    parts = [subsystem(crn, depth) for depth in (1, 2, 3)]
    for smaller, larger in pairwise(parts):
        assert {r.key for r in smaller.reactions} < {r.key for r in larger.reactions}
    assert {r.key for r in parts[-1].reactions} == {r.key for r in crn.reactions}
    assert [len(part.dynamic_species) for part in parts] == [4, 6, 7]
    # Nothing flows back: what is certified for a part holds within the whole.
    whole = certify(crn).at_these_numbers.species
    for part in parts:
        for species, found in certify(part).at_these_numbers.species.items():
            assert found == whole[species]


@given(networks())
def test_definition_4_1_a_compiled_network_implements_its_own(network):
    for encoding in ("enzymatic", "absorbed"):
        assert implements(compile_network(network, encoding), network).differences == ()


def test_definition_4_1_asks_for_every_node_and_not_only_for_the_outputs():
    # The hidden node has weight 2 instead of 1 and the output 0.5 instead of 1: for the plain ReLU
    # the outputs would be the same.
    network = NeuralNetwork([Layer([[1.0]], [0.0]), Layer([[1.0]], [0.0])])
    other = NeuralNetwork([Layer([[2.0]], [0.0]), Layer([[0.5]], [0.0])])
    found = implements(compile_network(other), network)
    assert [str(d) for d in found.differences] == [
        "X1_1: weight from input 1 is 2, not 1 (Rwp1_1_1, Rwm1_1_1)",
        "X2_1: weight from node 1 of layer 1 is 0.5, not 1 (Rwp2_1_1, Rwm2_1_1)",
    ]


def test_example_4_2_is_the_polynomial_that_is_certified():
    network = NeuralNetwork([Layer([[0.5, -2.0]], [0.25], Activation(0.125))])
    certificate = certify(compile_network(network, inputs=[3.0, 1.0]))
    # f = h + (W x' + beta) x - x^2 with W x' + beta = 1.5 - 2 + 0.25
    assert str(certificate.polynomials["X1_1"]) == "0.125 - 0.25 X1_1 - X1_1^2"


def test_definition_4_4_the_certified_rate_is_the_least_eigenvalue():
    crn = compile_network(NeuralNetwork.random((2, 3, 1), rng=3), inputs=[0.5, 1.0])
    level = certify(crn).at_these_numbers
    nodes = [crn.species_index[s] for s in crn.dynamic_species]
    rest = crn.initial_state
    rest[nodes] = [float(level.species[s].fixed_point.lower) for s in crn.dynamic_species]
    step = 1e-6
    columns = []
    for node in nodes:
        moved = np.tile(rest, (2, 1))
        moved[:, node] += [step, -step]
        above, below = crn.right_hand_side(moved)[:, nodes]
        columns.append((above - below) / (2 * step))
    eigenvalues = np.linalg.eigvals(np.transpose(columns))
    assert min(-eigenvalues.real) == pytest.approx(float(level.rate.lower), rel=1e-8)


@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_definition_4_5_1_names_the_q_of_the_decay_and_a_constant(order):
    layer = Layer([[1.0]], [2.0], Activation(1.0, {order: 0.75}))
    found = certify(compile_network(NeuralNetwork([layer]), inputs=[4.0])).at_these_numbers
    node = found.species["X1_1"]
    assert node.decay_order == order
    constant = 0.75 * (order - 1) / 2
    assert node.hypotheses["decay"].because == f"X1_1 decays with q = {order} and c = {constant:g}"
    # f <= -c x^q from some M on
    x = np.geomspace(50, 1e6, 200)
    assert (1 + 6 * x - 0.75 * (order - 1) * x**order <= -constant * x**order).all()


def test_example_4_6_has_a_fixed_point_that_is_not_reached():
    # It is no polynomial and so no network: f(y, x) = 1 where y > 1 and -x elsewhere.
    solution = solve_ivp(
        lambda t, x: [1.0 if 1 + math.exp(-t) > 1 else -x[0]], (0.0, 20.0), [0.5], max_step=0.1
    )
    # y(t) = 1 + exp(-t) converges exponentially to 1, where the fixed point is 0.
    assert solution.y[0, -1] == pytest.approx(20.5)


def test_definition_4_7_1_reliable_gives_the_one_limit_as_a_number():
    certificate = certify(Crn.from_text(counterexamples.NODE, initial={"W": 1.5, "H": 1.0}))
    assert certificate.proved
    # The root of 1 + 1.5 x - x^2
    assert str(certificate.at_these_numbers.species["X"].fixed_point) == "2"


def test_definition_4_7_3_fails_with_the_printed_constant_1():
    # Two nodes in a row: the error of the whole rises before it falls.
    network = NeuralNetwork([Layer([[1.0]], [0.0]), Layer([[50.0]], [0.0])])
    crn = compile_network(network, inputs=[1.0])
    assert certify(crn).proved
    a = np.hstack(network.activations([1.0]))[0]
    start = {"X1_1": a[0] + 1.0, "X2_1": a[1]}
    with Simulator(crn) as simulator:
        course = simulator.trajectory(None, 0.5, start)
    distance = np.linalg.norm(course.values - a, axis=1)
    assert distance.max() > 2 * distance[0]


def test_theorem_4_8_a_hypothesis_may_fail_where_the_property_holds():
    # X is made by U alone. Where U is absent X = 0 is a second fixed point, but U never stays away.
    crn = Crn.from_text(
        ["0 --a--> U", "2 U --b--> U", "U --c--> U + X", "X --d--> 2 X", "2 X --e--> X"]
    )
    for level in (certify(crn).structural, certify(crn).at_these_numbers):
        assert level.hypotheses["reliable"].refuted
        assert "absent" in level.hypotheses["reliable"].because
        assert verdicts(level) == [PROVED, PROVED, PROVED]
    with Simulator(crn) as simulator:
        ends = [simulator.trajectory(t_end=40.0, initial=s).values[-1] for s in (0.0, 1.0, 1e6)]
    np.testing.assert_allclose(ends, np.full((3, 2), [1.0, (1 + math.sqrt(5)) / 2]), rtol=1e-5)


@pytest.mark.parametrize("order", [2, 3, 4, 5])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_proposition_4_9_holds_for_every_network(order, encoding):
    # Some halves of weights, some inputs and one bias are 0: the boundary of Definition 5.3.
    layers = [
        Layer([[0.5, -1.0], [0.0, 2.0]], [0.0, -0.5], Activation(0.1, {order: 1.0})),
        Layer([[1.0, -3.0]], [0.25], Activation(1e-9, {order: 0.5})),
    ]
    crn = compile_network(NeuralNetwork(layers), encoding, [0.0, 2.0])
    certificate = certify(crn)
    assert certificate.proved
    assert all(s.proved for s in certificate.structural.hypotheses.values())
    assert all(s.proved for s in certificate.at_these_numbers.hypotheses.values())


@given(networks(orders=(2, 3, 4, 5), min_h=1e-6))
def test_proposition_4_9_and_section_6_1_the_limit_is_the_activation(network):
    inputs = np.linspace(0.0, 2.0, network.widths[0])
    certificate = certify(compile_network(network, inputs=inputs))
    assert certificate.proved
    found = certificate.at_these_numbers.species
    for number, layer in enumerate(network.activations(inputs), start=1):
        for node, value in enumerate(layer[0], start=1):
            limit = found[f"X{number}_{node}"].fixed_point
            assert float(limit.lower) == pytest.approx(value, rel=1e-9)
            assert limit.upper - limit.lower <= 1e-12 * limit.upper


# Section 5


def test_definition_5_1_and_example_5_2():
    crn = counterexamples.example_5_2()
    certificate = certify(crn)
    assert certificate.dynamic == ("X", "Y")
    assert certificate.enzymatic == ("E", "F")
    # Equation (16)
    assert str(certificate.polynomials["X"]) == "Y - Y X"
    for level in (certificate.structural, certificate.at_these_numbers):
        assert [str(law) for law in level.laws] == ["X + Y"]
        assert verdicts(level) == [REFUTED] * 3
        assert level.properties["reliable"].because.startswith("X + Y is conserved")


def test_example_5_2_has_the_same_equations_when_enzymes_are_absorbed():
    absorbed = Crn.from_text(["X + Y --k1e--> 2 Y", "Y --k2f--> X"])
    enzymatic = certify(counterexamples.example_5_2()).polynomials
    assert {s: str(p) for s, p in certify(absorbed).polynomials.items()} == {
        s: str(p) for s, p in enzymatic.items()
    }


def test_network_17_has_one_enzyme_less():
    certificate = certify(counterexamples.network_17())
    assert certificate.dynamic == ("X", "Y", "F")
    assert certificate.enzymatic == ("E", "Z")
    assert [str(law) for law in certificate.structural.laws] == ["X + Y"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"{model}{ending}", marks=[pytest.mark.slow] * (model == "digits"))
        for model in ("edge_order_2", "edge_order_3", "xor", "iris", "digits")
        for ending in ("_enzymatic.xml", "_absorbed.xml", ".ant")
    ],
)
def test_definition_5_3_every_shipped_model_is_certified(name):
    certificate = certify(load_crn(MODELS / name))
    assert certificate.proved
    for level in (certificate.structural, certificate.at_these_numbers):
        assert all(statement.proved for statement in level.hypotheses.values())


# Section 6.1


@pytest.mark.parametrize(("order", "power"), [(2, 1.0), (3, 1 / 2), (4, 1 / 3), (7, 1 / 6)])
def test_section_6_1_order_q_grows_like_the_root_of_degree_q_minus_1(order, power):
    activation = Activation(1.0, {order: 1.0})
    assert activation.growth_exponent == pytest.approx(power)
    large = np.array([1e8, 1e10])
    values = activation(large)
    assert np.log(values[1] / values[0]) / np.log(100) == pytest.approx(power, abs=1e-4)
    np.testing.assert_allclose(values, activation.right_asymptote(large), rtol=1e-4)
    np.testing.assert_allclose(activation(-large), activation.left_asymptote(-large), rtol=1e-6)


def test_figure_13_is_compared_with_the_root_of_half_y():
    y = np.array([2.0, 8.0, 18.0])
    np.testing.assert_allclose(Activation(1.0, {3: 1.0}).right_asymptote(y), np.sqrt(y / 2))


def test_a_mixture_grows_like_its_highest_order():
    activation = Activation(0.5, {2: 1.0, 3: 0.25})
    assert activation(1e12) == pytest.approx(activation.right_asymptote(1e12), rel=1e-4)
    assert np.isnan(activation.left_asymptote(0.0))
    assert activation.right_asymptote(-1.0) == 0.0


# Appendix A


@pytest.mark.parametrize(("q", "c"), [(1.5, 2.0), (2.0, 1.0), (3.0, 0.25)])
def test_proposition_a_1_is_the_time_from_infinity_to_1(q, c):
    time = time_from_infinity(q, c)
    assert time == pytest.approx(1 / ((q - 1) * c))
    with mpmath.workdps(30):
        for start in (2.0, 1e3, 1e12):
            # u(t), as the paper solves it
            end = ((q - 1) * c * time + mpmath.mpf(start) ** (1 - q)) ** (-1 / mpmath.mpf(q - 1))
            assert end <= 1


def test_proposition_a_1_needs_q_above_1():
    with pytest.raises(InputValueError, match="q > 1"):
        time_from_infinity(1.0, 1.0)
    with pytest.raises(InputValueError, match="must be > 0"):
        time_from_infinity(2.0, 0.0)


@given(st.floats(0.1, 5.0), st.floats(0.1, 3.0), st.sampled_from([2, 3, 4]))
@examples(12)
def test_lemma_a_2_bounds_a_node_that_is_driven(decay, forcing, order):
    # V' <= alpha V + beta: a driven node comes no later than its Groenwall bound, as settling_time
    # has it for every start.
    network = NeuralNetwork(
        [Layer([[decay]], [0.0]), Layer([[forcing]], [0.0], Activation(1.0, {order: 1.0}))]
    )
    time = settling_time(network, [1.0], 1e-2)[0]
    with Simulator(network) as simulator:
        course = simulator.trajectory([1.0], float(time), [1e6, 0.0])
    a = np.hstack(network.activations([1.0]))[0]
    # roadrunner's own error is below this
    assert np.abs(course.values[-1] - a).max() <= 1e-2 + 1e-5
