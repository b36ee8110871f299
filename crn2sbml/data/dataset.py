"""What a data set is, how to split one, and how to read the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.archive import read_archive
from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import SIGN_REMEDY
from crn2sbml._support.columns import clean_name
from crn2sbml._support.words import counted
from crn2sbml.errors import FormatError, InputValueError

# Each class is an output; a label above this is no number of one.
_MOST_CLASSES = 100_000
# Section 6 of the paper: the true class has target 10, every other class 1.
TRUE_TARGET, OTHER_TARGET = 10.0, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Inputs with their targets, one a row.

    Parameters
    ----------
    inputs : numpy.ndarray, shape (n, inputs)
        One example a row, finite.
    targets : numpy.ndarray, shape (n, outputs)
        What the outputs of a neural network should be.
    name : str
        Name of the data set.
    input_names, output_names : tuple of str, optional
        Names of the columns.

    Raises
    ------
    InputValueError
        If shapes do not fit, or a value is not finite.
    """

    inputs: Array
    targets: Array
    name: str
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for attribute in ("inputs", "targets"):
            values = np.asarray(getattr(self, attribute), dtype=np.float64)
            if values.flags.writeable or not values.flags.owndata:
                values = values.copy()  # others may change it, or hold on to more than these rows
            if values.ndim != 2 or not len(values):
                raise InputValueError(
                    f"{self.name}: the {attribute} have shape {values.shape}; "
                    f"they must be a table with one row for each example"
                )
            if not np.isfinite(values).all():
                row, column = np.argwhere(~np.isfinite(values))[0]
                raise InputValueError(
                    f"{self.name}: {attribute}, row {row + 1}, column {column + 1} is "
                    f"{values[row, column]:g}; every number must be finite"
                )
            values.setflags(write=False)
            object.__setattr__(self, attribute, values)
        if len(self.inputs) != len(self.targets):
            raise InputValueError(
                f"{self.name}: {counted(len(self.inputs), 'input')}, but "
                f"{counted(len(self.targets), 'target')}; each input needs one target"
            )

    def __len__(self) -> int:
        return len(self.inputs)

    def check_concentrations(self) -> None:
        """Raise an error for inputs that cannot be concentrations.

        Raises
        ------
        InputValueError
            If an input is negative.
        """
        if (self.inputs < 0).any():
            row, column = np.argwhere(self.inputs < 0)[0]
            raise InputValueError(
                f"{self.name}: inputs, row {row + 1}, column {column + 1} is "
                f"{self.inputs[row, column]:g}; {SIGN_REMEDY}"
            )

    def rows(self, index: NDArray[np.intp]) -> Dataset:
        """Return some of the examples."""
        return replace(self, inputs=self.inputs[index], targets=self.targets[index])


def class_targets(labels: ArrayLike, classes: int) -> Array:
    """Return targets for classes 0 .. `classes` - 1 as in section 6: 10 where true, 1 elsewhere.

    Examples
    --------
    >>> class_targets([1], 3)
    array([[ 1., 10.,  1.]])
    """
    numbers = np.asarray(labels, dtype=np.intp)
    targets = np.full((len(numbers), classes), OTHER_TARGET)
    targets[np.arange(len(numbers)), numbers] = TRUE_TARGET
    return targets


