"""What must be refused, and why; and that nothing is promised which a simulation contradicts."""

import itertools
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from crn2sbml import (
    Crn,
    NeuralNetwork,
    certify,
    compile_network,
    implements,
    settling_time,
    subsystem,
)
from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.theory import Verdict
from tests.strategies import examples
from tests.theory import counterexamples

PROVED, REFUTED, UNKNOWN = Verdict.PROVED, Verdict.REFUTED, Verdict.UNKNOWN
KEYS = ("reliable", "from_infinity", "exponential")
# Of a right-hand side in one run, which takes some seconds; most runs take hundreds.
MOST_EVALUATIONS = 50_000

# For each network: verdicts of the three properties for all constants and at its numbers, words of
# the reason against the first that is not proved, and the reaction that it names.
REFUSED = {
    "h = 0": (
        counterexamples.without_smoothing(),
        (REFUTED, PROVED, REFUTED),
        (REFUTED, PROVED, REFUTED),
        "nothing makes X (h = 0): it stays at 0 once it is 0, but R1 (W + X -> W + 2 X)",
        ("R1",),
    ),
    "h is an enzyme that is absent": (
        counterexamples.with_absent_smoothing(),
        (PROVED, PROVED, PROVED),
        (REFUTED, PROVED, REFUTED),
        "nothing makes X (h = 0)",
        ("R2",),
    ),
    "decay of order 1 only": (
        counterexamples.decay_of_order_one(),
        (PROVED, REFUTED, PROVED),
        (PROVED, REFUTED, PROVED),
        "X decays at order 1 only, so that there is no time by which all starts are down",
        ("R2",),
    ),
    "a feedback edge": (
        counterexamples.feedback(),
        (UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN),
        "X1_1 is in a cycle (X1_1 <- X2_1 <- X1_1), of which nothing is proved",
        ("R1", "Rwp2_1_1"),
    ),
    "autocatalysis beats the decay": (
        counterexamples.autocatalysis(),
        (REFUTED, REFUTED, REFUTED),
        (REFUTED, REFUTED, REFUTED),
        "autocatalysis beats the decay: R4 (3 X -> 4 X) lets large starts of X grow to infinity",
        ("R4",),
    ),
    "autocatalysis of the same order, stronger": (
        counterexamples.autocatalysis_of_the_same_order(1.5),
        (REFUTED, REFUTED, REFUTED),
        (REFUTED, REFUTED, REFUTED),
        "R4 (2 X -> 3 X) lets large starts of X grow to infinity in finite time",
        ("R4",),
    ),
    "autocatalysis of the same order, weaker": (
        counterexamples.autocatalysis_of_the_same_order(0.5),
        (REFUTED, REFUTED, REFUTED),
        (PROVED, PROVED, PROVED),
        "for rate constants with which it outweighs R3 (2 X -> X)",
        ("R4",),
    ),
    "three fixed points": (
        counterexamples.three_fixed_points(),
        (REFUTED, PROVED, REFUTED),
        (REFUTED, PROVED, REFUTED),
        "X has several fixed points: 1, 2, 3",
        ("R3",),
    ),
    "three fixed points for other constants": (
        counterexamples.three_fixed_points((6, 11, 1, 1)),
        (REFUTED, PROVED, REFUTED),
        (PROVED, PROVED, PROVED),
        "f = 1 - x / 2^3 + x^2 / 2^12 - x^3 / 2^27 changes sign 3 times between x = 2^0 and 2^18",
        ("R3",),
    ),
    "a multiple root": (
        counterexamples.multiple_root(),
        (REFUTED, PROVED, REFUTED),
        (PROVED, PROVED, REFUTED),
        "the root 1 of X is a multiple one: approached algebraically",
        (),
    ),
    "a double root at 0": (
        counterexamples.double_root_at_zero(),
        (PROVED, PROVED, REFUTED),
        (PROVED, PROVED, REFUTED),
        "0 is a multiple root of X: it falls like 1/t, not exponentially",
        (),
    ),
    "Example 5.2": (
        counterexamples.example_5_2(),
        (REFUTED, REFUTED, REFUTED),
        (REFUTED, REFUTED, REFUTED),
        "X + Y is conserved, so that the limit depends on the start",
        (),
    ),
    "a weight that another reaction consumes": (
        counterexamples.consumed_weight(),
        (PROVED, REFUTED, PROVED),
        (PROVED, REFUTED, PROVED),
        "W is no enzyme, since R4 (Z + W -> Z) uses it up",
        ("R4",),
    ),
    "a buffered species": (
        counterexamples.buffered_weight(),
        (UNKNOWN, UNKNOWN, UNKNOWN),
        (PROVED, PROVED, PROVED),
        "W is buffered, so that this is not the network of Definition 5.3",
        (),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_network_that_must_be_refused_is_refused_for_its_own_reason(name):
    crn, structural, at_numbers, reason, reactions = REFUSED[name]
    certificate = certify(crn)
    assert not certificate.proved
    levels = (certificate.structural, certificate.at_these_numbers)
    assert tuple(levels[0].properties[key].verdict for key in KEYS) == structural
    assert tuple(levels[1].properties[key].verdict for key in KEYS) == at_numbers
    against = [
        level.properties[key]
        for level in levels
        for key in KEYS
        if not level.properties[key].proved
    ]
    found = [statement for statement in against if reason in statement.because]
    assert found, [statement.because for statement in against]
    assert found[0].species is not None
    assert found[0].reactions == reactions


def test_a_hypothesis_that_fails_and_a_property_that_is_refuted_are_told_apart():
    certificate = certify(counterexamples.feedback())
    for level in (certificate.structural, certificate.at_these_numbers):
        assert level.hypotheses["order"].refuted
        assert "X1_1 <- X2_1 <- X1_1" in level.hypotheses["order"].because
        assert level.order is None
        # Each node by itself is sound, whatever drives it.
        for key in ("types", "reliable", "decay", "feed_forward"):
            assert level.hypotheses[key].proved
        assert level.properties["reliable"].verdict is UNKNOWN


def test_a_buffered_species_is_not_enzymatic():
    certificate = certify(counterexamples.buffered_weight())
    assert certificate.enzymatic == ("H", "Z")
    assert certificate.buffered == ("W",)
    types = certificate.structural.hypotheses["types"]
    assert types.refuted
    assert types.reactions == ("R4",)
    assert "held constant although R4 (Z + W -> Z) changes it" in types.because


def test_an_edge_of_weight_zero_is_a_feedback_for_some_numbers_only():
    crn = counterexamples.feedback()
    silent = Crn.from_text(
        [
            "H --kh--> H + X",
            "Y + G + X --kg--> Y + G + 2 X",
            "2 X --kd--> X",
            "H --kh2--> H + Y",
            "X + W + Y --kw--> X + W + 2 Y",
            "2 Y --kd2--> Y",
        ],
        initial={"G": 0.0},
    )
    certificate = certify(silent)
    assert certificate.structural.hypotheses["order"].refuted
    assert certificate.at_these_numbers.proved
    assert certificate.at_these_numbers.order == (("X",), ("Y",))
    assert not certify(crn).proved


def test_equal_monomials_are_added_up_before_signs_are_taken():
    crn = Crn.from_text(
        ["0 --h--> X", "2 X --a--> 3 X", "2 X --b--> X", "2 X --c--> 0"],
        rate_constants={"a": 0.1, "b": 0.2, "c": 0.05},
    )
    polynomial = certify(crn).polynomials["X"]
    exact = Fraction(0.1) - Fraction(0.2) - 2 * Fraction(0.05)
    assert [term.value for term in polynomial.terms] == [1, exact]
    assert [term.sign for term in polynomial.terms] == [1, 0]


def test_coefficients_that_cancel_exactly_are_gone_at_these_numbers():
    crn = Crn.from_text(["0 --h--> X", "3 X --a--> 4 X", "3 X --b--> 2 X", "2 X --d--> X"])
    certificate = certify(crn)
    assert str(certificate.polynomials["X"]) == "1 - X^2"
    assert certificate.at_these_numbers.proved
    assert certificate.structural.properties["from_infinity"].refuted


def test_production_by_a_species_that_settles_at_zero_is_no_production():
    # U is used up, so that in the end nothing makes X.
    crn = Crn.from_text(
        ["U + Z --a--> Z", "U --b--> U + X", "X --c--> 2 X", "2 X --d--> X"],
    )
    level = certify(crn).at_these_numbers
    assert str(level.species["U"].fixed_point) == "0"
    assert level.properties["reliable"].refuted
    assert "nothing makes X (h = 0)" in level.properties["reliable"].because


def test_growth_that_could_win_before_the_upstream_has_settled_is_unknown():
    # x' = 1 + x^2 - u x^3: where u starts at 0 a large x may explode before u has risen.
    crn = Crn.from_text(
        ["0 --a--> U", "2 U --b--> U", "0 --h--> X", "2 X --c--> 3 X", "U + 3 X --d--> U + 2 X"]
    )
    found = certify(crn).at_these_numbers.properties["reliable"]
    assert found.verdict is UNKNOWN
    assert "before the species before it have settled" in found.because
    assert found.reactions == ("R4",)


def test_a_leading_coefficient_that_upstream_can_turn_positive_is_refuted_by_a_witness():
    # x' = 1 + (u - 5) x^2
    crn = Crn.from_text(
        ["0 --a--> U", "2 U --b--> U", "0 --h--> X", "U + 2 X --c--> U + 3 X", "2 X --d--> X"],
        rate_constants={"d": 5.0},
    )
    found = certify(crn).at_these_numbers.properties["from_infinity"]
    assert found.refuted
    assert "where U = 16" in found.because
    start = [16.0, 1e6]
    course = solve_ivp(
        lambda t, z: [1 - z[0] ** 2, 1 + (z[0] - 5) * z[1] ** 2], (0, 1e-6), start, rtol=1e-10
    )
    assert course.y[1, -1] > 1e7 or not course.success


@pytest.mark.parametrize(
    ("reactions", "laws"),
    [
        (["X -> Y", "Y -> X"], ["X + Y"]),
        (["2 X -> Y", "Y -> 2 X"], ["X + 2 Y"]),
        (["X -> Y", "Y -> Z", "Z -> X", "0 -> U", "U -> 0"], ["X + Y + Z"]),
        (["0 -> X + Y", "X + Y -> 0"], ["X - Y"]),
        (["0 -> X + Y", "X -> 0", "Y -> 0"], []),
        (["E + S -> C", "C -> E + S", "C -> E + P", "P -> 0", "0 -> S"], ["E + C"]),
    ],
)
def test_conservation_laws_are_found(reactions, laws):
    level = certify(Crn.from_text(reactions)).structural
    assert [str(law) for law in level.laws] == laws
    assert level.properties["reliable"].refuted == bool(laws)


def test_conservation_laws_agree_with_the_rank_of_the_stoichiometric_matrix():
    rng = np.random.default_rng(4)
    for _ in range(60):
        crn = _random_conversions(rng)
        laws = certify(crn).structural.laws
        matrix = crn.stoichiometry_matrix()
        assert len(laws) == len(crn.dynamic_species) - np.linalg.matrix_rank(matrix)
        for law in laws:
            vector = np.array([law.weights.get(s, 0) for s in crn.species_ids])
            assert not (vector @ matrix).any()


def _random_conversions(rng):
    names = [f"S{n}" for n in range(rng.integers(2, 7))]
    found = {}
    while len(found) < rng.integers(2, 8):
        left, right = (
            " + ".join(f"{rng.integers(1, 3)} {s}" for s in rng.choice(names, 2, replace=False))
            for _ in range(2)
        )
        found[f"{left} -> {right}"] = None
    try:
        return Crn.from_text(found)
    except ValueError:  # twice the same complex
        return _random_conversions(rng)


def test_a_decay_that_the_upstream_drives_alone_fails_where_it_is_absent():
    # x' = 1 - u x^2 grows without bound where U is absent; but U never stays away.
    crn = Crn.from_text(["0 --a--> U", "2 U --b--> U", "0 --h--> X", "U + 2 X --d--> U + X"])
    level = certify(crn).at_these_numbers
    assert level.hypotheses["reliable"].refuted
    assert "where the species before it are absent" in level.hypotheses["reliable"].because
    assert level.hypotheses["decay"].refuted
    assert [level.properties[key].verdict for key in KEYS] == [PROVED] * 3
    assert float(level.species["X"].fixed_point.lower) == pytest.approx(1.0)


def test_growth_and_loss_that_another_species_shares_are_unknown_for_all_constants():
    # X -> 2 X + Y and X -> Y: the constants are those of Y, too.
    crn = Crn.from_text(["0 --h--> X", "X --a--> 2 X + Y", "X --b--> Y", "2 Y --d--> Y"])
    assert certify(crn).structural.properties["reliable"].verdict is not PROVED


def test_a_growth_rate_that_vanishes_at_the_limit_is_not_judged_elsewhere():
    # y -> 1 and x' = (y - 1) x - x^3: all falls to 0, though y = 16 would let it grow.
    crn = Crn.from_text(["0 -> Y", "2 Y -> Y", "X + Y -> 2 X + Y", "X -> 0", "3 X -> 2 X"])
    found = certify(crn).at_these_numbers
    assert found.properties["reliable"].verdict is UNKNOWN
    assert found.hypotheses["reliable"].refuted
    assert "where Y = 16" in found.hypotheses["reliable"].because


def test_a_decay_of_lower_order_may_do_where_that_of_the_highest_vanishes():
    # x' = 1 - x^2 + y x^2 - y x^3 <= 1 - x^2 for x >= 1
    crn = Crn.from_text(
        ["0 -> Y", "2 Y -> Y", "0 -> X", "2 X -> X", "Y + 2 X -> Y + 3 X", "Y + 3 X -> Y + 2 X"]
    )
    assert certify(crn).at_these_numbers.hypotheses["decay"].verdict is UNKNOWN


@pytest.mark.parametrize(
    "reactions",
    [
        ["E -> F"],
        ["0 -> Y", "2 Y -> Y", "Y -> X"],
        ["0 -> Y", "2 Y -> Y", "Y -> Y + X"],
        ["0 -> Y", "2 Y -> Y", "0 -> X", "Y + X -> Y + 2 X"],
        ["0 -> Y", "2 Y -> Y", "0 -> X", "Y + 2 X -> Y + 3 X"],
    ],
)
def test_what_only_grows_is_refuted(reactions):
    level = certify(Crn.from_text(reactions)).at_these_numbers
    assert [level.properties[key].verdict for key in KEYS] == [REFUTED] * 3


@pytest.mark.parametrize(
    ("reactions", "constants", "enzyme"),
    [
        (["0 -> X", "20 E + 2 X -> 20 E + X"], {}, 1e300),
        (["0 -> X", "20 E + 2 X -> 20 E + X"], {}, 1e-300),
        (["0 -> X", "99 E + X -> 99 E", "2 X -> X"], {}, 1e-300),
        (["0 --a--> X", "2 X --b--> X"], {"a": 1.7e308, "b": 5e-324}, None),
        (["0 --a--> X", "X --b--> 0", "2 X -> X"], {"a": 1e300, "b": 1e-20}, None),
    ],
)
def test_extreme_numbers_are_certified_and_printed(reactions, constants, enzyme):
    initial = {} if enzyme is None else {"E": enzyme}
    certificate = certify(Crn.from_text(reactions, rate_constants=constants, initial=initial))
    assert certificate.proved
    assert json.loads(json.dumps(certificate.to_dict(), allow_nan=False))
    assert str(certificate)
    assert str(certificate.polynomials["X"])
    assert str(certificate.at_these_numbers.species["X"].rate)


def test_roots_that_differ_by_hundreds_of_orders_of_magnitude_are_told_apart():
    crn = Crn.from_text(
        ["0 --a--> X", "10 X --b--> 9 X", "15 X --c--> 16 X", "20 X --d--> 19 X"],
        rate_constants={"a": 1e300, "b": 1e200, "c": 1.0, "d": 1e-300},
    )
    found = certify(crn).at_these_numbers.properties["reliable"]
    assert found.because == "X has several fixed points: 10000000000, 1e+40, 1e+60"


def test_a_long_cycle_is_named_in_short():
    crn = Crn.from_text([f"S{n} -> S{(n + 1) % 300}" for n in range(300)])
    level = certify(crn).structural
    assert level.laws is None
    assert level.properties["reliable"].because == (
        "S0 is in a cycle (S0 <- S299 <- S298 <- S297 <- S296 <- S295 <- S294 <- S293 <- ... <- S0)"
        ", of which nothing is proved"
    )


def test_too_large_an_order_is_refused():
    with pytest.raises(UnsupportedError, match="R1 is of order 101"):
        certify(Crn.from_text(["101 X -> 100 X"]))


def test_the_order_of_a_deep_chain_is_found_without_recursion():
    depth = 1200  # Python's limit is 1000
    steps = [f"X{n} --k{n}--> X{n} + X{n + 1}" for n in range(depth)]
    losses = [f"2 X{n} --d{n}--> X{n}" for n in range(depth + 1)]
    level = certify(Crn.from_text(["0 -> X0", *steps, *losses])).structural
    assert level.proved
    assert list(level.order) == [(f"X{n}",) for n in range(depth + 1)]


def test_a_certificate_is_plain_data_for_json():
    certificate = certify(compile_network(NeuralNetwork.random((2, 2, 1), rng=1)))
    found = json.loads(json.dumps(certificate.to_dict()))
    assert found["proved"] is True
    assert found["structural"]["properties"]["reliable"]["verdict"] == "proved"
    assert found["at_these_numbers"]["order"] == [["X1_1", "X1_2"], ["X2_1"]]
    coefficients = found["polynomials"]["X2_1"]
    assert {"degree": 2, "upstream": {}, "coefficient": "-1"} in coefficients
    assert "K that may depend on the parameters" in found["readings"][0]
    assert "c depending on y" in found["readings"][1]


def test_a_certificate_prints_its_verdicts():
    certificate = certify(counterexamples.three_fixed_points())
    assert "not everything proved" in repr(certificate)
    assert "X has several fixed points: 1, 2, 3" in str(certificate)


# Random networks against a simulation: what is proved must be seen, and what is refuted, too.

_COEFFICIENTS = st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 6.0])


