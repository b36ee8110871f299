"""SBML: libsbml has nothing to report and reads back what was written."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import basico
import libsbml
import numpy as np
import pytest
import roadrunner
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import crn2sbml
from crn2sbml import (
    Crn,
    Layer,
    NeuralNetwork,
    compile_network,
    extract_network,
    from_sbml,
    save_sbml,
    to_antimony,
    to_sbml,
)
from crn2sbml.errors import FileError, OutputExistsError, UnsupportedError
from tests.formats.examples import EXAMPLES, xor_network
from tests.strategies import examples, networks

GOLDEN = Path(__file__).parent / "golden"
# COPASI and scipy both run at relative tolerance 1e-10; 8e-11 was the most that was measured.
SAME_TRAJECTORY = 1e-8
# libsbml cannot read what lies between 0 and this.
SMALLEST, LARGEST = sys.float_info.min, sys.float_info.max

LEVELS = [(3, 1), (3, 2), (2, 4)]

every_level = pytest.mark.parametrize(
    "level_version", LEVELS, ids=lambda level: "L{}V{}".format(*level)
)
every_example = pytest.mark.parametrize("crn", EXAMPLES.values(), ids=EXAMPLES)


def findings(text):
    """What libsbml reports, at any severity, with every check switched on."""
    document = libsbml.readSBMLFromString(text)
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
    errors = (document.getError(i) for i in range(document.getNumErrors()))
    # Text only: the errors themselves go with their document.
    return [(error.getCategoryAsString(), error.getMessage()) for error in errors]


@pytest.mark.parametrize("name", ["L3V1", "L3V2", "l2v4"])
def test_levels_have_names(name):
    crn = Crn.from_text(["A -> B"])
    assert to_sbml(crn, level_version=name) == to_sbml(
        crn, level_version=(int(name[1]), int(name[3]))
    )
    with pytest.raises(UnsupportedError, match=r"'L4V1' is not written; choose one of .*L3V2"):
        to_sbml(crn, level_version="L4V1")


@every_level
@every_example
def test_no_consistency_check_has_anything_to_report(crn, level_version):
    text = to_sbml(crn, level_version=level_version)
    document = libsbml.readSBMLFromString(text)
    assert (document.getLevel(), document.getVersion()) == level_version
    assert findings(text) == []


@every_level
@pytest.mark.parametrize("volume", [1.0, 3.0])
@every_example
def test_the_same_network_is_read_again(crn, volume, level_version):
    assert from_sbml(to_sbml(crn, volume, level_version=level_version)) == crn


@every_level
@every_example
def test_roadrunner_runs_every_level_along_the_same_trajectory(crn, level_version):
    expected, other = (
        runner.simulate(0, 5, 26)
        for runner in (
            roadrunner.RoadRunner(to_sbml(crn)),
            roadrunner.RoadRunner(to_sbml(crn, level_version=level_version)),
        )
    )
    np.testing.assert_allclose(other, expected, rtol=1e-12, atol=1e-15)


@examples(8)
@given(networks(orders=(2, 3, 4, 5)), st.sampled_from(["enzymatic", "absorbed", "folded"]))
def test_random_networks_have_nothing_to_report(network, encoding):
    crn = compile_network(network, encoding, np.ones(network.widths[0]))
    assert findings(to_sbml(crn)) == []


@pytest.mark.parametrize(
    ("part", "wrong", "category"),
    [
        ('timeUnits="dimensionless" ', "", "SBML unit consistency"),
        ('value="0.7"', "", "Modeling practice"),
        ("SBO:0000176", "SBO:0000290", "SBO term consistency"),
        ('id="Y" ', 'id="X" ', "SBML identifier consistency"),
        ("<ci>k1</ci>", "<ci>k9</ci>", "MathML consistency"),
        ('boundaryCondition="true"', 'boundaryCondition="false"', "SBML component consistency"),
    ],
)
def test_the_checks_would_report_a_fault(part, wrong, category):
    text = to_sbml(EXAMPLES["section 5.1"])
    assert part in text
    assert category in {found for found, _ in findings(text.replace(part, wrong))}


@every_example
def test_libsbml_reads_back_what_was_written(crn):
    document = libsbml.readSBMLFromString(to_sbml(crn))
    assert (document.getLevel(), document.getVersion()) == (3, 1)
    model = document.getModel()
    constant = set(crn.constant_species)
    read = {s.getId(): s for s in model.getListOfSpecies()}
    assert list(read) == list(crn.species_ids)
    for species in crn.species:
        other = read[species.id]
        fixed = species.id in constant
        assert other.getInitialConcentration() == species.initial
        assert (other.getBoundaryCondition(), other.getConstant()) == (fixed, fixed)
        assert not other.getHasOnlySubstanceUnits()
        assert not species.name or other.getName() == species.name
    constants = {p.getId(): p.getValue() for p in model.getListOfParameters()}
    assert constants == crn.rate_constant_values
    vessel = model.getCompartment(0).getId()
    for reaction, other in zip(crn.reactions, model.getListOfReactions(), strict=True):
        assert other.getId() == reaction.id
        assert not other.getReversible()
        for side, listed in (
            (reaction.reactants, other.getListOfReactants()),
            (reaction.products, other.getListOfProducts()),
        ):
            assert [(r.getSpecies(), r.getStoichiometry()) for r in listed] == list(side)
        # No law holds a number: several programs read numbers in laws wrongly, or not at all.
        factors = [s for s, n in reaction.reactants for _ in range(n)]
        law = libsbml.formulaToL3String(other.getKineticLaw().getMath())
        assert law == " * ".join([vessel, reaction.rate, *factors])


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


@given(st.one_of(st.just(0.0), st.floats(SMALLEST, LARGEST)), st.floats(SMALLEST, LARGEST))
@example(SMALLEST, LARGEST)
@example(LARGEST, SMALLEST)
@example(0.1 + 0.2, 5e-324 + SMALLEST)
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
    assert to_sbml(crn).encode() == (GOLDEN / "xor_enzymatic.xml").read_bytes()


@pytest.mark.parametrize("write", [to_sbml, to_antimony], ids=["SBML", "Antimony"])
def test_another_process_writes_the_same_bytes(write):
    # Its sets of strings have another order: Python salts their hashes in each process.
    reactions = ["X + Y + E -> 2 Y + E", "Y + F -> X + F", "3 Z + E -> F + 2 Z", "Z + F -> X"]
    script = f"""
