"""The ``.npz`` container of a network: named arrays, no pickles, every shape checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.archive import read_archive
from crn2sbml._support.files import atomic_write
from crn2sbml.errors import FormatError

FORMAT_VERSION = 1
_LAYER_ARRAYS = ("weights", "biases", "h", "decay_orders", "decay_constants")
# Present where they hold.
_LAYER_MARKS = ("sparse", "fixed")
_METADATA = "metadata"
_NAME_ARRAYS = ("input_names", "output_names")


def write_network_arrays(
    arrays: Mapping[str, NDArray[Any]],
    layers: int,
    path: str | Path,
    overwrite: bool,
    metadata: Mapping[str, str],
) -> None:
    """Write the arrays of a network with its format version, number of layers and metadata."""
    if metadata:
        arrays = {**arrays, _METADATA: np.array(list(metadata.items()), dtype=np.str_)}
    with atomic_write(path, overwrite) as stream:
        np.savez_compressed(
            stream,
            allow_pickle=False,
            crn2sbml_network=np.array(FORMAT_VERSION),
            layers=np.array(layers),
            **arrays,
        )


def read_network_arrays(
    path: str | Path,
) -> tuple[list[dict[str, NDArray[Any]]], dict[str, list[str]], dict[str, str]]:
    """Read the arrays of each layer, the names of inputs and outputs, and the metadata.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is not a network file of this version.
    """
    source = Path(path)
    arrays = read_archive(source, f"it must be a network file; {_REMEDY}")
    return _layers(arrays, source), _names(arrays), _metadata(arrays, source)


_REMEDY = "write one with NeuralNetwork.save"


def _layers(archive: Mapping[str, NDArray[Any]], source: Path) -> list[dict[str, NDArray[Any]]]:
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


def _whole_number(archive: Mapping[str, NDArray[Any]], name: str, source: Path) -> int:
    value = archive.get(name)
    if value is None or value.shape != () or value.dtype.kind not in "iu":
        raise FormatError(f"{source}: {name} must be a whole number; {_REMEDY}")
    return int(value)


def _names(archive: Mapping[str, NDArray[Any]]) -> dict[str, list[str]]:
    return {name: archive[name].tolist() for name in _NAME_ARRAYS if name in archive}


def _metadata(archive: Mapping[str, NDArray[Any]], source: Path) -> dict[str, str]:
    if _METADATA not in archive:
        return {}
    pairs = archive[_METADATA]
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind != "U":
        raise FormatError(f"{source}: {_METADATA} must be pairs of texts; {_REMEDY}")
    return {str(key): str(value) for key, value in pairs}
