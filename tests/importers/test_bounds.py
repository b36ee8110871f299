"""The proved bound against the settled formula of random networks: never too small."""

import warnings
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation
from crn2sbml.errors import InputValueError
from crn2sbml.importers import custom, from_weights
from crn2sbml.importers.computation.bounds import bound_errors, find_ranges
from crn2sbml.importers.computation.functions import FUNCTIONS, clip, elu, leaky_relu
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.piecewise import approximate
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.importers.conversion.options import ImportOptions
from tests.strategies import examples

KINDS = [*FUNCTIONS.values(), leaky_relu(-0.5), clip(-1.0, 2.0), elu(-2.0)]


@st.composite
def graphs(draw):
    """A computation with layers, shortcuts and joins, and inputs for it."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    width = draw(st.integers(1, 4))
    graph = Graph(width)
    values = [graph.inputs]
    for _ in range(draw(st.integers(0, 3))):
        before = values[draw(st.integers(0, len(values) - 1))]
        size = draw(st.integers(1, 4))
        z = before.mapped(rng.normal(size=(size, before.size))).shifted(rng.normal(size=size))
        if draw(st.booleans()):
            other = values[-1]
            z = z.plus(other.mapped(rng.normal(size=(size, other.size))))
        values.append(graph.apply(draw(st.sampled_from(KINDS)), z))
        if draw(st.booleans()):
            values.append(Value.joined([values[-1], draw(st.sampled_from(values))]))
        if draw(st.booleans()):
            other = draw(st.sampled_from(values))
            size = min(values[-1].size, other.size)
            places = np.arange(size)
            values.append(graph.larger(values[-1].take(places), other.take(places)))
    last = values[-1]
    output = last if draw(st.booleans()) else last.mapped(rng.normal(size=(2, last.size)))
    data = rng.normal(scale=draw(st.sampled_from([0.3, 1.0, 5.0])), size=(6, width))
    return graph, output, data


@examples(12)
@given(graphs(), st.sampled_from([1e-8, 1e-3, 1.0]), st.sampled_from(["pairs", "shift"]))
def test_the_network_is_within_the_bound_of_the_original(found, h, signs):
    graph, output, data = found
    options = ImportOptions(data=data, h=h, knots=12, signs=signs)
    imported = convert(graph, output, options)
    expected = graph.evaluate(output, data)
    error = imported.codec.decoder.values(
        imported.network.forward(imported.codec.encoder.encode(data))
    )
    error = error - expected

    def bounds(low, high):
        original = imported.original
        ranges = find_ranges(original.graph, low[np.newaxis], high[np.newaxis])
        return bound_errors(original.graph, original.output, original.pieces, h, ranges)

    everything = np.full(graph.width, np.inf)
    for bound, rounding in (
        (imported.error_bounds(data), 0.0),
        (bounds(data.min(axis=0), data.max(axis=0)), 0.0),
        # Without a range rounding is not part of it.
        (bounds(-everything, everything), 1e-9 * (1.0 + np.abs(expected).max())),
    ):
        assert (bound.low - rounding <= error).all()
        assert (error <= bound.high + rounding).all()
    assert imported.report.error_bound_on_data <= imported.report.error_bound * (1 + 1e-9)


# The functions themselves, from another library.
EXACT = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "selu": lambda z: (
        mpmath.mpf(1.0507009873554805) * (z if z > 0 else 1.6732632423543772 * mpmath.expm1(z))
    ),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "hard-swish": lambda z: z * min(max(z / 6 + 0.5, 0), 1),
    "leaky-relu": lambda z: z if z > 0 else mpmath.mpf(0.01) * z,
    "abs": abs,
}


@pytest.mark.parametrize("name", EXACT)
@given(st.floats(-45.0, 45.0), st.one_of(st.just(0.0), st.floats(0.0, 50.0)), st.floats(0.0, 1.0))
def test_ranges_hold_the_exact_values_of_functions(name, low, width, share):
    graph = Graph(1)
    graph.apply(FUNCTIONS["tanh"], graph.apply(FUNCTIONS[name], graph.inputs))
    ends = np.array([[low]]), np.array([[low + width]])
    image = find_ranges(graph, *ends).arguments[1]
    z = float(np.clip(low + share * width, low, low + width))
    with mpmath.workdps(60):
        exact = EXACT[name](mpmath.mpf(z))
    assert mpmath.mpf(image.lower[0, 0]) <= exact <= mpmath.mpf(image.upper[0, 0])
    if width == 0:
        assert image.widths()[0, 0] <= 3e-14 * (1 + abs(low))


def test_nothing_is_computed_that_is_no_number():
    rng = np.random.default_rng(1)
    infinity = np.full((1, 2), np.inf)
    for kind in KINDS:
        graph = Graph(2)
        inner = graph.apply(kind, graph.inputs.mapped(rng.normal(size=(3, 2))))
        output = graph.apply(leaky_relu(-0.5), inner.mapped(rng.normal(size=(2, 3))))
        output = graph.larger(output, graph.inputs)
        pieces = [approximate(source.function, 1e-2) for source in graph.sources]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for low, high in ((-infinity, infinity), (0 * infinity.clip(0, 1), infinity)):
                bounds = bound_errors(graph, output, pieces, 0.1, find_ranges(graph, low, high))
                assert not np.isnan([bounds.low, bounds.high]).any()


def test_one_relu_is_off_by_at_most_the_root_of_h_and_on_one_side():
    graph = Graph(1)
    output = graph.apply(FUNCTIONS["relu"], graph.inputs)
    pieces = [approximate(FUNCTIONS["relu"], 1.0)]
    infinite = np.full((1, 1), np.inf)
    bounds = bound_errors(graph, output, pieces, 0.25, find_ranges(graph, -infinite, infinite))
    assert bounds.high[0, 0] == pytest.approx(0.5)
    assert bounds.low[0, 0] == pytest.approx(0.0, abs=1e-9)
    # Away from 0 it is less: phi(3) - 3.
    three = np.full((1, 1), 3.0)
    bounds = bound_errors(graph, output, pieces, 0.25, find_ranges(graph, three, three))
    phi = float(Activation(0.25)(3.0))
    assert bounds.high[0, 0] == pytest.approx(phi - 3.0)
    assert bounds.low[0, 0] == pytest.approx(phi - 3.0)


def test_linear_layers_and_the_leaky_relu_are_as_exact_as_they_are_said_to_be():
    graph = Graph(2)
    linear = graph.inputs.mapped(np.array([[1.0, -2.0]])).shifted(np.array([0.5]))
    infinite = np.full((1, 2), np.inf)
    ranges = find_ranges(graph, -infinite, infinite)
    assert bound_errors(graph, linear, [], 1.0, ranges).largest < 1e-13
    leaky = graph.apply(leaky_relu(0.2), linear)
    pieces = [approximate(leaky_relu(0.2), 1.0)]
    bounds = bound_errors(graph, leaky, pieces, 0.01, find_ranges(graph, -infinite, infinite))
    assert bounds.largest == pytest.approx(0.8 * 0.1)  # (1 - alpha) sqrt(h)


@pytest.mark.parametrize("alpha", [-1.0, -5.0, -50.0])
def test_a_falling_elu_is_bounded_too(alpha):
    rng = np.random.default_rng(1)
    graph = Graph(2)
    inner = graph.apply(FUNCTIONS["tanh"], graph.inputs.mapped(rng.normal(size=(3, 2))))
    output = graph.apply(elu(alpha), inner.mapped(rng.normal(size=(4, 3))))
    data = rng.normal(size=(300, 2))
    imported = convert(graph, output, ImportOptions(data=data, knots=20, h=1e-4))
    error = imported.codec.decoder.values(
        imported.network.forward(imported.codec.encoder.encode(data))
    )
    error -= graph.evaluate(output, data)
    bounds = imported.error_bounds(data)
    assert (bounds.low - 1e-9 <= error).all()
    assert (error <= bounds.high + 1e-9).all()


def test_any_other_function_is_proved_on_the_range_that_it_is_used_in():
    sine = custom(
        "sine", np.sin, lambda z: -np.sin(z), (-4.0, 4.0), extremes=(-np.pi / 2, np.pi / 2)
    )
    rng = np.random.default_rng(1)
    arrays = {"a.weight": rng.normal(size=(3, 2)), "b.weight": rng.normal(size=(2, 3))}
    data = rng.uniform(-1.0, 1.0, size=(200, 2))
    layers = ["a", "sine", "b"]
    imported = from_weights(arrays, layers, functions={"sine": sine}, data=data)
    expected = np.sin(data @ arrays["a.weight"].T) @ arrays["b.weight"].T
    error = np.abs(imported.outputs(data) - expected).max()
    assert error <= imported.report.error_bound <= 1e-2
    # Without a range nothing can be promised, and so no accuracy be had.
    with pytest.raises(InputValueError, match="give data or a range"):
        from_weights(arrays, layers, functions={"sine": sine})
    with pytest.raises(InputValueError, match="give data or a range"):
        from_weights(arrays, layers, functions={"sine": sine}, data=100 * data)
    with pytest.raises(InputValueError, match="must be a range"):
        custom("sine", np.sin, np.sin, (1.0, -1.0))


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "hard-tanh"])
@pytest.mark.parametrize("size", [1.0, 1e6, 1e13])
def test_rounding_of_huge_numbers_is_part_of_the_bound(name, size):
    rng = np.random.default_rng(1)
    arrays = {"a.weight": rng.normal(size=(6, 2)), "b.weight": rng.normal(size=(2, 6))}
    data = size * rng.normal(size=(200, 2))
    imported = from_weights(arrays, f"a,{name},b", data=data, h=1e-9, knots=30)
    expected = imported.original.graph.evaluate(imported.original.output, data)
    error = imported.outputs(data) - expected
    bounds = imported.error_bounds(data)
    assert (bounds.low <= error).all()
    assert (error <= bounds.high).all()


def test_knots_of_which_only_one_is_near_do_not_add_up():
    imported = from_weights({"a.weight": np.eye(1)}, "a,tanh", data=[[-3.0], [3.0]], knots=60)
    grid = np.linspace(-3.0, 3.0, 500)[:, np.newaxis]
    pieces = imported.original.pieces[0]
    smoothed = np.abs(imported.outputs(grid)[:, 0] - pieces(grid[:, 0])).max()
    proved = imported.report.error_bound - pieces.error[1]
    assert smoothed <= proved <= 1.5 * smoothed


def test_a_minimum_is_one_node():
    graph = Graph(2)
    output = graph.apply(clip(-np.inf, 1.0), graph.inputs.mapped(np.eye(2)))
    imported = convert(graph, output, ImportOptions(data=[[-2.0, 0.0], [2.0, 3.0]]))
    assert imported.network.widths == (3, 2, 4)
    data = np.array([[-1.5, 0.5], [1.0, 2.5]])
    np.testing.assert_allclose(imported.outputs(data), np.minimum(data, 1.0), atol=1e-2)


def test_pairs_between_layers_save_edges_and_change_nothing():
    rng = np.random.default_rng(2)
    sizes = [8, 12, 12, 3]
    arrays = {
        f"{n}.weight": rng.normal(size=(after, before)) / np.sqrt(before)
        for n, (before, after) in enumerate(pairwise(sizes))
    }
    imported = from_weights(arrays, "0,tanh,1,tanh,2", data=rng.normal(size=(50, 8)), knots=20)
    layers = imported.network.layers
    one = [layer.activation.h == 1.0 for layer in layers]
    assert one == [True, False, True, True, False, True, True]
    # Wiring between knots has no weights of the original.
    free = [layer.trainable for layer in layers]
    assert free == [True, False, False, True, False, False, True]
    knots = sum(piece.nodes for piece in imported.original.pieces)
    direct = 12 * knots / 2 * (16 + 12 * knots / 2) + 6 * 12 * knots / 2
    assert imported.report.edges < direct / 10


def test_rounding_of_shifts_and_of_large_smoothing_is_part_of_the_bound():
    arrays = {"0.weight": np.array([[1.0, 0.0]])}
    shifted = from_weights(arrays, "0", data=[[-1e9, 0.0], [1e9, 1.0]], signs="shift")
    rows = np.array([[0.1234567, 0.5], [-3.3, 0.1]])
    error = shifted.outputs(rows)[:, 0] - rows[:, 0]
    bounds = shifted.error_bounds(rows)
    assert (bounds.low[:, 0] <= error).all()
    assert (error <= bounds.high[:, 0]).all()
    assert bounds.largest < 1e-5
    graph = Graph(1)
    output = Value.joined([graph.apply(FUNCTIONS["relu"], graph.inputs), graph.inputs])
    for h in (1e4, 1e8, 1e12):
        smooth = convert(graph, output, ImportOptions(data=[[-1.0], [1.0]], h=h))
        row = np.array([[0.3]])
        error = smooth.outputs(row) - np.array([[0.3, 0.3]])
        bounds = smooth.error_bounds(row)
        assert ((bounds.low <= error) & (error <= bounds.high)).all()


def test_a_function_may_be_used_on_all_of_its_domain():
    sine = custom(
        "sine", np.sin, lambda z: -np.sin(z), (-2.0, 2.0), extremes=(-np.pi / 2, np.pi / 2)
    )
    data = np.linspace(-2.0, 2.0, 50)[:, np.newaxis]
    arrays = {"a.weight": np.eye(1)}
    imported = from_weights(arrays, "a,sine", functions={"sine": sine}, data=data)
    assert np.abs(imported.outputs(data) - np.sin(data)).max() <= imported.report.error_bound


@pytest.mark.parametrize("depth", [3, 30, 100])
def test_rounding_of_what_is_carried_past_layers_is_part_of_the_bound(depth):
    rng = np.random.default_rng(1)
    graph = Graph(2)
    value = graph.inputs
    for _ in range(depth):
        value = graph.apply(FUNCTIONS["relu"], value.mapped(np.eye(2)))
    output = Value.joined([graph.inputs, value.mapped(np.zeros((1, 2)))])
    output = output.plus(Value.joined([value.mapped(np.zeros((2, 2))), value.take(np.array([0]))]))
    imported = convert(graph, output, ImportOptions(data=rng.normal(size=(50, 2)), h=1.0))
    rows = rng.normal(size=(200, 2))
    error = imported.outputs(rows) - graph.evaluate(output, rows)
    bounds = imported.error_bounds(rows)
    assert ((bounds.low <= error) & (error <= bounds.high))[:, :2].all()


def test_a_function_may_follow_itself_within_its_domain():
    sine = custom(
        "sine", np.sin, lambda z: -np.sin(z), (-2.0, 2.0), extremes=(-np.pi / 2, np.pi / 2)
    )
    arrays = {"a.weight": np.eye(1), "b.weight": np.eye(1)}
    imported = from_weights(
        arrays, "a,sine,b,sine", functions={"sine": sine}, input_range=(-2.0, 2.0)
    )
    data = np.linspace(-2.0, 2.0, 101)[:, np.newaxis]
    error = np.abs(imported.outputs(data) - np.sin(np.sin(data))).max()
    assert error <= imported.report.error_bound <= 1e-2


def test_a_function_is_never_asked_for_values_outside_of_its_domain():
    power = custom("z^2.5", lambda z: z**2.5, lambda z: 3.75 * np.sqrt(z), (0.0, 1.0))
    pieces = approximate(power, 1e-3)
    grid = np.linspace(0.0, 1.0, 1001)
    assert np.abs(pieces(grid) - grid**2.5).max() <= pieces.error[1] <= 1.3e-3
