"""Section 5.1's alternative: enzymes absorbed into rate constants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, absorb_enzymes, fold
from crn2sbml.errors import UnsupportedError
from tests.chemistry.test_crn import crns

# Terms are added up in another order.
SUMMATION = 1e-12


def test_example_5_2_is_absorbed_as_printed():
    crn = Crn.from_text(
        ["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"],
        rate_constants={"k1": 2.0, "k2": 3.0},
        initial={"E": 5.0, "F": 7.0},
    )
    absorbed = absorb_enzymes(crn)
    assert absorbed.to_text() == "X + Y --k1_E--> 2 Y\nY --k2_F--> X"
    assert absorbed.rate_constant_values == {"k1_E": 10.0, "k2_F": 21.0}
    assert absorbed.enzymatic_species == ()


def test_an_enzyme_can_be_kept():
    crn = Crn.from_text(["E + X -> E + 2 X", "2 X -> X"], initial={"E": 5.0})
    assert absorb_enzymes(crn, keep=["E"]).enzymatic_species == ("E",)
    with pytest.raises(UnsupportedError, match="'X'"):
        absorb_enzymes(crn, keep=["X"])
    two = Crn.from_text(["E + F + X -> E + F", "0 -> X"], initial={"E": 5.0, "F": 7.0})
    absorbed = absorb_enzymes(two, keep=["E"])
    assert absorbed.to_text() == "E + X --k1_F--> E\n0 --k2--> X"
    assert absorbed.rate_constant_values == {"k1_F": 7.0, "k2": 1.0}
    assert {s.id: s.initial for s in absorbed.species} == {"E": 5.0, "X": 1.0}


def test_an_enzyme_that_acts_twice_is_absorbed_twice():
    """Mass action: the rate has the factor e^2."""
    crn = Crn.from_text(["2 E + X --k--> 2 E"], rate_constants={"k": 2.0}, initial={"E": 5.0})
    assert absorb_enzymes(crn).rate_constant_values == {"k_E": 50.0}


def test_reactions_of_rate_zero_are_dropped_and_equal_ones_merged():
    crn = Crn.from_text(
        ["A + X -> A + 2 X", "B + X -> B + 2 X", "C + X -> C", "2 X -> X"],
        initial={"A": 2.0, "B": 3.0, "C": 0.0},
    )
    absorbed = absorb_enzymes(crn)
    assert [str(r) for r in absorbed.reactions] == ["X --k_R1--> 2 X", "2 X --k4--> X"]
    assert absorbed.rate_constant_values["k_R1"] == 5.0


@pytest.mark.parametrize(
    ("gain", "loss", "left"), [(2.0, 3.0, "X --k_R2--> 0"), (3.0, 2.0, "X --k_R1--> 2 X")]
)
def test_folding_nets_growth_against_loss(gain, loss, left):
    crn = Crn.from_text(
        ["A + X -> A + 2 X", "B + X -> B", "2 X -> X"], initial={"A": gain, "B": loss}
    )
    folded = fold(crn)
    assert str(folded.reactions[0]) == left
    assert folded.rate_constants[0].value == 1.0
    assert fold(Crn.from_text(["A + X -> A + 2 X", "B + X -> B", "2 X -> X"])).to_text() == (
        "2 X --k3--> X"
    )


def test_a_network_in_which_nothing_would_happen_is_an_error():
    with pytest.raises(UnsupportedError, match="'X'"):
        absorb_enzymes(Crn.from_text(["A + X -> A", "Y -> 0"], initial={"A": 0.0}))
    with pytest.raises(UnsupportedError, match="no reaction"):
        absorb_enzymes(Crn.from_text(["A -> A + X"], initial={"A": 0.0}))


@given(crns(), st.integers(0, 99))
def test_absorbed_and_folded_networks_are_dynamically_equivalent(crn, seed):
    state = dict(
        zip(crn.species_ids, np.random.default_rng(seed).exponential(size=9), strict=False)
    )
    state |= {s.id: s.initial for s in crn.species if s.id in crn.enzymatic_species}
    if not crn.dynamic_species:
        return
    full = np.array([state[s] for s in crn.species_ids])
    expected = dict(zip(crn.species_ids, crn.right_hand_side(full), strict=True))
    size = max(1.0, np.abs(crn.reaction_rates(full)).sum())
    for change in (absorb_enzymes, fold):
        try:
            other = change(crn)
        except UnsupportedError:
            # All rates of a species cancel: its ODE is 0, and there is nothing to compare.
            assert change is fold
            assert min(abs(expected[s]) for s in crn.dynamic_species) <= 20 * SUMMATION * size
            continue
        rates = other.right_hand_side([state[s] for s in other.species_ids])
        for species, rate in zip(other.species_ids, rates, strict=True):
            assert rate == pytest.approx(expected[species], rel=0, abs=20 * SUMMATION * size)
