"""The conditions of Theorem 4.8 for one species, from the signs of its coefficients.

A species follows dx/dt = f(y, x) = sum_k a_k(y) x^k with y the species before it. All that is
decided here holds for every y of a domain: the closed orthant y >= 0, which the theorem asks for,
or the point where y settles, which is all that the property needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from crn2sbml.theory.certificate.exact import RationalInterval, format_rational
from crn2sbml.theory.certificate.roots import Roots, bracket_decreasing, find_roots
from crn2sbml.theory.certificate.statements import Statement, describe, proved, refuted, unknown
from crn2sbml.theory.certificate.views import DOWN, UP, Sign, View, at_witness, without_upstream


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a species does on a domain.

    Parameters
    ----------
    reliable, decay, feed_forward : Statement
        The three conditions of Theorem 4.8: Definitions 4.7(1), 4.5(1) and 4.5(2).
    order : int or None
        The q of its q-polynomial decay.
    limit : Sign or None
        Of the point where it settles; None for 0, ANY where unknown.
    root, rate : RationalInterval or None
        Where it settles and -f' there, where numbers are known.
    explodes : bool
        Whether some starts grow without bound in finite time.
    """

    reliable: Statement
    decay: Statement
    feed_forward: Statement
    order: int | None = None
    limit: Sign | None = Sign.ANY
    root: RationalInterval | None = None
    rate: RationalInterval | None = None
    explodes: bool = False


def judge(view: View) -> Judgement:
    """Decide the conditions of Theorem 4.8 for one species on a domain.

    Parameters
    ----------
    view : View
        Its right-hand side.

    Returns
    -------
    Judgement

    Notes
    -----
    With a_0 > 0, one change of sign among the coefficients and a negative leading one of degree
    n >= 2, f / x^s decreases strictly for some s. So there is one positive root, a simple one,
    which depends smoothly on y (reliable); f <= -c x^n for large x; and with y -> ŷ the solution
    enters the basin of the root and approaches it exponentially (Gronwall, Lemma A.2).
    """
    x = view.species
    if not view.signs:
        why = refuted(f"{x} never changes{view.place}, so that its limit depends on its start", x)
        return Judgement(why, refuted(f"{x} never changes{view.place}", x), why)
    if (escape := _escape(view)) is not None:
        return Judgement(escape, escape, escape, explodes=max(view.signs) > 1)
    order = _order(view)
    reliable, simple, limit, root = _fixed_point(view, order)
    decay = _decay(view, order)
    rate = None if root is None else _rate(view, root)
    return Judgement(reliable, decay, simple, order, limit, root, rate)


def _escape(view: View) -> Statement | None:
    """Return the witness that large starts, or all, grow without bound, if there is one."""
    x, top = view.species, max(view.signs)
    sign = view.signs[top]
    chosen = sign is Sign.ANY and view.structural and (top > 1 or _has_constants_of_its_own(view))
    if sign not in UP and not chosen:
        return None
    place = view.place
    if sign is Sign.NONNEGATIVE:
        place = " where the species before it are present"
    growth = view.reactions(top, 1)
    if top == 0:
        return refuted(f"{describe(growth)} makes {x}{place} and nothing removes it", x, growth)
    loss = view.reactions(top, -1)
    outweighed = (
        f"for rate constants with which it outweighs {describe(loss)}, which is of the same order, "
        if loss and view.structural
        else ""
    )
    speed = "exponentially" if top == 1 else "to infinity in finite time"
    return refuted(
        f"autocatalysis beats the decay{place}: {outweighed}{describe(growth)} lets "
        f"{'large starts of ' if top > 1 else ''}{x} grow {speed}",
        x,
        growth,
    )


def _order(view: View) -> int | None:
    """Return the largest q with f <= -c x^q for large x, uniformly on compact sets of y."""
    for k in sorted(view.signs, reverse=True):
        if view.signs[k] is Sign.NEGATIVE and k > 1:
            return k
        if view.signs[k] not in DOWN:
            return None
    return None


