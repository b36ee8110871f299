"""``crn2sbml show``: what a model computes, with its weights as tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from crn2sbml._support.files import csv_text, save_text
from crn2sbml._support.words import counted
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Reaction, format_complex
from crn2sbml.cli.common import check_csv_output
from crn2sbml.cli.options import Output, output_options, print_table
from crn2sbml.construction.explanation import instructions
from crn2sbml.errors import UnsupportedError
from crn2sbml.importers import LoadedNetwork, load_file
from crn2sbml.importers.comparison import node_names
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.network import Layer

# A table that is wider does not fit into a terminal, and becomes a list.
_MOST_COLUMNS = 6
_MOST_ROWS = 40
_HEADINGS = ("layer", "what", "from", "to", "value")


@click.command()
@click.argument("model", metavar="MODEL_OR_NETWORK", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Show tables whole, however long they are.")
@click.option(
    "-o",
    "--output",
    "table",
    type=click.Path(path_type=Path),
    help="Write all weights, biases, h and decays to a file (.csv), one a line.",
)
@output_options
def show(model: Path, everything: bool, table: Path | None, output: Output) -> None:
    """Show what a model computes, and its weights, biases and h layer by layer.

    MODEL_OR_NETWORK is a network file (.npz), a folder that train wrote, ONNX (.onnx), or a model
    (.xml, .sbml, .ant, .omex, .cps). Of a model that computes no network, its species and reactions
    are shown.

    --json of a network: widths, inputs and outputs (names, or null), pairs, function and classes
    where they are known, and layers, each with h, decay, weights (a row for each node), biases,
    sparse and trainable. Of another model: not_a_network (why), species and reactions.
    """
    if table is not None:
        check_csv_output(table, output.force)
    source = load_file(model)
    limit = None if everything else _MOST_ROWS
    if source.network is None:
        assert source.crn is not None
        if table is not None:
            raise UnsupportedError(
                f"{model} computes no neural network ({source.reason}), and -o writes weights; "
                f"crn2sbml export {model} --to csv writes species and reactions"
            )
        output.line(f"{model} computes no neural network: {source.reason}.")
        _show_crn(output, source.crn, limit)
        output.result({"not_a_network": source.reason, **_crn_dict(source.crn)})
        return
    _show_network(output, source.network, limit)
    output.result(_network_dict(source.network))
    if table is not None:
        save_text(csv_text(_HEADINGS, _entries(source.network)), table, output.force)
        output.line(f"Wrote {table}.")


def _show_network(output: Output, loaded: LoadedNetwork, limit: int | None) -> None:
    if not output.shows_text:
        return
    network, names = loaded.network, node_names(loaded.network)
    output.line(f"{network!r}" + (f", {loaded.encoding} encoding" if loaded.encoding else ""))
    for what, nodes in (("input", _inputs(loaded)), ("output", _outputs(loaded))):
        if nodes:
            output.line(f"{counted(len(nodes), what)}: {_listed(nodes, limit)}")
        else:
            output.line("No inputs: this model is folded, they have become constants in it.")
    if loaded.units is not None:
        output.line(f"Units of the model: {loaded.units}.")
    if loaded.codec is not None:
        encoding = loaded.encoding or "absorbed"
        for sentence in instructions(loaded.compile(encoding), examples=loaded.inputs is not None):
            output.line(sentence)
    for number, layer in enumerate(network.layers, start=1):
        output.line()
        fixed = "" if layer.trainable else ", fixed in training"
        output.line(
            f"Layer {number}: {counted(layer.width, 'node')}, "
            f"{counted(int(layer.edges.sum()), 'edge')}, {describe_activation(layer.activation)}"
            f"{fixed}"
        )
        _show_layer(output, layer, names[number - 1], names[number], limit)


def _inputs(loaded: LoadedNetwork) -> list[str]:
    """Return what a user puts in, with the values in the model."""
    names, values = node_names(loaded.network)[0], loaded.inputs
    if loaded.codec is not None:
        encoder = loaded.codec.encoder
        names = list(encoder.value_names)
        values = None if values is None else encoder.decode(values)[0]
    return names if values is None else _with_values(names, values.tolist())


def _outputs(loaded: LoadedNetwork) -> list[str]:
    """Return what a user reads off."""
    if loaded.codec is None:
        return node_names(loaded.network)[-1]
    return list(loaded.codec.decoder.value_names)


def _show_layer(
    output: Output, layer: Layer, before: list[str], nodes: list[str], limit: int | None
) -> None:
    """Print weights and biases as a table, or as a list if it would be too wide."""
    if len(before) <= _MOST_COLUMNS:
        rows = [
            (
                node,
                f"{bias:.6g}",
                *(f"{w:.6g}" if edge else "" for w, edge in zip(*row, strict=True)),
            )
            for node, bias, *row in zip(
                nodes, layer.biases, layer.weights, layer.edges, strict=True
            )
        ]
        print_table(("node", "bias", *(f"from {name}" for name in before)), rows[:limit])
    else:
        rows = [
            (node, source or what, f"{value:.6g}")
            for what, source, node, value in _numbers(layer, before, nodes)
        ]
        print_table(("node", "from", "weight"), rows[:limit])
    if limit is not None and len(rows) > limit:
        output.line(
            f"... and {len(rows) - limit:,} more; --all shows them, -o FILE.csv writes all."
        )


def _numbers(
    layer: Layer, before: list[str], nodes: list[str]
) -> Iterator[tuple[str, str, str, float]]:
    """Yield what each bias and weight is, where it leads from and to, and its value."""
    for row, node in enumerate(nodes):
        yield "bias", "", node, layer.biases[row].item()
        for column in np.flatnonzero(layer.edges[row]).tolist():
            yield "weight", before[column], node, layer.weights[row, column].item()


def _entries(loaded: LoadedNetwork) -> Iterator[tuple[int, str, str, str, float]]:
    names = node_names(loaded.network)
    for number, layer in enumerate(loaded.network.layers, start=1):
        yield number, "h", "", "", layer.activation.h
        for order, constant in layer.activation.decay.items():
            yield number, f"decay of order {order}", "", "", constant
        for entry in _numbers(layer, names[number - 1], names[number]):
            yield number, *entry


def _network_dict(loaded: LoadedNetwork) -> dict[str, Any]:
    network, codec = loaded.network, loaded.codec
    meaning = (
        {}
        if codec is None
        else {
            "input_pairs": list(codec.encoder.pairs),
            "shifts": codec.encoder.offsets.tolist(),
            "output_pairs": list(codec.decoder.pairs),
            "function": codec.decoder.function,
            "classes": None if codec.decoder.classes is None else list(codec.decoder.classes),
        }
    )
    return {
        "widths": list(network.widths),
        "inputs": None if network.input_names is None else list(network.input_names),
        "outputs": None if network.output_names is None else list(network.output_names),
        **meaning,
        "encoding": loaded.encoding,
        "input_concentrations": None if loaded.inputs is None else loaded.inputs.tolist(),
        "layers": [
            {
                "h": layer.activation.h,
                "decay": {str(order): d for order, d in layer.activation.decay.items()},
                "weights": layer.weights.tolist(),
                "biases": layer.biases.tolist(),
                "sparse": layer.sparse,
                "trainable": layer.trainable,
            }
            for layer in network.layers
        ],
    }


def _show_crn(output: Output, crn: Crn, limit: int | None) -> None:
    if not output.shows_text:
        return
    held = set(crn.constant_species)
    species = [
        (s.id, s.name or "", f"{s.initial:.6g}", "constant" if s.id in held else "dynamic")
        for s in crn.species
    ]
    reactions = [
        (r.id, _written(r), f"{crn.rate_constant_values[r.rate]:.6g}") for r in crn.reactions
    ]
    for headings, rows in (
        (("species", "name", f"initial {crn.quantity}", "kind"), species),
        (("reaction", "equation", "rate constant"), reactions),
    ):
        print_table(headings, rows[:limit])
        if limit is not None and len(rows) > limit:
            output.line(f"... and {len(rows) - limit:,} more; --all shows them.")


def _crn_dict(crn: Crn) -> dict[str, Any]:
    return {
        "species": [{"id": s.id, "name": s.name, "initial": s.initial} for s in crn.species],
        "reactions": [
            {"id": r.id, "equation": _written(r), "rate_constant": crn.rate_constant_values[r.rate]}
            for r in crn.reactions
        ],
    }


def _written(reaction: Reaction) -> str:
    return f"{format_complex(reaction.reactants)} -> {format_complex(reaction.products)}"


def _with_values(names: list[str], values: list[float]) -> list[str]:
    return [f"{name} = {value:g}" for name, value in zip(names, values, strict=True)]


def _listed(names: list[str], limit: int | None) -> str:
    more = f", ... and {len(names) - limit:,} more" if limit and len(names) > limit else ""
    return f"{', '.join(names[:limit])}{more}"
