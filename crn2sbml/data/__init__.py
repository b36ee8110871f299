"""Data sets that come with the package, and the user's own."""

from __future__ import annotations

from crn2sbml.data.dataset import (
    Dataset,
    Samples,
    class_targets,
    load_dataset,
    load_samples,
    split,
)
from crn2sbml.data.digits import load_digits
from crn2sbml.data.iris import load_iris
from crn2sbml.data.mnist import load_mnist
from crn2sbml.data.tables import Table, read_table
from crn2sbml.data.xor import load_xor

__all__ = [
    "Dataset",
    "Samples",
    "Table",
    "class_targets",
    "load_dataset",
    "load_digits",
    "load_iris",
    "load_mnist",
    "load_samples",
    "load_xor",
    "read_table",
    "split",
]
