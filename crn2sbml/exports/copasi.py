"""COPASI's own files: the model with its tasks set up and its outputs plotted."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from crn2sbml._support.files import atomic_write, check_output
from crn2sbml._support.optional import load_library
from crn2sbml.chemistry.absorb import fold
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.errors import UnsupportedError
from crn2sbml.exports.packing import without_dates
from crn2sbml.exports.study import Study
from crn2sbml.formats import to_sbml

# COPASI's import takes time that grows with the square of the reactions: about a minute here.
MOST_REACTIONS = 4000
_POINTS = 500
# COPASI numbers the objects of a file on from those that the process has seen before.
_KEY = re.compile(rb'\bkey="([A-Za-z]+)_(\d+)"')
_ATTRIBUTE = re.compile(rb'\b(?!name=|SBMLid=)(\w+)="(#?)(\w+_\d+)"')


def to_copasi(study: Study, units: LabUnits | None = None) -> tuple[bytes, bool]:
    """Write a reaction network as a COPASI file (``.cps``) into memory.

    Parameters
    ----------
    study : Study
        The reaction network, the species to plot and the time to run.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; dimensionless unless given.

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
    The time course runs for the duration of the study and plots its outputs; the steady-state task
    integrates first, since Newton's method alone may find a root that is no concentration.
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
    model = basico.load_model_from_string(to_sbml(crn, units=units))
    try:
        _set_up(basico, model, study, 1.0 if units is None else units.time)
        return _saved(basico, model), folded
    finally:
        basico.remove_datamodel(model)


def save_copasi(
    study: Study, path: str | Path, overwrite: bool = False, units: LabUnits | None = None
) -> bool:
    """Write a reaction network as a COPASI file (``.cps``).

    Parameters
    ----------
    study, units
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
    content, folded = to_copasi(study, units)
    with atomic_write(path, overwrite) as stream:
        stream.write(content)
    return folded


def load_basico() -> Any:
    """Import COPASI's library, or say which extra brings it."""
    return load_library("basico", "COPASI files", "copasi", "open the SBML file in COPASI")


def _set_up(basico: Any, model: Any, study: Study, one_time: float) -> None:
    duration = study.duration * one_time
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
    names = _display_names(basico, model)
    basico.add_plot(
        "Outputs",
        curves=[
            {"name": names[s], "channels": ["Time", f"[{names[s]}]"], "type": "curve2d"}
            for s in study.outputs
        ],
        tasks="Time-Course",
        model=model,
    )


def _display_names(basico: Any, model: Any) -> dict[str, str]:
    """Return COPASI's names of the species by their ids."""
    species = basico.get_species(model=model)
    return dict(zip(species["sbml_id"], species["display_name"], strict=True))


def _saved(basico: Any, model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "model.cps"
        basico.save_model(str(target), type="copasi", model=model)
        return _stable(target.read_bytes())


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
