"""What can be promised of a reaction network, and what cannot, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.errors import InputValueError
from crn2sbml.theory.certificate.exact import RationalInterval, format_exactly
from crn2sbml.theory.certificate.laws import ConservationLaw
from crn2sbml.theory.certificate.polynomials import Polynomial
from crn2sbml.theory.certificate.statements import Statement

READINGS = (
    "Definition 4.7(2) is proved with a compact set K that may depend on the parameters y; a "
    "single K for all of them does not exist, since the fixed point grows with y.",
    "Definition 4.7(3) is proved as |x(t) - X(y)| <= c exp(-lambda t) with c depending on y and on "
    "the start; with the printed constant 1 it fails in layered systems, where the error can rise "
    "before it falls.",
    "Starts and parameters of Theorem 4.8 are taken from the closed orthant, 0 included.",
    "Feed-forward means any order in which each species depends on itself and on earlier ones "
    "only; the induction of Theorem 4.8 needs no more. Reactions have a rate constant each "
    "(Definition 5.3), also where the model shares one.",
    "At these numbers, reliable means that all starts have the same limit; that it is a "
    "continuously differentiable function of the parameters is part of the structural statement.",
)
"""How the paper's definitions are read where they cannot hold, or can be read in two ways."""

CONDITIONS = {
    "reliable": "each species reliable",
    "decay": "each species with q-polynomial decay, q > 1",
    "feed_forward": "each species exponentially feed-forward",
}
"""The conditions of Theorem 4.8 on each species."""

HYPOTHESES = {
    "types": "each species dynamic or enzymatic",
    "order": "a feed-forward order",
    **CONDITIONS,
}
"""The hypotheses of Theorem 4.8: Definition 5.1, equations (11)-(12), and the conditions."""

PROPERTIES = {
    "reliable": "is reliable: one limit for all starts",
    "from_infinity": "converges from infinity in finite time",
    "exponential": "is exponentially reliable",
}
"""The properties of Definition 4.7, by their numbers there."""


