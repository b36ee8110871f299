"""Activations against mpmath: the positive root of h + rho x - sum_k (k - 1) d_k x^k."""

import copy
import pickle
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation
from crn2sbml.errors import ActivationError, UnsupportedError
from crn2sbml.neural.activation_names import parse_activation
from tests.strategies import activations

# Double precision has 1.1e-16; the root of a well-conditioned equation costs some of it.
RELATIVE_ERROR = 1e-12

RATES = np.array([0.0, *(sign * 10.0**e for sign in (-1, 1) for e in np.arange(-12, 6.01, 1.5))])
SMOOTHINGS = [1e-12, 1e-9, 1e-5, 1e-2, 1.0, 31.0, 1e3]
DECAYS = [
    *({q: 1.0} for q in range(2, 9)),
    {2: 0.25},
    {5: 7.0},
    {2: 1.0, 3: 0.5},
    {2: 1e-3, 5: 2.0},
    {2: 4.0, 8: 1e-2},
    {3: 1.0, 4: 1.0, 7: 1e-4},
]


def exact_root(h, decay, rho):
    """The positive root and the derivative a / kappa(a), to 40 digits."""
    with mpmath.workdps(60):
        h, rho = mpmath.mpf(h), mpmath.mpf(rho)
        terms = {k: mpmath.mpf(d) for k, d in decay.items()}

        def f(x):
            return h + rho * x - sum((k - 1) * d * x**k for k, d in terms.items())

        # Double or halve until high is right of the root by at most a factor of two ...
        root = mpmath.mpf(1)
        while f(root) > 0:
            root *= 2
        while f(root / 2) < 0:
            root /= 2
        # ... then Newton's method falls to it monotonically, since f is concave.
        for _ in range(12):
            slope = rho - sum(k * (k - 1) * d * root ** (k - 1) for k, d in terms.items())
            root -= f(root) / slope
        assert abs(f(root)) <= mpmath.mpf(10) ** -45 * (h + abs(rho) * root)
        kappa = h / root + sum((k - 1) ** 2 * d * root ** (k - 1) for k, d in terms.items())
        return root, root / kappa


@pytest.mark.parametrize("decay", DECAYS, ids=str)
@pytest.mark.parametrize("h", SMOOTHINGS)
def test_value_and_derivative_agree_with_mpmath(h, decay):
    activation = Activation(h, decay)
    values, derivatives = activation(RATES), activation.derivative(RATES)
    for rho, value, derivative in zip(RATES, values, derivatives, strict=True):
        root, slope = exact_root(h, decay, rho)
        assert abs(mpmath.mpf(float(value)) / root - 1) < RELATIVE_ERROR
        assert abs(mpmath.mpf(float(derivative)) / slope - 1) < RELATIVE_ERROR


def test_order_two_is_equation_4_without_its_cancellation():
    activation = Activation(h=2.0)
    rho = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(activation(rho), (rho + np.sqrt(rho**2 + 8)) / 2, rtol=1e-14)
    # The textbook root is 0 here; the true one is h / |rho|.
    assert activation(-1e9) == pytest.approx(2e-9, rel=1e-12)


def test_the_derivative_agrees_with_a_difference_quotient():
    activation = Activation(0.3, {2: 1.0, 4: 0.2})
    for rho in (-5.0, 0.0, 0.1, 30.0):
        with mpmath.workdps(60):
            step = mpmath.mpf(10) ** -15
            above, below = (
                exact_root(0.3, activation.decay, mpmath.mpf(rho) + s)[0] for s in (step, -step)
            )
            quotient = (above - below) / (2 * step)
        assert float(activation.derivative(rho)) == pytest.approx(float(quotient), rel=1e-12)


@given(activations(orders=(2, 3, 5, 8)), st.floats(-1e3, 1e3), st.floats(1e-6, 10.0))
def test_the_activation_is_positive_increasing_and_a_root(activation, rho, more):
    value, later = activation([rho, rho + more])
    assert 0 < value < later
    size = activation.h + abs(rho) * value
    assert abs(activation.rate(value, rho)) <= 1e-12 * size
    assert Activation(activation.h + 0.1, activation.decay)(rho) > value


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_the_shape_is_kept(shape):
    for activation in (Activation(), Activation(1.0, {3: 1.0})):
        assert activation(np.zeros(shape)).shape == shape
        assert activation.derivative(np.zeros(shape)).shape == shape


def test_h_zero_is_the_plain_relu():
    relu = Activation(h=0)
    np.testing.assert_array_equal(relu([-2.0, 0.0, 3.0]), [0.0, 0.0, 3.0])
    np.testing.assert_array_equal(relu.derivative([-2.0, 0.0, 3.0]), [0.0, 0.0, 1.0])
    with pytest.raises(ActivationError, match="order 2 only"):
        Activation(h=0, decay={3: 1.0})


