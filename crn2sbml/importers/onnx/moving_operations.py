"""Operations of ONNX that move entries, make constants or ask for shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml.errors import FormatError, UnsupportedError
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.computation.matrices import check_count, check_size
from crn2sbml.importers.computation.tensors import Tensor

LARGEST_FILE = 500_000_000
"""Bytes of a file, or numbers of a constant, that are read at most."""


def read_array(onnx: Any, tensor: Any, name: str) -> NDArray[Any]:
    """Return the numbers of a tensor, which must be in the file itself and finite."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise UnsupportedError(
            f"{name} keeps the weights {tensor.name} in another file; save it as a single file"
        )
    shape = list(tensor.dims)
    if any(length < 0 for length in shape) or math.prod(shape) > LARGEST_FILE:
        raise FormatError(f"{name}: {tensor.name} has the impossible shape {shape}")
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except Exception as error:  # of broken tensors, several kinds
        raise FormatError(f"{name}: the numbers {tensor.name} are broken: {error}") from error
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise FormatError(f"{name}: {tensor.name} holds numbers that are not finite")
    return np.asarray(array)


# Arguments and results are entries or None; what does not fit is caught around the call.
Operation = Callable[[Graph, list[Any], dict[str, Any], Any], Any]


def both_constant(arguments: Sequence[Any]) -> bool:
    """Tell whether nothing depends on the inputs."""
    return not any(isinstance(argument, Tensor) for argument in arguments)


def _move(move: Callable[[NDArray[Any], list[Any], dict[str, Any]], NDArray[Any]]) -> Operation:
    """Make an operation of a function of numpy that only moves entries."""

    def apply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        first, *rest = arguments
        if any(isinstance(argument, Tensor) for argument in rest):
            raise UnsupportedError("where it moves numbers to depends on the inputs")
        if isinstance(first, Tensor):
            return first.moved(lambda places: move(places, rest, attributes))
        moved = np.asarray(move(first, rest, attributes))
        check_count(moved.size)
        return moved

    return apply


