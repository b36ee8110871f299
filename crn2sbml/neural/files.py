"""The ``.npz`` container of a network: named arrays, no pickles, every shape checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.archive import read_archive
from crn2sbml._support.files import atomic_write
from crn2sbml.errors import FormatError
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork

FORMAT_VERSION = 1
_LAYER_ARRAYS = ("weights", "biases", "h", "decay_orders", "decay_constants")
# Present where they hold.
_LAYER_MARKS = ("sparse", "fixed")
_METADATA = "metadata"
_NAME_ARRAYS = ("input_names", "output_names")


_Arrays = Mapping[str, NDArray[Any]]


def save_network_file(
    network: NeuralNetwork,
    path: str | Path,
    overwrite: bool = False,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write a network to an ``.npz`` file, with texts that it carries along.

    Parameters
    ----------
    network : NeuralNetwork
        Any network.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.
    texts : mapping of str to str, optional
        What else to say of the network.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    """
    arrays = dict(_arrays(network))
    if texts:
        arrays[_METADATA] = np.array(list(texts.items()), dtype=np.str_)
    with atomic_write(path, overwrite) as stream:
        np.savez_compressed(
            stream,
            allow_pickle=False,
            crn2sbml_network=np.array(FORMAT_VERSION),
            layers=np.array(len(network.layers)),
            **arrays,
        )


def load_network_file(path: str | Path) -> tuple[NeuralNetwork, dict[str, str]]:
    """Read a network from an ``.npz`` file, and the texts that it carries along.

    Parameters
    ----------
    path : str or Path
        File to read.

    Returns
    -------
    tuple of NeuralNetwork and dict of str to str

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is not a network file of this version.
    """
    source = Path(path)
    arrays = read_archive(source, f"it must be a network file; {_REMEDY}")
    layers = [_layer(layer) for layer in _layers(arrays, source)]
    names = {name: arrays[name].tolist() for name in _NAME_ARRAYS if name in arrays}
    network = NeuralNetwork(layers, names.get("input_names"), names.get("output_names"))
    return network, _metadata(arrays, source)


_REMEDY = "write one with NeuralNetwork.save"


def _arrays(network: NeuralNetwork) -> Iterator[tuple[str, NDArray[Any]]]:
    for number, layer in enumerate(network.layers, start=1):
        decay = layer.activation.decay
        yield f"weights_{number}", layer.weights
        yield f"biases_{number}", layer.biases
        yield f"h_{number}", np.array(layer.activation.h)
        yield f"decay_orders_{number}", np.array(list(decay), np.int64)
        yield f"decay_constants_{number}", np.array(list(decay.values()))
        if layer.sparse:
            yield f"sparse_{number}", np.array(1)
        if not layer.trainable:
            yield f"fixed_{number}", np.array(1)
    for name in _NAME_ARRAYS:
        if (names := getattr(network, name)) is not None:
            yield name, np.array(names, dtype=np.str_)


def _layer(arrays: _Arrays) -> Layer:
    orders, constants = (arrays[f"decay_{name}"].tolist() for name in ("orders", "constants"))
    activation = Activation(float(arrays["h"]), dict(zip(orders, constants, strict=True)))
    sparse, trainable = "sparse" in arrays, "fixed" not in arrays
    return Layer(arrays["weights"], arrays["biases"], activation, sparse, trainable)


def _layers(archive: _Arrays, source: Path) -> list[dict[str, NDArray[Any]]]:
    if "crn2sbml_network" not in archive:
        raise FormatError(f"{source} holds arrays, but not those of a network; {_REMEDY}")
    version = _whole_number(archive, "crn2sbml_network", source)
    if version != FORMAT_VERSION:
        raise FormatError(
            f"{source} has format version {version}, but this crn2sbml reads {FORMAT_VERSION}"
        )
    layers = []
    for number in range(1, _whole_number(archive, "layers", source) + 1):
        missing = [name for name in _LAYER_ARRAYS if f"{name}_{number}" not in archive]
        if missing:
            raise FormatError(f"{source} lacks the array {missing[0]}_{number}; {_REMEDY}")
        layer = {name: archive[f"{name}_{number}"] for name in _LAYER_ARRAYS}
        orders, constants = layer["decay_orders"], layer["decay_constants"]
        if layer["h"].shape != () or orders.ndim != 1 or orders.shape != constants.shape:
            raise FormatError(f"{source}: the activation of layer {number} is broken; {_REMEDY}")
        for name in _LAYER_MARKS:
            if f"{name}_{number}" in archive:
                layer[name] = archive[f"{name}_{number}"]
        layers.append(layer)
    return layers


def _whole_number(archive: _Arrays, name: str, source: Path) -> int:
    value = archive.get(name)
    if value is None or value.shape != () or value.dtype.kind not in "iu":
        raise FormatError(f"{source}: {name} must be a whole number; {_REMEDY}")
    return int(value)


def _metadata(archive: _Arrays, source: Path) -> dict[str, str]:
    if _METADATA not in archive:
        return {}
    pairs = archive[_METADATA]
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind != "U":
        raise FormatError(f"{source}: {_METADATA} must be pairs of texts; {_REMEDY}")
    return {str(key): str(value) for key, value in pairs}
