"""How long it takes to compile and write a network, and how that grows with its size."""

import tempfile
from pathlib import Path

import numpy as np

from crn2sbml import NeuralNetwork, compile_network, save_antimony, save_sbml
from tests.benchmarks.common import heading, row, take_turns

SIZES = {1: (784, 40, 10), 2: (784, 80, 10), 4: (784, 160, 10)}
GOALS = {"SBML": "goal: under 8 s", "Antimony": "goal: under 4 s"}


def main() -> None:
    heading("Compile and write the enzymatic network, median of 3")
    with tempfile.TemporaryDirectory() as folder:
        for factor, sizes in SIZES.items():
            network = NeuralNetwork.random(sizes, rng=1)
            reactions = len(compile_network(network).reactions)

            def write(save, network=network):
                save(compile_network(network), Path(folder) / "model", True)

            seconds = take_turns(
                {
                    "SBML": lambda write=write: write(save_sbml),
                    "Antimony": lambda write=write: write(save_antimony),
                },
                3,
            )
            for name, times in seconds.items():
                median = float(np.median(times))
                goal = GOALS[name] if factor == 1 else ""
                what = f"{name}, {factor}x: {'-'.join(map(str, sizes))}, {reactions:,} reactions"
                row(what, f"{median:.2f} s", goal)
                row("  for each reaction", f"{1e6 * median / reactions:.1f} us")


if __name__ == "__main__":
    main()
