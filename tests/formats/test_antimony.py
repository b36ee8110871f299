"""Antimony: made to be read by people, and antimony reads it to the same ODE."""

import re
from pathlib import Path

import antimony
import libsbml
import numpy as np
import pytest
import roadrunner
from hypothesis import example, given
from hypothesis import strategies as st

from crn2sbml import (
    Crn,
    Crn2sbmlError,
    RateConstant,
    Reaction,
    Species,
    compile_network,
    from_antimony,
    load_antimony,
    save_antimony,
    to_antimony,
    to_sbml,
)
from crn2sbml.errors import (
    CrnError,
    FileError,
    FormatError,
    OutputExistsError,
    UnsupportedError,
)
from crn2sbml.formats.child import run_confined
from crn2sbml.formats.confined import EXIT_MODEL_REFUSED
from tests.formats.examples import EXAMPLES, xor_network
from tests.mutations import mutated, share_read
from tests.strategies import examples

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
        assert (other.getName() or None) == species.name
        assert other.getBoundaryCondition() == (species.id in crn.constant_species)
    for constant in crn.rate_constants:
        value = model.getParameter(constant.id).getValue()
        assert value == pytest.approx(constant.value, rel=FIFTEEN_DIGITS)


@every_example
def test_the_same_network_is_read_again(crn):
    found = from_antimony(to_antimony(crn, 3.0))
    # The text is grouped by node.
    assert sorted(found.reactions, key=str) == sorted(crn.reactions, key=str)
    assert sorted(found.species, key=str) == sorted(crn.species, key=str)
    assert found.rate_constants == crn.rate_constants
    assert found.name == crn.name


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("k = 0.1234567890123456789", 0.1234567890123456789),
        ("const k = 1.2345678901234567e-5", 1.2345678901234567e-5),
        ("k = 0.1234567890123456789; // k = 2.0", 0.1234567890123456789),
        ('k = 0.1234567890123456789; k is "k = 3"; /* k = 4; */ # k = 5', 0.1234567890123456789),
        # Assigned twice or by a formula: what antimony says, with its 15 digits.
        ("k = 2.0; k = 0.1234567890123456789", 0.123456789012346),
        ("k = 0.1234567890123456789 * 2", 0.246913578024692),
        ("k := 3", None),
    ],
)
def test_numbers_come_back_as_far_as_the_text_holds_them(statements, expected):
    text = f"J: A -> ; k*A; A = 1.0000000000000002\n{statements}\n"
    if expected is None:
        with pytest.raises(UnsupportedError, match=r"assignmentRule.*'k'"):
            from_antimony(text)
        return
    crn = from_antimony(text)
    assert crn.rate_constant_values["k"] == pytest.approx(expected, rel=1e-16, abs=0)
    assert crn.initial_state.tolist() == [1.0000000000000002]


def test_models_of_several_modules_are_read():
    text = """
    model inner(S)
      J: S -> ; k*S; k = 0.1234567890123456789
    end
    model *outer()
      A: inner(T); T = 2; K: -> T; 3; k = 7
    end
    """
    crn = from_antimony(text)
    assert [str(reaction) for reaction in crn.reactions] == ["T --A_k--> 0", "0 --k_K--> T"]
    assert crn.rate_constant_values == {"A_k": 0.123456789012346, "k_K": 3.0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one species"),
        ("J: A -> B; k*A", "'k' has no value"),
        (
            "J: A -> B; k*A; k = ;;)",
            "antimony cannot read the Antimony text: Error in model string",
        ),
        ("J: A -> ; k*A/(1+A); k = 1; A = 1", "law of reaction 'J' is not of mass action"),
        ('import "/etc/passwd"\nJ: A -> ; A; A = 1', "imports another file"),
        ("J: A -> B\x00; k*A", "no text"),
        ("J: A -> ; k*A; k = 1e400; A = 1", "1e400 is too large"),
        ("((((" * 3000, "antimony"),
        ("// \ud800", "no text"),
    ],
)
def test_broken_text_is_one_clear_error(text, words):
    with pytest.raises((FormatError, UnsupportedError), match=words):
        from_antimony(text)


