"""What a user can choose about an import."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from numpy.typing import ArrayLike

from crn2sbml._support.checks import is_number
from crn2sbml._support.columns import clean_name
from crn2sbml.data import Table
from crn2sbml.errors import InputValueError

Signs = Literal["auto", "pairs", "shift"]


@dataclass(frozen=True, slots=True, eq=False)
class ImportOptions:
    """What a user can choose about an import.

    Parameters
    ----------
    accuracy : float, default 1e-2
        How far outputs (before a softmax) may be from the original's, for all inputs.
    data : array_like of shape (n, inputs), DataFrame or Table, optional
        Inputs in the original's terms. They give the range of each input, and errors are measured
        on them. Where the inputs have names, columns are found by them and others are left out;
        otherwise the names of the columns become those of the inputs.
    input_range : tuple of array_like, optional
        Smallest and largest value of each input, or of all, instead of those in the data.
    signs : {"auto", "pairs", "shift"}, default "auto"
        Inputs that may be negative become pairs of concentrations (also "pairs"), or are shifted to
        start at 0 ("shift", which needs data or a range). Without data or range, all may be.
    knots : int, optional
        How many knots each smooth function gets, instead of as many as the accuracy needs.
    h : float, optional
        Smoothing, instead of the largest that gives the accuracy.
    input_names, output_names : sequence of str, optional
        Names, which files show. Those of inputs are looked up in tables.
    """

    accuracy: float = 1e-2
    data: ArrayLike | Table | None = None
    input_range: tuple[ArrayLike, ArrayLike] | None = None
    signs: Signs = "auto"
    knots: int | None = None
    h: float | None = None
    input_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name in ("accuracy", "h"):
            value = getattr(self, name)
            optional = name == "h" and value is None
            if not optional and not (is_number(value) and 0 < value < math.inf):
                raise InputValueError(f"{name} is {value!r}; it must be a positive number")
        if self.knots is not None and not (is_number(self.knots) and self.knots % 1 == 0):
            raise InputValueError(f"knots is {self.knots!r}; it must be a whole number")
        if self.signs not in get_args(Signs):
            raise InputValueError(
                f"signs is {self.signs!r}; it must be one of {', '.join(get_args(Signs))}"
            )
        for name in ("input_names", "output_names"):
            if (names := getattr(self, name)) is not None:
                object.__setattr__(self, name, tuple(clean_name(given) for given in names))
