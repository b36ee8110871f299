"""Species, rate constants and reactions: what a reaction network is made of."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from crn2sbml.errors import CrnError

Complex = tuple[tuple[str, int], ...]
"""A complex as (species id, coefficient) pairs, in the order a chemist writes them."""

# The identifiers that SBML, Antimony and Python share.
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

_ARROW = re.compile(r"\s*(?:->|--\s*(\w+)\s*-->)\s*")
_TERM = re.compile(r"(?:(\d+)\s*\*?\s*)?([A-Za-z_]\w*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Species:
    """A chemical species and its initial concentration.

    Parameters
    ----------
    id : str
        Identifier of letters, digits and underscores that starts with no digit.
    initial : float, default 0.0
        Initial concentration, finite and >= 0.
    name : str, optional
        Readable name for people.
    role : str, optional
        What the species stands for, carried along unread.
    buffered : bool, default False
        The concentration is held constant from outside, even if reactions consume or produce the
        species (SBML's boundary species).
    """

    id: str
    initial: float = 0.0
    name: str | None = None
    role: str | None = field(default=None, compare=False)
    buffered: bool = False

    def __post_init__(self) -> None:
        check_id(self.id, "species")
        if not (math.isfinite(self.initial) and self.initial >= 0):
            raise CrnError(
                f"species {self.id} starts at {self.initial!r}; "
                f"a concentration must be finite and >= 0"
            )
        check_label(self.name, f"the name of species {self.id}")


@dataclass(frozen=True, slots=True)
class RateConstant:
    """A mass-action rate constant kappa > 0, shared by one or more reactions."""

    id: str
    value: float = 1.0
    name: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "rate constant")
        if not (math.isfinite(self.value) and self.value > 0):
            raise CrnError(
                f"rate constant {self.id} is {self.value!r}; it must be finite and > 0 "
                f"(leave the reaction out instead of giving it rate 0)"
            )
        check_label(self.name, f"the name of rate constant {self.id}")


@dataclass(frozen=True, slots=True)
class Reaction:
    """A directed edge from one complex to another.

    Parameters
    ----------
    id : str
        Identifier that is unique within a reaction network.
    reactants, products : tuple of (str, int)
        Species ids with positive stoichiometric coefficients; ``()`` is the empty complex 0.
    rate : str
        Id of the rate constant.
    row : str, optional
        Where the reaction comes from, carried along unread.

    Raises
    ------
    CrnError
        If a coefficient is not a positive integer, a species stands twice in a complex, or both
        complexes are the same (Definition 2.1: no edge from a vertex to itself).
    """

    id: str
    reactants: Complex
    products: Complex
    rate: str
    row: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        check_id(self.id, "reaction")
        for side in (self.reactants, self.products):
            for species, coefficient in side:
                if type(coefficient) is not int or coefficient < 1:
                    raise CrnError(
                        f"reaction {self.id}: the coefficient of {species} is {coefficient!r}; "
                        f"complexes are combinations over the positive integers (Definition 2.1)"
                    )
            if len(side) > 1 and len({species for species, _ in side}) < len(side):
                raise CrnError(
                    f"reaction {self.id}: a species stands twice in {format_complex(side)}; "
                    f"add up its coefficients"
                )
        if self.reactants == self.products or self.key[0] == self.key[1]:
            raise CrnError(
                f"reaction {self.id} leads from {format_complex(self.reactants)} to itself, "
                f"which Definition 2.1 excludes; leave it out"
            )

    @property
    def order(self) -> int:
        """Number of molecules that meet: the sum of the reactant coefficients."""
        return sum(count for _, count in self.reactants)

    @property
    def key(self) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
        """The edge itself: both complexes, without regard to the order of writing."""
        return frozenset(self.reactants), frozenset(self.products)

    @property
    def vector(self) -> dict[str, int]:
        """The non-zero entries of the reaction vector, product minus reactant complex."""
        change = {species: -coefficient for species, coefficient in self.reactants}
        for species, coefficient in self.products:
            change[species] = change.get(species, 0) + coefficient
        return {species: entry for species, entry in change.items() if entry}

    def __str__(self) -> str:
        left, right = format_complex(self.reactants), format_complex(self.products)
        return f"{left} --{self.rate}--> {right}"


def format_complex(side: Complex) -> str:
    """Write a complex as a chemist does.

    Examples
    --------
    >>> format_complex((("X", 2), ("E", 1)))
    '2 X + E'
    >>> format_complex(())
    '0'
    """
    return " + ".join(s if n == 1 else f"{n} {s}" for s, n in side) or "0"


def parse_reaction(text: str, number: int) -> Reaction:
    """Read a reaction such as ``"A + B --k1--> 2 C"``; `number` names what is not named.

    Raises
    ------
    CrnError
        If it cannot be read.
    """
    parts = _ARROW.split(text.strip())
    if len(parts) != 3:
        raise CrnError(f"reaction {number}, {text!r}, needs one arrow: 'A + B -> 2 C'")
    left, rate, right = parts
    return Reaction(
        f"R{number}", _parse_complex(left, text), _parse_complex(right, text), rate or f"k{number}"
    )


def _parse_complex(text: str, reaction: str) -> Complex:
    if text.strip() in ("0", ""):
        return ()
    terms = []
    for term in text.split("+"):
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise CrnError(f"cannot read {term.strip()!r} in {reaction!r}; write '2 X' or 'X'")
        terms.append((match[2], int(match[1] or 1)))
    return tuple(terms)


def is_id(identifier: object) -> bool:
    """Tell whether all file formats can use the identifier."""
    return isinstance(identifier, str) and _ID.fullmatch(identifier) is not None


def check_id(identifier: str, what: str) -> None:
    """Raise an error unless all file formats can use the identifier."""
    if not is_id(identifier):
        raise CrnError(
            f"{identifier!r} cannot be the id of a {what}; use letters, digits and underscores, "
            f"not starting with a digit"
        )


def check_label(text: str | None, what: str) -> None:
    """Raise an error for a text that would break the attribute or comment that holds it."""
    if text is not None and not text.isprintable():
        raise CrnError(f"{what} is {text!r}; names must be printable and on one line")
