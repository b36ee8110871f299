"""Checkpoints: a training run on disk, to go on from after whatever stopped it.

The two newest are kept, so that one that the machine lost in mid-write is no loss.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.archive import read_archive
from crn2sbml._support.arrays import digest
from crn2sbml._support.files import atomic_write, file_errors
from crn2sbml.errors import FileError, FormatError, InputValueError, NetworkError
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training.gradient import parameters, with_parameters
from crn2sbml.training.state import TrainingState

logger = logging.getLogger(__name__)

FORMAT_VERSION = 2
_KEPT = 2
_NAME = re.compile(r"checkpoint-(\d{9})\.npz", re.ASCII)
# Settings whose values say nothing to people.
_DIGESTS = {
    "training data": "other training data",
    "validation data": "other validation data",
    "start network": "another start network",
    "tied": "other ties",
}
_REMEDY = "train from the start, or resume in another folder"


def save_checkpoint(folder: str | Path, state: TrainingState, settings: Mapping[str, Any]) -> Path:
    """Write a checkpoint into a folder, all or nothing, and remove all but the newest two.

    Parameters
    ----------
    folder : str or Path
        Folder of the run; it is made if it does not exist.
    state : TrainingState
        Everything that the run has to remember.
    settings : mapping
        Values that a run that goes on must agree with, by name.

    Returns
    -------
    Path
        The file that was written.
    """
    place = Path(folder)
    with file_errors(place, "make"):
        place.mkdir(parents=True, exist_ok=True)
    path = place / f"checkpoint-{state.round:09d}.npz"
    facts = {
        "settings": dict(settings),
        "random": state.random,
        "best_cost": state.best_cost,
        "best_round": state.best_round,
        "waited": state.waited,
    }
    arrays: dict[str, NDArray[Any]] = {
        "parameters": parameters(state.network),
        "best_parameters": parameters(state.best_network),
        "rows": np.array(state.rows, dtype=np.float64),
        **{f"optimiser_{name}": vector for name, vector in state.optimiser.items()},
    }
    text = np.array(json.dumps(facts, default=_plain))
    with atomic_write(path, overwrite=True) as stream:
        np.savez(
            stream,
            allow_pickle=False,
            crn2sbml_checkpoint=np.array(FORMAT_VERSION),
            facts=text,
            digest=np.array(_checksum(text, arrays)),
            **arrays,
        )
    for old in _checkpoints(place)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_checkpoint(
    folder: str | Path, start: NeuralNetwork, settings: Mapping[str, Any]
) -> TrainingState | None:
    """Return the newest sound checkpoint in a folder, or None if there is none at all.

    Parameters
    ----------
    folder : str or Path
        Folder of the run.
    start : NeuralNetwork
        A network of the run's shape and activations.
    settings : mapping
        The values that were given to :func:`save_checkpoint`.

    Raises
    ------
    FormatError
        If there are checkpoints, but all are damaged.
    InputValueError
        If a checkpoint is of a run with other settings or another network.
    """
    checkpoints = _checkpoints(Path(folder))
    reasons = []
    for path in reversed(checkpoints):
        try:
            facts, arrays = _read(path)
        except (FormatError, FileError) as error:
            reasons.append(str(error))
            logger.warning("%s; trying the checkpoint before it", error)
            continue
        _check_settings(facts["settings"], json.loads(json.dumps(settings, default=_plain)), path)
        return _state(facts, arrays, start, path)
    if checkpoints:
        raise FormatError(f"no checkpoint in {folder} is sound: {'; '.join(reasons)}; {_REMEDY}")
    return None


def has_checkpoints(folder: str | Path) -> bool:
    """Tell whether a folder holds any checkpoint, sound or not, of whichever run."""
    return bool(_checkpoints(Path(folder)))


def _checkpoints(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    arrays = read_archive(path, "it is a damaged checkpoint")
    try:
        version, checksum = arrays.pop("crn2sbml_checkpoint"), arrays.pop("digest")
        text = arrays.pop("facts")
        if int(version) != FORMAT_VERSION:
            raise FormatError(f"{path} has format version {version}, not {FORMAT_VERSION}")
        if str(checksum) != _checksum(text, arrays):
            raise FormatError(f"{path} is damaged: its content does not match its checksum")
        facts = json.loads(str(text))
    except (KeyError, ValueError, TypeError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path} is no checkpoint: {error!r}") from error
    return facts, arrays


def _state(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], start: NeuralNetwork, path: Path
) -> TrainingState:
    prefix = "optimiser_"
    try:
        if len(arrays["parameters"]) != len(parameters(start)):
            raise NetworkError("it has another number of weights")
        return TrainingState(
            with_parameters(start, arrays["parameters"]),
            {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)},
            facts["random"],
            with_parameters(start, arrays["best_parameters"]),
            float(facts["best_cost"]),
            int(facts["best_round"]),
            int(facts["waited"]),
            [tuple(row) for row in arrays["rows"].tolist()],
        )
    except (KeyError, NetworkError) as error:
        raise InputValueError(f"{path} is of another run: {error}; {_REMEDY}") from error


def _check_settings(known: Mapping[str, Any], given: Mapping[str, Any], path: Path) -> None:
    for name in {**known, **given}:
        before, now = known.get(name), given.get(name)
        if before == now:
            continue
        if name in _DIGESTS and None not in (before, now):
            raise InputValueError(f"{path} is of a run with {_DIGESTS[name]}; {_REMEDY}")
        raise InputValueError(
            f"{path} is of a run with {name} = {before!r}, but now {name} is {now!r}; {_REMEDY}"
        )


def _checksum(text: NDArray[Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    names = sorted(arrays)
    return digest(text, np.array(names), *(arrays[name] for name in names))


def _plain(value: Any) -> Any:
    """Return numpy's values in a generator's state as JSON can write them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a checkpoint")