def split(dataset: Dataset, held_out: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Split at random into a part to train on and a part held out.

    Parameters
    ----------
    dataset : Dataset
        All examples.
    held_out : float
        Share of the examples to hold out, between 0 and 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    tuple of Dataset
        (training, held out); both hold at least one example.
    """
    count = round(held_out * len(dataset))
    if not 0 < count < len(dataset):
        raise InputValueError(
            f"holding out {held_out:g} of {len(dataset)} examples leaves one part empty"
        )
    order = rng.permutation(len(dataset))
    return dataset.rows(order[count:]), dataset.rows(order[:count])


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Examples of a user's own, as they are written down: numbers to learn, or labels.

    Parameters
    ----------
    inputs : numpy.ndarray, shape (n, inputs)
        One example a row.
    targets : numpy.ndarray, shape (n,) or (n, outputs)
        Numbers or labels.
    source : str
        Where they come from.
    labelled : bool
        Whether the targets are known to be labels of classes.
    input_names, target_names : tuple of str, optional
        Names of the columns.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    source: str
    labelled: bool = False
    input_names: tuple[str, ...] | None = None
    target_names: tuple[str, ...] | None = None


def load_dataset(path: str | Path) -> Dataset:
    """Read a data set from an ``.npz`` file, as :func:`load_samples` does.

    Parameters
    ----------
    path : str or Path
        File to read; pickles in it are refused.

    Returns
    -------
    Dataset
        Its targets are numbers: labels become targets as in section 6 of the paper.

    Raises
    ------
    FileError
        If there is no such file.
    FormatError
        If it does not hold the arrays.
    """
    samples = load_samples(path)
    targets, names = samples.targets, samples.target_names
    if samples.labelled:
        classes, numbers = np.unique(targets, return_inverse=True)
        whole = targets.dtype.kind in "iu"
        count = int(targets.max(initial=0)) + 1 if whole else len(classes)
        names = None if whole else tuple(classes.tolist())
        targets = class_targets(targets if whole else numbers, count)
    elif targets.ndim == 1:
        targets = targets[:, np.newaxis]
    return Dataset(samples.inputs, targets, Path(path).stem, samples.input_names, names)


def load_samples(path: str | Path) -> Samples:
    """Read examples from an ``.npz`` file with the arrays ``inputs`` and ``targets``.

    A one-dimensional array ``labels`` of class numbers from 0 up, or of texts, may stand in for
    ``targets``. Arrays of texts ``input_names`` and ``output_names`` name the columns, and
    ``class_names`` the class numbers.

    Parameters
    ----------
    path : str or Path
        File to read; pickles in it are refused.

    Returns
    -------
    Samples

    Raises
    ------
    FileError
        If there is no such file.
    FormatError
        If it does not hold the arrays.
    """
    source = Path(path)
    wanted = "it must be an .npz file with the arrays 'inputs' and 'targets' (or 'labels')"
    arrays = read_archive(source, wanted)
    if "inputs" not in arrays or not {"targets", "labels"} & set(arrays):
        raise FormatError(f"{source} holds {', '.join(arrays) or 'none of the arrays'}; {wanted}")
    labelled = "targets" not in arrays
    targets = _labels(arrays, source) if labelled else arrays["targets"]
    if arrays["inputs"].dtype.kind not in "fiub" or not (labelled or targets.dtype.kind in "fiub"):
        raise FormatError(f"{source}: inputs and targets must be numbers")
    inputs = arrays["inputs"]
    if inputs.ndim == 1:
        inputs = inputs[:, np.newaxis]
    names = (_names(arrays, name, source) for name in ("input_names", "output_names"))
    return Samples(inputs.reshape(len(inputs), -1), targets, str(source), labelled, *names)


def _labels(arrays: Mapping[str, NDArray[Any]], source: Path) -> NDArray[Any]:
    labels = arrays["labels"]
    if labels.ndim == 1 and labels.dtype.kind == "U":
        return labels
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or (labels < 0).any():
        raise FormatError(f"{source}: 'labels' must be a list of class numbers from 0 up, or texts")
    if labels.max(initial=0) >= _MOST_CLASSES:
        raise FormatError(
            f"{source}: 'labels' go up to {labels.max():,}, but class numbers are below "
            f"{_MOST_CLASSES:,}, one for each output of the network"
        )
    names = _names(arrays, "class_names", source)
    if names is None:
        return labels
    if len(names) <= labels.max(initial=0):
        raise FormatError(
            f"{source}: 'labels' go up to {labels.max()}, but there are {len(names)} class_names"
        )
    return np.asarray(np.array(names)[labels])


def _names(arrays: Mapping[str, NDArray[Any]], key: str, source: Path) -> tuple[str, ...] | None:
    names = arrays.get(key)
    if names is None:
        return None
    if names.ndim != 1 or names.dtype.kind != "U":
        raise FormatError(f"{source}: {key!r} must be a list of texts")
    return tuple(map(clean_name, names.tolist()))
