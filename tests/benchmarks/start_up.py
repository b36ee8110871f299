"""How long an import and a simulator take, each in a fresh process."""

import subprocess
import sys

import numpy as np

from tests.benchmarks.common import heading, median_ratio, row, take_turns

READY = """
import time
from crn2sbml import NeuralNetwork, Simulator
network = NeuralNetwork.random((784, 40, 10), rng=1)
begin = time.perf_counter()
Simulator(network)
print(time.perf_counter() - begin)
"""


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    heading("Start-up, fresh processes, median of 9")
    seconds = take_turns(
        {
            "python": lambda: run("pass"),
            "numpy": lambda: run("import numpy"),
            "crn2sbml": lambda: run("import crn2sbml"),
        },
        9,
    )
    imports = {
        name: np.median(np.array(seconds[name]) - np.array(seconds["python"]))
        for name in ("numpy", "crn2sbml")
    }
    row("import crn2sbml", f"{imports['crn2sbml']:.3f} s", "goal: under 0.3 s")
    row("  of which numpy", f"{imports['numpy']:.3f} s")
    row(
        "  whole process to that of numpy",
        f"{median_ratio(seconds['crn2sbml'], seconds['numpy']):.2f}",
    )
    ready = np.median([float(run(READY)) for _ in range(9)])
    row("784-40-10 ready to simulate", f"{ready:.3f} s", "goal: under 0.5 s")


if __name__ == "__main__":
    main()
