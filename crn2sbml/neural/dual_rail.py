"""A user's numbers as concentrations, and concentrations as a user's numbers again.

Concentrations are never negative. A number of either sign is a pair of them, max(v, 0) and
max(-v, 0), of which the first counts as positive and the second as negative (dual rail).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import checked_names, frozen_array, number_rows, place_in
from crn2sbml._support.words import counted, shown
from crn2sbml.errors import ConcentrationError, InputValueError

ClassLabel = str | int | float | bool
"""What an output of a classifier can stand for."""

PLUS, MINUS = " (+)", " (-)"
"""What the names of a pair end in."""

# Of the ends of a range and of a shift: what shifting an input and back may change it by.
_ROUNDING = 1e-12

FUNCTIONS = ("none", "softmax", "log-softmax")
"""What can be applied to outputs in Python, after the chemistry."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """What becomes of inputs: shifted, and split into pairs where they may be negative.

    Parameters
    ----------
    pairs : sequence of bool
        For each input, whether it is a pair of concentrations.
    shifts : array_like, shape (inputs,), optional
        Added to each input first; 0 unless given.
    names : sequence of str, optional
        Names of the inputs.
    ranges : array_like, shape (inputs, 2), optional
        Smallest and largest value of each input that the network was made for, possibly infinite.

    Raises
    ------
    InputValueError
        If the lengths do not fit, or a range does not begin with the smallest value.

    Examples
    --------
    >>> from crn2sbml.neural.dual_rail import Encoder
    >>> Encoder([True, False]).encode([[-2.0, 3.0]])
    array([[0., 2., 3.]])
    """

    pairs: Sequence[bool]
    shifts: Array | None = None
    names: Sequence[str] | None = None
    ranges: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", tuple(bool(pair) for pair in self.pairs))
        shifts = np.zeros(len(self.pairs)) if self.shifts is None else self.shifts
        object.__setattr__(self, "shifts", frozen_array(shifts, "shifts", 1))
        if len(self.offsets) != len(self.pairs):
            raise InputValueError(
                f"{counted(len(self.offsets), 'shift')} for "
                f"{counted(len(self.pairs), 'input')} were given; give one each"
            )
        names = checked_names(self.names, "names", len(self.pairs))
        object.__setattr__(self, "names", names)
        ranges = None if self.ranges is None else _checked_ranges(self.ranges, len(self.pairs))
        # What may be anything needs no range.
        bounded = ranges is not None and bool(np.isfinite(ranges).any())
        object.__setattr__(self, "ranges", ranges if bounded else None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Encoder):
            return NotImplemented
        mine, others = (
            (
                encoder.pairs,
                encoder.offsets.tolist(),
                encoder.names,
                None if encoder.ranges is None else encoder.ranges.tolist(),
            )
            for encoder in (self, other)
        )
        return mine == others

    __hash__ = None  # type: ignore[assignment]

    @property
    def offsets(self) -> Array:
        """What is added to each input first, shape (inputs,)."""
        assert self.shifts is not None
        return self.shifts

    @property
    def width(self) -> int:
        """Number of concentrations."""
        return len(self.pairs) + sum(self.pairs)

    def encode(self, inputs: ArrayLike) -> Array:
        """Return concentrations, shape (n, width), of inputs, shape (n, inputs).

        Raises
        ------
        ConcentrationError
            If the shape is wrong, a number is not finite, or an input that is no pair is negative
            after its shift.
        """
        rows = number_rows(inputs, "inputs", ConcentrationError, self.names, len(self.pairs))
        shifted = rows + self.offsets
        below = (shifted < 0) & ~np.array(self.pairs, dtype=bool)
        if below.any():
            row, column = np.argwhere(below)[0]
            raise ConcentrationError(
                f"{place_in(rows.shape, row, column, self.names)} is {rows[row, column]:g}, but "
                f"the network was made for inputs that are never below "
                f"{0.0 - self.offsets[column]:g} there; make it again from data that reach so far, "
                f"or with signs='pairs'"
            )
        # A folded model has no inputs left, but rows all the same.
        columns = [np.empty((len(rows), 0))]
        for column, pair in enumerate(self.pairs):
            columns.append(np.maximum(shifted[:, [column]], 0.0))
            if pair:
                columns.append(np.maximum(-shifted[:, [column]], 0.0))
        return np.hstack(columns)

    def decode(self, concentrations: ArrayLike) -> Array:
        """Return the inputs, shape (n, inputs), that concentrations stand for."""
        matrix, constant = self.matrix
        rows = np.atleast_2d(np.asarray(concentrations, dtype=np.float64))
        return np.asarray(rows @ matrix.T + constant)

    def outside(self, inputs: ArrayLike) -> NDArray[np.bool_]:
        """Tell which inputs are beyond what the network was made for, shape (n, inputs)."""
        rows = number_rows(inputs, "inputs", ConcentrationError, self.names, len(self.pairs))
        if self.ranges is None:
            return np.zeros(rows.shape, dtype=bool)
        low, high = self.ranges.T
        sizes = np.abs([low, high, self.offsets])
        slack = _ROUNDING * np.where(np.isfinite(sizes), sizes, 0.0).max(axis=0)
        return np.asarray((rows < low - slack) | (rows > high + slack))

    def describe_outside(self, inputs: ArrayLike) -> list[str]:
        """Say which inputs are beyond what the network was made for, with a value of each."""
        beyond, sentences = self.outside(inputs), []
        rows = number_rows(inputs, "inputs", ConcentrationError, self.names, len(self.pairs))
        for column in np.flatnonzero(beyond.any(axis=0)).tolist():
            assert self.ranges is not None
            low, high = self.ranges[column].tolist()
            values = rows[beyond[:, column], column]
            name = self.value_names[column]
            more = f" (and {len(values) - 1:,} more)" if len(values) > 1 else ""
            sentences.append(
                f"{name} = {values[0]:g}{more} is outside {low:g} to {high:g}, which the network "
                f"was made for: no bound holds there"
            )
        return sentences

    @property
    def matrix(self) -> tuple[Array, Array]:
        """The matrix M and vector c with inputs = M concentrations + c."""
        signs = np.zeros((len(self.pairs), self.width))
        places, paired = first_places(self.pairs), np.flatnonzero(self.pairs)
        signs[np.arange(len(places)), places] = 1.0
        signs[paired, places[paired] + 1] = -1.0
        return signs, -self.offsets

    @property
    def value_names(self) -> tuple[str, ...]:
        """Names of the inputs, or what they are called without any."""
        return _value_names(self.pairs, self.names, "input")

    @property
    def species_names(self) -> list[str] | None:
        """Names of the concentrations, or None where inputs have none and none is a pair."""
        return _paired_names(self.pairs, self.names, "input")


@dataclass(frozen=True, slots=True)
class Decoder:
    """What concentrations of the output nodes mean.

    Parameters
    ----------
    pairs : sequence of bool
        For each output, whether it is the difference of two nodes.
    function : {"none", "softmax", "log-softmax"}
        What is applied to the outputs in Python, after the chemistry; the largest stays the
        largest.
    names : sequence of str, optional
        Names of the outputs.
    classes : sequence of str, int, float or bool, optional
        What the outputs stand for, if the largest one is to name a class; all different.

    Raises
    ------
    InputValueError
        If the lengths do not fit, the function is unknown, or classes are something else.

    Examples
    --------
    >>> from crn2sbml.neural.dual_rail import Decoder
    >>> Decoder([True]).decode([[0.25, 1.0]])
    array([[-0.75]])
    """

    pairs: Sequence[bool]
    function: str = "none"
    names: Sequence[str] | None = None
    classes: Sequence[ClassLabel] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", tuple(bool(pair) for pair in self.pairs))
        if self.function not in FUNCTIONS:
            raise InputValueError(
                f"the function is {self.function!r}; it must be one of {', '.join(FUNCTIONS)}"
            )
        names = checked_names(self.names, "names", len(self.pairs))
        object.__setattr__(self, "names", names)
        if self.classes is not None:
            object.__setattr__(self, "classes", _checked_classes(self.classes, len(self.pairs)))

    @property
    def width(self) -> int:
        """Number of output nodes."""
        return len(self.pairs) + sum(self.pairs)

    @property
    def matrix(self) -> Array:
        """The matrix M with values = M concentrations, shape (outputs, width)."""
        return Encoder(self.pairs).matrix[0]

    def values(self, concentrations: ArrayLike) -> Array:
        """Return the numbers that the nodes stand for, before the function, shape (n, outputs)."""
        rows = np.atleast_2d(np.asarray(concentrations, dtype=np.float64))
        return np.asarray(rows @ self.matrix.T)

    def decode(self, concentrations: ArrayLike) -> Array:
        """Return the outputs, shape (n, outputs), the function applied."""
        values = self.values(concentrations)
        if self.function == "none":
            return values
        shifted = values - values.max(axis=1, keepdims=True)
        total = np.exp(shifted).sum(axis=1, keepdims=True)
        return np.asarray(
            np.exp(shifted) / total if self.function == "softmax" else shifted - np.log(total)
        )

    def classify(self, concentrations: ArrayLike) -> Array:
        """Return the class of the largest output of each row, or its number without classes."""
        largest = self.values(concentrations).argmax(axis=1)
        if self.classes is None:
            return np.asarray(largest)
        # Classes of several types stay what they are.
        mixed = len(set(map(type, self.classes))) > 1
        return np.asarray(np.array(self.classes, dtype=object if mixed else None)[largest])

    @property
    def value_names(self) -> tuple[str, ...]:
        """Names of the outputs, or what they are called without any."""
        return _value_names(self.pairs, self.names, "output")

    @property
    def species_names(self) -> list[str] | None:
        """Names of the nodes, or None where outputs have none and none is a pair."""
        return _paired_names(self.pairs, self.names, "output")


@dataclass(frozen=True, slots=True)
class Codec:
    """What the numbers of a network that came from elsewhere mean, on the way in and out.

    Parameters
    ----------
    encoder : Encoder
        Makes concentrations of a user's inputs.
    decoder : Decoder
        Makes a user's outputs of concentrations.

    Examples
    --------
    >>> from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
    >>> codec = Codec(Encoder([True], names=["change"]), Decoder([False]))
    >>> codec.encoder.encode([[-2.0]])
    array([[0., 2.]])
    """

    encoder: Encoder
    decoder: Decoder

    @property
    def widths(self) -> tuple[int, int]:
        """Number of input and of output concentrations."""
        return self.encoder.width, self.decoder.width

    def named_after(self, inputs: Sequence[str] | None, outputs: Sequence[str] | None) -> Codec:
        """Return the same with the names of values that those of concentrations were made of.

        Parameters
        ----------
        inputs, outputs : sequence of str, optional
            Names of the concentrations, as :attr:`Encoder.species_names` gives them. Where they
            are missing, or more or fewer than the concentrations, values have no names.

        Returns
        -------
        Codec
        """
        encoder, decoder = self.encoder, self.decoder
        return Codec(
            replace(encoder, names=_given_names(encoder.pairs, inputs)),
            replace(decoder, names=_single_names(decoder.pairs, outputs)),
        )

    def without_inputs(self) -> Codec:
        """Return the codec of a folded model, whose inputs have become constants."""
        return Codec(Encoder(()), self.decoder)


def first_places(pairs: Sequence[bool]) -> NDArray[np.intp]:
    """Return the place of each number's concentration, or of the positive one of its pair."""
    return np.cumsum([0, *(1 + pair for pair in pairs)], dtype=np.intp)[:-1]


