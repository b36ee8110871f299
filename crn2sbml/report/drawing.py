"""A neural network as a picture (SVG): nodes as circles or grids of cells, weights as lines.

The picture is text without libraries. Colours are CSS variables with defaults, so that a page in
light and dark can set them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.construction.labels import node_id
from crn2sbml.neural.activations import describe_activation
from crn2sbml.neural.network import NeuralNetwork

# Up to this many nodes a layer is one column; above, a grid of cells, such as the pixels of an
# image in their own order.
_MOST_IN_A_COLUMN = 50
# Names stand beside nodes of columns with at most this many.
_MOST_WITH_NAMES = 20
# Of each layer so many weights are drawn at most: the largest.
_MOST_EDGES = 400

_HEIGHT, _MARGIN, _GAP = 440.0, 24.0, 190.0
_CAPTION = 30.0
_LARGEST_SCALE = 1.4
_LARGEST_SPACING, _LARGEST_RADIUS = 62.0, 15.0
_GRID, _LARGEST_CELL = 400.0, 16.0
_THINNEST, _THICKEST = 0.4, 4.5
# More lines than this are drawn thinner, so that their ink stays the same.
_LINES_IN_FULL = 60
_PER_LETTER, _PER_WIDE_LETTER, _LONGEST_NAME = 7.5, 13.0, 22

_STYLE = (
    ".network .edge{fill:none;stroke-linecap:round}"
    ".network .positive{stroke:var(--positive,#0072b2)}"
    ".network .negative{stroke:var(--negative,#d55e00)}"
    ".network .node{fill:var(--value,#009e73);stroke:var(--ink,#222);stroke-width:1.2}"
    ".network .cell{stroke:var(--line,#ccc);stroke-width:.5}"
    ".network .back{fill:var(--paper,#fff)}"
    ".network text{fill:var(--ink,#222);font:13px sans-serif}"
    ".network .caption{fill:var(--soft,#666)}"
)


@dataclass(frozen=True, slots=True)
class _Block:
    """Where the nodes of a layer are."""

    layer: int
    x: Array
    y: Array
    size: float  # radius of a circle, or side of a cell
    is_grid: bool

    @property
    def left(self) -> float:
        return float(self.x.min() - self.reach)

    @property
    def right(self) -> float:
        return float(self.x.max() + self.reach)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def top(self) -> float:
        return float(self.y.min() - self.reach)

    @property
    def bottom(self) -> float:
        return float(self.y.max() + self.reach)

    @property
    def reach(self) -> float:
        return self.size / 2 if self.is_grid else self.size


def draw_network(
    network: NeuralNetwork,
    activations: Sequence[Array] | None = None,
    species: Sequence[Sequence[str]] | None = None,
) -> str:
    """Draw a neural network as SVG.

    Parameters
    ----------
    network : NeuralNetwork
        Any neural network, from 2-2-1 to some thousand nodes a layer.
    activations : sequence of numpy.ndarray, optional
        Values of the inputs and of every layer, one array of shape (width,) each; nodes are filled
        in proportion to them.
    species : sequence of sequence of str, optional
        Ids of the inputs and of the nodes of every layer; those that
        :func:`~crn2sbml.compile_network` gives unless given.

    Returns
    -------
    str
        An ``<svg>`` element. Positive weights are blue and negative ones orange, their width grows
        with their size relative to the largest of the same layer, and of each layer at most the
        400 largest are drawn, without those that are 0.

    Examples
    --------
    >>> from crn2sbml import NeuralNetwork
    >>> from crn2sbml.report import draw_network
    >>> svg = draw_network(NeuralNetwork.random((2, 2, 1), rng=1))
    >>> svg.count("<circle"), svg.count("<line")
    (10, 6)
    """
    return "".join(_elements(network, activations, node_names(network, species)))


def _elements(
    network: NeuralNetwork, activations: Sequence[Array] | None, names: Sequence[Sequence[str]]
) -> Iterator[str]:
    blocks = {block.layer: block for block in _blocks(network)}
    captions = {number: _caption(network, number) for number in blocks}
    left, top, right, bottom = _frame(blocks, names, captions)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" '
        f'style="max-width:{_number(_LARGEST_SCALE * (right - left))}px" '
        f'viewBox="{" ".join(map(_number, (left, top, right - left, bottom - top)))}">'
    )
    yield f"<title>{escape(_title(network))}</title><style>{_STYLE}</style>"
    yield '<g class="edges">'
    for number, layer in enumerate(network.layers, start=1):
        if layer.weights.size:
            yield from _edges(layer.weights, blocks[number - 1], blocks[number])
    yield '</g><g class="chosen"></g>'
    for number, block in blocks.items():
        values = None if activations is None else activations[number]
        yield from _nodes(block, names[number], values)
        if number in (min(blocks), max(blocks)) and not block.is_grid:
            yield from _labels(block, names[number], beside_left=number == min(blocks))
        yield (
            f'<text class="caption" x="{_number(block.middle)}" y="{_number(bottom - 8)}" '
            f'text-anchor="middle">{captions[number]}</text>'
        )
    yield "</svg>"


def _frame(
    blocks: Mapping[int, _Block], names: Sequence[Sequence[str]], captions: Mapping[int, str]
) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom, with room for names, captions and a margin."""
    first, last = min(blocks), max(blocks)
    left = blocks[first].left - _label_room(names[first])
    right = blocks[last].right + _label_room(names[last])
    for number, block in blocks.items():
        reach = _length(captions[number]) / 2
        left, right = min(left, block.middle - reach), max(right, block.middle + reach)
    top = min(block.top for block in blocks.values()) - _MARGIN
    bottom = max(block.bottom for block in blocks.values()) + _MARGIN + _CAPTION
    return left - _MARGIN, top, right + _MARGIN, bottom