@st.composite
def cascades(draw):
    """One or two species, each with random reactions of its own that the one before may drive."""
    lines, constants = [], {}
    for number in range(draw(st.integers(1, 2))):
        x = f"X{number}"
        kinds = draw(st.lists(st.integers(0, 7), min_size=2, max_size=6, unique=True))
        drivers = ["", *([f"X{number - 1} + "] if number else [])]
        for kind in kinds:
            driver = draw(st.sampled_from(drivers))
            degree, change = divmod(kind, 2)
            up = change == 0 or degree == 0
            end = degree + (1 if up else -1)
            rate = f"k{number}_{kind}"
            side = [f"{n} {x}" if n else "" for n in (degree, end)]
            left, right = (f"{driver}{part}".removesuffix(" + ") or "0" for part in side)
            if left != right:
                lines.append(f"{left} --{rate}--> {right}")
                constants[rate] = draw(_COEFFICIENTS)
    return lines, constants


@given(cascades())
@examples(60)
def test_verdicts_at_these_numbers_agree_with_runs_from_many_starts(case):
    lines, constants = case
    try:
        crn = Crn.from_text(lines, rate_constants=constants)
    except ValueError:  # the same edge twice
        return
    level = certify(crn).at_these_numbers
    count = len(crn.dynamic_species)
    alike = [[start] * count for start in (0.3, 0.7, 1.5, 2.5, 7.0)]
    ends = _ends(crn, [*alike, *itertools.product((0.0, 300.0), repeat=count)])
    if level.properties["reliable"].proved:
        limit = [float(level.species[s].fixed_point.lower) for s in crn.dynamic_species]
        # Algebraic approaches, to 0 or a multiple root, are slow.
        slow = 0.02 if level.properties["exponential"].proved else 0.4
        assert np.abs(ends - limit).max() < slow
    elif level.properties["reliable"].refuted:
        assert np.ptp(ends, axis=0).max() > 1e-3 or ends.max() > 1e3
    if level.properties["from_infinity"].proved:
        assert ends.max() < 1e3


