"""Weights with a list of layers, from .npz and .safetensors."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from crn2sbml.errors import FileError, FormatError, InputValueError, UnsupportedError
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
    with pytest.raises(UnsupportedError, match="no matrix"):
        from_weights({"0.weight": np.ones((1, 1, 3, 3))}, "0")
