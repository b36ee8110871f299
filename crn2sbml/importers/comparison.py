"""What differs between two models: weight by weight, or reaction by reaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crn2sbml._support.checks import is_number
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import format_complex
from crn2sbml.construction.labels import node_id
from crn2sbml.construction.origin import Origin
from crn2sbml.errors import InputValueError
from crn2sbml.importers.loaded import LoadedNetwork
from crn2sbml.importers.sources import LoadedFile
from crn2sbml.neural.network import NeuralNetwork

Value = float | str | None
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """Something that two models have in different ways.

    Parameters
    ----------
    kind : str
        What it is: "weight", "edge", "bias", "h", "decay", "width", "trainable", "name", "input",
        "encoding", "units", "meaning", "reaction", "rate constant", "species" or "initial
        concentration".
    what : str
        Which one, by the user's names or by ids.
    before, after : float, str or None
        The values in the first and in the second model; None where it is not there.
    """

    kind: str
    what: str
    before: Value
    after: Value

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.what}: added{_in_words(self.after)}"
        if self.after is None:
            return f"{self.what}: removed{_in_words(self.before)}"
        before, after = (_shown(value, _DIGITS) for value in (self.before, self.after))
        if before == after:
            before, after = (_shown(value, 17) for value in (self.before, self.after))
        return f"{self.what}: {before} -> {after}"


def compare(
    first: LoadedFile, second: LoadedFile, tolerance: float = 1e-12
) -> list[ModelDifference]:
    r"""Say what differs between two models.

    Parameters
    ----------
    first, second : LoadedFile
        What :func:`~crn2sbml.importers.load_file` reads.
    tolerance : float, default 1e-12
        Numbers that differ by less than this share of the larger one are the same: what other
        programs lose in the digits that they write. 0 for every bit.

    Returns
    -------
    list of ModelDifference
        Weight by weight if both are neural networks, and reaction by reaction otherwise; a network
        in a file of its own then stands for its reactions in the encoding of the other.

    Raises
    ------
    InputValueError
        If the tolerance is negative or no number.

    Examples
    --------
    >>> from pathlib import Path
    >>> from crn2sbml import Layer, NeuralNetwork
    >>> from crn2sbml.importers import LoadedNetwork, LoadedFile, compare
    >>> first, second = (
    ...     LoadedFile(Path(), LoadedNetwork(NeuralNetwork([Layer([[w]], [0.5])], ["pH"])), None)
    ...     for w in (0.58, 1.25)
    ... )
    >>> print(*compare(first, second), sep="\n")
    weight from pH to X1_1: 0.58 -> 1.25
    """
    if not (is_number(tolerance) and 0 <= tolerance < 1):
        raise InputValueError(f"the tolerance is {tolerance!r}; it must be from 0 to below 1")
    if first.network is not None and second.network is not None:
        found = _networks(first.network, second.network)
    else:
        found = _crns(_as_crn(first, second.crn), _as_crn(second, first.crn))
    return [d for d in found if not _same(d.before, d.after, tolerance)]


def node_names(network: NeuralNetwork) -> list[list[str]]:
    """Return what to call the inputs and the nodes of each layer: the user's names, or ids."""
    names = [
        [node_id(layer, number) for number in range(1, width + 1)]
        for layer, width in enumerate(network.widths)
    ]
    names[0] = list(network.input_names or names[0])
    names[-1] = list(network.output_names or names[-1])
    return names


def _networks(first: LoadedNetwork, second: LoadedNetwork) -> Iterator[ModelDifference]:
    ours, theirs = first.network, second.network
    yield ModelDifference("width", "widths", _joined(ours.widths), _joined(theirs.widths))
    if ours.widths == theirs.widths:
        yield from _layers(ours, theirs)
        yield from _names(ours, theirs)
        if first.inputs is not None and second.inputs is not None:
            pairs = zip(node_names(ours)[0], first.inputs, second.inputs, strict=True)
            for name, before, after in pairs:
                yield ModelDifference("input", f"input {name} of the model", before, after)
    if first.encoding is not None and second.encoding is not None:
        yield ModelDifference("encoding", "encoding", first.encoding, second.encoding)
    yield _units(first.units, second.units)
    for what, before, after in zip(_PARTS, _meaning(first), _meaning(second), strict=True):
        yield ModelDifference("meaning", what, before, after)


