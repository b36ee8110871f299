"""All that the theory says of a model, in the words and tables that people are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.recognise import RecognisedNetwork
from crn2sbml.errors import InputValueError, SimulationError
from crn2sbml.theory.certificate.certificate import HYPOTHESES, PROPERTIES, Certificate, Level
from crn2sbml.theory.certificate.certifier import certify
from crn2sbml.theory.certificate.exact import RationalInterval
from crn2sbml.theory.certificate.statements import Statement, Verdict
from crn2sbml.theory.settling.times import settling_time

LEVELS = ("for all constants", "at these numbers")
SPECIES_COLUMNS = ("species", "its equation at these numbers", "q", "settles at", "last rate")

# Wider equations do not fit beside the other columns.
_WIDEST_EQUATION = 60
_DIGITS = 5
_WORDS = {Verdict.PROVED: "holds", Verdict.REFUTED: "fails", Verdict.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class Examination:
    """What the theory says of a model.

    Parameters
    ----------
    certificate : Certificate
        The promises.
    accuracy : float
        What "settled" means, an absolute distance.
    settling_time : float or None
        Proven for every start; None if there is none.
    no_settling_time : str
        Why there is none.
    """

    certificate: Certificate
    accuracy: float
    settling_time: float | None
    no_settling_time: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {
            **self.certificate.to_dict(),
            "settling": {
                "accuracy": self.accuracy,
                "time": self.settling_time,
                "none_because": self.no_settling_time or None,
            },
        }

    @property
    def levels(self) -> tuple[Level, Level]:
        """What is said for all constants, and at these numbers."""
        return self.certificate.structural, self.certificate.at_these_numbers

    def hypothesis_rows(self) -> list[tuple[str, ...]]:
        """Return what Theorem 4.8 asks for, and whether it holds at each level."""
        return [
            (name, *(_WORDS[level.hypotheses[key].verdict] for level in self.levels))
            for key, name in HYPOTHESES.items()
        ]

    def property_rows(self) -> list[tuple[str, ...]]:
        """Return what Definition 4.7 promises, and the verdict at each level."""
        return [
            (name, *(str(level.properties[key].verdict) for level in self.levels))
            for key, name in PROPERTIES.items()
        ]

    def species_rows(self, most: int) -> list[tuple[str, ...]]:
        """Return a row for each of the first dynamic species, with :data:`SPECIES_COLUMNS`."""
        certificate = self.certificate
        rows: list[tuple[str, ...]] = []
        for species in certificate.dynamic[:most]:
            found = certificate.at_these_numbers.species[species]
            equation = certificate.polynomials[species].to_text(_DIGITS)
            if len(equation) > _WIDEST_EQUATION:
                equation = equation[:_WIDEST_EQUATION].rpartition(" ")[0] + " ..."
            order = "-" if found.decay_order is None else str(found.decay_order)
            ends = _shown(found.fixed_point, 6), _shown(found.rate, 4)
            rows.append((species, equation, order, *ends))
        return rows

    def reasons(self) -> Iterator[str]:
        """Yield each reason why something is not proved once, with what it decides."""
        found: dict[str, dict[str, list[str]]] = {}
        for level, title in zip(self.levels, LEVELS, strict=True):
            statements = {
                **{HYPOTHESES[key]: statement for key, statement in level.hypotheses.items()},
                **{PROPERTIES[key]: statement for key, statement in level.properties.items()},
            }
            for name, statement in statements.items():
                if not statement.proved:
                    found.setdefault(_sentence(statement), {}).setdefault(name, []).append(title)
        for reason, places in found.items():
            decided = "; ".join(
                f"{name} ({' and '.join(titles)})" for name, titles in places.items()
            )
            yield f"{reason}. Decides: {decided}."

    def times(self) -> Iterator[str]:
        """Yield sentences on how fast the model settles."""
        level = self.certificate.at_these_numbers
        if level.proved and (rate := level.rate) is not None:
            yield (
                f"The approach ends like exp(-lambda t) with every lambda below "
                f"{_shown(rate, 4)}, the least rate of a species."
            )
        if self.settling_time is not None:
            yield (
                f"From every start, at 0 or at infinity, all nodes are within {self.accuracy:g} of "
                f"their steady state by t = {rounded_up(self.settling_time)} (proven)."
            )
        else:
            yield f"No settling time: {self.no_settling_time}."


def rounded_up(value: float, digits: int = 4) -> str:
    """Write a number that is proved to be large enough with a few digits, none of them too small.

    Examples
    --------
    >>> rounded_up(3.81005), rounded_up(3.75), rounded_up(2.3e-9, 1)
    ('3.811', '3.75', '3e-09')
    """
    number = Decimal(value)
    last = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return f"{float(number.quantize(last, ROUND_CEILING)):.{digits}g}"


def examine(
    crn: Crn,
    recognised: RecognisedNetwork | None,
    accuracy: float,
    inputs: Array | None = None,
) -> Examination:
    """Certify a model, and bound its settling time if it is a neural network.

    Parameters
    ----------
    crn : Crn
        Any network.
    recognised : RecognisedNetwork or None
        The neural network in it, if there is one.
    accuracy : float
        What "settled" means, an absolute distance.
    inputs : numpy.ndarray, shape (n, width), optional
        Of the neural network: the settling time is for all of them; those in the model unless
        given.

    Returns
    -------
    Examination

    Raises
    ------
    InputValueError
        If the accuracy is not positive.
    """
    if not 0 < accuracy < np.inf:
        raise InputValueError(f"the accuracy is {accuracy!r}; it must be a positive number")
    certificate = certify(crn)
    if not certificate.at_these_numbers.proved:
        return Examination(certificate, accuracy, None, "not everything is proved at these numbers")
    if recognised is None:
        return Examination(certificate, accuracy, None, "the model is no neural network")
    rows = recognised.own_inputs(crn)[np.newaxis, :] if inputs is None else inputs
    try:
        time = float(settling_time(recognised.network, rows, accuracy).max())
    except (InputValueError, SimulationError) as error:
        return Examination(certificate, accuracy, None, str(error))
    return Examination(certificate, accuracy, time)


def _shown(interval: RationalInterval | None, digits: int) -> str:
    if interval is None:
        return "-"
    lower, _ = interval.to_floats()
    return str(interval) if lower is None else f"{lower:.{digits}g}"


def _sentence(statement: Statement) -> str:
    word = "Refuted" if statement.refuted else "Unknown"
    others = [r for r in dict.fromkeys(statement.reactions) if f"{r} (" not in statement.because]
    reactions = f" (reactions: {', '.join(others[:4])})" if others else ""
    return f"{word}: {statement.because}{reactions}"
