"""What scales a network is moved into its weights, and nothing that it computes changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Activation, Layer, NeuralNetwork
from crn2sbml.fitting.frame import Frame, frame_around
from crn2sbml.fitting.scaling import (
    Scaling,
    may_be_single,
    output_scaling,
    standard_scaling,
)
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder

# Moving a mean into a bias rounds each number once, relative to what is added up.
ROUNDING = 1e-11

sizes = st.floats(1e-3, 1e3)
middles = st.floats(-1e2, 1e2)


@st.composite
def frames(draw):
    """A codec of pairs, shifts and single numbers, and scalings that fit it."""
    inputs, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    pairs = draw(st.lists(st.booleans(), min_size=inputs, max_size=inputs))
    paired = draw(st.lists(st.booleans(), min_size=outputs, max_size=outputs))
    offsets = draw(st.lists(middles, min_size=inputs, max_size=inputs))
    common = draw(sizes)
    return Frame(
        Codec(Encoder(pairs, offsets), Decoder(paired)),
        Scaling(
            *(
                np.array(draw(st.lists(e, min_size=inputs, max_size=inputs)))
                for e in (middles, sizes)
            )
        ),
        Scaling(
            np.array([draw(middles) if pair else 0.0 for pair in paired]),
            np.array([draw(sizes) if pair else common for pair in paired]),
        ),
    )


def inside(frame, seed):
    """A network between standardised numbers, all of whose inputs are pairs."""
    rng = np.random.default_rng(seed)
    codec = frame.codec
    halves = Encoder(frame.pairs).matrix[0]
    weights = rng.normal(size=(3, len(frame.pairs))) @ halves
    signs = codec.decoder.matrix.T
    last = rng.normal(size=(len(codec.decoder.pairs), 3)), rng.normal(size=len(codec.decoder.pairs))
    return NeuralNetwork(
        [
            Layer(weights, rng.normal(size=3), Activation(0.3)),
            Layer(signs @ last[0], signs @ last[1], Activation(0.1)),
        ]
    )


@given(frames(), st.integers(0, 99))
def test_outside_a_network_computes_what_it_does_inside(frame, seed):
    rng = np.random.default_rng(seed)
    network = inside(frame, seed)
    encoder, decoder = frame.codec.encoder, frame.codec.decoder
    lowest = np.where(encoder.pairs, -50.0, -encoder.offsets)
    rows = lowest + 100.0 * rng.random((5, len(lowest)))
    concentrations, _ = frame.put(rows, np.zeros((5, len(decoder.pairs))))
    found = decoder.values(frame.leave(network).forward(encoder.encode(rows)))
    expected = decoder.values(network.forward(concentrations))
    expected = expected * frame.outputs.scale + frame.outputs.centre
    largest = 1.0 + np.abs(expected).max() + 1e6 * frame.outputs.scale.max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING * largest)


@given(frames(), st.integers(0, 99))
def test_a_network_that_leaves_a_frame_and_enters_again_is_the_same(frame, seed):
    network = inside(frame, seed)
    again = frame.enter(frame.leave(network))
    for before, after in zip(network.layers, again.layers, strict=True):
        np.testing.assert_allclose(after.weights, before.weights, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(after.biases, before.biases, rtol=1e-6, atol=1e-6)
        assert after.activation.h == pytest.approx(before.activation.h)


def test_halves_stay_opposite_bit_for_bit():
    frame = Frame(
        Codec(Encoder([True, False]), Decoder([True])),
        Scaling(np.array([3.0, 0.1]), np.array([0.7, 13.0])),
        Scaling(np.array([0.3]), np.array([1.7])),
    )
    outside = frame.leave(inside(frame, 1))
    first, last = outside.layers
    np.testing.assert_array_equal(first.weights[:, 0], -first.weights[:, 1])
    np.testing.assert_array_equal(last.weights[0], -last.weights[1])
    assert last.biases[0] == -last.biases[1]


def test_standard_scaling_leaves_constant_columns_their_size():
    rows = np.array([[1.0, 5.0], [3.0, 5.0]])
    scaling = standard_scaling(rows)
    np.testing.assert_array_equal(scaling.apply(rows), [[-1.0, 0.0], [1.0, 0.0]])
    # Squares of such numbers are no doubles, and their deviation is one.
    for size in (1e300, 1e-300):
        extreme = size * np.array([[1.0], [-1.0]])
        np.testing.assert_allclose(standard_scaling(extreme).apply(extreme), [[1.0], [-1.0]])


def test_targets_of_very_different_sizes_have_no_single_nodes():
    small = np.array([[1.0, 2.0], [2.0, 5.0]])
    assert may_be_single(small).tolist() == [True, True]
    assert may_be_single(small * [1.0, 100.0]).tolist() == [False, False]
    assert may_be_single(small - [1.5, 0.0]).tolist() == [False, True]
    single = output_scaling(small, [False, False])
    np.testing.assert_array_equal(single.centre, 0.0)
    assert len(set(single.scale.tolist())) == 1


def test_what_cannot_be_scaled_is_left_as_it_is():
    rows, targets = np.array([[-1.0], [2.0]]), np.array([[0.5], [1.5]])
    codec = Codec(Encoder([True]), Decoder([False]))
    uneven = Layer([[1.0, 2.0]], [0.0], Activation(0.1))
    cubic = Layer([[1.0, -1.0]], [0.0], Activation(0.1, {3: 1.0}))
    frame = frame_around(NeuralNetwork([uneven]), codec, rows, targets)
    assert frame.inputs is None
    frame = frame_around(NeuralNetwork([cubic]), codec, rows, targets)
    assert frame.inputs is not None
    assert frame.outputs is None
    fixed = Layer([[1.0, -1.0]], [0.0], Activation(0.1), trainable=False)
    frame = frame_around(NeuralNetwork([fixed]), codec, rows, targets)
    assert (frame.inputs, frame.outputs) == (None, None)
