"""The numbers that section 6 prints, beside ours."""

from __future__ import annotations

import math

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.construction.labels import node_id
from crn2sbml.examples.paper.comparison import Comparison
from crn2sbml.examples.paper.setting import Setting, load_image, section_6_setting
from crn2sbml.simulate import Simulator, Trajectory

# Layer and number of the nodes that section 6 shows, with the activations that it prints.
PRINTED_ACTIVATIONS = {
    (2, 1): "1.54691661955827",
    (2, 3): "0.885658219979311",
    (1, 1): "1.06208572398989",
    (1, 32): "0.72187173499449",
}
# Their concentrations at time 5, by the largest concentration at time 0.
END_TIME = 5.0
PRINTED_AT_END = {
    10: ("1.54703516476441", "0.885627963885228", "1.06216260026126", "0.721901309123957"),
    1000: ("1.54686939850725", "0.885624161108907", "1.06213690351638", "0.721896022634959"),
}
# The largest start in the setting as it is drawn.
DRAWN_SCALE = 10
# The paper prints neither its solver nor its tolerance. Its values lie within 6e-5 of an accurate
# solution, as those of a solver at MATLAB's default tolerance, 1e-3, might.
_CLOSE = 1e-4
# Our trajectories have a relative tolerance of 1e-9, of which errors of some 1e-9 remain.
_DIGITS_OF_TRAJECTORIES = 9


def compare_printed_numbers() -> list[Comparison]:
    """Compare the activations in closed form, and the concentrations at time 5 from roadrunner."""
    setting = section_6_setting()
    activations = _activations(setting)
    compared = [
        _compared(f"a^{layer}_{node}", printed, float(activations[layer - 1][node - 1]))
        for (layer, node), printed in PRINTED_ACTIVATIONS.items()
    ]
    for scale, ends in PRINTED_AT_END.items():
        ended = course(setting, scale, END_TIME)
        compared += [
            _compared(
                f"x^{layer}_{node}({END_TIME:g}) from {scale} rand",
                printed,
                float(ended[node_id(layer, node)][-1]),
                "the paper prints neither its solver nor its tolerance; ours is 1e-9",
                _DIGITS_OF_TRAJECTORIES,
            )
            for (layer, node), printed in zip(PRINTED_ACTIVATIONS, ends, strict=True)
        ]
    return compared


def _activations(setting: Setting) -> list[Array]:
    """Return the activations of each layer with sums that are rounded once.

    The order of summation moves the 15th digit, and it differs from machine to machine.
    """
    a, values = load_image(setting.image), []
    for layer in setting.network.layers:
        terms = np.column_stack([layer.weights * a, layer.biases])
        a = layer.activation(np.array([math.fsum(row) for row in terms.tolist()]))
        values.append(a)
    return values


def course(setting: Setting, scale: int, t_end: float) -> Trajectory:
    """Run section 6's network on its image from starts up to `scale`, with the same draws.

    For the large starts the paper prints ``1000*rand([c1,1])``, 40 numbers for 50 nodes; with these
    the next draw would be another image than the one whose values it prints, so that 50 it must be.
    """
    starts = scale / DRAWN_SCALE * setting.starts
    with Simulator(setting.network) as simulator:
        return simulator.trajectory(load_image(setting.image), t_end, starts)


def _compared(
    quantity: str, printed: str, ours: float, note: str = "", digits: int | None = None
) -> Comparison:
    """Compare a number to every digit that is printed, or else to within `_CLOSE`."""
    if digits is None:
        digits = len(printed.replace(".", "").lstrip("0"))
    shown = f"{ours:.{digits}g}"
    difference = ours - float(printed)
    if float(shown) == float(printed):
        verdict = "every printed digit"
    elif abs(difference) <= _CLOSE * abs(ours):
        verdict = f"within {_CLOSE:g} (relative)"
    else:
        verdict = "differs"
    return Comparison(quantity, printed, shown, f"{difference:+.1e}", verdict, note)
