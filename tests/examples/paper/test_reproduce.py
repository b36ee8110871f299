"""The experiments of section 6: what is compared and drawn, and where activations come from."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from crn2sbml import Activation, Simulator
from crn2sbml.data import Dataset, class_targets
from crn2sbml.data.mnist import DATA_VARIABLE
from crn2sbml.errors import FileError, InputValueError
from crn2sbml.examples.paper import experiments as experiments_module
from crn2sbml.examples.paper import load_image, reproduce_paper, section_6_setting
from crn2sbml.examples.paper.experiments import FULL, QUICK, Experiments
from crn2sbml.examples.paper.parts import PARTS, figure_8
from crn2sbml.examples.paper.printed import (
    PRINTED_ACTIVATIONS,
    PRINTED_AT_END,
    compare_printed_numbers,
)
from tests.cli.test_cli import fail, succeed

needs_mnist = pytest.mark.skipif(
    not os.environ.get(DATA_VARIABLE), reason=f"needs MNIST: {DATA_VARIABLE} names no folder"
)
# roadrunner runs trajectories at a relative tolerance of 1e-9.
TRAJECTORY = 1e-7
WITHOUT_MNIST = ("numbers", "2", "3", "4", "11", "12", "13")


def look_like_mnist():
    """Few images of noise with the shape of MNIST."""
    rng = np.random.default_rng(1)

    def images(count):
        pixels = rng.random((count, 784)) * (rng.random((count, 784)) < 0.2)
        return Dataset(pixels, class_targets(rng.integers(0, 10, count), 10), "noise")

    return images(400), images(50)


@pytest.fixture
def noise(monkeypatch):
    monkeypatch.setattr(experiments_module, "load_mnist", lambda folder: look_like_mnist())


def test_the_four_activations_have_every_printed_digit_and_the_ends_nearly():
    rows = compare_printed_numbers()
    assert [row.paper for row in rows[:4]] == list(PRINTED_ACTIVATIONS.values())
    assert {row.verdict for row in rows[:4]} == {"every printed digit"}
    assert [row.ours for row in rows[:4]] == [row.paper for row in rows[:4]]
    assert len(rows) == 12
    assert {row.verdict for row in rows[4:]} == {"within 0.0001 (relative)"}
    assert all("tolerance" in row.note for row in rows[4:])
    assert all(len(row.ours.replace(".", "").lstrip("0")) <= 9 for row in rows[4:])


@pytest.mark.parametrize("scale", PRINTED_AT_END)
def test_concentrations_at_time_5_are_those_of_scipy(scale):
    setting = section_6_setting()
    first, second = setting.network.layers
    rho = first.weights @ load_image(setting.image) + first.biases

    def rate(_, x):
        hidden, output = x[:40], x[40:]
        rho_2 = second.weights @ hidden + second.biases
        return np.concatenate([1 + rho * hidden - hidden**2, 1 + rho_2 * output - output**2])

    start = scale / 10 * setting.starts
    end = solve_ivp(rate, (0, 5), start, "LSODA", rtol=1e-12, atol=1e-12).y[:, -1]
    rows = [r for r in compare_printed_numbers() if f"from {scale} rand" in r.quantity]
    for (layer, node), row in zip(PRINTED_ACTIVATIONS, rows, strict=True):
        expected = end[40 * (layer - 1) + node - 1]
        assert float(row.ours) == pytest.approx(expected, rel=TRAJECTORY)
        assert float(row.difference) == pytest.approx(
            expected - float(row.paper), rel=0.1, abs=1e-6
        )


def test_parts_without_training_need_no_mnist(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "nowhere"))
    folder = tmp_path / "out"
    reproduce_paper(folder, only=WITHOUT_MNIST)
    names = {path.name for path in folder.iterdir()}
    figures = ("02", "03", "04", "11", "12", "13")
    assert names == {
        *(f"figure{number}.{ending}" for number in figures for ending in ("png", "csv")),
        *("numbers.csv", "numbers.md", "numbers.html"),
    }
    for path in folder.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_the_data_behind_the_activations_are_theirs(tmp_path):
    reproduce_paper(tmp_path, only=["2", "4", "13"])
    table = np.genfromtxt(tmp_path / "figure13.csv", delimiter=",", skip_header=1)
    y, ours, root = table.T
    np.testing.assert_allclose(1 + y * ours - 2 * ours**3, 0, atol=1e-9)
    np.testing.assert_allclose(root[y >= 0], np.sqrt(y[y >= 0] / 2))
    assert np.isnan(root[y < 0]).all()
    y, smoothed, plain = np.genfromtxt(tmp_path / "figure04.csv", delimiter=",", skip_header=1).T
    np.testing.assert_allclose(smoothed, (y + np.sqrt(y**2 + 4)) / 2, rtol=1e-12)
    np.testing.assert_array_equal(plain, np.maximum(y, 0))


@pytest.mark.slow
def test_forward_passes_of_figures_8_10_11_12_and_14_are_chemistry(noise, monkeypatch, tmp_path):
    used = set()

    def spy(name):
        original = getattr(Simulator, name)

        def wrapped(self, *arguments, **options):
            used.add(name)
            return original(self, *arguments, **options)

        monkeypatch.setattr(Simulator, name, wrapped)

    spy("steady_state")
    spy("trajectory")
    for part, expected in {
        "8": {"steady_state"},
        "14": {"steady_state"},
        "10": {"steady_state", "trajectory"},
        "11": {"trajectory"},
        "12": {"trajectory"},
        "9": set(),
    }.items():
        used.clear()
        reproduce_paper(tmp_path / part, only=[part], quick=True)
        assert used == expected, part


@pytest.mark.slow
def test_a_quick_reproduction_writes_all_and_compares_no_training(noise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = succeed("paper", "-o", "out", "--quick", "--json")
    rows = json.loads(result.output)["numbers"]
    trained = [row for row in rows if row["quantity"].startswith(("Figure", "Section"))]
    assert {row["verdict"] for row in trained} == {"not comparable (--quick)", ""}
    names = {path.name for path in Path("out").iterdir()}
    figures = ("02", "03", "04", "08", "09", "10", "11", "12", "13", "14")
    assert names == {
        *(
            f"{stem}.{end}"
            for stem in (*map("figure{}".format, figures), "figure14_readings", "seeds")
            for end in ("png", "csv")
        ),
        *("figure14.md", "numbers.csv", "numbers.md", "numbers.html"),
    }
    with Path("out/figure08.csv").open() as stream:
        header, *table = csv.reader(stream)
    assert header == ["iteration", "cost_seed_1", "correct_seed_1"]
    assert [int(row[0]) for row in table] == list(range(1, QUICK.rounds + 1))
    assert all(0 <= float(row[2]) <= 300 and float(row[2]) % 1 == 0 for row in table)
    for name in names:
        if name.endswith(".png"):
            assert f'src="{name}"' in Path("out/numbers.html").read_text(encoding="utf-8")


def test_a_run_is_made_once_for_all_figures_that_need_it(noise):
    lines = []
    experiments = Experiments(QUICK, tell=lines.append)
    for part in ("8", "10"):
        PARTS[part](experiments)
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "7"], "there is no part '7'; choose of numbers, 2, 3"),
        (["--only", "numbers", "-o", "none/out"], "there is no folder"),
        (["--only", "numbers", "-o", "full/mine.txt"], "is a file"),
        (["--only", "numbers", "-o", "full", "--force"], "numbers.csv is not the table"),
        (["--only", "8", "--data-dir", "none"], "none holds neither train-images"),
        (["--only", "numbers", "-o", "full"], "full holds "),
    ],
)
def test_what_cannot_be_run_is_one_clear_error(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    Path("full/numbers.csv").write_text("mine")
    assert words in fail("paper", *arguments)
    assert Path("full/mine.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_errors_from_python_name_the_remedy(tmp_path):
    with pytest.raises(InputValueError, match="choose of"):
        reproduce_paper(tmp_path, only=["one"])
    with pytest.raises(FileError, match="cannot use"):
        reproduce_paper("a\0b", only="numbers")


def test_a_later_run_keeps_what_an_earlier_one_wrote(tmp_path):
    reproduce_paper(tmp_path, only=["numbers", "2"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    reproduce_paper(tmp_path, only="3", overwrite=True)
    for name in ("numbers.csv", "numbers.md", "figure02.png"):
        assert (tmp_path / name).read_bytes() == before[name]
    page = (tmp_path / "numbers.html").read_text(encoding="utf-8")
    assert "figure02.png" in page
    assert "figure03.png" in page


@needs_mnist
def test_the_paper_s_images_are_in_mnist():
    training, _ = Experiments(QUICK).read_data()
    for number, digit in ((25358, 5), (30, 7)):
        np.testing.assert_array_equal(training.inputs[number - 1], load_image(number))
        assert training.targets[number - 1].argmax() == digit


@needs_mnist
@pytest.mark.slow
def test_the_chemistry_learns_as_figure_8_says():
    # "Just over 95%": mean of the last 50 batches, within one point; of one run of the five, which
    # differ by a tenth of a point from each other.
    part = figure_8(Experiments(replace(FULL, batch_seeds=FULL.batch_seeds[:1]), workers=2))
    assert part.comparisons[0].verdict == "within a point"


@needs_mnist
@pytest.mark.slow
def test_the_plain_relu_leaves_outputs_dead():
    # "The lack of a zero derivative" (section 6): an output that is 0 for all images learns no
    # more.
    experiments = Experiments(FULL)
    plain = experiments.train(section_6_setting(Activation(0.0), seed=2).network, 2, rounds=200)
    smoothed = experiments.train(section_6_setting(seed=2).network, 2, rounds=200)
    assert plain.dead_digits == (5,)
    assert smoothed.dead_digits == ()
    assert plain.accuracy < smoothed.accuracy
