"""Import optional dependencies on first use; if one is missing, name the extra that installs it."""

from __future__ import annotations

import importlib
from typing import Any

from crn2sbml.errors import MissingDependencyError


def load_library(module: str, purpose: str, extra: str, instead: str = "") -> Any:
    """Import a library, or say which extra brings it.

    Parameters
    ----------
    module : str
        Name of the module to import.
    purpose : str
        What needs the library, in the plural: "COPASI files".
    extra : str
        Extra of crn2sbml that installs the library.
    instead : str, optional
        What could be done without the library.

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
