"""Activations by name or decay table, and why some have no chemistry of this kind."""

from __future__ import annotations

from crn2sbml.errors import ActivationError, UnsupportedError
from crn2sbml.neural.activations import Activation

# Every activation of the family is positive, increases strictly, falls to 0 like h/|rho| on the
# left and grows like rho^(1/(q - 1)) on the right, with q >= 2.
_NEGATIVE = "it takes negative values, while a concentration cannot be negative"
_BOUNDED = (
    "it is bounded, while every decay gives an activation that grows without bound, like "
    "rho^(1/(q - 1))"
)
_REFUSED = {
    "sigmoid": _BOUNDED,
    "logistic": _BOUNDED,
    "hard sigmoid": _BOUNDED,
    "relu6": _BOUNDED,
    "step": _BOUNDED,
    "tanh": f"{_BOUNDED}, and {_NEGATIVE}",
    "identity": _NEGATIVE,
    "linear": _NEGATIVE,
    "leaky relu": _NEGATIVE,
    "prelu": _NEGATIVE,
    "elu": _NEGATIVE,
    "selu": _NEGATIVE,
    "gelu": _NEGATIVE,
    "silu": _NEGATIVE,
    "swish": _NEGATIVE,
    "mish": _NEGATIVE,
    "softplus": "it falls to 0 exponentially on the left, while every activation of this family "
    "falls like h/|rho|",
    "exponential": "it grows faster than linearly, while growth here is like rho^(1/(q - 1)), at "
    "most linear",
    "softmax": "its value depends on all nodes of a layer, while a node here follows its own rho",
}


def parse_activation(text: str, h: float = 1.0) -> Activation:
    """Make an activation from its name or the rate constants of its decay.

    Parameters
    ----------
    text : str
        "smoothed relu"; "relu" (h = 0, which has no chemistry); or decay rate constants by order,
        such as "3:1" for 3X -> X, or "2:1+3:0.5" for a mixture.
    h : float, default 1
        Smoothing.

    Returns
    -------
    Activation

    Raises
    ------
    UnsupportedError
        If no decay gives the activation that is named; the message has the reason.
    ActivationError
        If the text is neither a name nor a decay table, or a number is not allowed.

    Examples
    --------
    >>> from crn2sbml.neural.activation_names import parse_activation
    >>> parse_activation("2:1+3:0.5", h=0.1)
    Activation(h=0.1, decay={2: 1.0, 3: 0.5})
    >>> parse_activation("sigmoid")
    Traceback (most recent call last):
    ...
    crn2sbml.errors.UnsupportedError: sigmoid cannot be had from decay reactions: it is bounded, ...
    """
    name = " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    if name == "smoothed relu":
        return Activation(h)
    if name == "relu":
        return Activation(0.0)
    if name in _REFUSED:
        raise UnsupportedError(
            f"{text.strip()} cannot be had from decay reactions: {_REFUSED[name]}; use a smoothed "
            f"ReLU, or a decay table such as 3:1"
        )
    decay: dict[int, float] = {}
    for order, constant in map(_parse_decay, text.split("+")):
        if order in decay:
            raise ActivationError(f"{text.strip()!r} names order {order} twice; add its rates up")
        decay[order] = constant
    return Activation(h, decay)


def _parse_decay(text: str) -> tuple[int, float]:
    order, colon, constant = text.partition(":")
    try:
        if not colon:
            raise ValueError
        return int(order), float(constant)
    except ValueError:
        raise ActivationError(
            f"{text.strip()!r} is no activation: use smoothed-relu, relu, or rate constants of the "
            f"decay by order, such as 3:1 or 2:1+3:0.5"
        ) from None
