"""Reaction networks and neural networks in files of any format, and in texts.

The writers know a :class:`~crn2sbml.Crn` and the texts that they are given; here these texts are
those of the construction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from crn2sbml._support.files import atomic_write, save_text
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.description import Description
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.units import in_lab_units
from crn2sbml.construction.explanation import describe
from crn2sbml.construction.recognise import RecognisedNetwork, recognise_network
from crn2sbml.errors import FileError, FormatError, UnsupportedError
from crn2sbml.formats.antimony.read import load_antimony
from crn2sbml.formats.antimony.write import antimony_text
from crn2sbml.formats.copasi import load_copasi
from crn2sbml.formats.omex import load_omex
from crn2sbml.formats.sbml.read import load_sbml
from crn2sbml.formats.sbml.write import DEFAULT_LEVEL_VERSION, LevelVersion, sbml_pieces
from crn2sbml.neural.network import NeuralNetwork

SBML_ENDINGS = (".xml", ".sbml")
ANTIMONY_ENDINGS = (".ant",)
WRITTEN_ENDINGS = (*SBML_ENDINGS, *ANTIMONY_ENDINGS)
ARCHIVE_ENDINGS = (".omex",)
COPASI_ENDINGS = (".cps",)
MODEL_ENDINGS = (*WRITTEN_ENDINGS, *ARCHIVE_ENDINGS, *COPASI_ENDINGS)
NETWORK_ENDING = ".npz"
_TRAINED = f"network{NETWORK_ENDING}"


def load_crn(path: str | Path) -> Crn:
    """Read a reaction network from a model file of any format.

    Parameters
    ----------
    path : str or Path
        SBML (.xml, .sbml), Antimony (.ant), a COMBINE archive with an SBML model (.omex), or a file
        of COPASI (.cps), which needs copasi-basico.

    Returns
    -------
    Crn

    Raises
    ------
    FileError
        If the file is missing or cannot be read, or its name ends in something else.
    FormatError, UnsupportedError
        If it is broken, or no reaction network of mass action.
    MissingDependencyError
        If it is COPASI's and copasi-basico is not installed.
    """
    ending = check_model_ending(path)
    if ending in ANTIMONY_ENDINGS:
        return load_antimony(path)
    if ending in ARCHIVE_ENDINGS:
        return load_omex(path)
    return load_copasi(path) if ending in COPASI_ENDINGS else load_sbml(path)


def save_crn(
    crn: Crn,
    path: str | Path,
    overwrite: bool = False,
    *,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
    answers: bool = True,
) -> None:
    """Write a reaction network as SBML (.xml, .sbml) or Antimony (.ant).

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    path : str or Path
        File to write.
    overwrite : bool, default False
        Replace an existing file.
    level_version : tuple of int or str, default (3, 1)
        SBML Level and Version, such as (3, 2) or "L3V2".
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the reaction network's own units
        unless given.
    answers : bool, default True
        Whether the model holds what the outputs of a network stand for as parameters that follow
        the concentrations by assignment rules, where these do not stand for themselves.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`), cannot be written, or its name ends in something
        else.
    """
    if check_model_ending(path, WRITTEN_ENDINGS) in ANTIMONY_ENDINGS:
        save_antimony(crn, path, overwrite, units=units, answers=answers)
    else:
        save_sbml(crn, path, overwrite, level_version=level_version, units=units, answers=answers)


def load_network(path: str | Path) -> NeuralNetwork:
    """Read a neural network from a network file (.npz) or a model file (see :func:`load_crn`).

    Parameters
    ----------
    path : str or Path
        File to read, or a folder that training wrote. The model may have been edited; see
        :func:`~crn2sbml.extract_network`.

    Returns
    -------
    NeuralNetwork
        Its inputs and outputs are concentrations. What the file says of their meaning, for a
        network that was imported, is read by :meth:`~crn2sbml.importers.LoadedNetwork.load`, which
        also takes ONNX.

    Raises
    ------
    FileError
        If the file is missing or cannot be read, or its name ends in something else.
    FormatError
        If it is broken.
    UnsupportedError
        If it is a model, but no neural network.
    """
    path = model_file(path)
    if path.suffix.lower() not in MODEL_ENDINGS:
        return NeuralNetwork.load(path)
    crn = load_crn(path)
    return recognise_in_file(crn, path).network


def recognise_in_file(crn: Crn, path: str | Path) -> RecognisedNetwork:
    """Find a neural network in a model like :func:`recognise_network`; errors name the file.

    Raises
    ------
    UnsupportedError
        If it computes none.
    FormatError
        If its metadata are broken.
    """
    try:
        return recognise_network(crn)
    except UnsupportedError as error:
        raise UnsupportedError(f"{path} holds no neural network: {error}") from error
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from error


def to_sbml(
    crn: Crn,
    volume: float = 1.0,
    *,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
    answers: bool = True,
) -> str:
    """Write a reaction network as an SBML document.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    volume : float, default 1.0
        Size of the compartment. Concentrations and trajectories do not depend on it.
    level_version : tuple of int or str, default (3, 1)
        SBML Level and Version: (3, 1), (3, 2) or (2, 4), or "L3V1", "L3V2" or "L2V4".
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the numbers are then in these units,
        and the volume in litres. The reaction network's own units unless given.
    answers : bool, default True
        Whether the model holds what the outputs of a network stand for as parameters that follow
        the concentrations by assignment rules, where these do not stand for themselves.

    Returns
    -------
    str
        The document; the same text for the same Crn, numbers bit for bit.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or the level and version are none of these.

    Examples
    --------
    >>> from crn2sbml import Crn, to_sbml
    >>> print(to_sbml(Crn.from_text(["0 -> X", "2 X -> X"])).splitlines()[1][:76])
    <sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" versio
    """
    return "".join(_pieces(crn, volume, level_version, units, answers))


def save_sbml(
    crn: Crn,
    path: str | Path,
    overwrite: bool = False,
    *,
    volume: float = 1.0,
    level_version: LevelVersion = DEFAULT_LEVEL_VERSION,
    units: LabUnits | None = None,
    answers: bool = True,
) -> None:
    """Write a reaction network to an SBML file.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.
    volume : float, default 1.0
        Size of the compartment.
    level_version : tuple of int or str, default (3, 1)
        SBML Level and Version: (3, 1), (3, 2) or (2, 4), or "L3V1", "L3V2" or "L2V4".
    units : LabUnits, optional
        The laboratory units, as for :func:`to_sbml`.
    answers : bool, default True
        As for :func:`to_sbml`.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    UnsupportedError
        As :func:`to_sbml`.
    """
    pieces = _pieces(crn, volume, level_version, units, answers)
    with atomic_write(path, overwrite) as stream:
        for piece in pieces:
            stream.write(piece.encode("utf-8"))


def _pieces(
    crn: Crn,
    volume: float,
    level_version: LevelVersion,
    units: LabUnits | None,
    answers: bool,
) -> Iterator[str]:
    # What is said of the model has the numbers that stand in it.
    crn = in_lab_units(crn, units)
    return sbml_pieces(crn, _description(crn, answers), volume, level_version)


def _description(crn: Crn, answers: bool) -> Description:
    description = describe(crn)
    return description if answers else replace(description, answers=())


def to_antimony(
    crn: Crn, volume: float = 1.0, *, units: LabUnits | None = None, answers: bool = True
) -> str:
    """Write a reaction network as an Antimony model.

    Reactions are grouped by the species that they change, each group with the enzymes that only
    it uses. A ``$`` marks species whose concentration stays constant.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    volume : float, default 1.0
        Size of the compartment. Concentrations and trajectories do not depend on it.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the numbers are then in these units,
        and the volume in litres. The reaction network's own units unless given.
    answers : bool, default True
        Whether the model holds what the outputs of a network stand for as parameters that follow
        the concentrations by assignment rules, where these do not stand for themselves.

    Returns
    -------
    str
        The model; antimony loads it to the same ODE. Its own cost grows with the square of the
        size, so that above some thousand reactions SBML is the way.

    Raises
    ------
    UnsupportedError
        If the volume is not positive, or an id is a word of the Antimony language.

    Examples
    --------
    >>> from crn2sbml import Crn, to_antimony
    >>> print(to_antimony(Crn.from_text(["0 --k_h--> X", "2 X --k_d--> X"], name="ReLU_at_0")))
    // ReLU_at_0: 1 dynamic species, 0 enzymatic (constant) species, 2 mass-action reactions.
    // Concentrations, rates and time are dimensionless; $ marks constant species.
    model ReLU_at_0()
      compartment vessel = 1.0;
    <BLANKLINE>
      // Rate constants
      const k_h = 1.0;
      const k_d = 1.0;
    <BLANKLINE>
      // X
      species X in vessel;
      X = 1.0;
      R1:  => X; vessel*k_h;
      R2: 2 X => X; vessel*k_d*X^2;
    end
    <BLANKLINE>
    """
    crn = in_lab_units(crn, units)
    return antimony_text(crn, _description(crn, answers), volume)


def save_antimony(
    crn: Crn,
    path: str | Path,
    overwrite: bool = False,
    *,
    volume: float = 1.0,
    units: LabUnits | None = None,
    answers: bool = True,
) -> None:
    """Write a reaction network to an Antimony file.

    Parameters
    ----------
    crn : Crn
        Any mass-action reaction network.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.
    volume : float, default 1.0
        Size of the compartment.
    units : LabUnits, optional
        The laboratory units, as for :func:`to_antimony`.
    answers : bool, default True
        As for :func:`to_antimony`.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    """
    save_text(to_antimony(crn, volume, units=units, answers=answers), path, overwrite)


def model_file(path: str | Path) -> Path:
    """Return the file that is meant: of a folder that training wrote, the network in it.

    Raises
    ------
    FileError
        If it is another folder.
    """
    source = Path(path)
    if not source.is_dir():
        return source
    if not (source / _TRAINED).is_file():
        raise FileError(f"{source} is a folder without a {_TRAINED}; name a file in it")
    return source / _TRAINED


def check_model_ending(path: str | Path, endings: Sequence[str] = MODEL_ENDINGS) -> str:
    """Return how the name of a model file ends, which must be one of `endings`.

    Raises
    ------
    FileError
        If it is none that is known.
    """
    ending = Path(path).suffix.lower()
    if ending == NETWORK_ENDING:
        raise FileError(
            f"{path} is the name of a network file, not of a model, which ends in "
            f"{', '.join(endings)}; crn2sbml build makes a model of a network"
        )
    if ending not in endings:
        raise FileError(
            f"cannot tell the format of {path}: the name of a model file ends in "
            f"{', '.join(endings)}"
        )
    return ending
