"""Fit a network to a table: numbers and labels in, a network in the user's own terms out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import number_rows
from crn2sbml._support.columns import listed, place_columns
from crn2sbml._support.words import counted
from crn2sbml.errors import InputValueError
from crn2sbml.fitting.columns import Goal, read_goal, read_inputs, target_names
from crn2sbml.fitting.frame import draw_network, frame_around, new_frame
from crn2sbml.fitting.options import FitOptions
from crn2sbml.fitting.scaling import may_be_single
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.importers.loaded import LoadedNetwork, with_names
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.training import (
    Batches,
    Checkpoints,
    Chemistry,
    History,
    Validation,
    train_network,
)
from crn2sbml.training.labels import as_targets

FEWEST_TO_HOLD_OUT = 30
"""Of fewer examples none is held out: they are all needed, and a handful would tell nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedNetwork:
    """A network that was fitted to a table, and how that went.

    Parameters
    ----------
    network : LoadedNetwork
        Takes a user's numbers and gives their numbers or classes: the network of the lowest cost on
        the held-out examples, or the last one where none were held out.
    history : History
        Cost and accuracy of each step, between standardised numbers.
    goal : Goal
        What the targets were taken for.
    training_rows, held_out_rows : numpy.ndarray of int
        Which examples were trained on, and which were held out.
    best_round : int
        The step after which `network` was reached.
    stopped_early : bool
        Whether the cost on the held-out examples had not improved for so long that it was enough.
    """

    network: LoadedNetwork
    history: History
    goal: Goal
    training_rows: NDArray[np.intp]
    held_out_rows: NDArray[np.intp]
    best_round: int
    stopped_early: bool

    def __repr__(self) -> str:
        rows = f"{len(self.training_rows)} rows trained on, {len(self.held_out_rows)} held out"
        if len(self.held_out_rows) and self.goal.classes is not None:
            rows += f" ({self.history.validation_accuracy[self.best_round - 1]:.1%} correct)"
        if self.goal.classes is not None:
            what = f"classes {listed([str(label) for label in self.goal.classes])}"
        else:
            what = listed(self.goal.names) if self.goal.names else "numbers"
        return f"FittedNetwork of {what}: {rows}, step {self.best_round} taken\n{self.network!r}"


