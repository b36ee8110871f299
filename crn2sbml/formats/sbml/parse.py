"""SBML documents item by item: each into its place in a :class:`Document`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from crn2sbml.chemistry.reaction import is_id
from crn2sbml.errors import FormatError
from crn2sbml.formats.sbml.document import (
    LOCAL,
    Document,
    ReactionEntry,
    ReferenceEntry,
    Rule,
    SpeciesEntry,
    UnitPart,
)
from crn2sbml.formats.sbml.elements import MATHML, SBML, namespace
from crn2sbml.formats.sbml.mathml import (
    Expression,
    MathError,
    parse_lambda,
    parse_math,
    parse_number,
)
from crn2sbml.formats.sbml.xml import Element, Reader
from crn2sbml.formats.text import ANNOTATION_NAMESPACE

# Level and version of each name space that is read.
_NAMESPACES = {
    f"{SBML}/level2": (2, 1),
    **{namespace(2, version): (2, version) for version in (2, 3, 4, 5)},
    **{namespace(3, version): (3, version) for version in (1, 2)},
}
# As many as memory holds, several times the largest models of use.
_MOST_ITEMS = 600_000

_REQUIRED = "required"
# Lists of a model that say nothing about its numbers.
_OTHER_LISTS = frozenset(
    {
        *("notes", "annotation", "listOfCompartmentTypes", "listOfSpeciesTypes"),
        "listOfConstraints",
    }
)
# What an attribute may hold besides numbers: an error only where the value is needed.
_NOT_FINITE = {"NaN": None, "INF": float("inf"), "-INF": float("-inf")}
# The quantities whose units matter, and where a model names those of all of it.
_QUANTITIES = {"substance": "substanceUnits", "volume": "volumeUnits", "time": "timeUnits"}
_REACTION_PARTS = ("listOfReactants", "listOfProducts", "listOfModifiers", "kineticLaw")


def parse_sbml(pieces: Iterable[str | bytes], source: str, *, lines_count: bool = True) -> Document:
    """Read what stands in an SBML document.

    Parameters
    ----------
    pieces : iterable of str or bytes
        The text, in one piece or in many.
    source : str
        The name of what is read, for messages.
    lines_count : bool, default True
        Whether messages name lines: False for SBML that a program made on the way.

    Raises
    ------
    FormatError
        If it is no SBML of Level 2 or 3, or broken.
    """
    collector = _Collector(Document(source, lines_count))
    reader = Reader(source, collector)
    collector.reader = reader
    reader.read(pieces)
    if not collector.has_model:
        raise FormatError(f"{source} holds no model")
    return collector.document


class _Collector:
    """Puts the items of a document into their places."""

    reader: Reader

    def __init__(self, document: Document) -> None:
        self.document = document
        self.has_model = False
        self._taken: set[str] = set()
        self._items: Mapping[str, tuple[str, Callable[[Element], None]]] = {
            "listOfUnitDefinitions": ("unitDefinition", self._unit_definition),
            "listOfFunctionDefinitions": ("functionDefinition", self._function),
            "listOfCompartments": ("compartment", self._compartment),
            "listOfSpecies": ("species", self._species),
            "listOfParameters": ("parameter", self._parameter),
            "listOfInitialAssignments": ("initialAssignment", self._assignment),
            "listOfEvents": ("event", self._event),
            "listOfReactions": ("reaction", self._reaction),
        }

    def root(
        self, space: str, name: str, attributes: dict[str, str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        document = self.document
        if name != "sbml" or not space.startswith(f"{SBML}/"):
            raise self.reader.error(
                f"this is no SBML: the outermost element is <{name}> of the name space {space!r}"
            )
        if space not in _NAMESPACES:
            raise self.reader.error(
                f"SBML of the name space {space} cannot be read, only Level 2 and Level 3 Versions "
                f"1 and 2; convert it, with COPASI or libsbml, for example"
            )
        document.level, document.version = _NAMESPACES[space]
        packages = set()
        for attribute, value in attributes.items():
            package, _, local = attribute.rpartition(" ")
            if local == _REQUIRED and package:
                packages.add(package)
                if _truth(value):
                    raise document.unsupported(
                        f"the model needs the SBML package {package}, which changes its meaning; "
                        f"only SBML core can be read",
                        self.reader.line,
                    )
        return frozenset({space, MATHML, ANNOTATION_NAMESPACE}), frozenset(packages)

    def opened(self, element: Element, depth: int) -> None:
        if depth == 2:
            known = element.tag in self._items or element.tag in _OTHER_LISTS
            if not known and element.tag != "listOfRules":
                raise self._wrong(element, f"<{element.tag}> is no part of a model")
        if depth == 1:
            if element.tag != "model" or self.has_model:
                raise self._wrong(
                    element, f"there must be one <model>, but here is <{element.tag}>"
                )
            self.has_model = True
            self.document.id = element.attributes.get("id")
            stated = {q: element.attributes.get(key) for q, key in _QUANTITIES.items()}
            self.document.model_units = {q: unit for q, unit in stated.items() if unit}
            self.document.conversion = element.attributes.get("conversionFactor")

    def item(self, element: Element, parent: str) -> None:
        if parent == "annotation":
            if element.tag == "network":
                self._origin(element)
            return
        if parent == "listOfRules":
            self._rule(element)
            return
        if parent not in self._items:
            return  # constraints and the like change no numbers
        expected, take = self._items[parent]
        if element.tag != expected:
            raise self._wrong(element, f"<{element.tag}> cannot stand in <{parent}>")
        try:
            take(element)
        except MathError as error:
            raise self._wrong(element, f"{_titled(element)}: {error}") from None

    def _origin(self, element: Element) -> None:
        for entry in element.children:
            key, value = entry.attributes.get("key"), entry.attributes.get("value")
            if key and value is not None and f"{key}{value}".isprintable():
                self.document.metadata[key] = value

    @property
    def _math_is_optional(self) -> bool:
        return (self.document.level, self.document.version) >= (3, 2)

    def _function(self, element: Element) -> None:
        if element.child("math") is None and self._math_is_optional:
            return
        self.document.functions[self._new_id(element)] = parse_lambda(element)

    def _unit_definition(self, element: Element) -> None:
        identifier = element.attributes.get("id")
        units = element.child("listOfUnits")
        if identifier and units is not None and (parts := _unit_parts(units)) is not None:
            self.document.unit_definitions[identifier] = parts
            if name := _name(element):
                self.document.unit_names[identifier] = name

    def _own_unit(self, quantity: str, unit: str | None) -> None:
        self.document.own_units.setdefault(quantity, set()).add(unit)

    def _compartment(self, element: Element) -> None:
        self._own_unit("volume", element.attributes.get("units"))
        self.document.compartments[self._new_id(element)] = self._number(element, "size")

    def _parameter(self, element: Element) -> None:
        identifier = self._new_id(element)
        self.document.parameters[identifier] = self._number(element, "value")
        self.document.names[identifier] = _name(element)
        if unit := element.attributes.get("units"):
            self.document.parameter_units[identifier] = unit
        self._check_number_of(self.document.parameters, element)

    def _species(self, element: Element) -> None:
        attributes = element.attributes
        identifier = self._new_id(element)
        compartment = attributes.get("compartment")
        if compartment is None:
            raise MathError("it has no compartment")
        self._own_unit("substance", attributes.get("substanceUnits"))
        self.document.species[identifier] = SpeciesEntry(
            identifier,
            _name(element),
            compartment,
            self._number(element, "initialConcentration"),
            self._number(element, "initialAmount"),
            _truth(attributes.get("hasOnlySubstanceUnits")),
            _truth(attributes.get("boundaryCondition")) or _truth(attributes.get("constant")),
            attributes.get("conversionFactor"),
            element.line,
        )
        self._check_number_of(self.document.species, element)

    def _assignment(self, element: Element) -> None:
        symbol = element.attributes.get("symbol", "")
        if element.child("math") is None and self._math_is_optional:
            return
        if symbol in self.document.assignments:
            raise MathError(f"{symbol!r} is assigned twice")
        self.document.assignments[symbol] = parse_math(element), element.line

    def _rule(self, element: Element) -> None:
        self.document.rules.append(
            Rule(f"<{element.tag}>", element.attributes.get("variable", ""), element.line)
        )

    def _event(self, element: Element) -> None:
        for part in element.children:
            if part.tag == "listOfEventAssignments":
                self.document.rules += [
                    Rule("an <event>", change.attributes.get("variable", ""), change.line)
                    for change in part.children
                ]

    def _reaction(self, element: Element) -> None:
        identifier = self._new_id(element)
        if _truth(element.attributes.get("fast")):
            raise self.document.unsupported(
                f"reaction {identifier!r} is 'fast', an equilibrium and no rate", element.line
            )
        parts: dict[str, Element] = {}
        for part in element.children:
            if part.tag not in _REACTION_PARTS or part.tag in parts:
                raise MathError(f"<{part.tag}> cannot stand here, or stands twice")
            parts[part.tag] = part
        law = parts.get("kineticLaw")
        if law is None:
            raise MathError("it has no kinetic law, so that its rate is unknown")
        self.document.reactions.append(
            ReactionEntry(
                identifier,
                self._references(parts.get("listOfReactants")),
                self._references(parts.get("listOfProducts")),
                parse_math(law),
                self._local_symbols(identifier, law),
                element.line,
            )
        )
        self._check_number_of(self.document.reactions, element)

    def _references(self, side: Element | None) -> list[ReferenceEntry]:
        if side is None:
            return []
        entries = []
        for reference in side.children:
            attributes = reference.attributes
            species = attributes.get("species")
            if reference.tag != "speciesReference" or species is None:
                raise MathError(f"<{reference.tag}> in <{side.tag}> names no species")
            stated = attributes.get("stoichiometry")
            coefficient: float | Expression = 1.0 if stated is None else parse_number(stated)
            formula = reference.child("stoichiometryMath")
            if formula is not None:
                coefficient = parse_math(formula)
            entries.append(
                ReferenceEntry(
                    species,
                    coefficient,
                    attributes.get("id"),
                    reference.line,
                )
            )
        return entries

    def _local_symbols(self, reaction: str, law: Element) -> dict[str, str]:
        symbols: dict[str, str] = {}
        for part in law.children:
            if part.tag in ("listOfParameters", "listOfLocalParameters"):
                for parameter in part.children:
                    identifier = parameter.attributes.get("id", "")
                    if identifier in symbols:
                        raise MathError(f"two parameters of its law are called {identifier!r}")
                    symbols[identifier] = f"{reaction}{LOCAL}{identifier}"
                    value = self._number(parameter, "value")
                    self.document.local_parameters[symbols[identifier]] = value
        return symbols

    def _new_id(self, element: Element) -> str:
        identifier = element.attributes.get("id", "")
        if not is_id(identifier):
            raise MathError(f"{identifier!r} is no id: letters, digits and underscores")
        if identifier in self._taken:
            raise MathError(f"the id {identifier!r} stands for two things")
        self._taken.add(identifier)
        return identifier

    def _number(self, element: Element, name: str) -> float | None:
        text = element.attributes.get(name)
        try:
            if text is None or text in _NOT_FINITE:
                return _NOT_FINITE.get(text or "")
            return parse_number(text)
        except MathError as error:
            raise MathError(f"its {name}: {error}") from None

    def _check_number_of(
        self, items: Mapping[str, object] | list[ReactionEntry], at: Element
    ) -> None:
        if len(items) > _MOST_ITEMS:
            raise MathError(f"there are more than {_MOST_ITEMS:,} <{at.tag}> elements")

    def _wrong(self, element: Element, message: str) -> FormatError:
        return self.reader.error(message, element.line)


def _unit_parts(units: Element) -> tuple[UnitPart, ...] | None:
    """Return the factors of a unit, or None if they cannot be read: they change no numbers."""
    parts = []
    for unit in units.children:
        attributes = unit.attributes
        try:
            scale = 10.0 ** parse_number(attributes.get("scale", "0"))
            size = parse_number(attributes.get("multiplier", "1")) * scale
            exponent = parse_number(attributes.get("exponent", "1"))
        except (MathError, OverflowError):
            return None
        parts.append(UnitPart(attributes.get("kind", ""), size, exponent))
    return tuple(parts)


def _titled(element: Element) -> str:
    identifier = element.attributes.get("id") or element.attributes.get("symbol")
    return f"{element.tag} {identifier!r}" if identifier else f"<{element.tag}>"


def _truth(text: str | None) -> bool:
    return text is not None and text.strip() in ("true", "1")


def _name(element: Element) -> str | None:
    """Return the readable name on one line, with spaces for what cannot be printed."""
    text = element.attributes.get("name", "")
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text or None
