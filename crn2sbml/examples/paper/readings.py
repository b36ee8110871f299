"""Figure 14: what the authors may have run, since what section 6.1 says does not give it.

The paper says that the activation of order 3 "performs similarly to the ReLU" (Figure 9). With its
own formulas and "all other variables kept the same" it stays well below. Each reading here changes
one thing; all run in closed form. None is evidence of what was run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import csv_text
from crn2sbml.examples.paper.experiments import (
    FULL,
    LAST_ROUNDS,
    LEARNING_RATE,
    Experiments,
    Training,
)
from crn2sbml.examples.paper.setting import section_6_setting
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork

# Runs by reading and batch seed.
Tried = Mapping[str, Mapping[int, Training]]

SMOOTHED_RELU = Activation(1.0)
PLAIN_RELU = Activation(0.0)
CUBIC = Activation(1.0, {3: 1.0})


class _ForgottenFactor(Activation):
    """Order 3 with -phi / (z - 3 phi^2), where the paper has -phi / (z - 6 phi^2)."""

    def derivative_at_value(self, value: ArrayLike) -> Array:
        phi = np.asarray(value)
        return np.asarray(phi / (3 * phi**2 - _rho(self, phi)))


class _SmoothedReluDerivative(Activation):
    """Order 3 with the derivative of the smoothed ReLU, equation (4), at the same z."""

    def derivative_at_value(self, value: ArrayLike) -> Array:
        rho = _rho(self, np.asarray(value))
        return np.asarray((1 + rho / np.sqrt(rho**2 + 4 * self.h)) / 2)


class _ReluDerivative(Activation):
    """Order 3 with the derivative of the plain ReLU at the same z."""

    def derivative_at_value(self, value: ArrayLike) -> Array:
        return np.asarray(_rho(self, np.asarray(value)) > 0, dtype=np.float64)


class _DecayWithoutFactor(Activation):
    """h + z x - x^3 in the chemistry, but the paper's derivative -phi / (z - 6 phi^2)."""

    def derivative_at_value(self, value: ArrayLike) -> Array:
        phi = np.asarray(value)
        return np.asarray(phi / (6 * phi**2 - _rho(self, phi)))


def _rho(activation: Activation, phi: Array) -> Array:
    """Return the z whose activation is phi."""
    decay = sum((k - 1) * d * phi ** (k - 1) for k, d in activation.decay.items())
    return np.asarray(decay - activation.h / phi)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read section 6.1.

    Parameters
    ----------
    name : str
        What is different from the other readings.
    activations : tuple of Activation
        Activations of the hidden and the output layer.
    learning_rate : float
        Step size eta.
    rounds_factor : int
        Iterations, as a multiple of the paper's 1000.
    """

    name: str
    activations: tuple[Activation, Activation] = (CUBIC, CUBIC)
    learning_rate: float = LEARNING_RATE
    rounds_factor: int = 1

    def start(self) -> NeuralNetwork:
        """Return the network before training, with the paper's weights."""
        network = section_6_setting().network
        return NeuralNetwork(
            [
                Layer(layer.weights, layer.biases, activation)
                for layer, activation in zip(network.layers, self.activations, strict=True)
            ],
            output_names=network.output_names,
        )


def _twice(
    kind: Callable[[float, dict[int, float]], Activation], d: float
) -> tuple[Activation, Activation]:
    activation = kind(1.0, {3: d})
    return activation, activation


READINGS = (
    Reading("as printed: q = 3, phi' = -phi / (z - 6 phi^2), eta = 0.1"),
    Reading("twice as many iterations", rounds_factor=2),
    Reading("five times as many iterations", rounds_factor=5),
    Reading("eta = 0.3", learning_rate=0.3),
    Reading("eta = 1", learning_rate=1.0),
    Reading("factor q - 1 forgotten in the derivative (3 phi^2)", _twice(_ForgottenFactor, 1.0)),
    Reading("derivative of the smoothed ReLU (4)", _twice(_SmoothedReluDerivative, 1.0)),
    Reading("derivative of the ReLU", _twice(_ReluDerivative, 1.0)),
    Reading("decay -x^3 in place of -2 x^3", _twice(Activation, 0.5)),
    Reading("decay -x^3, derivative with 6 phi^2", _twice(_DecayWithoutFactor, 0.5)),
    Reading("q = 3 in the hidden layer only", (CUBIC, SMOOTHED_RELU)),
    Reading("q = 3 in the output layer only", (SMOOTHED_RELU, CUBIC)),
    Reading("h = 0.1", (Activation(0.1, {3: 1.0}), Activation(0.1, {3: 1.0}))),
)


