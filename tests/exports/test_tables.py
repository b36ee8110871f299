"""Tables and reaction lists: complete, exact, and read by the programs that they are for."""

import csv
import io
import sys
from dataclasses import replace

import openpyxl
import pytest
from crnsimulator import parse_crn_string

from crn2sbml import (
    Crn,
    LabUnits,
    NeuralNetwork,
    Species,
    compile_network,
    from_sbml,
    in_lab_units,
    to_sbml,
)
from crn2sbml.errors import MissingDependencyError, OutputExistsError, UnsupportedError
from crn2sbml.exports import (
    reaction_table,
    save_csv_tables,
    save_markdown_tables,
    save_nuskell,
    save_reaction_list,
    save_xlsx_tables,
    species_table,
    to_csv_tables,
    to_markdown_tables,
    to_nuskell,
    to_reaction_list,
)

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)
CRN = compile_network(NETWORK, inputs=[0.5, 1.0])
UNITS = LabUnits.parse("50 nM", "1 h")


def named(name):
    """2 X -> X with a readable name of X."""
    return replace(Crn.from_text(["2 X -> X"]), species=[Species("X", 1.0, name)])


def test_the_species_have_their_roles_values_and_types():
    table = species_table(CRN)
    assert [row[0] for row in table.rows] == list(CRN.species_ids)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["X0_2"] == ("input 2", "input", 1.0, "1", "enzymatic")
    assert rows["X2_1"] == ("output 1", "node", 1.0, "1", "dynamic")
    weight = float(NETWORK.layers[0].weights[0, 0])
    name = "weight of X0_1 to X1_1, positive half"
    assert rows["Wp1_1_1"] == (name, "weight", weight, "1", "enzymatic")


def test_the_reactions_have_their_row_of_table_1():
    rows = {row[0]: row[1:] for row in reaction_table(CRN).rows}
    assert rows["Rh1_1"] == ("H -> H + X1_1", "k_h", 1.0, "1", 1, "closeness to ReLU")
    assert rows["Rd2_1"] == ("2 X2_1 -> X2_1", "k_d", 1.0, "1", 2, "q-polynomial decay")
    assert rows["Rbm1_2"][-1] == "additive node bias"
    assert rows["Rwp2_1_3"][0] == "X1_3 + Wp2_1_3 + X2_1 -> X1_3 + Wp2_1_3 + 2 X2_1"


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed"])
def test_a_network_that_was_read_has_its_roles_and_rows_again(encoding):
    crn = compile_network(NETWORK, encoding, [0.5, 1.0])
    found = from_sbml(to_sbml(crn))
    assert species_table(found) == species_table(crn)
    assert reaction_table(found) == reaction_table(crn)


def test_other_networks_have_no_roles():
    table = species_table(replace(Crn.from_text(["2 X -> X"]), species=[Species("X", 1.0, "bias")]))
    assert table.rows == (("X", "bias", "", 1.0, "1", "dynamic"),)


def test_laboratory_units_are_in_the_tables():
    scaled = in_lab_units(CRN, UNITS)
    assert {row[4] for row in species_table(CRN, UNITS).rows} == {"nM"}
    assert [row[3] for row in species_table(CRN, UNITS).rows] == [s.initial for s in scaled.species]
    units = {row[5]: row[4] for row in reaction_table(CRN, UNITS).rows}
    assert units == {1: "h^-1", 2: "nM^-1 h^-1", 3: "nM^-2 h^-1"}


def test_csv_comes_back_bit_for_bit():
    texts = to_csv_tables(CRN)
    for table in (species_table(CRN), reaction_table(CRN)):
        header, *rows = csv.reader(io.StringIO(texts[table.title]))
        assert tuple(header) == table.columns
        kinds = [type(cell) for cell in table.rows[0]]
        read = [tuple(kind(cell) for kind, cell in zip(kinds, row, strict=True)) for row in rows]
        assert tuple(read) == table.rows


def test_markdown_has_every_row_and_escapes_what_would_break_it():
    text = to_markdown_tables(CRN)
    assert text.count("\n| R") == len(CRN.reactions)
    odd = named("a|b")
    assert "| X | a\\|b |" in to_markdown_tables(odd)


def test_a_workbook_has_both_sheets_and_no_formulas(tmp_path):
    crn = named("=1+1")
    save_xlsx_tables(crn, tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert workbook.sheetnames == ["species", "reactions"]
    cell = workbook["species"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    save_xlsx_tables(CRN, tmp_path / "b.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "b.xlsx")["reactions"].values)
    expected = reaction_table(CRN)
    assert rows[0] == expected.columns
    assert [tuple("" if cell is None else cell for cell in row) for row in rows[1:]] == list(
        expected.rows
    )


def test_the_same_network_gives_the_same_workbook(tmp_path):
    save_xlsx_tables(CRN, tmp_path / "a.xlsx")
    save_xlsx_tables(CRN, tmp_path / "b.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    assert content == (tmp_path / "b.xlsx").read_bytes()
    assert b"2026" not in content


def test_a_missing_library_is_an_error_that_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingDependencyError, match=r"crn2sbml\[xlsx\]"):
        save_xlsx_tables(CRN, tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own, of its parser
@pytest.mark.parametrize("units", [None, UNITS])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_crnsimulator_reads_the_same_network(encoding, units):
    crn = compile_network(NETWORK, encoding, [0.5, 1.0])
    expected = crn if units is None else in_lab_units(crn, units)
    reactions, species = parse_crn_string(to_nuskell(crn, units))

    def flat(side):
        return sorted(s for s, count in side for _ in range(count))

    assert [(sorted(left), sorted(right), float(k[0])) for left, right, k in reactions] == [
        (flat(r.reactants), flat(r.products), expected.rate_constant_values[r.rate])
        for r in expected.reactions
    ]
    constant = set(crn.constant_species)
    assert species == {
        s.id: ("constant" if s.id in constant else "initial", s.initial) for s in expected.species
    }


def test_nuskell_does_not_read_every_id():
    with pytest.raises(UnsupportedError, match="'_X'; it must start with a letter"):
        to_nuskell(Crn.from_text(["2 _X -> _X"]))


def test_a_reaction_list_reads_as_a_chemist_writes():
    text = to_reaction_list(CRN, UNITS)
    lines = text.splitlines()
    assert lines[0].startswith("network_2_3_1: concentrations are in nM, time is in h")
    assert "2 X2_1 -> X2_1" in text
    assert "0.02 nM^-1 h^-1" in text
    assert "H = 50.0 nM (constant)" in lines
    assert "X1_1 = 50.0 nM" in lines


@pytest.mark.parametrize(
    "save",
    [save_csv_tables, save_markdown_tables, save_xlsx_tables, save_reaction_list, save_nuskell],
)
def test_nothing_is_overwritten_unless_asked(tmp_path, save):
    path = tmp_path / "a.csv"
    save(CRN, path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(OutputExistsError):
        save(CRN, path)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    save(CRN, path, True, UNITS)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} != before
