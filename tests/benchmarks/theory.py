"""How long it takes to certify a network and to bound its settling time, and how that grows."""

import numpy as np

from crn2sbml import NeuralNetwork, certify, compile_network, implements, settling_time
from tests.benchmarks.common import heading, row, take_turns

SIZES = {1: (784, 40, 10), 2: (784, 80, 10), 4: (784, 160, 10)}
ROUNDS = 3
INPUTS = 300


def main() -> None:
    heading(f"Certify the enzymatic network, both levels; median of {ROUNDS}")
    for factor, sizes in SIZES.items():
        network = NeuralNetwork.random(sizes, rng=1)
        crn = compile_network(network, inputs=images(1)[0])
        seconds = take_turns(
            {
                "certify": lambda crn=crn: certify(crn),
                "implements": lambda crn=crn, network=network: implements(crn, network),
            },
            ROUNDS,
        )
        for name, times in seconds.items():
            median = float(np.median(times))
            each = median / len(crn.reactions) * 1e6
            goal = "goal: under 10 s" if (factor, name) == (1, "certify") else ""
            what = (
                f"{name}, {factor}x: {'-'.join(map(str, sizes))}, {len(crn.reactions):,} reactions"
            )
            row(what, f"{median:.2f} s", goal)
            row("  for each reaction", f"{each:.1f} us")
    heading("Settling time of 784-40-10 to 1e-3, from every start")
    network = NeuralNetwork.random(SIZES[1], rng=1)
    rows = images(INPUTS)
    seconds = take_turns(
        {
            "one input": lambda: settling_time(network, rows[:1]),
            f"{INPUTS} inputs": lambda: settling_time(network, rows),
        },
        7,
    )
    for (name, times), goal in zip(seconds.items(), ("50 ms", "2 s"), strict=True):
        row(name, f"{1000 * float(np.median(times)):.0f} ms", f"goal: under {goal}")
    times = settling_time(network, rows)
    row("the times themselves", f"{times.min():.2f} to {times.max():.2f}")


def images(count: int) -> np.ndarray:
    """Inputs like images: one pixel in five is not 0."""
    rng = np.random.default_rng(1)
    return rng.random((count, 784)) * (rng.random((count, 784)) < 0.2)


if __name__ == "__main__":
    main()
