"""MathML as small trees: a number, a symbol, or an operator with its arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crn2sbml.formats.sbml.elements import SBML
from crn2sbml.formats.sbml.xml import SEPARATOR, Element


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function of arguments."""

    operator: str
    arguments: tuple[Expression, ...]


Expression = float | str | Call
"""A number, the id of something, or an operation on expressions."""

_CONSTANTS = {"pi": math.pi, "exponentiale": math.e, "infinity": math.inf, "notanumber": math.nan}
_AVOGADRO = 6.02214179e23  # the value that SBML Level 3 states

# XML Schema's numbers; Python's float() takes more, such as 1_000.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_SYMBOLS = f"{SBML}/symbols/"

# Functions that may stand in the value of a constant.
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "log": lambda base, x: math.log(x) / math.log(base),
    "root": lambda degree, x: float(x ** (1.0 / degree)),
    "abs": abs,
    "floor": lambda x: float(math.floor(x)),
    "ceiling": lambda x: float(math.ceil(x)),
    "min": min,
    "max": max,
    **{
        name: getattr(math, name.replace("arc", "a"))
        for name in (
            *("sin", "cos", "tan", "arcsin", "arccos", "arctan"),
            *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
        )
    },
}
ARITHMETIC = frozenset({"plus", "minus", "times", "divide", "power"})


class MathError(Exception):
    """What is wrong with a formula, in words; whoever catches it adds the place."""


@lru_cache(maxsize=1 << 14)
def parse_number(text: str) -> float:
    """Read a finite number as XML writes it.

    Raises
    ------
    MathError
        If it is none.
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise MathError(f"{text!r} is no finite number")
    value = float(stripped)
    if math.isinf(value):
        raise MathError(f"{text!r} is too large for a number")
    return value


def parse_math(parent: Element) -> Expression:
    """Read the <math> element in a law, an assignment or a rule.

    Raises
    ------
    MathError
        If there is none or it cannot be read.
    """
    content = parent.child("math")
    if content is None or len(content.children) != 1:
        raise MathError("there is no formula (a <math> element with one child)")
    return _expression(content.children[0])


def parse_lambda(parent: Element) -> tuple[tuple[str, ...], Expression]:
    """Read a function definition: the names of its arguments, and its body."""
    content = parent.child("math")
    body = None if content is None else content.child("lambda")
    if body is None or not body.children:
        raise MathError("there is no function body (a <lambda> element)")
    *variables, value = body.children
    names = []
    for variable in variables:
        name = variable.child("ci")
        if variable.tag != "bvar" or name is None:
            raise MathError("the arguments of a function must be <bvar> elements")
        names.append(name.text.strip())
    return tuple(names), _expression(value)


def _expression(element: Element) -> Expression:
    tag = element.tag
    if tag == "ci":
        return element.text.strip()
    if tag == "cn":
        return _literal(element)
    if tag == "apply":
        return _application(element)
    if tag in _CONSTANTS:
        return _CONSTANTS[tag]
    if tag == "semantics" and element.children:
        return _expression(element.children[0])
    if tag == "csymbol":
        symbol = element.attributes.get("definitionURL", "").removeprefix(_SYMBOLS)
        if symbol == "avogadro":
            return _AVOGADRO
        return Call(f"csymbol {symbol}", ())
    return Call(tag, ())


def _literal(element: Element) -> float:
    kind = element.attributes.get("type", "real")
    if kind not in ("real", "integer", "e-notation", "rational"):
        raise MathError(f"a number of type {kind!r} is not of SBML")
    parts = element.text.split(SEPARATOR)
    if len(parts) != (2 if kind in ("e-notation", "rational") else 1):
        raise MathError(f"the number {element.text!r} is no {kind}")
    if kind == "e-notation":
        return parse_number(f"{parts[0].strip()}e{parts[1].strip()}")
    if kind == "rational":
        denominator = parse_number(parts[1])
        if denominator == 0:
            raise MathError(f"the number {element.text!r} divides by 0")
        return parse_number(parts[0]) / denominator
    return parse_number(parts[0])


def _application(element: Element) -> Expression:
    if not element.children:
        raise MathError("an <apply> element is empty")
    operator, *rest = element.children
    if operator.tag == "ci":
        return Call(f"call {operator.text.strip()}", tuple(map(_expression, rest)))
    name = operator.tag
    if name == "csymbol":
        symbol = operator.attributes.get("definitionURL", "").removeprefix(_SYMBOLS)
        return Call(f"csymbol {symbol}", tuple(map(_expression, rest)))
    if name in ("log", "root"):
        return Call(name, _with_qualifier(name, rest))
    return Call(name, tuple(map(_expression, rest)))


def _with_qualifier(name: str, rest: list[Element]) -> tuple[Expression, Expression]:
    """Put the base of a logarithm or the degree of a root, 10 and 2 unless given, first."""
    qualifier, default = {"log": ("logbase", 10.0), "root": ("degree", 2.0)}[name]
    given = [_expression(e.children[0]) for e in rest if e.tag == qualifier and e.children]
    values = [_expression(e) for e in rest if e.tag != qualifier]
    if len(values) != 1 or len(given) > 1:
        raise MathError(f"<{name}> needs one argument")
    return (given[0] if given else default), values[0]
