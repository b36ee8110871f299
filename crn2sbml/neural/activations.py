"""Activation functions that chemistry can compute.

A node X with production h, net growth rho and decay k X -> X at rate constant d_k follows
(equations (18) and (20) of Anderson, Joshi and Deshpande)

    dx/dt = f(x; rho) = h + rho x - sum_k (k - 1) d_k x^k,

which is concave on x >= 0 with f(0) = h > 0 and so has exactly one positive root. That root,
as a function of rho, is the activation. ``{2: 1.0}`` is the smoothed ReLU, equation (4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml.errors import ActivationError

# Beyond this, powers of numbers would fill the memory, and no chemistry has such an order.
LARGEST_ORDER = 100

# Newton from the right converges monotonically and, from the starts below (within a factor of
# two of the root), in at most about eight steps; the rest is head-room for extreme mixtures.
_MAX_NEWTON_STEPS = 60
# Between these, squares and their sums are doubles of full precision.
_SMALLEST_SQUARED, _LARGEST_SQUARED = 1e-140, 1e150


@dataclass(frozen=True, slots=True)
class Activation:
    """The positive root of h + rho x - sum_k (k - 1) d_k x^k as a function of rho.

    Parameters
    ----------
    h : float, default 1.0
        Smoothing, the constant production of the node; at least 0. ``h = 0`` is the plain ReLU
        (order 2 only): it can be evaluated and trained, but not compiled to chemistry.
    decay : mapping of int to float, default {2: 1.0}
        Rate constant d_k > 0 of the decay reaction k X -> X for each order k >= 2.

    Raises
    ------
    ActivationError
        If h is negative or not finite, an order is below 2 or fractional, or a rate constant is
        not positive.

    Notes
    -----
    Table 1 and equation (18) of the paper; general q is its section 6.1.

    Examples
    --------
    >>> from crn2sbml import Activation
    >>> smoothed_relu = Activation(h=1.0)
    >>> float(smoothed_relu(0.0))
    1.0
    >>> float(smoothed_relu.derivative(0.0))
    0.5
    >>> Activation(h=1.0, decay={3: 1.0})
    Activation(h=1.0, decay={3: 1.0})
    """

    h: float = 1.0
    decay: Mapping[int, float] = field(default_factory=lambda: {2: 1.0})

    def __post_init__(self) -> None:
        object.__setattr__(self, "h", _checked_smoothing(self.h))
        object.__setattr__(self, "decay", MappingProxyType(_checked_decay(self.decay)))
        if self.h == 0 and set(self.decay) != {2}:
            raise ActivationError(
                f"h = 0 is allowed with decay of order 2 only (the plain ReLU), "
                f"but the decay is {dict(self.decay)}; use h > 0"
            )

    def __repr__(self) -> str:
        return f"Activation(h={self.h!r}, decay={dict(self.decay)!r})"

    def __hash__(self) -> int:
        return hash((self.h, tuple(self.decay.items())))

    def __reduce__(self) -> tuple[type[Activation], tuple[float, dict[int, float]]]:
        """Pickle the decay table as a plain dict (a mapping proxy cannot be pickled)."""
        return Activation, (self.h, dict(self.decay))

    def __call__(self, rho: ArrayLike) -> Array:
        """Evaluate the activation.

        Parameters
        ----------
        rho : array_like
            Net growth rates, of any shape.

        Returns
        -------
        numpy.ndarray
            The positive root for each rate, of the same shape.
        """
        rho = np.asarray(rho, dtype=np.float64)
        if tuple(self.decay) == (2,):
            return _root_of_order_two(rho, self.h, self.decay[2])
        return _root(rho, self.h, self.decay)

    def relaxation_rate(self, value: ArrayLike) -> Array:
        """Return kappa = h/a + sum_k (k - 1)^2 d_k a^(k-1), the rate of approach to the root.

        Parameters
        ----------
        value : array_like
            Activation values a > 0 (a = 0 is allowed for h = 0).

        Returns
        -------
        numpy.ndarray
            -f'(a), the magnitude of the node's eigenvalue; written without cancellation.
        """
        value = np.asarray(value, dtype=np.float64)
        kappa = np.zeros_like(value)
        for k, d in self.decay.items():
            kappa = kappa + (k - 1) ** 2 * d * value ** (k - 1)
        return kappa if self.h == 0 else kappa + self.h / value

    def derivative(self, rho: ArrayLike) -> Array:
        """Return d activation / d rho = a / kappa(a) at the given rates.

        Parameters
        ----------
        rho : array_like
            Net growth rates, of any shape.

        Returns
        -------
        numpy.ndarray
            Derivatives, of the same shape. For h = 0 it is 1/d_2 where rho > 0 and 0 elsewhere.
        """
        return self.derivative_at_value(self(rho))

    def derivative_at_value(self, value: ArrayLike) -> Array:
        """Return the derivative from the activation itself, as read off the settled chemistry.

        Parameters
        ----------
        value : array_like
            Activation values a > 0 (a = 0 is allowed for h = 0).

        Returns
        -------
        numpy.ndarray
            a / kappa(a), section 6.1 of the paper.
        """
        value = np.asarray(value, dtype=np.float64)
        if self.h == 0:
            return np.where(value > 0, 1.0 / self.decay[2], 0.0)
        return value / self.relaxation_rate(value)

    def rate(self, x: ArrayLike, rho: ArrayLike) -> Array:
        """Return dx/dt = h + rho x - sum_k (k - 1) d_k x^k of one node, equation (18).

        Parameters
        ----------
        x : array_like
            Concentrations of the node.
        rho : array_like
            Net growth rates, broadcast against `x`.

        Returns
        -------
        numpy.ndarray
            The rate of change.
        """
        x = np.asarray(x, dtype=np.float64)
        rate = self.h + np.asarray(rho, dtype=np.float64) * x
        for k, d in self.decay.items():
            rate = rate - (k - 1) * d * x**k
        return np.asarray(rate)

    @property
    def growth_exponent(self) -> float:
        """The p with activation ~ c rho^p as rho -> inf: 1/(q - 1) for the highest order q."""
        return 1.0 / (max(self.decay) - 1)

    def right_asymptote(self, rho: ArrayLike) -> Array:
        """Return (rho / ((q - 1) d_q))^(1/(q - 1)), q the highest order: the limit of large rho.

        Parameters
        ----------
        rho : array_like
            Net growth rates, of any shape.

        Returns
        -------
        numpy.ndarray
            What the activation approaches, relative to its size, as rho -> inf; for q = 2 and
            d_2 = 1 the ReLU, for q = 3 sqrt(rho/2) (Figure 13 of the paper). 0 for rho < 0.

        Notes
        -----
        Section 6.1 of the paper: decay of order q gives growth like rho^(1/(q - 1)). The equation
        h + rho x = sum_k (k - 1) d_k x^k is dominated by rho x and the highest power.
        """
        q = max(self.decay)
        growth = np.maximum(np.asarray(rho, dtype=np.float64), 0.0)
        return np.asarray((growth / ((q - 1) * self.decay[q])) ** self.growth_exponent)

    def left_asymptote(self, rho: ArrayLike) -> Array:
        """Return h / -rho: the limit of rho -> -inf.

        Parameters
        ----------
        rho : array_like
            Net growth rates, of any shape.

        Returns
        -------
        numpy.ndarray
            What the activation approaches, relative to its size; nan for rho >= 0.
        """
        rho = np.asarray(rho, dtype=np.float64)
        return np.asarray(self.h / np.where(rho < 0, -rho, np.nan))


def _checked_smoothing(h: float) -> float:
    try:
        value = float(h)
    except (TypeError, ValueError):
        raise ActivationError(f"the smoothing h must be a number >= 0, not {h!r}") from None
    if not (math.isfinite(value) and value >= 0):
        raise ActivationError(
            f"the smoothing h is {value!r}, but it is a production rate: use a finite number >= 0"
        )
    return value


def _checked_decay(decay: Mapping[int, float]) -> dict[int, float]:
    if not isinstance(decay, Mapping) or not decay:
        raise ActivationError(
            f"the decay must map orders to rate constants, for example {{2: 1.0}}, not {decay!r}"
        )
    return {_checked_order(k): _checked_constant(k, decay[k]) for k in sorted(decay)}


def _checked_order(order: float) -> int:
    if isinstance(order, bool) or not isinstance(order, (int, float, np.integer, np.floating)):
        raise ActivationError(f"a decay order must be an integer >= 2, not {order!r}")
    if order != int(order) or order < 2:
        raise ActivationError(
            f"the decay order {order!r} is not an integer >= 2; "
            f"the reaction k X -> X needs one (Table 1, q-polynomial decay)"
        )
    if order > LARGEST_ORDER:
        raise ActivationError(
            f"the decay order {int(order)} is above {LARGEST_ORDER}, which no reaction has: so "
            f"many molecules do not meet"
        )
    return int(order)


def _checked_constant(order: int, constant: float) -> float:
    try:
        value = float(constant)
    except (TypeError, ValueError):
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ActivationError(
            f"the rate constant of decay order {order} is {constant!r}; it must be finite and > 0"
        )
    return value


def _root_of_order_two(rho: Array, h: float, d: float) -> Array:
    """Solve h + rho x - d x^2 = 0 by whichever form of the quadratic root adds, not subtracts."""
    size, offset = np.abs(rho), 2.0 * math.sqrt(h) * math.sqrt(d)
    # hypot keeps squares from overflowing and underflowing, where they might; it is slow.
    if _SMALLEST_SQUARED < offset < _LARGEST_SQUARED > size.max(initial=0.0):
        total = size + np.sqrt(size * size + offset * offset)
    else:
        total = size + np.hypot(rho, offset)
    # For rho < 0 the conjugate form avoids cancellation.
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(total > 0, 2.0 * h / total, 0.0)
    return np.where(rho >= 0, total / (2.0 * d), below)


def _root(rho: Array, h: float, decay: Mapping[int, float]) -> Array:
    """Solve for the positive root by Newton's method from the right."""
    # f is concave and x starts at or right of the root, so the iterates fall monotonically;
    # they stop where rounding stops them. g = f / x avoids the overflow of x^k.
    x = _bound_from_above(rho, h, decay)
    for _ in range(_MAX_NEWTON_STEPS):
        g = h / x + rho
        slope = rho.copy()
        for k, d in decay.items():
            power = (k - 1) * d * x ** (k - 1)
            g = g - power
            slope = slope - k * power
        step = x * (g / slope)
        new = np.where(step > 0, x - step, x)
        if np.all(new >= x * (1.0 - 1e-15)):
            return new
        x = new
    return x


