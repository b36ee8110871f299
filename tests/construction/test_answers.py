"""Files answer by the user's own names: rules over concentrations, whatever the names are."""

import re
from dataclasses import replace

import libsbml
import numpy as np
import pytest
import roadrunner
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import (
    Crn,
    LabUnits,
    NeuralNetwork,
    compile_network,
    from_antimony,
    from_sbml,
    in_lab_units,
    to_antimony,
    to_sbml,
)
from crn2sbml.chemistry.answers import Difference, Share, evaluate, shown_answers
from crn2sbml.construction.answers import MOST_SHARES, read_answers
from crn2sbml.construction.explanation import instructions
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.importers import LoadedNetwork, from_weights
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder

LAB = LabUnits.parse("50 nM", "2 h")
# Rules of concentrations that scipy's own logsumexp and ours compute in another order.
ROUNDING = 1e-12


def findings(text):
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    return [document.getError(n).getMessage() for n in range(document.getNumErrors())]


def imported(function="none", names=("growth", "harvest"), outputs=2):
    rng = np.random.default_rng(2)
    weights = {"0.weight": 2 * rng.normal(size=(outputs, 2)), "0.bias": rng.normal(size=outputs)}
    layers = "0" if function == "none" else f"0,{function}"
    return from_weights(weights, layers, output_names=names, input_range=(-3.0, 5.0))


def followed(sbml, **concentrations):
    """What roadrunner makes of the rules of a file, at concentrations that are given."""
    runner = roadrunner.RoadRunner(sbml)
    for species, value in concentrations.items():
        runner[f"[{species}]"] = value
    identifiers = runner.model.getGlobalParameterIds()
    return {i: runner[i] for i in identifiers}


def test_an_answer_is_the_difference_of_its_pair():
    crn = imported().compile("absorbed", [1.0, -1.0])
    assert read_answers(crn) == (
        Difference("growth", "growth", "X1_1", "X1_2"),
        Difference("harvest", "harvest", "X1_3", "X1_4"),
    )


@pytest.mark.parametrize("units", [None, LAB])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_rules_follow_the_concentrations(encoding, units):
    loaded = imported()
    text = to_sbml(loaded.compile(encoding, [1.0, -1.0]), units=units)
    one = 1.0 if units is None else units.concentration
    levels = np.array([[3.0, 0.5, 0.25, 7.0]])
    at = dict(zip(("X1_1", "X1_2", "X1_3", "X1_4"), (levels[0] * one).tolist(), strict=True))
    shown = followed(text, **at)
    np.testing.assert_allclose(
        [shown["growth"], shown["harvest"]], loaded.decode(levels)[0], rtol=ROUNDING
    )


