"""Table 1 of the paper: the reactions of an edge and its node, one function a row."""

from __future__ import annotations

from collections.abc import Mapping

from crn2sbml.chemistry.reaction import Complex, Reaction
from crn2sbml.construction.labels import ROWS, bias_ids, node_id, weight_ids

SMOOTHING_RATE, WEIGHT_RATE, BIAS_RATE = "k_h", "k_w", "k_b"
"""Rate constants of the first three rows; the fourth has one for each constant of decay."""


def smoothing_reaction(layer: int, node: int, enzyme: str) -> Reaction:
    """Table 1, "Closeness to ReLU": H -> H + X, the term h of equation (18)."""
    x, identifier = node_id(layer, node), f"Rh{layer}_{node}"
    return Reaction(identifier, ((enzyme, 1),), ((enzyme, 1), (x, 1)), SMOOTHING_RATE, ROWS["Rh"])


def weight_reactions(layer: int, node: int, source: int) -> tuple[Reaction, Reaction]:
    """Table 1, "Input and weight of the edge": the term (w+ - w-) x' x of equation (18).

    X' + W+ + X -> X' + W+ + 2X and X' + W- + X -> X' + W-.
    """
    before = ((node_id(layer - 1, source), 1),)
    halves = weight_ids(layer, node, source)
    return _growth_and_loss("Rw", before, halves, node_id(layer, node), WEIGHT_RATE)


def bias_reactions(layer: int, node: int) -> tuple[Reaction, Reaction]:
    """Table 1, "Additive node bias": the term (b+ - b-) x of equation (18).

    B+ + X -> B+ + 2X and B- + X -> B-.
    """
    return _growth_and_loss("Rb", (), bias_ids(layer, node), node_id(layer, node), BIAS_RATE)


def decay_reactions(layer: int, node: int, rates: Mapping[int, str]) -> tuple[Reaction, ...]:
    """Table 1, "q-polynomial decay": qX -> X, the term -(q - 1) x^q of equation (18).

    The table prints the term without its minus sign. A mixture has one reaction for each order.
    """
    x, identifier = node_id(layer, node), f"Rd{layer}_{node}"
    return tuple(
        Reaction(
            identifier + (f"_{q}" if len(rates) > 1 else ""),
            ((x, q),),
            ((x, 1),),
            rate,
            ROWS["Rd"],
        )
        for q, rate in rates.items()
    )


def _growth_and_loss(
    kind: str, before: Complex, halves: tuple[str, str], x: str, rate: str
) -> tuple[Reaction, Reaction]:
    """X grows by itself with the positive half as catalyst and is lost with the negative half."""
    plus, minus = halves
    with_plus, with_minus = (*before, (plus, 1)), (*before, (minus, 1))
    # Wp1_2_3 takes part in Rwp1_2_3.
    growth, loss = kind + plus[1:], kind + minus[1:]
    return (
        Reaction(growth, (*with_plus, (x, 1)), (*with_plus, (x, 2)), rate, ROWS[kind]),
        Reaction(loss, (*with_minus, (x, 1)), with_minus, rate, ROWS[kind]),
    )
