"""Libraries that are not always there: imported when used, with the extra named where they lack."""

from __future__ import annotations

import importlib
from typing import Any

from crn2sbml.errors import MissingDependencyError


def load_library(module: str, purpose: str, extra: str, instead: str = "") -> Any:
    """Import a library, or say which extra brings it.

    Parameters
    ----------
    module : str
        What to import.
    purpose : str
        What needs it, in the plural: "COPASI files".
    extra : str
        Of crn2sbml.
    instead : str, optional
        What could be done without it.

    Returns
    -------
    module

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        remedy = f", or {instead}" if instead else ""
        raise MissingDependencyError(
            f"{purpose} need {module.partition('.')[0]}, which is not installed; pip install "
            f"'crn2sbml[{extra}]'{remedy}"
        ) from error
