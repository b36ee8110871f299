"""The numbers of a document at time 0: parameters, sizes and starts, assignments included."""

from __future__ import annotations

import math

from crn2sbml.formats.sbml.document import Document, SpeciesEntry
from crn2sbml.formats.sbml.laws import Budget, evaluate
from crn2sbml.formats.sbml.mathml import Expression, MathError

# Assignments that need each other, which may stand in any order.
_LONGEST_CHAIN = 50
# What the formulas of a file may cost; a law of ours takes 7 steps.
_STEPS = 2_000_000
_STEPS_FOR_EACH_REACTION = 100


class Values:
    """Looks up numbers and works out initial assignments when they are first needed.

    Parameters
    ----------
    document : Document
        What was read.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[str, float] = {}
        self._chain: list[str] = []
        self._without_size: set[str] = set()
        self.budget = Budget(_STEPS + _STEPS_FOR_EACH_REACTION * len(document.reactions))
        self._rules = {rule.variable: rule for rule in document.rules}
        self.check("")  # an algebraic rule has no target: it may change anything

    @property
    def compartments_without_size(self) -> set[str]:
        """Compartments whose size was needed, but is not given, so that 1 was taken."""
        return self._without_size

    def check(self, symbol: str) -> None:
        """Raise an error if something other than reactions changes what matters."""
        if symbol in self._rules:
            rule = self._rules[symbol]
            what = f"{symbol!r}, on which the rates depend" if symbol else "the model"
            raise self._document.unsupported(
                f"{rule.kind} changes {what}; only reactions of mass action can be read", rule.line
            )

    def evaluate(self, formula: Expression, line: int, what: str) -> float:
        """Return the value of a formula at time 0."""
        try:
            return evaluate(formula, self._document.functions, self.at_start, self.budget)
        except MathError as error:
            raise self._document.error(f"{what}: {error}", line) from None

    def at_start(self, symbol: str) -> float | None:
        """Return the value of a symbol at time 0, or None if it has none.

        Raises
        ------
        FormatError
            If its assignment has no value.
        MathError
            If a value is missing.
        """
        if symbol not in self._known:
            self.check(symbol)
            value = self._value(symbol)
            if value is None:
                return None
            if not math.isfinite(value):
                raise MathError(f"{symbol!r} is {value!r}, no finite number")
            self._known[symbol] = value
        return self._known[symbol]

    def constant(self, symbol: str) -> float | None:
        """Return the value of a parameter or the size of a compartment; None for others."""
        document = self._document
        if symbol in document.parameters or symbol in document.compartments:
            return self.at_start(symbol)
        return None

    def size(self, compartment: str, entry: SpeciesEntry) -> float:
        """Return the size of the compartment that a species is in."""
        if compartment not in self._document.compartments:
            raise self._document.error(
                f"species {entry.id!r} is in the unknown compartment {compartment!r}", entry.line
            )
        try:
            size = self.at_start(compartment)
        except MathError as error:
            raise self._document.error(f"the size of {error}", entry.line) from None
        assert size is not None
        return size

    def concentration(self, entry: SpeciesEntry) -> float:
        """Return the initial concentration of a species."""
        assigned = self._assigned(entry.id)
        size = self.size(entry.compartment, entry)
        if assigned is not None:
            return assigned / size if entry.in_amounts else assigned
        if entry.concentration is not None and math.isfinite(entry.concentration):
            return entry.concentration
        if entry.amount is not None and math.isfinite(entry.amount):
            return entry.amount / size
        raise self._document.error(
            f"species {entry.id!r} has no initial concentration or amount; give it one", entry.line
        )

    def amount(self, entry: SpeciesEntry) -> float:
        """Return the initial amount of a species."""
        amount = entry.amount
        if amount is not None and math.isfinite(amount) and self._assigned(entry.id) is None:
            return amount
        return self.concentration(entry) * self.size(entry.compartment, entry)

    def _value(self, symbol: str) -> float | None:
        document = self._document
        if symbol in document.species:
            entry = document.species[symbol]
            return self.amount(entry) if entry.in_amounts else self.concentration(entry)
        assigned = self._assigned(symbol)
        if symbol in document.compartments:
            size = document.compartments[symbol] if assigned is None else assigned
            if size is None:
                self._without_size.add(symbol)
                return 1.0
            if not 0 < size < math.inf:
                raise MathError(f"{symbol!r} is {size!r}; it must be > 0 and finite")
            return size
        if assigned is not None:
            return assigned
        if symbol in document.parameters:
            value = document.parameters[symbol]
            if value is None:
                raise MathError(f"the parameter {symbol!r} has no value; give it one")
            return value
        return None

    def _assigned(self, symbol: str) -> float | None:
        """Return the value of the initial assignment to a symbol, if there is one."""
        if symbol not in self._document.assignments:
            return None
        formula, line = self._document.assignments[symbol]
        if symbol in self._chain or len(self._chain) >= _LONGEST_CHAIN:
            raise self._document.error(
                f"the initial assignments of {symbol!r} and {self._chain[-1]!r} need each other, "
                f"or the chain of them is longer than {_LONGEST_CHAIN}",
                line,
            )
        self._chain.append(symbol)
        try:
            return self.evaluate(formula, line, f"initial assignment of {symbol!r}")
        finally:
            self._chain.pop()
