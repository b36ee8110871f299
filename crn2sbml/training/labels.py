"""Labels of classes as targets: 1 for the class of an example and 0 for every other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import listed, rows_by_name
from crn2sbml._support.words import shown
from crn2sbml.errors import InputValueError
from crn2sbml.neural.dual_rail import ClassLabel, Decoder


def class_indicators(
    labels: Iterable[ClassLabel] | NDArray[Any], classes: Sequence[ClassLabel]
) -> Array:
    """Return 1 where a label is the class of a column, and 0 elsewhere, shape (n, classes).

    Raises
    ------
    InputValueError
        If a label is none of the classes.

    Examples
    --------
    >>> class_indicators(["b", "a"], ["a", "b"])
    array([[0., 1.],
           [1., 0.]])
    """
    place = {label: number for number, label in enumerate(classes)}
    plain = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    for row, label in enumerate(plain):
        if label not in place:
            known = listed([str(name) for name in classes])
            raise InputValueError(
                f"label {row + 1} of the targets is {shown(label)}, which is none of the classes: "
                f"{known}"
            )
    return np.asarray(np.eye(len(classes))[[place[label] for label in plain]])


def as_targets(
    targets: ArrayLike,
    decoder: Decoder | None,
    outputs: int,
    names: Sequence[str] | None = None,
) -> ArrayLike:
    """Return what outputs are compared with, of numbers or labels as a user has them.

    Parameters
    ----------
    targets : array_like, shape (n,) or (n, outputs)
        Numbers, or the labels of a classifier's classes.
    decoder : Decoder or None
        What the outputs mean. Where a softmax follows and classes have no names, labels are their
        numbers from 0.
    outputs : int
        How many numbers an answer has.
    names : sequence of str, optional
        Names of the outputs, by which the columns of a table are found; not of classes.

    Returns
    -------
    array_like, shape (n, outputs)
        Where that is what was given, it is returned as it is.

    Raises
    ------
    InputValueError
        If a label is none of the classes, or a table has other columns.
    """
    if names is not None and (decoder is None or decoder.classes is None):
        # A Series is one column, whatever its index says.
        targets = targets.to_frame() if hasattr(targets, "to_frame") else targets
        targets = rows_by_name(targets, names, outputs, "targets", InputValueError)
    array = np.asarray(targets)
    if array.dtype.kind == "U" and not isinstance(targets, np.ndarray):
        # A list of texts and numbers is not to become one of texts.
        array = np.asarray(targets, dtype=object)
    column = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if column.ndim != 1:
        return targets
    if outputs == 1:
        return column[:, np.newaxis]
    if decoder is not None and decoder.classes is not None:
        return class_indicators(column, decoder.classes)
    if decoder is not None and decoder.function != "none":
        return class_indicators(column, range(outputs))
    return targets


def usual_cost(decoder: Decoder) -> str:
    """Return the cost that fits what the outputs mean: cross-entropy where a softmax follows."""
    return "quadratic" if decoder.function == "none" else "softmax-cross-entropy"
