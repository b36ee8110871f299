"""Antimony: made to be read by people, and antimony reads it to the same ODE."""

import re
from pathlib import Path

import antimony
import libsbml
import numpy as np
import pytest
import roadrunner
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, compile_network, save_antimony, to_antimony, to_sbml
from crn2sbml.errors import OutputExistsError
from tests.formats.examples import EXAMPLES, xor_network

GOLDEN = Path(__file__).parent / "golden"
# Both run at relative tolerance 1e-9 with nearly the same steps.
SAME_TRAJECTORY = 1e-7
# The text holds every bit; antimony itself keeps 15 digits of a number.
FIFTEEN_DIGITS = 1e-14

every_example = pytest.mark.parametrize("crn", EXAMPLES.values(), ids=EXAMPLES)


def through_antimony(crn, volume=1.0):
    """SBML that antimony makes of the text."""
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(to_antimony(crn, volume)) >= 0, antimony.getLastError()
    return antimony.getSBMLString(crn.name)


def run(sbml, species, t_end=5.0):
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance = 1e-9
    runner.integrator.absolute_tolerance = 1e-20
    runner.timeCourseSelections = [f"[{s}]" for s in species]
    return np.array(runner.simulate(0, t_end, 26))


@every_example
@pytest.mark.parametrize("volume", [1.0, 2.0])
def test_antimony_sbml_and_any_volume_have_the_same_trajectory(crn, volume):
    expected = run(to_sbml(crn), crn.species_ids)
    for sbml in (to_sbml(crn, volume), through_antimony(crn, volume)):
        np.testing.assert_allclose(
            run(sbml, crn.species_ids), expected, rtol=SAME_TRAJECTORY, atol=SAME_TRAJECTORY
        )


@every_example
def test_antimony_reads_the_same_right_hand_side(crn):
    runner = roadrunner.RoadRunner(through_antimony(crn))
    for seed in range(3):
        state = np.random.default_rng(seed).exponential(size=len(crn.species))
        for species, value in zip(crn.species_ids, state, strict=True):
            runner[f"[{species}]"] = value
        rates = dict(
            zip(
                runner.model.getFloatingSpeciesIds(),
                runner.model.getFloatingSpeciesConcentrationRates(),
                strict=True,
            )
        )
        expected = dict(zip(crn.species_ids, crn.right_hand_side(state), strict=True))
        assert set(rates) == set(crn.dynamic_species)
        for species, rate in rates.items():
            assert rate == pytest.approx(expected[species], rel=1e-11, abs=1e-11)


@every_example
def test_antimony_reads_every_number_and_every_constant_species(crn):
    model = libsbml.readSBMLFromString(through_antimony(crn)).getModel()
    for species in crn.species:
        other = model.getSpecies(species.id)
        assert other.getInitialConcentration() == pytest.approx(species.initial, rel=FIFTEEN_DIGITS)
        assert other.getCompartment() == "vessel"
        assert other.getBoundaryCondition() == (species.id in crn.enzymatic_species)
    for constant in crn.rate_constants:
        value = model.getParameter(constant.id).getValue()
        assert value == pytest.approx(constant.value, rel=FIFTEEN_DIGITS)


@given(st.floats(2.3e-308, 1.7e308))
def test_every_number_stands_in_the_text_bit_for_bit(concentration):
    text = to_antimony(Crn.from_text(["E -> E + X"], initial={"E": concentration}))
    (written,) = re.findall(r"^  E = (.*);$", text, re.MULTILINE)
    assert float(written) == concentration


def test_the_text_is_that_of_the_golden_file():
    # To renew: python -m tests.formats.renew_golden_files
    crn = compile_network(xor_network(), inputs=[0.0, 1.0])
    assert to_antimony(crn) == (GOLDEN / "xor_enzymatic.ant").read_text(encoding="utf-8")


def test_reactions_are_grouped_by_node_with_the_enzymes_that_only_it_uses():
    text = to_antimony(compile_network(xor_network()))
    shared, first, second, output = (
        text.index(words)
        for words in (
            "// Constant species that several parts use",
            "// X1_1: node 1 of layer 1",
            "// X1_2: node 2 of layer 1",
            "// X2_1: output 1: a xor b",
        )
    )
    assert shared < text.index("// input 1: a\n") < first
    assert first < text.index("Wp1_1_2 = ") < text.index("Rd1_1: ") < second
    assert second < text.index("Wp1_2_2 = ") < output < text.index("Wp2_1_2 = ")


def test_saving_protects_what_is_there(tmp_path):
    crn = EXAMPLES["section 5.1"]
    save_antimony(crn, tmp_path / "a.ant")
    assert (tmp_path / "a.ant").read_text(encoding="utf-8") == to_antimony(crn)
    with pytest.raises(OutputExistsError, match=r"a\.ant"):
        save_antimony(crn, tmp_path / "a.ant")
