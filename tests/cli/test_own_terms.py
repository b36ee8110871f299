"""Models in laboratory units answer in the user's own names, numbers and units, whoever asks."""

import csv
import json
import re

import numpy as np
import pytest
import roadrunner

from crn2sbml import (
    Crn,
    LabUnits,
    in_lab_units,
    load_crn,
    save_antimony,
    save_sbml,
    settling_time,
    to_antimony,
    to_sbml,
)
from crn2sbml.construction.explanation import instructions
from crn2sbml.exports import make_study
from crn2sbml.importers import LoadedNetwork, from_weights
from crn2sbml.plots import plot_study
from crn2sbml.report import save_report
from tests.cli.test_cli import run, succeed

ROW = [5.0, 7.0, -20.0]
LAB = LabUnits.parse("50 nM", "2 h")
# Of settled values, which simulate proves to 1e-6.
SETTLED = 2e-6


def imported(kind="regression"):
    rng = np.random.default_rng(4)
    outputs = 1 if kind == "regression" else 3
    weights = {
        "0.weight": rng.normal(size=(4, 3)) / 4,
        "0.bias": rng.normal(size=4),
        "2.weight": rng.normal(size=(outputs, 4)),
        "2.bias": rng.normal(size=outputs),
    }
    return from_weights(
        weights,
        "0,relu,2" + (",softmax" if outputs == 3 else ""),
        accuracy=0.2,
        input_names=["temp_C", "ph", "charge"],
        output_names=["growth"] if outputs == 1 else ["healthy", "stage I", "stage II"],
        input_range=([-10.0, 0.0, -30.0], [30.0, 14.0, 30.0]),
    )


@pytest.fixture(scope="module", params=["regression", "classes"])
def loaded(request):
    return imported(request.param)


@pytest.fixture(params=["a.xml", "a.ant"])
def model(request, loaded, tmp_path):
    path = tmp_path / request.param
    save = save_sbml if path.suffix == ".xml" else save_antimony
    save(loaded.compile("absorbed", ROW), path, units=LAB)
    return path


@pytest.mark.parametrize(
    "given", [(), ("--input", "5,7,-20"), ("--input", "charge=-20,ph=7,temp_C=5")]
)
def test_simulate_answers_as_the_original_does(loaded, model, given):
    result = json.loads(succeed("simulate", str(model), *given, "--json").output)
    assert result["output_names"] == list(loaded.codec.decoder.names)
    np.testing.assert_allclose(result["outputs"], loaded.outputs([ROW]), atol=SETTLED)
    assert result["units"]["concentration_unit"] == "nM"


def test_python_reads_the_dimensionless_network_and_keeps_the_units(loaded, model):
    again = LoadedNetwork.load(model)
    np.testing.assert_allclose(again.outputs([ROW]), loaded.outputs([ROW]), rtol=1e-12)
    np.testing.assert_allclose(again.inputs, loaded.encode([ROW])[0], rtol=1e-15)
    assert again.units == load_crn(model).units
    assert str(again.units) == str(LAB)
    assert again.compile("folded").units == again.units


def test_times_and_distances_have_the_units_of_the_model(loaded, model):
    said = succeed("simulate", str(model)).output
    assert re.search(r"Settled by t = [\d.]+ h to within 5e-05 nM, from every start", said)
    assert re.search(r"every node is within \S+ nM of its steady state", said)
    result = json.loads(succeed("simulate", str(model), "--json").output)
    expected = settling_time(loaded.network, loaded.encode([ROW]), 1e-6)[0] * LAB.time
    assert result["settled_by"] == pytest.approx(expected, rel=1e-6)
    theory = " ".join(succeed("check", str(model), "--theory", "--accuracy", "1e-3").output.split())
    assert re.search(r"within 0\.05 nM of their steady state by t = [\d.]+ h \(proven\)", theory)
    assert "(nM)" in theory
    assert "Units: Concentrations are in nM, time is in h" in theory
    checked = json.loads(succeed("check", str(model), "--json").output)
    assert (checked["units"]["concentration"], checked["units"]["time"]) == (50.0, 2.0)


