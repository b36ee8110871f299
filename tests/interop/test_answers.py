"""Every tool answers by the user's own names, from every form of a file."""

import pytest

from tests.interop.answers import CASES, TOOLS

# Of what the network settles at; the archive asks for a relative tolerance of 1e-8 and stops when
# all is proved to be within 1e-3, which is then what it shows.
SAME, SHOWN = 1e-6, 1e-3

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answers_are_those_of_the_network(case, tool):
    answers = TOOLS[tool](case)
    executed = case.form == "OMEX" and tool == "tellurium"
    for name, value in case.expected().items():
        assert answers[name] == pytest.approx(value, abs=SHOWN if executed else SAME), name
