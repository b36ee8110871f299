"""The page itself: what was worked out, in HTML that fetches nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from crn2sbml._support.checks import check_type
from crn2sbml._support.files import check_output, save_text
from crn2sbml._version import __version__
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import check_label
from crn2sbml.construction.explanation import PAPER, PAPER_RESOURCE
from crn2sbml.construction.origin import Encoding
from crn2sbml.exports import make_study
from crn2sbml.importers import LoadedNetwork
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.report.content import CAPTIONS, make_content
from crn2sbml.report.runs import choose_model, run_model
from crn2sbml.report.units import PageUnits
from crn2sbml.theory import examine
from crn2sbml.theory.presentation import LEVELS, rounded_up

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Report:
    """A page about a model.

    Parameters
    ----------
    html : str
        The whole page.
    left_out : tuple of str
        Which files the page does not hold, and why.
    """

    html: str
    left_out: tuple[str, ...]


def make_report(
    source: NeuralNetwork | LoadedNetwork | Crn,
    inputs: ArrayLike | None = None,
    *,
    encoding: Encoding = "enzymatic",
    title: str | None = None,
    units: LabUnits | None = None,
    accuracy: float | None = None,
) -> Report:
    """Make a page about a model for people who have never heard of the construction.

    Parameters
    ----------
    source : NeuralNetwork, LoadedNetwork or Crn
        Any neural network or mass-action reaction network; most can be said of reaction networks
        that compute a neural network.
    inputs : array_like, shape (n, inputs), optional
        At most 12 inputs of a neural network, one a row, to simulate; the model holds the first.
        Those of a `LoadedNetwork` are in its user's terms, others are concentrations. Those in the
        model unless given.
    encoding : {"enzymatic", "absorbed", "folded"}, default "enzymatic"
        How a neural network is compiled; see :func:`~crn2sbml.compile_network`.
    title : str, optional
        Title of the page; says what the model is unless given.
    units : LabUnits, optional
        What a concentration of 1 and a time of 1 stand for; the units of the model unless given.
    accuracy : float, optional
        What "settled" means: an absolute, dimensionless distance; see
        :func:`~crn2sbml.exports.make_study`.

    Returns
    -------
    Report
        The page shows what the model computes, the neural network, trajectories and settled values,
        the activation, the certificate and the settling time, tables of all species and reactions,
        and holds the model's files.

    Raises
    ------
    ConcentrationError
        If inputs are missing, negative or not finite, or the width is wrong.
    InputValueError
        If there are more than 12 inputs.
    UnsupportedError
        If a layer has h = 0, or a network that is no neural network was given inputs.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork
    >>> from crn2sbml.report import make_report
    >>> report = make_report(NeuralNetwork.random((2, 2, 1), rng=1), [[0.5, 1.0]], title="A & B")
    >>> "<title>A &amp; B</title>" in report.html
    True
    """
    if units is not None:
        check_type(units, LabUnits, "the units of a report")
    check_label(title, "the title")
    crn, rows = choose_model(source, inputs, encoding)
    study = make_study(crn, inputs=rows, accuracy=accuracy, units=units)
    certificate = examine(study.crn, study.accuracy, rows)
    runs = run_model(study, rows)
    content = make_content(study, runs, certificate, PageUnits(study.units), title)
    return Report(_template().render(content=content), content.files.left_out)


def save_report(
    source: NeuralNetwork | LoadedNetwork | Crn,
    path: str | Path,
    overwrite: bool = False,
    inputs: ArrayLike | None = None,
    *,
    encoding: Encoding = "enzymatic",
    title: str | None = None,
    units: LabUnits | None = None,
    accuracy: float | None = None,
) -> Report:
    """Write a page about a model to one HTML file.

    Parameters
    ----------
    source, inputs, encoding, title, units, accuracy
        See :func:`make_report`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Returns
    -------
    Report
        What was written.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`) or cannot be written; and what
        :func:`make_report` raises.
    """
    check_output(path, overwrite)
    report = make_report(
        source, inputs, encoding=encoding, title=title, units=units, accuracy=accuracy
    )
    save_text(report.html, path, overwrite)
    return report


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(number=_number, powers=_powers, proved=rounded_up, json=_json)
    environment.globals.update(
        style=Markup(_asset("page.css")),
        script=Markup(_asset("page.js")),
        captions=CAPTIONS,
        levels=LEVELS,
        paper=PAPER,
        paper_resource=PAPER_RESOURCE,
        version=__version__,
    )
    return environment.from_string(_asset("page.html"))


def _asset(name: str) -> str:
    return files("crn2sbml.report").joinpath("assets", name).read_text(encoding="utf-8")


def _json(facts: Mapping[str, Any]) -> Markup:
    from markupsafe import Markup

    # "<" might end the element that holds it.
    return Markup(json.dumps(facts, allow_nan=False).replace("<", "\\u003c"))


def _powers(unit: str) -> str:
    """Write the powers in a unit as a chemist does."""
    return re.sub(r"\^(-?\d+)", lambda match: match[1].translate(_SUPERSCRIPTS), unit)


def _number(value: float, digits: int = 6) -> str:
    return f"{value:,.{digits}g}" if abs(value) >= 1e-3 or value == 0 else f"{value:.{digits}g}"
