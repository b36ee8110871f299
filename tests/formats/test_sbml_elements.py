"""Elements of SBML and MathML, read again by libsbml."""

import sys
from xml.etree import ElementTree

import libsbml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml.formats.sbml.elements import (
    LEVEL_2_VERSION_4,
    LEVEL_3_VERSION_1,
    LEVEL_3_VERSION_2,
    formula,
    mass_action,
    namespace,
    opening,
    plain_number,
)

FORMS = [LEVEL_3_VERSION_1, LEVEL_3_VERSION_2, LEVEL_2_VERSION_4]


def words(text):
    """A formula in the notation of libsbml."""
    tree = libsbml.readMathMLFromString(text)
    assert tree is not None
    assert tree.isWellFormedASTNode()
    return libsbml.formulaToL3String(tree)


@pytest.mark.parametrize("form", FORMS)
def test_name_spaces_are_those_of_libsbml(form):
    spaces = libsbml.SBMLNamespaces(form.level, form.version)

    assert namespace(form.level, form.version) == spaces.getURI()
    assert spaces.getURI() in opening(form)


def test_a_law_of_mass_action_is_compartment_times_constant_times_reactants():
    law = mass_action("vessel", "k", (("X", 1), ("Y", 2)))

    assert words(law) == "vessel * k * X * Y * Y"


def test_a_law_without_reactants_is_compartment_times_constant():
    assert words(mass_action("vessel", "k", ())) == "vessel * k"


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9)))
def test_a_plain_number_holds_all_digits(value):
    text = plain_number(value)

    # Mantissa and exponent have <sep/> between them.
    assert repr(float("e".join(ElementTree.fromstring(text).itertext()))) == repr(float(value))
    read = libsbml.readMathMLFromString(formula(text)).getValue()
    # libsbml multiplies the mantissa by a power of ten, which rounds once or twice more.
    assert read == pytest.approx(value, rel=1e-15, abs=sys.float_info.min)
