"""What the model of a page computes, its kinds of reactions, and what a laboratory would need."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import format_complex
from crn2sbml.chemistry.units import LabRanges, bench_values, in_lab_units
from crn2sbml.construction.explanation import instructions
from crn2sbml.construction.labels import row_of
from crn2sbml.construction.origin import Origin
from crn2sbml.construction.recognise import RecognisedNetwork
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.network import Layer, NeuralNetwork
from crn2sbml.report.units import PageUnits

_MOST_KINDS = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A form of reaction.

    Parameters
    ----------
    row : str
        The row of Table 1 that such reactions are; empty if they are none.
    example : str
        One of the reactions.
    count : int
        Number of reactions of this form.
    """

    row: str
    example: str
    count: int


@dataclass(frozen=True, slots=True)
class About:
    """What the model computes, and what a laboratory would have to realise.

    Parameters
    ----------
    shape : str
        How many nodes each layer has, in words; empty if the model is no neural network.
    inputs : tuple of str
        Ids of the input species.
    reading : tuple of str
        Sentences on what inputs and outputs stand for, where that is known.
    activations : str
        The activations of the layers, each once.
    is_smoothed_relu : bool
        Whether all activations are smoothed ReLUs.
    kinds : tuple of Kind
        Forms of reactions, at most so many as a page shows.
    more_kinds : int
        Number of forms that the page leaves out.
    is_dimensionless : bool
        Whether the numbers are known to be dimensionless, as those of a foreign model are not.
    ranges : LabRanges
        Ranges of concentrations and rate constants, in the units of the page.
    """

    shape: str
    inputs: tuple[str, ...]
    reading: tuple[str, ...]
    activations: str
    is_smoothed_relu: bool
    kinds: tuple[Kind, ...]
    more_kinds: int
    is_dimensionless: bool
    ranges: LabRanges


def describe_model(crn: Crn, recognised: RecognisedNetwork | None, units: PageUnits) -> About:
    """Say what a model computes.

    Parameters
    ----------
    crn : Crn
        The reaction network.
    recognised : RecognisedNetwork or None
        The neural network in it, if there is one.
    units : PageUnits
        Units of the page.
    """
    scaled, kinds = in_lab_units(crn, units.lab), _kinds(crn)
    layers = () if recognised is None else recognised.network.layers
    inputs = () if recognised is None else filter(None, recognised.inputs)
    return About(
        shape="" if recognised is None else _shape(recognised.network),
        inputs=tuple(inputs),
        reading=instructions(scaled),
        activations="; ".join(dict.fromkeys(describe_activation(e.activation) for e in layers)),
        is_smoothed_relu=all(map(_is_smoothed_relu, layers)),
        kinds=kinds[:_MOST_KINDS],
        more_kinds=len(kinds) - _MOST_KINDS,
        is_dimensionless=Origin.read(crn) is not None,
        ranges=bench_values(scaled),
    )


def _is_smoothed_relu(layer: Layer) -> bool:
    return dict(layer.activation.decay) == {2: 1.0}


def _shape(network: NeuralNetwork) -> str:
    """Say how many nodes each layer has."""
    kinds = [(width, "hidden node") for width in network.widths]
    kinds[0], kinds[-1] = (kinds[0][0], "input"), (kinds[-1][0], "output")
    words = [f"{width:,} {kind}{'' if width == 1 else 's'}" for width, kind in kinds if width]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _kinds(crn: Crn) -> tuple[Kind, ...]:
    """Return each form of reaction: its row of Table 1, an example, and how many there are."""
    kinds: dict[tuple[object, ...], Kind] = {}
    for reaction in crn.reactions:
        # Reactions are alike if the same row made them, and they take and give as many
        # molecules of as many species.
        counts: dict[str, list[int]] = {}
        for side, part in enumerate((reaction.reactants, reaction.products)):
            for species, number in part:
                counts.setdefault(species, [0, 0])[side] += number
        row = row_of(reaction)
        form = row, tuple(sorted(map(tuple, counts.values())))
        equation = f"{format_complex(reaction.reactants)} → {format_complex(reaction.products)}"
        before = kinds.get(form, Kind(row or "", equation, 0))
        kinds[form] = replace(before, count=before.count + 1)
    return tuple(kinds.values())