def test_who_follows_the_instructions_gets_the_answer(loaded):
    crn = imported().compile("enzymatic")
    study = make_study(crn, units=LAB)
    sentences = " ".join(instructions(in_lab_units(crn, LAB)))
    runner = roadrunner.RoadRunner(to_sbml(crn, units=LAB))
    runner.integrator.absolute_tolerance = 1e-14
    values = dict(zip(("temp_C", "ph", "charge"), ROW, strict=True))
    settings = re.findall(
        r"For (\w+) = v set (\w+) to v x 50 nM(?: and (\w+) to 0 if v is positive, otherwise "
        r"\w+ to 0 and \w+ to -v x 50 nM)?\.",
        sentences,
    )
    assert [name for name, *_ in settings] == list(values)
    for name, plus, minus in settings:
        runner[f"[{plus}]"] = max(values[name], 0.0) * 50
        if minus:
            runner[f"[{minus}]"] = max(-values[name], 0.0) * 50
    runner.simulate(0, 40 * study.run_time, 2)
    plus, minus = re.search(r"Answer: growth = \((\w+) - (\w+)\) / 50 nM\.", sentences).groups()
    answer = (runner[f"[{plus}]"] - runner[f"[{minus}]"]) / 50
    assert answer == pytest.approx(imported().predict([ROW])[0], rel=1e-4)
    assert runner["growth"] == pytest.approx(answer, rel=1e-12)


def test_notes_of_a_classifier_do_not_contradict_themselves():
    notes = to_sbml(imported("classes").compile("enzymatic", ROW)).partition("</notes>")[0]
    assert "The largest value names" not in notes  # it has names of outputs, and no classes
    assert "the largest one names the class" not in notes
    assert "the softmax" in notes.lower()


def test_pictures_show_the_answer_and_not_its_halves(loaded):
    study = make_study(loaded.compile("absorbed", ROW), units=LAB)
    figure = plot_study(study, study.run())
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == list(loaded.codec.decoder.names)
    ends = [line.get_ydata()[-1] for line in figure.axes[0].get_lines()]
    # A study ends where all is proved to be within 1e-3, and classes and differences add that up.
    np.testing.assert_allclose(ends, loaded.outputs([ROW])[0], atol=4e-3)
    assert figure.axes[0].get_xlabel() == "time (h)"


def test_a_plot_of_simulate_has_the_names_of_the_answers(model, loaded, tmp_path):
    succeed("simulate", str(model), "--plot", str(tmp_path / "a.svg"))
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    for name in loaded.codec.decoder.names:
        assert f"<!-- {name} -->" in drawn
    assert "(+)" not in drawn


def test_a_report_takes_what_was_imported_and_inputs_in_its_terms(loaded, tmp_path):
    rows = np.array([ROW, [1.0, 2.0, 3.0]])
    save_report(loaded, tmp_path / "page.html", inputs=rows, encoding="absorbed", units=LAB)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for value in loaded.codec.decoder.values(loaded.network.forward(loaded.encode(rows))).ravel():
        assert f"{value:.4g}"[:-1] in page  # the last digit may be rounded otherwise
    assert "5, 7, -20" in page


def test_a_network_of_concentrations_is_told_in_both(tmp_path):
    succeed("train", "--data", "xor", "--rounds", "2", "-o", str(tmp_path / "xor"))
    lab = ("--concentration", "50 nM", "--time", "1 h")
    built = str(tmp_path / "lab.xml")
    succeed("build", str(tmp_path / "xor"), "-o", built, "--input", "0,1", *lab)
    given = ("--input", "0,1", "--json")
    plain = json.loads(succeed("simulate", str(tmp_path / "xor"), *given).output)
    result = json.loads(succeed("simulate", built, *given).output)
    assert result["outputs"][0][0] == pytest.approx(plain["outputs"][0][0], abs=SETTLED)
    said = succeed("simulate", built).output
    assert "concentration (nM)" in said
    assert f"{50 * plain['outputs'][0][0]:.4f}"[:5] in said
    succeed("extract", built, "-o", str(tmp_path / "x.npz"))
    # Not even a rounding error was added on the way to nM and back: the units alone differ.
    result = run("diff", built, str(tmp_path / "xor"))
    assert result.output == "units: 1 stands for 50 nM and 1 h -> none\n1 difference.\n"
    assert result.exit_code == 1
    page = str(tmp_path / "lab.html")
    succeed("report", built, "-o", page)
    text = (tmp_path / "lab.html").read_text(encoding="utf-8")
    assert "Concentrations are in nM, time is in h" in text
    assert "are dimensionless: choose" not in text