def _ends(crn, starts, time=60.0):
    """Run from starts of all dynamic species; growth to infinity in finite time is slowed down.

    The time of each run is stretched by 1 + max |f| / (1 + x), which changes no orbit: nothing
    grows faster than exponentially then, and near a fixed point the time is the old one.
    """
    index = [crn.species_index[s] for s in crn.dynamic_species]
    states = np.tile(crn.initial_state, (len(starts), 1))

    evaluations = itertools.count()

    def rate(_, x):
        # A run that hardly moves on is no oracle within the time of a test.
        if next(evaluations) > MOST_EVALUATIONS:
            reject()
        x = np.maximum(x.reshape(len(starts), -1), 0.0)
        states[:, index] = x
        f = crn.right_hand_side(states)[:, index]
        return (f / (1 + np.max(np.abs(f) / (1 + x), axis=1, keepdims=True))).ravel()

    begin = np.ravel(starts)
    run = solve_ivp(rate, (0, time), begin, method="LSODA", rtol=1e-7, atol=1e-10)
    assert run.success, run.message
    return run.y[:, -1].reshape(len(starts), -1)


def test_a_network_of_another_shape_of_data_is_unchanged_by_certifying():
    crn = compile_network(NeuralNetwork.random((2, 2), rng=1))
    before = replace(crn)
    certify(crn)
    assert crn == before


