"""Networks that must not be certified, each for a reason of its own."""

from dataclasses import replace

from crn2sbml import Activation, Crn, Layer, NeuralNetwork, compile_network, union

NODE = ("H --kh--> H + X", "W + X --kw--> W + 2 X", "2 X --kd--> X")


def without_smoothing():
    """h = 0: nothing makes the node, so that 0 is a fixed point beside the other one."""
    return Crn.from_text(NODE[1:])


def with_absent_smoothing():
    """The enzyme that stands for h is absent: sound for other numbers, not for these."""
    return Crn.from_text(NODE, initial={"H": 0.0})


def decay_of_order_one():
    """X -> 0 instead of 2 X -> X: all settles, but not from infinity in finite time."""
    return Crn.from_text(["0 -> X", "X -> 0"])


def feedback():
    """The output drives the first node."""
    whole = compile_network(NeuralNetwork.random((1, 1, 1), rng=1))
    edge = Crn.from_text(["X2_1 + X1_1 --kf--> X2_1 + 2 X1_1"])
    nodes = [next(s for s in whole.species if s.id == n.id) for n in edge.species]
    return union(whole, replace(edge, species=nodes))


def autocatalysis():
    """3 X -> 4 X beats 2 X -> X."""
    return Crn.from_text([*NODE, "3 X --ka--> 4 X"])


def autocatalysis_of_the_same_order(rate):
    """2 X -> 3 X against 2 X -> X: the numbers decide."""
    return Crn.from_text([*NODE, "2 X --ka--> 3 X"], rate_constants={"ka": rate})


def three_fixed_points(rates=(6, 11, 6, 1)):
    """6 - 11 x + 6 x^2 - x^3 = (1 - x)(2 - x)(3 - x)."""
    return Crn.from_text(
        ["0 --a--> X", "X --b--> 0", "2 X --c--> 3 X", "3 X --d--> 2 X"],
        rate_constants=dict(zip("abcd", rates, strict=True)),
    )


def multiple_root():
    """(1 - x)^3: one fixed point, which is approached algebraically."""
    return three_fixed_points((1, 3, 3, 1))


def double_root_at_zero():
    """2 X -> X alone: x(t) = x(0) / (1 + x(0) t)."""
    return Crn.from_text(["2 X -> X"])


def example_5_2():
    """Example 5.2 of the paper: X + Y is conserved."""
    return Crn.from_text(["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"])


def network_17():
    """Network (17) of the paper: F is no enzyme any more."""
    return Crn.from_text(["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F", "Z + F --k3--> Z"])


def consumed_weight():
    """Another reaction uses up a weight, as network (17) previews."""
    return Crn.from_text([*NODE, "Z + W --kz--> Z"])


def buffered_weight():
    """The same, but the weight is held constant from outside."""
    crn = consumed_weight()
    species = [replace(s, buffered=s.id == "W") for s in crn.species]
    return replace(crn, species=species)


def chain():
    """The chain with a published settling time of 32.61: h = 1e-6, start (0, 1e6, 0)."""
    smooth = Activation(1e-6)
    return NeuralNetwork(
        [
            Layer([[1.0]], [0.0], smooth),
            Layer([[-1.0]], [2.0], smooth),
            Layer([[-1.0]], [2.0], smooth),
        ]
    )
