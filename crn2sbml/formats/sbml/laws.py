"""Rate laws as sums of power products, whatever way they are spelled."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from crn2sbml.formats.sbml.mathml import ARITHMETIC, FUNCTIONS, Call, Expression, MathError

PowerProduct = tuple[tuple[str, int], ...]
"""Symbols in alphabetical order with their exponents, which may be negative."""

Sum = dict[PowerProduct, float]
"""A formula as a sum: the coefficient of each power product."""

Functions = Mapping[str, tuple[tuple[str, ...], Expression]]
"""Arguments and body of each function definition."""

# A law of mass action has one term, a reversible one two.
_MOST_TERMS = 200
_LARGEST_EXPONENT = 100
_DEEPEST_CALL = 20
_MOST_CALLS = 1000


class Budget:
    """Work that may be spent on formulas, so that no file takes forever.

    Parameters
    ----------
    steps : int
        The number of operations and of products of terms.
    """

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take off some steps.

        Raises
        ------
        MathError
            If there are none left.
        """
        self._left -= steps
        if self._left < 0:
            raise MathError("writing the formulas as sums takes too long")


def expand(
    expression: Expression,
    functions: Functions,
    constant: Callable[[str], float | None],
    budget: Budget,
    renamed: Mapping[str, str] | None = None,
) -> Sum:
    """Write a formula as a sum of power products of its symbols.

    Parameters
    ----------
    expression : Expression
        The formula to be written so.
    functions : Functions
        The functions that the formula may call.
    constant : Callable
        The value of a symbol that never changes, or None: only constants may stand where something
        other than a sum of products is computed.
    budget : Budget
        The work that this may cost.
    renamed : mapping of str to str, optional
        The symbols that stand for others in this formula (parameters of a single law).

    Returns
    -------
    Sum

    Raises
    ------
    MathError
        If it is no such sum.
    """
    arguments: dict[str, Sum] = {
        symbol: {((other, 1),): 1.0} for symbol, other in (renamed or {}).items()
    }
    return _Expansion(functions, constant, budget).expand(expression, arguments, 0)


def constant_value(
    expression: Expression,
    functions: Functions,
    constant: Callable[[str], float | None],
    budget: Budget,
) -> float:
    """Return the value of a formula of constants.

    Raises
    ------
    MathError
        If it holds something that is not constant, or has no finite value.
    """
    expansion = _Expansion(functions, constant, budget)
    value = expansion.number(expansion.expand(expression, {}, 0), "its value")
    if not math.isfinite(value):
        raise MathError("its value is not finite")
    return value


