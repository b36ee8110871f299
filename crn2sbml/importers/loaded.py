"""A neural network with all that is known of it: loaded from a file, or imported from elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs, frozen_array, number_rows
from crn2sbml._support.words import counted
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.units import in_lab_units
from crn2sbml.construction.compile import compile_network
from crn2sbml.construction.origin import Encoding, codec_texts, read_codec
from crn2sbml.errors import (
    ConcentrationError,
    FormatError,
    InputValueError,
    NetworkError,
    UnsupportedError,
)
from crn2sbml.formats.files import MODEL_ENDINGS, load_crn, model_file, recognise_in_file
from crn2sbml.importers.computation.bounds import ErrorBounds
from crn2sbml.importers.exactness import ImportReport, Original
from crn2sbml.importers.foreign import refuse_bare_weights, refuse_foreign
from crn2sbml.neural.dual_rail import Codec
from crn2sbml.neural.files import load_network_file, save_network_file
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
from crn2sbml.training.labels import as_targets, usual_cost
from crn2sbml.training.options import check_option

_log = logging.getLogger(__name__)

Forward = Literal["closed-form", "roadrunner"]

# Of a run, relative to the largest value that is read off; pairs lose some of it by cancellation.
_ACCURACY = 1e-9
# Of a run, relative to the proved error.
_SHARE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class LoadedNetwork:
    """A neural network, what its inputs and outputs mean, and what else is known of it.

    Parameters
    ----------
    network : NeuralNetwork
        Its inputs and outputs are concentrations.
    codec : Codec, optional
        What inputs and outputs mean, of a network that was imported from elsewhere. Without one
        they are the concentrations themselves.
    encoding : {"enzymatic", "absorbed", "folded"}, optional
        Where the model that it was read from holds its numbers; None if it was read from no model.
    inputs : numpy.ndarray, shape (width,), optional
        Dimensionless concentrations of the inputs in that model.
    units : LabUnits, optional
        Units of that model, in which :meth:`compile` makes another one.
    report : ImportReport, optional
        How exact an import is; None for a network that was read from a file or trained further.
    original : Original, optional
        The network as it was, of which the report speaks.

    Raises
    ------
    NetworkError
        If the codec is that of a network with other widths.
    """

    network: NeuralNetwork
    codec: Codec | None = None
    encoding: Encoding | None = None
    inputs: Array | None = None
    units: LabUnits | None = None
    report: ImportReport | None = None
    original: Original | None = None

    def __post_init__(self) -> None:
        widths = self.network.widths
        if self.codec is not None and self.codec.widths != (widths[0], widths[-1]):
            raise NetworkError(
                f"the network leads from {widths[0]} to {widths[-1]} concentrations, but the "
                f"encoder makes {self.codec.encoder.width} and the decoder reads "
                f"{self.codec.decoder.width}"
            )
        if self.inputs is not None:
            inputs = frozen_array(self.inputs, "inputs", 1)
            check_inputs(inputs, widths[0])
            object.__setattr__(self, "inputs", inputs)

    @classmethod
    def load(cls, path: str | Path) -> LoadedNetwork:
        """Read a network from any file that holds one by itself.

        Parameters
        ----------
        path : str or Path
            A network file (.npz), a folder that training wrote, a model of a network (.xml, .sbml,
            .ant, .omex, .cps), or ONNX (.onnx).

        Returns
        -------
        LoadedNetwork
            Its report is that of the import for ONNX, and None for other files.

        Raises
        ------
        FileError, FormatError, UnsupportedError
            If the file cannot be read, is broken, holds no network, or needs to be told more.
            Pickles are refused, with the reason.
        """
        path = model_file(path)
        ending = path.suffix.lower()
        if ending == ".onnx":
            from crn2sbml.importers.onnx.reader import from_onnx

            return from_onnx(path)
        refuse_foreign(path)
        refuse_bare_weights(path)
        if ending in MODEL_ENDINGS:
            return cls.from_crn(load_crn(path), path)
        network, texts = load_network_file(path)
        try:
            codec = read_codec(texts)
        except FormatError as error:
            raise FormatError(f"{path}: {error}") from error
        return cls(network, _fitting(codec, network, path))

    @classmethod
    def from_crn(cls, crn: Crn, source: str | Path) -> LoadedNetwork:
        """Find the neural network in a reaction network, with all that it says of it.

        Parameters
        ----------
        crn : Crn
            Any reaction network that computes a neural network.
        source : str or Path
            Where it comes from, for messages.

        Returns
        -------
        LoadedNetwork

        Raises
        ------
        UnsupportedError
            If it computes none.
        FormatError
            If its metadata are broken.
        """
        recognised = recognise_in_file(crn, source)
        return cls(
            recognised.network,
            _fitting(recognised.codec, recognised.network, source),
            recognised.encoding,
            recognised.own_inputs(crn),
            crn.units,
        )

    @property
    def input_count(self) -> int:
        """How many numbers a user gives for one input."""
        return self.network.widths[0] if self.codec is None else len(self.codec.encoder.pairs)

    @property
    def input_names(self) -> Sequence[str] | None:
        """Names of the numbers that a user gives, by which columns of tables are found."""
        return self.network.input_names if self.codec is None else self.codec.encoder.names

    def encode(self, inputs: ArrayLike) -> Array:
        """Return concentrations, shape (n, width), of inputs in the user's terms."""
        if self.codec is None:
            return check_inputs(inputs, self.network.widths[0], self.network.input_names)
        return self.codec.encoder.encode(inputs)

    def outside(self, inputs: ArrayLike) -> list[str]:
        """Say which inputs are beyond what the network was made for, a sentence for each."""
        return [] if self.codec is None else self.codec.encoder.describe_outside(inputs)

    def decode(self, concentrations: ArrayLike) -> Array:
        """Return outputs in the user's terms, shape (n, outputs), of output concentrations."""
        if self.codec is None:
            return np.atleast_2d(np.asarray(concentrations, dtype=np.float64))
        return self.codec.decoder.decode(concentrations)

    def values(self, concentrations: ArrayLike) -> Array:
        """Return what targets are compared with: outputs before a softmax, shape (n, outputs)."""
        if self.codec is None:
            return self.decode(concentrations)
        return self.codec.decoder.values(concentrations)

    def outputs(
        self, inputs: ArrayLike, forward: Forward = "closed-form", workers: int = 1
    ) -> Array:
        """Return the outputs in the user's terms.

        Parameters
        ----------
        inputs : array_like, shape (n, inputs)
            Inputs in the user's terms: any numbers, unscaled.
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
            If an input is one that the network cannot take, or the width is wrong.
        """
        return self.decode(self.concentrations(inputs, forward, workers))

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
            Classes of a classifier, or the values of a single output, shape (n,); otherwise
            outputs, shape (n, outputs).
        """
        concentrations = self.concentrations(inputs, forward, workers)
        if self.codec is not None and self.codec.decoder.classes is not None:
            return self.codec.decoder.classify(concentrations)
        outputs = self.decode(concentrations)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def concentrations(self, inputs: ArrayLike, forward: Forward, workers: int = 1) -> Array:
        """Return the concentrations of the output nodes, shape (n, nodes)."""
        rows = self.encode(inputs)
        if self.report is not None:
            for sentence in self.outside(inputs):
                _log.warning("%s", sentence)
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
            Inputs in the original's terms.

        Returns
        -------
        ErrorBounds
            Bounds of the outputs before a softmax.

        Raises
        ------
        UnsupportedError
            If the original is not there: the network was read from a file or trained further.
        """
        if self.original is None:
            raise UnsupportedError(
                "no error bound: this network was loaded from a file or trained further; import "
                "the original again"
            )
        self.encode(inputs)  # refuses what it cannot take
        names, width = self.input_names, self.input_count
        rows = number_rows(inputs, "inputs", ConcentrationError, names, width)
        return self.original.error_bounds(rows)

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
        """Train further, in the user's terms.

        Parameters
        ----------
        inputs : array_like, shape (n, inputs)
            Examples in the user's terms.
        targets : array_like, shape (n,) or (n, outputs)
            What the outputs should be, before a softmax: numbers, those of a single output also in
            one dimension; or labels, which are the classes of a classifier. For the softmax
            cross-entropy, 1 for the class and 0 for the others does as well.
        descent, batches, chemistry, validation, checkpoints : optional
            Options as for :func:`~crn2sbml.train_network`; the examples of `validation` are in the
            user's terms, too, and where there is a codec, ties and readout are those of this
            network. By default a network with a codec is trained by 300 steps of Adam, and where a
            softmax follows, the cost is the softmax cross-entropy.

        Returns
        -------
        TrainingResult
            Its networks are of concentrations; :meth:`with_network` gives them their meaning again.

        Notes
        -----
        Pairs stay pairs and the knots of a function stay together; weights of 0 stay absent.
        """
        check_option(descent, Descent, "descent")
        check_option(validation, Validation, "validation")
        descent = descent or Descent(optimiser="gradient-descent" if self.codec is None else "adam")
        targets = self._targets(targets)
        if validation is not None:
            validation = replace(validation, targets=self._targets(validation.targets))
        if self.codec is not None:
            if descent.ties is not None or descent.readout is not None:
                raise InputValueError(
                    "ties and readout of an imported network are its own; leave them out of the "
                    "descent"
                )
            inputs = self.encode(inputs)
            if validation is not None:
                validation = replace(validation, inputs=self.encode(validation.inputs))
            ties = find_ties(self.network, self.codec.encoder.pairs)
            readout = self.codec.decoder.matrix
            cost = descent.cost or usual_cost(self.codec.decoder)
            descent = replace(descent, ties=ties, readout=readout, cost=cost)
        return train_network(
            self.network,
            inputs,
            targets,
            descent,
            batches=batches,
            chemistry=chemistry,
            validation=validation,
            checkpoints=checkpoints,
        )

    def _targets(self, targets: ArrayLike) -> ArrayLike:
        """Return numbers to compare with, of numbers or labels as a user has them."""
        if self.codec is None:
            network = self.network
            return as_targets(targets, None, network.widths[-1], network.output_names)
        decoder = self.codec.decoder
        return as_targets(targets, decoder, len(decoder.pairs), decoder.names)

    def with_network(self, network: NeuralNetwork) -> LoadedNetwork:
        """Return the same with other weights: inputs and outputs keep their meaning.

        Parameters
        ----------
        network : NeuralNetwork
            Such as training gives.

        Returns
        -------
        LoadedNetwork
            The network without a report, which was that of the weights before.
        """
        if self.codec is not None:
            network = with_names(network, self.codec)
        return LoadedNetwork(network, self.codec, units=self.units)

    def compile(self, encoding: Encoding = "absorbed", inputs: ArrayLike | None = None) -> Crn:
        """Compile to a reaction network that carries along what inputs and outputs mean.

        Parameters
        ----------
        encoding : {"enzymatic", "absorbed", "folded"}, default "absorbed"
            See :func:`~crn2sbml.compile_network`.
        inputs : array_like, shape (inputs,), optional
            One data point in the user's terms. Unless given, the concentrations of the model that
            the network was read from, or all 0.

        Returns
        -------
        Crn
            Its files tell a collaborator which species are pairs, and what they stand for. It is in
            the units of the model that the network was read from, if that had any.
        """
        start = self.inputs
        if inputs is not None:
            rows = self.encode(inputs)
            if len(rows) != 1:
                raise ConcentrationError(
                    f"a model holds one data point, but {len(rows)} rows of inputs were given; "
                    f"pass one row"
                )
            start = rows[0]
        crn = compile_network(self.network, encoding, start)
        if self.codec is not None:
            crn = replace(crn, metadata={**crn.metadata, **codec_texts(self.codec)})
        return in_lab_units(crn, self.units)

    def save(self, path: str | Path, overwrite: bool = False) -> None:
        """Write the network with its codec to an ``.npz`` file.

        Parameters
        ----------
        path : str or Path
            File to write, which :meth:`load` reads; a half-written file is never left.
        overwrite : bool, default False
            Replace an existing file.

        Raises
        ------
        FileError
            If the file exists (without `overwrite`) or cannot be written.
        """
        texts = {} if self.codec is None else codec_texts(self.codec)
        save_network_file(self.network, path, overwrite, texts)

    def __repr__(self) -> str:
        if self.codec is None:
            return f"LoadedNetwork: {self.network!r}"
        encoder, decoder = self.codec.encoder, self.codec.decoder
        kind = ("output", None) if decoder.classes is None else ("class", "classes")
        return (
            f"LoadedNetwork, {counted(len(encoder.pairs), 'input')}, "
            f"{counted(len(decoder.pairs), *kind)}: {self.network!r}"
        )


def with_names(network: NeuralNetwork, codec: Codec) -> NeuralNetwork:
    """Return a network whose inputs and outputs are named after what they stand for."""
    names = codec.encoder.species_names, codec.decoder.species_names
    return NeuralNetwork(network.layers, *names)


def _fitting(codec: Codec | None, network: NeuralNetwork, source: str | Path) -> Codec | None:
    """Return a codec that was read from a file with its names, if it fits the network there."""
    if codec is None:
        return None
    if codec.widths != (network.widths[0], network.widths[-1]):
        raise FormatError(
            f"{source}: what it says of its inputs and outputs does not fit a network from "
            f"{network.widths[0]} to {network.widths[-1]} concentrations"
        )
    return codec.named_after(network.input_names, network.output_names)