def drawn_edges(network: NeuralNetwork) -> tuple[int, int]:
    """Return how many weights the picture shows, and how many are not 0."""
    counts = [int(np.count_nonzero(layer.weights)) for layer in network.layers]
    return sum(min(count, _MOST_EDGES) for count in counts), sum(counts)


def _blocks(network: NeuralNetwork) -> Iterator[_Block]:
    x = 0.0
    for layer, width in enumerate(network.widths):
        if width == 0:  # the inputs of a folded network have become constants
            continue
        block = _grid(layer, width, x)
        if width <= _MOST_IN_A_COLUMN:
            block = _column(layer, width, x)
        yield block
        x = block.right + _GAP


def _column(layer: int, width: int, x: float) -> _Block:
    spacing = min(_LARGEST_SPACING, _HEIGHT / width)
    radius = min(_LARGEST_RADIUS, 0.38 * spacing)
    y = spacing * (np.arange(width, dtype=np.float64) - (width - 1) / 2)
    return _Block(layer, np.full(width, x + radius), y, radius, False)


def _grid(layer: int, width: int, x: float) -> _Block:
    columns = math.isqrt(width - 1) + 1
    cell = min(_LARGEST_CELL, _GRID / columns)
    rows = -(-width // columns)
    number = np.arange(width, dtype=np.float64)
    top = -cell * rows / 2
    return _Block(
        layer,
        x + cell * (number % columns + 0.5),
        top + cell * (number // columns + 0.5),
        cell,
        True,
    )


def _edges(weights: Array, before: _Block, after: _Block) -> Iterator[str]:
    sizes = np.abs(weights).ravel()
    largest = float(sizes.max(initial=0.0))
    if largest == 0.0:
        return
    # The largest are drawn last, on top.
    chosen = np.argsort(sizes, kind="stable")[-_MOST_EDGES:]
    thickest = _THICKEST * min(1.0, math.sqrt(_LINES_IN_FULL / len(chosen)))
    for place in chosen[sizes[chosen] > 0]:
        i, j = divmod(int(place), weights.shape[1])
        share = float(sizes[place]) / largest
        sign = "positive" if weights[i, j] > 0 else "negative"
        yield (
            f'<line class="edge {sign}" '
            f'x1="{_number(before.x[j])}" y1="{_number(before.y[j])}" '
            f'x2="{_number(after.x[i])}" y2="{_number(after.y[i])}" '
            f'stroke-width="{_number(_THINNEST + (thickest - _THINNEST) * share)}" '
            f'stroke-opacity="{_number(0.15 + 0.75 * share)}"/>'
        )


def _nodes(block: _Block, names: Sequence[str], values: Array | None) -> Iterator[str]:
    largest = 1.0 if values is None else float(values.max(initial=0.0)) or 1.0
    yield f'<g class="layer" data-layer="{block.layer}">'
    for node, name in enumerate(names):
        x, y, size = block.x[node], block.y[node], block.size
        share = 0.0 if values is None else float(values[node]) / largest
        told = "" if values is None else f": {values[node]:.5g}"
        shape = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(size)}"'
        tag = "circle"
        if block.is_grid:
            corner = x - size / 2, y - size / 2
            shape = (
                f'x="{_number(corner[0])}" y="{_number(corner[1])}" '
                f'width="{_number(size)}" height="{_number(size)}"'
            )
            tag = "rect"
        kind = "node cell" if block.is_grid else "node"
        yield f'<{tag} class="back" {shape}/>'
        yield (
            f'<{tag} class="{kind}" data-node="{node}" {shape} '
            f'fill-opacity="{_number(share)}"><title>{escape(name)}{told}</title></{tag}>'
        )
    yield "</g>"


def _labels(block: _Block, names: Sequence[str], beside_left: bool) -> Iterator[str]:
    """Write names beside the first and the last layer; others say theirs when pointed at."""
    for node, name in enumerate(names if len(names) <= _MOST_WITH_NAMES else ()):
        x = block.left - 8 if beside_left else block.right + 8
        anchor = "end" if beside_left else "start"
        yield (
            f'<text x="{_number(x)}" y="{_number(block.y[node] + 4.5)}" '
            f'text-anchor="{anchor}">{escape(_shortened(name))}</text>'
        )


def _caption(network: NeuralNetwork, layer: int) -> str:
    width = network.widths[layer]
    kind = "hidden node" if layer < len(network.layers) else "output"
    kind = "input" if layer == 0 else kind
    return f"{width:,} {kind}{'s' if width > 1 else ''}"


def node_names(
    network: NeuralNetwork, species: Sequence[Sequence[str]] | None
) -> list[Sequence[str]]:
    """Return what each node is called: the user's names, or the ids of species."""
    names: list[Sequence[str]] = [
        [node_id(layer, node + 1) for node in range(width)]
        for layer, width in enumerate(network.widths)
    ]
    if species is not None:
        # An input whose weights are all 0 may have no species.
        names = [
            [identifier or f"input {node} (no effect)" for node, identifier in enumerate(layer, 1)]
            for layer in species
        ]
    names[0] = network.input_names or names[0]
    names[-1] = network.output_names or names[-1]
    return names


def _label_room(names: Sequence[str]) -> float:
    if len(names) > _MOST_WITH_NAMES:
        return 0.0
    return 8 + max(_length(_shortened(name)) for name in names)


def _length(text: str) -> float:
    """Estimate how long a text is drawn; letters of East Asia and capitals are wide."""
    wide = sum(east_asian_width(letter) in "WF" or letter in "MW@%" for letter in text)
    capitals = sum(letter.isupper() for letter in text)
    return _PER_LETTER * len(text) + (_PER_WIDE_LETTER - _PER_LETTER) * wide + 2.0 * capitals


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _title(network: NeuralNetwork) -> str:
    kinds = dict.fromkeys(describe_activation(layer.activation) for layer in network.layers)
    return f"Network {'-'.join(map(str, network.widths))}, {', '.join(kinds)}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
