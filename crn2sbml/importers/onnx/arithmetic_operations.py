"""Operations of ONNX that compute: sums, products, convolutions and functions of one number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crn2sbml.errors import UnsupportedError
from crn2sbml.importers.computation.functions import (
    FUNCTIONS,
    celu,
    clip,
    elu,
    hard_sigmoid,
    leaky_relu,
)
from crn2sbml.importers.computation.graph import Graph
from crn2sbml.importers.computation.matrices import check_count, check_size
from crn2sbml.importers.computation.piecewise import Function
from crn2sbml.importers.computation.tensors import Geometry, Tensor
from crn2sbml.importers.onnx.comparisons import COMPARED, Comparison
from crn2sbml.importers.onnx.moving_operations import Operation, both_constant

_NEGATIVE = np.array(-1.0)


def _computed(apply: Callable[..., Any], *constants: Any) -> Any:
    """Return what comes of constants, if it is not too large."""
    check_count(math.prod(np.broadcast_shapes(*map(np.shape, constants))))
    return np.asarray(apply(*constants))


def _add(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if both_constant(arguments):
        return _computed(np.add, first, second)
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        return first.added(second)
    return first.plus(second) if isinstance(first, Tensor) else second.plus(first)


def _subtract(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    negative = second.times(_NEGATIVE) if isinstance(second, Tensor) else -second
    return _add(graph, [first, negative], attributes, onnx)


def _multiply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if both_constant(arguments):
        return _computed(np.multiply, first, second)
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        return _gated(graph, first, second)
    return first.times(second) if isinstance(first, Tensor) else second.times(first)


def _gated(graph: Graph, first: Tensor, second: Tensor) -> Tensor:
    """Return z sigmoid(z), as which the SiLU is often written; other products have no chemistry."""
    for z, gate in ((first, second), (second, first)):
        same_shape = z.shape == gate.shape
        if same_shape and graph.is_function(FUNCTIONS["sigmoid"], gate.flat, z.flat):
            return z.applied(graph, FUNCTIONS["silu"])
    raise UnsupportedError(
        "it multiplies two things that both depend on the inputs, which is no layer of weights; "
        "leave out attention and gates"
    )


def _divide(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if isinstance(second, Tensor):
        raise UnsupportedError("it divides by something that depends on the inputs")
    if isinstance(first, Tensor):
        return first.times(1.0 / np.asarray(second, dtype=np.float64))
    if np.asarray(first).dtype.kind in "iu":
        # Towards 0, unlike Python.
        return _computed(lambda a, b: np.sign(a) * np.sign(b) * (abs(a) // abs(b)), first, second)
    return _computed(np.divide, first, second)


def _matmul(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, second = arguments
    if both_constant(arguments):
        check_size(np.size(first) // np.shape(first)[-1], np.size(second) // len(second))
        return np.asarray(first @ second)
    if not isinstance(first, Tensor) or isinstance(second, Tensor):
        raise UnsupportedError("it multiplies matrices that depend on the inputs on the right")
    return first.matmul(np.asarray(second, dtype=np.float64))


def _gemm(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    first, weights = arguments[0], arguments[1]
    if not isinstance(first, Tensor) or isinstance(weights, Tensor) or attributes.get("transA"):
        raise UnsupportedError("it is no product of the inputs and a matrix of weights")
    weights = np.asarray(weights, dtype=np.float64) * attributes.get("alpha", 1.0)
    product = first.matmul(weights.T if attributes.get("transB") else weights)
    if len(arguments) > 2 and arguments[2] is not None:
        product = product.plus(np.asarray(arguments[2], np.float64) * attributes.get("beta", 1.0))
    return product


def _normalise(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x, *numbers = arguments
    if attributes.get("training_mode"):
        raise UnsupportedError("it normalises by the batch; export the model in evaluation mode")
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
    return x.average_pooled(window, geometry)


def _max_pool(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    x = arguments[0]
    window = tuple(attributes["kernel_shape"])
    geometry = _geometry(x.shape[2:], window, attributes)
    if attributes.get("ceil_mode"):
        raise UnsupportedError("it goes beyond the last numbers; use ceil_mode=0")
    return x.max_pooled(graph, window, geometry)


def _global_average(
    graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any
) -> Any:
    return arguments[0].channel_means()


def _reduce(mean: bool) -> Operation:
    def reduce(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        x = arguments[0]
        axes = arguments[1] if len(arguments) > 1 else attributes.get("axes")
        keep = bool(attributes.get("keepdims", 1))
        if axes is None or not len(axes):
            if attributes.get("noop_with_empty_axes"):
                return x
            axes = range(len(x.shape))
        axes = tuple(int(axis) for axis in axes)
        if isinstance(x, Tensor):
            if any(axis % len(x.shape) == 0 for axis in axes):
                raise UnsupportedError("it adds up the examples of a batch; name the other axes")
            return x.summed(axes, keep, (lambda n: 1.0 / n) if mean else (lambda n: 1.0))
        return np.asarray((np.mean if mean else np.sum)(x, axis=axes, keepdims=keep))

    return reduce


def _elementwise(choose: Callable[[dict[str, Any]], Function]) -> Operation:
    def apply(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        function = choose(attributes)
        if isinstance(arguments[0], Tensor):
            return arguments[0].applied(graph, function)
        numbers = np.asarray(arguments[0], dtype=np.float64)
        check_count(numbers.size)
        return np.asarray(function.value(numbers))

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
    if low > high:
        raise UnsupportedError(f"it clips to between {low:g} and {high:g}")
    if low <= np.finfo(np.float32).min:
        low = -math.inf
    if high >= np.finfo(np.float32).max:
        high = math.inf
    if low == -math.inf and high == math.inf:
        return arguments[0]
    return arguments[0].applied(graph, clip(low, high))


def _extreme(apply: Callable[..., Any], factor: float) -> Operation:
    """Make the largest (factor 1) or smallest (-1) of several numbers."""
    sign = np.array(factor)

    def extreme(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        largest = arguments[0]
        for other in arguments[1:]:
            if both_constant([largest, other]):
                largest = _computed(apply, largest, other)
                continue
            first, second = (largest, other) if isinstance(largest, Tensor) else (other, largest)
            if isinstance(second, Tensor):
                largest = first.times(sign).larger(graph, second.times(sign)).times(sign)
                continue
            # max(a, b) = b + max(0, a - b), and the same for min with signs changed.
            gap = _subtract(graph, [first, second], {}, onnx).times(sign)
            gap = gap.applied(graph, FUNCTIONS["relu"]).times(sign)
            largest = gap.plus(second)
        return largest

    return extreme


def _compare(kind: str) -> Operation:
    def compare(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
        first, second = arguments
        if both_constant(arguments):
            return _computed(COMPARED[kind], first, second)
        if not isinstance(first, Tensor) or isinstance(second, Tensor) or np.size(second) != 1:
            raise UnsupportedError("it compares with something else than one number")
        return Comparison(first, float(np.ravel(second)[0]), kind.startswith("Greater"))

    return compare


def _choose(graph: Graph, arguments: list[Any], attributes: dict[str, Any], onnx: Any) -> Any:
    condition, yes, no = arguments
    if isinstance(condition, Tensor):
        raise UnsupportedError("what it chooses by is no comparison")
    if not isinstance(condition, Comparison):
        if both_constant([yes, no]):
            return _computed(np.where, condition, yes, no)
        raise UnsupportedError("it chooses by a constant; leave out what is never chosen")
    return condition.choose(graph, yes, no)


ARITHMETIC: dict[str, Operation] = {
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
    "MaxPool": _max_pool,
    "Max": _extreme(np.maximum, 1.0),
    "Min": _extreme(np.minimum, -1.0),
    **{kind: _compare(kind) for kind in COMPARED},
    "Where": _choose,
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
    "Abs": _elementwise(lambda a: FUNCTIONS["abs"]),
    "HardSwish": _elementwise(lambda a: FUNCTIONS["hard-swish"]),
    "Celu": _elementwise(lambda a: celu(a.get("alpha", 1.0))),
}
GENERAL_ADVICE = (
    "chemistry computes weighted sums and functions of one number; build the network from linear "
    "and convolution layers, normalisations and activations"
)
_LINEAR_ADVICE = (
    "it is a linear model of skl2onnx, one weighted sum without layers before it; give its numbers "
    "to from_weights instead"
)
ADVICE = {
    "LinearClassifier": _LINEAR_ADVICE,
    "LinearRegressor": _LINEAR_ADVICE,
    "LSTM": "the network is not feed-forward; unroll it or use another",
    "GRU": "the network is not feed-forward; unroll it or use another",
    "RNN": "the network is not feed-forward; unroll it or use another",
    "LayerNormalization": "it divides by a deviation that depends on the inputs; use batch "
    "normalisation, which is fixed after training",
    "Pow": "powers are not among the functions; use an activation",
}