import sys
from crn2sbml import Crn, {write.__name__}
sys.stdout.buffer.write({write.__name__}(Crn.from_text({reactions})).encode())
"""
    for seed in ("1", "2"):
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(Path(crn2sbml.__file__).parents[1]),
        }
        command = [sys.executable, "-c", script]
        other = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
        assert other == write(Crn.from_text(reactions)).encode()


def test_the_volume_is_that_of_the_compartment_and_nothing_else_changes():
    crn = EXAMPLES["section 5.1"]
    assert to_sbml(crn, 2.0) == to_sbml(crn).replace('size="1.0"', 'size="2.0"')
    for volume in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(UnsupportedError, match="volume"):
            to_sbml(crn, volume)


@every_example
@pytest.mark.parametrize("volume", [1.0, 2.0])
@every_level
def test_copasi_runs_the_file_along_the_trajectory_of_scipy(crn, volume, level_version, tmp_path):
    save_sbml(crn, tmp_path / "a.xml", volume=volume, level_version=level_version)
    model = basico.load_model(str(tmp_path / "a.xml"))
    try:
        table = basico.run_time_course(
            duration=5.0, intervals=25, r_tol=1e-10, a_tol=1e-14, use_sbml_id=True
        )
        laws = basico.get_reactions()["function"].tolist()
    finally:
        basico.remove_datamodel(model)
    expected = solve_ivp(
        lambda _, x: crn.right_hand_side(x),
        (0.0, 5.0),
        crn.initial_state,
        "LSODA",
        np.linspace(0.0, 5.0, 26),
        rtol=1e-10,
        atol=1e-14,
    ).y[[crn.species_index[s] for s in crn.dynamic_species]]
    values = table[list(crn.dynamic_species)].to_numpy().T
    np.testing.assert_allclose(values, expected, rtol=SAME_TRAJECTORY, atol=SAME_TRAJECTORY)
    # COPASI calls mass action of order 0 a constant flux.
    assert laws == [
        f"{'Mass action' if reaction.reactants else 'Constant flux'} (irreversible)"
        for reaction in crn.reactions
    ]


@pytest.mark.parametrize("reaction", ["crn -> 0", "X --crn--> 0"])
def test_nothing_in_a_network_can_have_the_id_of_the_network(reaction):
    try:
        text = to_sbml(Crn.from_text([reaction], name="crn"))
    except crn2sbml.Crn2sbmlError:
        return
    assert findings(text) == []


def test_the_compartment_gets_an_id_that_is_free():
    text = to_sbml(Crn.from_text(["vessel -> vessel_2"], name="vessel_3"))
    assert '<compartment id="vessel_4"' in text
    assert findings(text) == []


def test_a_level_that_is_not_written_is_refused(tmp_path):
    with pytest.raises(UnsupportedError, match=r"\(2, 1\) is not written; choose one of \(3, 1\)"):
        save_sbml(EXAMPLES["chemistry"], tmp_path / "a.xml", level_version=(2, 1))
    assert list(tmp_path.iterdir()) == []


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


class FullDisk:
    """A file that takes one write and has no room for the next."""

    def __init__(self, stream):
        self.stream, self.writes = stream, 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stream.close()

    def write(self, piece):
        self.writes += 1
        if self.writes > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.stream.write(piece)


def test_a_write_that_breaks_off_leaves_the_old_file_as_it_was(tmp_path, monkeypatch):
    target = tmp_path / "a.xml"
    target.write_text("old")
    unreadable = Crn.from_text(["X -> 0", "E -> E + X"], initial={"E": 1e-310})
    with pytest.raises(UnsupportedError):
        save_sbml(unreadable, target, overwrite=True)
    opened = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *arguments: FullDisk(opened(*arguments)))
    with pytest.raises(FileError, match=r"a\.xml: No space left"):
        save_sbml(EXAMPLES["section 5.1"], target, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xml"]
    assert target.read_text() == "old"


def test_a_folder_that_cannot_be_written_to_is_a_clear_error(tmp_path, monkeypatch):
    # Not by permissions: they do not stop root, who may run the tests.
    def refuse(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(FileError, match=r"cannot write .*a\.xml: Permission denied"):
        save_sbml(EXAMPLES["section 5.1"], tmp_path / "a.xml")


@pytest.mark.slow
def test_a_few_thousand_reactions_have_nothing_to_report():
    crn = compile_network(NeuralNetwork.random((64, 16, 10), rng=1))
    document = libsbml.readSBMLFromString(to_sbml(crn))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, True)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, True)
    assert document.checkConsistency() == 0
    assert document.getNumErrors() == 0


@pytest.mark.slow
def test_libsbml_reads_the_largest_network_of_the_paper_as_we_do():
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    crn = compile_network(network)
    text = to_sbml(crn)
    test_libsbml_reads_back_what_was_written(crn)
    assert from_sbml(text) == crn
    assert extract_network(crn) == network


# Provenance


def model_of(text):
    return libsbml.readSBMLFromString(text).getModel()


@pytest.mark.parametrize("level_version", [(3, 1), (3, 2), (2, 4)])
def test_a_model_says_where_it_comes_from(level_version):
    network = NeuralNetwork.random((2, 3, 1), rng=1)
    text = to_sbml(compile_network(network), level_version=level_version)
    model = model_of(text)
    terms = [model.getCVTerm(n) for n in range(model.getNumCVTerms())]
    assert [term.getModelQualifierType() for term in terms] == [libsbml.BQM_IS_DESCRIBED_BY]
    assert terms[0].getResourceURI(0) == "https://identifiers.org/doi:10.1098/rsif.2021.0031"
    assert f"Written by crn2sbml {crn2sbml.__version__}." in model.getNotesString()
    assert libsbml.SyntaxChecker.hasExpectedXHTMLSyntax(model.getNotes())


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("enzymatic", "pair of species that stay constant"),
        ("absorbed", "are in the rate constants"),
        ("folded", "one data point"),
    ],
)
def test_a_model_explains_how_to_read_its_answer(encoding, words):
    network = NeuralNetwork(
        NeuralNetwork.random((2, 3, 2), rng=1).layers, ["width", "height"], ["cat & dog", "bird"]
    )
    text = model_of(to_sbml(compile_network(network, encoding, [1.0, 2.0]))).getNotesString()
    assert "layers of 2 - 3 - 2 nodes" in text
    assert words in text
    assert "<td>X2_1 (cat &amp; dog), X2_2 (bird)</td>" in text
    assert ("X0_1 (width), X0_2 (height)" in text) == (encoding != "folded")


def test_a_large_model_lists_the_ends_of_its_species():
    text = to_sbml(compile_network(NeuralNetwork.random((784, 2), rng=1)))
    assert "<td>784</td><td>X0_1 to X0_784</td>" in text
    assert len(text[: text.index("<listOfCompartments>")]) < 4000


def test_annotations_hold_no_numbers_of_the_network():
    crn = compile_network(NeuralNetwork([Layer([[0.8125]], [-7.5])]), inputs=[3.375])
    model = model_of(to_sbml(crn))
    for text in (model.getAnnotationString(), model.getNotesString()):
        for value in ("0.8125", "7.5", "3.375"):
            assert value not in text


def test_a_network_that_is_none_of_ours_is_not_described_by_the_paper():
    model = model_of(to_sbml(Crn.from_text(["0 -> X", "2 X -> X"])))
    assert model.getNumCVTerms() == 0
    assert "neural" not in model.getNotesString()


def test_what_was_read_is_written_with_the_same_notes():
    text = to_sbml(compile_network(NeuralNetwork.random((2, 3, 1), rng=1)))
    assert to_sbml(from_sbml(text)) == text
