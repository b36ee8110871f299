"""The page itself: what was worked out, in HTML that needs no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.files import check_output, save_text
from crn2sbml._version import __version__
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.units import LabUnits
from crn2sbml.construction.description import PAPER, PAPER_RESOURCE, describe
from crn2sbml.construction.origin import Encoding, Origin
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.dual_rail import Codec
from crn2sbml.neural.network import Layer, NeuralNetwork
from crn2sbml.plots import plot_examination, plot_trajectory
from crn2sbml.report.content import Content, gather
from crn2sbml.report.downloads import MOST_LOADED, Download, make_downloads, pack
from crn2sbml.report.drawing import draw_network, drawn_edges, node_names
from crn2sbml.report.figures import inline_svg
from crn2sbml.theory.examination import LEVELS, SPECIES_COLUMNS, rounded_up

if TYPE_CHECKING:
    from jinja2 import Template

_MOST_SPECIES = 12
_MOST_KINDS = 12
_MOST_PRINTED = 10
# In the order of the properties of a certificate.
_PROMISES = (
    "One answer: every start leads to the same concentrations.",
    "From any amount: however much there is at first, it comes down in bounded time.",
    "Exponentially fast: the distance to the answer shrinks by a factor in equal times.",
)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CAPTIONS = {
    "activation": "What a node settles at, φ, for the sum ρ of its weighted inputs and its bias. "
    "Dashed and dotted: how it grows far on the right, and falls far on the left.",
    "phase_line": "How fast one species grows (above 0) or shrinks (below), for each concentration "
    "it may have once those before it have settled. It moves along the arrows; filled points "
    "attract it, open ones do not; κ is the rate of the last approach.",
    "settling": "How far the worst node still is from where it settles. No start leads above the "
    "black curve; the others are three runs.",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A page about a model.

    Parameters
    ----------
    html : str
        The whole page.
    left_out : tuple of str
        Which files the page does not hold, and why.
    """

    html: str
    left_out: tuple[str, ...]


def make_report(
    source: NeuralNetwork | Crn,
    inputs: ArrayLike | None = None,
    *,
    encoding: Encoding = "enzymatic",
    title: str | None = None,
    units: LabUnits | None = None,
    accuracy: float = 1e-3,
) -> Report:
    """Make a page about a model for people who have never heard of the construction.

    Parameters
    ----------
    source : NeuralNetwork or Crn
        Any network of mass action; most can be said of those that are neural networks.
    inputs : array_like, shape (n, width), optional
        At most 12 inputs of a neural network, one a row, to simulate; the model holds the first.
        Those in a `Crn` unless given.
    encoding : {"enzymatic", "absorbed", "folded"}, default "enzymatic"
        Of a `NeuralNetwork`; see :func:`~crn2sbml.compile_network`.
    title : str, optional
        Of the page.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; dimensionless unless given.
    accuracy : float, default 1e-3
        What "settled" means: an absolute distance, dimensionless.

    Returns
    -------
    Report
        The page shows what the model computes, the network, trajectories and settled values, the
        activation, the certificate and the settling time, tables of all species and reactions, and
        holds the model's files.

    Raises
    ------
    ConcentrationError
        If inputs are missing, negative or not finite, or the width is wrong.
    InputValueError
        If there are more than 12 inputs.
    UnsupportedError
        If a layer has h = 0, or a network that is no neural network was given inputs.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork
    >>> from crn2sbml.report import make_report
    >>> report = make_report(NeuralNetwork.random((2, 2, 1), rng=1), [[0.5, 1.0]], title="A & B")
    >>> "<title>A &amp; B</title>" in report.html
    True
    """
    content = gather(source, inputs, encoding, title, units, accuracy)
    downloads, left_out = make_downloads(content.study, units, content.title)
    html = _template().render(**_context(content, downloads, left_out))
    return Report(html, tuple(left_out))


def save_report(
    source: NeuralNetwork | Crn,
    path: str | Path,
    overwrite: bool = False,
    inputs: ArrayLike | None = None,
    *,
    encoding: Encoding = "enzymatic",
    title: str | None = None,
    units: LabUnits | None = None,
    accuracy: float = 1e-3,
) -> Report:
    """Write a page about a model to one HTML file.

    Parameters
    ----------
    source, inputs, encoding, title, units, accuracy
        See :func:`make_report`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Returns
    -------
    Report
        What was written.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written; and what
        :func:`make_report` raises.
    """
    check_output(path, overwrite)
    report = make_report(
        source, inputs, encoding=encoding, title=title, units=units, accuracy=accuracy
    )
    save_text(report.html, path, overwrite)
    return report


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(number=_number, powers=_powers, proved=rounded_up)
    environment.globals.update(
        style=Markup(_asset("page.css")), script=Markup(_asset("page.js")), captions=_CAPTIONS
    )
    return environment.from_string(_asset("page.html"))