def try_readings(experiments: Experiments) -> Tried:
    """Train every reading with every batch seed, in closed form."""
    return {
        reading.name: {
            seed: experiments.train(
                reading.start(),
                seed,
                rounds=reading.rounds_factor * experiments.scale.rounds,
                learning_rate=reading.learning_rate,
                name=reading.name,
            )
            for seed in experiments.scale.reading_seeds
        }
        for reading in READINGS
    }


def _rows(tried: Tried) -> list[tuple[str, Array]]:
    return [
        (
            name,
            np.array(
                [
                    (run.accuracy, run.test_accuracy, run.history.cost[-run.last_rounds :].mean())
                    for run in runs.values()
                ]
            ),
        )
        for name, runs in tried.items()
    ]


def readings_csv(tried: Tried) -> str:
    """Return a row for each reading and batch seed."""
    rows = [
        (name, seed, *values)
        for (name, table), runs in zip(_rows(tried), tried.values(), strict=True)
        for seed, values in zip(runs, table.tolist(), strict=True)
    ]
    return csv_text(["reading", "batch_seed", "last_batches", "test", "cost"], rows)


# How close to what it is compared with a reading is worth naming.
_NEAR = 0.02
_TEXT = """\
# Figure 14: what was tried

The paper says that the activation of order 3 (h = 1) "performs similarly to the ReLU activation
function (see Figure 9)", with all else kept the same. The ReLU decides around {printed} correctly
there, and {relu} here. Each row of the table changes one thing: closed form, {iterations}
iterations unless the row says otherwise, means over the batch seeds {seeds}. "Last batches" is the
mean share correct of the last {last} batches of 300, "test" that of the 10,000 test images.

| reading | last batches | test | cost |
| --- | --- | --- | --- |
{rows}

{conclusion}
"""
_QUICK_CONCLUSION = """\
This was a quick run, from which nothing follows for the paper: it has {full} iterations."""
_CONCLUSION = """\
Between {low} and {high}, near the one or the other ReLU: {near}.

The activation of order 3 grows like the root of y/2, so that an output must reach z = 200 to be 10,
and its derivative falls like 1 / (4 phi), where the ReLU's is 1. Steps are short, and the first
three rows show that the network only learns more slowly. That a reading comes near is no evidence
that it was run. The paper's batches are not known either, since how MATLAB draws `randperm(n, k)`
for k > 1 is not documented."""


def readings_text(tried: Tried, experiments: Experiments, printed: float, relu: float) -> str:
    """Return what was tried, and what it came to, as Markdown.

    Parameters
    ----------
    tried : mapping
        What :func:`try_readings` returned.
    experiments : Experiments
        The experiments that made the runs, for their length.
    printed, relu : float
        Share that the ReLU decides correctly, in the paper and here.
    """
    rows = _rows(tried)
    lines = [
        f"| {name} | {100 * accuracy:.1f}% | {100 * test:.1f}% | {cost:.1f} |"
        for name, table in rows
        for accuracy, test, cost in [table.mean(axis=0)]
    ]
    low, high = min(printed, relu) - _NEAR, max(printed, relu) + _NEAR
    near = [name for name, table in rows if low <= table[:, 0].mean() <= high]
    if experiments.is_quick:
        conclusion = _QUICK_CONCLUSION.format(full=FULL.rounds)
    else:
        conclusion = _CONCLUSION.format(
            low=f"{100 * low:.0f}%", high=f"{100 * high:.0f}%", near="; ".join(near) or "none"
        )
    return _TEXT.format(
        printed=f"{100 * printed:.0f}%",
        relu=f"{100 * relu:.1f}%",
        iterations=experiments.scale.rounds,
        seeds=", ".join(map(str, experiments.scale.reading_seeds)),
        last=min(LAST_ROUNDS, experiments.scale.rounds),
        rows="\n".join(lines),
        conclusion=conclusion,
    )
