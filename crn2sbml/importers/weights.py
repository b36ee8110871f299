"""Files that hold weights alone, .npz and .safetensors, with a list that says how they are used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.archive import read_archive
from crn2sbml._support.files import file_errors
from crn2sbml._support.optional import load_library
from crn2sbml.errors import (
    FormatError,
    InputValueError,
    UnsupportedError,
)
from crn2sbml.importers.computation.functions import FUNCTIONS
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.matrices import from_tensor
from crn2sbml.importers.computation.piecewise import Function
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.importers.conversion.options import ImportOptions, Signs
from crn2sbml.importers.loaded import LoadedNetwork

_WEIGHTS, _BIASES = (
    ("weight", "weights", "kernel", "W", "coef"),
    ("bias", "biases", "b", "intercept"),
)
_SOFTMAXES = ("softmax", "log-softmax")
_MOST_NAMED = 12


def from_weights(
    source: str | Path | Mapping[str, NDArray[Any]],
    layers: Sequence[str] | str,
    *,
    functions: Mapping[str, Function] | None = None,
    accuracy: float = 1e-2,
    data: ArrayLike | None = None,
    input_range: tuple[ArrayLike, ArrayLike] | None = None,
    signs: Signs = "auto",
    knots: int | None = None,
    h: float | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> LoadedNetwork:
    """Import weights and biases, with a list of what comes after what.

    Parameters
    ----------
    source : str, Path or mapping
        An .npz or .safetensors file, or arrays by their names, such as a state_dict. Weights have
        shape (nodes, nodes before), as in PyTorch; under the name "kernel", as in Keras, (nodes
        before, nodes).
    layers : sequence of str
        Layers in order: the start of the names of a layer's arrays, or a function such as "relu",
        "leaky-relu", "sigmoid", "tanh" or, at the end, "softmax". Text is split at commas.
    functions : mapping of str to Function, optional
        Functions of your own, by the names that `layers` uses; see
        :func:`~crn2sbml.importers.custom`.
    accuracy, data, input_range, signs, knots, h, input_names, output_names : optional
        What the parameters of :class:`~crn2sbml.importers.ImportOptions` with these names say.

    Returns
    -------
    LoadedNetwork

    Raises
    ------
    InputValueError
        If a layer is neither a name nor a function, with those that there are.
    FormatError
        If shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from crn2sbml.importers import from_weights
    >>> arrays = {"0.weight": np.array([[1.0, -2.0]]), "0.bias": np.array([0.5])}
    >>> from_weights(arrays, "0").outputs([[1.0, 2.0]]).round(6)
    array([[-2.5]])
    """
    options = ImportOptions(accuracy, data, input_range, signs, knots, h, input_names, output_names)
    if not isinstance(source, (str, Path, Mapping)):
        raise InputValueError(
            f"the weights are a {type(source).__name__}; pass a file, or arrays by their names"
        )
    arrays = _arrays(source) if isinstance(source, Mapping) else _read(Path(source))
    known = {**FUNCTIONS, **(functions or {})}
    names = _layer_names(layers, arrays, known)
    graph: Graph | None = None
    value: Value | None = None
    function = "none"
    for name in names:
        if function != "none":
            raise UnsupportedError(f"{name} follows a softmax, which can only come last")
        if name in _SOFTMAXES:
            function = name
        elif name in known:
            assert graph is not None
            assert value is not None
            value = graph.apply(known[name], value)
        else:
            weights, biases = _layer(arrays, name, names)
            if graph is None or value is None:
                graph = Graph(weights.shape[1])
                value = graph.inputs
            if weights.shape[1] != value.size or biases.shape != (weights.shape[0],):
                raise FormatError(
                    f"layer {name} has weights of shape {weights.shape} and biases of shape "
                    f"{biases.shape}, but {value.size} numbers come before it"
                )
            value = value.mapped(weights).shifted(biases)
    assert graph is not None
    assert value is not None
    return convert(graph, value, options, function)


def _layer_names(
    layers: Sequence[str] | str, arrays: Mapping[str, NDArray[Any]], known: Mapping[str, Function]
) -> list[str]:
    """Return layers in order, of which the first one has weights."""
    names = layers.split(",") if isinstance(layers, str) else layers
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise InputValueError(f"the layers are {layers!r}; they must be a list of texts")
    names = [name.strip() for name in names]
    if not names or not names[0]:
        raise InputValueError(f"there are no layers; {_known(arrays)}")
    if names[0] in known or names[0] in _SOFTMAXES:
        raise InputValueError(f"the list begins with {names[0]}; it must begin with weights")
    return names


def _arrays(tensors: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return tensors, also those of PyTorch, as arrays."""
    arrays_by_name = {}
    for name, tensor in tensors.items():
        try:
            arrays_by_name[str(name)] = from_tensor(tensor)
        except (TypeError, ValueError) as error:
            raise InputValueError(f"{name} is no array of numbers: {error}") from error
    return arrays_by_name


