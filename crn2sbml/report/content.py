"""What a page about a model shows, section by section, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crn2sbml.construction.recognise import RecognisedNetwork
from crn2sbml.exports import Study
from crn2sbml.plots import plot_examination
from crn2sbml.report.about import About, describe_model
from crn2sbml.report.downloads import MOST_LOADED, Download, make_downloads, pack
from crn2sbml.report.drawing import draw_network, drawn_edges, node_names
from crn2sbml.report.examples import Example, make_examples
from crn2sbml.report.figures import inline_svg
from crn2sbml.report.runs import Runs
from crn2sbml.report.units import PageUnits
from crn2sbml.theory import Certificate
from crn2sbml.theory.presentation import (
    hypothesis_rows,
    property_rows,
    reasons,
    species_columns,
    species_rows,
)

_MOST_SPECIES = 12
_MOST_PRINTED = 10
# In the order of the properties of a certificate.
_PROMISES = (
    "One answer: every start leads to the same concentrations.",
    "From any amount: however much there is at first, it comes down in bounded time.",
    "Exponentially fast: the distance to the answer shrinks by a factor in equal times.",
)
CAPTIONS = {
    "activation": "What a node settles at, φ, for the sum ρ of its weighted inputs and its bias. "
    "Dashed and dotted: how it grows far on the right, and falls far on the left.",
    "phase_line": "How fast one species grows (above 0) or shrinks (below), for each concentration "
    "it may have once those before it have settled. It moves along the arrows; filled points "
    "attract it, open ones do not; κ is the rate of the last approach.",
    "settling": "How far the worst node still is from where it settles. No start leads above the "
    "black curve; the others are three runs.",
}
"""What stands below each figure of the theory."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The neural network as a picture, with what the page's script needs to tell of its nodes.

    Parameters
    ----------
    drawing : str
        The picture as SVG.
    drawn, present : int
        How many weights the picture shows, and how many are not 0.
    weights : str
        All weights, packed.
    facts : mapping
        Species, names, biases and values of the nodes, layer by layer.
    """

    drawing: str
    drawn: int
    present: int
    weights: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settling:
    """How the model runs.

    Parameters
    ----------
    failure : str
        Why the model cannot be run; empty if it can.
    examples : tuple of Example
        What the model does with each input.
    answers : bool
        Whether the files of the model hold what its outputs stand for.
    error_bound : float or None
        Proven distance of the settled values from the steady state, in the units of the page; None
        if nothing is proven.
    """

    failure: str
    examples: tuple[Example, ...]
    answers: bool
    error_bound: float | None


@dataclass(frozen=True, slots=True)
class Promises:
    """What the theory says of the model.

    Parameters
    ----------
    settles : bool
        Whether everything is proved at the numbers of the model.
    cards : tuple of (str, str, str)
        Each property in everyday words, and its verdict for all constants and at these numbers.
    settled_by : float or None
        Proven time after which all is settled, in the units of the page; None if there is none.
    no_settling_time : str
        Why there is no such time; empty if there is one.
    accuracy : float
        The distance that counts as settled, in the units of the page.
    reasons : tuple of str
        Why something is not proved.
    hypotheses, properties, species : tuple of rows
        The tables of the certificate; of the species only the first.
    species_columns : tuple of str
        Names of the columns of the last one.
    more_species : int
        Number of species that have no row.
    last_rate : float or None
        The least rate of the last approach; None if it is not known.
    readings : tuple of str
        How the paper's definitions are read.
    """

    settles: bool
    cards: tuple[tuple[str, str, str], ...]
    settled_by: float | None
    no_settling_time: str
    accuracy: float
    reasons: tuple[str, ...]
    hypotheses: tuple[tuple[str, ...], ...]
    properties: tuple[tuple[str, ...], ...]
    species: tuple[tuple[str, ...], ...]
    species_columns: tuple[str, ...]
    more_species: int
    last_rate: float | None
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """The files in the page, and how to use them.

    Parameters
    ----------
    downloads : tuple of Download
        The files that the page holds.
    left_out : tuple of str
        Which files the page does not hold, and why.
    printed : tuple of str
        What the programs shown print, as roadrunner calls it.
    called : tuple of (str, str) or None
        Id and name of a species where these differ.
    duration : float
        Time of a run, in the units of the page.
    loads_slowly : bool
        Whether the model is too large for programs to load in seconds.
    """

    downloads: tuple[Download, ...]
    left_out: tuple[str, ...]
    printed: tuple[str, ...]
    called: tuple[str, str] | None
    duration: float
    loads_slowly: bool


@dataclass(frozen=True, slots=True)
class Content:
    """All that a page shows.

    Parameters
    ----------
    title : str
        Title of the page.
    units : PageUnits
        Units of the numbers.
    dynamic, constant, reactions : int
        How many species change and stay constant, and how many reactions there are.
    widths : tuple of int
        Widths of the neural network, that of its inputs first; empty if there is none.
    about : About
        What the model computes.
    picture : Picture or None
        The neural network as a picture; None if there is none.
    settling : Settling
        How the model runs.
    promises : Promises
        What the theory says of the model.
    figures : mapping of str to str
        Figures of the theory as SVG, by name.
    files : Files
        Files of the model to download, and how to use them.
    """

    title: str
    units: PageUnits
    dynamic: int
    constant: int
    reactions: int
    widths: tuple[int, ...]
    about: About
    picture: Picture | None
    settling: Settling
    promises: Promises
    figures: Mapping[str, str]
    files: Files


def make_content(
    study: Study, runs: Runs, certificate: Certificate, units: PageUnits, title: str | None
) -> Content:
    """Work out what a page shows.

    Parameters
    ----------
    study : Study
        The model with its first input.
    runs : Runs
        What the model does with each input.
    certificate : Certificate
        What the theory says of the model, with its settling time.
    units : PageUnits
        Units of the page.
    title : str or None
        Title of the page; says what the model is unless given.
    """
    crn, recognised = study.crn, study.recognised
    shown = title or _title(study)
    bound = None if runs.settled is None else runs.settled.error_bound * units.concentration
    figures = plot_examination(certificate, crn, recognised)
    return Content(
        title=shown,
        units=units,
        dynamic=len(crn.dynamic_species),
        constant=len(crn.constant_species),
        reactions=len(crn.reactions),
        widths=() if recognised is None else recognised.network.widths,
        about=describe_model(crn, recognised, units),
        picture=None if recognised is None else _picture(recognised, runs, units),
        settling=Settling(
            runs.failure, tuple(make_examples(study, runs, units)), bool(study.answers), bound
        ),
        promises=_promises(certificate, units),
        figures={name: inline_svg(f, name, CAPTIONS[name]) for name, f in figures.items()},
        files=_files(study, units, shown),
    )


def _title(study: Study) -> str:
    if study.recognised is None:
        return study.crn.name
    # The inputs of a folded network are no nodes any more.
    widths = "-".join(str(width) for width in study.recognised.network.widths if width)
    return f"Neural network {widths} as chemistry"


def _picture(recognised: RecognisedNetwork, runs: Runs, units: PageUnits) -> Picture:
    network = recognised.network
    # An input whose weights are all 0 may have no species.
    species = [[s or "" for s in recognised.inputs], *map(list, recognised.layers)]
    values = [
        [level * units.concentration for level in runs.levels(number)]
        for number in range(len(runs.inputs))
    ]
    flat = np.concatenate([layer.weights.ravel() for layer in network.layers])
    return Picture(
        draw_network(network, values[0], species),
        *drawn_edges(network),
        pack(flat.astype("<f8").tobytes()),
        {
            "species": species,
            "names": [list(layer) for layer in node_names(network, species)],
            "biases": [layer.biases.tolist() for layer in network.layers],
            "values": [[level.tolist() for level in levels] for levels in values],
            "unit": units.concentration_unit,
        },
    )


def _promises(certificate: Certificate, units: PageUnits) -> Promises:
    settling = certificate.settling
    assert settling is not None  # examine() bounds it
    level, properties = certificate.at_these_numbers, property_rows(certificate)
    species = species_rows(certificate, _MOST_SPECIES)
    return Promises(
        settles=level.proved,
        cards=tuple(_cards(properties)),
        settled_by=None if settling.time is None else settling.time * units.time,
        no_settling_time=settling.none_because or "",
        accuracy=settling.accuracy * units.concentration,
        reasons=tuple(reasons(certificate)),
        hypotheses=tuple(hypothesis_rows(certificate)),
        properties=tuple(properties),
        species=tuple(species),
        species_columns=species_columns(certificate),
        more_species=len(certificate.dynamic) - len(species),
        last_rate=None if level.rate is None else level.rate.to_floats()[0],
        readings=tuple(certificate.readings),
    )


def _cards(properties: list[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Yield each property in everyday words, and its verdict at both levels."""
    for words, row in zip(_PROMISES, properties, strict=True):
        yield words, row[1], row[2]


def _files(study: Study, units: PageUnits, title: str) -> Files:
    downloads, left_out = make_downloads(study, title)
    return Files(
        tuple(downloads),
        tuple(left_out),
        tuple(_printed(study))[:_MOST_PRINTED],
        _called(study),
        study.run_time,
        len(study.crn.reactions) > MOST_LOADED,
    )


def _printed(study: Study) -> Iterator[str]:
    """Yield what roadrunner calls the answers, or else the concentrations of the outputs."""
    for identifier in study.curves:
        yield identifier if study.answers else f"[{identifier}]"


def _called(study: Study) -> tuple[str, str] | None:
    """Return the id and the name of a species, best of an output, where they differ."""
    names = {s.id: s.name for s in study.crn.species}
    for species in (*study.outputs, *names):
        if (name := names[species]) and name != species:
            return species, name
    return None