def _decay(view: View, order: int | None) -> Statement:
    x, top = view.species, max(view.signs)
    if order is not None:
        constant = ""
        if view.intervals is not None:
            c = -view.intervals[order].upper / 2
            constant = f" and c = {format_rational(c)}"
        return proved(f"{x} decays with q = {order}{constant}", x)
    reactions = view.reactions(top, -1)
    if top <= 1:
        slow = "decays at order 1 only, so that there is no time by which all starts are down"
        if 0 not in view.signs:
            return refuted(
                f"{x} is no enzyme, since {describe(reactions)} uses it up, and it {slow}",
                x,
                reactions,
            )
        return refuted(f"{x} {slow} ({describe(reactions)})", x, reactions)
    if view.signs[top] is Sign.ANY:
        return unknown(f"the leading coefficient of {x} is of either sign", x, reactions)
    if _order(without_upstream(view)) is not None:
        return unknown(f"growth of {x} may win where the species before it are few", x, reactions)
    return refuted(
        f"the decay of {x} at order {top} ({describe(reactions)}) vanishes where the species that "
        f"drive it are absent",
        x,
        reactions,
    )


_FixedPoint = tuple[Statement, Statement, Sign | None, RationalInterval | None]


def _fixed_point(view: View, order: int | None) -> _FixedPoint:
    """Return whether there is one limit, whether it is simple, its sign, and where it is."""
    x, signs = view.species, view.signs
    production = signs.get(0)
    if all(signs.get(k) in DOWN for k in signs if k) and signs.get(1) is Sign.NEGATIVE:
        return _falling(view)
    if production is None:
        return _without_production(view)
    if production is Sign.POSITIVE:
        return _with_production(view, order)
    at_zero = judge(without_upstream(view))
    if at_zero.reliable.refuted:
        return at_zero.reliable, at_zero.reliable, Sign.ANY, None
    why = unknown(f"whether {x} is produced depends on the species before it", x)
    return why, why, Sign.ANY, None


def _falling(view: View) -> _FixedPoint:
    """One root because f falls everywhere: f' <= a_1 < 0."""
    x = view.species
    why = proved(f"f of {x} falls with slope below 0 everywhere", x)
    production = view.signs.get(0)
    if production is None:
        return why, why, None, RationalInterval.at(Fraction(0))
    limit = Sign.POSITIVE if production is Sign.POSITIVE else Sign.ANY
    return why, why, limit, _bracket(view)


def _with_production(view: View, order: int | None) -> _FixedPoint:
    """Decide by the changes of sign, or by the roots where numbers are known."""
    x = view.species
    if order is None:
        why = unknown(f"the decay of {x} may not outweigh its growth", x)
        if not view.place:
            at_zero = judge(without_upstream(view)).reliable
            why = at_zero if at_zero.refuted else why
        return why, why, Sign.ANY, None
    if _changes_once(view.signs):
        why = proved(f"f of {x} has one positive root, a simple one (one change of sign)", x)
        return why, why, Sign.POSITIVE, _bracket(view)
    if view.intervals is not None:
        return _from_roots(view, find_roots(view.intervals))
    if view.structural and (witness := _spread(view)) is not None:
        why = refuted(
            f"{x} has several fixed points for some rate constants: {witness}",
            x,
            view.reactions(view.highest(UP), 1),
        )
        return why, why, Sign.ANY, None
    why = unknown(f"the coefficients of {x} change sign more than once", x)
    return why, why, Sign.ANY, None


def _from_roots(view: View, roots: Roots) -> _FixedPoint:
    """Decide by the positive roots of f, with f(0) > 0 and f < 0 far out."""
    x = view.species
    shown = ", ".join(str(interval) for interval in roots.intervals)
    if roots.kind == "several":
        reactions = view.reactions(view.highest(UP), 1) if view.highest(UP) > 0 else []
        why = refuted(f"{x} has several fixed points: {shown}", x, reactions)
        return why, why, Sign.ANY, None
    if roots.kind in ("simple", "multiple"):
        one = proved(f"f of {x} has one positive root (Sturm)", x)
        slow = refuted(f"the root {shown} of {x} is a multiple one: approached algebraically", x)
        simple = one if roots.kind == "simple" else slow
        return one, simple, Sign.POSITIVE, roots.intervals[0]
    why = unknown(f"the positive roots of {x} cannot be told apart at this precision", x)
    return why, why, Sign.ANY, None


