"""What a certificate says, in the words and tables that people are shown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from crn2sbml.theory.certificate.certificate import HYPOTHESES, PROPERTIES, Certificate
from crn2sbml.theory.certificate.exact import RationalInterval
from crn2sbml.theory.certificate.statements import Statement, Verdict

LEVELS = ("for all constants", "at these numbers")
# Wider equations do not fit beside the other columns.
_WIDEST_EQUATION = 60
_DIGITS = 5
_WORDS = {Verdict.PROVED: "holds", Verdict.REFUTED: "fails", Verdict.UNKNOWN: "unknown"}


def hypothesis_rows(certificate: Certificate) -> list[tuple[str, ...]]:
    """Return what Theorem 4.8 asks for, and whether it holds at each level."""
    return [
        (name, *(_WORDS[level.hypotheses[key].verdict] for level in certificate.levels))
        for key, name in HYPOTHESES.items()
    ]


def property_rows(certificate: Certificate) -> list[tuple[str, ...]]:
    """Return what Definition 4.7 promises, and the verdict at each level."""
    return [
        (name, *(str(level.properties[key].verdict) for level in certificate.levels))
        for key, name in PROPERTIES.items()
    ]


def species_columns(certificate: Certificate) -> tuple[str, ...]:
    """Return the names of the columns of :func:`species_rows`."""
    level, rate = "settles at", "final rate"
    if certificate.units is not None:
        level += f" ({certificate.units.concentration_unit})"
        rate += f" (1/{certificate.units.time_unit})"
    return ("species", "its equation at these numbers", "decay order", level, rate)


def species_rows(certificate: Certificate, most: int) -> list[tuple[str, ...]]:
    """Return a row for each of the first dynamic species, with :func:`species_columns`."""
    rows: list[tuple[str, ...]] = []
    for species in certificate.dynamic[:most]:
        own = certificate.at_these_numbers.species[species]
        equation = certificate.polynomials[species].to_text(_DIGITS)
        if len(equation) > _WIDEST_EQUATION:
            equation = equation[:_WIDEST_EQUATION].rpartition(" ")[0] + " ..."
        order = "-" if own.decay_order is None else str(own.decay_order)
        rows.append((species, equation, order, _shown(own.fixed_point, 6), _shown(own.rate, 4)))
    return rows


def reasons(certificate: Certificate) -> Iterator[str]:
    """Yield each reason why something is not proved once, with what it decides."""
    decided: dict[str, dict[str, list[str]]] = {}
    for level, title in zip(certificate.levels, LEVELS, strict=True):
        statements = {
            **{HYPOTHESES[key]: statement for key, statement in level.hypotheses.items()},
            **{PROPERTIES[key]: statement for key, statement in level.properties.items()},
        }
        for name, statement in statements.items():
            if not statement.proved:
                decided.setdefault(_sentence(statement), {}).setdefault(name, []).append(title)
    for reason, places in decided.items():
        names = "; ".join(f"{name} ({' and '.join(titles)})" for name, titles in places.items())
        yield f"{reason}. Decides: {names}."


def times(certificate: Certificate) -> Iterator[str]:
    """Yield sentences on how fast the reaction network settles."""
    level, settling, units = certificate.at_these_numbers, certificate.settling, certificate.units
    if level.proved and (rate := level.rate) is not None:
        per = "" if units is None else f" per {units.time_unit}"
        yield (
            f"The approach ends like exp(-lambda t) with every lambda below "
            f"{_shown(rate, 4)}{per}, the least rate of a species."
        )
    if settling is None:
        return
    if settling.time is None:
        yield f"No settling time: {settling.none_because}."
        return
    distance, time = f"{settling.accuracy:g}", rounded_up(settling.time)
    if units is not None:
        distance = f"{settling.accuracy * units.concentration:g} {units.concentration_unit}"
        time = f"{rounded_up(settling.time * units.time)} {units.time_unit}"
    yield (
        f"From every start, at 0 or at infinity, all nodes are within {distance} of their steady "
        f"state by t = {time} (proven)."
    )


def rounded_up(value: float, digits: int = 4) -> str:
    """Write a number that is proved to be large enough with a few digits, none of them too small.

    Examples
    --------
    >>> rounded_up(3.81005), rounded_up(3.75), rounded_up(2.3e-9, 1)
    ('3.811', '3.75', '3e-09')
    """
    number = Decimal(value)
    last = Decimal(1).scaleb(number.adjusted() - digits + 1)
    return f"{float(number.quantize(last, ROUND_CEILING)):.{digits}g}"


def _shown(interval: RationalInterval | None, digits: int) -> str:
    if interval is None:
        return "-"
    lower, _ = interval.to_floats()
    return str(interval) if lower is None else f"{lower:.{digits}g}"


def _sentence(statement: Statement) -> str:
    word = "Refuted" if statement.refuted else "Unknown"
    others = [r for r in dict.fromkeys(statement.reactions) if f"{r} (" not in statement.because]
    reactions = f" (reactions: {', '.join(others[:4])})" if others else ""
    return f"{word}: {statement.because}{reactions}"