def fit_network(
    inputs: ArrayLike,
    targets: ArrayLike,
    options: FitOptions | None = None,
    *,
    rng: np.random.Generator | int,
    start: LoadedNetwork | None = None,
    chemistry: Chemistry | None = None,
    checkpoints: Checkpoints | None = None,
) -> FittedNetwork:
    """Fit a network to a table of a user's own, of any numbers, units and signs.

    Parameters
    ----------
    inputs : array_like, shape (n, inputs)
        One example a row; a DataFrame gives names, too.
    targets : array_like, shape (n,) or (n, outputs)
        Numbers, or labels of classes.
    options : FitOptions, optional
        What can be chosen; the defaults suit tables of a few dozens to many thousands of rows.
    rng : numpy.random.Generator or int
        Source of all randomness, or its seed.
    start : LoadedNetwork, optional
        A network to train further, which knows its inputs and outputs, instead of a new one.
    chemistry : Chemistry, optional
        Activations come from the settled chemistry in libroadrunner; unless given, from the formula
        in closed form.
    checkpoints : Checkpoints, optional
        Where the state of the run is kept, and whether to go on from there.

    Returns
    -------
    FittedNetwork

    Raises
    ------
    InputValueError
        If the data cannot be learned from, or do not fit `start`.
    NetworkError
        If training diverges.

    Notes
    -----
    Inputs and numbers to learn are standardised, and what standardises them is moved into the
    weights afterwards. Numbers that are negative somewhere are differences of two output nodes, and
    classes are differences that a softmax follows.

    Examples
    --------
    >>> import numpy as np
    >>> from crn2sbml.fitting import FitOptions, fit_network
    >>> celsius = np.linspace(-20.0, 40.0, 60)
    >>> fitted = fit_network(celsius, 1.8 * celsius + 32.0, FitOptions(hidden=(4,)), rng=1)
    >>> bool(abs(fitted.network.predict([[10.0]]) - 50.0).max() < 1.0)
    True
    """
    chosen = FitOptions() if options is None else options
    generator = np.random.default_rng(rng)
    table = _read(inputs, targets, chosen, start)
    parts = _split(table.goal, chosen.held_out, generator)
    seen, aside = ((table.rows[part], table.goal.values[part]) for part in parts)
    if start is None:
        frame = new_frame(table.codec, *seen)
        activations = [*chosen.layer_activations, Activation(chosen.smoothing)]
        network = draw_network(frame, chosen.hidden, activations, seen, generator)
    else:
        frame = frame_around(start.network, table.codec, *seen)
        network = frame.enter(start.network)
    validation = None
    if len(parts[1]):
        validation = Validation(*frame.put(*aside), patience=chosen.patience)
    result = train_network(
        network,
        *frame.put(*seen),
        frame.descent(network, chosen.descent),
        batches=Batches(min(chosen.batch_size, len(parts[0])), generator),
        chemistry=chemistry,
        validation=validation,
        checkpoints=checkpoints,
    )
    best = frame.leave(result.best_network)
    return FittedNetwork(
        _loaded(best, table.codec, start),
        result.history,
        table.goal,
        *parts,
        result.best_round,
        result.stopped_early,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Inputs of a user's own, what the outputs should be, and what both mean."""

    rows: Array
    goal: Goal
    codec: Codec


def _read(
    inputs: ArrayLike, targets: ArrayLike, options: FitOptions, start: LoadedNetwork | None
) -> _Table:
    if start is None:
        rows = read_inputs(inputs)
        names = options.input_names or target_names(inputs)
        goal = read_goal(targets, options.task, options.target_names or target_names(targets))
        codec = _codec(rows, goal, names, options.signs)
    else:
        codec = _codec_of(start)
        rows = read_inputs(inputs, start.input_names, start.input_count)
        start.encode(rows)  # refuses what it cannot take
        goal = _goal_of(codec.decoder, targets, options.target_names)
    if len(rows) != len(goal.values):
        raise InputValueError(
            f"{counted(len(rows), 'row')} of inputs and {counted(len(goal.values), 'target')} were "
            f"given; each row needs one"
        )
    return _Table(rows, goal, codec)


def _codec(rows: Array, goal: Goal, names: Sequence[str] | None, signs: Signs) -> Codec:
    """Decide which inputs and outputs are pairs."""
    lowest, ranges = rows.min(axis=0), np.column_stack([rows.min(axis=0), rows.max(axis=0)])
    if signs == "shift":
        encoder = Encoder([False] * len(lowest), -np.minimum(lowest, 0.0), names, ranges)
    else:
        pairs = [low < 0 or signs == "pairs" for low in lowest]
        encoder = Encoder(pairs, None, names, ranges)
    if goal.classes is not None:
        differences = [True] * len(goal.classes)
        return Codec(encoder, Decoder(differences, "softmax", goal.names, goal.classes))
    return Codec(encoder, Decoder((~may_be_single(goal.values)).tolist(), names=goal.names))


def _codec_of(start: LoadedNetwork) -> Codec:
    """Return the codec of a network; without one, its numbers are the concentrations."""
    if start.codec is not None:
        return start.codec
    network = start.network
    ends = [False] * network.widths[0], [False] * network.widths[-1]
    return Codec(
        Encoder(ends[0], names=network.input_names), Decoder(ends[1], names=network.output_names)
    )


def _goal_of(decoder: Decoder, targets: ArrayLike, names: Sequence[str] | None) -> Goal:
    """Return what the outputs of a network that is there should be, by their names."""
    outputs = len(decoder.pairs)
    if names and decoder.names is not None and decoder.classes is None:
        # Of an array, whose columns have no names of their own.
        places = place_columns(names, decoder.names, "the table of the targets", InputValueError)
        array = np.asarray(targets)
        targets = array.reshape(len(array), -1)[:, places]
    answers = as_targets(targets, decoder, outputs, decoder.names)
    values = number_rows(answers, "targets", InputValueError, decoder.names)
    if values.shape[1] != outputs:
        raise InputValueError(
            f"the targets have {counted(values.shape[1], 'column')}, but the network has "
            f"{counted(outputs, 'output')}"
        )
    return Goal(values, decoder.names, decoder.classes, "")


def _split(
    goal: Goal, held_out: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to train on and those held out, with the same share of each class."""
    count = len(goal.values)
    order = rng.permutation(count)
    if count < FEWEST_TO_HOLD_OUT:
        return order, order[:0]
    if goal.classes is not None:
        order = order[np.argsort(goal.values[order].argmax(axis=1), kind="stable")]
    chosen = np.diff(np.floor(held_out * np.arange(count + 1) + 0.5)) > 0
    if chosen.all():
        raise InputValueError(
            f"holding out {held_out:g} of {count} examples leaves none to train on"
        )
    return order[~chosen], order[chosen]


def _loaded(network: NeuralNetwork, codec: Codec, start: LoadedNetwork | None) -> LoadedNetwork:
    """Give a trained network its meaning."""
    if start is None:
        return LoadedNetwork(with_names(network, codec), codec)
    names = start.network.input_names, start.network.output_names
    return start.with_network(NeuralNetwork(network.layers, *names))
