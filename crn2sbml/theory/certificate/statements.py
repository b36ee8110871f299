"""What is said of a property: proved, refuted or unknown, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crn2sbml.chemistry.reaction import Reaction, format_complex


class Verdict(StrEnum):
    """Whether a statement is proved, refuted by a witness, or neither."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Statement:
    """A verdict and its reason.

    Parameters
    ----------
    verdict : Verdict
        Whether it is proved, refuted or neither.
    because : str
        The proof in a few words, the witness, or what is missing.
    species : str, optional
        Id of the species that decides.
    reactions : tuple of str
        Ids of the reactions that decide.
    """

    verdict: Verdict
    because: str
    species: str | None = None
    reactions: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether it is proved."""
        return self.verdict is Verdict.PROVED

    @property
    def refuted(self) -> bool:
        """Whether there is a witness against it."""
        return self.verdict is Verdict.REFUTED

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            "verdict": str(self.verdict),
            "because": self.because,
            "species": self.species,
            "reactions": list(self.reactions),
        }


def proved(because: str, species: str | None = None) -> Statement:
    """State that something is proved."""
    return Statement(Verdict.PROVED, because, species)


def refuted(
    because: str, species: str | None = None, reactions: Iterable[Reaction] = ()
) -> Statement:
    """State that there is a witness against something."""
    return Statement(Verdict.REFUTED, because, species, tuple(r.id for r in reactions))


def unknown(
    because: str, species: str | None = None, reactions: Iterable[Reaction] = ()
) -> Statement:
    """State that something is neither proved nor refuted."""
    return Statement(Verdict.UNKNOWN, because, species, tuple(r.id for r in reactions))


def all_of(statements: Iterable[Statement], because: str) -> Statement:
    """Join statements that must all hold: the first refuted or else unknown one, or proved."""
    worst: Statement | None = None
    for statement in statements:
        if statement.refuted:
            return statement
        if not statement.proved and worst is None:
            worst = statement
    return worst or proved(because)


def describe(reactions: Iterable[Reaction]) -> str:
    """Name the first of some reactions as a chemist writes it."""
    first = next(iter(reactions))
    return f"{first.id} ({format_complex(first.reactants)} -> {format_complex(first.products)})"
