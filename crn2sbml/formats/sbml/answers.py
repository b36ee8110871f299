"""Answers as parameters that assignment rules keep up to date, so that every tool shows them.

The rules hold no literals, which several programs read wrongly where they have units.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crn2sbml.chemistry.answers import Answer, Difference, Share
from crn2sbml.formats.sbml.elements import apply, formula, symbol


def answer_parameters(answers: Sequence[Answer]) -> str:
    """Write the parameters that hold answers."""
    return "".join(
        f'<parameter id="{answer.id}" name="{escape(answer.name)}" units="dimensionless" '
        f'constant="false"/>\n'
        for answer in answers
    )


def answer_rules(answers: Sequence[Answer], unit: str) -> str:
    """Write the rules by which answers follow the concentrations.

    Parameters
    ----------
    answers : sequence of Difference or Share
        The answers.
    unit : str
        Id of the parameter that holds the concentration of 1; empty in a dimensionless model.
    """
    if not answers:
        return ""
    rules = "".join(
        f'<assignmentRule variable="{answer.id}">{formula(_formula(answer, unit))}'
        f"</assignmentRule>\n"
        for answer in answers
    )
    return f"<listOfRules>\n{rules}</listOfRules>\n"


def _formula(answer: Answer, unit: str) -> str:
    if isinstance(answer, Share):
        return _share(answer)
    value = _difference(answer)
    return apply("divide", value, symbol(unit)) if unit else value


def _difference(answer: Difference) -> str:
    if answer.minus is None:
        return symbol(answer.plus)
    return apply("minus", symbol(answer.plus), symbol(answer.minus))


def _share(answer: Share) -> str:
    """Write a softmax so that no power of e can be too large for what is read off.

    exp(v) / sum exp(v_i) is exp(-ln(sum exp(v_i - v))), in which an infinite sum gives 0.
    """
    others = [
        apply("exp", apply("minus", symbol(other), symbol(answer.of))) for other in answer.among
    ]
    logarithm = apply("minus", apply("ln", apply("plus", *others)))
    return logarithm if answer.logarithm else apply("exp", logarithm)
