"""How long it takes to write a network and to read it back, and how that grows with its size."""

import tempfile
import time
from pathlib import Path

import libsbml
import numpy as np

from crn2sbml import (
    NeuralNetwork,
    compile_network,
    extract_network,
    load_sbml,
    save_antimony,
    save_sbml,
)
from tests.benchmarks.common import heading, median_ratio, row, take_turns

SIZES = {1: (784, 40, 10), 2: (784, 80, 10), 4: (784, 160, 10)}
GOALS = {
    "write SBML": "goal: under 8 s",
    "write Antimony": "goal: under 4 s",
    "read SBML to the network": "goal: under 10 s",
}
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        heading(f"Compile and write the enzymatic network, and read it back; median of {ROUNDS}")
        for factor, sizes in SIZES.items():
            _ours(factor, sizes, folder)
        heading("libsbml alone on the smallest of these files")
        _libsbml(folder)


def _ours(factor: int, sizes: tuple[int, ...], folder: Path) -> None:
    network = NeuralNetwork.random(sizes, rng=1)
    reactions = len(compile_network(network).reactions)
    path = folder / f"{factor}.xml"

    def read() -> None:
        assert extract_network(load_sbml(path)) == network

    seconds = take_turns(
        {
            "write SBML": lambda: save_sbml(compile_network(network), path, True),
            "write Antimony": lambda: save_antimony(
                compile_network(network), folder / "model.ant", True
            ),
            "read SBML to the network": read,
        },
        ROUNDS,
    )
    for name, times in seconds.items():
        median = float(np.median(times))
        what = f"{name}, {factor}x: {'-'.join(map(str, sizes))}, {reactions:,} reactions"
        row(what, f"{median:.2f} s", GOALS[name] if factor == 1 else "")
        row("  for each reaction", f"{1e6 * median / reactions:.1f} us")


def _libsbml(folder: Path) -> None:
    path = str(folder / "1.xml")
    document = libsbml.readSBMLFromFile(path)
    begin = time.perf_counter()
    libsbml.writeSBMLToFile(document, str(folder / "libsbml.xml"))
    row("write", f"{time.perf_counter() - begin:.2f} s")
    seconds = take_turns(
        {"ours": lambda: load_sbml(path), "libsbml": lambda: libsbml.readSBMLFromFile(path)}, 2
    )
    row("read", f"{np.median(seconds['libsbml']):.2f} s")
    row("our reading to a Crn, to this", f"{median_ratio(seconds['ours'], seconds['libsbml']):.2f}")


if __name__ == "__main__":
    main()
