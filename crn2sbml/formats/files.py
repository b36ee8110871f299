"""Networks and models in files of any format, told apart by the ends of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import LabUnits
from crn2sbml.construction.compile import Encoding, compile_network
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import FileError, FormatError, UnsupportedError
from crn2sbml.formats import (
    load_antimony,
    load_sbml,
    save_antimony,
    save_sbml,
)
from crn2sbml.formats.sbml.write import DEFAULT_LEVEL_VERSION, LevelVersion
from crn2sbml.neural.dual_rail import Decoder, Encoder, codec_metadata, read_codec
from crn2sbml.neural.network import NeuralNetwork

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
    codec : tuple of Encoder and Decoder, optional
        What inputs and outputs mean, for a network that came from elsewhere.
    """

    network: NeuralNetwork
    encoding: Encoding | None = None
    inputs: Array | None = None
    codec: tuple[Encoder, Decoder] | None = None

    @property
    def input_count(self) -> int:
        """How many numbers a user gives for one input."""
        return self.network.widths[0] if self.codec is None else len(self.codec[0].pairs)

    def encode(self, inputs: ArrayLike) -> Array:
        """Return concentrations of inputs that a user gives, shape (n, width)."""
        if self.codec is None:
            return check_inputs(inputs, self.network.widths[0])
        return self.codec[0].encode(inputs)

    def compile(self, encoding: Encoding, inputs: Array | None) -> Crn:
        """Compile to a reaction network with concentrations of inputs, shape (width,)."""
        crn = compile_network(self.network, encoding, inputs)
        if self.codec is None:
            return crn
        return replace(crn, metadata={**crn.metadata, **codec_metadata(*self.codec)})


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
        network, metadata = NeuralNetwork.load_with_metadata(path)
        return LoadedNetwork(network, codec=_codec(path, metadata, network))
    return loaded_network(load_crn(path), path)


def loaded_network(crn: Crn, path: str | Path) -> LoadedNetwork:
    """Return the neural network in a model that was read from a file, with what it says of it.

    Raises
    ------
    UnsupportedError
        If it holds none.
    """
    try:
        found = recognise_network(crn)
    except UnsupportedError as error:
        raise UnsupportedError(f"{path} holds no neural network: {error}") from error
    codec = _codec(path, crn.metadata, found.network)
    return LoadedNetwork(found.network, found.encoding, found.own_inputs(crn), codec)


def _codec(
    path: str | Path, metadata: Mapping[str, str], network: NeuralNetwork
) -> tuple[Encoder, Decoder] | None:
    """Return encoder and decoder if the file holds them; a folded model has no inputs to encode."""
    codec = read_codec(metadata, network.input_names, network.output_names)
    if codec is None:
        return None
    if not network.widths[0]:
        codec = Encoder(()), codec[1]
    if (codec[0].width, codec[1].width) != (network.widths[0], network.widths[-1]):
        raise FormatError(
            f"{path}: what it says of its inputs and outputs does not fit a network from "
            f"{network.widths[0]} to {network.widths[-1]} concentrations"
        )
    return codec


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
