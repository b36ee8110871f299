"""Pictures show what they say and are files that other programs open."""

import numpy as np
import pytest

from crn2sbml.errors import FileError, InputValueError
from crn2sbml.plots import plot_history, plot_trajectories, plot_trajectory, save_figure
from crn2sbml.simulate import Trajectory
from crn2sbml.training import History


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
