"""The numbers that section 6 prints, beside ours."""

from __future__ import annotations

from crn2sbml.compile import node_id
from crn2sbml.paper.comparison import Comparison
from crn2sbml.paper.setting import Setting, load_image, section_6_setting
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
# The paper's solver ran at a tolerance that it does not print. This is a tenth of the usual default
# of MATLAB's solvers; the printed values are as far as 6e-5 from an accurate solution.
_SOLVER_TOLERANCE = 1e-4


def compare_printed_numbers() -> list[Comparison]:
    """Compare the activations in closed form, and the concentrations at time 5 from roadrunner."""
    setting = section_6_setting()
    activations = setting.network.activations(load_image(setting.image))
    compared = [
        _compared(f"a^{layer}_{node}", printed, float(activations[layer - 1][0, node - 1]))
        for (layer, node), printed in PRINTED_ACTIVATIONS.items()
    ]
    for scale, ends in PRINTED_AT_END.items():
        ended = course(setting, scale, END_TIME)
        compared += [
            _compared(
                f"x^{layer}_{node}({END_TIME:g}) from {scale} rand",
                printed,
                float(ended[node_id(layer, node)][-1]),
                "the paper's solver ran at a loose tolerance that it does not print; ours at 1e-9",
            )
            for (layer, node), printed in zip(PRINTED_ACTIVATIONS, ends, strict=True)
        ]
    return compared


def course(setting: Setting, scale: int, t_end: float) -> Trajectory:
    """Run section 6's network on its image from starts up to `scale`, with the same draws."""
    starts = scale / DRAWN_SCALE * setting.starts
    with Simulator(setting.network) as simulator:
        return simulator.trajectory(load_image(setting.image), t_end, starts)


def _compared(quantity: str, printed: str, ours: float, note: str = "") -> Comparison:
    """Compare a number digit by digit; with a note, also as closely as the paper's solver ran."""
    digits = len(printed.replace(".", "").lstrip("0"))
    shown = f"{ours:.{digits}g}"
    difference = ours - float(printed)
    if float(shown) == float(printed):
        verdict, note = "every printed digit", ""
    elif note and abs(difference) <= _SOLVER_TOLERANCE * abs(ours):
        verdict = f"within {_SOLVER_TOLERANCE:g}"
    else:
        verdict = "differs"
    return Comparison(quantity, printed, shown, f"{difference:+.1e}", verdict, note)
