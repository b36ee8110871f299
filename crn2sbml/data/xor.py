"""Exclusive or, the smallest task that needs a hidden layer."""

from __future__ import annotations

import numpy as np

from crn2sbml.data.dataset import Dataset


def load_xor() -> Dataset:
    """Return the four rows of the exclusive or, with targets 0 and 1.

    Examples
    --------
    >>> load_xor().targets.ravel()
    array([0., 1., 1., 0.])
    """
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Dataset(inputs, np.array([[0.0], [1.0], [1.0], [0.0]]), "xor", ("a", "b"), ("a xor b",))
