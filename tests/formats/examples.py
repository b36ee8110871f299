"""Networks whose files the tests look at."""

from crn2sbml import (
    Activation,
    Crn,
    Layer,
    NeuralNetwork,
    RateConstant,
    Reaction,
    Species,
    compile_network,
)


def xor_network():
    """The exclusive or of ReLUs, relu(a + b) - 2 relu(a + b - 1), with smoothed corners."""
    smooth = Activation(h=0.01)
    hidden = Layer([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], smooth)
    return NeuralNetwork([hidden, Layer([[1.0, -2.0]], [0.0], smooth)], ["a", "b"], ["a xor b"])


def mixed_network():
    """Several orders, mixtures and smoothings, zero and extreme weights, awkward names."""
    activations = [
        Activation(0.5, {2: 1.0, 3: 0.25}),
        Activation(2.0, {4: 1.0}),
        Activation(0.5, {2: 1.0, 5: 0.1}),
    ]
    start = NeuralNetwork.random((2, 3, 2, 1), activations, rng=4)
    first = start.layers[0]
    weights = first.weights.copy()
    weights[0] = [0.0, 1e-300]
    layers = (Layer(weights, first.biases, first.activation), *start.layers[1:])
    return NeuralNetwork(layers, ['<a> & "b"', "größe ρ // */ -->"], ["z"])


EXAMPLES = {
    **{
        f"{name}, {encoding}": compile_network(network, encoding, [0.5, 2.0])
        for name, network in (("xor", xor_network()), ("mixed", mixed_network()))
        for encoding in ("enzymatic", "absorbed", "folded")
    },
    "section 5.1": Crn.from_text(
        ["X + Y + E --k1--> 2 Y + E", "Y + F --k2--> X + F"],
        rate_constants={"k1": 0.7},
        initial={"X": 0.3, "E": 2.5},
    ),
    "chemistry": Crn.from_text(
        ["0 -> A", "A -> 0", "2 A + B -> 3 B", "A + B + C -> A + B", "3 B -> 2 C"],
        rate_constants={"k1": 1.5, "k5": 1e-3},
    ),
    "buffered": Crn(
        [Species("F", 2.0, "fuel", buffered=True), Species("X", 0.5), Species("vessel", 1.5)],
        [RateConstant("k1", 0.3), RateConstant("k2", 0.1)],
        [
            Reaction("R1", (("F", 1), ("X", 1)), (("X", 2),), "k1"),
            Reaction("R2", (("X", 2), ("vessel", 1)), (("F", 1), ("vessel", 1)), "k2"),
        ],
    ),
}
