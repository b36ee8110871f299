"""The ``.npz`` container of a network: named arrays, no pickles, every shape checked."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml.errors import FileError, FormatError
from crn2sbml.files import atomic_write

FORMAT_VERSION = 1
_LAYER_ARRAYS = ("weights", "biases", "h", "decay_orders", "decay_constants")
_NAME_ARRAYS = ("input_names", "output_names")


def write_network_arrays(
    arrays: Mapping[str, NDArray[Any]], layers: int, path: str | Path, overwrite: bool
) -> None:
    """Write the arrays of a network with its format version and number of layers."""
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
) -> tuple[list[dict[str, NDArray[Any]]], dict[str, list[str]]]:
    """Read the arrays of each layer, and the names of inputs and outputs where there are any.

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    FormatError
        If it is not a network file of this version.
    """
    source = Path(path)
    try:
        with np.load(source, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise FormatError(f"{source} holds a bare array, not a network; {_REMEDY}")
            return _layers(archive, source), _names(archive)
    except FileNotFoundError:
        raise FileError(f"there is no file {source}") from None
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{source} is not a network file: {error}; {_REMEDY}") from error
    except OSError as error:
        raise FileError(f"cannot read {source}: {error.strerror or error}") from error


_REMEDY = "write one with NeuralNetwork.save"


def _layers(archive: Mapping[str, NDArray[Any]], source: Path) -> list[dict[str, NDArray[Any]]]:
    if "crn2sbml_network" not in archive:
        raise FormatError(f"{source} holds arrays, but not those of a network; {_REMEDY}")
    version = int(archive["crn2sbml_network"])
    if version != FORMAT_VERSION:
        raise FormatError(
            f"{source} has format version {version}, but this crn2sbml reads {FORMAT_VERSION}"
        )
    layers = []
    for number in range(1, int(archive["layers"]) + 1):
        missing = [name for name in _LAYER_ARRAYS if f"{name}_{number}" not in archive]
        if missing:
            raise FormatError(f"{source} lacks the array {missing[0]}_{number}; {_REMEDY}")
        layers.append({name: archive[f"{name}_{number}"] for name in _LAYER_ARRAYS})
    return layers


def _names(archive: Mapping[str, NDArray[Any]]) -> dict[str, list[str]]:
    return {name: archive[name].tolist() for name in _NAME_ARRAYS if name in archive}
