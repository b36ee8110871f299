"""Pictures show what they say and are files that other programs open."""

import numpy as np
import pytest

from crn2sbml import (
    Activation,
    NeuralNetwork,
    Simulator,
    certify,
    compile_network,
    settling_time,
)
from crn2sbml.errors import FileError, InputValueError
from crn2sbml.plots import (
    plot_activation,
    plot_history,
    plot_phase_line,
    plot_settling,
    plot_trajectories,
    plot_trajectory,
    save_figure,
)
from crn2sbml.simulate import Trajectory
from crn2sbml.theory import envelope
from crn2sbml.theory.presentation import rounded_up
from crn2sbml.training import History
from tests.theory import counterexamples


@pytest.fixture
def trajectory():
    times = np.linspace(0.0, 2.0, 5)
    return Trajectory(times, np.column_stack([times, 1 - times / 4]), ("X1_1", "X2_1"))


@pytest.fixture
def history():
    rounds = 40
    accuracy = np.linspace(0.1, 0.9, rounds)
    seen = np.where(np.arange(rounds) % 10 == 9, accuracy, np.nan)
    return History(np.linspace(3.0, 1.0, rounds), accuracy, seen, seen, np.arange(rounds) / 10)


def test_a_trajectory_is_drawn_curve_by_curve(trajectory):
    (panel,) = plot_trajectory(trajectory, ["X2_1"], {"X2_1": "output"}).axes
    (line,) = panel.lines
    np.testing.assert_array_equal(line.get_xdata(), trajectory.times)
    np.testing.assert_array_equal(line.get_ydata(), trajectory["X2_1"])
    assert line.get_label() == "output"
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("time", "concentration")


def test_panels_have_their_titles(trajectory):
    figure = plot_trajectories({"before": trajectory, "after": trajectory})
    assert [panel.get_title() for panel in figure.axes] == ["before", "after"]
    assert [len(panel.lines) for panel in figure.axes] == [2, 2]


def test_a_history_shows_cost_and_accuracy(history):
    cost, accuracy = plot_history(history).axes
    np.testing.assert_array_equal(cost.lines[0].get_ydata(), history.cost)
    np.testing.assert_array_equal(accuracy.lines[0].get_ydata(), 100 * history.accuracy)
    held_out = accuracy.lines[-1]
    np.testing.assert_array_equal(held_out.get_xdata(), [10, 20, 30, 40])


def falling(start, decades, rounds=60):
    """The history of a cost that falls by so many powers of ten."""
    cost = start * 10.0 ** -np.linspace(0, decades, rounds)
    accuracy = np.linspace(0.5, 1.0, rounds)
    seen = np.where(np.arange(rounds) % 10 == 9, cost, np.nan)
    return History(cost, accuracy, seen, accuracy, np.arange(rounds) / 10)


def overlaps(boxes):
    return [(a, b) for n, a in enumerate(boxes) for b in boxes[:n] if a.overlaps(b)]


@pytest.mark.parametrize("start", [0.102, 2.5])
@pytest.mark.parametrize("decades", [0.0, 0.01, 0.3, 0.9, 1.1, 2.5, 3.5, 6, 12])
def test_no_number_on_the_axis_of_the_cost_is_printed_over_another(start, decades):
    figure = plot_history(falling(start, decades))
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_ylim()
    ticks = [*figure.axes[0].yaxis.get_major_ticks(), *figure.axes[0].yaxis.get_minor_ticks()]
    seen = [t.label1 for t in ticks if t.label1.get_text() and low <= t.get_loc() <= high]
    assert len(seen) >= 2
    assert overlaps([label.get_window_extent() for label in seen]) == []


def test_legends_lie_beside_the_curves(history, trajectory):
    for figure in (plot_history(history), plot_trajectories({"a": trajectory, "b": trajectory})):
        figure.draw_without_rendering()
        (legend,) = figure.legends
        panels = [panel.get_window_extent() for panel in figure.axes]
        assert not any(legend.get_window_extent().overlaps(panel) for panel in panels)
    texts = [text.get_text() for text in plot_history(history).legends[0].get_texts()]
    assert texts == ["batch (mean of 2)", "held out"]


