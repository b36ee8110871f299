"""Messages speak to users: of numbers and texts, not of the types that numpy has for them."""

import numpy as np
import pytest

from crn2sbml import Activation
from crn2sbml.errors import ActivationError, FileError, InputValueError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.str_("a"), "'a'"),
        (np.str_("it's (1)"), '"it\'s (1)"'),
        (np.float64(-0.5), "-0.5"),
        ([np.int64(3), np.True_], "[3, True]"),
        ({"np": np.float32(2)}, "{'np': 2.0}"),
        ("np.linalg", "'np.linalg'"),
    ],
)
def test_no_message_shows_what_numpy_calls_a_value(value, shown):
    assert str(InputValueError(f"x is {value!r}; y")) == f"x is {shown}; y"


def test_errors_of_the_package_are_such_messages():
    with pytest.raises(ActivationError, match=r"is -1\.0, but"):
        Activation(np.float64(-1.0))
    error = FileError(2, "no file", "name")  # the system's own errors keep their parts
    assert (error.errno, error.filename) == (2, "name")
