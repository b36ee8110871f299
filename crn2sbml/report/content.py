"""What a page about a model shows, worked out before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs, check_type
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import check_label, format_complex
from crn2sbml.chemistry.units import BenchValues, LabUnits, bench_values, in_lab_units
from crn2sbml.construction.compile import Encoding, compile_network, with_roles
from crn2sbml.construction.recognise import RecognisedNetwork, recognise_network
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    SimulationError,
    UnsupportedError,
)
from crn2sbml.exports import Study, make_study
from crn2sbml.exports.study import takes_no_inputs
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.simulate import Simulator, SteadyState, Trajectory
from crn2sbml.theory import Examination, examine

MOST_INPUTS = 12
_MOST_CURVES = 12
# Of settled values, relative to the largest of those above 1.
_RUN_ACCURACY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a page shows.

    Parameters
    ----------
    title : str
        Of the page.
    study : Study
        The model, with its first input.
    examination : Examination
        Its certificate and settling time.
    inputs : numpy.ndarray, shape (n, width)
        Inputs of a neural network; of shape (1, 0) where the model has none.
    runs : tuple of Trajectory
        One for each input, in the units of the page.
    settled : SteadyState or None
        Of all inputs, dimensionless; None if the model is no neural network.
    no_run : str
        Why there is no run of a model that is no neural network.
    bench : BenchValues
        In the units of the page.
    units : LabUnits or None
        None for dimensionless.
    """

    title: str
    study: Study
    examination: Examination
    inputs: Array
    runs: tuple[Trajectory, ...]
    settled: SteadyState | None
    bench: BenchValues
    units: LabUnits | None
    no_run: str = ""

    @property
    def crn(self) -> Crn:
        """The reaction network."""
        return self.study.crn

    @property
    def recognised(self) -> RecognisedNetwork | None:
        """The neural network in it."""
        return self.study.recognised

    @property
    def network(self) -> NeuralNetwork | None:
        """The neural network itself."""
        return None if self.recognised is None else self.recognised.network

    @property
    def one_concentration(self) -> float:
        """What a concentration of 1 is in the units of the page."""
        return 1.0 if self.units is None else self.units.concentration

    @property
    def one_time(self) -> float:
        """What a time of 1 is in the units of the page."""
        return 1.0 if self.units is None else self.units.time

    def activations(self, number: int) -> list[Array]:
        """Return the settled concentrations of inputs and nodes for one input, layer by layer."""
        assert self.settled is not None
        layers = (self.inputs[number], *(layer[number] for layer in self.settled.activations))
        return [layer * self.one_concentration for layer in layers]

    def curves(self, number: int) -> tuple[str, ...]:
        """Return the species to draw over time: all of a few, or the largest outputs."""
        run = self.runs[number]
        if len(run.species_ids) <= _MOST_CURVES:
            return run.species_ids
        outputs = self.study.outputs
        if len(outputs) <= _MOST_CURVES:
            return outputs
        ends = np.array([run[species][-1] for species in outputs])
        largest = sorted(np.argsort(-ends, kind="stable")[:_MOST_CURVES])
        return tuple(outputs[place] for place in largest)

    def kinds_of_reactions(self) -> list[tuple[str, str, int]]:
        """Return each form of reaction: its row of Table 1, an example, and how many there are."""
        found: dict[tuple[object, ...], tuple[str, str, int]] = {}
        for reaction in with_roles(self.crn).reactions:
            # Reactions are alike if the same row made them, and they take and give as many
            # molecules of as many species.
            counts: dict[str, list[int]] = {}
            for side, part in enumerate((reaction.reactants, reaction.products)):
                for species, number in part:
                    counts.setdefault(species, [0, 0])[side] += number
            form = reaction.row, tuple(sorted(map(tuple, counts.values())))
            equation = f"{format_complex(reaction.reactants)} → {format_complex(reaction.products)}"
            row, example, count = found.get(form, (reaction.row or "", equation, 0))
            found[form] = row, example, count + 1
        return list(found.values())


def gather(
    source: NeuralNetwork | Crn,
    inputs: ArrayLike | None,
    encoding: Encoding,
    title: str | None,
    units: LabUnits | None,
    accuracy: float,
) -> Content:
    """Simulate and examine a model."""
    if units is not None:
        check_type(units, LabUnits, "the units of a report")
    check_label(title, "the title")
    crn, rows, recognised = _model(source, inputs, encoding)
    study = make_study(crn, inputs=rows, accuracy=accuracy, recognised=recognised)
    examination = examine(crn, study.recognised, accuracy, rows)
    settled: SteadyState | None = None
    runs, no_run = [], ""
    if study.recognised is None or rows is None:
        rows = np.empty((1, 0))
        try:
            runs = [study.run(units=units)]
        except SimulationError as error:
            no_run = str(error)
    else:
        runs = [study.run(row, units) for row in rows]
        with Simulator(study.recognised.network) as simulator:
            largest = max(float(a.max()) for a in study.recognised.network.activations(rows))
            settled = simulator.steady_state(rows, _RUN_ACCURACY * max(1.0, largest))
    scaled = in_lab_units(crn, units)
    return Content(
        title or _title(study),
        study,
        examination,
        rows,
        tuple(runs),
        settled,
        bench_values(scaled),
        units,
        no_run,
    )


def _model(
    source: NeuralNetwork | Crn, inputs: ArrayLike | None, encoding: Encoding
) -> tuple[Crn, Array | None, RecognisedNetwork | None]:
    """Return the model with its first input, all inputs, and the neural network in it."""
    if isinstance(source, NeuralNetwork):
        if inputs is None:
            raise ConcentrationError(
                "a network holds no inputs, and a page shows what some of them settle at; give one "
                "or several (inputs=[[0.5, 1.0]] in Python, --input 0.5,1 on the command line)"
            )
        rows = _checked_rows(inputs, source.widths[0])
        crn = compile_network(source, encoding, rows[0])
        if encoding == "folded":
            if len(rows) > 1:
                raise InputValueError(
                    f"there are {len(rows)} inputs, but a folded model holds one data point; give "
                    f"one, or use another encoding"
                )
            rows = np.empty((1, 0))
        return crn, rows, None
    if not isinstance(source, Crn):
        raise InputValueError(
            f"a report is about a NeuralNetwork or a Crn, not {type(source).__name__}"
        )
    try:
        found = recognise_network(source)
    except UnsupportedError as error:
        if inputs is not None:
            raise takes_no_inputs(source, error) from error
        return source, None, None
    if inputs is None:
        return source, found.own_inputs(source)[np.newaxis, :], found
    if found.encoding == "folded":
        raise InputValueError(
            f"{source.name} is folded: it holds its data point and takes no others; leave the "
            f"inputs out"
        )
    rows = _checked_rows(inputs, len(found.inputs))
    values = dict(zip(found.inputs, rows[0].tolist(), strict=True))
    species = [replace(s, initial=values.get(s.id, s.initial)) for s in source.species]
    return replace(source, species=species), rows, found


def _checked_rows(inputs: ArrayLike, width: int) -> Array:
    rows = check_inputs(inputs, width)
    if not 1 <= len(rows) <= MOST_INPUTS:
        raise InputValueError(
            f"there are {len(rows):,} inputs, but a page shows 1 to {MOST_INPUTS}; choose some"
        )
    return rows


def _title(study: Study) -> str:
    if study.recognised is None:
        return study.crn.name
    # The inputs of a folded network are no nodes any more.
    widths = "-".join(str(width) for width in study.recognised.network.widths if width)
    return f"Neural network {widths} as chemistry"