def _read(path: Path) -> Mapping[str, NDArray[Any]]:
    if path.suffix.lower() != ".safetensors":
        return read_archive(path, "it must hold arrays of weights")
    safetensors = load_library("safetensors.numpy", "safetensors files", "safetensors")
    from safetensors import SafetensorError

    with file_errors(path, "read"):
        try:
            return dict(safetensors.load_file(path))
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{path} is no safetensors file that can be read: {error}") from error


def _layer(
    arrays: Mapping[str, NDArray[Any]], name: str, names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weights = _find(arrays, name, _WEIGHTS)
    if weights is None:
        raise InputValueError(f"there are no weights {name!r}; {_known(arrays)}")
    key, matrix = weights
    if matrix.ndim != 2:
        raise UnsupportedError(
            f"{key} has shape {matrix.shape}, which is no matrix; import convolutions from PyTorch "
            f"or ONNX"
        )
    if "kernel" in key.removeprefix(name):
        matrix = matrix.T
    stored = _find(arrays, name, _BIASES)
    _check_leftovers(arrays, name, names, {key, *(stored or ())[:1]})
    biases = np.zeros(len(matrix)) if stored is None else np.ravel(stored[1])
    if not (np.isfinite(matrix).all() and np.isfinite(biases).all()):
        raise FormatError(f"the weights or biases of {name} hold numbers that are not finite")
    return np.asarray(matrix, dtype=np.float64), np.asarray(biases, dtype=np.float64)


def _find(
    arrays: Mapping[str, NDArray[Any]], name: str, endings: Sequence[str]
) -> tuple[str, NDArray[Any]] | None:
    for ending in endings:
        for key in (f"{name}.{ending}", f"{name}_{ending}", f"{ending}_{name}", f"{name}/{ending}"):
            if key in arrays and arrays[key].dtype.kind in "fiu":
                return key, arrays[key]
    return None


def _check_leftovers(
    arrays: Mapping[str, NDArray[Any]], name: str, names: Sequence[str], used: set[str]
) -> None:
    """Refuse arrays of a layer that are not known, such as a misspelt bias."""
    for key in arrays:
        rest = key.removeprefix(name)
        own = rest != key and re.fullmatch(r"[./][^./]+", rest) and key not in used
        if own and not any(len(other) > len(name) and key.startswith(other) for other in names):
            raise UnsupportedError(
                f"layer {name} also has an array {key}, which is none of {', '.join(_WEIGHTS)} and "
                f"{', '.join(_BIASES)}; rename it or leave it out"
            )


def _known(arrays: Mapping[str, NDArray[Any]]) -> str:
    some = ", ".join(list(arrays)[:_MOST_NAMED])
    more = len(arrays) - _MOST_NAMED
    return (
        f"the arrays are {some}{f' and {more} more' if more > 0 else ''}; the functions are "
        f"{', '.join(FUNCTIONS)} and softmax"
    )