def _asset(name: str) -> str:
    return files("crn2sbml.report").joinpath("assets", name).read_text(encoding="utf-8")


def _context(content: Content, downloads: list[Download], left_out: list[str]) -> dict[str, Any]:
    units, level = content.units, content.examination.certificate.at_these_numbers
    kinds = content.kinds_of_reactions()
    return {
        "content": content,
        "network": content.network,
        "examination": content.examination,
        "promises": _promises(content),
        "last_rate": level.rate.to_floats()[0] if level.rate is not None else None,
        "concentration_unit": "" if units is None else f" {units.concentration_unit}",
        "time_unit": "" if units is None else f" {units.time_unit}",
        "describe_units": "" if units is None else units.describe(),
        "rate_unit": lambda order: "" if units is None else f" {units.rate_constant_unit(order)}",
        "kinds": kinds[:_MOST_KINDS],
        "more_kinds": len(kinds) - _MOST_KINDS,
        "settles": level.proved,
        "shape": _shape(content),
        "reading": list(describe(content.crn).instructions),
        "activations": _activations(content),
        "is_smoothed_relu": all(map(_is_smoothed_relu, _layers(content))),
        "called": _called(content),
        "inputs": []
        if content.recognised is None
        else list(filter(None, content.recognised.inputs)),
        "left_out": left_out,
        "examples": list(_examples(content)),
        "figures": _figures(content),
        "levels": LEVELS,
        "species_columns": SPECIES_COLUMNS,
        "species_rows": content.examination.species_rows(_MOST_SPECIES),
        "downloads": downloads,
        "weights": _packed_weights(content),
        "facts": _json(_facts(content)),
        "drawing": _drawing(content),
        "edges": None if content.network is None else drawn_edges(content.network),
        "printed": content.study.outputs[:_MOST_PRINTED],
        "duration": content.study.duration * content.one_time,
        "loads_slowly": len(content.crn.reactions) > MOST_LOADED,
        "paper": PAPER,
        "paper_resource": PAPER_RESOURCE,
        "version": __version__,
    }


def _promises(content: Content) -> list[tuple[str, str, str]]:
    """Return each property in everyday words, and its verdict at both levels."""
    rows = zip(_PROMISES, content.examination.property_rows(), strict=True)
    return [(words, row[1], row[2]) for words, row in rows]


def _layers(content: Content) -> Sequence[Layer]:
    return () if content.network is None else content.network.layers


def _is_smoothed_relu(layer: Layer) -> bool:
    return dict(layer.activation.decay) == {2: 1.0}


def _activations(content: Content) -> str:
    """Name the activations, each once."""
    return "; ".join(
        dict.fromkeys(describe_activation(layer.activation) for layer in _layers(content))
    )


def _called(content: Content) -> tuple[str, str] | None:
    """Return the id and the name of a species, best of an output, where they differ."""
    names = {s.id: s.name for s in content.crn.species}
    for species in (*content.study.outputs, *names):
        if (name := names[species]) and name != species:
            return species, name
    return None


def _shape(content: Content) -> str:
    """Say how many nodes each layer has."""
    if content.network is None:
        return ""
    kinds = [(width, "hidden node") for width in content.network.widths]
    kinds[0], kinds[-1] = (kinds[0][0], "input"), (kinds[-1][0], "output")
    words = [f"{width:,} {kind}{'' if width == 1 else 's'}" for width, kind in kinds if width]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclass(frozen=True, slots=True)
class _Output:
    """Where an output ends in a run, what the neural network says, and its share of the largest."""

    name: str
    species: str
    end: float
    computed: float
    share: float


@dataclass(frozen=True, slots=True)
class _Answer:
    """What output species stand for, of a network that came from elsewhere.

    The share is the probability behind a softmax, or None.
    """

    name: str
    value: float
    share: float | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class _Example:
    """One input: its name, its picture, where the outputs end, and what that says."""

    name: str
    picture: Any
    outputs: list[_Output]
    answers: list[_Answer]


def _examples(content: Content) -> Iterator[_Example]:
    from markupsafe import Markup

    tabs = _input_names(content)
    for number, run in enumerate(content.runs):
        curves, names = content.curves(number), content.study.labels
        figure = plot_trajectory(run, curves, names, content.units)
        picture = inline_svg(figure, f"run-{number}", "Concentrations over time")
        outputs, answers = _outputs(content, number), _answers(content, number)
        yield _Example(tabs[number], Markup(picture), outputs, answers)


