"""Weights with a list of layers, from .npz and .safetensors."""

import re

import numpy as np
import pytest
from safetensors.numpy import save_file

from crn2sbml.errors import (
    ConcentrationError,
    FileError,
    FormatError,
    InputValueError,
    UnsupportedError,
)
from crn2sbml.importers import from_weights

RNG = np.random.default_rng(1)
ARRAYS = {
    "0.weight": RNG.normal(size=(5, 3)),
    "0.bias": RNG.normal(size=5),
    "2.weight": RNG.normal(size=(2, 5)),
    "2.bias": RNG.normal(size=2),
}
X = RNG.normal(size=(10, 3))


def expected():
    hidden = np.maximum(X @ ARRAYS["0.weight"].T + ARRAYS["0.bias"], 0)
    return hidden @ ARRAYS["2.weight"].T + ARRAYS["2.bias"]


@pytest.mark.parametrize("kind", ["mapping", "npz", "safetensors"])
def test_weights_and_a_list_are_a_network(tmp_path, kind):
    source = ARRAYS
    if kind == "npz":
        source = tmp_path / "a.npz"
        np.savez(source, **ARRAYS)
    elif kind == "safetensors":
        source = tmp_path / "a.safetensors"
        save_file(ARRAYS, source)
    imported = from_weights(source, "0, relu, 2", data=X)
    assert np.abs(imported.outputs(X) - expected()).max() <= imported.report.error_bound <= 1e-2


def test_kernels_of_keras_are_the_other_way_round():
    arrays = {"dense/kernel": ARRAYS["0.weight"].T, "dense/bias": ARRAYS["0.bias"]}
    imported = from_weights(arrays, ["dense", "softmax"])
    z = X @ ARRAYS["0.weight"].T + ARRAYS["0.bias"]
    shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(imported.outputs(X), shares, rtol=1e-9)


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ("", InputValueError, r"the arrays are 0\.weight"),
        ("0,relu,3", InputValueError, "no weights '3'"),
        ("relu,0", InputValueError, "must begin with weights"),
        ("0,2,2", FormatError, r"weights of shape \(2, 5\)"),
        ("0,softmax,2", UnsupportedError, "can only come last"),
        ("softmax", InputValueError, "must begin with weights"),
        (None, InputValueError, "must be a list of texts"),
        ([0, "relu", 2], InputValueError, "must be a list of texts"),
    ],
)
def test_a_list_that_does_not_fit_is_one_clear_error(layers, error, message):
    with pytest.raises(error, match=message):
        from_weights(ARRAYS, layers)


def test_broken_files_are_one_clear_error(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"\xff" * 50)
    with pytest.raises(FormatError, match="no safetensors file"):
        from_weights(tmp_path / "a.safetensors", "0")
    with pytest.raises(FileError):
        from_weights(tmp_path / "b.safetensors", "0")
    with pytest.raises(FormatError, match="not finite"):
        from_weights({"0.weight": np.array([[np.inf]])}, "0")
    for source in (None, 3, [np.ones((2, 2))]):
        with pytest.raises(InputValueError, match="pass a file, or arrays by their names"):
            from_weights(source, "0")
    with pytest.raises(InputValueError, match="is no array of numbers"):
        from_weights({"0.weight": [[1.0], [2.0, 3.0]]}, "0")
    misspelt = {"0.weight": np.ones((2, 2)), "0.bais": np.ones(2)}
    with pytest.raises(UnsupportedError, match=r"also has an array 0\.bais"):
        from_weights(misspelt, "0")
    with pytest.raises(UnsupportedError, match="no matrix"):
        from_weights({"0.weight": np.ones((1, 1, 3, 3))}, "0")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"accuracy": "a"}, "accuracy is 'a'"),
        ({"accuracy": None}, "accuracy is None"),
        ({"accuracy": float("nan")}, "accuracy is nan"),
        ({"h": "x"}, "h is 'x'"),
        ({"h": 0.0}, "h is 0"),
        ({"knots": 12.5}, "knots is 12.5"),
        ({"knots": True}, "knots is True"),
        ({"knots": np.nan}, "knots is nan"),
        ({"knots": np.inf}, "knots is inf"),
        ({"signs": 1}, "signs is 1"),
        ({"input_range": 3}, "the input range is 3"),
        ({"input_range": ("a", "b")}, "the input range is"),
        ({"input_range": (0.0, 1.0, 2.0)}, "the input range is"),
        ({"input_range": ([0.0, 1.0], 2.0)}, "the input range is"),
        ({"input_range": (np.inf, np.inf)}, "begin with the smallest"),
        ({"input_range": (1.0, 0.0)}, "begin with the smallest"),
        ({"data": [["a", "b", "c"]]}, "the data must be an array of numbers"),
        ({"data": [[1.0, 2.0, np.nan]]}, "row 1, column 3 of the data is nan"),
    ],
)
def test_an_option_that_does_not_fit_is_one_clear_error(options, message):
    with pytest.raises(InputValueError, match=re.escape(message)):
        from_weights({"0.weight": np.ones((2, 3))}, "0", **options)


def test_inputs_and_validation_that_are_none_are_one_clear_error():
    imported = from_weights({"0.weight": np.ones((2, 3))}, "0")
    with pytest.raises(ConcentrationError, match="row 1, column 2 of the inputs is nan"):
        imported.error_bounds([[0.0, np.nan, 1.0]])
    with pytest.raises(InputValueError, match="validation takes a Validation, not int"):
        imported.train(np.ones((1, 3)), np.ones((1, 2)), validation=3)
