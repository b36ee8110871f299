"""``crn2sbml check --theory``: what can be promised of a model, as a table and as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from crn2sbml.arrays import Array
from crn2sbml.cli.common import Printer, check_output_folder
from crn2sbml.crn import Crn
from crn2sbml.errors import FileError, InputValueError, SimulationError
from crn2sbml.extract import RecognisedNetwork
from crn2sbml.network import describe_activation
from crn2sbml.plots import plot_activation, plot_phase_line, plot_settling, save_figure
from crn2sbml.simulate import Simulator, Trajectory
from crn2sbml.theory import Certificate, Statement, Verdict, certify, envelope, settling_time
from crn2sbml.theory.certificate import HYPOTHESES, PROPERTIES
from crn2sbml.theory.exact import Interval

PICTURES = ("activation.png", "phase_line.png", "settling.png")

_MOST_SPECIES = 12
# Wider equations do not fit beside the other columns.
_WIDEST_EQUATION = 60
_DIGITS = 5
_STARTS = (0.0, 1.0, 1e6)
# Steps of the staircase that look like a curve.
_PICTURE_STEP = 0.01
_LEVELS = ("for all constants", "at these numbers")
_WORDS = {Verdict.PROVED: "holds", Verdict.REFUTED: "fails", Verdict.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class Theory:
    """What the theory says of a model.

    Parameters
    ----------
    certificate : Certificate
        The promises.
    accuracy : float
        What "settled" means, an absolute distance.
    settling_time : float or None
        Proven for every start; None if there is none.
    no_settling_time : str
        Why there is none.
    """

    certificate: Certificate
    accuracy: float
    settling_time: float | None
    no_settling_time: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        return {
            **self.certificate.to_dict(),
            "settling": {
                "accuracy": self.accuracy,
                "time": self.settling_time,
                "none_because": self.no_settling_time or None,
            },
        }


def examine(crn: Crn, recognised: RecognisedNetwork | None, accuracy: float) -> Theory:
    """Certify a model, and bound its settling time if it is a neural network."""
    if not 0 < accuracy < np.inf:
        raise InputValueError(f"--accuracy is {accuracy!r}; it must be a positive number")
    certificate = certify(crn)
    if not certificate.at_these_numbers.proved:
        return Theory(certificate, accuracy, None, "not everything is proved at these numbers")
    if recognised is None:
        return Theory(certificate, accuracy, None, "the model is no neural network")
    inputs = recognised.own_inputs(crn)[np.newaxis, :]
    try:
        time = float(settling_time(recognised.network, inputs, accuracy)[0])
    except (InputValueError, SimulationError) as error:
        return Theory(certificate, accuracy, None, str(error))
    return Theory(certificate, accuracy, time)


def print_theory(printer: Printer, theory: Theory) -> None:
    """Print the certificate as tables, and the reasons for what is not proved."""
    if not printer.shows_text:
        return
    certificate, console = theory.certificate, Console()
    lines = [*_readings(certificate), _species(certificate)]
    more = len(certificate.dynamic) - _MOST_SPECIES
    if more > 0:
        lines.append(f"... and {more:,} more species; --json has all.")
    lines += [_promises(certificate), *_reasons(certificate), *_numbers(theory)]
    for line in lines:
        console.print(line, markup=isinstance(line, Table), highlight=False)


def _promises(certificate: Certificate) -> Table:
    table = Table("Theorem 4.8 asks for", *_LEVELS)
    levels = (certificate.structural, certificate.at_these_numbers)
    for key, name in HYPOTHESES.items():
        table.add_row(name, *(_WORDS[level.hypotheses[key].verdict] for level in levels))
    table.add_section()
    table.add_row("[bold]Definition 4.7: the network[/bold]")
    for key, name in PROPERTIES.items():
        table.add_row(name, *(f"[bold]{lev.properties[key].verdict}[/bold]" for lev in levels))
    return table


def _species(certificate: Certificate) -> Table:
    table = Table("species", "its equation at these numbers", "q", "settles at", "last rate")
    for species in certificate.dynamic[:_MOST_SPECIES]:
        found = certificate.at_these_numbers.species[species]
        equation = certificate.polynomials[species].to_text(_DIGITS)
        if len(equation) > _WIDEST_EQUATION:
            equation = equation[:_WIDEST_EQUATION].rpartition(" ")[0] + " ..."
        table.add_row(
            species,
            equation,
            "-" if found.decay_order is None else str(found.decay_order),
            _shown(found.fixed_point, 6),
            _shown(found.rate, 4),
        )
    return table


def _shown(interval: Interval | None, digits: int) -> str:
    if interval is None:
        return "-"
    lower, _ = interval.to_floats()
    return str(interval) if lower is None else f"{lower:.{digits}g}"


def _reasons(certificate: Certificate) -> Iterator[str]:
    """Yield each reason why something is not proved once, with what it decides."""
    found: dict[str, dict[str, list[str]]] = {}
    levels = (certificate.structural, certificate.at_these_numbers)
    for level, title in zip(levels, _LEVELS, strict=True):
        statements = {
            **{HYPOTHESES[key]: statement for key, statement in level.hypotheses.items()},
            **{PROPERTIES[key]: statement for key, statement in level.properties.items()},
        }
        for name, statement in statements.items():
            if not statement.proved:
                found.setdefault(_sentence(statement), {}).setdefault(name, []).append(title)
    for reason, places in found.items():
        decided = "; ".join(f"{name} ({' and '.join(titles)})" for name, titles in places.items())
        yield f"{reason}. Decides: {decided}."


def _sentence(statement: Statement) -> str:
    word = "Refuted" if statement.refuted else "Unknown"
    others = [r for r in dict.fromkeys(statement.reactions) if f"{r} (" not in statement.because]
    reactions = f" (reactions: {', '.join(others[:4])})" if others else ""
    return f"{word}: {statement.because}{reactions}"


def _numbers(theory: Theory) -> Iterator[str]:
    level = theory.certificate.at_these_numbers
    if level.proved and (rate := level.rate) is not None:
        yield (
            f"The approach ends like exp(-lambda t) with every lambda below "
            f"{_shown(rate, 4)}, the least rate of a species."
        )
    if theory.settling_time is not None:
        yield (
            f"From every start, at 0 or at infinity, all nodes are within {theory.accuracy:g} of "
            f"their steady state by t = {theory.settling_time:.4g} (proven)."
        )
    else:
        yield f"No settling time: {theory.no_settling_time}."


def _readings(certificate: Certificate) -> Iterator[str]:
    yield "How the paper's definitions are read:"
    for number, reading in enumerate(certificate.readings, start=1):
        yield f"  {number}. {reading}"


def check_pictures(folder: Path, force: bool) -> None:
    """Refuse a folder for the pictures that cannot be used, before any work is done."""
    check_output_folder(folder, PICTURES, force)


def save_pictures(
    theory: Theory, crn: Crn, recognised: RecognisedNetwork | None, folder: Path, force: bool
) -> list[str]:
    """Draw what there is to draw into a folder, and return the names of the files."""
    activation, phase_line, settling = PICTURES
    written: list[str] = []
    species = _species_to_draw(theory.certificate)
    if species is None and recognised is None:
        return written
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {error.strerror or error}") from error
    if species is not None:
        save_figure(plot_phase_line(theory.certificate, species), folder / phase_line, force)
        written.append(phase_line)
    if recognised is not None:
        activations = {
            describe_activation(layer.activation): layer.activation
            for layer in recognised.network.layers
        }
        save_figure(plot_activation(activations), folder / activation, force)
        written.append(activation)
    if recognised is not None and theory.settling_time is not None:
        inputs = recognised.own_inputs(crn)
        bounds = envelope(recognised.network, inputs, theory.accuracy, step=_PICTURE_STEP)
        with Simulator(recognised.network) as simulator:
            runs = _runs(simulator, inputs, 1.03 * theory.settling_time)
        steady = np.hstack(recognised.network.activations(inputs))[0]
        figure = plot_settling(bounds, steady, runs, theory.accuracy, theory.settling_time)
        save_figure(figure, folder / settling, force)
        written.append(settling)
    return written


def _species_to_draw(certificate: Certificate) -> str | None:
    """Return the last species whose phase line can be drawn; what is refuted comes first."""
    level = certificate.at_these_numbers
    refuted = [s.species for s in level.properties.values() if s.refuted and s.species]
    for species in (*refuted, *reversed(certificate.dynamic)):
        before = certificate.polynomials[species].upstream
        if all(level.species[s].fixed_point is not None for s in before):
            return species
    return None


def _runs(simulator: Simulator, inputs: Array, t_end: float) -> dict[str, Trajectory]:
    return {
        f"all nodes at {start:g}": simulator.trajectory(inputs, t_end, start, points=2001)
        for start in _STARTS
    }
