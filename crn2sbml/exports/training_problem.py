"""The training of a neural network as a parameter estimation problem, in PEtab's files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.arrays import Array
from crn2sbml._support.checks import check_inputs, check_type
from crn2sbml._support.files import file_errors
from crn2sbml._support.optional import load_library
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import Species
from crn2sbml.construction.compile import compile_network
from crn2sbml.construction.labels import BIAS, WEIGHT, node_id
from crn2sbml.errors import (
    InputValueError,
    OutputExistsError,
    UnsupportedError,
)
from crn2sbml.formats import to_sbml
from crn2sbml.neural.dual_rail import Decoder, first_places
from crn2sbml.neural.network import NeuralNetwork

PROBLEM, MODEL = "problem.yaml", "model.xml"
TABLES = ("conditions.tsv", "observables.tsv", "measurements.tsv", "parameters.tsv")

# Programs for PEtab compile the model with all parameters and simulate every condition.
MOST_PARAMETERS = 2000
MOST_MEASUREMENTS = 20_000
# Parameters are sought up to this, or twice the largest weight.
_UPPER_BOUND = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class PetabProblem:
    """A training problem in PEtab's tables; :func:`make_petab` makes one.

    Parameters
    ----------
    crn : Crn
        The reaction network to train.
    tables : mapping of str to pandas.DataFrame
        The tables by the names of their files.
    """

    crn: Crn
    tables: Mapping[str, Any]

    def save(self, folder: str | Path, overwrite: bool = False) -> None:
        """Write the problem to a folder, all or nothing, as :func:`save_petab` does."""
        petab, _ = load_petab()
        target = Path(folder)
        if not overwrite:
            _check_absent(target)
        with tempfile.TemporaryDirectory() as name:
            _write(petab, Path(name), self.crn, self.tables)
            _move(Path(name), target)


def save_petab(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    folder: str | Path,
    overwrite: bool = False,
    *,
    decoder: Decoder | None = None,
) -> None:
    """Write the training of a neural network as a PEtab problem (version 1).

    Parameters
    ----------
    network : NeuralNetwork
        Where training starts: its weights and biases are the nominal values.
    inputs : array_like, shape (n, width)
        One example a row, finite and >= 0; each becomes a condition.
    targets : array_like, shape (n, outputs)
        What the outputs should settle at, or what they stand for should be; each becomes a
        measurement at steady state.
    folder : str or Path
        Folder to write to; it is made if it does not exist. On an error nothing is left in it.
    overwrite : bool, default False
        Replace existing files.
    decoder : Decoder, optional
        What the outputs stand for, of a network that was imported or fitted: differences of pairs,
        or the shares of classes, for which targets are from 0 to 1.

    Raises
    ------
    UnsupportedError
        If there are more than 2,000 weights and biases (each is two parameters >= 0, a positive and
        a negative half) or 20,000 measurements, or a layer has h = 0.
    FileError
        If a file exists (without `overwrite`) or cannot be written.
    MissingDependencyError
        If petab is not installed.

    Notes
    -----
    ``problem.yaml`` names the enzymatic SBML model and the tables. The noise of every observable is
    1, so that the maximum of the likelihood is the minimum of the quadratic cost, equation (9).
    """
    make_petab(network, inputs, targets, decoder).save(folder, overwrite)


def make_petab(
    network: NeuralNetwork,
    inputs: ArrayLike,
    targets: ArrayLike,
    decoder: Decoder | None = None,
) -> PetabProblem:
    """Make the problem that :func:`save_petab` writes, and write nothing yet."""
    _, pandas = load_petab()
    check_type(network, NeuralNetwork, "a training problem")
    rows = check_inputs(inputs, network.widths[0], network.input_names)
    observables = _observables(network, decoder)
    goals = _checked_targets(targets, len(rows), len(observables))
    crn = compile_network(network)
    _check_size(len(_halves(crn)), goals.size)
    return PetabProblem(crn, _tables(pandas, crn, observables, rows, goals))


def load_petab() -> tuple[Any, Any]:
    """Import petab and pandas, or say which extra brings them."""
    petab = load_library("petab.v1", "PEtab problems", "petab")
    import pandas

    return petab, pandas


def _checked_targets(targets: ArrayLike, rows: int, outputs: int) -> Array:
    goals = np.asarray(targets, dtype=np.float64)
    if goals.ndim == 1 and rows == 1:
        goals = goals[np.newaxis, :]
    if goals.shape != (rows, outputs) or not np.isfinite(goals).all():
        raise InputValueError(
            f"the targets have shape {goals.shape}; they must be finite numbers of shape "
            f"({rows}, {outputs}), one row for each input"
        )
    return goals


def _halves(crn: Crn) -> list[Species]:
    """Return the positive and negative halves of weights and biases, which are estimated."""
    return [s for s in crn.species if s.role in (WEIGHT, BIAS)]


def _check_size(halves: int, measurements: int) -> None:
    if halves > 2 * MOST_PARAMETERS:
        raise UnsupportedError(
            f"the network has {halves // 2:,} weights and biases, but a PEtab problem of "
            f"more than {MOST_PARAMETERS:,} is too large for the programs that read it; train it "
            f"here (train_network), or write a smaller network"
        )
    if measurements > MOST_MEASUREMENTS:
        raise UnsupportedError(
            f"there are {measurements:,} measurements, but more than {MOST_MEASUREMENTS:,} are too "
            f"many for the programs that read PEtab; give fewer examples"
        )


def _check_absent(folder: Path) -> None:
    for name in (PROBLEM, MODEL, *TABLES):
        if (folder / name).exists():
            raise OutputExistsError(
                f"{folder / name} exists already; choose another folder, or overwrite it "
                f"(overwrite=True in Python, --force on the command line)"
            )


@dataclass(frozen=True, slots=True)
class _Observable:
    """What is compared with measurements."""

    id: str
    name: str
    formula: str


def _observables(network: NeuralNetwork, decoder: Decoder | None) -> list[_Observable]:
    """Return the outputs, or what they stand for."""
    last, width = len(network.layers), network.widths[-1]
    nodes = [node_id(last, node) for node in range(1, width + 1)]
    if decoder is None:
        decoder = Decoder([False] * width, names=network.output_names)
    places = first_places(decoder.pairs).tolist()
    formulas = [
        f"{nodes[place]} - {nodes[place + 1]}" if pair else nodes[place]
        for place, pair in zip(places, decoder.pairs, strict=True)
    ]
    if decoder.function != "none":
        # exp(v) / (exp(v_1) + exp(v_2) + ...), in which nothing overflows that is not small.
        formulas = [
            f"1 / ({' + '.join(f'exp({other} - ({one}))' for other in formulas)})"
            for one in formulas
        ]
    names = decoder.names or [nodes[place] for place in places]
    return [
        _Observable(f"observed_{nodes[place]}", name, formula)
        for place, name, formula in zip(places, names, formulas, strict=True)
    ]


def _tables(
    pandas: Any, crn: Crn, observables: Sequence[_Observable], rows: Array, goals: Array
) -> dict[str, Any]:
    """Return the tables by their file names."""
    conditions = [f"example_{number}" for number in range(1, len(rows) + 1)]
    halves = _halves(crn)
    columns: dict[str, Any] = {"conditionId": conditions}
    for column in range(rows.shape[1]):
        # An input without weights is no species.
        if (species := node_id(0, column + 1)) in crn.species_index:
            columns[species] = rows[:, column]
    for half in halves:
        columns[half.id] = _parameter(half.id)
    upper = max(_UPPER_BOUND, 2 * max((s.initial for s in halves), default=0.0))
    return {
        "conditions.tsv": pandas.DataFrame(columns).set_index("conditionId"),
        "observables.tsv": pandas.DataFrame(
            {
                "observableId": [observable.id for observable in observables],
                "observableName": [observable.name for observable in observables],
                "observableFormula": [observable.formula for observable in observables],
                "noiseFormula": 1.0,
            }
        ).set_index("observableId"),
        "measurements.tsv": pandas.DataFrame(
            {
                "observableId": [observable.id for observable in observables] * len(rows),
                "simulationConditionId": np.repeat(conditions, len(observables)),
                "measurement": goals.ravel(),
                "time": np.inf,
            }
        ),
        "parameters.tsv": pandas.DataFrame(
            {
                "parameterId": [_parameter(s.id) for s in halves],
                "parameterName": [s.name or s.id for s in halves],
                "parameterScale": "lin",
                "lowerBound": 0.0,
                "upperBound": upper,
                "nominalValue": [s.initial for s in halves],
                "estimate": 1,
            }
        ).set_index("parameterId"),
    }


def _parameter(species: str) -> str:
    return f"size_of_{species}"


def _write(petab: Any, folder: Path, crn: Crn, tables: Mapping[str, Any]) -> None:
    (folder / MODEL).write_text(to_sbml(crn), encoding="utf-8")
    for name, write in (
        ("conditions.tsv", petab.write_condition_df),
        ("observables.tsv", petab.write_observable_df),
        ("measurements.tsv", petab.write_measurement_df),
        ("parameters.tsv", petab.write_parameter_df),
    ):
        write(tables[name], folder / name)
    petab.create_problem_yaml(
        sbml_files=MODEL,
        condition_files="conditions.tsv",
        measurement_files="measurements.tsv",
        parameter_file="parameters.tsv",
        observable_files="observables.tsv",
        yaml_file=str(folder / PROBLEM),
        relative_paths=False,
    )


def _move(source: Path, target: Path) -> None:
    with file_errors(target, "write to"):
        target.mkdir(exist_ok=True)
        for file in sorted(source.iterdir()):
            shutil.copyfile(file, target / file.name)
