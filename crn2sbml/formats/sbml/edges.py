"""The reactions of a document as edges of mass action.

Each term of a law is one edge: from the complex that the term names to this complex plus the change
that the reaction makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crn2sbml.chemistry.reaction import Complex
from crn2sbml.errors import UnsupportedError
from crn2sbml.formats.sbml.document import LOCAL, Document, ReactionEntry, ReferenceEntry
from crn2sbml.formats.sbml.fresh_ids import FreshIds
from crn2sbml.formats.sbml.laws import Sum
from crn2sbml.formats.sbml.mathml import MathError
from crn2sbml.formats.sbml.rates import NotMassActionError, Rate, Sizes, UnknownSymbolError, rates
from crn2sbml.formats.sbml.scope import Scope

# Chemistry has three molecules at most; large numbers hide mistakes and break other programs.
_LARGEST_COEFFICIENT = 1000


@dataclass(slots=True)
class Edge:
    """A reaction of the reaction network to be, with the value and the id of its rate constant."""

    id: str
    reactants: Complex
    products: Complex
    value: float
    constant: str

    @property
    def vector(self) -> dict[str, int]:
        """The non-zero entries of product minus reactant complex."""
        return _difference(dict(self.products), dict(self.reactants))


@dataclass(frozen=True, slots=True)
class EdgesRead:
    """The edges of a document.

    Parameters
    ----------
    edges : list of Edge
        The edges in the order of the file; equal ones are merged.
    in_amounts : bool
        Whether numbers are amounts, since compartments differ in size.
    notes : list of str
        Sentences on what was left out or merged.
    """

    edges: list[Edge]
    in_amounts: bool
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Model:
    """What the edges of a reaction depend on besides it."""

    document: Document
    scope: Scope
    sizes: Sizes
    ids: FreshIds


@dataclass(frozen=True, slots=True)
class _Change:
    """The two sides of an arrow."""

    left: Mapping[str, int]
    right: Mapping[str, int]

    @property
    def vector(self) -> dict[str, int]:
        return _difference(self.right, self.left)

    def along(self, value: float) -> _Change:
        """Return what a term of a law does: the reverse if it is negative."""
        return self if value > 0 else _Change(self.right, self.left)


def read_edges(document: Document, scope: Scope) -> EdgesRead:
    """Return the edges of a document.

    Parameters
    ----------
    document : Document
        The document as it was read.
    scope : Scope
        The meaning of its symbols.

    Raises
    ------
    FormatError
        If something is broken, or a value is missing.
    UnsupportedError
        If a law is not of mass action, or something other than reactions changes what matters.
    """
    scope.check_algebraic_rules()
    laws = [_law(reaction, document, scope) for reaction in document.reactions]
    sizes = Sizes({s: _size(s, document, scope) for s in _used_species(document, laws)})
    model = _Model(document, scope, sizes, _fresh_ids(document))
    edges: dict[object, Edge] = {}
    notes: list[str] = []
    for reaction, law in zip(document.reactions, laws, strict=True):
        for edge in _reaction_edges(reaction, law, model, notes):
            _add(edge, edges, model.ids, notes)
    return EdgesRead(list(edges.values()), sizes.in_amounts, notes)


def _law(reaction: ReactionEntry, document: Document, scope: Scope) -> Sum:
    try:
        return scope.expand(reaction.law, reaction.local_symbols)
    except MathError as error:
        raise _not_mass_action(reaction, error, document) from None


def _used_species(document: Document, laws: Sequence[Sum]) -> dict[str, None]:
    """Return the species in reactions and laws, in the order in which they come."""
    used: dict[str, None] = {}
    for reaction, law in zip(document.reactions, laws, strict=True):
        for reference in (*reaction.reactants, *reaction.products):
            if reference.species not in document.species:
                raise document.error(
                    f"reaction {reaction.id!r} holds the unknown species {reference.species!r}",
                    reference.line,
                )
            used[reference.species] = None
        for powers in law:
            used.update((s, None) for s, _ in powers if s in document.species)
    return used


def _size(species: str, document: Document, scope: Scope) -> float:
    scope.check(species)
    return scope.size(document.species[species])


def _fresh_ids(document: Document) -> FreshIds:
    reactions = (reaction.id for reaction in document.reactions)
    return FreshIds((*document.species, *document.parameters, *reactions))


def _add(edge: Edge, edges: dict[object, Edge], ids: FreshIds, notes: list[str]) -> None:
    """Add an edge to those before it, unless it changes nothing or is there already."""
    key = frozenset(edge.reactants), frozenset(edge.products)
    if key[0] == key[1]:
        notes.append(f"reaction {edge.id} changes nothing and is left out")
    elif key in edges:
        _merge(edges[key], edge, ids)
        notes.append(f"reactions {edges[key].id} and {edge.id} are the same edge and are merged")
    else:
        edges[key] = edge


def _merge(edge: Edge, other: Edge, ids: FreshIds) -> None:
    edge.value += other.value
    edge.constant = ids.new(f"k_{edge.id}")


def _reaction_edges(
    reaction: ReactionEntry, law: Sum, model: _Model, notes: list[str]
) -> list[Edge]:
    """Return the edges of one reaction, one for each term of its law that is not 0."""
    change = _Change(_side(reaction.reactants, model), _side(reaction.products, model))
    edges = []
    for rate in _rates(reaction, law, change, model):
        if rate.value == 0:
            notes.append(f"reaction {reaction.id} has rate 0 and is left out")
        else:
            edges.append(_edge(reaction, rate, change.along(rate.value), model))
    for number, edge in enumerate(edges[1:], start=2):
        edge.id = model.ids.new(
            f"{reaction.id}_reverse" if len(edges) == 2 else f"{reaction.id}_{number}"
        )
    return edges


def _rates(reaction: ReactionEntry, law: Sum, change: _Change, model: _Model) -> list[Rate]:
    document = model.document
    try:
        return rates(law, change.vector, model.scope, model.sizes)
    except NotMassActionError as error:
        raise _not_mass_action(reaction, error, document) from None
    except UnknownSymbolError as error:
        raise document.error(
            f"the law of reaction {reaction.id!r} holds {error}, which is no species, parameter or "
            f"compartment",
            reaction.line,
        ) from None
    except MathError as error:
        raise document.error(f"reaction {reaction.id!r}: {error}", reaction.line) from None


def _side(references: list[ReferenceEntry], model: _Model) -> dict[str, int]:
    """Return the whole coefficients of one side of the arrow."""
    side: dict[str, int] = {}
    for reference in references:
        coefficient = _coefficient(reference, model)
        if not 0 <= coefficient <= _LARGEST_COEFFICIENT or coefficient != int(coefficient):
            raise model.document.unsupported(
                f"the stoichiometry of {reference.species!r} is {coefficient:g}; only whole "
                f"numbers of molecules can react, up to {_LARGEST_COEFFICIENT}",
                reference.line,
            )
        if coefficient:
            side[reference.species] = side.get(reference.species, 0) + int(coefficient)
    return side


def _coefficient(reference: ReferenceEntry, model: _Model) -> float:
    if reference.id is not None:
        model.scope.check(reference.id)
        assigned = model.scope.assigned(reference.id, "stoichiometry")
        if assigned is not None:
            return assigned
    if isinstance(reference.coefficient, float):
        return reference.coefficient
    try:
        return model.scope.constant_value(reference.coefficient)
    except MathError as error:
        raise model.document.unsupported(
            f"the stoichiometry of {reference.species!r} is no number: {error}", reference.line
        ) from None


def _edge(reaction: ReactionEntry, rate: Rate, change: _Change, model: _Model) -> Edge:
    products = dict(change.right)
    if rate.reactants != change.left:
        products = _products(reaction, rate.reactants, change, model.document)
    return Edge(
        reaction.id,
        _ordered(rate.reactants, change.left),
        _ordered(products, change.right),
        abs(rate.value),
        _constant_id(reaction, rate.constant, model.ids),
    )


def _products(
    reaction: ReactionEntry, reactants: Mapping[str, int], change: _Change, document: Document
) -> dict[str, int]:
    """Add the change that the reaction makes to the complex that its law names."""
    products = dict(reactants)
    for species, difference in change.vector.items():
        count = products.get(species, 0) + difference
        if count < 0 and not document.species[species].fixed:
            raise _not_mass_action(
                reaction, f"it consumes more of {species!r} than its rate depends on", document
            )
        products[species] = max(count, 0)
    return {species: count for species, count in products.items() if count}


def _constant_id(reaction: ReactionEntry, symbol: str | None, ids: FreshIds) -> str:
    """Return the id that the rate constant gets in the reaction network."""
    if symbol is None:
        return ids.new(f"k_{reaction.id}")
    return ids.of(symbol, symbol.replace(LOCAL, "_")) if LOCAL in symbol else symbol


def _not_mass_action(reaction: ReactionEntry, why: object, document: Document) -> UnsupportedError:
    return document.unsupported(
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
