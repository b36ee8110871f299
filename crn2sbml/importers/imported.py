"""What importers return: a network, what its inputs and outputs mean, and how exact it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import number_rows
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.compile import Encoding
from crn2sbml.errors import (
    ConcentrationError,
    InputValueError,
    NetworkError,
    UnsupportedError,
)
from crn2sbml.formats.files import LoadedNetwork, read_network
from crn2sbml.importers.computation.bounds import ErrorBounds, bound_errors, find_ranges
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.piecewise import PiecewiseLinear
from crn2sbml.neural.dual_rail import Decoder, Encoder, codec_metadata
from crn2sbml.neural.network import NeuralNetwork
from crn2sbml.simulate import Simulator
from crn2sbml.training import (
    Batches,
    Checkpoints,
    Chemistry,
    Descent,
    TrainingResult,
    Validation,
    find_ties,
    train_network,
)
from crn2sbml.training.options import check_option

Forward = Literal["closed-form", "roadrunner"]

# Of a run, relative to the largest value that is read off; pairs lose some of it by cancellation.
_ACCURACY = 1e-9
# Of a run, relative to the proved error.
_SHARE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """The network as it was, and what its functions became.

    Parameters
    ----------
    graph : Graph
        The computation.
    output : Value
        Its output, before a softmax.
    pieces : sequence of PiecewiseLinear
        What each function of the graph became, up to the smoothing.
    h : float
        Smoothing of the nodes of functions.
    shifts : numpy.ndarray, shape (inputs,)
        What the encoder adds to inputs.
    """

    graph: Graph
    output: Value
    pieces: Sequence[PiecewiseLinear]
    h: float
    shifts: Array

    def error_bounds(self, inputs: Array) -> ErrorBounds:
        """Bound what the chemistry is off for inputs of shape (n, inputs), row by row."""
        ranges = find_ranges(self.graph, inputs, inputs, self.shifts)
        return bound_errors(self.graph, self.output, self.pieces, self.h, ranges)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How exact an imported network is.

    Parameters
    ----------
    h : float
        Smoothing; layers of nothing but pairs have 1, with which they are exact.
    error_bound : float
        Proved bound of the distance of every output (before a softmax) to the original's, for all
        inputs of the box that data or ranges gave, or for all inputs. Rounding in double precision
        is part of it where the box is finite; otherwise it comes on top, about 1e-15 of the largest
        number on the way.
    error_bound_on_data : float or None
        The same for the rows of the data, which is smaller; None without data.
    measured_error : float or None
        The largest distance on the data.
    settling_time : float or None
        Time by which the chemistry of the data's first rows has settled to a tenth of the bound,
        from every start.
    settling_rows : int or None
        How many rows that holds for: up to 50, fewer for large networks, whose times take long to
        bound.
    nodes : int
        Of the network, without inputs.
    extra_nodes : int
        How many of them the original does not have: second halves of pairs, knots, carried values.
    edges : int
        Weights that are not 0.
    """

    h: float
    error_bound: float
    error_bound_on_data: float | None
    measured_error: float | None
    settling_time: float | None
    settling_rows: int | None
    nodes: int
    extra_nodes: int
    edges: int

    def __str__(self) -> str:
        lines = [
            f"{self.nodes:,} nodes, {self.extra_nodes:,} more than the original has; "
            f"{self.edges:,} edges; smoothing h = {self.h:.3g}",
            f"proved: every output within {self.error_bound:.3g} of the original's",
        ]
        if self.error_bound_on_data is not None:
            lines.append(
                f"on the data: proved {self.error_bound_on_data:.3g}, measured "
                f"{self.measured_error:.3g}"
            )
        if self.settling_time is not None:
            lines.append(
                f"settled by t = {self.settling_time:.4g}, from every start (proved for "
                f"{self.settling_rows} rows of the data)"
            )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedNetwork:
    """A network from elsewhere as chemistry, with what its inputs and outputs mean.

    Parameters
    ----------
    network : NeuralNetwork
        With inputs and outputs that are concentrations.
    encoder : Encoder
        From a user's inputs to concentrations.
    decoder : Decoder
        From concentrations to a user's outputs.
    report : ImportReport, optional
        How exact it is; None for one that was read from a file or trained further.
    original : Original, optional
        The network as it was; None likewise.
    """

    network: NeuralNetwork
    encoder: Encoder
    decoder: Decoder
    report: ImportReport | None = None
    original: Original | None = None

    def __post_init__(self) -> None:
        widths = self.network.widths
        if (self.encoder.width, self.decoder.width) != (widths[0], widths[-1]):
            raise NetworkError(
                f"the network leads from {widths[0]} to {widths[-1]} concentrations, but the "
                f"encoder makes {self.encoder.width} and the decoder reads {self.decoder.width}"
            )

    def outputs(
        self, inputs: ArrayLike, forward: Forward = "closed-form", workers: int = 1
    ) -> Array:
        """Return the outputs in the original's terms.

        Parameters
        ----------
        inputs : array_like, shape (n, inputs)
            In the original's terms: any numbers, unscaled.
        forward : {"closed-form", "roadrunner"}, default "closed-form"
            Whether nodes are computed by the formula, or are the settled chemistry in
            libroadrunner.
        workers : int, default 1
            Processes that share the chemistry's runs.

        Returns
        -------
        numpy.ndarray, shape (n, outputs)
            A softmax is applied in Python.

        Raises
        ------
        ConcentrationError
            If an input is outside of what it was imported for, or the width is wrong.
        """
        return self.decoder.decode(self.concentrations(inputs, forward, workers))

    def predict(
        self, inputs: ArrayLike, forward: Forward = "closed-form", workers: int = 1
    ) -> Array:
        """Return what the original's own ``predict`` does: classes of a classifier, or outputs.

        Parameters
        ----------
        inputs, forward, workers
            As for :meth:`outputs`.

        Returns
        -------
        numpy.ndarray
            Of shape (n,) for a classifier, otherwise (n, outputs).
        """
        concentrations = self.concentrations(inputs, forward, workers)
        if self.decoder.classes is not None:
            return self.decoder.classify(concentrations)
        return self.decoder.decode(concentrations)

    def concentrations(self, inputs: ArrayLike, forward: Forward, workers: int = 1) -> Array:
        """Return the concentrations of the output nodes, shape (n, nodes)."""
        rows = self.encoder.encode(inputs)
        if forward not in get_args(Forward):
            raise InputValueError(
                f"there is no forward pass {forward!r}; choose one of "
                f"{', '.join(get_args(Forward))}"
            )
        computed = self.network.forward(rows)
        if forward == "closed-form":
            return computed
        accuracy = _ACCURACY * max(1.0, float(computed.max(initial=0.0)))
        if self.report is not None:
            # What is lost anyway allows for longer steps, and for smaller h.
            accuracy = max(accuracy, _SHARE * self.report.error_bound)
        with Simulator(self.network, workers) as simulator:
            return simulator.steady_state(rows, accuracy).outputs

    def error_bounds(self, inputs: ArrayLike) -> ErrorBounds:
        """Bound the distance of the settled chemistry to the original, for each row of inputs.

        Parameters
        ----------
        inputs : array_like, shape (n, inputs)
            In the original's terms.

        Returns
        -------
        ErrorBounds
            Of the outputs before a softmax.

        Raises
        ------
        UnsupportedError
            If the original is not there: the network was read from a file or trained further.
        """
        if self.original is None:
            raise UnsupportedError(
                "the original is not at hand, to which a bound could hold; import it again"
            )
        self.encoder.encode(inputs)  # refuses what it cannot take
        return self.original.error_bounds(number_rows(inputs, "inputs", ConcentrationError))

    def train(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        descent: Descent | None = None,
        *,
        batches: Batches | None = None,
        chemistry: Chemistry | None = None,
        validation: Validation | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> TrainingResult:
        """Train further, in the original's terms.

        Parameters
        ----------
        inputs : array_like, shape (n, inputs)
            In the original's terms.
        targets : array_like, shape (n, outputs)
            What the outputs should be, before a softmax; for the softmax cross-entropy, 1 for the
            class and 0 for the others.
        descent, batches, chemistry, validation, checkpoints : optional
            Options as for :func:`~crn2sbml.train_network`; the examples of `validation` are in the
            original's terms, too, and ties and readout are those of this network.

        Returns
        -------
        TrainingResult
            Its networks are of concentrations; :meth:`with_network` makes imported ones of them.

        Notes
        -----
        Pairs stay pairs and the knots of a function stay together; weights of 0 stay absent.
        """
        check_option(descent, Descent, "descent")
        check_option(validation, Validation, "validation")
        if validation is not None:
            validation = replace(validation, inputs=self.encoder.encode(validation.inputs))
        return train_network(
            self.network,
            self.encoder.encode(inputs),
            targets,
            replace(
                descent or Descent(),
                ties=find_ties(self.network, self.encoder.pairs),
                readout=self.decoder.matrix,
            ),
            batches=batches,
            chemistry=chemistry,
            validation=validation,
            checkpoints=checkpoints,
        )

    def with_network(self, network: NeuralNetwork) -> ImportedNetwork:
        """Return the same with other weights: inputs and outputs keep their meaning."""
        named = with_names(network, self.encoder, self.decoder)
        return ImportedNetwork(named, self.encoder, self.decoder)

    def compile(self, encoding: Encoding = "absorbed", inputs: ArrayLike | None = None) -> Crn:
        """Compile to a reaction network that carries along what inputs and outputs mean.

        Parameters
        ----------
        encoding : {"enzymatic", "absorbed", "folded"}, default "absorbed"
            See :func:`~crn2sbml.compile_network`.
        inputs : array_like, shape (inputs,), optional
            One data point in the original's terms.

        Returns
        -------
        Crn
            Its files tell a collaborator which species are pairs, and what they stand for.
        """
        start = None if inputs is None else self.encoder.encode(inputs)[0]
        return LoadedNetwork(self.network, codec=(self.encoder, self.decoder)).compile(
            encoding, start
        )

    def save(self, path: str | Path, overwrite: bool = False) -> None:
        """Write the network with its encoder and decoder to an ``.npz`` file.

        Parameters
        ----------
        path : str or Path
            File to write, which :func:`load_imported` reads; a half-written file is never left.
        overwrite : bool, default False
            Replace an existing file.

        Raises
        ------
        FileError
            If the file exists (without `overwrite`) or cannot be written.
        """
        self.network.save(path, overwrite, codec_metadata(self.encoder, self.decoder))

    def __repr__(self) -> str:
        kind = "classes" if self.decoder.classes is not None else "outputs"
        return (
            f"ImportedNetwork, {len(self.encoder.pairs)} inputs, {len(self.decoder.pairs)} {kind}: "
            f"{self.network!r}"
        )


def with_names(network: NeuralNetwork, encoder: Encoder, decoder: Decoder) -> NeuralNetwork:
    """Return a network whose inputs and outputs are named after what they stand for."""
    return NeuralNetwork(network.layers, encoder.species_names, decoder.species_names)


def load_imported(path: str | Path) -> ImportedNetwork:
    """Read an imported network from a network file or a model file.

    Parameters
    ----------
    path : str or Path
        What :meth:`ImportedNetwork.save` wrote, or a model file of a network that it compiled.

    Returns
    -------
    ImportedNetwork

    Raises
    ------
    FileError, FormatError, UnsupportedError
        If the file cannot be read, is broken, or holds no network, or one without encoder and
        decoder.
    """
    loaded = read_network(path)
    if loaded.codec is None:
        raise UnsupportedError(
            f"{path} does not say what its inputs and outputs mean; read it with load_network"
        )
    return ImportedNetwork(loaded.network, *loaded.codec)