# Each example starts antimony in a process of its own.
@pytest.mark.hypothesis
def test_no_mutation_does_harm():
    contents = mutated([to_antimony(compile_network(xor_network()))])

    def read(content):
        from_antimony(content.decode("utf-8", "replace"))

    assert share_read(read, contents, 25) > 0.04


def test_what_antimony_cannot_bear_is_refused(monkeypatch, tmp_path):
    crashing = tmp_path / "program.py"
    crashing.write_text("import os\nos.abort()\n")
    monkeypatch.setattr("crn2sbml.formats.child.confined.__file__", str(crashing))
    with pytest.raises(FormatError, match="antimony program failed on the Antimony text"):
        from_antimony("J: A -> ; A")
    crashing.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("crn2sbml.formats.antimony.read._MOST_SECONDS", 0.5)
    with pytest.raises(FormatError, match="square of the number of reactions"):
        from_antimony("J: A -> ; A")


def test_files_that_are_no_antimony_are_refused(tmp_path):
    path = tmp_path / "a.ant"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="no text in UTF-8"):
        load_antimony(path)
    path.write_bytes(b"A" * (9 << 20))
    with pytest.raises(FormatError, match="larger than 8 MiB"):
        load_antimony(path)
    with pytest.raises(FileError, match="no file"):
        load_antimony(tmp_path / "b.ant")
    save_antimony(EXAMPLES["chemistry"], path, overwrite=True)
    assert load_antimony(path).reactions == from_antimony(path.read_text()).reactions


@given(st.floats(2.3e-308, 1.7e308))
def test_every_number_stands_in_the_text_bit_for_bit(concentration):
    text = to_antimony(Crn.from_text(["E -> E + X"], initial={"E": concentration}))
    (written,) = re.findall(r"^  E = (.*);$", text, re.MULTILINE)
    assert float(written) == concentration


@given(st.floats(2.3e-308, 1.7e308).map(lambda value: float(f"{value:.15g}")))
def test_numbers_of_fifteen_digits_come_through_antimony_bit_for_bit(concentration):
    crn = Crn.from_text(["E -> E + X"], initial={"E": concentration})
    model = libsbml.readSBMLFromString(through_antimony(crn)).getModel()
    assert model.getSpecies("E").getInitialConcentration() == concentration


def test_the_text_is_that_of_the_golden_file():
    # To renew: python -m tests.formats.renew_golden_files
    crn = compile_network(xor_network(), inputs=[0.0, 1.0])
    assert to_antimony(crn).encode() == (GOLDEN / "xor_enzymatic.ant").read_bytes()


def named(name):
    """A network that shows a name wherever the text can."""
    return Crn(
        [Species("X", 0.5, name), Species("E", 2.0, name)],
        [RateConstant("k", 0.3, name)],
        [Reaction("R", (("X", 1), ("E", 1)), (("E", 1),), "k")],
        "c",
        {"note": name, "a = b/c": name},
    )


# Each example starts antimony in a process of its own.
@examples(15)
@given(st.text(min_size=1, max_size=8).filter(str.isprintable))
@example("a */ b /* c // d")
@example("/*")
@example('"""')
@example("a\\")
@example("; end")
@example("# $X @ %")
@example("&amp;&#65;&x;&")
def test_every_printable_name_comes_back(name):
    model = libsbml.readSBMLFromString(through_antimony(named(name))).getModel()
    found = [item.getName() for item in (*model.getListOfSpecies(), model.getParameter("k"))]
    assert found == [name] * 3
    text = to_antimony(named(name))
    assert from_antimony(text).metadata == {"note": name, "a = b/c": name}
    for key in ("note", "a%20%3D%20b/c"):
        text = text.replace(f"// @ {key} = {name}\n", f"// @ {key} = plain\n")
    assert to_antimony(named("plain")) == text.replace(quoted(name), '"plain"')