@dataclass(frozen=True, slots=True)
class SpeciesCertificate:
    """What holds for one species at one level.

    Parameters
    ----------
    hypotheses : mapping of str to Statement
        The conditions of Theorem 4.8, "reliable", "decay" and "feed_forward", for every
        concentration >= 0 of the species before it.
    properties : mapping of str to Statement
        The properties of Definition 4.7, "reliable", "from_infinity" and "exponential", for this
        species within the reaction network.
    decay_order : int or None
        The largest q of its q-polynomial decay.
    fixed_point : RationalInterval or None
        The concentration that it settles at, between two rationals; None where that is not proved
        or no number.
    rate : RationalInterval or None
        The rate of the last approach to it, -f'(x) there; None likewise.
    """

    hypotheses: Mapping[str, Statement]
    properties: Mapping[str, Statement]
    decay_order: int | None = None
    fixed_point: RationalInterval | None = None
    rate: RationalInterval | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """The statements at one level: structural, or at the numbers of the reaction network.

    Parameters
    ----------
    hypotheses : mapping of str to Statement
        The hypotheses of Theorem 4.8, by the keys of ``HYPOTHESES``. Where one fails, the theorem
        says nothing; the properties may hold all the same.
    properties : mapping of str to Statement
        The properties of Definition 4.7, by the keys of ``PROPERTIES``.
    order : tuple of tuple of str, or None
        Dynamic species in feed-forward order, those that may stand side by side together; None
        if there is a cycle.
    laws : tuple of ConservationLaw, or None
        Integer conservation laws; None if they were too many to look for.
    species : mapping of str to SpeciesCertificate
        What holds for each dynamic species.
    """

    hypotheses: Mapping[str, Statement]
    properties: Mapping[str, Statement]
    order: tuple[tuple[str, ...], ...] | None
    laws: tuple[ConservationLaw, ...] | None
    species: Mapping[str, SpeciesCertificate]

    @property
    def proved(self) -> bool:
        """Whether all three properties are proved."""
        return all(statement.proved for statement in self.properties.values())

    @property
    def rate(self) -> RationalInterval | None:
        """Smallest rate of the last approach over all species, or None where one is not known."""
        rates = [species.rate for species in self.species.values()]
        known = [rate for rate in rates if rate is not None]
        if not known or len(known) < len(rates):
            return None
        return min(known, key=lambda rate: rate.lower)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {
            "proved": self.proved,
            "hypotheses": _plain(self.hypotheses),
            "properties": _plain(self.properties),
            "order": None if self.order is None else [list(layer) for layer in self.order],
            "conservation_laws": None if self.laws is None else [str(law) for law in self.laws],
            "species": {
                species: {
                    "hypotheses": _plain(own.hypotheses),
                    "properties": _plain(own.properties),
                    "decay_order": own.decay_order,
                    "fixed_point": _ends(own.fixed_point),
                    "rate": _ends(own.rate),
                }
                for species, own in self.species.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Settling:
    """How long a reaction network takes to settle from every start, if that is proved.

    Parameters
    ----------
    accuracy : float
        The absolute, dimensionless distance to the steady state that counts as settled.
    time : float, optional
        The dimensionless time from which on everything is settled; None if none is proved.
    none_because : str, optional
        The reason why no time is proved; None if one is.
    """

    accuracy: float
    time: float | None = None
    none_because: str | None = None

    def __post_init__(self) -> None:
        if (self.time is None) == (self.none_because is None):
            raise InputValueError(
                f"the time is {self.time!r} and the reason for none {self.none_because!r}; give "
                f"one of them"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {"accuracy": self.accuracy, "time": self.time, "none_because": self.none_because}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What can be promised of a reaction network: :func:`~crn2sbml.theory.certify` makes it.

    Parameters
    ----------
    name : str
        Name of the reaction network.
    dynamic, enzymatic, buffered : tuple of str
        Ids of the species of each type (Definition 5.1). A buffered species is held constant
        although a reaction changes it; it is not enzymatic.
    polynomials : mapping of str to Polynomial
        Right-hand side of each dynamic species, in exact rationals.
    structural : Level
        What holds for all positive rate constants and concentrations of enzymatic species
        (Definition 5.3).
    at_these_numbers : Level
        What holds for the numbers of the reaction network, of which some may be 0.
    settling : Settling, optional
        How fast it settles, where that was asked for.
    units : LabUnits, optional
        The units of the numbers of the reaction network, if it has any.
    """

    name: str
    dynamic: tuple[str, ...]
    enzymatic: tuple[str, ...]
    buffered: tuple[str, ...]
    polynomials: Mapping[str, Polynomial]
    structural: Level
    at_these_numbers: Level
    settling: Settling | None = None
    units: LabUnits | None = None

    @property
    def levels(self) -> tuple[Level, Level]:
        """What holds for all constants, and at these numbers."""
        return self.structural, self.at_these_numbers

    @property
    def proved(self) -> bool:
        """Whether all properties are proved, at both levels."""
        return all(level.proved for level in self.levels)

    @property
    def readings(self) -> tuple[str, ...]:
        """How definitions of the paper are read where they cannot hold as printed."""
        return READINGS

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {
            "name": self.name,
            "proved": self.proved,
            "dynamic_species": list(self.dynamic),
            "enzymatic_species": list(self.enzymatic),
            "buffered_species": list(self.buffered),
            "polynomials": {
                species: [
                    {
                        "degree": term.degree,
                        "upstream": dict(term.upstream),
                        "coefficient": format_exactly(term.value),
                    }
                    for term in polynomial.terms
                    if term.value
                ]
                for species, polynomial in self.polynomials.items()
            },
            "structural": self.structural.to_dict(),
            "at_these_numbers": self.at_these_numbers.to_dict(),
            "readings": list(self.readings),
            **({} if self.settling is None else {"settling": self.settling.to_dict()}),
            **({} if self.units is None else {"units": asdict(self.units)}),
        }

    def __str__(self) -> str:
        lines = [repr(self)]
        for title, level in (
            ("For all positive rate constants and enzymes", self.structural),
            ("At these numbers", self.at_these_numbers),
        ):
            lines.append(f"{title}:")
            for names, statements in (
                (HYPOTHESES, level.hypotheses),
                (PROPERTIES, level.properties),
            ):
                lines += [
                    f"  {names[key]}: {statement.verdict} ({statement.because})"
                    for key, statement in statements.items()
                ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        verdict = "everything proved" if self.proved else "not everything proved"
        return f"Certificate of {self.name}, {len(self.dynamic):,} dynamic species: {verdict}"


def _plain(statements: Mapping[str, Statement]) -> dict[str, Any]:
    return {key: statement.to_dict() for key, statement in statements.items()}


def _ends(interval: RationalInterval | None) -> list[float | None] | None:
    return None if interval is None else list(interval.to_floats())