def test_what_newcomers_pass_first_is_an_error_that_helps():
    network = NeuralNetwork.random((2, 2), rng=1)
    with pytest.raises(InputValueError, match=r"takes a Crn, not NeuralNetwork; compile_network"):
        certify(network)
    with pytest.raises(InputValueError, match=r"takes a NeuralNetwork, not Crn; extract_network"):
        settling_time(compile_network(network), [[1.0, 1.0]])
    with pytest.raises(InputValueError, match="implements takes a Crn, not NeuralNetwork"):
        implements(network, compile_network(network))
    with pytest.raises(InputValueError, match="subsystem takes a int, not float"):
        subsystem(compile_network(network), 1.0)
    with pytest.raises(InputValueError, match="the accuracy takes a Real, not str"):
        settling_time(network, [[1.0, 1.0]], "a")


def test_a_species_that_stops_changing_where_others_settle_keeps_what_it_has():
    crn = Crn.from_text(["A -> 0", "A -> A + B"])
    found = certify(crn).at_these_numbers.properties["reliable"]
    assert found.because == (
        "B never changes once those before it have settled, so that its limit depends on its start"
    )


def test_a_hypothesis_that_fails_at_positive_numbers_fails_for_all_constants():
    crn = Crn.from_text(["A + B -> 2 B", "0 -> A", "B -> 0", "A -> 0"])
    certificate = certify(crn)
    for key, statement in certificate.at_these_numbers.hypotheses.items():
        assert certificate.structural.hypotheses[key].refuted or not statement.refuted