def test_a_comment_of_someone_else_breaks_nothing():
    text = "// @ by = Jane\tDoe\n// @ a%0Ab = c\n// @ lab = 3\nX -> ; k*X; k = 1; X = 1\n"
    assert from_antimony(text).metadata == {"lab": "3"}


def quoted(name):
    name = name.replace("&amp;&#65;", "&amp;amp;&amp;#65;")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("separator", ["\n", "\r", "\f", "\x00", "\x85", "\u2028"], ids=ascii)
def test_a_name_that_would_break_its_line_is_refused(separator):
    name = f"a{separator}X = 9"
    for build in (
        lambda: Species("X", 1.0, name),
        lambda: RateConstant("k", 1.0, name),
        lambda: Crn.from_text(["X -> 0"], name=name),
    ):
        with pytest.raises(CrnError):
            build()


@pytest.mark.parametrize("word", ["time", "pi", "end", "in", "gene", "substance", "exp", "crn"])
def test_a_word_of_the_language_cannot_break_the_text(word):
    # "crn" is the id of the model itself.
    crn = Crn.from_text([f"{word} -> 0"], initial={word: 0.5})
    try:
        sbml = through_antimony(crn)
    except Crn2sbmlError:
        return
    species = libsbml.readSBMLFromString(sbml).getModel().getSpecies(word)
    assert species.getInitialConcentration() == 0.5


def test_reactions_are_grouped_by_node_with_the_enzymes_that_only_it_uses():
    text = to_antimony(compile_network(xor_network()))
    shared, first, second, output = (
        text.index(words)
        for words in (
            "// Constant species that several parts use",
            "// X1_1\n",
            "// X1_2\n",
            "// X2_1\n",
        )
    )
    assert shared < text.index('X0_1 is "input 1: a";') < first
    assert first < text.index("Wp1_1_2 = ") < text.index("Rd1_1: ") < second
    assert second < text.index("Wp1_2_2 = ") < output < text.index("Wp2_1_2 = ")


def test_saving_protects_what_is_there(tmp_path):
    crn = EXAMPLES["section 5.1"]
    save_antimony(crn, tmp_path / "a.ant")
    assert (tmp_path / "a.ant").read_text(encoding="utf-8") == to_antimony(crn)
    with pytest.raises(OutputExistsError, match=r"a\.ant"):
        save_antimony(crn, tmp_path / "a.ant")
    save_antimony(crn, tmp_path / "a.ant", overwrite=True, volume=2.0)
    with pytest.raises(UnsupportedError):
        save_antimony(crn, tmp_path / "a.ant", overwrite=True, volume=0.0)
    assert (tmp_path / "a.ant").read_text(encoding="utf-8") == to_antimony(crn, 2.0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.ant"]


SECRET = "model secret\n X -> ; k_secret*X; k_secret = 0.123456789; X = 42\nend\n"


@pytest.mark.parametrize(
    "text",
    [
        'import "{}"\nmodel *m\n A: secret();\nend\n',
        'a=1; import "{}"\nmodel *m\n A: secret();\nend\n',
        'model m(); import "{}"; A: secret(); end',
        '/* */ import\n"{}"\nmodel *m\n A: secret();\nend\n',
    ],
)
def test_a_model_reaches_no_other_file(tmp_path, text):
    secret = tmp_path / "secret.ant"
    secret.write_text(SECRET, encoding="utf-8")
    model = tmp_path / "a.ant"
    model.write_text(text.format(secret), encoding="utf-8")
    with pytest.raises(FormatError, match="imports another file"):
        load_antimony(model)
    # Should a guard of ours ever miss it, antimony itself cannot open a file.
    stdin = model.read_bytes()
    done = run_confined("antimony", source="a.ant", stdin=stdin, seconds=60)
    assert done.returncode == EXIT_MODEL_REFUSED
    assert b"0.123456789" not in done.stdout + done.stderr


def test_the_word_import_may_stand_in_remarks_and_names():
    crn = from_antimony(
        '// import nothing\nmodel m() A -> B; k*A; k = 1; A = 1; B = 0; A is "import"; end'
    )
    assert crn.species[0].name == "import"
