"""PyTorch: a Sequential layer by layer, other modules by way of ONNX."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.optional import load_library
from crn2sbml.errors import InputValueError, MissingDependencyError, UnsupportedError
from crn2sbml.importers.computation.functions import (
    FUNCTIONS,
    SOFTPLUS_THRESHOLD,
    celu,
    clip,
    elu,
    leaky_relu,
    softplus,
)
from crn2sbml.importers.computation.graph import Graph
from crn2sbml.importers.computation.matrices import from_tensor
from crn2sbml.importers.computation.piecewise import Function
from crn2sbml.importers.computation.tensors import Geometry, Tensor
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.importers.conversion.options import ImportOptions, Signs
from crn2sbml.importers.loaded import LoadedNetwork
from crn2sbml.importers.onnx.reader import read_onnx


def from_torch(
    module: Any,
    *,
    input_shape: tuple[int, ...] | None = None,
    accuracy: float = 1e-2,
    data: ArrayLike | None = None,
    input_range: tuple[ArrayLike, ArrayLike] | None = None,
    signs: Signs = "auto",
    knots: int | None = None,
    h: float | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> LoadedNetwork:
    """Import a feed-forward network of PyTorch.

    Parameters
    ----------
    module : torch.nn.Module
        A Sequential of linear, convolution and normalisation layers and activations; another module
        is exported to ONNX first, which needs onnxscript. It is taken as in evaluation mode.
    input_shape : tuple of int, optional
        Shape of one input without the batch, such as (1, 28, 28); the first linear layer's width,
        or that of the data, unless given.
    accuracy, data, input_range, signs, knots, h, input_names, output_names : optional
        What the parameters of :class:`~crn2sbml.importers.ImportOptions` with these names say.

    Returns
    -------
    LoadedNetwork
        Inputs are rows of numbers: an image is flattened, channels first.

    Raises
    ------
    UnsupportedError
        If a layer has no chemistry, with its name and what could be done.
    InputValueError
        If the shape of the inputs is not known, or an option does not fit.
    MissingDependencyError
        If torch is not installed.
    """
    options = ImportOptions(accuracy, data, input_range, signs, knots, h, input_names, output_names)
    torch = load_library("torch", "modules of PyTorch", "torch")
    if not isinstance(module, torch.nn.Module):
        raise UnsupportedError(f"{type(module).__name__} is no torch.nn.Module")
    layers = _flattened(torch, module, "")
    shape = _checked_shape(input_shape) or _input_shape(layers, data)
    known = all(_kind(layer) in _LAYERS or _is_softmax(layer) for _, layer in layers)
    if not known and type(module).forward is not torch.nn.Sequential.forward:
        return read_onnx(_exported(torch, module, shape), options)
    graph = Graph(int(np.prod(shape, dtype=int)))
    tensor, function = Tensor.of(graph.inputs, (1, *shape)), "none"
    for name, layer in layers:
        if function != "none":
            raise UnsupportedError(
                f"layer {name} follows a softmax, which chemistry does not compute; it can only "
                f"come last"
            )
        if _is_softmax(layer):
            if not tensor.is_row or layer.dim not in (None, 1, -1):
                raise UnsupportedError(
                    f"layer {name} is a softmax over dim {layer.dim} of numbers of shape "
                    f"{tensor.shape[1:]}; it must be over all outputs"
                )
            function = "softmax" if type(layer).__name__ == "Softmax" else "log-softmax"
            continue
        tensor = _applied(graph, tensor, name, layer)
    return convert(graph, tensor.flat, options, function)


def _flattened(torch: Any, module: Any, name: str) -> list[tuple[str, Any]]:
    """Return the layers of nested Sequentials in order, with their names."""
    if module._forward_hooks or module._forward_pre_hooks:
        raise UnsupportedError(
            f"{name or 'the module'} has hooks, which change what it computes; remove them first"
        )
    # A subclass may do anything in a forward of its own.
    if type(module).forward is not torch.nn.Sequential.forward:
        return [(name or type(module).__name__, module)]
    layers = []
    # Not named_children, which leaves out a layer that stands there for the second time.
    for child, layer in module._modules.items():
        layers += _flattened(torch, layer, f"{name}.{child}" if name else child)
    return layers


def _checked_shape(shape: Any) -> tuple[int, ...]:
    """Return the shape that a user gave, or ()."""
    if shape is None:
        return ()
    whole = int, np.integer
    lengths = (shape,) if isinstance(shape, whole) else shape
    if not isinstance(lengths, (tuple, list)) or not all(
        isinstance(length, whole) and length > 0 for length in lengths
    ):
        raise InputValueError(
            f"the input_shape is {shape!r}; it must be of whole numbers, such as (1, 28, 28)"
        )
    return tuple(map(int, lengths))


def _input_shape(layers: list[tuple[str, Any]], data: ArrayLike | None) -> tuple[int, ...]:
    for _, layer in layers:
        if _kind(layer) == "Linear":
            return (int(layer.in_features),)
        if _kind(layer) not in _KEEP_SHAPE:
            break
    if data is not None and np.ndim(data) > 1:
        return np.shape(data)[1:]
    raise InputValueError(
        "the shape of the inputs is not known: pass input_shape, such as (1, 28, 28), or data of "
        "that shape"
    )


def _is_softmax(layer: Any) -> bool:
    return _kind(layer) in ("Softmax", "LogSoftmax")


def _kind(layer: Any) -> str:
    """Return the name of a layer of PyTorch's own, and the full one of a user's called alike."""
    own = type(layer).__module__.startswith("torch.nn.modules.")
    return type(layer).__name__ if own else f"{type(layer).__module__}.{type(layer).__name__}"


def _applied(graph: Graph, tensor: Tensor, name: str, layer: Any) -> Tensor:
    kind = _kind(layer)
    if kind not in _LAYERS:
        raise UnsupportedError(
            f"layer {name} is a {kind}, which has no chemistry; "
            f"{_ADVICE.get(kind, _GENERAL_ADVICE)}"
        )
    axes = _AXES.get(kind)
    if axes is not None and len(tensor.shape) not in axes:
        raise InputValueError(
            f"layer {name} ({kind}) takes {' or '.join(str(n - 1) for n in axes)} axes, but the "
            f"numbers before it have shape {tensor.shape[1:]}"
        )
    try:
        return _LAYERS[kind](graph, tensor, layer)
    except UnsupportedError as error:
        raise UnsupportedError(f"layer {name} ({kind}): {error}") from error
    except (IndexError, TypeError, ValueError) as error:
        raise InputValueError(
            f"layer {name} ({kind}) does not fit numbers of shape {tensor.shape[1:]}: {error}"
        ) from error


def _numbers(parameter: Any) -> Array:
    return np.asarray(from_tensor(parameter), dtype=np.float64)


def _linear(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    product = tensor.matmul(_numbers(layer.weight).T)
    return product if layer.bias is None else product.plus(_numbers(layer.bias))


def _convolution(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    if layer.padding_mode != "zeros":
        raise UnsupportedError(f"it pads with {layer.padding_mode}, not with zeros")
    axes = len(layer.kernel_size)
    if layer.padding == "same":
        reach = [d * (k - 1) for d, k in zip(layer.dilation, layer.kernel_size, strict=True)]
        pads = (*(r // 2 for r in reach), *(r - r // 2 for r in reach))
    else:
        pads = (0,) * (2 * axes) if layer.padding == "valid" else (*layer.padding,) * 2
    geometry = Geometry(tuple(layer.stride), tuple(layer.dilation), pads, layer.groups)
    biases = None if layer.bias is None else _numbers(layer.bias)
    return tensor.convolved(_numbers(layer.weight), biases, geometry)


def _normalisation(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    if layer.running_mean is None:
        raise UnsupportedError("it keeps no running statistics, without which it is not fixed")
    factor = 1.0 / np.sqrt(_numbers(layer.running_var) + layer.eps)
    shift = -_numbers(layer.running_mean) * factor
    if layer.affine:
        weight = _numbers(layer.weight)
        factor, shift = factor * weight, shift * weight + _numbers(layer.bias)
    shape = (1, -1, *(1 for _ in tensor.shape[2:]))
    return tensor.times(factor.reshape(shape)).plus(shift.reshape(shape))


def _max_pool(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    window, stride, padding, dilation = _windows(
        tensor, layer.kernel_size, layer.stride, layer.padding, layer.dilation
    )
    if layer.ceil_mode or layer.return_indices:
        raise UnsupportedError("it pads beyond the last numbers or asks where they are")
    return tensor.max_pooled(graph, window, Geometry(stride, dilation, (*padding, *padding)))


def _windows(tensor: Tensor, *sizes: Any) -> list[tuple[int, ...]]:
    """Return sizes along each axis, which may be given as one number for all."""
    axes = len(tensor.shape) - 2
    return [tuple(s) if isinstance(s, (tuple, list)) else (s,) * axes for s in sizes]


def _adaptive_average(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    (size,) = _windows(tensor, layer.output_size)
    if any(length != 1 for length in size):
        raise UnsupportedError("it makes more than one number of a channel; use a fixed window")
    return tensor.channel_means()


def _average_pool(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    axes = len(tensor.shape) - 2
    window, stride, padding = _windows(tensor, layer.kernel_size, layer.stride, layer.padding)
    if any(padding) or layer.ceil_mode:
        raise UnsupportedError("it pads; use a window that fits")
    if getattr(layer, "divisor_override", None) is not None:
        raise UnsupportedError("it divides by a number of its own; use a plain average")
    return tensor.average_pooled(window, Geometry(stride, (1,) * axes, (0,) * (2 * axes)))


def _flatten(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    start, end = layer.start_dim, layer.end_dim % len(tensor.shape)
    shape = (*tensor.shape[:start], -1, *tensor.shape[end + 1 :])
    return tensor.moved(lambda places: places.reshape(shape))


def _unflatten(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    axis = layer.dim % len(tensor.shape)
    shape = (*tensor.shape[:axis], *layer.unflattened_size, *tensor.shape[axis + 1 :])
    return tensor.moved(lambda places: places.reshape(shape))


def _prelu(layer: Any) -> Function:
    if layer.weight.numel() != 1:
        raise UnsupportedError("its slopes differ from channel to channel; use one for all")
    return leaky_relu(float(layer.weight.detach()))


def _gelu(layer: Any) -> Function:
    if layer.approximate != "none":
        raise UnsupportedError("it is an approximation by tanh; use GELU(approximate='none')")
    return FUNCTIONS["gelu"]


def _softplus(layer: Any) -> Function:
    if layer.beta != 1:
        raise UnsupportedError(f"its beta is {layer.beta}; only 1 is known")
    if layer.threshold < SOFTPLUS_THRESHOLD:
        raise UnsupportedError(f"its threshold is {layer.threshold}; use at least 20")
    return softplus(float(layer.threshold))


def _elementwise(choose: Callable[[Any], Function]) -> Callable[[Graph, Tensor, Any], Tensor]:
    return lambda graph, tensor, layer: tensor.applied(graph, choose(layer))


def _unchanged(graph: Graph, tensor: Tensor, layer: Any) -> Tensor:
    return tensor


_FUNCTIONS: dict[str, Callable[[Any], Function]] = {
    "ReLU": lambda layer: FUNCTIONS["relu"],
    "ReLU6": lambda layer: FUNCTIONS["relu6"],
    "LeakyReLU": lambda layer: leaky_relu(float(layer.negative_slope)),
    "PReLU": _prelu,
    "Hardtanh": lambda layer: clip(float(layer.min_val), float(layer.max_val)),
    "Hardsigmoid": lambda layer: FUNCTIONS["hard-sigmoid"],
    "Hardswish": lambda layer: FUNCTIONS["hard-swish"],
    "CELU": lambda layer: celu(float(layer.alpha)),
    "Sigmoid": lambda layer: FUNCTIONS["sigmoid"],
    "Tanh": lambda layer: FUNCTIONS["tanh"],
    "Softplus": _softplus,
    "ELU": lambda layer: elu(float(layer.alpha)),
    "SELU": lambda layer: FUNCTIONS["selu"],
    "GELU": _gelu,
    "SiLU": lambda layer: FUNCTIONS["silu"],
}
_UNCHANGED = ("Identity", "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout")
# They may come before the first layer that tells how many inputs there are.
_KEEP_SHAPE = {*_FUNCTIONS, *_UNCHANGED, "BatchNorm1d", "Flatten"}
_LAYERS: dict[str, Callable[[Graph, Tensor, Any], Tensor]] = {
    "Linear": _linear,
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _convolution),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"), _normalisation),
    **dict.fromkeys(("AvgPool1d", "AvgPool2d", "AvgPool3d"), _average_pool),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "MaxPool3d"), _max_pool),
    **dict.fromkeys(
        ("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"), _adaptive_average
    ),
    **dict.fromkeys(_UNCHANGED, _unchanged),
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    **{kind: _elementwise(choose) for kind, choose in _FUNCTIONS.items()},
}
# How many axes of numbers layers take, the batch and channels among them.
_AXES: dict[str, tuple[int, ...]] = {
    f"{kind}{number}d": (number + 2,)
    for kind in ("Conv", "MaxPool", "AvgPool", "AdaptiveAvgPool", "BatchNorm")
    for number in (1, 2, 3)
} | {"BatchNorm1d": (2, 3)}
_GENERAL_ADVICE = "use linear, convolution and normalisation layers and activations"
_ADVICE = {
    "AdaptiveMaxPool2d": "its windows differ in size; use MaxPool2d",
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "it is not feed-forward; unroll it or use another"),
    "LayerNorm": "it divides by a deviation that depends on the inputs; use batch normalisation",
}


def _exported(torch: Any, module: Any, shape: tuple[int, ...]) -> bytes:
    """Export a module to ONNX in memory."""
    buffer = io.BytesIO()
    was_training = module.training
    kinds = {parameter.dtype for parameter in module.parameters()}
    kind = kinds.pop() if len(kinds) == 1 else torch.float32
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module.eval(), (torch.zeros(1, *shape, dtype=kind),), dynamo=True, verbose=False
            )
            program.save(buffer)
    except ImportError as error:
        raise MissingDependencyError(
            "a module that is no Sequential is exported to ONNX, which needs onnx and onnxscript; "
            "pip install onnx onnxscript"
        ) from error
    except Exception as error:  # the exporter raises whatever the module's code raises
        raise UnsupportedError(
            f"PyTorch cannot export the module to ONNX: {str(error).splitlines()[0]}"
        ) from error
    finally:
        module.train(was_training)
    return buffer.getvalue()
