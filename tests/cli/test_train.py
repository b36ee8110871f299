"""``crn2sbml train`` on a table of one's own."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from crn2sbml import NeuralNetwork
from crn2sbml.cli import main
from crn2sbml.importers import LoadedNetwork

RNG = np.random.default_rng(3)
TEMPERATURE, PH = RNG.uniform(-10.0, 25.0, 120), RNG.uniform(6.0, 9.0, 120)
GROWTH = 0.4 * TEMPERATURE - 2.0 * PH + 8.0
STAGE = np.where(TEMPERATURE > 5.0, "healthy", "stage I")
QUICK = ("--forward", "closed-form", "--rounds", "300")


@pytest.fixture
def folder(folder):
    with (folder / "mine.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["temp", "ph", "growth", "stage"])
        writer.writerows(zip(TEMPERATURE, PH, GROWTH, STAGE, strict=True))
    return folder


def run(*arguments):
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def succeed(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_numbers_are_learned_by_the_names_of_their_columns(folder):
    options = ("--target", "growth", "--columns", "temp,ph", *QUICK)
    text = succeed("--data", "mine.csv", *options, "-o", "out")
    assert "growth: a number (for classes: --task classes)." in text
    assert "Pairs of species, since they may be negative: temp." in text
    assert "mine.csv: left out the column stage." in text
    assert "(root of the mean square) on the 24 held-out examples, R² " in text
    assert "Only 24 examples held out" in text
    assert "poor" not in text
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == ["network.npz", "training.csv", "training.png"]
    loaded = LoadedNetwork.load("out/network.npz")
    assert loaded.codec.encoder.names == ("temp", "ph")
    assert loaded.codec.decoder.names == ("growth",)
    found = loaded.predict(np.stack([TEMPERATURE, PH], axis=1)).ravel()
    assert np.sqrt(np.mean((found - GROWTH) ** 2)) < 0.2 * GROWTH.std()


def test_labels_are_learned_and_counted(folder):
    options = ("--target", "stage", "--columns", "temp", "--columns", "ph", *QUICK)
    text = succeed("--data", "mine.csv", *options, "-o", "out")
    assert "stage: classes healthy, stage I." in text
    assert "Correct on the held-out examples: 24 of 24 (100.0%)." in text
    report = json.loads(succeed("--data", "mine.csv", *options, "-o", "again", "--json"))
    assert (report["task"], report["classes"]) == ("classes", ["healthy", "stage I"])
    assert (report["held_out_correct"], report["held_out_examples"]) == (24, 24)
    # The same seed gives the same network.
    loaded, again = (LoadedNetwork.load(f"{name}/network.npz") for name in ("out", "again"))
    assert loaded.network == again.network
    assert loaded.codec.decoder.classes == ("healthy", "stage I")


def test_several_columns_of_numbers_are_learned_together(folder):
    options = ("--target", "growth,ph", "--columns", "temp", "--rounds", "5", *QUICK[:2])
    report = json.loads(succeed("--data", "mine.csv", *options, "-o", "out", "--json"))
    assert set(report["held_out_rmse"]) == {"growth", "ph"}
    assert report["held_out_poor"] is True
    text = succeed("--data", "mine.csv", *options, "-o", "poor")
    assert "A poor fit on the held-out examples: R² is below 0.5" in text


def test_a_network_is_trained_further_by_its_names(folder):
    options = ("--data", "mine.csv", "--target", "stage")
    succeed(*options, "--columns", "ph,temp", *QUICK, "-o", "first")
    start = ("--network", "first/network.npz")
    report = json.loads(
        succeed(*options, *start, "--rounds", 20, *QUICK[:2], "-o", "more", "--json")
    )
    assert report["held_out_accuracy"] > 0.95
    assert LoadedNetwork.load("more/network.npz").codec.encoder.names == ("ph", "temp")
    refused = run(*options, *start, "--columns", "ph", "-o", "other")
    assert "leave --columns out" in refused.output


def test_an_archive_may_name_its_columns_and_classes(folder):
    inputs = np.stack([TEMPERATURE, PH], axis=1)
    labels = (TEMPERATURE > 5.0).astype(int)
    names = {"input_names": ["temp", "ph"], "class_names": ["cold", "warm"]}
    np.savez("mine.npz", inputs=inputs, labels=labels, **names)
    text = succeed("--data", "mine.npz", *QUICK, "-o", "out")
    assert "Correct on the held-out examples" in text
    codec = LoadedNetwork.load("out/network.npz").codec
    assert codec.decoder.classes == ("cold", "warm")
    assert codec.encoder.names == ("temp", "ph")
    np.savez("numbers.npz", inputs=inputs, targets=GROWTH, output_names=["growth"])
    report = json.loads(succeed("--data", "numbers.npz", *QUICK, "-o", "numbers", "--json"))
    assert report["held_out_r2"]["growth"] > 0.9


def test_a_table_of_few_rows_is_learned_whole(folder):
    (folder / "and.csv").write_text("a,b,both\n0,0,0\n0,1,0\n1,0,0\n1,1,1\n")
    text = succeed("--data", "and.csv", "--target", "both", *QUICK[:2], "--rounds", 20, "-o", "out")
    assert "both: classes 0, 1 (2 different whole numbers; for a number: --task numbers)." in text
    assert "No examples were held out" in text
    options = ("--task", "numbers", "--layers", "2,4,1", "--signs", "pairs", "--rounds", 20)
    succeed("--data", "and.csv", "--target", "both", *QUICK[:2], *options, "-o", "number")
    assert LoadedNetwork.load("number/network.npz").network.widths == (4, 4, 1)


def test_the_chemistry_is_in_the_loop_by_default(folder):
    options = ("--data", "mine.csv", "--target", "growth", "--columns", "temp", "--rounds", 2)
    settled = json.loads(succeed(*options, "-o", "settled", "--json"))
    formula = json.loads(succeed(*options, *QUICK[:2], "-o", "formula", "--json"))
    assert settled["cost"] == pytest.approx(formula["cost"], abs=1e-6)


def test_every_default_stands_in_the_help():
    text = " ".join(succeed("--help").split())
    for words in (
        "Steps. Default: 2000 for a file",
        "Examples drawn for each step. Default: 32 for a file",
        "Step size. Default: 0.01 for a file",
        "Default: adam for a file",
        "Default: softmax-cross-",
        "Default: 0.2; none for xor",
        "Default: 0.1 for a file",
        "Default: 30 for a file",
        "Default: one hidden layer of 16 nodes",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "mine.csv"], "Name them with --target: temp, ph, growth, stage"),
        (["--data", "mine.csv", "--target", "grow"], "mine.csv has no column grow"),
        (["--data", "mine.csv", "--target", "growth"], "line 2, column stage holds"),
        (["--data", "mine.csv", "--target", "growth"], "--columns can name the columns"),
        (["--data", "none.csv", "--target", "growth"], "there is no file none.csv"),
        (["--data", "bare.csv", "--target", "growth"], "has no names of columns"),
        (["--data", "xor", "--target", "growth"], "--target goes with a file of your own"),
        (["--data", "xor", "--signs", "pairs"], "--signs goes with a file of your own"),
        (["--data", "tulips"], "none of xor, iris, digits, mnist and no file either"),
        (
            ["--data", "mine.csv", "--target", "stage", "--columns", "ph", "--layers", "1,4,3"],
            "mine.csv has 1 input and 2 classes",
        ),
        (
            ["--data", "mine.csv", "--target", "stage", "--columns", "ph", "--task", "numbers"],
            "mine.csv, line 2, column stage holds",
        ),
    ],
)
def test_what_cannot_be_learned_is_one_clear_line(folder, arguments, words):
    (folder / "bare.csv").write_text("1,2\n3,4\n")
    result = run(*arguments, "-o", "out")
    assert result.exit_code == 2
    assert words in result.output
    assert [line.startswith("Error: ") for line in result.output.splitlines()].count(True) == 1
    assert result.output.splitlines()[-1].startswith("Error: ")
    assert not (folder / "out").exists()


def test_what_is_learned_from_is_told_by_its_names(folder):
    text = succeed("--data", "mine.csv", "--target", "stage", *QUICK[:3], "2", "-o", "out")
    assert "Training on mine.csv: 120 examples, 3 inputs (temp, ph, growth)." in text
    assert "as they chose the step, what is said of them is slightly favourable." in text
    assert "slightly favourable" in succeed("--help").replace("\n    ", " ")


def refused(*arguments):
    result = run("--data", "mine.csv", *arguments, "-o", "no")
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert "np." not in result.output
    return result.output


def test_what_is_to_be_learned_is_not_learned_from(folder):
    said = refused("--target", "growth", "--columns", "temp,ph,growth")
    assert "growth is to be learned (--target)" in said
    assert not (folder / "no").exists()


def test_a_network_that_does_not_fit_the_table_is_told_with_file_and_column(folder):
    quick = (*QUICK[:3], "2")
    succeed("--data", "mine.csv", "--target", "stage", "--columns", "temp,ph", *quick, "-o", "c")
    succeed("--data", "mine.csv", "--target", "growth", "--columns", "temp,ph", *quick, "-o", "n")
    said = refused("--network", "n", "--target", "stage")
    assert "mine.csv, column stage: it holds text such as 'stage I'" in said or "'healthy'" in said
    lines = (folder / "mine.csv").read_text().splitlines()
    (folder / "mine.csv").write_text("\n".join([*lines, "1,2,3,stage II"]))
    said = refused("--network", "c", "--target", "stage")
    assert "mine.csv, column stage: label 121 of the targets is 'stage II'" in said
    (folder / "mine.csv").write_text("temp,ph,growth,stage\n1,2,3,3\n1,2,3,4\n")
    said = refused("--network", "c", "--target", "stage")
    assert "column stage: label 1 of the targets is 3, which is none of the classes" in said
    said = refused("--network", "n", "--target", "growth,stage")
    assert "column growth, stage: 2 columns, but the network has 1 output" in said
    (folder / "mine.csv").write_text("temp,ph,growth\n1,2,3\n1,-2,3\n")
    assert "mine.csv, line 3: input ph is -2" in refused("--network", "n", "--target", "growth")


def test_a_network_without_names_learns_from_columns_in_their_order(folder):
    NeuralNetwork.random((2, 3, 1), rng=1).save("bare.npz")
    positive = "a,b,c,y\n" + "".join(f"{n},{n % 3},1,{n % 5}\n" for n in range(1, 9))
    (folder / "mine.csv").write_text(positive)
    assert "3 columns to learn from, a, b, c, but the network has 2 inputs without names" in (
        refused("--network", "bare.npz", "--target", "y")
    )
    options = ("--network", "bare.npz", "--target", "y", "--columns", "b,a", "--rounds", "2")
    text = succeed("--data", "mine.csv", *options, "--forward", "closed-form", "-o", "out")
    assert "2 inputs (b, a)" in text
