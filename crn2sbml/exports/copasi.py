"""COPASI's own files: the model with its tasks set up and its outputs plotted."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from crn2sbml._support.files import atomic_write, check_output, file_errors
from crn2sbml._support.optional import load_library
from crn2sbml.chemistry.absorb import fold
from crn2sbml.errors import FileError, UnsupportedError
from crn2sbml.exports.packing import without_dates
from crn2sbml.exports.study import Study
from crn2sbml.formats import to_sbml

# COPASI's import takes time that grows with the square of the reactions: about a minute here.
MOST_REACTIONS = 4000
_POINTS = 500
# COPASI numbers the objects of a file on from those that the process has seen before.
_KEY = re.compile(rb'\bkey="([A-Za-z]+)_(\d+)"')
_END = b"</COPASI>"
_ATTRIBUTE = re.compile(rb'\b(?!name=|SBMLid=)(\w+)="(#?)(\w+_\d+)"')


def to_copasi(study: Study) -> tuple[bytes, bool]:
    """Write a reaction network as a COPASI file (``.cps``) into memory.

    Parameters
    ----------
    study : Study
        The reaction network, what to plot, the time to run, and the units of all that.

    Returns
    -------
    content : bytes
        Content of the file.
    folded : bool
        Whether the reaction network was folded, one data point with the fewest reactions, because
        it has more than 4,000 reactions.

    Raises
    ------
    MissingDependencyError
        If copasi-basico is not installed.
    UnsupportedError
        If the reaction network is too large even when it is folded.

    Notes
    -----
    The time course runs for the duration of the study and plots its answers, or else its outputs;
    the steady-state task integrates first, since Newton's method alone may find a root that is no
    concentration.
    """
    basico = load_basico()
    crn, folded = study.crn, False
    if len(crn.reactions) > MOST_REACTIONS:
        crn, folded = fold(crn), True
    if len(crn.reactions) > MOST_REACTIONS:
        raise UnsupportedError(
            f"{crn.name} has {len(crn.reactions):,} reactions even when it is folded, which COPASI "
            f"takes too long to read; write SBML instead"
        )
    text = to_sbml(crn, units=study.units, answers=bool(study.answers))
    model = basico.load_model_from_string(text)
    try:
        _set_up(basico, model, study)
        return _saved(basico, model), folded
    finally:
        basico.remove_datamodel(model)


def save_copasi(study: Study, path: str | Path, overwrite: bool = False) -> bool:
    """Write a reaction network as a COPASI file (``.cps``).

    Parameters
    ----------
    study
        See :func:`to_copasi`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Returns
    -------
    bool
        Whether the reaction network was folded.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written.
    MissingDependencyError
        If copasi-basico is not installed.
    UnsupportedError
        If the reaction network is too large even when it is folded.
    """
    check_output(path, overwrite)
    content, folded = to_copasi(study)
    with atomic_write(path, overwrite) as stream:
        stream.write(content)
    return folded


def load_basico() -> Any:
    """Import COPASI's library, or say which extra brings it."""
    return load_library("basico", "COPASI files", "copasi", "open the SBML file in COPASI")


def _set_up(basico: Any, model: Any, study: Study) -> None:
    duration = study.run_time
    basico.set_task_settings(
        "Time-Course",
        {
            "problem": {
                "Duration": duration,
                "StepNumber": _POINTS,
                "StepSize": duration / _POINTS,
            },
            # Concentrations near 0 must not slip below it.
            "method": {"Relative Tolerance": 1e-8, "Absolute Tolerance": 1e-16},
        },
        model=model,
    )
    basico.set_task_settings(
        "Steady-State",
        {"method": {"Use Newton": False, "Use Integration": True}},
        model=model,
    )
    basico.add_plot(
        "Outputs",
        curves=[
            {"name": name, "channels": ["Time", channel], "type": "curve2d"}
            for name, channel in _channels(basico, model, study).items()
        ],
        tasks="Time-Course",
        model=model,
    )


def _channels(basico: Any, model: Any, study: Study) -> dict[str, str]:
    """Return what COPASI calls each curve, and what it calls the values to draw."""
    if study.answers:
        table = basico.get_parameters(model=model)
        names = dict(zip(table["sbml_id"], table.index, strict=True))
        values = dict(zip(table["sbml_id"], table["display_name"], strict=True))
        return {names[answer]: values[answer] for answer in study.curves}
    table = basico.get_species(model=model)
    species = dict(zip(table["sbml_id"], table["display_name"], strict=True))
    return {species[output]: f"[{species[output]}]" for output in study.outputs}


def _saved(basico: Any, model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "model.cps"
        with file_errors(target, "write to"):
            basico.save_model(str(target), type="copasi", model=model)
            content = target.read_bytes()
    # COPASI does not say that a disk is full.
    if not content.rstrip().endswith(_END):
        raise FileError(
            f"COPASI wrote only {len(content):,} bytes of a file to {folder}: the disk is full, or "
            f"files are limited in size"
        )
    return _stable(content)


def _stable(content: bytes) -> bytes:
    """Renumber objects by their place in the file and take dates away: the same bytes each time."""
    numbers: Counter[bytes] = Counter()
    keys: dict[bytes, bytes] = {}
    for kind, number in _KEY.findall(content):
        keys[b"%s_%s" % (kind, number)] = b"%s_%d" % (kind, numbers[kind])
        numbers[kind] += 1

    def rename(match: re.Match[bytes]) -> bytes:
        attribute, mark, key = match.groups()
        return b'%s="%s%s"' % (attribute, mark, keys.get(key, key))

    return without_dates(_ATTRIBUTE.sub(rename, content))
