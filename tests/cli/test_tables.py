"""Tables and names on the command line: `--input` and `--data` of every command that has them."""

import json

import numpy as np
import pandas as pd
import pytest

from crn2sbml import Layer, NeuralNetwork, load_crn
from crn2sbml.importers import LoadedNetwork
from crn2sbml.report.page import Report
from tests.cli.test_cli import run, succeed

NETWORK = NeuralNetwork([Layer([[1.0, -2.0, 0.25]], [0.5])], ["temp_C", "ph", "salt_mM"])
ROW = [5.0, 7.0, 20.0]


@pytest.fixture(autouse=True)
def folder(folder):
    NETWORK.save("net.npz")
    np.savez("weights.npz", **{"0.weight": NETWORK.layers[0].weights})
    growth = pd.DataFrame([["a", 20, 7, 3, 5]], columns=["id", "salt_mM", "ph", "growth", "temp_C"])
    growth.to_csv("growth.csv", index=False)
    growth.to_excel("growth.xlsx", index=False)
    growth.to_parquet("growth.parquet")
    return folder


def refused(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    return result.output


@pytest.mark.parametrize(
    "given",
    [
        *("growth.csv", "growth.xlsx", "growth.parquet", "5,7,20"),
        *("temp_C=5,ph=7,salt_mM=20", "ph=7, salt_mM=2e1, temp_C=5"),
    ],
)
def test_inputs_are_found_by_their_names(given):
    found = json.loads(succeed("simulate", "net.npz", "--input", given, "--json").output)
    assert found["outputs"][0] == pytest.approx(NETWORK.forward(ROW)[0].tolist(), abs=1e-5)


def test_every_command_with_inputs_finds_them_and_says_what_it_leaves_out(monkeypatch):
    shown = []  # a whole page takes seconds, and has tests of its own
    monkeypatch.setattr(
        "crn2sbml.cli.report.save_report",
        lambda source, page, force, inputs, **options: shown.append(inputs) or Report("", ()),
    )
    left_out = "growth.csv: left out the columns id, growth."
    assert left_out in succeed("simulate", "net.npz", "--input", "growth.csv").output
    given = ("--input", "growth.csv", "--encoding", "absorbed")
    assert left_out in succeed("build", "net.npz", "-o", "a.xml", *given).output
    assert left_out in succeed("export", "net.npz", "--to", "sbml", "-o", ".", *given).output
    assert left_out in succeed("report", "net.npz", "-o", "a.html", *given).output
    assert shown[0].tolist() == [ROW]
    for name in ("a.xml", "net.xml"):
        assert LoadedNetwork.load(name).inputs.tolist() == ROW
        assert [species.initial for species in load_crn(name).species[:3]] == ROW


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("in_tab.tsv", "there is no file in_tab.tsv"),
        ("5,x,20", "neither a file nor a list of numbers such as 0.5,1: 'x' is no number"),
        ("5,7", "2 numbers, but the network has 3 inputs: temp_C, ph, salt_mM"),
        ("5,7,-20", "--input 5,7,-20: input salt_mM is -20"),
        (",".join(["0.25"] * 100), "100 numbers, but the network has 3 inputs"),
        ("temp_C=5,ph=7", "no column salt_mM"),
        ("temp_C=5,ph=7,salt=20", "names salt, but the inputs are temp_C, ph, salt_mM"),
        ("temp_C=5,ph=7,ph=8", "gives ph twice"),
        ("temp_C=5,ph=x,salt_mM=2", "gives ph 'x', which is no number"),
        ("temp_C=5,7,20", "ends in '7,20', which has no name"),
        ("net.npz", "is an archive of arrays"),
        ("texts.npy", "and no numbers"),
        ("negative.csv", "negative.csv, line 4: input ph is -7"),
        ("empty.csv", "empty.csv, line 2, column ph is empty"),
    ],
)
def test_what_is_no_input_is_one_clear_line(folder, given, message):
    np.save("texts.npy", np.array(["5", "7", "20"]))
    (folder / "negative.csv").write_text("temp_C,ph,salt_mM\n5,7,20\n\n5,-7,20\n")
    (folder / "empty.csv").write_text("temp_C,ph,salt_mM,growth\n5,,20,3\n")
    assert message in refused("simulate", "net.npz", "--input", given)


def test_a_comma_may_stand_in_a_name():
    NeuralNetwork([Layer([[1.0, 0.0]], [0.5])], ["2,3-BPG", "a=b"]).save("bpg.npz")
    found = succeed("simulate", "bpg.npz", "--input", "a=b=1,2,3-BPG=2", "--json").output
    assert json.loads(found)["outputs"][0] == pytest.approx([2.5 / 2 + (2.5**2 / 4 + 1) ** 0.5])
    NeuralNetwork([Layer([[1.0, 0.0]], [0.5])]).save("nameless.npz")
    assert "have no names" in refused("simulate", "nameless.npz", "--input", "a=1,b=2")


