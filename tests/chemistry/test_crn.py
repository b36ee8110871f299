"""Section 2 and section 5.1 of the paper: definitions and examples as printed there."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import Crn, RateConstant, Reaction, Species, subnetwork, union
from crn2sbml.errors import CrnError

EXAMPLE_5_2 = ["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"]


def test_example_2_2():
    crn = Crn.from_text(["X1 + X2 -> 2 X2", "X2 -> X1"])
    assert crn.species_ids == ("X1", "X2")
    assert crn.complexes == (
        (("X1", 1), ("X2", 1)),
        (("X2", 2),),
        (("X2", 1),),
        (("X1", 1),),
    )
    np.testing.assert_array_equal(crn.reaction_vectors(), [[-1, 1], [1, -1]])


def test_example_2_3():
    crn = Crn.from_text(["0 -> X1 + X2", "X1 -> X3", "X3 -> X1", "X1 + X3 -> X3"])
    assert set(crn.species_ids) == {"X1", "X2", "X3"}
    # {0, X1 + X2, X1, X3, X1 + X3}
    assert {frozenset(c) for c in crn.complexes} == {
        frozenset(),
        frozenset({("X1", 1), ("X2", 1)}),
        frozenset({("X1", 1)}),
        frozenset({("X3", 1)}),
        frozenset({("X1", 1), ("X3", 1)}),
    }


def test_example_5_2_and_its_ode_16():
    crn = Crn.from_text(EXAMPLE_5_2, rate_constants={"k1": 0.7, "k2": 1.3})
    assert (crn.dynamic_species, crn.enzymatic_species) == (("X", "Y"), ("E", "F"))
    x, y, e, f = 2.0, 3.0, 5.0, 7.0
    flow = -0.7 * e * x * y + 1.3 * f * y
    state = [{"X": x, "Y": y, "E": e, "F": f}[s] for s in crn.species_ids]
    derivative = dict(zip(crn.species_ids, crn.right_hand_side(state), strict=True))
    assert derivative == pytest.approx({"X": flow, "Y": -flow, "E": 0.0, "F": 0.0})


def test_network_17_is_a_union_in_which_an_enzyme_becomes_dynamic():
    example = Crn.from_text(EXAMPLE_5_2)
    whole = union(example, Crn.from_text(["Z + F --k3--> Z"]))
    assert whole.to_text() == "\n".join([*EXAMPLE_5_2, "Z + F --k3--> Z"])
    assert set(whole.dynamic_species) == {"X", "Y", "F"}
    assert set(whole.enzymatic_species) == {"E", "Z"}
    part = subnetwork(whole, ["R1", "R2"])
    assert part.reactions == example.reactions
    assert set(part.enzymatic_species) == {"E", "F"}


species_names = st.sampled_from("ABCDE")
complexes = st.dictionaries(species_names, st.integers(1, 3), max_size=3).map(
    lambda side: tuple(side.items())
)


@st.composite
def crns(draw):
    edges = draw(
        st.lists(
            st.tuples(complexes, complexes).filter(lambda e: set(e[0]) != set(e[1])),
            min_size=1,
            max_size=5,
            unique_by=lambda e: (frozenset(e[0]), frozenset(e[1])),
        )
    )
    reactions = [Reaction(f"R{n}", left, right, f"k{n}") for n, (left, right) in enumerate(edges)]
    ids = dict.fromkeys(s for r in reactions for side in (r.reactants, r.products) for s, _ in side)
    positive = st.floats(0.1, 5.0)
    return Crn(
        [Species(s, draw(positive)) for s in ids],
        [RateConstant(r.rate, draw(positive)) for r in reactions],
        reactions,
    )


@given(crns(), st.integers(0, 99))
def test_the_right_hand_side_is_equation_2_vectorised_over_states(crn, seed):
    states = np.random.default_rng(seed).exponential(size=(2, 3, len(crn.species)))
    expected = np.zeros(states.shape)
    for place in np.ndindex(2, 3):
        for reaction in crn.reactions:
            rate = crn.rate_constant_values[reaction.rate]
            for species, n in reaction.reactants:
                rate *= states[place][crn.species_index[species]] ** n
            for species, n in reaction.reactants:
                expected[place][crn.species_index[species]] -= n * rate
            for species, n in reaction.products:
                expected[place][crn.species_index[species]] += n * rate
    size = np.abs(crn.reaction_rates(states)).max()
    tolerance = 1e-13 * max(1.0, size)  # sums of a few terms in another order
    np.testing.assert_allclose(crn.right_hand_side(states), expected, rtol=0, atol=10 * tolerance)
    by_matrix = crn.reaction_rates(states) @ crn.stoichiometry_matrix().T
    np.testing.assert_allclose(by_matrix, expected, rtol=0, atol=10 * tolerance)


@given(crns())
def test_species_are_enzymatic_or_dynamic_and_never_both(crn):
    changed = {s for r in crn.reactions for s in r.vector}
    assert set(crn.dynamic_species) == changed
    assert set(crn.enzymatic_species) == set(crn.species_ids) - changed


@given(crns(), st.data())
def test_containments_of_subnetworks(crn, data):
    """Section 5.1: S'_dyn is in S_dyn, and S_enz within S' is in S'_enz."""
    ids = [r.id for r in crn.reactions]
    part = subnetwork(crn, data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)))
    assert set(part.species_ids) <= set(crn.species_ids)
    assert set(part.dynamic_species) <= set(crn.dynamic_species)
    assert set(crn.enzymatic_species) & set(part.species_ids) <= set(part.enzymatic_species)
    assert union(crn, part) == crn