def _outputs(content: Content, number: int) -> list[_Output]:
    labels, run = content.study.labels, content.runs[number]
    if content.network is None or content.settled is None:
        ends = [float(run[species][-1]) for species in content.study.outputs]
        computed = ends
    else:
        one = content.one_concentration
        ends = (content.settled.outputs[number] * one).tolist()
        computed = (content.network.forward(content.inputs[number])[0] * one).tolist()
    largest = max(ends, default=0.0) or 1.0
    return [
        _Output(labels[species], species, end, value, max(end, 0.0) / largest)
        for species, end, value in zip(content.study.outputs, ends, computed, strict=True)
    ]


def _codec(content: Content) -> Codec | None:
    """Return what inputs and outputs mean, of a network that came from elsewhere."""
    origin = Origin.read(content.crn)
    if content.network is None or origin is None or origin.codec is None:
        return None
    return origin.codec.named_after(content.network.input_names, content.network.output_names)


def _answers(content: Content, number: int) -> list[_Answer]:
    """Read the outputs off in the terms of the network that it was."""
    codec = _codec(content)
    if codec is None or content.settled is None:
        return []
    decoder, settled = codec.decoder, content.settled.outputs[[number]]
    values = decoder.values(settled)[0].tolist()
    shares: list[float | None] = [None] * len(values)
    if decoder.function != "none":
        decoded = decoder.decode(settled)[0]
        shares = (decoded if decoder.function == "softmax" else np.exp(decoded)).tolist()
    names = decoder.names or [f"output value {n}" for n in range(1, len(values) + 1)]
    chooses = decoder.classes is not None or decoder.function != "none"
    largest = int(np.argmax(values))
    return [
        _Answer(name, value, share, chooses and place == largest)
        for place, (name, value, share) in enumerate(zip(names, values, shares, strict=True))
    ]


def _input_names(content: Content) -> list[str]:
    """Call inputs by their numbers where these are few and tell them apart."""
    codec = _codec(content)
    if codec is not None and content.inputs.shape[1] == codec.encoder.width:
        matrix, constant = codec.encoder.matrix
        rows, unit = content.inputs @ matrix.T + constant, ""
    else:
        rows = content.inputs * content.one_concentration
        unit = "" if content.units is None else f" {content.units.concentration_unit}"
    names = [", ".join(f"{value:g}" for value in row) + unit for row in rows]
    if 0 < rows.shape[1] <= _MOST_PRINTED // 2 and len(set(names)) == len(names):
        return names
    return [f"input {number}" for number in range(1, len(rows) + 1)]


def _figures(content: Content) -> dict[str, Any]:
    from markupsafe import Markup

    drawn = plot_examination(content.examination, content.crn, content.recognised)
    return {
        name: Markup(inline_svg(figure, name, _CAPTIONS[name])) for name, figure in drawn.items()
    }


def _drawing(content: Content) -> Any:
    from markupsafe import Markup

    if content.network is None:
        return None
    return Markup(draw_network(content.network, content.activations(0), _species(content)))


def _species(content: Content) -> list[list[str]]:
    """Return the ids of inputs and nodes, layer by layer."""
    assert content.recognised is not None
    inputs = [species or "" for species in content.recognised.inputs]
    return [inputs, *map(list, content.recognised.layers)]


def _facts(content: Content) -> dict[str, Any]:
    """Return what the page's script needs."""
    network = content.network
    if network is None:
        return {}
    species = _species(content)
    return {
        "species": species,
        "names": [list(layer) for layer in node_names(network, species)],
        "biases": [layer.biases.tolist() for layer in network.layers],
        "values": [
            [layer.tolist() for layer in content.activations(number)]
            for number in range(len(content.inputs))
        ],
        "unit": "" if content.units is None else f" {content.units.concentration_unit}",
    }


def _packed_weights(content: Content) -> str:
    """Pack the weights of all layers, row by row."""
    if content.network is None:
        return ""
    flat = [layer.weights.ravel() for layer in content.network.layers]
    return pack(np.concatenate(flat).astype("<f8").tobytes())


def _json(facts: dict[str, Any]) -> Any:
    from markupsafe import Markup

    # "<" might end the element that holds it.
    return Markup(json.dumps(facts, allow_nan=False).replace("<", "\\u003c"))


def _powers(unit: str) -> str:
    """Write the powers in a unit as a chemist does."""
    return re.sub(r"\^(-?\d+)", lambda match: match[1].translate(_SUPERSCRIPTS), unit)


def _number(value: float, digits: int = 6) -> str:
    return f"{value:,.{digits}g}" if abs(value) >= 1e-3 or value == 0 else f"{value:.{digits}g}"
