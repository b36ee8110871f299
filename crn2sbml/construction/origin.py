"""Where a model comes from: all that the metadata of a compiled network say.

A :class:`~crn2sbml.Crn` carries its metadata along unread, as texts, and so do files. This module
alone knows their keys. They hold shape, encoding and what inputs and outputs mean: of numbers,
shifts and ranges of inputs, never weights. The numbers of the model itself are the truth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.errors import FormatError, InputValueError
from crn2sbml.neural.dual_rail import FUNCTIONS, Codec, Decoder, Encoder

Encoding = Literal["enzymatic", "absorbed", "folded"]
"""Where a compiled network holds its numbers; see :func:`~crn2sbml.compile_network`."""

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

_ENCODING, _WIDTHS, _UNUSED = "encoding", "widths", "unused_inputs"
_SPARSE, _FIXED = "sparse", "fixed"
_INPUT_PAIRS, _OUTPUT_PAIRS, _SHIFTS = "signed_inputs", "signed_outputs", "input_shifts"
_FUNCTION, _CLASSES, _RANGES = "output_function", "classes", "input_ranges"

# Longer numbers are those of no network.
_NUMBER = r"[0-9]{1,9}"
_NUMBERS = re.compile(rf"{_NUMBER}(?: {_NUMBER})*")
# So much of a broken entry is shown.
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Origin:
    """What a compiled network says of the neural network that it was made of.

    Parameters
    ----------
    encoding : {"enzymatic", "absorbed", "folded"}
        Where the model holds its numbers.
    widths : tuple of int
        Number of nodes in every layer, inputs first.
    sparse : collection of int
        Numbers of the layers (1, 2, ...) in which weights of 0 are no edges.
    fixed : collection of int
        Numbers of the layers that training leaves alone.
    unused_inputs : mapping of int to str
        Names of inputs that are no species, because no reaction holds them, by their numbers.
    codec : Codec, optional
        What inputs and outputs mean, without their names, which are those of the species.
    """

    encoding: Encoding
    widths: tuple[int, ...]
    sparse: Collection[int] = ()
    fixed: Collection[int] = ()
    unused_inputs: Mapping[int, str] = field(default_factory=dict)
    codec: Codec | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sparse", frozenset(self.sparse))
        object.__setattr__(self, "fixed", frozenset(self.fixed))
        object.__setattr__(self, "unused_inputs", MappingProxyType(dict(self.unused_inputs)))

    @classmethod
    def read(cls, crn: Crn) -> Origin | None:
        """Read the metadata of a reaction network.

        Parameters
        ----------
        crn : Crn
            Any reaction network.

        Returns
        -------
        Origin or None
            None if the metadata are not those of a compiled network.

        Raises
        ------
        FormatError
            If an entry is broken; the message names its key.
        """
        metadata = crn.metadata
        if _ENCODING not in metadata or _WIDTHS not in metadata:
            return None
        return cls(
            _read_encoding(metadata[_ENCODING]),
            _read_numbers(metadata, _WIDTHS),
            _read_numbers(metadata, _SPARSE),
            _read_numbers(metadata, _FIXED),
            _read_names(metadata.get(_UNUSED, "{}")),
            read_codec(metadata),
        )

    def to_metadata(self) -> dict[str, str]:
        """Return the texts from which :meth:`read` makes the same again."""
        unused = json.dumps(dict(self.unused_inputs), ensure_ascii=False)
        layers = {_SPARSE: self.sparse, _FIXED: self.fixed}
        return {
            _ENCODING: self.encoding,
            _WIDTHS: _joined(self.widths),
            **{key: _joined(sorted(numbers)) for key, numbers in layers.items() if numbers},
            **({_UNUSED: unused} if self.unused_inputs else {}),
            **({} if self.codec is None else codec_texts(self.codec)),
        }


def codec_texts(codec: Codec) -> dict[str, str]:
    """Return texts from which :func:`read_codec` makes a codec again, but for its names."""
    return dict(_codec_entries(codec.encoder, codec.decoder))


def read_codec(texts: Mapping[str, str]) -> Codec | None:
    """Make a codec, without names, from what a file carries along.

    Parameters
    ----------
    texts : mapping of str to str
        The metadata of a model, or those of a network file.

    Returns
    -------
    Codec or None
        None if the texts say nothing of inputs and outputs.

    Raises
    ------
    FormatError
        If an entry is broken; the message names its key.
    """
    if _INPUT_PAIRS not in texts or _OUTPUT_PAIRS not in texts:
        return None
    inputs, outputs = (_read_flags(key, texts[key]) for key in (_INPUT_PAIRS, _OUTPUT_PAIRS))
    function = texts.get(_FUNCTION, "none")
    if function not in FUNCTIONS:
        raise _broken(_FUNCTION, function, f"one of {', '.join(FUNCTIONS)}")
    classes = _read_json(_CLASSES, texts[_CLASSES]) if _CLASSES in texts else None
    try:
        decoder = Decoder(outputs, function, None, classes)
    except (InputValueError, TypeError) as error:
        raise _broken(_CLASSES, texts.get(_CLASSES, ""), f"a list of classes ({error})") from error
    return Codec(_read_encoder(inputs, texts), decoder)


def _codec_entries(encoder: Encoder, decoder: Decoder) -> Iterator[tuple[str, str]]:
    yield _INPUT_PAIRS, _flags(encoder.pairs)
    yield _OUTPUT_PAIRS, _flags(decoder.pairs)
    yield _FUNCTION, decoder.function
    # The rest of a model does not hold them: they are part of its biases.
    if encoder.offsets.any():
        yield _SHIFTS, " ".join(repr(float(shift)) for shift in encoder.offsets)
    if encoder.ranges is not None:
        yield _RANGES, " ".join(repr(float(end)) for end in encoder.ranges.ravel())
    if decoder.classes is not None:
        yield _CLASSES, json.dumps(list(decoder.classes))


def _read_encoding(text: str) -> Encoding:
    for encoding in ENCODINGS:
        if text == encoding:
            return encoding
    raise _broken(_ENCODING, text, f"one of {', '.join(ENCODINGS)}")


def _read_numbers(metadata: Mapping[str, str], key: str) -> tuple[int, ...]:
    text = metadata.get(key, "")
    if text and not _NUMBERS.fullmatch(text):
        raise _broken(key, text, "whole numbers with blanks between them")
    return tuple(int(number) for number in text.split())


def _read_names(text: str) -> dict[int, str]:
    """Return the names of inputs by their numbers."""
    expected = "a JSON object of names by the numbers of inputs"
    names = _read_json(_UNUSED, text)
    if not isinstance(names, dict):
        raise _broken(_UNUSED, text, expected)
    if not all(_NUMBERS.fullmatch(n) and isinstance(name, str) for n, name in names.items()):
        raise _broken(_UNUSED, text, expected)
    return {int(number): name for number, name in names.items()}


def _read_flags(key: str, text: str) -> list[bool]:
    if set(text) - {"0", "1"}:
        raise _broken(key, text, "of 0 and 1 alone, 1 for a pair")
    return [flag == "1" for flag in text]


def _read_encoder(pairs: Sequence[bool], texts: Mapping[str, str]) -> Encoder:
    shifts, ranges = (
        _read_floats(key, texts.get(key, ""), expected)
        for key, expected in (
            (_SHIFTS, "a number for each input"),
            (_RANGES, "two numbers for each input"),
        )
    )
    try:
        encoder = Encoder(pairs, shifts)
    except ValueError as error:
        raise _broken(_SHIFTS, texts[_SHIFTS], f"a number for each input ({error})") from error
    if ranges is None:
        return encoder
    try:
        return replace(encoder, ranges=ranges.reshape(-1, 2))
    except ValueError as error:
        raise _broken(_RANGES, texts[_RANGES], f"two numbers for each input ({error})") from error


def _read_floats(key: str, text: str, expected: str) -> Array | None:
    try:
        return np.array([float(number) for number in text.split()]) if text else None
    except ValueError as error:
        raise _broken(key, text, f"{expected} ({error})") from error


def _read_json(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (RecursionError, ValueError) as error:
        raise _broken(key, text, f"JSON ({error})") from error


def _broken(key: str, text: str, expected: str) -> FormatError:
    shown = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
    return FormatError(
        f"the metadata entry {key!r} is broken: {shown!r} must be {expected}; correct it, or take "
        f"it out"
    )


def _joined(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _flags(pairs: Sequence[bool]) -> str:
    return "".join("01"[pair] for pair in pairs)
