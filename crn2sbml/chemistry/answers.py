"""What someone wants to know of a reaction network, as formulas of its concentrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crn2sbml._support.arrays import Array


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that is the difference of two concentrations, or one of them.

    Parameters
    ----------
    id : str
        Identifier of the answer in files.
    name : str
        What people call it.
    plus : str
        Id of the species that counts as positive.
    minus : str, optional
        Id of the species that counts as negative.
    """

    id: str
    name: str
    plus: str
    minus: str | None = None

    def __str__(self) -> str:
        return self.plus if self.minus is None else f"{self.plus} - {self.minus}"


@dataclass(frozen=True, slots=True)
class Share:
    """An answer that is the softmax of others: exp(v) / (exp(v_1) + exp(v_2) + ...), or its log.

    Parameters
    ----------
    id : str
        Identifier of the answer in files.
    name : str
        What people call it.
    of : str
        Id of the answer v.
    among : tuple of str
        Ids of the answers v_1, v_2, ..., with v among them.
    logarithm : bool, default False
        Whether it is the logarithm of the share.
    """

    id: str
    name: str
    of: str
    among: tuple[str, ...]
    logarithm: bool = False


Answer = Difference | Share
"""What someone wants to know of a reaction network."""


def evaluate(
    answers: Sequence[Answer], concentrations: Mapping[str, Array], unit: float = 1.0
) -> dict[str, Array]:
    """Return the values of answers.

    Parameters
    ----------
    answers : sequence of Difference or Share
        A share stands behind the answers that it is made of.
    concentrations : mapping of str to numpy.ndarray
        Concentrations of the species, all of the same shape.
    unit : float, default 1.0
        What a concentration of 1 of the dimensionless reaction network is.

    Returns
    -------
    dict of str to numpy.ndarray
        The values by the ids of the answers.

    Examples
    --------
    >>> import numpy as np
    >>> evaluate([Difference("y", "yield", "A", "B")], {"A": np.array([3.0]), "B": np.array([1.0])})
    {'y': array([2.])}
    """
    values: dict[str, Array] = {}
    for answer in answers:
        if isinstance(answer, Difference):
            value = concentrations[answer.plus]
            if answer.minus is not None:
                value = value - concentrations[answer.minus]
            values[answer.id] = value / unit
        else:
            rivals = np.array([values[other] for other in answer.among])
            largest = rivals.max(axis=0)
            log = values[answer.of] - largest - np.log(np.exp(rivals - largest).sum(axis=0))
            values[answer.id] = log if answer.logarithm else np.exp(log)
    return values


def shown_answers(answers: Sequence[Answer]) -> Iterator[Answer]:
    """Yield the answers that others are not made of: those to draw and to print."""
    parts = {part for answer in answers if isinstance(answer, Share) for part in answer.among}
    return (answer for answer in answers if answer.id not in parts)
