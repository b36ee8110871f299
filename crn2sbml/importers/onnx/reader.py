"""ONNX: what PyTorch, Keras and skl2onnx write for feed-forward networks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.optional import load_library
from crn2sbml._support.words import counted
from crn2sbml.errors import Crn2sbmlError, FormatError, UnsupportedError
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.tensors import Tensor
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.importers.conversion.options import ImportOptions, Signs
from crn2sbml.importers.loaded import LoadedNetwork
from crn2sbml.importers.onnx.arithmetic_operations import ADVICE, ARITHMETIC, GENERAL_ADVICE
from crn2sbml.importers.onnx.comparisons import Comparison
from crn2sbml.importers.onnx.files import parse_model, read_beside, read_content
from crn2sbml.importers.onnx.moving_operations import SHAPES, read_array
from crn2sbml.neural.dual_rail import ClassLabel

MOST_NODES = 10_000

_OPERATIONS = {**ARITHMETIC, **SHAPES}

# A constant, or numbers that depend on the inputs, or a comparison of them.
_Entry = NDArray[Any] | Tensor | Comparison


@dataclass(frozen=True, slots=True)
class _Softmax:
    """Outputs of a softmax: what it is applied to, which of them there are, and its name."""

    whole: Tensor
    part: Tensor
    function: str


@dataclass(slots=True)
class _Reader:
    """Reads a graph node by node, in the order that ONNX guarantees."""

    graph: Graph
    batch: int
    known: dict[str, _Entry] = field(default_factory=dict)
    # It is allowed at the end only.
    softmaxes: dict[str, _Softmax] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    classes: list[ClassLabel] | None = None


def from_onnx(
    source: Any,
    *,
    accuracy: float = 1e-2,
    data: ArrayLike | None = None,
    input_range: tuple[ArrayLike, ArrayLike] | None = None,
    signs: Signs = "auto",
    knots: int | None = None,
    h: float | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> LoadedNetwork:
    """Import a feed-forward network from ONNX.

    Parameters
    ----------
    source : str, Path, bytes or onnx.ModelProto
        File, or its content. Nothing in it is run; weights may be in a file beside it.
    accuracy, data, input_range, signs, knots, h, input_names, output_names : optional
        What the parameters of :class:`~crn2sbml.importers.ImportOptions` with these names say.

    Returns
    -------
    LoadedNetwork
        Its outputs are those of the file that hold numbers, in their order: the probabilities of a
        classifier, not its labels.

    Raises
    ------
    UnsupportedError
        If a node of the graph has no chemistry, with its name, place and what could be done.
    InputValueError
        If the source is something else, or an option does not fit.
    FormatError
        If it is no ONNX file or is broken.
    MissingDependencyError
        If onnx is not installed.
    """
    return read_onnx(
        source,
        ImportOptions(accuracy, data, input_range, signs, knots, h, input_names, output_names),
    )


def read_onnx(source: Any, options: ImportOptions) -> LoadedNetwork:
    """Import ONNX like :func:`from_onnx`, with the options as one value."""
    onnx = load_library("onnx", "ONNX files", "onnx")
    content, name, folder = read_content(onnx, source)
    model = parse_model(onnx, content, name)
    outputs = [entry.name for entry in model.graph.output]
    reader = _started(onnx, model.graph, folder, name)
    _read_nodes(onnx, reader, model.graph, name)
    return _finished(reader, outputs, options, name)


def _started(onnx: Any, graph: Any, folder: Path | None, name: str) -> _Reader:
    """Return a reader that knows the constants and the input."""
    if len(graph.node) > MOST_NODES:
        raise UnsupportedError(
            f"{name} has {len(graph.node):,} nodes, but at most {MOST_NODES:,} are imported"
        )
    for tensor in graph.initializer:
        read_beside(onnx, tensor, folder, name)
    constants = {tensor.name: read_array(onnx, tensor, name) for tensor in graph.initializer}
    inputs = [entry for entry in graph.input if entry.name not in constants]
    if len(inputs) != 1:
        raise UnsupportedError(
            f"{name} has {counted(len(inputs), 'input')} "
            f"({', '.join(i.name for i in inputs)}), but a network has one: skl2onnx "
            f"makes one of each column of a DataFrame X, so convert with X.to_numpy() in its "
            f"place; or join them"
        )
    batch, *shape = _input_shape(inputs[0], name)
    reader = _Reader(Graph(math.prod(shape)), batch, dict(constants))
    reader.known[inputs[0].name] = Tensor.of(reader.graph.inputs, (1, *shape))
    return reader


def _read_nodes(onnx: Any, reader: _Reader, graph: Any, name: str) -> None:
    needed = {entry.name for entry in graph.output}
    uses = Counter(used for node in graph.node for used in node.input)
    for number, node in enumerate(graph.node, start=1):
        place = _place(node, number, name)
        try:
            _read_node(onnx, reader, node, place)
        except Crn2sbmlError:
            raise
        except _BROKEN as error:
            hint = ""
            if reader.batch > 1:
                hint = f"; it is for batches of {reader.batch} alone, export it for 1"
            raise FormatError(
                f"{place} is broken: {error or type(error).__name__}{hint}"
            ) from error
        # What nothing needs any more would only fill the memory.
        for used in node.input:
            uses[used] -= 1
            if not uses[used] and used not in needed:
                reader.known.pop(used, None)


def _finished(
    reader: _Reader, outputs: Sequence[str], options: ImportOptions, name: str
) -> LoadedNetwork:
    tensors = [entry for o in outputs if isinstance(entry := reader.known.get(o), Tensor)]
    softmaxes = [reader.softmaxes[output] for output in outputs if output in reader.softmaxes]
    if not tensors and not softmaxes:
        raise UnsupportedError(
            f"no output of {name} ({', '.join(outputs)}) is a number that depends on the inputs"
        )
    if tensors and softmaxes:
        raise UnsupportedError(
            f"some outputs of {name} ({', '.join(outputs)}) are behind a softmax and some are not; "
            f"export one of both"
        )
    function = "none"
    if softmaxes:
        value, function = _whole_softmax(softmaxes, name)
    else:
        value = Value.joined([tensor.flat for tensor in tensors])
    classes = reader.classes
    if classes is not None and len(classes) != value.size:
        classes = None
    return convert(reader.graph, value, options, function, classes)


def _whole_softmax(parts: Sequence[_Softmax], name: str) -> tuple[Value, str]:
    """Return what a softmax is applied to, of which the outputs are the parts."""
    whole = parts[0].whole
    places = np.concatenate([softmax.part.places.ravel() for softmax in parts])
    if any(p.whole is not whole for p in parts) or places.tolist() != whole.places.ravel().tolist():
        raise UnsupportedError(
            f"the outputs of {name} are not those of one softmax in their order; export all of its "
            f"outputs as one"
        )
    return whole.flat, parts[0].function


def _input_shape(entry: Any, name: str) -> tuple[int, ...]:
    """Return the shape of the input, the batch first, which is 0 for any number."""
    lengths = [d.dim_value for d in entry.type.tensor_type.shape.dim]
    if len(lengths) < 2 or any(length <= 0 for length in lengths[1:]):
        raise UnsupportedError(
            f"{name}: the input {entry.name} has the shape {lengths}; it must be a batch of rows "
            f"of a known length"
        )
    return tuple(lengths)


# What comes of a node whose arguments or attributes are not those of its operation.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


def _place(node: Any, number: int, name: str) -> str:
    return f"node {number} ({node.op_type}{f' {node.name!r}' if node.name else ''}) of {name}"


def _read_node(onnx: Any, reader: _Reader, node: Any, place: str) -> None:
    if node.domain not in _DOMAINS:
        raise UnsupportedError(f"{place} is of {node.domain}, which is not part of ONNX")
    missing = [i for i in node.input if i and i not in reader.known]
    if any(i in reader.labels for i in missing) or node.op_type in _LABELS:
        _read_label(onnx, reader, node)
        return
    softened = [i for i in node.input if i in reader.softmaxes]
    if softened and node.op_type not in _AFTER_SOFTMAX:
        raise UnsupportedError(
            f"{place} follows a softmax, which chemistry does not compute; a softmax can only come "
            f"last"
        )
    missing = [name for name in missing if name not in softened]
    if missing:
        raise FormatError(f"{place} uses {missing[0]}, which nothing before it makes")
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    if softened:
        _follow_softmax(onnx, reader, node, attributes, place)
        return
    # Pieces without their number are equal, as many as there are outputs.
    if node.op_type == "Split":
        attributes.setdefault("num_outputs", len(node.output))
    arguments = [reader.known[i] if i else None for i in node.input]
    if node.op_type not in _CHOICES and any(isinstance(a, Comparison) for a in arguments):
        raise UnsupportedError(
            f"{place} does something else with a comparison than to choose by it"
        )
    if node.op_type in _LAST_FUNCTIONS:
        tensor = _rows(arguments[0], place)
        if not tensor.is_row or attributes.get("axis", -1) not in (1, -1):
            raise UnsupportedError(
                f"{place} is a softmax over axis {attributes.get('axis', -1)} of numbers of shape "
                f"{tensor.shape[1:]}; it must be over all outputs"
            )
        reader.softmaxes[node.output[0]] = _Softmax(tensor, tensor, _LAST_FUNCTIONS[node.op_type])
        return
    operation = _OPERATIONS.get(node.op_type)
    if operation is None:
        raise UnsupportedError(
            f"{place} is not imported: {ADVICE.get(node.op_type, GENERAL_ADVICE)}"
        )
    try:
        result = operation(reader.graph, arguments, attributes, onnx)
    except Crn2sbmlError as error:
        raise UnsupportedError(f"{place}: {error}") from error
    parts = result if isinstance(result, list) else [result]
    for output, part in zip(node.output, parts, strict=False):
        reader.known[output] = part


def _follow_softmax(
    onnx: Any, reader: _Reader, node: Any, attributes: dict[str, Any], place: str
) -> None:
    """Apply what only moves the outputs of a softmax, or takes some of them."""
    _keep_classes(onnx, reader, node)
    softmax = reader.softmaxes[node.input[0]]
    parts: Any = softmax.part
    whole = softmax.part is softmax.whole and softmax.function == "softmax"
    if node.op_type == "Normalizer" and not (whole and attributes.get("norm") == b"L1"):
        raise UnsupportedError(
            f"{place} changes the outputs of a softmax; only the sum of all, which is 1, can be "
            f"made 1"
        )
    if node.op_type in SHAPES:
        rest = [reader.known[i] if i else None for i in node.input[1:]]
        parts = SHAPES[node.op_type](reader.graph, [softmax.part, *rest], attributes, onnx)
    for output, part in zip(
        node.output, parts if isinstance(parts, list) else [parts], strict=False
    ):
        reader.softmaxes[output] = replace(softmax, part=part)


def _rows(tensor: _Entry | None, place: str) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise UnsupportedError(f"{place} is applied to constants")
    return tensor


# What may be done with a comparison.
_CHOICES = ("Where", "Identity")
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_LAST_FUNCTIONS = {"Softmax": "softmax", "LogSoftmax": "log-softmax"}

# What leads from probabilities to labels: it decides nothing that the outputs do not say.
_LABELS = ("ArgMax", "ArrayFeatureExtractor", "LabelEncoder", "ZipMap")
_AFTER_SOFTMAX = (
    *("Identity", "Cast", "Normalizer", "Dropout"),
    *("Reshape", "Squeeze", "Flatten", "Slice", "Split", "Gather"),
)


def _read_label(onnx: Any, reader: _Reader, node: Any) -> None:
    reader.labels.update(node.output)
    _keep_classes(onnx, reader, node)
    if node.op_type == "ArrayFeatureExtractor" and reader.classes is None:
        labels = reader.known.get(node.input[0])
        if isinstance(labels, np.ndarray):
            reader.classes = _plain(labels.ravel().tolist())
    # A dictionary of probabilities by class is its probabilities here.
    if node.op_type == "ZipMap":
        source = node.input[0]
        if source in reader.softmaxes:
            reader.softmaxes[node.output[0]] = reader.softmaxes[source]
        elif source in reader.known:
            reader.known[node.output[0]] = reader.known[source]


def _keep_classes(onnx: Any, reader: _Reader, node: Any) -> None:
    for attribute in node.attribute:
        if attribute.name in ("classlabels_strings", "classlabels_int64s"):
            classes = list(onnx.helper.get_attribute_value(attribute))
            if classes:
                reader.classes = _plain(classes)


def _plain(labels: Sequence[Any]) -> list[ClassLabel]:
    return [
        label.decode("utf-8", "replace")
        if isinstance(label, bytes)
        else label
        if isinstance(label, str)
        else int(label)
        for label in labels
    ]