@pytest.mark.parametrize("ending", [".npz", ".xml"])
def test_what_lies_outside_is_named_in_text_csv_and_json(tmp_path, ending):
    path = tmp_path / f"net{ending}"
    if ending == ".npz":
        imported().save(path)
    else:
        save_sbml(imported().compile("absorbed", ROW), path, units=LAB)
    given = ("--input", "500,7,20", "--input", "5,7,20")
    said = " ".join(succeed("simulate", str(path), *given).output.split())
    assert (
        "temp_C = 500 is outside -10 to 30, which the network was made for: no bound holds" in said
    )
    assert json.loads(succeed("simulate", str(path), *given, "--json").output)["outside"] == [
        ["temp_C"],
        [],
    ]
    table = tmp_path / "out.csv"
    succeed("simulate", str(path), *given, "-o", str(table))
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["outside"] for row in rows] == ["temp_C", ""]
    inside = ("simulate", str(path), "--input", "30,14,-30")
    assert json.loads(succeed(*inside, "--json").output)["outside"] == [[]]
    succeed(*inside, "-o", str(table), "--force")
    assert table.read_text(encoding="utf-8").splitlines()[0] == "growth"


def test_a_page_says_which_inputs_lie_outside(tmp_path):
    page = tmp_path / "page.html"
    save_report(imported(), page, inputs=[[500.0, 7.0, 20.0], [5.0, 7.0, 20.0]])
    text = page.read_text(encoding="utf-8")
    assert text.count("temp_C = 500 is outside -10 to 30, which the network was made for") == 1


def test_notes_name_the_parameter_that_holds_the_answer():
    crn = imported().compile("absorbed")
    for text in (to_sbml(crn), to_antimony(crn)):
        assert "global quantities): growth." in " ".join(text.replace("//", "").split())
    assert "global quantities" not in to_sbml(crn, answers=False)


def test_small_answers_settle_and_are_printed_to_their_own_size(tmp_path):
    small = from_weights(
        {"0.weight": [[1e-6, -2e-6]], "0.bias": [3e-6]},
        "0",
        input_names=["a", "b"],
        output_names=["Kd (M)"],
        input_range=(0.0, 4.0),
    )
    answer = small.predict([[2.0, 0.5]])[0]
    study = make_study(small.compile("absorbed", [2.0, 0.5]))
    assert study.settles
    assert study.run()["Kd_M"][-1] == pytest.approx(answer, rel=0.02)
    small.save(tmp_path / "small.npz")
    said = succeed("simulate", str(tmp_path / "small.npz"), "--input", "2,0.5").output
    assert f"{answer:.3g}"[:4] in said
    assert "is small beside the accuracy" in said


def test_other_peoples_units_are_printed(tmp_path):
    crn = Crn.from_text(["A -> B"], initial={"A": 40.0, "B": 0.0}, rate_constants={"k1": 2.0})
    save_sbml(crn, tmp_path / "a.xml", units=LabUnits.parse("1 uM", "1 min"))
    text = (tmp_path / "a.xml").read_text(encoding="utf-8")
    (tmp_path / "a.xml").write_text(re.sub(r'<parameter id="\w+_unit"[^>]*/>', "", text))
    said = succeed("simulate", str(tmp_path / "a.xml"), "--until", "5").output
    assert "at t = 5 min (uM)" in said
    assert f"{40 * np.exp(-10):.6g}" in said
