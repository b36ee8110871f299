"""``crn2sbml train`` on a table of the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name, listed
from crn2sbml._support.words import counted
from crn2sbml.cli.common import (
    accepted,
    checked_answers,
    parse_layers,
    read_answers,
    tell_columns,
)
from crn2sbml.cli.options import Output
from crn2sbml.cli.train_options import Run, Start, Steps, read_activations
from crn2sbml.data import Samples, Table, load_samples, read_table
from crn2sbml.errors import FormatError, InputValueError
from crn2sbml.fitting import FitOptions, FittedNetwork
from crn2sbml.fitting.columns import Task, read_goal
from crn2sbml.fitting.quality import Quality, measure_quality
from crn2sbml.importers import LoadedNetwork
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.training import Descent

DEFAULTS = FitOptions()


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are to a network.

    Parameters
    ----------
    target_texts : tuple of str
        Names of the columns to learn, as they are given on the command line.
    column_texts : tuple of str
        Names of the columns to learn from; all others unless given.
    task : {"auto", "classes", "numbers"}
        What the targets are.
    signs : {"auto", "pairs", "shift"}
        What becomes of inputs that may be negative.
    """

    target_texts: tuple[str, ...]
    column_texts: tuple[str, ...]
    task: Task
    signs: Signs

    def read(self, source: str, start: LoadedNetwork | None, output: Output) -> Samples:
        """Read examples from a table or an archive of arrays."""
        if source.lower().endswith(".npz"):
            if self.target_texts or self.column_texts:
                raise InputValueError(
                    f"{source} says by itself what its arrays are; leave --target and --columns out"
                )
            samples = load_samples(source)
            if start is not None:
                checked_answers(start, samples.targets, f"{source}, targets")
            return samples
        table = read_table(source)
        targets = self._targets(table)
        names = self._inputs(table, targets, start)
        answers = read_answers(table, targets, self.task)
        rows = _numbers(table, names)
        if start is not None:
            accepted(start, rows, lambda row: table.place(row, names))
            checked_answers(start, answers, f"{source}, column {listed(targets)}")
        tell_columns(table, [*names, *targets], output.line)
        return Samples(rows, answers, source, False, tuple(names), tuple(targets))

    def refuse(self, source: str) -> None:
        """Refuse what only a file of the user's own needs to be told."""
        given = {
            "target": bool(self.target_texts),
            "columns": bool(self.column_texts),
            "task": self.task != "auto",
            "signs": self.signs != "auto",
        }
        for name, is_given in given.items():
            if is_given:
                raise InputValueError(
                    f"--{name} goes with a file of your own, and {source} is a data set that is "
                    f"known; leave it out"
                )

    def _inputs(
        self, table: Table, targets: Sequence[str], start: LoadedNetwork | None
    ) -> Sequence[str]:
        """Return the names of the columns to learn from, in the order of the inputs."""
        names = _given(self.column_texts)
        if both := [name for name in names if name in targets]:
            raise InputValueError(
                f"{listed(both)} is to be learned (--target) and cannot be learned from as well; "
                f"leave it out of --columns"
            )
        if start is not None and start.input_names is not None:
            if names:
                raise InputValueError("the network knows its inputs by itself; leave --columns out")
            return start.input_names
        names = names or [name for name in table.names or () if name not in targets]
        if start is not None and len(names) != start.input_count:
            raise InputValueError(
                f"{table.source}: {counted(len(names), 'column')} to learn from, {listed(names)}, "
                f"but the network has {counted(start.input_count, 'input')} without names; name "
                f"the columns in their order with --columns"
            )
        return names

    def _targets(self, table: Table) -> list[str]:
        names = table.names
        if names is None:
            raise InputValueError(
                f"{table.source} has no names of columns; write them into its first row, so that "
                f"--target can name what to learn"
            )
        if not self.target_texts:
            raise InputValueError(
                f"which columns of {table.source} are to be learned? Name them with --target: "
                f"{listed(names)}"
            )
        return _given(self.target_texts)


def _given(texts: Sequence[str]) -> list[str]:
    return [clean_name(name) for name in texts]


def _numbers(table: Table, names: Sequence[str]) -> Array:
    try:
        return table.numbers(names)
    except FormatError as error:
        raise FormatError(f"{error}; --columns can name the columns to learn from") from error


def fit_options(
    samples: Samples, columns: Columns, start: Start, steps: Steps, run: Run, held_out: float | None
) -> FitOptions:
    """Return what was chosen, and what suits a table where nothing was."""
    hidden = DEFAULTS.hidden if start.layers is None else parse_layers(start.layers)[1:-1]
    optimiser = steps.optimiser or "adam"
    rate = steps.learning_rate
    if rate is None and optimiser == "adam":
        rate = DEFAULTS.descent.learning_rate
    h = DEFAULTS.smoothing if start.smoothing is None else start.smoothing
    task: Task = "classes" if samples.labelled and columns.task == "auto" else columns.task
    options = FitOptions(
        hidden,
        read_activations(start.activation_text, h, len(hidden)),
        task,
        columns.signs,
        DEFAULTS.held_out if held_out is None else held_out,
        steps.batch_size or DEFAULTS.batch_size,
        run.patience or DEFAULTS.patience,
        Descent(steps.rounds or DEFAULTS.descent.rounds, rate, steps.cost, optimiser),
        samples.input_names,
        samples.target_names,
    )
    if start.layers is not None:
        _check_layers(start.layers, samples, options)
    return options


