"""What the symbols of a document stand for, and their numbers at time 0."""

from __future__ import annotations

import math
from collections.abc import Mapping

from crn2sbml.formats.sbml.document import LOCAL, Document, SpeciesEntry
from crn2sbml.formats.sbml.laws import Budget, Sum, constant_value, expand
from crn2sbml.formats.sbml.mathml import Expression, MathError

# Assignments that need each other, which may stand in any order.
_LONGEST_CHAIN = 50
# What the formulas of a file may cost; a law of ours takes 7 steps.
_STEPS = 2_000_000
_STEPS_FOR_EACH_REACTION = 100


def shown(symbol: str) -> str:
    """Return a symbol as the file has it, in quotation marks."""
    return repr(symbol.partition(LOCAL)[2] or symbol)


class Scope:
    """Says what a symbol is: a species, a compartment, a parameter of the model or of a law.

    Initial assignments are worked out when they are first needed, for those on which no rate
    depends may hold anything.

    Parameters
    ----------
    document : Document
        The document as it was read.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[str, float] = {}
        self._chain: list[str] = []
        self._without_size: set[str] = set()
        self._budget = Budget(_STEPS + _STEPS_FOR_EACH_REACTION * len(document.reactions))
        self._rules = {rule.variable: rule for rule in document.rules}
        self._converts = document.conversion is not None or any(
            entry.conversion is not None for entry in document.species.values()
        )

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

    def check_algebraic_rules(self) -> None:
        """Raise an error if there is one: without a target, it may change anything."""
        self.check("")

    def species(self, symbol: str) -> SpeciesEntry | None:
        """Return the species that a symbol stands for, if it is one."""
        return self._document.species.get(symbol)

    def is_compartment(self, symbol: str) -> bool:
        """Return whether a symbol stands for the size of a compartment."""
        return symbol in self._document.compartments

    def is_constant(self, symbol: str) -> bool:
        """Return whether a symbol is a compartment, or a parameter of the model."""
        return symbol in self._document.parameters or self.is_compartment(symbol)

    def constant(self, symbol: str) -> float | None:
        """Return the value of a parameter or the size of a compartment; None for others.

        Raises
        ------
        FormatError
            If its assignment has no value.
        MathError
            If a value is missing.
        """
        if LOCAL in symbol:
            return self._local_parameter(symbol)
        return self.at_start(symbol) if self.is_constant(symbol) else None

    def at_start(self, symbol: str) -> float | None:
        """Return the value of a symbol of the model at time 0, or None if it has none.

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

    def expand(self, law: Expression, renamed: Mapping[str, str]) -> Sum:
        """Write a law as a sum of power products, see :func:`~crn2sbml.formats.sbml.laws.expand`.

        Parameters
        ----------
        law : Expression
            The formula of the law.
        renamed : mapping of str to str
            The symbols of parameters of the law, by the names that they have in it.

        Raises
        ------
        MathError
            If it is no such sum.
        """
        return expand(law, self._document.functions, self.constant, self._budget, renamed)

    def constant_value(self, formula: Expression) -> float:
        """Return the value of a formula of constants.

        Raises
        ------
        MathError
            If something in it is not constant, or it has no finite value.
        """
        return constant_value(formula, self._document.functions, self.constant, self._budget)

    def assigned(self, symbol: str, what: str) -> float | None:
        """Return the value at time 0 of the initial assignment to a symbol, if there is one.

        Parameters
        ----------
        symbol : str
            The id of what is assigned.
        what : str
            A word or two on what it is, for messages.

        Raises
        ------
        FormatError
            If the assignment has no value.
        """
        if not self._is_assigned(symbol):
            return None
        formula, line = self._document.assignments[symbol]
        try:
            return constant_value(formula, self._document.functions, self.at_start, self._budget)
        except MathError as error:
            raise self._document.error(f"{what}: {error}", line) from None

    def size(self, entry: SpeciesEntry) -> float:
        """Return the size of the compartment that a species is in."""
        compartment = entry.compartment
        if compartment not in self._document.compartments:
            raise self._document.error(
                f"species {entry.id!r} is in the unknown compartment {compartment!r}", entry.line
            )
        if compartment not in self._known:
            self.check(compartment)
            try:
                self._known[compartment] = self._size(compartment)
            except MathError as error:
                raise self._document.error(f"the size of {error}", entry.line) from None
        return self._known[compartment]

    def concentration(self, entry: SpeciesEntry) -> float:
        """Return the initial concentration of a species."""
        assigned = self._initial_assignment(entry.id)
        size = self.size(entry)
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
        if amount is not None and math.isfinite(amount) and not self._is_assigned(entry.id):
            return amount
        return self.concentration(entry) * self.size(entry)

    @property
    def converts(self) -> bool:
        """Whether any species has a conversion factor."""
        return self._converts

    def conversion(self, species: str) -> float | None:
        """Return by what the extent of a reaction is multiplied to give amounts of a species.

        Raises
        ------
        FormatError
            If the assignment of the factor has no value.
        MathError
            If its value is missing.
        """
        factor = self._document.species[species].conversion or self._document.conversion
        return 1.0 if factor is None else self.at_start(factor)

    def _value(self, symbol: str) -> float | None:
        entry = self.species(symbol)
        if entry is not None:
            return self.amount(entry) if entry.in_amounts else self.concentration(entry)
        if self.is_compartment(symbol):
            return self._size(symbol)
        assigned = self._initial_assignment(symbol)
        if assigned is None and symbol in self._document.parameters:
            value = self._document.parameters[symbol]
            if value is None:
                raise MathError(f"the parameter {symbol!r} has no value; give it one")
            return value
        return assigned

    def _size(self, compartment: str) -> float:
        assigned = self._initial_assignment(compartment)
        size = self._document.compartments[compartment] if assigned is None else assigned
        if size is None:
            self._without_size.add(compartment)
            return 1.0
        if not 0 < size < math.inf:
            raise MathError(f"{compartment!r} is {size!r}; it must be > 0 and finite")
        return size

    def _local_parameter(self, symbol: str) -> float:
        value = self._document.local_parameters[symbol]
        if value is None:
            raise MathError(f"its parameter {shown(symbol)} has no value")
        return value

    def _is_assigned(self, symbol: str) -> bool:
        return symbol in self._document.assignments

    def _initial_assignment(self, symbol: str) -> float | None:
        """Return the value of the initial assignment to a symbol, if there is one."""
        if not self._is_assigned(symbol):
            return None
        if symbol in self._chain or len(self._chain) >= _LONGEST_CHAIN:
            raise self._document.error(
                f"the initial assignments of {symbol!r} and {self._chain[-1]!r} need each other, "
                f"or the chain of them is longer than {_LONGEST_CHAIN}",
                self._document.assignments[symbol][1],
            )
        self._chain.append(symbol)
        try:
            return self.assigned(symbol, f"initial assignment of {symbol!r}")
        finally:
            self._chain.pop()