def _bound_from_above(rho: Array, h: float, decay: Mapping[int, float]) -> Array:
    """Bound the root: (k - 1) d_k a^k <= h + rho a holds for each order k by itself."""
    bound = np.full(rho.shape, np.inf)
    with np.errstate(over="ignore"):  # rho just below 0: the other bounds are lower
        np.divide(h, -rho, out=bound, where=rho < 0)
    for k, d in decay.items():
        c = (k - 1) * d
        flat = (h / c) ** (1.0 / k)
        steep = (2.0 * np.maximum(rho, 0.0) / c) ** (1.0 / (k - 1))
        bound = np.minimum(bound, np.where(rho > 0, np.maximum(2 ** (1.0 / k) * flat, steep), flat))
    # Rounding must not put the start left of the root.
    return bound * (1.0 + 1e-14)


def describe_activation(activation: Activation) -> str:
    """Name an activation in the words of the field.

    Examples
    --------
    >>> from crn2sbml import Activation
    >>> describe_activation(Activation(h=0.5))
    'smoothed ReLU (h = 0.5)'
    """
    if dict(activation.decay) == {2: 1.0}:
        return f"smoothed ReLU (h = {activation.h:g})" if activation.h > 0 else "ReLU (h = 0)"
    table = " + ".join(f"{d:g} at order {k}" for k, d in activation.decay.items())
    return f"root activation (h = {activation.h:g}, decay {table})"
