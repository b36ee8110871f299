"""Memory over 100,000 runs: of this process and of its workers, after every fifth of them."""

import os
from pathlib import Path

import numpy as np

from crn2sbml import NeuralNetwork, Simulator
from tests.benchmarks.common import heading, row

RUNS = 100_000
LOOKS = 5
BATCH = 1000


def main() -> None:
    inputs = np.random.default_rng(0).random((BATCH, 784))
    for workers in (1, 2):
        heading(
            f"Resident memory, 784-40-10, {RUNS:,} runs, {workers} worker(s), weights rewritten"
        )
        with Simulator(NeuralNetwork.random((784, 40, 10), rng=1), workers) as simulator:
            for look in range(LOOKS + 1):
                row(f"after {look * RUNS // LOOKS:>7,} runs", f"{_megabytes():.0f} MB")
                for batch in range(RUNS // LOOKS // BATCH if look < LOOKS else 0):
                    network = NeuralNetwork.random((784, 40, 10), rng=batch)
                    simulator.set_parameters(network)
                    simulator.steady_state(inputs)


def _megabytes() -> float:
    """Resident memory of this process and its children, as Linux counts it."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    pages = sum(
        int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in [own, *children]
    )
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
