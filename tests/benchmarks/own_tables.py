"""How well the defaults learn tables of one's own, beside scikit-learn's perceptrons.

Both learn the same rows and are asked for the same others, which neither has seen.
``python -m tests.benchmarks.own_tables [folder]`` takes the folder's CSV files, too, of which the
last column is learned.
"""

from __future__ import annotations

import contextlib
import csv
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from crn2sbml.fitting import fit_network

SEEDS = range(5)
HELD_OUT = 0.25
HIDDEN = (16,)
# Of fewer rows none can be held out; the whole table is asked for.
FEWEST = 30


def tables(folder: str | None) -> Iterator[tuple[str, Any, Any, bool]]:
    """Yield a name, inputs, targets, and whether these are classes."""
    for path in sorted(Path(folder).glob("*.csv")) if folder else ():
        with path.open(newline="") as stream:
            rows = list(csv.reader(stream))[1:]
        inputs = np.array([row[:-1] for row in rows], dtype=float)
        targets = np.array([row[-1] for row in rows])
        with contextlib.suppress(ValueError):
            targets = targets.astype(float)
        yield path.stem, inputs, targets, targets.dtype.kind == "U" or set(targets) <= {0.0, 1.0}
    for name in ("iris", "wine", "breast_cancer", "diabetes"):
        inputs, targets = getattr(datasets, f"load_{name}")(return_X_y=True)
        yield name, inputs, targets, name != "diabetes"


def score(found: Any, targets: Any, classes: bool) -> float:
    """Return the share that is correct in percent, or the root of the mean square of the errors."""
    if classes:
        return 100.0 * float(np.mean(found == targets))
    return float(np.sqrt(np.mean((np.ravel(found) - targets) ** 2)))


def scores(inputs: Any, targets: Any, classes: bool, seed: int) -> tuple[float, float]:
    """Return ours and scikit-learn's."""
    parts = (inputs, inputs, targets, targets)
    if len(inputs) >= FEWEST:
        parts = train_test_split(inputs, targets, test_size=HELD_OUT, random_state=seed)
    seen, aside, learned, asked = parts
    ours = fit_network(seen, learned, rng=seed).network
    kind = MLPClassifier if classes else MLPRegressor
    peer = kind(hidden_layer_sizes=HIDDEN, random_state=seed, max_iter=5000)
    theirs = make_pipeline(StandardScaler(), peer).fit(seen, learned)
    return (
        score(ours.predict(aside), asked, classes),
        score(theirs.predict(aside), asked, classes),
    )


def main() -> None:
    """Print a table."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    print("table            measure    crn2sbml  scikit-learn   (means of five splits)")
    for name, inputs, targets, classes in tables(sys.argv[1] if sys.argv[1:] else None):
        rows = np.array([scores(inputs, targets, classes, seed) for seed in SEEDS])
        ours, theirs = rows.mean(axis=0)
        print(f"{name:16} {'% correct' if classes else 'RMSE':9} {ours:9.4g}  {theirs:9.4g}")


if __name__ == "__main__":
    main()
