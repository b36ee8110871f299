"""A user's table as numbers: columns of inputs, and targets that are numbers or classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import number_rows
from crn2sbml._support.columns import clean_name, column_names
from crn2sbml.errors import InputValueError
from crn2sbml.neural.dual_rail import ClassLabel
from crn2sbml.training.labels import class_indicators

Task = Literal["auto", "classes", "numbers"]
"""What targets are: classes to choose from, numbers, or whichever they look like."""

_MOST_CLASSES = 10
# So few examples a class look like numbers that happen to be whole.
_FEWEST_A_CLASS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What the outputs of a network should be.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, outputs)
        Numbers, or 1 for the class of an example and 0 for the others.
    names : sequence of str or None
        Names of the outputs.
    classes : sequence or None
        What the outputs stand for, if the largest one is to name a class.
    reason : str
        Why targets were taken for classes or for numbers; empty where the user said it.
    """

    values: Array
    names: Sequence[str] | None
    classes: Sequence[ClassLabel] | None
    reason: str


def target_names(table: Any) -> tuple[str, ...] | None:
    """Return the names of a DataFrame's columns or of a Series, or None where there are none."""
    name = getattr(table, "name", None)
    return (clean_name(name),) if isinstance(name, str) else column_names(table)


def read_inputs(
    inputs: ArrayLike, names: Sequence[str] | None = None, width: int | None = None
) -> Array:
    """Return a table of finite numbers, shape (n, inputs); a single input may be flat.

    Parameters
    ----------
    inputs : array_like, DataFrame or Series
        The numbers.
    names : sequence of str, optional
        Names by which columns are found.
    width : int, optional
        Number of columns that are needed.
    """
    if np.ndim(inputs) == 1 and width in (None, 1):
        inputs = np.asarray(inputs)[:, np.newaxis]
    return number_rows(inputs, "inputs", InputValueError, names, width)


def read_goal(targets: ArrayLike, task: Task, names: Sequence[str] | None) -> Goal:
    """Return what the outputs should be, and decide what targets are where the user did not.

    Parameters
    ----------
    targets : array_like, shape (n,) or (n, outputs)
        Numbers or labels.
    task : {"auto", "classes", "numbers"}
        What they are. By themselves, one column is of classes if it has text, truth values or at
        most 10 different whole numbers, each of them twice on average; several columns are if one
        of two numbers marks one of them in each row.
    names : sequence of str or None
        Names of the columns.

    Raises
    ------
    InputValueError
        If they cannot be what they should be.
    """
    array = _as_table(targets)
    texts = [label for label in array.ravel().tolist() if isinstance(label, str)]
    if texts and (task == "numbers" or array.shape[1] > 1):
        raise InputValueError(
            f"the targets hold text such as {texts[0]!r}, but they are to be numbers; labels are "
            f"one column by themselves, with the task 'auto' or 'classes'"
        )
    if array.shape[1] > 1:
        values = number_rows(array, "targets", InputValueError, names)
        marks = _marks_one(values)
        if task == "classes" and not marks:
            raise InputValueError(
                f"the targets have {array.shape[1]} columns, of which none is marked in each row; "
                f"for classes give one column of labels"
            )
        if marks and task != "numbers":
            reason = "" if task == "classes" else "one of them is marked in each row"
            labels: tuple[ClassLabel, ...] = tuple(names or range(values.shape[1]))
            return Goal(
                class_indicators(values.argmax(axis=1), range(len(labels))),
                _class_names(labels, None),
                labels,
                reason,
            )
        return Goal(values, names, None, "")
    column = array[:, 0]
    reason = _reason_for_classes(column) if task == "auto" else ""
    if task == "classes" or reason:
        labels = _sorted_labels(column)
        name = names[0] if names else None
        values = class_indicators(_plain_labels(column), labels)
        return Goal(values, _class_names(labels, name), labels, reason)
    return Goal(
        number_rows(array, "targets", InputValueError, names),
        tuple(names) if names else None,
        None,
        "",
    )


def _as_table(targets: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(targets)
        if array.dtype.kind == "U" and not isinstance(targets, np.ndarray):
            # A list of texts and numbers is not to become one of texts.
            array = np.asarray(targets, dtype=object)
    except ValueError:
        raise InputValueError("the rows of the targets differ in length") from None
    if np.ma.isMaskedArray(targets) and np.ma.getmaskarray(targets).any():
        raise InputValueError("some of the targets are masked; every example needs one")
    if array.dtype.kind in "mM":
        raise InputValueError("the targets are dates or times; give numbers or labels")
    array = array[:, np.newaxis] if array.ndim == 1 else array
    if array.ndim != 2 or 0 in array.shape:
        raise InputValueError(
            f"the targets have shape {np.shape(targets)}; they must be a table with one row for "
            f"each example"
        )
    return array


def _marks_one(values: Array) -> bool:
    """Tell whether there are two numbers, the larger once in each row and in every column."""
    levels = np.unique(values)
    marks = values == levels[-1]
    return len(levels) == 2 and bool((marks.sum(axis=1) == 1).all() and marks.any(axis=0).all())


def _reason_for_classes(column: NDArray[Any]) -> str:
    if column.dtype.kind in "OUSb" and any(isinstance(x, (str, bool)) for x in column.tolist()):
        return "text or truth values"
    try:
        numbers = column.astype(np.float64)
    except (TypeError, ValueError):
        return ""
    if not np.isfinite(numbers).all() or (numbers % 1 != 0).any():
        return ""
    different = len(np.unique(numbers))
    enough = different * _FEWEST_A_CLASS <= len(numbers)
    few = 2 <= different <= _MOST_CLASSES and enough
    return f"{different} different whole numbers" if few else ""


def _plain_labels(column: NDArray[Any]) -> list[ClassLabel]:
    """Return labels as Python's own texts and numbers, whole ones without a point."""
    plain: list[ClassLabel] = []
    for row, label in enumerate(column.tolist()):
        # Texts such as "NA" may be labels; who read them from a file was told.
        if label is None or label == "" or (isinstance(label, float) and np.isnan(label)):
            raise InputValueError(f"targets, row {row + 1}: the label is missing")
        if not isinstance(label, (str, int, float)):
            raise InputValueError(
                f"targets, row {row + 1}: the label is {label!r}; it must be a text or a number"
            )
        whole = isinstance(label, float) and label.is_integer()
        plain.append(int(label) if whole else label)
    return plain


def _sorted_labels(column: NDArray[Any]) -> tuple[ClassLabel, ...]:
    labels = set(_plain_labels(column))
    texts = [label for label in labels if isinstance(label, str)]
    if 0 < len(texts) < len(labels):
        raise InputValueError(
            f"the labels of the targets are numbers and texts such as {min(texts)!r}; they must be "
            f"of one kind"
        )
    if len(labels) < 2:
        raise InputValueError(
            f"the targets hold one class only, {next(iter(labels))!r}; there is nothing to choose"
        )
    return tuple(sorted(texts)) or tuple(sorted(x for x in labels if not isinstance(x, str)))


def _class_names(labels: Sequence[ClassLabel], target: str | None) -> tuple[str, ...]:
    """Name outputs after classes; a number by itself says nothing."""
    if all(isinstance(label, str) for label in labels):
        return tuple(str(label) for label in labels)
    return tuple(f"{target or 'class'} {'= ' if target else ''}{label}" for label in labels)
