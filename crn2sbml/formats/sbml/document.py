"""What stands in an SBML document, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from crn2sbml.errors import FormatError, UnsupportedError
from crn2sbml.formats.sbml.mathml import Expression
from crn2sbml.formats.sbml.xml import shortened

# Between reaction and parameter in the symbols of parameters of a single law: no file can hold it.
LOCAL = "\0"


@dataclass(slots=True)
class SpeciesEntry:
    """A species: its start as an amount or a concentration, and what holds it."""

    id: str
    name: str | None
    compartment: str
    concentration: float | None
    amount: float | None
    in_amounts: bool
    fixed: bool
    conversion: str | None
    line: int


@dataclass(slots=True)
class ReferenceEntry:
    """A species on one side of an arrow; its coefficient may be a formula."""

    species: str
    coefficient: float | Expression
    id: str | None
    line: int


@dataclass(slots=True)
class ReactionEntry:
    """A reaction with its law.

    Parameters of the law alone shadow those of the model; they have symbols of their own, by their
    names in the law.
    """

    id: str
    reactants: list[ReferenceEntry]
    products: list[ReferenceEntry]
    law: Expression
    local_symbols: dict[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class UnitPart:
    """A factor of a unit: a base unit, times a size, to a power."""

    kind: str
    size: float = 1.0
    exponent: float = 1.0


@dataclass(slots=True)
class Rule:
    """What changes a quantity other than a reaction does: its kind and its target."""

    kind: str
    variable: str
    line: int


@dataclass(slots=True)
class Document:
    """The parts of a model that decide how it behaves, in the order of the file.

    `model_units` are those of the whole model by quantity, `own_units` what species and
    compartments say of theirs. `lines_count` is False for SBML that antimony generated, whose line
    numbers the user never sees.
    """

    source: str
    lines_count: bool = True
    level: int = 0
    version: int = 0
    id: str | None = None
    conversion: str | None = None
    model_units: dict[str, str] = field(default_factory=dict)
    own_units: dict[str, set[str | None]] = field(default_factory=dict)
    unit_definitions: dict[str, tuple[UnitPart, ...]] = field(default_factory=dict)
    unit_names: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    functions: dict[str, tuple[tuple[str, ...], Expression]] = field(default_factory=dict)
    compartments: dict[str, float | None] = field(default_factory=dict)
    species: dict[str, SpeciesEntry] = field(default_factory=dict)
    parameters: dict[str, float | None] = field(default_factory=dict)
    parameter_units: dict[str, str] = field(default_factory=dict)
    local_parameters: dict[str, float | None] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)
    assignments: dict[str, tuple[Expression, int]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    reactions: list[ReactionEntry] = field(default_factory=list)

    def error(self, message: str, line: int) -> FormatError:
        """Return an error for what is broken, with the place."""
        return FormatError(f"{self._place(line)}: {shortened(message)}")

    def unsupported(self, message: str, line: int) -> UnsupportedError:
        """Return an error for what cannot be a reaction network of mass action, with the place."""
        return UnsupportedError(
            f"{self._place(line)}: {shortened(message)}", line if self.lines_count else None
        )

    def _place(self, line: int) -> str:
        return f"{self.source}, line {line}" if self.lines_count else self.source