def _reshape(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    shape = [int(n) for n in (rest[0] if rest else attributes["shape"])]
    if not attributes.get("allowzero"):
        shape = [x.shape[axis] if n == 0 else n for axis, n in enumerate(shape)]
    return x.reshape(shape)


def _flatten(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    axis = attributes.get("axis", 1)
    return x.reshape(int(np.prod(x.shape[:axis], dtype=int)), -1)


def _axes(rest: list[Any], attributes: dict[str, Any]) -> tuple[int, ...] | None:
    axes = rest[0] if rest and rest[0] is not None else attributes.get("axes")
    return None if axes is None else tuple(int(axis) for axis in np.ravel(axes))


def _unsqueeze(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    axes = _axes(rest, attributes)
    assert axes is not None
    return np.expand_dims(x, axes)


def _slice(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    given = [*rest, None, None, None, None][:4]
    starts = given[0] if given[0] is not None else attributes["starts"]
    ends = given[1] if given[1] is not None else attributes["ends"]
    axes = given[2] if given[2] is not None else attributes.get("axes", range(len(starts)))
    steps = given[3] if given[3] is not None else [1] * len(starts)
    chosen: list[slice] = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if int(step) == 0:
            raise UnsupportedError("it goes on in steps of 0")
        chosen[int(axis)] = _clamped(int(start), int(end), int(step), x.shape[int(axis)])
    return x[tuple(chosen)]


def _clamped(start: int, end: int, step: int, length: int) -> slice:
    """Return a slice whose ends are clamped to the axis, as ONNX does and Python does not."""
    start, end = (place + length if place < 0 else place for place in (start, end))
    if step > 0:
        return slice(min(max(start, 0), length), min(max(end, 0), length), step)
    end = min(max(end, -1), length - 1)
    return slice(min(max(start, 0), length - 1), None if end == -1 else end, step)


def _gather(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    places, axis = np.asarray(rest[0], dtype=np.intp), attributes.get("axis", 0)
    check_size(places.size, x.size // max(x.shape[axis], 1))
    return np.take(x, places, axis=axis)


def _gather_nd(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    if attributes.get("batch_dims"):
        raise UnsupportedError("it gathers from each example of a batch on its own")
    places = np.asarray(rest[0], dtype=np.intp)
    check_size(places.size // places.shape[-1], math.prod(x.shape[places.shape[-1] :]))
    return np.asarray(x[tuple(np.moveaxis(places, -1, 0))])


def _concatenate(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    axis = attributes["axis"]
    if both_constant(arguments):
        check_count(sum(np.size(argument) for argument in arguments))
        return np.concatenate(arguments, axis)
    if not all(isinstance(argument, Tensor) for argument in arguments):
        raise UnsupportedError("it joins constants to numbers that depend on the inputs")
    return Tensor.joined(arguments, axis)


def _split(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x = arguments[0]
    axis = attributes.get("axis", 0)
    sizes = arguments[1] if len(arguments) > 1 else attributes.get("split")
    length = x.shape[axis]
    if sizes is None:
        size = -(-length // attributes["num_outputs"])
        ends = list(range(size, length, size))
    else:
        ends = np.cumsum(sizes)[:-1].tolist()
    if not isinstance(x, Tensor):
        return np.split(x, ends, axis)
    return [Tensor(x.value, places) for places in np.split(x.places, ends, axis)]


def _constant(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    if "value" in attributes:
        return read_array(onnx, attributes["value"], "a constant")
    ((_, value),) = attributes.items()
    return np.asarray(value)


def _constant_of_shape(
    graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any
) -> Any:
    value = read_array(onnx, attributes["value"], "a constant") if "value" in attributes else [0.0]
    shape = [int(n) for n in arguments[0]]
    check_count(math.prod(shape))
    return np.full(shape, np.ravel(value)[0])


def _shape(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    return np.array(arguments[0].shape, dtype=np.int64)


def _same(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    return arguments[0]


def _cast(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    if isinstance(arguments[0], Tensor):
        kind = onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]).kind
        # bfloat16 has no kind of numpy's own.
        if kind not in "fV":
            raise UnsupportedError("it makes whole numbers of what depends on the inputs")
        return arguments[0]
    return np.asarray(arguments[0]).astype(onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]))


def _pad(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x = arguments[0]
    _, given, value, axes = [*arguments, None, None, None][:4]
    pads = [int(n) for n in (given if given is not None else attributes["pads"])]
    kind = attributes.get("mode", b"constant")
    if not any(pads):
        return x
    if kind != b"constant" or (attributes.get("value", 0.0) if value is None else value) != 0:
        raise UnsupportedError("it pads with something else than 0")
    half = len(pads) // 2
    widths = [(0, 0)] * len(x.shape)
    chosen = range(half) if axes is None else [int(axis) for axis in axes]
    for axis, ends in zip(chosen, zip(pads[:half], pads[half:], strict=True), strict=True):
        widths[axis] = ends
    check_count(math.prod(n + abs(a) + abs(b) for n, (a, b) in zip(x.shape, widths, strict=True)))
    if not isinstance(x, Tensor):
        return np.pad(x, widths)
    # One entry more, which is 0.
    value = Value.joined([x.flat, Value({}, np.zeros(1))])
    places = np.arange(x.places.size).reshape(x.shape)
    return Tensor(value, np.pad(places, widths, constant_values=x.places.size))


SHAPES: dict[str, Operation] = {
    "Flatten": _move(_flatten),
    "Reshape": _move(_reshape),
    "Transpose": _move(lambda x, rest, a: np.transpose(x, a.get("perm"))),
    "Squeeze": _move(lambda x, rest, a: np.squeeze(x, _axes(rest, a))),
    "Unsqueeze": _move(_unsqueeze),
    "Slice": _move(_slice),
    "Gather": _move(_gather),
    "GatherND": _move(_gather_nd),
    "Expand": _move(
        lambda x, rest, a: np.broadcast_to(
            x, np.broadcast_shapes(x.shape, tuple(map(int, rest[0])))
        )
    ),
    "Pad": _pad,
    "Concat": _concatenate,
    "Split": _split,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Shape": _shape,
    "Identity": _same,
    "Dropout": _same,
    "Cast": _cast,
}
