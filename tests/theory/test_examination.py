"""A certificate together with the settling time, and how both are written down."""

import pytest

from crn2sbml import Crn, Layer, NeuralNetwork, certify, compile_network, settling_time
from crn2sbml.errors import InputValueError
from crn2sbml.theory import Settling, examine
from crn2sbml.theory.presentation import reasons, times

NETWORK = NeuralNetwork([Layer([[1.0, -0.5]], [0.25])])
INPUTS = [[1.0, 2.0], [0.5, 0.0]]


def test_an_examination_is_the_certificate_with_its_settling_time():
    crn = compile_network(NETWORK, inputs=INPUTS[0])
    certificate, alone = examine(crn, 1e-2), certify(crn)
    assert certificate.settling.time == settling_time(NETWORK, INPUTS[:1], 1e-2)[0]
    assert alone.settling is None
    assert certificate.to_dict() == {
        **alone.to_dict(),
        "settling": {"accuracy": 1e-2, "time": certificate.settling.time, "none_because": None},
    }
    assert [sentence.partition(" ")[0] for sentence in times(certificate)] == ["The", "From"]
    assert [sentence.partition(" ")[0] for sentence in times(alone)] == ["The"]
    assert not list(reasons(certificate))


def test_the_settling_time_is_that_of_all_inputs_given():
    crn = compile_network(NETWORK)
    bound = settling_time(NETWORK, INPUTS, 1e-2).max()
    assert examine(crn, 1e-2, INPUTS).settling.time == bound


@pytest.mark.parametrize(
    ("reactions", "why"),
    [
        (["0 -> X", "X -> 2 X"], "not everything is proved at these numbers"),
        (
            ["0 -> X", "2 X -> X", "0 -> Y", "2 X + Y -> 2 X + 2 Y", "2 Y -> Y"],
            "the model is no neural network",
        ),
    ],
)
def test_where_there_is_no_settling_time_the_certificate_says_why(reactions, why):
    certificate = examine(Crn.from_text(reactions), 1e-3)
    assert certificate.settling.time is None
    assert certificate.settling.none_because.startswith(why)
    *_, last = times(certificate)
    assert last.startswith(f"No settling time: {why}")


def test_a_settling_time_is_proved_or_there_is_a_reason():
    for wrong in ({}, {"time": 1.0, "none_because": "too fine"}):
        with pytest.raises(InputValueError, match="give one of them"):
            Settling(1e-3, **wrong)