def test_an_import_takes_columns_and_names_from_a_table():
    arguments = ("import", "weights.npz", "--layers", "0", "-o", "new.npz", "--data", "growth.csv")
    assert "5 columns, id, salt_mM, ph, growth, temp_C, but the original has 3 inputs" in refused(
        *arguments
    )
    names = ("--columns", "temp_C, ph,salt_mM", "--output-names", "growth")
    assert "growth.csv: left out the columns id, growth." in succeed(*arguments, *names).output
    codec = LoadedNetwork.load("new.npz").codec
    assert (codec.encoder.names, codec.decoder.names) == (NETWORK.input_names, ("growth",))
    assert LoadedNetwork.load("new.npz").predict([ROW]) == pytest.approx(-4.0, abs=0.01)
    assert "no column age; its columns are id," in refused(
        *arguments, "--force", "--columns", "age,ph,salt_mM"
    )


def test_the_header_of_the_data_names_the_inputs_of_an_import(folder):
    (folder / "genes.csv").write_text('"gene A";"gene\nB";pH\n0,5;1,5;7\n1,5;-2,5;6,5\n')
    succeed("import", "weights.npz", "--layers", "0", "-o", "new.npz", "--data", "genes.csv")
    imported = LoadedNetwork.load("new.npz")
    assert imported.input_names == ("gene A", "gene B", "pH")
    assert imported.network.input_names == ("gene A", "gene B (+)", "gene B (-)", "pH")
    by_name = succeed("simulate", "new.npz", "--input", "pH=7,gene A=0.5,gene B=1.5", "--json")
    in_order = succeed("simulate", "new.npz", "--input", "0.5,1.5,7", "--json")
    assert json.loads(by_name.output)["outputs"] == json.loads(in_order.output)["outputs"]


def nameless(folder):
    NeuralNetwork([Layer([[1.0, -2.0, 0.25]], [0.5])]).save("nameless.npz")
    (folder / "new.csv").write_text("pH,conc [nM],t\n5,7,20\n")
    return "input 1 is pH, input 2 is conc [nM], input 3 is t"


def test_columns_that_are_taken_in_their_order_are_told(folder):
    order = nameless(folder)
    line = f"new.csv: its columns are taken in their order: {order}.\n"
    given = ("--input", "new.csv")
    assert line in succeed("simulate", "nameless.npz", *given).output
    assert line in succeed("build", "nameless.npz", "-o", "a.xml", *given).output
    assert line in succeed("export", "nameless.npz", "--to", "sbml", "-o", ".", *given).output
    assert line in succeed("report", "nameless.npz", "-o", "a.html", *given).output
    (folder / "bare.csv").write_text("5,7,20\n")
    assert "order" not in succeed("simulate", "nameless.npz", "--input", "bare.csv").output
    assert "order" not in succeed("simulate", "net.npz", "--input", "growth.csv").output


def test_an_import_says_in_which_order_columns_became_inputs(folder):
    order = nameless(folder)
    arguments = ("import", "weights.npz", "--layers", "0", "-o", "new.npz", "--data", "new.csv")
    assert f"{order}; --columns gives another order.\n" in succeed(*arguments).output
    columns = ("--columns", "t,conc [nM],pH", "--force")
    assert "order" not in succeed(*arguments, *columns).output
    (folder / "new.csv").write_text("pH,conc [nM],t,id\n5,7,20,1\n")
    assert "--columns 'pH,conc [nM],t' on the command line" in refused(*arguments, "--force")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "--input is empty; give a file, or numbers such as 0.5,1"),
        ("x", "--input x is neither a file nor a list of numbers such as 0.5,1"),
        ("temp_C=5,5", "has no name; write decimal points"),
        ("temp_C=5,5,ph=7,salt_mM=2", "write decimal points"),
        ("5,5,7,5,2,5", "6 numbers, but the network has 3 inputs: temp_C, ph, salt_mM; write dec"),
    ],
)
def test_what_a_newcomer_types_is_told_what_it_lacks(given, message):
    assert message in refused("simulate", "net.npz", "--input", given)


def test_the_sheet_that_was_read_is_told(folder):
    frame = pd.DataFrame([ROW], columns=NETWORK.input_names)
    with pd.ExcelWriter("two.xlsx") as book:
        frame.to_excel(book, sheet_name="Plate 1", index=False)
        (-frame).to_excel(book, sheet_name="Plate 2", index=False)
    said = succeed("simulate", "net.npz", "--input", "two.xlsx").output
    assert "two.xlsx: read its first sheet, Plate 1, of 2.\n" in said
    assert "sheet" not in succeed("simulate", "net.npz", "--input", "growth.xlsx").output


@pytest.mark.parametrize("command", [("simulate", "--input", "5,7,20"), ("show",)])
def test_tables_are_written_as_csv_alone(folder, command):
    for name in ("out.xlsx", "out.txt", "out"):
        assert "use a name that ends in .csv" in refused(*command, "net.npz", "-o", name)
        assert not (folder / name).exists()
    succeed(*command, "net.npz", "-o", "out.CSV")