def test_a_history_without_classes_shows_the_cost_alone(history):
    nothing = np.full(len(history.cost), np.nan)
    assert (
        len(plot_history(History(history.cost, nothing, nothing, nothing, history.seconds)).axes)
        == 1
    )


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_a_figure_is_saved_in_the_format_of_its_suffix(tmp_path, trajectory, suffix, start):
    save_figure(plot_trajectory(trajectory), tmp_path / f"a.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_bytes().startswith(start)
    with pytest.raises(FileError, match="exists already"):
        save_figure(plot_trajectory(trajectory), tmp_path / f"a.{suffix}")


def test_other_suffixes_and_empty_pictures_are_errors(tmp_path, trajectory):
    with pytest.raises(FileError, match=r"\.png, \.svg or \.pdf"):
        save_figure(plot_trajectory(trajectory), tmp_path / "a.xyz")
    with pytest.raises(InputValueError, match="no trajectory"):
        plot_trajectories({})
    with pytest.raises(InputValueError, match="X9_9"):
        plot_trajectory(trajectory, ["X9_9"])


def test_an_activation_is_drawn_with_its_asymptotes():
    cubic = Activation(1.0, {3: 1.0})
    (panel,) = plot_activation({"q = 3": cubic}).axes
    curve, right, left = panel.lines
    rho = curve.get_xdata()
    # Figure 13 of the paper: from -10 to 20, compared with sqrt(y/2)
    assert (rho[0], rho[-1]) == (-10.0, 20.0)
    np.testing.assert_array_equal(curve.get_ydata(), cubic(rho))
    np.testing.assert_allclose(right.get_ydata()[rho >= 0], np.sqrt(rho[rho >= 0] / 2))
    known = np.isfinite(left.get_ydata())
    np.testing.assert_allclose(left.get_ydata()[known], -1 / rho[known])
    # A small h bends sharply, so that the picture is of a smaller part.
    (small,) = plot_activation({"h": Activation(1e-4)}).axes
    assert small.get_xlim() == (-0.1, 0.2)


def test_a_phase_line_shows_fixed_points_and_directions():
    certificate = certify(counterexamples.three_fixed_points())
    (panel,) = plot_phase_line(certificate, "X").axes
    _, curve, *marks = panel.lines
    x = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), 6 - 11 * x + 6 * x**2 - x**3, atol=1e-12)
    assert [float(mark.get_xdata()[0]) for mark in marks] == pytest.approx([1, 2, 3])
    assert [mark.get_fillstyle() for mark in marks] == ["full", "none", "full"]
    arrows = [text for text in panel.texts if text.arrow_patch is not None]
    assert [bool(a.xy[0] > a.xyann[0]) for a in arrows] == [True, False, True, False]


def test_a_phase_line_of_a_deeper_node_is_where_those_before_it_settle():
    network = NeuralNetwork.random((2, 3, 1), rng=1)
    certificate = certify(compile_network(network, inputs=[0.5, 1.0]))
    (panel,) = plot_phase_line(certificate, "X2_1", high=4.0).axes
    (mark,) = panel.lines[2:]
    assert float(mark.get_xdata()[0]) == pytest.approx(network.forward([0.5, 1.0])[0, 0])
    assert panel.get_xlim() == (0.0, 4.0)


def test_a_bound_is_drawn_above_the_runs():
    network, inputs = NeuralNetwork.random((2, 3, 1), rng=1), [0.5, 1.0]
    bounds = envelope(network, inputs)
    steady = np.hstack(network.activations(inputs))[0]
    time = float(settling_time(network, [inputs])[0])
    with Simulator(network) as simulator:
        runs = {f"from {s}": simulator.trajectory(inputs, time, s) for s in (0.0, 1e6)}
    figure = plot_settling(bounds, steady, runs, 1e-3, time)
    (panel,) = figure.axes
    bound, *measured = panel.lines[:3]
    for line in measured:
        # The bound holds from each of its times to the next, as a step.
        known = line.get_xdata() >= bound.get_xdata()[0]
        at = np.searchsorted(bound.get_xdata(), line.get_xdata()[known], side="right") - 1
        assert (line.get_ydata()[known] <= bound.get_ydata()[at] + 1e-6).all()
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[0] == f"every start (proven): t = {rounded_up(time)}"


def test_pictures_of_the_theory_say_what_they_cannot_draw():
    with pytest.raises(InputValueError, match="at least one"):
        plot_activation({})
    with pytest.raises(InputValueError, match="must be below high"):
        plot_activation({"a": Activation()}, 1.0, 1.0)
    with pytest.raises(InputValueError, match="'Y' is no dynamic species"):
        plot_phase_line(certify(counterexamples.three_fixed_points()), "Y")
    with pytest.raises(InputValueError, match="X depends on Y, which is not proved to settle"):
        plot_phase_line(certify(counterexamples.example_5_2()), "X")
