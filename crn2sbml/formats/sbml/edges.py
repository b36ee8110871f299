"""The reactions of a document as edges of mass action.

Each term of a law is one edge. It reads c V_1 ... k_1 ... s_1^Y1 s_2^Y2 ... with numbers,
compartments, parameters and species in any order; Y is the reactant complex, Y plus the change that
the reaction makes is the product complex, and all the rest is the rate constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crn2sbml.chemistry.reaction import Complex
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.sbml.document import Document, ReactionEntry, ReferenceEntry
from crn2sbml.formats.sbml.laws import Monomial, Polynomial, evaluate, expand
from crn2sbml.formats.sbml.mathml import MathError
from crn2sbml.formats.sbml.values import Values

# In the ids of parameters of a single law, between reaction and parameter: no file can hold it.
_LOCAL = "\0"
# Chemistry has three molecules at most; large numbers hide mistakes and break other programs.
_LARGEST_EXPONENT = 100
_LARGEST_COEFFICIENT = 1000


@dataclass(slots=True)
class Edge:
    """A reaction of the network to be, with the value and the id of its rate constant."""

    id: str
    reactants: Complex
    products: Complex
    value: float
    constant: str

    @property
    def vector(self) -> dict[str, int]:
        """The non-zero entries of product minus reactant complex."""
        return _difference(dict(self.products), dict(self.reactants))


@dataclass(slots=True)
class _Term:
    """A monomial of a law: exponents of species and compartments, and the constant factor."""

    species: dict[str, int] = field(default_factory=dict)
    sizes: dict[float, int] = field(default_factory=dict)
    factors: list[tuple[str, float, int]] = field(default_factory=list)

    def scale(self, size: float, exponent: int) -> None:
        self.sizes[size] = self.sizes.get(size, 0) + exponent


class Edges:
    """Finds the edges of a document.

    Parameters
    ----------
    document : Document
        What was read.
    values : Values
        Its numbers.
    """

    def __init__(self, document: Document, values: Values) -> None:
        self.notes: list[str] = []
        self._document = document
        self._values = values
        self._local_ids: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._converts = document.conversion is not None or any(
            entry.conversion is not None for entry in document.species.values()
        )
        self._laws = [self._law(reaction) for reaction in document.reactions]
        self._sizes = {s: self._size(s) for s in self._used_species()}
        #: With one size for all, volumes cancel and concentrations obey mass action.
        self.in_amounts = len(set(self._sizes.values())) > 1
        self._volume = next(iter(self._sizes.values()), 1.0)
        self._taken = {
            *document.species,
            *document.parameters,
            *(reaction.id for reaction in document.reactions),
        }

    def found(self) -> list[Edge]:
        """Return the edges in the order of the file; equal ones are merged."""
        edges: dict[object, Edge] = {}
        for reaction, law in zip(self._document.reactions, self._laws, strict=True):
            for edge in self._edges(reaction, law):
                key = frozenset(edge.reactants), frozenset(edge.products)
                if key[0] == key[1]:
                    self.notes.append(f"reaction {edge.id} changes nothing and is left out")
                elif key in edges:
                    self._merge(edges[key], edge)
                else:
                    edges[key] = edge
        return list(edges.values())

    def _merge(self, edge: Edge, other: Edge) -> None:
        self.notes.append(f"reactions {edge.id} and {other.id} are the same edge and are merged")
        edge.value += other.value
        edge.constant = self._new_id(f"k_{edge.id}")

    def _law(self, reaction: ReactionEntry) -> Polynomial:
        local = {p: f"{reaction.id}{_LOCAL}{p}" for p in reaction.local_parameters}
        try:
            return expand(
                reaction.law,
                self._document.functions,
                lambda symbol: self._constant(reaction, symbol),
                self._values.budget,
                local,
            )
        except MathError as error:
            raise self._not_mass_action(reaction, str(error)) from None

    def _constant(self, reaction: ReactionEntry, symbol: str) -> float | None:
        """Return the value of a parameter, of the law alone or of the model, or of a size."""
        if _LOCAL not in symbol:
            return self._values.constant(symbol)
        local = symbol.partition(_LOCAL)[2]
        value = reaction.local_parameters[local]
        if value is None:
            raise MathError(f"its parameter {local!r} has no value")
        return value

    def _used_species(self) -> dict[str, None]:
        used: dict[str, None] = {}
        for reaction, law in zip(self._document.reactions, self._laws, strict=True):
            for reference in (*reaction.reactants, *reaction.products):
                if reference.species not in self._document.species:
                    raise self._document.error(
                        f"reaction {reaction.id!r} holds the unknown species {reference.species!r}",
                        reference.line,
                    )
                used[reference.species] = None
            for monomial in law:
                used.update((s, None) for s, _ in monomial if s in self._document.species)
        return used

    def _size(self, species: str) -> float:
        self._values.check(species)
        entry = self._document.species[species]
        return self._values.size(entry.compartment, entry)

    def _edges(self, reaction: ReactionEntry, law: Polynomial) -> list[Edge]:
        left, right = self._side(reaction.reactants), self._side(reaction.products)
        change = _difference(right, left)
        edges = []
        for complex_, value, constant in self._rates(reaction, law, change):
            if value == 0:
                self.notes.append(f"reaction {reaction.id} has rate 0 and is left out")
                continue
            sides = (left, right) if value > 0 else (right, left)
            edges.append(self._edge(reaction, complex_, sides, abs(value), constant))
        for number, edge in enumerate(edges[1:], start=2):
            edge.id = self._new_id(
                f"{reaction.id}_reverse" if len(edges) == 2 else f"{reaction.id}_{number}"
            )
        return edges

    def _rates(
        self, reaction: ReactionEntry, law: Polynomial, change: Mapping[str, int]
    ) -> list[tuple[dict[str, int], float, str | None]]:
        """Return complex, rate constant and its id for each power product in a law."""
        rates: dict[frozenset[tuple[str, int]], tuple[dict[str, int], float, str | None]] = {}
        for monomial, coefficient in law.items():
            term = self._term(reaction, monomial)
            value, constant = self._rate(reaction, term, coefficient, change)
            key = frozenset(term.species.items())
            if key in rates:
                # (1 - f) k A: its terms differ in constants only.
                rates[key] = (term.species, rates[key][1] + value, None)
            else:
                rates[key] = (term.species, value, constant)
        return list(rates.values())

    def _side(self, references: list[ReferenceEntry]) -> dict[str, int]:
        """Return the whole coefficients of one side of the arrow."""
        side: dict[str, int] = {}
        for reference in references:
            coefficient = self._coefficient(reference)
            if not 0 <= coefficient <= _LARGEST_COEFFICIENT or coefficient != int(coefficient):
                raise self._document.unsupported(
                    f"the stoichiometry of {reference.species!r} is {coefficient:g}; only whole "
                    f"numbers of molecules can react, up to {_LARGEST_COEFFICIENT}",
                    reference.line,
                )
            if coefficient:
                side[reference.species] = side.get(reference.species, 0) + int(coefficient)
        return side

    def _coefficient(self, reference: ReferenceEntry) -> float:
        if reference.id is not None:
            self._values.check(reference.id)
            if reference.id in self._document.assignments:
                formula, line = self._document.assignments[reference.id]
                return self._values.evaluate(formula, line, "stoichiometry")
        if isinstance(reference.coefficient, float):
            return reference.coefficient
        try:
            return evaluate(
                reference.coefficient,
                self._document.functions,
                self._values.constant,
                self._values.budget,
            )
        except MathError as error:
            raise self._document.unsupported(
                f"the stoichiometry of {reference.species!r} is no number: {error}", reference.line
            ) from None

    def _term(self, reaction: ReactionEntry, monomial: Monomial) -> _Term:
        """Sort the factors of a monomial."""
        document, term = self._document, _Term()
        for symbol, exponent in monomial:
            if symbol in document.species:
                self._add_species(term, reaction, symbol, exponent)
                continue
            try:
                value = self._constant(reaction, symbol)
            except MathError as error:
                raise document.error(f"reaction {reaction.id!r}: {error}", reaction.line) from None
            if value is None:
                raise document.error(
                    f"the law of reaction {reaction.id!r} holds {symbol!r}, which is no species, "
                    f"parameter or compartment",
                    reaction.line,
                )
            if value == 0 and exponent < 0:
                raise self._not_mass_action(reaction, f"it divides by {_shown(symbol)}, which is 0")
            if symbol in document.compartments:
                term.scale(value, exponent)
            else:
                term.factors.append((symbol, value, exponent))
        return term

    def _add_species(
        self, term: _Term, reaction: ReactionEntry, symbol: str, exponent: int
    ) -> None:
        if exponent < 0:
            raise self._not_mass_action(reaction, f"it divides by the species {symbol!r}")
        if exponent > _LARGEST_EXPONENT:
            raise self._not_mass_action(
                reaction, f"{symbol!r} has an exponent over {_LARGEST_EXPONENT}"
            )
        term.species[symbol] = exponent
        # The symbol of a species stands for its concentration or its amount.
        if self._document.species[symbol].in_amounts and not self.in_amounts:
            term.scale(self._sizes[symbol], exponent)
        elif self.in_amounts and not self._document.species[symbol].in_amounts:
            term.scale(self._sizes[symbol], -exponent)

    def _rate(
        self, reaction: ReactionEntry, term: _Term, coefficient: float, change: Mapping[str, int]
    ) -> tuple[float, str | None]:
        """Return the rate constant, with its sign, and its id if it is a parameter as it is."""
        if not self.in_amounts:
            term.scale(self._volume, -1)  # a law is an amount per time
        conversion = self._conversion(reaction, change)
        sizes = [(size, n) for size, n in term.sizes.items() if n and size != 1]
        value = coefficient
        try:
            for _, factor, exponent in term.factors:
                value *= factor**exponent
            for size, exponent in sizes:
                value *= size**exponent
        except ArithmeticError:
            value = float("inf")
        value *= conversion
        if not abs(value) < float("inf"):
            raise self._not_mass_action(reaction, "its rate constant is not finite")
        alone = len(term.factors) == 1 and abs(coefficient) == 1 and not sizes and conversion == 1
        if alone and term.factors[0][2] == 1 and term.factors[0][1] > 0:
            return value, term.factors[0][0]
        return value, None

    def _conversion(self, reaction: ReactionEntry, change: Mapping[str, int]) -> float:
        """Return by what a reaction's extent is multiplied to give amounts, 1 as a rule."""
        if not self._converts:
            return 1.0
        document = self._document
        factors = {document.species[s].conversion or document.conversion for s in change}
        if not factors or factors == {None}:
            return 1.0
        values = {1.0 if factor is None else self._values.at_start(factor) for factor in factors}
        value = values.pop()
        if values or value is None:
            raise self._not_mass_action(reaction, "its species have different conversion factors")
        return value

    def _edge(
        self,
        reaction: ReactionEntry,
        complex_: Mapping[str, int],
        sides: tuple[Mapping[str, int], Mapping[str, int]],
        value: float,
        constant: str | None,
    ) -> Edge:
        before, after = sides
        products = dict(after)
        if complex_ != before:
            products = self._products(reaction, complex_, before, after)
        if constant is None:
            constant = self._new_id(f"k_{reaction.id}")
        elif _LOCAL in constant:
            constant = self._local_id(constant)
        return Edge(
            reaction.id,
            _ordered(complex_, before),
            _ordered(products, after),
            value,
            constant,
        )

    def _products(
        self,
        reaction: ReactionEntry,
        complex_: Mapping[str, int],
        before: Mapping[str, int],
        after: Mapping[str, int],
    ) -> dict[str, int]:
        """Add the change that the reaction makes to the complex that its law names."""
        products = dict(complex_)
        for species, change in _difference(after, before).items():
            count = products.get(species, 0) + change
            if count < 0 and not self._document.species[species].fixed:
                raise self._not_mass_action(
                    reaction, f"it consumes more of {species!r} than its rate depends on"
                )
            products[species] = max(count, 0)
        return {species: count for species, count in products.items() if count}

    def _local_id(self, symbol: str) -> str:
        """Return the id that the parameter of a single law gets in the network."""
        if symbol not in self._local_ids:
            self._local_ids[symbol] = self._new_id(symbol.replace(_LOCAL, "_"))
        return self._local_ids[symbol]

    def _new_id(self, wanted: str) -> str:
        identifier, number = wanted, self._numbers.get(wanted, 2)
        while identifier in self._taken:
            identifier, number = f"{wanted}_{number}", number + 1
        self._numbers[wanted] = number
        self._taken.add(identifier)
        return identifier

    def _not_mass_action(self, reaction: ReactionEntry, why: str) -> UnsupportedError:
        return self._document.unsupported(
            f"the law of reaction {reaction.id!r} is not of mass action: {why}", reaction.line
        )


def _difference(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    difference = dict(one)
    for species, count in other.items():
        difference[species] = difference.get(species, 0) - count
    return {species: count for species, count in difference.items() if count}


def _ordered(complex_: Mapping[str, int], like: Mapping[str, int]) -> Complex:
    """Return a complex with the species of another one first, in its order."""
    first = [(species, complex_[species]) for species in like if species in complex_]
    return (*first, *(item for item in complex_.items() if item[0] not in like))


def _shown(symbol: str) -> str:
    return repr(symbol.partition(_LOCAL)[2] or symbol)
