"""Columns are found by their names, or it is an error: never by their position in silence."""

import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Layer, NeuralNetwork, Simulator, compile_network
from crn2sbml._support.checks import check_inputs
from crn2sbml._support.columns import clean_name, column_names, rows_by_name
from crn2sbml.errors import ConcentrationError, InputValueError
from crn2sbml.importers import LoadedNetwork, from_weights
from crn2sbml.neural.dual_rail import Codec, Decoder, Encoder

NAMES = ("temp", "ph", "salt")
FRAME = pd.DataFrame(
    {"salt": [20, 30], "id": ["a", "b"], "ph": [7.0, 6.5], "temp": [5.0, 6.0]}, index=["s1", "s2"]
)
ROWS = [[5.0, 7.0, 20.0], [6.0, 6.5, 30.0]]
NETWORK = NeuralNetwork([Layer([[1.0, -2.0, 0.25]], [0.5])], NAMES)


def rows(values, names=NAMES, width=3):
    return np.asarray(rows_by_name(values, names, width, "inputs", ConcentrationError))


def test_columns_stand_in_the_order_of_the_names_and_others_are_left_out(caplog):
    caplog.set_level(logging.INFO)
    assert rows(FRAME).tolist() == ROWS
    assert caplog.messages == ["left out the columns id"]


@pytest.mark.parametrize(
    "columns",
    [[" temp", "ph\n", "salt"], ["temp", "\tph ", "sa\u200blt"], ["te\u00admp", "ph", "salt"]],
)
def test_blanks_and_line_breaks_around_a_name_do_not_matter(columns):
    wanted = [clean_name(name) for name in columns]
    frame = pd.DataFrame([[5.0, 7.0, 20.0]], columns=columns)
    assert rows(frame[columns[::-1]], wanted).tolist() == [[5.0, 7.0, 20.0]]


def test_a_table_of_arrow_is_read_by_its_names_too():
    assert rows(pa.Table.from_pandas(FRAME, preserve_index=False)).tolist() == ROWS


def test_years_are_names_where_the_network_knows_them_so():
    names = ("2020", "2021")
    assert rows(pd.DataFrame({2021: [1.0], 2020: [2.0]}), names, 2).tolist() == [[2.0, 1.0]]
    with pytest.raises(ConcentrationError, match="no column 2020; its columns are 2021, 2022"):
        rows(pd.DataFrame({2021: [1.0], 2022: [2.0]}), names, 2)


def test_columns_that_are_only_counted_are_read_by_position():
    assert rows(pd.DataFrame(ROWS)).tolist() == ROWS
    assert rows(pd.DataFrame(ROWS), ("2", "1", "0")).tolist() == ROWS
    assert rows(ROWS) is not None
    assert rows(FRAME[["temp", "ph", "salt"]], None).tolist() == ROWS


def test_a_series_is_a_row_of_several_inputs_and_a_column_of_one():
    assert rows(FRAME.loc["s2"]).tolist() == ROWS[1:]
    assert rows(pd.Series([5.0, 7.0, 20.0])).tolist() == ROWS[:1]
    assert rows(FRAME["ph"], ("ph",), 1).tolist() == [[7.0], [6.5]]
    assert rows(FRAME.loc["s1"], ("ph",), 1).tolist() == [[7.0]]
    assert rows(pd.Series([1.0, 2.0]), None, 1).tolist() == [[1.0], [2.0]]
    # A sample that is called like the input.
    assert rows(pd.Series([1.0, 2.0], ["ph", "b"], name="ph"), ("ph",), 1).tolist() == [
        [1.0],
        [2.0],
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            FRAME.drop(columns="ph"),
            "no column ph; its columns are salt, id, temp, and .* temp, ph, salt",
        ),
        (FRAME.rename(columns={"ph": "PH"}), "no column ph"),
        (FRAME.loc["s1"].drop("salt"), "no column salt; its columns are id, ph, temp"),
        (FRAME.assign(x=1).rename(columns={"x": " ph"}), "several columns named ph"),
        (FRAME.assign(ph=[7.0, None]), "row s2, column ph of the inputs is missing"),
        (FRAME.assign(ph=[7.0, np.inf]), "row s2, column ph of the inputs holds inf"),
        (FRAME.assign(salt=pd.array([1, None], "Int64")), "row s2, column salt .* is missing"),
        (FRAME.assign(temp=[5.0, "5 C"]), "row s2, column temp of the inputs holds '5 C'"),
        (FRAME.assign(temp=["5", "6"]), "row s1, column temp of the inputs holds '5'"),
        (FRAME.assign(temp=pd.to_datetime(["2020-01-01"] * 2)), "row s1, column temp .* 2020"),
        (FRAME.assign(temp=[1j, 2j]), "row s1, column temp .* 1j"),
        (pd.Series([1.0, 2.0, 3.0], ["a", "b", "c"]), "no column temp, ph, salt"),
    ],
)
def test_what_cannot_be_read_is_named(values, message):
    with pytest.raises(ConcentrationError, match=message):
        rows(values)


