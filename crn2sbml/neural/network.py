"""Feed-forward neural networks: weights, biases and activations, nothing chemical.

Layers are numbered as in the paper: layer 0 holds the inputs, layer m the outputs, and
``layers[l - 1]`` of a :class:`NeuralNetwork` leads from layer l - 1 to layer l.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs, checked_names, checked_sizes, frozen_array
from crn2sbml._support.html import MOST_ROWS, html_table
from crn2sbml._support.words import counted
from crn2sbml.errors import NetworkError
from crn2sbml.neural.activations import Activation, describe_activation

# Activations that differ are named one after the other for so many layers.
_MOST_IN_A_ROW = 3


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer: weights, biases and the activation that its nodes share.

    Parameters
    ----------
    weights : array_like, shape (nodes, nodes of the layer before)
        Entry (i, j) is the weight of the edge from node j of the layer before to node i.
    biases : array_like, shape (nodes,)
        One bias a node.
    activation : Activation, optional
        Smoothed ReLU with h = 1 unless given.
    sparse : bool, default False
        Weights of 0 are no edges: they have no reactions, and training leaves them 0. Without a
        weight of 0 it is False.
    trainable : bool, default True
        Whether training changes its weights and biases.

    Raises
    ------
    NetworkError
        If the shapes do not fit or a number is not finite.

    Notes
    -----
    Equations (5) to (7) of the paper.
    """

    weights: Array
    biases: Array
    activation: Activation = Activation()  # noqa: RUF009 - immutable
    sparse: bool = False
    trainable: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", frozen_array(self.weights, "weights", 2))
        object.__setattr__(self, "biases", frozen_array(self.biases, "biases", 1))
        if not isinstance(self.activation, Activation):
            raise NetworkError(f"the activation must be an Activation, not {self.activation!r}")
        nodes = self.weights.shape[0]
        if nodes == 0:
            raise NetworkError("a layer needs at least one node, but its weights have no rows")
        if self.biases.shape[0] != nodes:
            raise NetworkError(
                f"the weights have {counted(nodes, 'row')} (one a node), but there "
                f"{'is' if len(self.biases) == 1 else 'are'} "
                f"{counted(len(self.biases), 'bias', 'biases')}; give one bias a node"
            )
        object.__setattr__(self, "sparse", bool(self.sparse and (self.weights == 0.0).any()))
        object.__setattr__(self, "trainable", bool(self.trainable))

    @property
    def width(self) -> int:
        """Number of nodes."""
        return int(self.weights.shape[0])

    @property
    def edges(self) -> NDArray[np.bool_]:
        """Which weights are edges, of the shape of the weights: all, or those that are not 0."""
        present = self.weights != 0.0 if self.sparse else np.ones_like(self.weights, dtype=bool)
        return np.asarray(present)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Layer):
            return NotImplemented
        return (
            np.array_equal(self.weights, other.weights)
            and np.array_equal(self.biases, other.biases)
            and self.activation == other.activation
            and self.sparse == other.sparse
            and self.trainable == other.trainable
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Layer], tuple[Array, Array, Activation, bool, bool]]:
        """Rebuild through the constructor, so that unpickled arrays are read-only too."""
        return Layer, (self.weights, self.biases, self.activation, self.sparse, self.trainable)