@given(crns(), st.data())
def test_a_union_is_a_set_union_in_whatever_order(crn, data):
    """Section 5.2, Step 3: what the parts share is there once."""
    some = st.lists(st.sampled_from([r.id for r in crn.reactions]), min_size=1, unique=True)
    a, b = (subnetwork(crn, data.draw(some)) for _ in range(2))
    whole = union(a, b)
    assert set(whole.species) == {*a.species, *b.species}
    assert set(whole.rate_constants) == {*a.rate_constants, *b.rate_constants}
    assert set(whole.reactions) == {*a.reactions, *b.reactions}
    assert set(union(b, a).reactions) == set(whole.reactions)


def test_a_reaction_is_an_edge_so_that_the_order_of_writing_does_not_matter():
    a = Crn.from_text(["A + B --k--> C"])
    b = Crn.from_text(["B + A --k--> C", "C --l--> A"])
    assert len(union(a, b).reactions) == 2


def test_ids_of_different_reactions_are_told_apart_in_a_union():
    whole = union(*(Crn.from_text([text]) for text in ("A -> B", "B -> C", "C -> A")))
    assert [(r.id, str(r)) for r in whole.reactions] == [
        ("R1", "A --k1--> B"),
        ("R1_2", "B --k1--> C"),
        ("R1_3", "C --k1--> A"),
    ]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (Crn.from_text(["A --k--> C"], initial={"A": 9.0}), "'A' differs"),
        (Crn.from_text(["A --k--> C"], rate_constants={"k": 9.0}), "'k' differs"),
        (Crn.from_text(["A --other--> B"]), "rate constant k in one part"),
    ],
)
def test_parts_that_contradict_each_other_cannot_be_united(others, words):
    with pytest.raises(CrnError, match=words):
        union(Crn.from_text(["A --k--> B"]), others)


def one(species=("A", "B"), rates=("k",), reactions=(("R", (("A", 1),), (("B", 1),), "k"),)):
    return Crn(
        [Species(s) for s in species],
        [RateConstant(k) for k in rates],
        [Reaction(*r) for r in reactions],
    )


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: one(species=(), reactions=()), "at least one species"),
        (lambda: one(species=("A", "B", "C")), "'C' occurs in no reaction"),
        (lambda: one(species=("A",)), "'B', which is no species"),
        (lambda: one(rates=()), "unknown rate constant 'k'"),
        (lambda: one(species=("A", "B", "A")), "'A' stands for two things"),
        (lambda: one(rates=("k", "A")), "'A' stands for two things"),
        (lambda: Reaction("R", (("A", 1),), (("A", 1),), "k"), "to itself"),
        (lambda: Reaction("R", (("A", 1), ("B", 1)), (("B", 1), ("A", 1)), "k"), "to itself"),
        (lambda: Reaction("R", (("A", 0),), (), "k"), "coefficient of A is 0"),
        (lambda: Reaction("R", (("A", 1.5),), (), "k"), "1.5"),
        (lambda: Reaction("R", (("A", 1), ("A", 1)), (), "k"), "stands twice"),
        (lambda: Crn.from_text(["A -> B", "A -> B"]), "same edge"),
        (lambda: Species("1A"), "'1A'"),
        (lambda: Species("A", -1.0), "-1.0"),
        (lambda: Species("A", float("inf")), "inf"),
        (lambda: Species("A", float("nan")), "nan"),
        (lambda: Species("A", name="two\nlines"), "one line"),
        (lambda: RateConstant("k", 0.0), "> 0"),
        (lambda: RateConstant("k", float("nan")), "nan"),
        (lambda: RateConstant("1k"), "'1k'"),
        (lambda: RateConstant("k", name="two\nlines"), "one line"),
        (lambda: Reaction("1R", (("A", 1),), (), "k"), "'1R'"),
        (lambda: Reaction("R", (("A", -1),), (), "k"), "coefficient of A is -1"),
        (lambda: Reaction("R", (("A", True),), (), "k"), "coefficient of A is True"),
        (lambda: Crn.from_text([]), "at least one species"),
        (lambda: Crn.from_text(["A -> B"], name="two words"), "'two words'"),
        (lambda: Crn.from_text(["A + B"]), "one arrow"),
        (lambda: Crn.from_text(["A -> B -> C"]), "one arrow"),
        (lambda: Crn.from_text(["A -> -1 B"]), "-1 B"),
        (lambda: Crn.from_text(["A + -> B"]), "cannot read ''"),
        (lambda: Crn.from_text(["0 A -> B"]), "coefficient of A is 0"),
        (lambda: Crn.from_text(["A -> A"]), "to itself"),
        (lambda: Crn.from_text(["A -> B"], rate_constants={"k2": 1}), "no rate constant 'k2'"),
        (lambda: Crn.from_text(["A -> 2.5 B"]), "2.5 B"),
        (lambda: Crn.from_text(["A -> B"], initial={"C": 1}), "no species 'C'"),
        (lambda: subnetwork(Crn.from_text(["A -> B"]), ["nope"]), "'nope'"),
        (lambda: Crn.from_text(["A -> B"]).right_hand_side([1.0]), "2 species"),
        (lambda: Crn.from_text(["A -> B"]).right_hand_side(1.0), "2 species"),
    ],
)
def test_what_is_no_reaction_network_is_refused(build, words):
    with pytest.raises(CrnError, match=words):
        build()