def _without_production(view: View) -> _FixedPoint:
    """Decide whether x = 0, a fixed point without production, is the only one."""
    x = view.species
    lowest = min(view.signs)
    if not view.structural and not view.settled and view.signs[lowest] is Sign.ANY:
        view = at_witness(view, lowest)
    signs = view.signs
    falls = signs[lowest] is Sign.NEGATIVE and all(sign in DOWN for sign in signs.values())
    roots = Roots("none" if falls else "unknown")
    if not falls and view.intervals is not None and signs[lowest] is Sign.NEGATIVE:
        roots = find_roots(view.intervals)
    if roots.kind == "none":
        one = proved(f"every start of {x} falls to 0", x)
        power = "1/t" if lowest == 2 else f"t^(-1/{lowest - 1})"
        slow = refuted(f"0 is a multiple root of {x}: it falls like {power}, not exponentially", x)
        return one, one if lowest == 1 else slow, None, RationalInterval.at(Fraction(0))
    chosen = (Sign.POSITIVE, Sign.NONNEGATIVE, *([Sign.ANY] if view.structural else []))
    up = next((k for k in sorted(signs) if signs[k] in chosen), None)
    certain = (
        signs[lowest] is Sign.POSITIVE
        or roots.kind != "unknown"
        or (view.structural and _has_constants_of_its_own(view))
    )
    if up is None or not certain:
        why = unknown(f"nothing makes {x}, and the sign of its growth is not decided", x)
        return why, why, Sign.ANY, None
    growth = view.reactions(up, 1)
    condition = "" if signs[up] is Sign.POSITIVE else " for some rate constants"
    why = refuted(
        f"nothing makes {x} (h = 0): it stays at 0 once it is 0, but {describe(growth)} keeps "
        f"other starts away from 0{view.place}{condition}",
        x,
        growth,
    )
    return why, why, Sign.ANY, None


def _rate(view: View, root: RationalInterval) -> RationalInterval | None:
    """Bound -f' at the root."""
    if view.intervals is None:
        return None
    slope = RationalInterval.at(Fraction(0))
    for k, coefficient in view.intervals.items():
        if k:
            power = RationalInterval.at(Fraction(k)).times_concentration(root, k - 1)
            slope = slope + coefficient.times_positive(power)
    return slope.times(Fraction(-1))


def _bracket(view: View) -> RationalInterval | None:
    return None if view.intervals is None else bracket_decreasing(view.intervals)


def _changes_once(signs: Mapping[int, Sign]) -> bool:
    """Tell whether some s has a_k >= 0 for k < s and a_k <= 0 for k > s, a_s being free."""
    return any(
        all(sign in (UP if k < s else DOWN) for k, sign in signs.items() if k != s) for s in signs
    )


def _spread(view: View) -> str | None:
    """Return a polynomial with the signs of the coefficients and several roots, if there is one.

    Each reaction has a rate constant of its own. With |a_k| = 2^(-3 k^2), term k outweighs all
    others together at x = 2^(6 k), so that f changes sign as often as its coefficients do.
    """
    if not _has_constants_of_its_own(view):
        return None
    chosen: dict[int, int] = {}
    for k in sorted(view.signs):
        free = -next(reversed(chosen.values()), -1)  # one of either sign makes one change more
        chosen[k] = 1 if view.signs[k] in UP else -1 if view.signs[k] in DOWN else free
    if sum(a != b for a, b in pairwise(chosen.values())) < 2:
        return None
    shown = [f"{'+' if sign > 0 else '-'} x^{k} / 2^{3 * k * k}" for k, sign in chosen.items()]
    text = " ".join(shown).removeprefix("+ ").replace("x^0 / 2^0", "1").replace("x^1 ", "x ")
    changes = sum(a != b for a, b in pairwise(chosen.values()))
    ends = f"x = 2^{6 * min(chosen)} and 2^{6 * max(chosen)}"
    return f"f = {text} changes sign {changes} times between {ends}"


def _has_constants_of_its_own(view: View) -> bool:
    """Tell whether the rate constants can be chosen without a change to the species before it."""
    terms = [term for group in view.terms.values() for _, term in group]
    return all(len(reaction.vector) == 1 for term in terms for reaction in term.reactions)