class _Expansion:
    """Expands one formula, with the values of function arguments at hand."""

    def __init__(
        self, functions: Functions, constant: Callable[[str], float | None], budget: Budget
    ) -> None:
        self._functions = functions
        self._constant = constant
        self._calls = 0
        self._budget = budget

    def expand(self, expression: Expression, arguments: Mapping[str, Sum], depth: int) -> Sum:
        self._budget.spend(1)
        if isinstance(expression, str):
            known = arguments.get(expression)
            return {((expression, 1),): 1.0} if known is None else known
        if isinstance(expression, float):
            return {(): expression}
        operator = expression.operator
        if operator.startswith("call "):
            return self._call(operator.removeprefix("call "), expression, arguments, depth)
        if operator not in ARITHMETIC and operator not in FUNCTIONS:
            raise MathError(_NOT_A_SUM.get(operator, f"it uses <{operator}>"))
        values = [self.expand(part, arguments, depth) for part in expression.arguments]
        if operator in FUNCTIONS:
            return self._function(operator, values)
        return _ARITHMETIC[operator](self, values)

    def _call(self, name: str, call: Call, arguments: Mapping[str, Sum], depth: int) -> Sum:
        if name not in self._functions:
            raise MathError(f"it calls the unknown function {name!r}")
        self._calls += 1
        if depth >= _DEEPEST_CALL or self._calls > _MOST_CALLS:
            raise MathError(f"functions call each other without end ({name!r})")
        names, body = self._functions[name]
        if len(names) != len(call.arguments):
            raise MathError(f"the function {name!r} needs {len(names)} argument(s)")
        values = [self.expand(part, arguments, depth) for part in call.arguments]
        return self.expand(body, dict(zip(names, values, strict=True)), depth + 1)

    def _function(self, name: str, values: list[Sum]) -> Sum:
        numbers = [self.number(value, f"<{name}>") for value in values]
        try:
            result = FUNCTIONS[name](*numbers)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise MathError(f"<{name}> has no value here: {error}") from None
        if isinstance(result, complex) or not math.isfinite(result):
            raise MathError(f"<{name}> has no finite value here")
        return {(): float(result)}

    def number(self, value: Sum, where: str) -> float:
        """Return the value of a sum of constants."""
        total = 0.0
        for powers, coefficient in value.items():
            product = coefficient
            for symbol, exponent in powers:
                factor = self._constant(symbol)
                if factor is None:
                    raise MathError(f"{where} depends on {symbol!r}, which is not constant")
                try:
                    product *= factor**exponent
                except ArithmeticError as error:
                    raise MathError(f"{where}: {error}") from None
            total += product
        return total

    def plus(self, values: list[Sum]) -> Sum:
        total: Sum = {}
        for value in values:
            for powers, coefficient in value.items():
                total[powers] = total.get(powers, 0.0) + coefficient
        return _checked(total)

    def minus(self, values: list[Sum]) -> Sum:
        if len(values) not in (1, 2):
            raise MathError("<minus> needs one or two arguments")
        negative = {powers: -coefficient for powers, coefficient in values[-1].items()}
        return negative if len(values) == 1 else self.plus([values[0], negative])

    def times(self, values: list[Sum]) -> Sum:
        if all(len(value) == 1 for value in values):
            return _product(values)
        product: Sum = {(): 1.0}
        for value in values:
            expanded: Sum = {}
            self._budget.spend(len(product) * len(value))
            for one, first in product.items():
                for other, second in value.items():
                    ((powers, coefficient),) = _product([{one: first}, {other: second}]).items()
                    expanded[powers] = expanded.get(powers, 0.0) + coefficient
            product = _checked(expanded)
        return product

    def divide(self, values: list[Sum]) -> Sum:
        if len(values) != 2:
            raise MathError("<divide> needs two arguments")
        return self.times([values[0], self._power(values[1], -1)])

    def power(self, values: list[Sum]) -> Sum:
        if len(values) != 2:
            raise MathError("<power> needs two arguments")
        exponent = self.number(values[1], "an exponent")
        if not math.isfinite(exponent):
            raise MathError("an exponent is not finite")
        if exponent == int(exponent) and abs(exponent) <= _LARGEST_EXPONENT:
            return self._power(values[0], int(exponent))
        base = self.number(values[0], f"the power {exponent:g}")
        try:
            result = base**exponent
        except ArithmeticError as error:
            raise MathError(f"a power has no value: {error}") from None
        if isinstance(result, complex) or not math.isfinite(result):
            raise MathError("a power has no finite value")
        return {(): float(result)}

    def _constant_sum(self, value: Sum) -> float:
        try:
            return self.number(value, "it divides by a sum")
        except MathError as error:
            raise MathError(str(error).replace("sum depends", "sum that depends")) from None

    def _power(self, value: Sum, exponent: int) -> Sum:
        if len(value) > 1 and exponent < 0:
            value = {(): self._constant_sum(value)}
        if len(value) > 1:
            return self.times([value] * exponent)
        ((powers, coefficient),) = value.items() or (((), 0.0),)
        try:
            factor = coefficient**exponent
        except ZeroDivisionError:
            raise MathError("it divides by 0") from None
        except OverflowError:
            raise MathError("a number in it is too large") from None
        if exponent == 0:
            return {(): factor}
        return {tuple((symbol, n * exponent) for symbol, n in powers): factor}


_ARITHMETIC: Mapping[str, Callable[[_Expansion, list[Sum]], Sum]] = {
    name: getattr(_Expansion, name) for name in sorted(ARITHMETIC)
}
_NOT_A_SUM = {
    "csymbol time": "it depends on time",
    "csymbol delay": "it holds a delay",
    "csymbol rateOf": "it depends on a rate of change",
    "piecewise": "it is defined piecewise",
}


def _product(values: list[Sum]) -> Sum:
    """Multiply sums of one term each."""
    exponents: dict[str, int] = {}
    coefficient = 1.0
    for value in values:
        for powers, factor in value.items():
            coefficient *= factor
            for symbol, exponent in powers:
                exponents[symbol] = exponents.get(symbol, 0) + exponent
    return {tuple(sorted((s, n) for s, n in exponents.items() if n)): coefficient}


def _checked(value: Sum) -> Sum:
    if len(value) > _MOST_TERMS:
        raise MathError(f"it has more than {_MOST_TERMS} terms")
    return value