def _check_layers(layers: str, samples: Samples, options: FitOptions) -> None:
    """Refuse widths that do not fit the table."""
    goal = read_goal(samples.targets, options.task, options.target_names)
    ends = samples.inputs.shape[1], goal.values.shape[1]
    widths = parse_layers(layers)
    if len(widths) < 2 or (widths[0], widths[-1]) != ends:
        what = "classes" if goal.classes is not None else "outputs"
        raise InputValueError(
            f"--layers {layers} leads from {widths[0]} to {widths[-1]} nodes, but {samples.source} "
            f"has {counted(ends[0], 'input')} and {ends[1]} {what}"
        )


def describe_samples(
    samples: Samples, options: FitOptions, start: LoadedNetwork | None
) -> Iterator[str]:
    """Say what is learned from, and what targets are taken for."""
    size = f"{counted(len(samples.inputs), 'example')}, {counted(samples.inputs.shape[1], 'input')}"
    if samples.input_names is not None:
        size += f" ({listed(samples.input_names)})"
    if start is not None:
        yield f"Training {start.network!r} on {samples.source}: {size}."
        return
    yield f"Training on {samples.source}: {size}."
    goal = read_goal(samples.targets, options.task, options.target_names)
    what = listed(samples.target_names) if samples.target_names else "The target"
    if goal.classes is not None:
        numbers = "numbers" in goal.reason
        other = f" ({goal.reason}; for a number: --task numbers)" if numbers else ""
        yield f"{what}: classes {listed([str(label) for label in goal.classes])}{other}."
    elif goal.values.shape[1] == 1 and options.task == "auto":
        yield f"{what}: a number (for classes: --task classes)."


def describe_fit(fitted: FittedNetwork) -> Iterator[str]:
    """Say what became of the inputs, and which network was taken."""
    codec = fitted.network.codec
    if codec is not None and codec.encoder.names is not None:
        pairs = [
            name
            for name, pair in zip(codec.encoder.names, codec.encoder.pairs, strict=True)
            if pair
        ]
        if pairs:
            yield f"Pairs of species, since they may be negative: {listed(pairs)}."
    yield f"{fitted.network!r}."
    if not len(fitted.held_out_rows):
        yield "No examples were held out; how it does on others is not known."
        return
    rounds = len(fitted.history.cost)
    best = fitted.best_round
    yield (
        f"The cost of the held-out examples was lowest after {best} of {rounds} steps; as they "
        f"chose the step, what is said of them is slightly favourable."
    )


def qualities(fitted: FittedNetwork, inputs: NDArray[Any]) -> dict[str, Quality]:
    """Measure the network on the examples that it was trained on, and on those held out."""
    parts = {"training": fitted.training_rows, "held-out": fitted.held_out_rows}
    return {
        name: measure_quality(fitted.network, inputs[rows], fitted.goal, fitted.goal.values[rows])
        for name, rows in parts.items()
        if len(rows)
    }


def describe_qualities(found: Mapping[str, Quality], fitted: FittedNetwork) -> Iterator[str]:
    """Say how good a network is."""
    for name, quality in found.items():
        if quality.correct is not None:
            yield correct_line(name, quality.correct, quality.examples)
        for output, error, explained in _by_output(quality, fitted):
            known = f", R² {explained:.2f}" if np.isfinite(explained) else ""
            yield (
                f"{output}: within {error:.3g} (root of the mean square) on the "
                f"{quality.examples} {name} examples{known}."
            )
        if quality.is_poor:
            yield f"A poor fit on the {name} examples: {_no_better(quality)}."
        if name == "held-out" and quality.is_uncertain:
            yield (
                f"Only {counted(quality.examples, 'example')} held out: on others it may do much "
                f"better or worse."
            )


def correct_line(name: str, correct: int, examples: int) -> str:
    """Say how many examples are correct."""
    share = 100 * correct / examples
    return f"Correct on the {name} examples: {correct} of {examples} ({share:.1f}%)."


def _no_better(quality: Quality) -> str:
    if quality.correct is None:
        return "R² is below 0.5, so that less than half of the variance is explained"
    return (
        f"always saying the most frequent class would be right for {quality.most_frequent} of "
        f"{quality.examples}"
    )


def _by_output(quality: Quality, fitted: FittedNetwork) -> Iterator[tuple[str, float, float]]:
    """Yield the name of each output that is a number, its error, and what it explains."""
    pairs = zip(quality.errors.tolist(), quality.explained.tolist(), strict=True)
    for number, (error, explained) in enumerate(pairs):
        names = fitted.goal.names
        yield names[number] if names else f"output {number + 1}", error, explained


def figures(fitted: FittedNetwork, found: Mapping[str, Quality]) -> dict[str, Any]:
    """Return the same for programs."""
    goal, history = fitted.goal, fitted.history
    values: dict[str, Any] = {
        "task": "numbers" if goal.classes is None else "classes",
        "classes": None if goal.classes is None else list(goal.classes),
        "cost": float(history.cost[-1]),
        "rounds": len(history.cost),
        "best_round": fitted.best_round,
        "seconds": float(history.seconds[-1]),
    }
    for name, quality in found.items():
        key = name.replace("-", "_")
        values |= {f"{key}_examples": quality.examples, f"{key}_poor": quality.is_poor}
        if quality.correct is not None:
            values[f"{key}_correct"] = quality.correct
            values[f"{key}_accuracy"] = quality.correct / quality.examples
        else:
            rows = list(_by_output(quality, fitted))
            values[f"{key}_rmse"] = {output: error for output, error, _ in rows}
            values[f"{key}_r2"] = {
                output: explained if np.isfinite(explained) else None
                for output, _, explained in rows
            }
    return values
