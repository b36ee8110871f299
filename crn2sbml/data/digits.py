"""1,797 handwritten digits of 8 x 8 pixels (UCI; provenance in README.md beside this file)."""

from __future__ import annotations

import gzip
from importlib.resources import files

import numpy as np

from crn2sbml.data.dataset import Dataset, class_targets

# Pixels count the dark points of a 4 x 4 block.
_DARKEST = 16.0
_PIXELS = tuple(f"pixel {row} {column}" for row in range(1, 9) for column in range(1, 9))
_DIGITS = tuple(f"digit {digit}" for digit in range(10))


def load_digits() -> Dataset:
    """Return the handwritten digits, pixels scaled to 0 .. 1, with the paper's targets 10 and 1.

    Returns
    -------
    Dataset
        Inputs of shape (1797, 64), pixels row by row; targets of shape (1797, 10).

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.inputs.shape, digits.targets.shape
    ((1797, 64), (1797, 10))
    """
    packed = files("crn2sbml.data").joinpath("digits.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    table = np.array([line.split(",") for line in lines], dtype=np.int64)
    targets = class_targets(table[:, 64], len(_DIGITS))
    return Dataset(table[:, :64] / _DARKEST, targets, "digits", _PIXELS, _DIGITS)
