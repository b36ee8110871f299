"""SBML: libsbml has nothing to report and reads back what was written."""

from pathlib import Path

import libsbml
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, NeuralNetwork, compile_network, save_sbml, to_antimony, to_sbml
from crn2sbml.errors import FileError, OutputExistsError, UnsupportedError
from tests.formats.examples import EXAMPLES, xor_network

GOLDEN = Path(__file__).parent / "golden"

every_example = pytest.mark.parametrize("crn", EXAMPLES.values(), ids=EXAMPLES)


@every_example
def test_no_consistency_check_has_anything_to_report(crn):
    document = libsbml.readSBMLFromString(to_sbml(crn))
    for category in (
        libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY,
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
    ):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    document.validateSBML()
    found = [document.getError(i).getMessage() for i in range(document.getNumErrors())]
    assert found == []


@every_example
def test_libsbml_reads_back_what_was_written(crn):
    document = libsbml.readSBMLFromString(to_sbml(crn))
    assert (document.getLevel(), document.getVersion()) == (3, 1)
    model = document.getModel()
    enzymatic = set(crn.enzymatic_species)
    read = {s.getId(): s for s in model.getListOfSpecies()}
    assert list(read) == list(crn.species_ids)
    for species in crn.species:
        other = read[species.id]
        fixed = species.id in enzymatic
        assert other.getInitialConcentration() == species.initial
        assert (other.getBoundaryCondition(), other.getConstant()) == (fixed, fixed)
        assert not other.getHasOnlySubstanceUnits()
        assert not species.name or other.getName() == species.name
    constants = {p.getId(): p.getValue() for p in model.getListOfParameters()}
    assert constants == crn.rate_constant_values
    for reaction, other in zip(crn.reactions, model.getListOfReactions(), strict=True):
        assert other.getId() == reaction.id
        assert not other.getReversible()
        for side, listed in (
            (reaction.reactants, other.getListOfReactants()),
            (reaction.products, other.getListOfProducts()),
        ):
            assert [(r.getSpecies(), r.getStoichiometry()) for r in listed] == list(side)
        powers = [s if n == 1 else f"{s}^{n}" for s, n in reaction.reactants]
        law = libsbml.formulaToL3String(other.getKineticLaw().getMath())
        assert law.replace(" dimensionless", "") == " * ".join(["vessel", reaction.rate, *powers])


@every_example
def test_ids_and_names_are_unique(crn):
    model = libsbml.readSBMLFromString(to_sbml(crn)).getModel()
    elements = [
        *model.getListOfCompartments(),
        *model.getListOfSpecies(),
        *model.getListOfParameters(),
        *model.getListOfReactions(),
    ]
    ids = [element.getId() for element in elements]
    assert len(set(ids)) == len(ids)
    names = [element.getName() for element in elements if element.getName()]
    assert len(set(names)) == len(names)


@given(st.one_of(st.just(0.0), st.floats(2.3e-308, 1.7e308)), st.floats(2.3e-308, 1.7e308))
def test_numbers_come_back_bit_for_bit(concentration, constant):
    crn = Crn.from_text(
        ["E -> E + X"], initial={"E": concentration}, rate_constants={"k1": constant}
    )
    model = libsbml.readSBMLFromString(to_sbml(crn)).getModel()
    assert model.getSpecies("E").getInitialConcentration() == concentration
    assert model.getParameter("k1").getValue() == constant


def test_a_number_that_libsbml_cannot_read_is_refused(tmp_path):
    crn = Crn.from_text(["E -> E + X"], initial={"E": 1e-310})
    assert np.isnan(float(libsbml_reads("1e-310")))
    for write in (to_sbml, to_antimony):
        with pytest.raises(UnsupportedError, match="1e-310 is smaller"):
            write(crn)
    with pytest.raises(UnsupportedError):
        save_sbml(crn, tmp_path / "a.xml")
    assert list(tmp_path.iterdir()) == []


def libsbml_reads(number):
    text = to_sbml(Crn.from_text(["E -> E + X"], initial={"E": 0.125})).replace("0.125", number)
    return libsbml.readSBMLFromString(text).getModel().getSpecies("E").getInitialConcentration()


def test_the_text_is_that_of_the_golden_file():
    # To renew: python -m tests.formats.renew_golden_files
    crn = compile_network(xor_network(), inputs=[0.0, 1.0])
    assert to_sbml(crn) == (GOLDEN / "xor_enzymatic.xml").read_text(encoding="utf-8")


def test_the_volume_is_that_of_the_compartment_and_nothing_else_changes():
    crn = EXAMPLES["section 5.1"]
    assert to_sbml(crn, 2.0) == to_sbml(crn).replace('size="1.0"', 'size="2.0"')
    for volume in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(UnsupportedError, match="volume"):
            to_sbml(crn, volume)


def test_a_species_cannot_have_the_id_of_the_compartment():
    with pytest.raises(UnsupportedError, match="'vessel'"):
        to_sbml(Crn.from_text(["vessel -> 0"]))


def test_saving_writes_the_same_text_and_protects_what_is_there(tmp_path):
    crn = EXAMPLES["section 5.1"]
    save_sbml(crn, tmp_path / "a.xml")
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == to_sbml(crn)
    with pytest.raises(OutputExistsError, match=r"a\.xml"):
        save_sbml(crn, tmp_path / "a.xml")
    save_sbml(crn, tmp_path / "a.xml", overwrite=True, volume=2.0)
    with pytest.raises(FileError, match="there is no folder"):
        save_sbml(crn, tmp_path / "missing" / "a.xml")
    with pytest.raises(FileError, match="is a folder"):
        save_sbml(crn, tmp_path)
    with pytest.raises(UnsupportedError):
        save_sbml(crn, tmp_path / "b.xml", volume=0.0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]


@pytest.mark.slow
def test_a_few_thousand_reactions_have_nothing_to_report():
    crn = compile_network(NeuralNetwork.random((64, 16, 10), rng=1))
    document = libsbml.readSBMLFromString(to_sbml(crn))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, True)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, True)
    assert document.checkConsistency() == 0
    assert document.getNumErrors() == 0