def test_a_network_prints_as_a_chemist_writes_it():
    crn = Crn.from_text(["0 --a--> X", "2 X --b--> X", "X + E -> E"], name="node")
    assert str(crn).splitlines() == [
        "Crn node: 1 dynamic and 1 enzymatic species, 3 reactions",
        "0 --a--> X",
        "2 X --b--> X",
        "X + E --k3--> E",
    ]
    assert crn.to_text(limit=1) == "0 --a--> X\n... and 2 more"


@pytest.mark.parametrize("text", ["2X->Y", "2 X -> Y", " 2 * X  --k1-->  Y "])
def test_spaces_and_signs_of_multiplication_do_not_matter(text):
    (reaction,) = Crn.from_text([text]).reactions
    assert reaction == Reaction("R1", (("X", 2),), (("Y", 1),), "k1")


@given(crns())
def test_what_is_printed_can_be_read(crn):
    again = Crn.from_text(crn.to_text().splitlines(), rate_constants=crn.rate_constant_values)
    assert [(r.key, r.rate) for r in again.reactions] == [(r.key, r.rate) for r in crn.reactions]
    assert again.rate_constants == crn.rate_constants
    assert again.species_ids == crn.species_ids


def test_long_networks_are_printed_in_part_and_written_in_full():
    crn = Crn.from_text([f"X{n} -> Y" for n in range(2000)])
    assert str(crn).endswith("\n... and 1,940 more")
    assert len(crn.to_text().splitlines()) == 2000


def test_metadata_is_carried_along_on_one_line_and_cannot_be_changed():
    species, reaction = Species("A"), Reaction("R", (("A", 1),), (), "k")
    crn = Crn([species], [RateConstant("k")], [reaction], metadata={"origin": "here"})
    assert pickle.loads(pickle.dumps(crn)).metadata == {"origin": "here"}
    with pytest.raises(TypeError):
        crn.metadata["origin"] = "there"
    with pytest.raises(CrnError, match=r"'origin'.*one line"):
        Crn([species], [RateConstant("k")], [reaction], metadata={"origin": "two\nlines"})


def test_a_matrix_that_does_not_fit_into_memory_is_refused(monkeypatch):
    crn = Crn.from_text(["A -> B", "B -> A"])
    monkeypatch.setattr("crn2sbml.chemistry.crn._LARGEST_DENSE_MATRIX", 4)
    assert crn.stoichiometry_matrix().shape == (2, 2)
    monkeypatch.setattr("crn2sbml.chemistry.crn._LARGEST_DENSE_MATRIX", 3)
    with pytest.raises(CrnError, match="2 species and 2 reactions does not fit into memory"):
        crn.stoichiometry_matrix()


@given(crns())
def test_networks_are_values(crn):
    crn.right_hand_side(crn.initial_state)
    again = pickle.loads(pickle.dumps(crn))
    assert again == crn
    np.testing.assert_array_equal(
        again.right_hand_side(crn.initial_state), crn.right_hand_side(crn.initial_state)
    )
