"""What any file holds: a neural network, or a reaction network that computes none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.files import MODEL_ENDINGS, load_crn, model_file
from crn2sbml.importers.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True, eq=False)
class LoadedFile:
    """What a file holds.

    Parameters
    ----------
    path : Path
        The file itself.
    network : LoadedNetwork or None
        The neural network; None if it is none.
    crn : Crn or None
        The reaction network of a model file.
    reason : str
        Why it computes no neural network.
    """

    path: Path
    network: LoadedNetwork | None
    crn: Crn | None
    reason: str = ""


def load_file(path: str | Path) -> LoadedFile:
    """Read a neural network, or any reaction network.

    Parameters
    ----------
    path : str or Path
        Any file that :meth:`LoadedNetwork.load` takes, or a model of any reaction network.

    Returns
    -------
    LoadedFile

    Raises
    ------
    FileError, FormatError, UnsupportedError
        If the file cannot be read, is broken, or is not of mass action.
    """
    source = model_file(path)
    if source.suffix.lower() not in MODEL_ENDINGS:
        return LoadedFile(source, LoadedNetwork.load(source), None)
    crn = load_crn(source)
    try:
        recognise_network(crn)
    except UnsupportedError as error:
        return LoadedFile(source, None, crn, str(error))
    return LoadedFile(source, LoadedNetwork.from_crn(crn, source), crn)