def test_a_series_of_another_name_is_no_column_for_a_single_input():
    with pytest.raises(ConcentrationError, match="no column ph; its columns are salt"):
        rows(FRAME["salt"], ("ph",), 1)


def test_many_columns_are_not_all_listed():
    frame = pd.DataFrame(np.ones((1, 785)), columns=[f"pixel{n}" for n in range(785)])
    with pytest.raises(ConcentrationError, match="pixel19 and 765 more"):
        rows(frame)


@given(st.data())
def test_shuffled_dropped_added_and_renamed_columns_never_give_another_number(data):
    frame = FRAME[data.draw(st.permutations(list(FRAME.columns)))]
    for name in data.draw(st.sets(st.sampled_from(NAMES), max_size=2)):
        change = data.draw(st.sampled_from(["drop", "rename", "add"]))
        if change == "drop":
            frame = frame.drop(columns=name)
        elif change == "rename":
            frame = frame.rename(columns={name: data.draw(st.text("phtemsal ", min_size=1))})
        else:
            frame.insert(data.draw(st.integers(0, frame.shape[1])), f"{name} 2", 99.0)
    cleaned = [clean_name(name) for name in frame.columns]
    if all(cleaned.count(name) == 1 for name in NAMES):
        expected = frame[[frame.columns[cleaned.index(name)] for name in NAMES]]
        assert rows(frame).tolist() == expected.to_numpy().tolist()
    else:
        with pytest.raises(ConcentrationError, match=r"no column|several columns"):
            rows(frame)


def test_names_of_columns_are_those_of_a_table_with_texts():
    assert column_names(FRAME) == ("salt", "id", "ph", "temp")
    assert column_names(pd.DataFrame(ROWS)) is None
    assert column_names(ROWS) is None


def test_a_neural_network_and_its_simulator_read_tables_by_name():
    expected = NETWORK.forward(ROWS)
    assert np.array_equal(NETWORK.forward(FRAME), expected)
    with Simulator(NETWORK) as simulator:
        settled = simulator.steady_state(FRAME)
        by_position = simulator.steady_state(ROWS)
    assert np.array_equal(settled.outputs, by_position.outputs)
    crn = compile_network(NETWORK, "absorbed", FRAME.iloc[1])
    assert [species.initial for species in crn.species[:3]] == ROWS[1]
    with pytest.raises(ConcentrationError, match="no column ph"):
        NETWORK.forward(FRAME[["temp", "salt"]])


def test_a_loaded_network_reads_tables_in_the_terms_of_its_user():
    codec = Codec(Encoder([True, False, False], names=NAMES), Decoder([False]))
    loaded = LoadedNetwork(NeuralNetwork([Layer([[1.0, -1.0, -2.0, 0.25]], [0.5])]), codec)
    frame = FRAME.assign(temp=[-5.0, 6.0])
    rows = frame[list(NAMES)].to_numpy()
    assert loaded.input_names == NAMES
    assert np.array_equal(loaded.encode(frame), loaded.encode(rows))
    assert np.array_equal(loaded.predict(frame), loaded.predict(rows))
    with pytest.raises(ConcentrationError, match="no column temp"):
        loaded.outputs(frame[["ph", "salt"]])