@pytest.mark.parametrize("function", ["softmax", "log-softmax"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_a_softmax_is_right_where_powers_of_e_leave_the_doubles(function, scale):
    loaded = imported("softmax", ["a", "b", "c"], 3)
    decoder = Decoder([True] * 3, function, ["a", "b", "c"])
    loaded = LoadedNetwork(loaded.network, Codec(loaded.codec.encoder, decoder))
    crn = loaded.compile("absorbed", [1.0, -1.0])
    levels = scale * np.array([[1.0, 0.0, 0.3, 0.0, 0.0, 2.0]])
    at = dict(zip((f"X1_{n}" for n in range(1, 7)), levels[0].tolist(), strict=True))
    shown = followed(to_sbml(crn), **at)
    expected = loaded.decode(levels)[0]
    if function == "log-softmax" and scale > 1:
        expected = [expected[0], -np.inf, -np.inf]  # no double holds the sum of which it is the log
    np.testing.assert_allclose([shown[name] for name in "abc"], expected, rtol=ROUNDING)
    values = evaluate(read_answers(crn), {s: np.array(c) for s, c in at.items()})
    np.testing.assert_allclose(
        [values[name] for name in "abc"], loaded.decode(levels)[0], rtol=ROUNDING
    )


def test_what_shares_are_made_of_is_not_shown():
    answers = read_answers(imported("softmax").compile("folded", [1.0, 2.0]))
    assert [answer.name for answer in shown_answers(answers)] == ["growth", "harvest"]
    assert [answer.name for answer in answers][:2] == [
        "growth, before softmax",
        "harvest, before softmax",
    ]
    assert all(isinstance(answer, Share) for answer in shown_answers(answers))


def test_outputs_that_stand_for_themselves_need_no_answer():
    assert read_answers(compile_network(NeuralNetwork.random((2, 1), rng=1))) == ()
    assert read_answers(Crn.from_text(["0 -> X"])) == ()


def test_many_classes_have_values_and_no_shares():
    count = MOST_SHARES + 1
    codec = Codec(Encoder([False] * 2), Decoder([False] * count, "softmax"))
    network = NeuralNetwork.random((2, count), rng=1)
    answers = read_answers(LoadedNetwork(network, codec).compile("folded", [1.0, 2.0]))
    assert len(answers) == count
    assert answers[-1] == Difference(
        f"output_value_{count}", f"output value {count}", f"X1_{count}"
    )


NAMES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12)


@given(st.lists(NAMES.filter(str.strip), min_size=2, max_size=2, unique=True))
def test_any_names_have_ids_that_differ(names):
    crn = imported(names=names).compile("absorbed", [1.0, -1.0])
    first, second = (answer.id for answer in read_answers(crn))
    assert first != second
    model = libsbml.readSBMLFromString(to_sbml(crn)).getModel()
    assert [model.getParameter(i).getName() for i in (first, second)] == [
        answer.name for answer in read_answers(crn)
    ]


@pytest.mark.parametrize("units", [None, LAB])
def test_an_id_that_is_taken_or_reserved_gets_another(units):
    names = ["time", "X1_1", "k_d", "vessel", "concentration_unit", "exp", "2nd", "β", "+", "model"]
    names += ["lambda", "time_unit", "mole", "second", "litre", "item", "NAN", "vessel_2"]
    loaded = imported(names=names, outputs=len(names))
    crn = loaded.compile("absorbed", [1.0, -1.0])
    assert not {answer.id for answer in read_answers(crn)} & set(names)
    assert all(answer.id.isidentifier() for answer in read_answers(crn))
    assert findings(to_sbml(crn, units=units)) == []
    again = from_antimony(to_antimony(crn, units=units))
    assert recognise_network(again).network.output_names == loaded.network.output_names
    assert [answer.name for answer in read_answers(again)] == names
    assert again.units == in_lab_units(crn, units).units


@pytest.mark.parametrize("level_version", [(3, 1), (3, 2), (2, 4)])
@pytest.mark.parametrize("units", [None, LAB])
def test_libsbml_has_nothing_to_report(level_version, units):
    crn = imported("softmax").compile("enzymatic", [1.0, -1.0])
    text = to_sbml(crn, level_version=level_version, units=units)
    assert "<assignmentRule" in text
    assert findings(text) == []


@pytest.mark.parametrize(("write", "read"), [(to_sbml, from_sbml), (to_antimony, from_antimony)])
def test_a_file_with_answers_is_read_as_exactly_as_one_without(write, read):
    crn = imported("softmax").compile("absorbed", [1.0, -1.0])
    assert "growth" in write(crn)
    plain = write(crn, answers=False)
    assert "Rule" not in plain
    assert ":=" not in plain
    assert read(write(crn)) == read(plain)
    assert recognise_network(read(write(crn))).network == recognise_network(crn).network


@pytest.mark.parametrize("units", [None, LAB])
def test_notes_speak_of_the_species_that_are_there(units):
    crn = imported().compile("absorbed", [0.75, -1.0])
    text = to_sbml(crn, units=units)
    for before, after in (("X0_1", "glucose"), ("X1_1", "reporter"), ("X0_4", "quencher")):
        text = re.sub(rf"\b{before}\b", after, text)
    edited = from_sbml(text)
    said = " ".join(instructions(edited))
    assert "set glucose to v" in said
    assert "= 0.75: " in said
    assert " of glucose and " in said
    assert "and quencher to 0 if v is positive" in said
    assert "Answer: growth = " in said
    assert "reporter - X1_2" in said
    assert "X0_1" not in said
    assert read_answers(edited)[0].plus == "reporter"


def test_who_gives_a_model_other_outputs_is_not_told_of_the_old_ones():
    crn = imported().compile("absorbed", [1.0, -1.0])
    kept = [s for s in crn.species if s.id != "X1_4"]
    reactions = [
        r for r in crn.reactions if all(s != "X1_4" for s, _ in (*r.reactants, *r.products))
    ]
    edited = replace(crn, species=kept, reactions=reactions)
    assert read_answers(edited) == ()
    notes = to_sbml(edited).partition("</notes>")[0]
    assert "somebody has given it other outputs since" in notes
    assert "as said below" not in notes