@pytest.mark.parametrize("decay", [{2: 1.0}, {3: 1.0}, {2: 1.0, 5: 1.0}])
def test_huge_rates_neither_overflow_nor_warn(decay):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        activation = Activation(1.0, decay)
        large, small = activation([1e200, -1e200])
        assert np.isfinite([large, small]).all()
        assert small == pytest.approx(1e-200, rel=1e-12)
        assert activation.rate(1.0, 0.0) == 1.0 - sum((k - 1) * d for k, d in decay.items())


@pytest.mark.parametrize(("q", "power"), [(2, 1.0), (3, 0.5), (8, 1 / 7)])
def test_a_rate_of_1e300_has_the_root_of_its_own_order(q, power):
    """Section 6.1: growth like (rho / (q - 1))^(1/(q - 1)), which is sqrt(rho / 2) for q = 3."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        root, shrunk = Activation(1.0, {q: 1.0})([1e300, -1e300])
    assert root == pytest.approx((1e300 / (q - 1)) ** power, rel=RELATIVE_ERROR)
    assert shrunk == pytest.approx(1e-300, rel=RELATIVE_ERROR)


@pytest.mark.parametrize(
    ("h", "decay", "words"),
    [
        (-1.0, {2: 1.0}, "-1.0"),
        (float("nan"), {2: 1.0}, "nan"),
        (float("inf"), {2: 1.0}, "inf"),
        ("much", {2: 1.0}, "much"),
        (1.0, {1: 1.0}, "order 1"),
        (1.0, {0: 1.0}, "order 0"),
        (1.0, {-2: 1.0}, "order -2"),
        (1.0, {2.5: 1.0}, "2.5"),
        (1.0, {"2": 1.0}, "'2'"),
        (1.0, {True: 1.0}, "True"),
        (1.0, {}, "{}"),
        (1.0, 2, "not 2"),
        (1.0, {2: 0.0}, "0.0"),
        (1.0, {2: -1.0}, "-1.0"),
        (1.0, {2: float("nan")}, "nan"),
        (1.0, {2: None}, "None"),
    ],
)
def test_a_wrong_value_is_named(h, decay, words):
    with pytest.raises(ActivationError, match=words) as error:
        Activation(h, decay)
    assert isinstance(error.value, ValueError)


def test_activations_are_values():
    activation = Activation(0.5, {3: 2.0, 2: 1})
    same = eval(repr(activation))
    for other in (same, pickle.loads(pickle.dumps(activation)), copy.deepcopy(activation)):
        assert other == activation
        assert hash(other) == hash(activation)
    assert activation != Activation(0.5)
    with pytest.raises(TypeError):
        activation.decay[2] = 5.0


@pytest.mark.parametrize("h", [1e-300, 1e-280, 1e-279, 1.0, 1e299, 1e300])
@pytest.mark.parametrize("rho", [0.0, 1e-160, -1e-140, 1e149, -1e151])
def test_squares_neither_overflow_nor_underflow(h, rho):
    # From the fast to the careful formula for the square root, and beyond what squares can hold.
    for d in (1e-10, 1e10):
        exact, _ = exact_root(h, {2: d}, rho)
        assert float(Activation(h, {2: d})(rho)) == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "activation"),
    [
        ("smoothed-relu", Activation(0.5)),
        ("Smoothed ReLU", Activation(0.5)),
        ("relu", Activation(0.0)),
        ("3:1", Activation(0.5, {3: 1.0})),
        ("2:1 + 3:0.25", Activation(0.5, {2: 1.0, 3: 0.25})),
    ],
)
def test_an_activation_is_made_from_its_name_or_decay(text, activation):
    assert parse_activation(text, 0.5) == activation


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sigmoid", "it is bounded"),
        ("Tanh", "it is bounded, .* negative values"),
        ("leaky_relu", "negative values"),
        ("GELU", "negative values"),
        ("softplus", "falls to 0 exponentially"),
        ("exponential", "faster than linearly"),
        ("softmax", "all nodes of a layer"),
    ],
)
def test_an_activation_that_no_decay_gives_is_refused_with_the_reason(name, reason):
    with pytest.raises(UnsupportedError, match=f"^{name} cannot be had from decay.*{reason}"):
        parse_activation(name)


@given(activations(orders=(2, 3, 5, 8)))
def test_the_reasons_hold_for_every_activation_of_the_family(activation):
    """Unbounded, at most linear on the right; h/|rho| on the left, which is not exponential."""
    values = activation([-1e9, -1e6, 1e9, 1e12])
    assert values[3] > 2 * values[2] > 0
    assert values[3] <= 1001 * values[2]
    assert values[1] / values[0] == pytest.approx(1e3, rel=1e-3)


def test_an_order_is_named_once_and_is_one_that_chemistry_can_have():
    with pytest.raises(ActivationError, match="names order 2 twice"):
        parse_activation("2:1+2:2")
    with pytest.raises(ActivationError, match="order 101 is above 100"):
        Activation(1.0, {101: 1.0})


@pytest.mark.parametrize("text", ["", "cubic", "3", "3:x", "x:1", "3:1+"])
def test_what_is_neither_name_nor_decay_is_an_error(text):
    with pytest.raises(ActivationError, match="3:1"):
        parse_activation(text)
