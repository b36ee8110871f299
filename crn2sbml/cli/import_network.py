"""``crn2sbml import``: a network from another library becomes one of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click
import numpy as np

from crn2sbml._support.archive import read_archive, read_array
from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output
from crn2sbml.cli.common import load_examples, read_input_table, tell_columns
from crn2sbml.cli.options import Output, comma_list, gather, output_options
from crn2sbml.data import Table
from crn2sbml.errors import FormatError, InputValueError, UnsupportedError
from crn2sbml.formats.files import NETWORK_ENDING
from crn2sbml.importers import LoadedNetwork, from_onnx, from_weights
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.importers.foreign import refuse_foreign

_WEIGHTS = (".npz", ".safetensors")


@dataclass(frozen=True, slots=True)
class _Choices:
    """What is asked of an import, as it is given on the command line."""

    accuracy: float
    data: str | None
    ends: tuple[float, ...]
    signs: Signs
    knots: int | None
    smoothing: float | None
    columns: tuple[str, ...]
    output_names: tuple[str, ...]

    def options(self, data: Array | Table | None) -> dict[str, Any]:
        """Return the options of the importers."""
        return {
            "accuracy": self.accuracy,
            "data": data,
            "input_range": self.ends or None,
            "signs": self.signs,
            "knots": self.knots,
            "h": self.smoothing,
            "input_names": self.columns or None,
            "output_names": self.output_names or None,
        }


@click.command("import")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    help="Network file to write (.npz), which build, simulate, train, export and report take.",
)
@comma_list(
    "--layers",
    metavar="NAMES",
    help="For weights (.npz, .safetensors): layers and functions in order with commas, such as "
    "0,relu,2,softmax.",
)
@click.option(
    "--accuracy",
    type=float,
    default=1e-2,
    show_default=True,
    help="How far outputs may be from the original's, proved.",
)
@click.option(
    "--data",
    metavar="xor|iris|digits|FILE",
    help="Inputs in the original's terms, which give the range of each and on which errors are "
    "measured: a data set (.npz), or a table (.csv, .tsv, .txt, .xlsx, .parquet, .npy). The names "
    "of its columns become those of the inputs.",
)
@comma_list(
    "--columns",
    metavar="NAMES",
    help="The inputs in the original's order with commas, such as temp_C,ph,salt_mM: columns of "
    "the data, of which others are left out, and names of the inputs.",
)
@comma_list("--output-names", metavar="NAMES", help="Names of the outputs with commas.")
@comma_list(
    "--range",
    "ends",
    of=click.FLOAT,
    count=2,
    metavar="LOW,HIGH",
    help="Smallest and largest value of all inputs, instead of those in the data.",
)
@click.option(
    "--signs",
    type=click.Choice(get_args(Signs)),
    default="auto",
    show_default=True,
    help="Inputs that may be negative become pairs of concentrations, or are shifted to start at "
    "0. Without data or a range, all may be.",
)
@click.option("--knots", type=click.IntRange(min=8), help="For each sigmoid, tanh and the like.")
@click.option("--smoothing", type=float, help="h, instead of what the accuracy needs.")
@output_options
@gather("choices", _Choices)
def import_network(
    source: Path, path: Path, layers: tuple[str, ...], choices: _Choices, output: Output
) -> None:
    """Turn FILE, a network that was trained elsewhere, into a network of concentrations.

    FILE is ONNX (.onnx), as PyTorch, Keras and skl2onnx write it, or holds weights (.npz,
    .safetensors), with --layers. What is written knows what inputs and outputs mean. From Python,
    models of scikit-learn and PyTorch are taken as they are.
    """
    refuse_foreign(source)
    if path.suffix.lower() != NETWORK_ENDING:
        raise InputValueError(f"{path} is to be a network file; use a name that ends in .npz")
    check_output(path, output.force)
    data = None if choices.data is None else _data(choices.data, choices.columns)
    imported = _imported(source, layers, choices.options(data))
    imported.save(path, output.force)
    report, codec = imported.report, imported.codec
    # Every importer gives both.
    assert report is not None
    assert codec is not None
    output.line(f"{imported!r}")
    if isinstance(data, Table):
        other = "; --columns gives another order"
        tell_columns(data, choices.columns or None, output.line, other)
    for line in str(report).splitlines():
        output.line(f"  {line}")
    output.line(f"Wrote {path}.")
    output.result(
        {
            "output": str(path),
            "widths": list(imported.network.widths),
            "inputs": len(codec.encoder.pairs),
            "outputs": len(codec.decoder.pairs),
            "function": codec.decoder.function,
            "classes": None if codec.decoder.classes is None else list(codec.decoder.classes),
            **{name: getattr(report, name) for name in report.__slots__},
        }
    )


def _imported(source: Path, layers: tuple[str, ...], options: dict[str, Any]) -> LoadedNetwork:
    ending = source.suffix.lower()
    if ending == ".onnx":
        if layers:
            raise InputValueError(
                "an ONNX file says by itself what comes after what; leave --layers out"
            )
        return from_onnx(source, **options)
    if ending not in _WEIGHTS:
        raise UnsupportedError(
            f"cannot tell what {source} is; import takes .onnx, .safetensors and .npz"
        )
    return from_weights(source, layers, **options)


def _data(text: str, names: Sequence[str]) -> Array | Table:
    """Read the inputs of a data set, or a table."""
    if text in ("xor", "iris", "digits"):
        return load_examples(text).inputs
    if text.endswith(".npz"):
        arrays = read_archive(Path(text), "it must be an .npz file with the array 'inputs'")
        if "inputs" not in arrays or arrays["inputs"].dtype.kind not in "fiub":
            raise FormatError(f"{text} holds no numbers named 'inputs'")
        return np.asarray(arrays["inputs"], dtype=np.float64)
    if text.endswith(".npy"):
        return read_array(Path(text))
    return read_input_table(text, names)
