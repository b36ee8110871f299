"""Networks that are fitted to a table of a user's own, also as scikit-learn has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crn2sbml.fitting.fit import FittedNetwork, fit_network
from crn2sbml.fitting.options import FitOptions

if TYPE_CHECKING:
    from crn2sbml.fitting.estimators import ChemicalMLPClassifier, ChemicalMLPRegressor

__all__ = [
    "ChemicalMLPClassifier",
    "ChemicalMLPRegressor",
    "FitOptions",
    "FittedNetwork",
    "fit_network",
]

# Type checkers know the names above, and refuse others.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what needs scikit-learn when it is first used."""
        if name in ("ChemicalMLPClassifier", "ChemicalMLPRegressor"):
            from crn2sbml.fitting import estimators

            return getattr(estimators, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
