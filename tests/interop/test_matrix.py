"""Each tool follows scipy's trajectory of every form of the model."""

import pytest

from tests.interop.matrix import CASES, TOOLS, deviation

pytestmark = pytest.mark.interop

# Both integrate at relative tolerances of 1e-12; errors of single steps add up.
SAME = 1e-8


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_trajectory_is_that_of_scipy(case, tool):
    assert deviation(case, tool) < SAME
