"""The figures and numbers of section 6, one function each: what is run, compared and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure

from crn2sbml.activations import Activation
from crn2sbml.compile import node_id
from crn2sbml.files import csv_text
from crn2sbml.paper import drawings
from crn2sbml.paper.comparison import Comparison
from crn2sbml.paper.experiments import (
    BATCH_SIZE,
    FULL,
    LAST_ROUNDS,
    Experiments,
    Training,
)
from crn2sbml.paper.printed import (
    DRAWN_SCALE,
    END_TIME,
    PRINTED_ACTIVATIONS,
    compare_printed_numbers,
    course,
)
from crn2sbml.paper.readings import (
    CUBIC,
    PLAIN_RELU,
    SMOOTHED_RELU,
    readings_csv,
    readings_text,
    try_readings,
)
from crn2sbml.paper.setting import load_image, section_6_setting
from crn2sbml.simulate import Simulator, Trajectory
from crn2sbml.training.loop import Forward

# Trajectories start fast from up to 1000.
_EARLY_TIME = 0.05
# Figure 10: the outputs of the digits 0, 1, 5 and 7, and two hidden nodes.
_SEVEN = 30
_SHOWN_IN_FIGURE_10 = ((2, 1), (2, 2), (2, 6), (2, 8), (1, 1), (1, 32))
# "Just over 95%" and "around 88%", as words allow.
PAPER_SMOOTHED, PAPER_PLAIN = 0.95, 0.88
_AS_WORDS_ALLOW = 0.01
_NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """What one figure or table of the paper came to.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Rows of the table.
    figures : mapping of str to matplotlib.figure.Figure
        By name.
    texts : mapping of str to str
        Data as CSV, and findings as Markdown, by file name.
    """

    comparisons: Sequence[Comparison] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


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


def figure_8(experiments: Experiments) -> Part:
    """Train with the smoothed ReLU, every activation from roadrunner."""
    runs = _from_the_papers_weights(experiments, SMOOTHED_RELU)
    verdict = _verdict_of_words(_mean_accuracy(runs), PAPER_SMOOTHED, experiments)
    return _training_part("figure08", "just over 95%", PAPER_SMOOTHED, runs, verdict)


def figure_9(experiments: Experiments) -> Part:
    """Train with the plain ReLU, which chemistry cannot leave 0 with, in closed form."""
    runs = _from_the_papers_weights(experiments, PLAIN_RELU)
    verdict = _verdict_of_words(_mean_accuracy(runs), PAPER_PLAIN, experiments)
    note = (
        "the paper's batches are not known, and how many output nodes die depends on weights and "
        "batches: see seeds"
    )
    return _training_part("figure09", "around 88%", PAPER_PLAIN, runs, verdict, note)


def figure_10(experiments: Experiments) -> Part:
    """Follow the nodes for the 30th image at stages of the training."""
    seed = experiments.scale.batch_seeds[0]
    run = experiments.from_the_papers_weights(SMOOTHED_RELU, "roadrunner", seed)
    image, courses = load_image(_SEVEN), {}
    with Simulator(run.snapshots[0]) as simulator:
        for iterations, network in sorted(run.snapshots.items()):
            simulator.set_parameters(network)
            courses[f"after {iterations} iterations"] = simulator.trajectory(image, END_TIME, 1.0)
        settled = simulator.steady_state(image).outputs[0]
    names = _node_names(_SHOWN_IN_FIGURE_10)
    eighth = 7  # counted from 0: the output of the digit 7
    others = np.delete(settled, eighth)
    final = max(run.snapshots)
    compared = [
        (f"x^2_8 of a 7 after {final} iterations", "moves towards 10", f"{settled[eighth]:.2f}"),
        (
            f"the other outputs after {final} iterations",
            "remain near 1",
            f"{others.min():.2f} to {others.max():.2f}",
        ),
    ]
    agrees = "agrees" if settled.argmax() == eighth else "differs"
    verdict = _quick_verdict(experiments) or agrees
    return Part(
        [
            Comparison(f"Figure 10: {what}", paper, ours, "", verdict)
            for what, paper, ours in compared
        ],
        {"figure10": drawings.draw_courses(courses, names)},
        {"figure10.csv": _courses_csv(courses, tuple(names), "iterations")},
    )


def figure_11(_: Experiments) -> Part:
    """Run the network before training from "regularly sized" starts."""
    plotted = course(section_6_setting(), DRAWN_SCALE, END_TIME)
    names = _node_names(PRINTED_ACTIVATIONS)
    courses = {"start: 10 rand": plotted}
    return Part(
        (),
        {"figure11": drawings.draw_courses(courses, names)},
        {"figure11.csv": _courses_csv(courses, tuple(names), "panel")},
    )


def figure_12(_: Experiments) -> Part:
    """Run it from a hundred times larger starts, nearly "from infinity"."""
    setting, scale = section_6_setting(), 1000
    whole = course(setting, scale, END_TIME)
    names = _node_names(PRINTED_ACTIVATIONS)
    courses = {
        "down from up to 1000": course(setting, scale, _EARLY_TIME),
        "the same, later": whole,
    }
    figure = drawings.draw_courses(courses, names, share_y=False)
    figure.axes[1].set_ylim(0, 3)
    return Part(
        (),
        {"figure12": figure},
        {"figure12.csv": _courses_csv(courses, tuple(names), "panel")},
    )


def figure_13(_: Experiments) -> Part:
    """Draw the activation of order 3."""
    curves: list[drawings.Curve] = [
        ("q = 3, h = 1", CUBIC),
        ("√(y/2)", lambda y: np.sqrt(np.where(y >= 0, y, np.nan) / 2)),
    ]
    return _functions("figure13", (-10, 20), curves)


def figure_14(experiments: Experiments) -> Part:
    """Train with the activation of order 3 in roadrunner, and try readings of section 6.1."""
    runs = _from_the_papers_weights(experiments, CUBIC)
    verdict = _verdict_of_words(_mean_accuracy(runs), PAPER_PLAIN, experiments)
    note = "figure14.md says what was tried"
    words = "similarly to the ReLU (around 88%)"
    part = _training_part("figure14", words, PAPER_PLAIN, runs, verdict, note)
    tried = try_readings(experiments)
    shares = {name: _mean_accuracy(trainings) for name, trainings in tried.items()}
    bars = drawings.draw_bars(shares, PAPER_PLAIN, "the ReLU in the paper, around 88%")
    return Part(
        part.comparisons,
        {**part.figures, "figure14_readings": bars},
        {
            **part.texts,
            "figure14_readings.csv": readings_csv(tried),
            "figure14.md": readings_text(tried, experiments.scale.rounds, PAPER_PLAIN),
        },
    )


def seeds(experiments: Experiments) -> Part:
    """Compare the smoothed with the plain ReLU from other weights ("data not shown")."""
    chosen = experiments.scale.weight_seeds
    smoothed, plain = (
        [experiments.train(section_6_setting(kind, seed).network, seed) for seed in chosen]
        for kind in (SMOOTHED_RELU, PLAIN_RELU)
    )
    better = sum(one.accuracy > other.accuracy for one, other in zip(smoothed, plain, strict=True))
    silent = sum(bool(run.never_named) for run in plain)
    shares = {
        "smoothed ReLU, h = 1": [run.accuracy for run in smoothed],
        "ReLU, h = 0": [run.accuracy for run in plain],
    }
    agrees = "agrees" if better >= _NEARLY_ALL * len(chosen) else "differs"
    return Part(
        [
            Comparison(
                "Section 6: seeds where the smoothed ReLU beats the plain one",
                "nearly all (data not shown)",
                f"{better} of {len(chosen)}",
                "",
                _quick_verdict(experiments) or agrees,
                f"in {silent} of {len(chosen)} the plain one never names some digit: that output "
                f"is 0 for every image and learns no more",
            ),
            Comparison(
                "Section 6: correct at the end, smoothed",
                "not shown",
                _range(smoothed),
                "",
                "",
                "mean (lowest to highest) of these seeds",
            ),
            Comparison(
                "Section 6: correct at the end, plain",
                "not shown",
                _range(plain),
                "",
                "",
                "mean (lowest to highest) of these seeds",
            ),
        ],
        {"seeds": drawings.draw_pairs(chosen, shares)},
        {
            "seeds.csv": csv_text(
                [
                    *("seed", "smoothed_last_batches", "plain_last_batches"),
                    *("smoothed_test", "plain_test", "digits_plain_never_names"),
                ],
                [
                    (
                        *(seed, one.accuracy, other.accuracy),
                        *(one.test_accuracy, other.test_accuracy),
                        " ".join(map(str, other.never_named)),
                    )
                    for seed, one, other in zip(chosen, smoothed, plain, strict=True)
                ],
            )
        },
    )


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


# Parts that train.
NEED_MNIST = frozenset({"8", "9", "10", "14", "seeds"})


def _functions(name: str, ends: tuple[float, float], curves: Sequence[drawings.Curve]) -> Part:
    y = np.linspace(*ends, 481)
    table = csv_text(
        ["y", *(label for label, _ in curves)],
        np.column_stack([y, *(function(y) for _, function in curves)]).tolist(),
    )
    return Part((), {name: drawings.draw_functions(y, curves)}, {f"{name}.csv": table})


def _from_the_papers_weights(
    experiments: Experiments, activation: Activation
) -> dict[int, Training]:
    forward: Forward = "roadrunner" if activation.h > 0 else "closed-form"
    return {
        seed: experiments.from_the_papers_weights(activation, forward, seed)
        for seed in experiments.scale.batch_seeds
    }


def _training_part(
    name: str,
    words: str,
    paper: float,
    runs: Mapping[int, Training],
    verdict: str,
    note: str = "",
) -> Part:
    histories = {f"batch seed {seed}": run.history for seed, run in runs.items()}
    columns = [list(range(1, len(next(iter(histories.values())).cost) + 1))]
    for history in histories.values():
        columns += [history.cost.tolist(), np.rint(BATCH_SIZE * history.accuracy).tolist()]
    header = [f"{what}_seed_{seed}" for seed in runs for what in ("cost", "correct")]
    test = float(np.mean([run.test_accuracy for run in runs.values()]))
    label = f"Figure {name.removeprefix('figure').lstrip('0')}"
    means = f"mean of {len(runs)} run(s), of the last {LAST_ROUNDS} batches each"
    return Part(
        [
            Comparison(
                f"{label}: correct in the batch at the end",
                words,
                _range(list(runs.values())),
                f"{100 * (_mean_accuracy(runs) - paper):+.1f} points",
                verdict,
                f"{means}; {note}" if note else means,
            ),
            Comparison(
                f"{label}: correct of 10,000 test images",
                "not given",
                f"{100 * test:.1f}%",
                "",
                "",
                f"mean of {len(runs)} run(s)",
            ),
        ],
        {name: drawings.draw_training(histories, BATCH_SIZE)},
        {f"{name}.csv": csv_text(["iteration", *header], zip(*columns, strict=True))},
    )


def _mean_accuracy(runs: Mapping[int, Training]) -> float:
    return float(np.mean([run.accuracy for run in runs.values()]))


def _range(runs: Sequence[Training]) -> str:
    shares = [100 * run.accuracy for run in runs]
    mean = f"{np.mean(shares):.1f}%"
    return mean if len(shares) == 1 else f"{mean} ({min(shares):.1f} to {max(shares):.1f})"


def _quick_verdict(experiments: Experiments) -> str:
    """Return that a short run is compared with nothing, or an empty string for a whole one."""
    return "" if experiments.scale.rounds == FULL.rounds else "not comparable (--quick)"


def _verdict_of_words(ours: float, paper: float, experiments: Experiments) -> str:
    near = abs(ours - paper) <= _AS_WORDS_ALLOW
    return _quick_verdict(experiments) or ("agrees" if near else "differs")


def _node_names(nodes: Iterable[tuple[int, int]]) -> dict[str, str]:
    kinds = {1: "hidden", 2: "output"}
    return {node_id(layer, node): f"{kinds[layer]} node {node}" for layer, node in nodes}


def _courses_csv(courses: Mapping[str, Trajectory], species: Sequence[str], panel: str) -> str:
    return csv_text(
        [panel, "time", *species],
        [
            (title.removeprefix("after ").removesuffix(" iterations"), *row)
            for title, course in courses.items()
            for row in np.column_stack([course.times, *(course[s] for s in species)]).tolist()
        ],
    )
