"""All figures and numbers of section 6 by name, with a function for each that needs no training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from crn2sbml._support.files import csv_text
from crn2sbml.examples.paper import drawings
from crn2sbml.examples.paper.experiments import Experiments
from crn2sbml.examples.paper.part import Part, courses_csv, label_nodes
from crn2sbml.examples.paper.printed import (
    DRAWN_SCALE,
    END_TIME,
    PRINTED_ACTIVATIONS,
    compare_printed_numbers,
    course,
)
from crn2sbml.examples.paper.readings import CUBIC, PLAIN_RELU, SMOOTHED_RELU
from crn2sbml.examples.paper.setting import section_6_setting
from crn2sbml.examples.paper.trained import figure_8, figure_9, figure_10, figure_14, seeds
from crn2sbml.plots import plot_trajectories

# Trajectories start fast from up to 1000.
_EARLY_TIME = 0.05


def numbers(_: Experiments) -> Part:
    """Compare the activations, and the concentrations at time 5, that section 6 prints."""
    return Part(compare_printed_numbers())


def figure_2(_: Experiments) -> Part:
    """Draw the sigmoid, which is no activation of the chemistry."""
    return _functions("figure02", (-6, 6), [("1 / (1 + exp(-y))", lambda y: 1 / (1 + np.exp(-y)))])


def figure_3(_: Experiments) -> Part:
    """Draw the ReLU."""
    return _functions("figure03", (-6, 6), [("max(0, y)", PLAIN_RELU)])


def figure_4(_: Experiments) -> Part:
    """Draw the smoothed ReLU, equation (4)."""
    curves = [("smoothed ReLU, h = 1", SMOOTHED_RELU), ("max(0, y)", PLAIN_RELU)]
    return _functions("figure04", (-6, 6), curves)


def figure_11(_: Experiments) -> Part:
    """Run the network before training from "regularly sized" starts."""
    plotted = course(section_6_setting(), DRAWN_SCALE, END_TIME)
    names = label_nodes(PRINTED_ACTIVATIONS)
    courses = {"starts up to 10": plotted}
    return Part(
        (),
        {"figure11": plot_trajectories(courses, tuple(names), names)},
        {"figure11.csv": courses_csv(courses, tuple(names), "panel")},
    )


def figure_12(_: Experiments) -> Part:
    """Run it from a hundred times larger starts, nearly "from infinity"."""
    setting, scale = section_6_setting(), 1000
    whole = course(setting, scale, END_TIME)
    names = label_nodes(PRINTED_ACTIVATIONS)
    courses = {
        "starts up to 1000": course(setting, scale, _EARLY_TIME),
        "the same, later": whole,
    }
    figure = plot_trajectories(courses, tuple(names), names, share_y=False)
    figure.axes[1].set_ylim(0, 3)
    return Part(
        (),
        {"figure12": figure},
        {"figure12.csv": courses_csv(courses, tuple(names), "panel")},
    )


def figure_13(_: Experiments) -> Part:
    """Draw the activation of order 3."""
    curves: list[drawings.Curve] = [
        ("q = 3, h = 1", CUBIC),
        ("sqrt(y/2)", lambda y: np.where(y >= 0, CUBIC.right_asymptote(y), np.nan)),
    ]
    return _functions("figure13", (-10, 20), curves)


PARTS: dict[str, Callable[[Experiments], Part]] = {
    "numbers": numbers,
    "2": figure_2,
    "3": figure_3,
    "4": figure_4,
    "8": figure_8,
    "9": figure_9,
    "10": figure_10,
    "11": figure_11,
    "12": figure_12,
    "13": figure_13,
    "14": figure_14,
    "seeds": seeds,
}


# What is in each picture.
CAPTIONS = {
    "figure02": "Figure 2: the sigmoid, which this chemistry does not compute",
    "figure03": "Figure 3: the ReLU",
    "figure04": "Figure 4: the smoothed ReLU, equation (4)",
    "figure08": "Figure 8: training with the smoothed ReLU, activations from the chemistry",
    "figure09": "Figure 9: training with the plain ReLU, closed form",
    "figure10": "Figure 10: the chemistry reading a 7 at stages of the training",
    "figure11": "Figure 11: the chemistry before training, from starts up to 10",
    "figure12": "Figure 12: the same from starts up to 1000; left the beginning, right the end",
    "figure13": "Figure 13: the activation of order 3",
    "figure14": "Figure 14: training with the activation of order 3, from the chemistry",
    "figure14_readings": "Figure 14: other readings of section 6.1 (see figure14.md)",
    "seeds": "Smoothed and plain ReLU from other weights, closed form",
}
# Parts that train.
NEED_MNIST = frozenset({"8", "9", "10", "14", "seeds"})


def _functions(name: str, ends: tuple[float, float], curves: Sequence[drawings.Curve]) -> Part:
    y = np.linspace(*ends, 481)
    table = csv_text(
        ["y", *(label for label, _ in curves)],
        np.column_stack([y, *(function(y) for _, function in curves)]).tolist(),
    )
    return Part((), {name: drawings.draw_functions(y, curves)}, {f"{name}.csv": table})
