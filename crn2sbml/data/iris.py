"""150 iris flowers of three species (Fisher 1936; provenance in README.md beside this file)."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from crn2sbml.data.dataset import Dataset, class_targets

_SPECIES = ("setosa", "versicolor", "virginica")


def load_iris() -> Dataset:
    """Return the flowers, lengths in centimetres, with the paper's targets 10 and 1.

    Returns
    -------
    Dataset
        Inputs of shape (150, 4): length and width of sepals and of petals; targets of shape
        (150, 3).

    Examples
    --------
    >>> iris = load_iris()
    >>> iris.inputs.shape, iris.output_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    text = files("crn2sbml.data").joinpath("iris.csv").read_text(encoding="ascii")
    header, *lines = text.splitlines()
    table = np.array([line.split(",") for line in lines], dtype=np.float64)
    names = tuple(f"{name} (cm)" for name in header.split(",")[:4])
    targets = class_targets(table[:, 4].astype(np.intp), len(_SPECIES))
    return Dataset(table[:, :4], targets, "iris", names, _SPECIES)