def _checked_ranges(ranges: ArrayLike, inputs: int) -> Array:
    """Return a smallest and a largest value for each input."""
    array = np.array(ranges, dtype=np.float64)
    if array.shape != (inputs, 2):
        raise InputValueError(
            f"the ranges have shape {array.shape}; give a smallest and a largest value for each of "
            f"the {inputs} inputs"
        )
    if not (array[:, 0] <= array[:, 1]).all():
        raise InputValueError("a range must begin with its smallest value")
    array.setflags(write=False)
    return array


def _checked_classes(classes: Iterable[ClassLabel], outputs: int) -> tuple[ClassLabel, ...]:
    """Return classes, one for each output, all different."""
    if isinstance(classes, (str, Mapping)):
        raise InputValueError(f"the classes are {classes!r}; they must be a list")
    labels = tuple(c.item() if isinstance(c, np.generic) else c for c in classes)
    if len(labels) != outputs:
        raise InputValueError(
            f"{counted(len(labels), 'class', 'classes')} for "
            f"{counted(outputs, 'output')} were given; give one each"
        )
    for label in labels:
        if not isinstance(label, (str, int, float)):
            raise InputValueError(f"a class is {label!r}; it must be a text or a number")
    if broken := [label for label in labels if isinstance(label, str) and not label.isprintable()]:
        raise InputValueError(f"a class is {broken[0]!r}; the text of a class must be printable")
    if len(set(labels)) != outputs:
        twice = next(label for label in labels if labels.count(label) > 1)
        raise InputValueError(f"the class {shown(twice)} stands twice; classes must differ")
    return labels