def test_names_that_nobody_gave_are_no_names_of_columns():
    network = NeuralNetwork(
        [Layer(np.ones((1, 4)), [0.5])],
        Encoder([True, True]).species_names,
    )
    codec = Codec(Encoder([True, True]), Decoder([False])).named_after(network.input_names, None)
    assert codec.encoder.names is None


def test_the_columns_of_the_data_name_the_inputs_of_an_import():
    arrays = {"0.weight": np.array([[1.0, -2.0, 0.25]])}
    frame = FRAME[["temp", "ph", "salt"]]
    imported = from_weights(arrays, "0", data=frame)
    assert imported.input_names == NAMES
    assert imported.report.error_bound_on_data is not None
    assert np.array_equal(imported.error_bounds(FRAME).largest, imported.error_bounds(ROWS).largest)
    named = from_weights(arrays, "0", data=FRAME, input_names=["temp", "ph\n", " salt"])
    assert named.codec == imported.codec
    with pytest.raises(InputValueError, match=r"4 columns, .*--columns salt,id,ph"):
        from_weights(arrays, "0", data=FRAME)
    with pytest.raises(InputValueError, match="names for 2 inputs, a, b, but the original has 3"):
        from_weights(arrays, "0", data=FRAME, input_names=["a", "b"])


def test_a_message_names_the_input_or_counts_from_1():
    with pytest.raises(ConcentrationError, match="input ph of row 2 is -1; concentrations"):
        check_inputs([[1.0, 1.0, 1.0], [1.0, -1.0, 1.0]], 3, NAMES)
    with pytest.raises(ConcentrationError, match=r"2 numbers a row, .* 3 inputs: temp, ph, salt"):
        check_inputs([1.0, 2.0], 3, NAMES)
    for values in ([[1j]], np.array(["2020-01-01"], "M8[D]")):
        with pytest.raises(ConcentrationError, match="must be an array of numbers"):
            check_inputs(values, 1)


@pytest.mark.parametrize(
    "labels",
    [
        pd.MultiIndex.from_tuples([("b", ""), ("a", "")]),
        pd.Index([b"b", b"a"]),
        pd.MultiIndex.from_tuples([("", "b"), ("a", "")]),
    ],
    ids=["levels", "bytes", "either level"],
)
def test_labels_of_several_levels_and_of_bytes_are_names(labels):
    table = pd.DataFrame([[1.0, 2.0]], columns=labels)
    assert Encoder([False, False], names=["a", "b"]).encode(table).tolist() == [[2.0, 1.0]]


@pytest.mark.parametrize("labels", [[1, 0], [2020, 2021], [("b", "x"), ("a", "x")]])
def test_labels_that_are_no_known_names_are_not_read_by_position(labels):
    table = pd.DataFrame([[1.0, 2.0]])
    table.columns = labels
    with pytest.raises(ConcentrationError, match="has no column a, b"):
        Encoder([False, False], names=["a", "b"]).encode(table)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ma.array([[1.0, 2.0]], mask=[[0, 1]]), "at place 1, 2 of the inputs is masked"),
        (pd.DataFrame({"a": np.array(["2020-01-01"], "M8[ns]"), "b": [1.0]}), "2020-01-01"),
        (pd.DataFrame({"a": np.array([5], "m8[ns]"), "b": [1.0]}), "no finite number"),
        (np.array([["2020", "2021"]], "M8[ns]"), "must be an array of numbers"),
        ([[10**400, 1]], "too large"),
        (pd.DataFrame({"a": [10**400], "b": [1]}), "too large"),
    ],
)
def test_what_is_no_number_never_becomes_one(values, words):
    with pytest.raises(ConcentrationError, match=words):
        Encoder([False, False], names=["a", "b"]).encode(values)
