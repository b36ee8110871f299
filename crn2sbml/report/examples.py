"""What a page tells of each input: a picture of the run, where the outputs end, the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.exports import Study
from crn2sbml.plots import plot_study
from crn2sbml.report.figures import inline_svg
from crn2sbml.report.runs import Runs
from crn2sbml.report.units import PageUnits
from crn2sbml.simulate import Trajectory

_MOST_CURVES = 12
# Inputs of more numbers than this are called by their place.
_MOST_IN_A_NAME = 5


@dataclass(frozen=True, slots=True)
class Output:
    """Where an output species ends in a run.

    Parameters
    ----------
    name : str
        The user's name of the output, or the id of its species.
    species : str
        Id of the species.
    end : float
        Its concentration at the end, in the units of the page.
    computed : float
        What the neural network puts out there, dimensionless.
    share : float
        The end in proportion to the largest one of all outputs.
    """

    name: str
    species: str
    end: float
    computed: float
    share: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What output species stand for, of a neural network that came from elsewhere.

    Parameters
    ----------
    name : str
        Name of the output value.
    value : float
        The output value in the user's own terms.
    share : float or None
        The probability that the value stands for behind a softmax; None without one.
    chosen : bool
        Whether it names the class that is chosen.
    """

    name: str
    value: float
    share: float | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Example:
    """What a model does with one input.

    Parameters
    ----------
    name : str
        What to call the input.
    picture : str
        The run over time, as SVG.
    outputs : tuple of Output
        Where the output species end.
    answers : tuple of Answer
        What these stand for; empty if they stand for themselves.
    outside : tuple of str
        Sentences on inputs beyond what the network was made for.
    """

    name: str
    picture: str
    outputs: tuple[Output, ...]
    answers: tuple[Answer, ...]
    outside: tuple[str, ...]


def make_examples(study: Study, runs: Runs, units: PageUnits) -> Iterator[Example]:
    """Yield what is shown of each run."""
    names = _input_names(study, runs.inputs, units)
    for number, run in enumerate(runs.trajectories):
        figure = plot_study(study, run, None if study.answers else _curves(run, study.outputs))
        yield Example(
            names[number],
            inline_svg(figure, f"run-{number}", "The run over time"),
            tuple(_outputs(study, runs, units, number)),
            tuple(_answers(study, runs, number)),
            tuple(_outside(study, runs.inputs[[number]])),
        )


def _curves(run: Trajectory, outputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the species to draw over time: all of a few, or the largest outputs."""
    if len(run.species_ids) <= _MOST_CURVES:
        return run.species_ids
    if len(outputs) <= _MOST_CURVES:
        return outputs
    ends = np.array([run[species][-1] for species in outputs])
    largest = sorted(np.argsort(-ends, kind="stable")[:_MOST_CURVES])
    return tuple(outputs[place] for place in largest)


def _outputs(study: Study, runs: Runs, units: PageUnits, number: int) -> Iterator[Output]:
    if study.recognised is None or runs.settled is None:
        ends = [float(runs.trajectories[number][species][-1]) for species in study.outputs]
        computed = ends
    else:
        network, one = study.recognised.network, units.concentration
        ends = (runs.settled.outputs[number] * one).tolist()
        computed = network.forward(runs.inputs[number])[0].tolist()
    labels, largest = study.labels, max(ends, default=0.0) or 1.0
    for species, end, value in zip(study.outputs, ends, computed, strict=True):
        yield Output(labels[species], species, end, value, max(end, 0.0) / largest)


def _answers(study: Study, runs: Runs, number: int) -> Iterator[Answer]:
    """Read the outputs off in the terms of the neural network that it was."""
    codec = None if study.recognised is None else study.recognised.codec
    if codec is None or runs.settled is None:
        return
    decoder, settled = codec.decoder, runs.settled.outputs[[number]]
    values = decoder.values(settled)[0].tolist()
    shares: list[float | None] = [None] * len(values)
    if decoder.function != "none":
        decoded = decoder.decode(settled)[0]
        shares = (decoded if decoder.function == "softmax" else np.exp(decoded)).tolist()
    names = decoder.value_names
    chooses = decoder.classes is not None or decoder.function != "none"
    largest = int(np.argmax(values))
    for place, (name, value, share) in enumerate(zip(names, values, shares, strict=True)):
        yield Answer(name, value, share, chooses and place == largest)


def _outside(study: Study, row: Array) -> list[str]:
    codec = None if study.recognised is None else study.recognised.codec
    if codec is None or row.shape[1] != codec.encoder.width:
        return []
    return codec.encoder.describe_outside(codec.encoder.decode(row))


def _input_names(study: Study, inputs: Array, units: PageUnits) -> list[str]:
    """Call inputs by their numbers where these are few and tell them apart."""
    codec = None if study.recognised is None else study.recognised.codec
    if codec is not None and inputs.shape[1] == codec.encoder.width:
        rows, unit = codec.encoder.decode(inputs), ""
    else:
        rows, unit = inputs * units.concentration, units.concentration_unit
    names = [", ".join(f"{value:g}" for value in row) + unit for row in rows]
    if 0 < rows.shape[1] <= _MOST_IN_A_NAME and len(set(names)) == len(names):
        return names
    return [f"input {number}" for number in range(1, len(rows) + 1)]
