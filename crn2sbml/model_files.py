"""Networks and models in files of any format, told apart by the ends of their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crn2sbml.arrays import Array
from crn2sbml.compile import Encoding
from crn2sbml.crn import Crn
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.extract import recognise_network
from crn2sbml.formats import (
    load_antimony,
    load_sbml,
    save_antimony,
    save_sbml,
)
from crn2sbml.formats.sbml.write import DEFAULT_LEVEL_VERSION, LevelVersion
from crn2sbml.network import NeuralNetwork
from crn2sbml.units import LabUnits

SBML_ENDINGS = (".xml", ".sbml")
ANTIMONY_ENDINGS = (".ant",)
MODEL_ENDINGS = (*SBML_ENDINGS, *ANTIMONY_ENDINGS)
NETWORK_ENDING = ".npz"


@dataclass(frozen=True, slots=True)
class LoadedNetwork:
    """A neural network from a file, and what else a model file says.

    Parameters
    ----------
    network : NeuralNetwork
        The network.
    encoding : {"enzymatic", "absorbed", "folded"}, optional
        How the model holds it; None for a network file.
    inputs : numpy.ndarray, shape (width,), optional
        Concentrations of the input species in the model; None for a network file.
    """

    network: NeuralNetwork
    encoding: Encoding | None = None
    inputs: Array | None = None


def load_crn(path: str | Path) -> Crn:
    """Read a reaction network from an SBML (.xml, .sbml) or Antimony file (.ant).

    Parameters
    ----------
    path : str or Path
        File to read.

    Returns
    -------
    Crn

    Raises
    ------
    FileError
        If the file is missing or cannot be read, or its name ends in something else.
    FormatError, UnsupportedError
        If it is broken, or no reaction network of mass action.
    """
    return load_antimony(path) if check_model_ending(path) in ANTIMONY_ENDINGS else load_sbml(path)


def save_crn(
    crn: Crn,
    path: str | Path,
    overwrite: bool = False,
    *,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
) -> None:
    """Write a reaction network as SBML (.xml, .sbml) or Antimony (.ant).

    Parameters
    ----------
    crn : Crn
        Any mass-action network.
    path : str or Path
        File to write.
    overwrite : bool, default False
        Replace an existing file.
    level_version : tuple of int, default (3, 1)
        SBML Level and Version.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; dimensionless unless given.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`), cannot be written, or its name ends in something
        else.
    """
    if check_model_ending(path) in ANTIMONY_ENDINGS:
        save_antimony(crn, path, overwrite, units=units)
    else:
        save_sbml(crn, path, overwrite, level_version=level_version, units=units)


def load_network(path: str | Path) -> NeuralNetwork:
    """Read a neural network from a network file (.npz) or a model file (.xml, .sbml, .ant).

    Parameters
    ----------
    path : str or Path
        File to read. The model may have been edited; see
        :func:`~crn2sbml.extract_network`.

    Returns
    -------
    NeuralNetwork

    Raises
    ------
    FileError
        If the file is missing or cannot be read, or its name ends in something else.
    FormatError
        If it is broken.
    UnsupportedError
        If it is a model, but no neural network.
    """
    return read_network(path).network


def read_network(path: str | Path) -> LoadedNetwork:
    """Read a file like :func:`load_network`, with what else a model file says."""
    if Path(path).suffix.lower() not in MODEL_ENDINGS:
        return LoadedNetwork(NeuralNetwork.load(path))
    crn = load_crn(path)
    try:
        found = recognise_network(crn)
    except UnsupportedError as error:
        raise UnsupportedError(f"{path} holds no neural network: {error}") from error
    return LoadedNetwork(found.network, found.encoding, found.own_inputs(crn))


def check_model_ending(path: str | Path) -> str:
    """Return how the name of a model file ends.

    Raises
    ------
    FileError
        If it is none that is known.
    """
    ending = Path(path).suffix.lower()
    if ending not in MODEL_ENDINGS:
        raise FileError(
            f"cannot tell the format of {path}: the name of a model file ends in "
            f"{', '.join(MODEL_ENDINGS)}"
        )
    return ending
