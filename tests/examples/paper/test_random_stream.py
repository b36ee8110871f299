"""MATLAB's random numbers, against values that MATLAB prints."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crn2sbml.errors import InputValueError
from crn2sbml.examples.paper import MatlabStream

# MATLAB prints 15 digits ("format long"), or four after the point ("format short").
LONG, SHORT = 1e-14, 0.5e-4


def test_the_default_stream_is_that_of_matlab():
    known = [
        *(0.537667139546100, 1.83388501459509, -2.25884686100365, 0.862173320368121),
        *(0.318765239858981, -1.30768829630527, -0.433592022305684, 0.342624466538650),
        *(3.57839693972576, 2.76943702988488),
    ]
    np.testing.assert_allclose(MatlabStream().randn(10), known, rtol=LONG)
    np.testing.assert_array_equal(MatlabStream(5489).randn(10), MatlabStream(0).randn(10))


def test_another_seed_is_that_of_matlab():
    known = [
        *(-0.6490, 1.1812, -0.7585, -1.1096, -0.8456),
        *(-0.5727, -0.5587, 0.1784, -0.1969, 0.5864),
    ]
    np.testing.assert_allclose(MatlabStream(1).randn(10), known, atol=SHORT)


def test_uniform_numbers_are_those_of_numpy():
    # Both make 53 bits of two words of the same twister; MATLAB's help prints rand of rng(0).
    expected = np.random.RandomState(42).random_sample(10_000)
    np.testing.assert_array_equal(MatlabStream(42).rand(10_000), expected)
    np.testing.assert_allclose(MatlabStream(0).rand(2), [0.8147, 0.9058], atol=SHORT)


@given(st.integers(0, 2**32 - 1))
def test_matrices_are_filled_column_by_column(seed):
    numbers = MatlabStream(seed).randn(6)
    np.testing.assert_array_equal(MatlabStream(seed).randn(2, 3).ravel(order="F"), numbers)
    np.testing.assert_array_equal(
        MatlabStream(seed).rand(3, 2)[:, 1], MatlabStream(seed).rand(6)[3:]
    )


def test_normal_numbers_are_normal_far_into_the_tail():
    numbers = MatlabStream(7).randn(400_000)
    assert stats.kstest(numbers, "norm").pvalue > 0.01
    # Beyond the last edge of the ziggurat, where another method draws.
    beyond = np.abs(numbers) > 3.6541528853610088
    expected = 2 * stats.norm.sf(3.6541528853610088) * len(numbers)
    assert abs(beyond.sum() - expected) < 4 * math.sqrt(expected)
    tail = np.abs(numbers[beyond])
    assert stats.kstest(
        stats.norm.sf(tail) / stats.norm.sf(3.6541528853610088), "uniform"
    ).pvalue > (0.01)


def test_a_permutation_s_first_entry_is_a_scaled_uniform_number():
    assert MatlabStream(3).randperm(60_000) == 1 + math.floor(60_000 * MatlabStream(3).rand(1)[0])


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "1"])
def test_a_seed_that_matlab_does_not_take_is_refused(seed):
    with pytest.raises(InputValueError, match="seed is"):
        MatlabStream(seed)