def _given_names(pairs: Sequence[bool], names: Sequence[str] | None) -> list[str] | None:
    """Return the names of inputs from those of their concentrations, unless nobody gave them."""
    made_up = _paired_names(pairs, None, "input")
    return None if names is None or list(names) == made_up else _single_names(pairs, names)


def _value_names(pairs: Sequence[bool], names: Sequence[str] | None, kind: str) -> tuple[str, ...]:
    if names is not None:
        return tuple(names)
    return tuple(f"{kind} value {number}" for number in range(1, len(pairs) + 1))


def _paired_names(
    pairs: Sequence[bool], names: Sequence[str] | None, kind: str
) -> list[str] | None:
    if names is None and not any(pairs):
        return None
    paired = []
    for name, pair in zip(_value_names(pairs, names, kind), pairs, strict=True):
        paired += [f"{name}{PLUS}", f"{name}{MINUS}"] if pair else [name]
    return paired


def _single_names(pairs: Sequence[bool], names: Sequence[str] | None) -> list[str] | None:
    """Return the names of numbers from those of their concentrations.

    A folded model has no inputs with names, an edited one may have others.
    """
    if not names or len(names) != len(pairs) + sum(pairs):
        return None
    return [
        names[first].removesuffix(PLUS) if pair else names[first]
        for first, pair in zip(first_places(pairs), pairs, strict=True)
    ]
