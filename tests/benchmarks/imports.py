"""What trained networks of other libraries become, how long that takes, and how fast it settles."""

import time
from itertools import pairwise

import numpy as np

from crn2sbml.importers import from_weights
from tests.benchmarks.common import heading, row

CASES = [
    ((64, 24, 12, 10), "relu"),
    ((784, 100, 10), "relu"),
    ((30, 5, 4, 2), "tanh"),
    ((64, 32, 32, 10), "tanh"),
    ((64, 32, 32, 10), "sigmoid"),
    ((784, 100, 10), "tanh"),
]
ROWS, CHEMICAL_ROWS = 1000, 5


def main() -> None:
    for sizes, function in CASES:
        heading(f"{'-'.join(map(str, sizes))}, {function}, accuracy 1e-2, {ROWS:,} rows of data")
        arrays, layers = weights(sizes, function)
        data = np.random.default_rng(2).random((ROWS, sizes[0]))
        begin = time.perf_counter()
        imported = from_weights(arrays, layers, data=data)
        seconds = time.perf_counter() - begin
        report = imported.report
        dense = sum(after * before for before, after in pairwise(sizes))
        row("import", f"{seconds:.2f} s")
        row("nodes", f"{report.nodes:,}", f"{sum(sizes[1:]):,} in the original")
        row("edges", f"{report.edges:,}", f"{dense:,} in the original")
        row("smoothing h", f"{report.h:.1e}")
        row("proved error", f"{report.error_bound:.2e}", f"measured: {report.measured_error:.2e}")
        row("settled by t =", f"{report.settling_time:.0f}", f"{report.settling_rows} rows")
        begin = time.perf_counter()
        imported.outputs(data[:CHEMICAL_ROWS], "roadrunner")
        seconds = time.perf_counter() - begin
        row(f"{CHEMICAL_ROWS} inputs in roadrunner, with loading", f"{seconds:.2f} s")


def weights(sizes: tuple[int, ...], function: str) -> tuple[dict[str, np.ndarray], list[str]]:
    """Random weights like those of a trained network, and the list of layers."""
    rng = np.random.default_rng(1)
    arrays: dict[str, np.ndarray] = {}
    layers: list[str] = []
    for number, (before, after) in enumerate(pairwise(sizes)):
        arrays[f"{number}.weight"] = rng.normal(size=(after, before)) / np.sqrt(before)
        arrays[f"{number}.bias"] = 0.1 * rng.normal(size=after)
        layers += [str(number), function]
    return arrays, layers[:-1]


if __name__ == "__main__":
    main()
