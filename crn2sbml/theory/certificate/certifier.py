"""Certifying a reaction network: Theorem 4.8 and Definitions 4.7 and 5.3 from its reactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from crn2sbml._support.checks import check_type
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Reaction
from crn2sbml.construction.ordering import blocks, find_cycle, layers
from crn2sbml.theory.certificate.certificate import (
    CONDITIONS,
    PROPERTIES,
    Certificate,
    Level,
    SpeciesCertificate,
)
from crn2sbml.theory.certificate.exact import RationalInterval
from crn2sbml.theory.certificate.laws import ConservationLaw, conservation_laws
from crn2sbml.theory.certificate.node import Judgement, judge
from crn2sbml.theory.certificate.polynomials import Polynomial, polynomials
from crn2sbml.theory.certificate.statements import (
    Statement,
    Verdict,
    all_of,
    describe,
    proved,
    refuted,
    unknown,
)
from crn2sbml.theory.certificate.views import (
    Limit,
    Sign,
    View,
    view_at_limit,
    view_everywhere,
)

# A cycle is named by its first species.
_MOST_IN_CYCLE = 8


def certify(crn: Crn) -> Certificate:
    """Find out what can be promised of a mass-action network, from its reactions alone.

    Parameters
    ----------
    crn : Crn
        Any reaction network, whoever made it.

    Returns
    -------
    Certificate
        For each hypothesis of Theorem 4.8 and each property of Definition 4.7 whether it is
        proved, refuted by a witness, or unknown: for all positive rate constants and enzymes
        (Definition 5.3), and at the numbers of the reaction network.

    Raises
    ------
    UnsupportedError
        If a reaction is of an order above 100.

    Notes
    -----
    The proof goes through the species in feed-forward order. Where each has production, one change
    of sign among its coefficients and a negative leading one of degree q >= 2, the hypotheses of
    Theorem 4.8 hold. Where a hypothesis fails, the property may still hold, because concentrations
    that the species before it never keep do not matter; so each species is looked at again where
    those before it settle. The time is in proportion to the number of reactions.

    Examples
    --------
    >>> from crn2sbml import Crn, certify
    >>> certificate = certify(Crn.from_text(["0 -> X", "X -> 2 X", "2 X -> X"]))
    >>> certificate.proved
    True
    >>> print(certificate.at_these_numbers.species["X"].fixed_point)
    1.6180339887...
    >>> three = Crn.from_text(
    ...     ["0 --a--> X", "X --b--> 0", "2 X --c--> 3 X", "3 X --d--> 2 X"],
    ...     rate_constants={"a": 6, "b": 11, "c": 6, "d": 1},
    ... )
    >>> print(certify(three).at_these_numbers.properties["reliable"].because)
    X has several fixed points: 1, 2, 3
    """
    check_type(crn, Crn, "certify")
    sides = polynomials(crn)
    numbers = _Certifier(crn, sides, structural=False).level()
    structural = _Certifier(crn, sides, structural=True).level()
    starts = {s.id: s.initial for s in crn.species}
    if not crn.buffered_species and all(starts[s] > 0 for s in crn.constant_species):
        structural = _with_witnesses(structural, numbers)
    return Certificate(
        crn.name,
        crn.dynamic_species,
        crn.enzymatic_species,
        crn.buffered_species,
        sides,
        structural,
        numbers,
        units=crn.units,
    )


def _with_witnesses(structural: Level, numbers: Level) -> Level:
    """Numbers that are all positive are a witness against the structural statements, too."""

    def with_refutations(
        own: Mapping[str, Statement], other: Mapping[str, Statement]
    ) -> dict[str, Statement]:
        return {k: s if s.refuted or not other[k].refuted else other[k] for k, s in own.items()}

    return replace(
        structural,
        hypotheses=with_refutations(structural.hypotheses, numbers.hypotheses),
        properties=with_refutations(structural.properties, numbers.properties),
    )


class _Certifier:
    """Goes through the species of a reaction network in feed-forward order, at one level."""

    def __init__(self, crn: Crn, sides: Mapping[str, Polynomial], *, structural: bool) -> None:
        self._crn = crn
        self._structural = structural
        self._polynomials = sides
        self._everywhere = {s: view_everywhere(p, structural) for s, p in sides.items()}
        self._before = {s: tuple(_upstream(view)) for s, view in self._everywhere.items()}
        self._limits: dict[str, Limit] = {}
        self._roots: dict[str, RationalInterval | None] = {}
        self._species: dict[str, SpeciesCertificate] = {}
        self._cycles: dict[str, Statement] = {}

    def level(self) -> Level:
        """Return what holds at this level."""
        for block in blocks(self._before):
            if len(block) > 1:
                cycle = self._cycle(block)
                self._cycles.update(dict.fromkeys(block, cycle))
            for species in block:
                self._certify_species(species)
        certified = {s: self._species[s] for s in self._crn.dynamic_species}
        laws = conservation_laws(self._crn, self._running_reactions())
        order = self._order()
        because = _because(certified.values())
        conditions = {
            key: all_of((s.hypotheses[key] for s in certified.values()), because[key])
            for key in CONDITIONS
        }
        return Level(
            {"types": self._types(), "order": order, **conditions},
            {key: self._property(key, laws) for key in PROPERTIES},
            layers(self._before) if order.proved else None,
            laws,
            certified,
        )

    def _certify_species(self, species: str) -> None:
        everywhere = judge(self._everywhere[species])
        cycle = self._cycles.get(species)
        settled, properties = (
            self._in_order(species, everywhere)
            if cycle is None
            else (None, self._in_cycle(species, cycle))
        )
        known = settled if properties["reliable"].proved else None
        self._limits[species] = Limit.UNKNOWN if known is None else known.limit
        self._roots[species] = None if known is None else known.root
        self._species[species] = SpeciesCertificate(
            {
                "reliable": everywhere.reliable,
                "decay": everywhere.decay,
                "feed_forward": everywhere.feed_forward,
            },
            properties,
            everywhere.order,
            None if known is None else known.root,
            None if known is None else known.rate,
        )

    def _in_order(
        self, species: str, everywhere: Judgement
    ) -> tuple[Judgement | None, dict[str, Statement]]:
        """Judge a species where those before it settle."""
        if everywhere.explodes:
            # Starts and those of the species before it are free, and it happens at once.
            return None, dict.fromkeys(PROPERTIES, everywhere.reliable)
        from_infinity = self._from_infinity(species, everywhere)
        lost = self._first_before(species, "reliable")
        if lost is not None:
            why = unknown(f"{species} depends on {lost}, which is not proved to settle", species)
            return None, {"reliable": why, "from_infinity": from_infinity, "exponential": why}
        settled = judge(
            view_at_limit(self._polynomials[species], self._structural, self._limits, self._roots)
        )
        outrun = _outrun(self._everywhere[species], everywhere)
        reliable = settled.reliable if outrun is None or settled.reliable.refuted else outrun
        return settled, {
            "reliable": reliable,
            "from_infinity": self._or_at_limit(species, from_infinity, settled, reliable),
            "exponential": self._exponential(species, settled, reliable),
        }

    def _exponential(self, species: str, settled: Judgement, reliable: Statement) -> Statement:
        """Decide by the slope at the root, and by the species before it."""
        if not settled.feed_forward.proved:
            return settled.feed_forward
        slow = self._first_before(species, "exponential")
        if reliable.proved and slow is not None:
            return unknown(f"{species} follows {slow}, which may be slow", species)
        return settled.feed_forward if reliable.proved else reliable

    def _or_at_limit(
        self, species: str, from_infinity: Statement, settled: Judgement, reliable: Statement
    ) -> Statement:
        """Use the decay near the limit where that for all concentrations fails."""
        late = self._first_before(species, "from_infinity")
        helps = reliable.proved and late is None and settled.order is not None
        if from_infinity.verdict is not Verdict.UNKNOWN or not helps:
            return from_infinity
        return proved(
            f"{species} decays with q = {settled.order} where those before it settle", species
        )

    def _from_infinity(self, species: str, everywhere: Judgement) -> Statement:
        """Decide as the proof of Theorem 4.8 does: by a decay for all concentrations before it."""
        lost = self._first_before(species, "from_infinity")
        if max(self._everywhere[species].signs, default=0) <= 1:
            return everywhere.decay
        if lost is not None:
            return unknown(f"{species} depends on {lost}, which is not bounded in time", species)
        if everywhere.order is not None:
            return proved(
                f"{species} decays with q = {everywhere.order} (Proposition A.1)", species
            )
        return unknown(everywhere.decay.because, species)

    def _first_before(self, species: str, key: str) -> str | None:
        """Return a species before this one for which a property is not proved."""
        before = self._before[species]
        return next((s for s in before if not self._species[s].properties[key].proved), None)

    def _in_cycle(self, species: str, cycle: Statement) -> dict[str, Statement]:
        why = replace(
            cycle,
            verdict=Verdict.UNKNOWN,
            because=f"{species} is in a cycle ({cycle.because}), of which nothing is proved",
            species=species,
        )
        return dict.fromkeys(PROPERTIES, why)

    def _cycle(self, block: tuple[str, ...]) -> Statement:
        """Say which species of a block depend on each other."""
        members = set(block)
        cycle = find_cycle({x: [s for s in self._before[x] if s in members] for x in block})
        shown = [*cycle[:_MOST_IN_CYCLE], *(["..."] if len(cycle) > _MOST_IN_CYCLE else [])]
        text = " <- ".join((*shown, cycle[0]))
        return refuted(text, block[0], self._feedback(cycle))

    def _feedback(self, cycle: tuple[str, ...]) -> list[Reaction]:
        """Return a reaction for each step of a cycle."""
        steps = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        return [
            next(
                term.reactions[0]
                for group in self._everywhere[x].terms.values()
                for _, term in group
                if any(s == source for s, _ in term.upstream)
            )
            for x, source in steps
        ]

    def _order(self) -> Statement:
        for cycle in self._cycles.values():
            return replace(cycle, because=f"{cycle.because} depend on each other")
        return proved("each species depends on itself and on earlier ones only")

    def _types(self) -> Statement:
        if not self._crn.buffered_species:
            return proved("every species is dynamic or enzymatic")
        species = self._crn.buffered_species[0]
        reaction = next(r for r in self._crn.reactions if species in r.vector)
        return refuted(
            f"{species} is buffered: held constant although {describe([reaction])} changes it",
            species,
            [reaction],
        )

    def _running_reactions(self) -> list[Reaction]:
        """Return the reactions that can run: at these numbers, an absent enzyme stops its own."""
        if self._structural:
            return list(self._crn.reactions)
        absent = {s.id for s in self._crn.species if s.initial == 0}
        absent -= set(self._crn.dynamic_species)
        return [r for r in self._crn.reactions if absent.isdisjoint(s for s, _ in r.reactants)]

    def _property(self, key: str, laws: tuple[ConservationLaw, ...] | None) -> Statement:
        """Join what holds for the species, the conservation laws and the types."""
        held = self._crn.buffered_species
        if self._structural and held:
            return unknown(
                f"{held[0]} is buffered, so that this is not the network of Definition 5.3; at "
                f"these numbers the statements hold as long as it is held",
                held[0],
            )
        if laws:
            return refuted(
                f"{laws[0]} is conserved, so that the limit depends on the start",
                next(iter(laws[0].weights)),
            )
        # Where each species is proved there is no conservation law, found or not.
        return all_of(
            (s.properties[key] for s in self._species.values()), "proved for each species"
        )


def _because(species: Collection[SpeciesCertificate]) -> dict[str, str]:
    """Say why the conditions of Theorem 4.8 hold, where they hold for each species."""
    if not species:
        return dict.fromkeys(CONDITIONS, "there is no dynamic species")
    orders = sorted({s.decay_order for s in species if s.decay_order is not None})
    return {
        "reliable": "each has one fixed point",
        "decay": f"q is {' or '.join(map(str, orders))}",
        "feed_forward": "each fixed point is a simple root",
    }


def _upstream(view: View) -> dict[str, None]:
    """Return the species before one, in the order in which its terms name them."""
    return dict.fromkeys(
        s for group in view.terms.values() for _, term in group for s, _ in term.upstream
    )


def _outrun(view: View, everywhere: Judgement) -> Statement | None:
    """Return that growth may win before the species before it have settled, unless it cannot."""
    growth = view.highest((Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ANY))
    if growth <= 1 or (everywhere.order or 0) > growth:
        return None
    reactions = view.reactions(growth, 1)
    return unknown(
        f"{describe(reactions)} may let {view.species} grow without bound before the species "
        f"before it have settled",
        view.species,
        reactions,
    )
