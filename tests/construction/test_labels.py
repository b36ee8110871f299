"""Everything in a compiled network is called by one module, which reads its names again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import compile_network, from_sbml, to_sbml
from crn2sbml.chemistry.reaction import Reaction, Species
from crn2sbml.construction import labels
from crn2sbml.construction.labels import (
    Label,
    input_label,
    node_id,
    output_label,
    parse_node_id,
    read_label,
    role_of,
    row_of,
)
from tests.strategies import inputs_for, networks

NUMBERS = st.integers(1, 999_999_999)
# What a name of an input can be: printable and not blank.
NAMES = st.text(min_size=1).filter(lambda name: name.isprintable() and name.strip())


@given(st.integers(0, 999_999_999), NUMBERS)
def test_the_id_of_a_node_is_read_again(layer, node):
    assert parse_node_id(node_id(layer, node)) == (layer, node)


@given(NUMBERS, NAMES)
def test_the_name_of_an_input_or_output_is_read_again(number, name):
    names = {number - 1: name}
    assert read_label(input_label(number, names)) == Label("input", "input", number, name)
    assert read_label(output_label(number, names)) == Label("node", "output", number, name)
    assert read_label(input_label(number, None)) == Label("input", "input", number, "")


@given(st.data())
def test_roles_and_rows_come_back_from_files_that_hold_names_and_ids_alone(data):
    network = data.draw(networks())
    crn = compile_network(network, inputs=data.draw(inputs_for(network))[0])
    again = from_sbml(to_sbml(crn))
    assert {s.role for s in again.species} == {None}
    roles = {s.id: s.role for s in crn.species}
    assert {s.id: role_of(s) for s in again.species} == {s.id: roles[s.id] for s in again.species}
    rows = {r.id: r.row for r in crn.reactions}
    assert {r.id: row_of(r) for r in again.reactions} == {r.id: rows[r.id] for r in again.reactions}


@pytest.mark.parametrize(
    "name",
    [
        "input",
        "input signal",
        "input 3 of the cascade",
        "input 9999999999",
        "output of the gene",
        "node 3",
        "weight of the mouse",
        "weight of X0_1 to X1_1, positive",
        "bias of the study, positive half of it",
        "smoothing agent",
        "",
        None,
    ],
)
def test_names_that_only_sound_alike_say_nothing(name):
    assert read_label(name) is None
    assert role_of(Species("S", 1.0, name or None)) is None


@pytest.mark.parametrize("identifier", ["Rbinding", "Rh", "R1", "Rd1", "Rw1_2_3_4", "Rx1_1"])
def test_ids_that_only_look_alike_are_of_no_row(identifier):
    assert row_of(Reaction(identifier, (("X", 1),), (), "k")) is None


def test_a_role_that_is_given_stands_above_the_name():
    assert role_of(Species("S", 1.0, "input 1", labels.BIAS)) == labels.BIAS