def _layers(ours: NeuralNetwork, theirs: NeuralNetwork) -> Iterator[ModelDifference]:
    names = node_names(theirs)
    for number, (before, after) in enumerate(zip(ours.layers, theirs.layers, strict=True), start=1):
        old, new = before.activation, after.activation
        yield ModelDifference("h", f"h of layer {number}", old.h, new.h)
        for order in sorted({*old.decay, *new.decay}):
            what = f"decay of order {order} in layer {number}"
            yield ModelDifference("decay", what, old.decay.get(order), new.decay.get(order))
        yield ModelDifference(
            "trainable", f"layer {number}", *map(_trained, (before.trainable, after.trainable))
        )
        for node, column in np.argwhere(before.weights != after.weights).tolist():
            edge = f"from {names[number - 1][column]} to {names[number][node]}"
            values = [layer.weights[node, column].item() for layer in (before, after)]
            present = [layer.edges[node, column] for layer in (before, after)]
            if all(present):
                yield ModelDifference("weight", f"weight {edge}", *values)
            else:
                ends = (v if p else None for v, p in zip(values, present, strict=True))
                yield ModelDifference("edge", f"edge {edge}", *ends)
        for node in np.flatnonzero(before.biases != after.biases).tolist():
            values = [layer.biases[node].item() for layer in (before, after)]
            yield ModelDifference("bias", f"bias of {names[number][node]}", *values)


def _names(ours: NeuralNetwork, theirs: NeuralNetwork) -> Iterator[ModelDifference]:
    for kind, layer in (("input", 0), ("output", -1)):
        pairs = zip(node_names(ours)[layer], node_names(theirs)[layer], strict=True)
        for number, (before, after) in enumerate(pairs, start=1):
            yield ModelDifference("name", f"name of {kind} {number}", before, after)


_PARTS = (
    "inputs that are pairs",
    "shifts of inputs",
    "outputs that are pairs",
    "function",
    "classes",
)


def _meaning(loaded: LoadedNetwork) -> Sequence[str]:
    """Return what a codec says of inputs and outputs, part by part."""
    if loaded.codec is None:
        return ["none"] * len(_PARTS)
    encoder, decoder = loaded.codec.encoder, loaded.codec.decoder
    shifted = any(encoder.offsets)
    return [
        _numbered(encoder.pairs),
        ", ".join(map(repr, encoder.offsets.tolist())) if shifted else "none",
        _numbered(decoder.pairs),
        decoder.function,
        "none" if decoder.classes is None else ", ".join(map(str, decoder.classes)),
    ]


def _numbered(pairs: Iterable[bool]) -> str:
    return ", ".join(str(number) for number, pair in enumerate(pairs, start=1) if pair) or "none"


def _as_crn(source: LoadedFile, other: Crn | None) -> Crn:
    """Return the reactions of a model, or of a network in the encoding that the other has."""
    if source.crn is not None or source.network is None or other is None:
        assert source.crn is not None
        return source.crn
    origin = Origin.read(other)
    return source.network.compile("absorbed" if origin is None else origin.encoding)


def _units(first: LabUnits | None, second: LabUnits | None) -> ModelDifference:
    """Compare what the numbers of models are in, which says nothing of the numbers themselves."""
    return ModelDifference("units", "units", *(str(u or "none") for u in (first, second)))


def _crns(first: Crn, second: Crn) -> Iterator[ModelDifference]:
    yield _units(first.units, second.units)
    starts = [{s.id: s.initial for s in crn.species} for crn in (first, second)]
    for species in {**starts[0], **starts[1]}:
        before, after = (start.get(species) for start in starts)
        kind = "species" if None in (before, after) else "initial concentration"
        of = " of" if kind != "species" else ""
        yield ModelDifference(kind, f"{kind}{of} {species}", before, after)
    held = [_held(crn) for crn in (first, second)]
    for species in (s for s in held[0] if s in held[1]):
        yield ModelDifference("species", f"species {species}", held[0][species], held[1][species])
    yield from _reactions(first, second)


def _reactions(first: Crn, second: Crn) -> Iterator[ModelDifference]:
    rates = [
        {r.key: (r, crn.rate_constant_values[r.rate]) for r in crn.reactions}
        for crn in (first, second)
    ]
    for key in {**rates[0], **rates[1]}:
        ends = [rate.get(key) for rate in rates]
        reaction = next(end[0] for end in ends if end is not None)
        before, after = (None if end is None else end[1] for end in ends)
        sides = (format_complex(side) for side in (reaction.reactants, reaction.products))
        kind = "reaction" if None in (before, after) else "rate constant"
        of = " of" if kind != "reaction" else ""
        yield ModelDifference(kind, f"{kind}{of} {' -> '.join(sides)}", before, after)


def _held(crn: Crn) -> Mapping[str, str]:
    held = set(crn.constant_species)
    return {s: "constant" if s in held else "dynamic" for s in crn.species_ids}


def _trained(trainable: bool) -> str:
    return "trainable" if trainable else "fixed"


def _joined(widths: Iterable[int]) -> str:
    return "-".join(map(str, widths))


def _same(before: Value, after: Value, tolerance: float) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return abs(before - after) <= tolerance * max(abs(before), abs(after))
    return before == after


def _shown(value: Value, digits: int) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _in_words(value: Value) -> str:
    return f" ({_shown(value, _DIGITS)})"