@dataclass(frozen=True, slots=True, eq=False)
class NeuralNetwork:
    """A feed-forward network with fixed weights, biases and activations ("hardwired").

    Parameters
    ----------
    layers : sequence of Layer
        The layers from the first hidden one to that of the outputs; at least one.
    input_names, output_names : sequence of str, optional
        Unique names, one for each input and output, that exported files show.

    Raises
    ------
    NetworkError
        If there is no layer, consecutive widths differ, or names do not fit.

    Notes
    -----
    Section 3.2 of the paper.

    Examples
    --------
    >>> import numpy as np
    >>> from crn2sbml import Layer, NeuralNetwork
    >>> network = NeuralNetwork([Layer([[1.0, -1.0]], [0.5])])
    >>> network.widths
    (2, 1)
    >>> float(network.forward([2.0, 2.5])[0, 0])
    1.0
    """

    layers: Sequence[Layer]
    input_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise NetworkError("a network needs at least one layer, but `layers` is empty")
        for number, layer in enumerate(self.layers, start=1):
            if not isinstance(layer, Layer):
                raise NetworkError(f"layers[{number - 1}] must be a Layer, not {layer!r}")
        _check_chain(self.layers)
        for attribute, width in (
            ("input_names", self.widths[0]),
            ("output_names", self.widths[-1]),
        ):
            names = checked_names(getattr(self, attribute), attribute, width)
            object.__setattr__(self, attribute, names)

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        activation: Activation | Sequence[Activation] | None = None,
        *,
        rng: np.random.Generator | int | None = None,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
    ) -> NeuralNetwork:
        """Draw weights and biases as section 6 of the paper does.

        Parameters
        ----------
        sizes : sequence of int
            Widths from the input layer to the output layer, for example ``(64, 16, 10)``.
        activation : Activation or sequence of Activation, optional
            One for all layers, or one for each layer after the input.
        rng : numpy.random.Generator or int
            Source of randomness, or a seed for a new one. It must be given: there is no hidden
            default.
        input_names, output_names : sequence of str, optional
            Unique names, one for each input and output.

        Returns
        -------
        NeuralNetwork
            Weights are normal with standard deviation 1/sqrt(width of the layer before),
            biases standard normal.

        Raises
        ------
        NetworkError
            If a width is not a positive integer, the number of activations or names does not fit,
            or there is no `rng`.

        Examples
        --------
        >>> from crn2sbml import NeuralNetwork
        >>> NeuralNetwork.random((64, 16, 10), rng=1)
        NeuralNetwork 64-16-10, smoothed ReLU (h = 1)
        """
        if rng is None:
            raise NetworkError(
                "random numbers need a source, so that they can be drawn again: pass a seed, "
                "rng=1, or a generator, rng=numpy.random.default_rng(1)"
            )
        widths = checked_sizes(sizes)
        activations = _one_for_each_layer(activation, len(widths) - 1)
        generator = np.random.default_rng(rng)
        return cls(
            [
                Layer(
                    generator.standard_normal((after, before)) / math.sqrt(before),
                    generator.standard_normal(after),
                    chosen,
                )
                for (before, after), chosen in zip(pairwise(widths), activations, strict=True)
            ],
            input_names,
            output_names,
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of nodes in every layer, inputs first."""
        return (int(self.layers[0].weights.shape[1]), *(layer.width for layer in self.layers))

    def activations(self, inputs: ArrayLike) -> tuple[Array, ...]:
        """Return the activations of every layer, equation (7).

        Parameters
        ----------
        inputs : array_like, shape (n, width) or (width,)
            One input a row, finite and >= 0.

        Returns
        -------
        tuple of numpy.ndarray
            For each layer after the input, an array of shape (n, nodes).

        Raises
        ------
        ConcentrationError
            If an input is negative, not finite, or of the wrong width.
        """
        return propagate(self, check_inputs(inputs, self.widths[0], self.input_names))

    def forward(self, inputs: ArrayLike) -> Array:
        """Return the outputs, the function Psi of section 3.2.

        Parameters
        ----------
        inputs : array_like, shape (n, width) or (width,)
            One input a row, finite and >= 0.

        Returns
        -------
        numpy.ndarray, shape (n, outputs)
            The activations of the last layer.
        """
        return self.activations(inputs)[-1]

    def save(self, path: str | Path, overwrite: bool = False) -> None:
        """Write the network to an ``.npz`` file (numbers bit for bit, no pickle).

        Parameters
        ----------
        path : str or Path
            File to write; a half-written file is never left behind.
        overwrite : bool, default False
            Replace an existing file.

        Raises
        ------
        FileError
            If the file exists (without `overwrite`) or cannot be written.
        """
        # The module of files knows networks, so that it comes after this one.
        from crn2sbml.neural.files import save_network_file

        save_network_file(self, path, overwrite)

    @classmethod
    def load(cls, path: str | Path) -> NeuralNetwork:
        """Read a network from an ``.npz`` file that :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            File to read.

        Returns
        -------
        NeuralNetwork
            Equal bit for bit to the one that was saved.

        Raises
        ------
        FileError
            If there is no such file or it cannot be read.
        FormatError
            If it is not a network file.
        """
        from crn2sbml.neural.files import load_network_file

        return load_network_file(path)[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NeuralNetwork):
            return NotImplemented
        return (
            self.layers == other.layers
            and self.input_names == other.input_names
            and self.output_names == other.output_names
        )

    __hash__ = None  # type: ignore[assignment]

    def _repr_html_(self) -> str:
        """Show the layers in a notebook."""
        rows = [
            (
                number,
                layer.width,
                describe_activation(layer.activation),
                float(np.abs(layer.weights).max(initial=0.0)),
            )
            for number, layer in enumerate(self.layers[:MOST_ROWS], start=1)
        ]
        columns = ("layer", "nodes", "activation", "largest weight")
        return html_table(repr(self), columns, rows, len(self.layers))

    def __repr__(self) -> str:
        kinds = [describe_activation(layer.activation) for layer in self.layers]
        if len(set(kinds)) == 1:
            shown = kinds[0]
        elif len(kinds) <= _MOST_IN_A_ROW:
            shown = ", ".join(kinds)
        else:
            layers: dict[str, list[str]] = {}
            for number, kind in enumerate(kinds, start=1):
                layers.setdefault(kind, []).append(str(number))
            shown = "; ".join(
                f"{kind} in layer{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
                for kind, numbers in layers.items()
            )
        return f"NeuralNetwork {'-'.join(map(str, self.widths))}, {shown}"


def propagate(network: NeuralNetwork, a: Array) -> tuple[Array, ...]:
    """Return the activations of every layer for inputs that have been checked, shape (n, width)."""
    values = []
    for layer in network.layers:
        a = layer.activation(a @ layer.weights.T + layer.biases)
        values.append(a)
    return tuple(values)


def _check_chain(layers: Sequence[Layer]) -> None:
    for number, (before, after) in enumerate(pairwise(layers), start=1):
        if after.weights.shape[1] != before.width:
            raise NetworkError(
                f"layer {number} has {counted(before.width, 'node')}, but the weights of layer "
                f"{number + 1} have {counted(after.weights.shape[1], 'column')}; "
                f"each needs one column for each node before"
            )


def _one_for_each_layer(
    activation: Activation | Sequence[Activation] | None, layers: int
) -> list[Activation]:
    if activation is None or isinstance(activation, Activation):
        return [activation or Activation()] * layers
    chosen = list(activation)
    if len(chosen) != layers:
        raise NetworkError(
            f"{counted(len(chosen), 'activation')} for {counted(layers, 'layer')} were given; give "
            f"one each"
        )
    return chosen
