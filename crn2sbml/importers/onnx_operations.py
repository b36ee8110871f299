"""The operations of ONNX that have chemistry, and what to say of others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crn2sbml.errors import FormatError, UnsupportedError
from crn2sbml.importers.chords import Function
from crn2sbml.importers.functions import FUNCTIONS, clip, elu, hard_sigmoid, leaky_relu
from crn2sbml.importers.graph import Graph, Value
from crn2sbml.importers.matrices import check_size
from crn2sbml.importers.tensors import Geometry, Tensor

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
_Operation = Callable[[Graph, list[Any], dict[str, Any], Any], Any]


def _both_constant(arguments: Sequence[Any]) -> bool:
    return not any(isinstance(argument, Tensor) for argument in arguments)


def _add(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if _both_constant(arguments):
        return np.asarray(first + second)
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        return first.added(second)
    return first.plus(second) if isinstance(first, Tensor) else second.plus(first)


def _subtract(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    negative = second.times(np.array(-1.0)) if isinstance(second, Tensor) else -second
    return _add(graph, [first, negative], attributes, onnx)


def _multiply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if _both_constant(arguments):
        return np.asarray(first * second)
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        raise UnsupportedError(
            "it multiplies two things that both depend on the inputs, which is no layer of "
            "weights; leave out attention and gates"
        )
    return first.times(second) if isinstance(first, Tensor) else second.times(first)


def _divide(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if isinstance(second, Tensor):
        raise UnsupportedError("it divides by something that depends on the inputs")
    if isinstance(first, Tensor):
        return first.times(1.0 / np.asarray(second, dtype=np.float64))
    if np.asarray(first).dtype.kind in "iu":
        return np.asarray(first // second)
    return np.asarray(first / second)


def _matmul(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if _both_constant(arguments):
        return np.asarray(first @ second)
    if not isinstance(first, Tensor) or isinstance(second, Tensor):
        raise UnsupportedError("it multiplies matrices that depend on the inputs on the right")
    return first.matmul(np.asarray(second, dtype=np.float64))


def _gemm(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, weights = arguments[0], arguments[1]
    if not isinstance(first, Tensor) or isinstance(weights, Tensor) or attributes.get("transA"):
        raise UnsupportedError("it is no product of the inputs and a matrix of weights")
    weights = np.asarray(weights, dtype=np.float64) * attributes.get("alpha", 1.0)
    found = first.matmul(weights.T if attributes.get("transB") else weights)
    if len(arguments) > 2 and arguments[2] is not None:
        found = found.plus(np.asarray(arguments[2], np.float64) * attributes.get("beta", 1.0))
    return found


def _normalise(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x, *numbers = arguments
    scale, bias, mean, variance = (np.asarray(n, dtype=np.float64) for n in numbers)
    factor = scale / np.sqrt(variance + attributes.get("epsilon", 1e-5))
    axes = (1, -1, *(1 for _ in x.shape[2:]))
    shape = tuple(axes)
    return x.times(factor.reshape(shape)).plus((bias - mean * factor).reshape(shape))


def _scaler(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    offset = np.asarray(attributes.get("offset", [0.0]), dtype=np.float64)
    scale = np.asarray(attributes.get("scale", [1.0]), dtype=np.float64)
    return arguments[0].plus(-offset).times(scale)


def _convolve(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x, kernels, *rest = arguments
    if not isinstance(x, Tensor) or isinstance(kernels, Tensor):
        raise UnsupportedError("its kernels depend on the inputs")
    biases = np.asarray(rest[0], dtype=np.float64) if rest and rest[0] is not None else None
    geometry = _geometry(x.shape[2:], kernels.shape[2:], attributes)
    geometry = replace(geometry, groups=attributes.get("group", 1))
    return x.convolved(np.asarray(kernels, dtype=np.float64), biases, geometry)


def _geometry(
    sizes: Sequence[int], window: Sequence[int], attributes: Mapping[str, Any]
) -> Geometry:
    axes = len(window)
    strides = tuple(attributes.get("strides", [1] * axes))
    dilations = tuple(attributes.get("dilations", [1] * axes))
    pads = tuple(attributes.get("pads", [0] * (2 * axes)))
    kind = attributes.get("auto_pad", b"NOTSET").decode()
    if kind in ("SAME_UPPER", "SAME_LOWER"):
        before, after = [], []
        for size, length, stride, dilation in zip(sizes, window, strides, dilations, strict=True):
            reach = dilation * (length - 1) + 1
            total = max(0, (math.ceil(size / stride) - 1) * stride + reach - size)
            small, large = total // 2, total - total // 2
            before.append(small if kind == "SAME_UPPER" else large)
            after.append(large if kind == "SAME_UPPER" else small)
        pads = (*before, *after)
    return Geometry(strides, dilations, pads)


def _average_pool(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x = arguments[0]
    window = tuple(attributes["kernel_shape"])
    geometry = _geometry(x.shape[2:], window, attributes)
    if any(geometry.pads) or attributes.get("ceil_mode"):
        raise UnsupportedError("it pads; use a window that fits")
    channels = x.shape[1]
    kernels = np.full((channels, 1, *window), 1.0 / math.prod(window))
    return x.convolved(kernels, None, replace(geometry, groups=channels))


def _global_average(
    graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any
) -> Any:
    x = arguments[0]
    return x.summed(tuple(range(2, len(x.shape))), True, lambda count: 1.0 / count)


def _reduce(mean: bool) -> _Operation:
    def reduce(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        x = arguments[0]
        axes = arguments[1] if len(arguments) > 1 else attributes.get("axes")
        keep = bool(attributes.get("keepdims", 1))
        if axes is None:
            axes = range(len(x.shape))
        axes = tuple(int(axis) for axis in axes)
        if isinstance(x, Tensor):
            return x.summed(axes, keep, (lambda n: 1.0 / n) if mean else (lambda n: 1.0))
        return np.asarray((np.mean if mean else np.sum)(x, axis=axes, keepdims=keep))

    return reduce


def _elementwise(choose: Callable[[dict[str, Any]], Function]) -> _Operation:
    def apply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        function = choose(attributes)
        if isinstance(arguments[0], Tensor):
            return arguments[0].applied(graph, function)
        return np.asarray(function.value(np.asarray(arguments[0], dtype=np.float64)))

    return apply


def _gelu(attributes: dict[str, Any]) -> Function:
    if attributes.get("approximate", b"none") != b"none":
        raise UnsupportedError("it is an approximation by tanh; export the GELU itself")
    return FUNCTIONS["gelu"]


def _prelu(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    slopes = np.unique(np.asarray(arguments[1], dtype=np.float64))
    if len(slopes) != 1:
        raise UnsupportedError("its slopes differ from channel to channel; use one for all")
    return _elementwise(lambda _: leaky_relu(float(slopes[0])))(graph, arguments, attributes, onnx)


def _clip(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    ends = [*arguments[1:], None, None][:2]
    low = float(ends[0]) if ends[0] is not None else attributes.get("min", -math.inf)
    high = float(ends[1]) if ends[1] is not None else attributes.get("max", math.inf)
    if not isinstance(arguments[0], Tensor):
        return np.clip(arguments[0], low, high)
    if low <= np.finfo(np.float32).min:
        low = -math.inf
    if high >= np.finfo(np.float32).max:
        high = math.inf
    if low == -math.inf and high == math.inf:
        return arguments[0]
    return arguments[0].applied(graph, clip(low, high))


def _move(move: Callable[[NDArray[Any], list[Any], dict[str, Any]], NDArray[Any]]) -> _Operation:
    """Make an operation of a function of numpy that only moves entries."""

    def apply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        first, *rest = arguments
        if any(isinstance(argument, Tensor) for argument in rest):
            raise UnsupportedError("where it moves numbers to depends on the inputs")
        if isinstance(first, Tensor):
            return first.moved(lambda places: move(places, rest, attributes))
        return np.asarray(move(first, rest, attributes))

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
        last = None if int(step) < 0 and int(end) < -x.shape[int(axis)] else int(end)
        chosen[int(axis)] = slice(int(start), last, int(step))
    return x[tuple(chosen)]


def _gather(x: NDArray[Any], rest: list[Any], attributes: dict[str, Any]) -> NDArray[Any]:
    return np.take(x, np.asarray(rest[0], dtype=np.intp), axis=attributes.get("axis", 0))


def _concatenate(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    axis = attributes["axis"]
    if _both_constant(arguments):
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
    if math.prod(shape) > LARGEST_FILE:
        raise UnsupportedError(f"it makes an array of shape {shape}")
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
    pads = [int(n) for n in (arguments[1] if len(arguments) > 1 else attributes["pads"])]
    kind = attributes.get("mode", b"constant")
    if not any(pads):
        return x
    if kind != b"constant" or (
        len(arguments) > 2 and arguments[2] is not None and arguments[2] != 0
    ):
        raise UnsupportedError("it pads with something else than 0")
    half = len(pads) // 2
    widths = list(zip(pads[:half], pads[half:], strict=True))
    check_size(1, math.prod(n + abs(a) + abs(b) for n, (a, b) in zip(x.shape, widths, strict=True)))
    if not isinstance(x, Tensor):
        return np.pad(x, widths)
    # One entry more, which is 0.
    value = Value.joined([x.flat, Value({}, np.zeros(1))])
    places = np.arange(x.places.size).reshape(x.shape)
    return Tensor(value, np.pad(places, widths, constant_values=x.places.size))


_NEGATIVE = np.array(-1.0)
OPERATIONS: dict[str, _Operation] = {
    "Add": _add,
    "Sub": _subtract,
    "Mul": _multiply,
    "Div": _divide,
    "Neg": lambda graph, a, attributes, onnx: _multiply(graph, [a[0], _NEGATIVE], attributes, onnx),
    "MatMul": _matmul,
    "Gemm": _gemm,
    "BatchNormalization": _normalise,
    "Scaler": _scaler,
    "Conv": _convolve,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _global_average,
    "ReduceMean": _reduce(mean=True),
    "ReduceSum": _reduce(mean=False),
    "Relu": _elementwise(lambda a: FUNCTIONS["relu"]),
    "LeakyRelu": _elementwise(lambda a: leaky_relu(a.get("alpha", 0.01))),
    "PRelu": _prelu,
    "Sigmoid": _elementwise(lambda a: FUNCTIONS["sigmoid"]),
    "Tanh": _elementwise(lambda a: FUNCTIONS["tanh"]),
    "Softplus": _elementwise(lambda a: FUNCTIONS["softplus"]),
    "Elu": _elementwise(lambda a: elu(a.get("alpha", 1.0))),
    "Selu": _elementwise(
        lambda a: elu(a.get("alpha", 1.67326319217681884765625), a.get("gamma", 1.05070102214813))
    ),
    "Gelu": _elementwise(_gelu),
    "HardSigmoid": _elementwise(lambda a: hard_sigmoid(a.get("alpha", 0.2), a.get("beta", 0.5))),
    "Clip": _clip,
    "Flatten": _move(_flatten),
    "Reshape": _move(_reshape),
    "Transpose": _move(lambda x, rest, a: np.transpose(x, a.get("perm"))),
    "Squeeze": _move(lambda x, rest, a: np.squeeze(x, _axes(rest, a))),
    "Unsqueeze": _move(_unsqueeze),
    "Slice": _move(_slice),
    "Gather": _move(_gather),
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
GENERAL_ADVICE = (
    "chemistry computes weighted sums and functions of one number; build the network from linear "
    "and convolution layers, normalisations and activations"
)
ADVICE = {
    "MaxPool": "a maximum of several numbers is no function of one; use average pooling or strides",
    "LSTM": "the network is not feed-forward; unroll it or use another",
    "GRU": "the network is not feed-forward; unroll it or use another",
    "RNN": "the network is not feed-forward; unroll it or use another",
    "LayerNormalization": "it divides by a deviation that depends on the inputs; use batch "
    "normalisation, which is fixed after training",
    "Pow": "powers are not among the functions; use an activation",
}
