"""Activation functions of other libraries."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.errors import InputValueError
from crn2sbml.importers.computation.piecewise import Function, PiecewiseLinear


def piecewise(
    name: str, constant: float, slope: float, knots: Sequence[float], changes: Sequence[float]
) -> Function:
    """Return a piecewise linear function."""
    pieces = PiecewiseLinear(constant, slope, np.array(knots), np.array(changes))
    steps = np.concatenate([[slope], slope + np.cumsum(pieces.slope_changes)])
    far = constant - float(pieces.slope_changes @ pieces.knots)
    return Function(
        name,
        pieces,
        exact=pieces,
        asymptotes=((slope, constant), (float(steps[-1]), far)),
        slope_range=(float(steps.min()), float(steps.max())),
    )


def leaky_relu(alpha: float) -> Function:
    """max(z, 0) + alpha min(z, 0)."""
    _check_finite("leaky ReLU", alpha)
    return piecewise("leaky ReLU", 0.0, alpha, [0.0], [1.0 - alpha])


def clip(low: float, high: float) -> Function:
    """min(max(z, low), high); one end may be infinite."""
    if low == -math.inf:
        return piecewise("clip", 0.0, 1.0, [high], [-1.0])
    if high == math.inf:
        return piecewise("clip", low, 0.0, [low], [1.0])
    return piecewise("clip", low, 0.0, [low, high], [1.0, -1.0])


def hard_sigmoid(alpha: float, beta: float) -> Function:
    """min(max(alpha z + beta, 0), 1)."""
    _check_finite("hard sigmoid", alpha, beta)
    if not alpha > 0:
        raise InputValueError(f"the slope of a hard sigmoid is {alpha:g}; it must be positive")
    knots = [-beta / alpha, (1.0 - beta) / alpha]
    return piecewise("hard sigmoid", 0.0, 0.0, knots, [alpha, -alpha])


def elu(alpha: float, scale: float = 1.0) -> Function:
    """Scale * z for z > 0 and scale * alpha (e^z - 1) below."""
    _check_finite("ELU", alpha, scale)
    ends = sorted((0.0, scale, scale * alpha))
    return Function(
        "ELU",
        lambda z: scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0))),
        curvature=lambda z: np.where(z < 0, scale * alpha * np.exp(np.minimum(z, 0.0)), 0.0),
        curvature_jumps=(0.0,),
        asymptotes=((0.0, -scale * alpha), (scale, 0.0)),
        slope_range=(ends[0], ends[-1]),
    )


def celu(alpha: float) -> Function:
    """max(z, 0) + min(0, alpha (e^(z / alpha) - 1))."""
    _check_finite("CELU", alpha)
    if not alpha > 0:
        raise InputValueError(f"the parameter of a CELU is {alpha:g}; it must be positive")
    return Function(
        "CELU",
        lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0) / alpha)),
        curvature=lambda z: np.where(z < 0, np.exp(np.minimum(z, 0.0) / alpha) / alpha, 0.0),
        curvature_jumps=(0.0,),
        asymptotes=((0.0, -alpha), (1.0, 0.0)),
    )


def _check_finite(name: str, *parameters: float) -> None:
    if not np.isfinite(parameters).all():
        raise InputValueError(f"the {name} has a parameter that is not finite: {parameters}")


def custom(
    name: str,
    value: Callable[[Array], Array],
    curvature: Callable[[Array], Array],
    domain: tuple[float, float],
    *,
    extremes: Sequence[float] = (),
) -> Function:
    """Describe any other function of one number, on the range that it is used in.

    Parameters
    ----------
    name : str
        What the field calls the function.
    value, curvature : callable
        The function and its second derivative, elementwise. Values must be accurate to a few units
        in the last place, for this is what the proved error allows for.
    domain : tuple of float
        The range in which it is used. What is proved of a network holds for inputs that stay
        within.
    extremes : sequence of float
        Where the second derivative has an extremum within the domain; without them all, the error
        is not proved.

    Returns
    -------
    Function

    Raises
    ------
    InputValueError
        If the domain is no range, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from crn2sbml.importers.computation.piecewise import approximate
    >>> sine = custom(
    ...     "sine", np.sin, lambda z: -np.sin(z), (-2.0, 2.0), extremes=(-np.pi / 2, np.pi / 2)
    ... )
    >>> approximate(sine, 1e-3).nodes < 40
    True
    """
    low, high = domain
    if not -math.inf < low < high < math.inf:
        raise InputValueError(f"the domain of {name} is {domain}; it must be a range of numbers")
    grid = np.unique([*np.linspace(low, high, 2001), *(e for e in extremes if low < e < high)])
    if not (np.isfinite(value(grid)).all() and np.isfinite(curvature(grid)).all()):
        raise InputValueError(f"{name} or its second derivative is not finite within {domain}")
    # A slope is that of a chord, up to half of what it may change along it.
    spans = np.diff(grid)
    slopes = np.diff(value(grid)) / spans
    ends = np.maximum(np.abs(curvature(grid[:-1])), np.abs(curvature(grid[1:])))
    change = float((ends * spans).max())
    return Function(
        name,
        value,
        curvature=curvature,
        extremes=tuple(extremes),
        slope_range=(float(slopes.min()) - change, float(slopes.max()) + change),
        domain=(float(low), float(high)),
    )


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(z))))


def _sigmoid_curvature(z: Array) -> Array:
    s = _sigmoid(z)
    return s * (1.0 - s) * (1.0 - 2.0 * s)


def _tanh_curvature(z: Array) -> Array:
    t = np.tanh(z)
    return -2.0 * t * (1.0 - t * t)


def _normal(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * np.square(z)) / math.sqrt(2.0 * math.pi))


def _gelu(z: Array) -> Array:
    share = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2.0)), otypes=[float])(z)
    return np.asarray(z * share)


def _silu_curvature(z: Array) -> Array:
    s = _sigmoid(z)
    return s * (1.0 - s) * (2.0 + z * (1.0 - 2.0 * s))


IDENTITY = piecewise("identity", 0.0, 1.0, [], [])
RELU = piecewise("ReLU", 0.0, 0.0, [0.0], [1.0])

SOFTPLUS_THRESHOLD = 20.0
"""Smallest argument beyond which softplus may be replaced by its argument."""

# Extrema of the second derivative of the sigmoid are at +-ln(2 + sqrt(3)); of tanh at half of that.
_PEAK = math.log(2.0 + math.sqrt(3.0))
# Positive root of the third derivative of z sigmoid(z).
_SILU_PEAK = 3.43584099353511
_SELU = 1.6732632423543772, 1.0507009873554805

_SOFTPLUS = Function(
    "softplus",
    lambda z: np.logaddexp(0.0, z),
    curvature=lambda z: _sigmoid(z) * (1.0 - _sigmoid(z)),
    extremes=(0.0,),
    asymptotes=((0.0, 0.0), (1.0, 0.0)),
)


def softplus(threshold: float) -> Function:
    """ln(1 + e^z), and z itself beyond a threshold, as PyTorch computes it."""
    jump = math.log1p(math.exp(-threshold))
    return replace(
        _SOFTPLUS, value=lambda z: np.where(z > threshold, z, np.logaddexp(0.0, z)), jump=jump
    )


FUNCTIONS: dict[str, Function] = {
    "identity": IDENTITY,
    "relu": RELU,
    "relu6": clip(0.0, 6.0),
    "leaky-relu": leaky_relu(0.01),
    "abs": piecewise("absolute value", 0.0, -1.0, [0.0], [2.0]),
    "hard-sigmoid": hard_sigmoid(1.0 / 6.0, 0.5),
    "hard-tanh": clip(-1.0, 1.0),
    "sigmoid": Function(
        "sigmoid",
        _sigmoid,
        curvature=_sigmoid_curvature,
        extremes=(-_PEAK, _PEAK),
        asymptotes=((0.0, 0.0), (0.0, 1.0)),
        slope_range=(0.0, 0.25),
    ),
    "tanh": Function(
        "tanh",
        np.tanh,
        curvature=_tanh_curvature,
        extremes=(-_PEAK / 2, _PEAK / 2),
        asymptotes=((0.0, -1.0), (0.0, 1.0)),
    ),
    "softplus": _SOFTPLUS,
    "elu": elu(1.0),
    "selu": elu(*_SELU),
    # Slopes of z Phi(z) are Phi + z times the density, from -0.129 to 1.129 at z = -+sqrt(2).
    "gelu": Function(
        "GELU",
        _gelu,
        curvature=lambda z: _normal(z) * (2.0 - np.square(z)),
        extremes=(-2.0, 0.0, 2.0),
        asymptotes=((0.0, 0.0), (1.0, 0.0)),
        monotone=(-2.0, 2.0),
        slope_range=(-0.13, 1.13),
    ),
    # (z^2 + 3z) / 6 between -3 and 3, with slopes from -0.5 to 1.5.
    "hard-swish": Function(
        "hard swish",
        lambda z: z * np.clip(z / 6.0 + 0.5, 0.0, 1.0),
        curvature=lambda z: np.where(np.abs(z) < 3.0, 1.0 / 3.0, 0.0),
        curvature_jumps=(-3.0, 3.0),
        asymptotes=((0.0, 0.0), (1.0, 0.0)),
        monotone=(-3.0, 3.0),
        slope_range=(-0.5, 1.5),
    ),
    # Slopes from -0.0998 to 1.0998.
    "silu": Function(
        "SiLU",
        lambda z: z * _sigmoid(z),
        curvature=_silu_curvature,
        extremes=(-_SILU_PEAK, 0.0, _SILU_PEAK),
        asymptotes=((0.0, 0.0), (1.0, 0.0)),
        monotone=(-2.5, 2.5),
        slope_range=(-0.1, 1.1),
    ),
}
"""Functions by their names; most have parameters in other libraries."""
