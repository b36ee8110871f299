"""``crn2sbml import``: a network from another library becomes one of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click
import numpy as np

from crn2sbml._support.archive import read_archive
from crn2sbml._support.arrays import Array
from crn2sbml._support.files import check_output
from crn2sbml.cli.common import Printer, load_examples, output_options, read_inputs
from crn2sbml.errors import FormatError, InputValueError, UnsupportedError
from crn2sbml.formats.files import NETWORK_ENDING
from crn2sbml.importers import LoadedNetwork, from_onnx, from_weights
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.importers.loaded import refuse_foreign

_WEIGHTS = (".npz", ".safetensors")


@click.command("import", short_help="Turn a network from ONNX or a file of weights into ours.")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Network file to write (.npz), which build, simulate, train, export and report take.",
)
@click.option(
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
    "measured: a data set (.npz), or numbers (.csv, .txt, .npy).",
)
@click.option(
    "--range",
    "ends",
    type=float,
    nargs=2,
    metavar="LOW HIGH",
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
def import_network(
    source: Path,
    output: Path,
    layers: str | None,
    accuracy: float,
    data: str | None,
    ends: tuple[float, float] | None,
    signs: Signs,
    knots: int | None,
    smoothing: float | None,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Turn FILE, a network that was trained elsewhere, into a network of concentrations.

    FILE is ONNX (.onnx), as PyTorch, Keras and skl2onnx write it, or holds weights (.npz,
    .safetensors), with --layers. What is written knows what inputs and outputs mean. From Python,
    models of scikit-learn and PyTorch are taken as they are.
    """
    printer = Printer(quiet, as_json)
    refuse_foreign(source)
    if output.suffix.lower() != NETWORK_ENDING:
        raise InputValueError(f"{output} is to be a network file; use a name that ends in .npz")
    check_output(output, force)
    options: dict[str, Any] = {
        "accuracy": accuracy,
        "data": None if data is None else _data(data),
        "input_range": None if ends is None else ends,
        "signs": signs,
        "knots": knots,
        "h": smoothing,
    }
    found = _imported(source, layers, options)
    found.save(output, force)
    assert found.report is not None
    assert found.codec is not None
    codec = found.codec
    printer.line(f"{found!r}")
    for line in str(found.report).splitlines():
        printer.line(f"  {line}")
    printer.line(f"Wrote {output}.")
    report = found.report
    printer.result(
        {
            "output": str(output),
            "widths": list(found.network.widths),
            "inputs": len(codec.encoder.pairs),
            "outputs": len(codec.decoder.pairs),
            "function": codec.decoder.function,
            "classes": None if codec.decoder.classes is None else list(codec.decoder.classes),
            **{name: getattr(report, name) for name in report.__slots__},
        }
    )


def _imported(source: Path, layers: str | None, options: dict[str, Any]) -> LoadedNetwork:
    ending = source.suffix.lower()
    if ending == ".onnx":
        if layers is not None:
            raise InputValueError(
                "an ONNX file says by itself what comes after what; leave --layers out"
            )
        return from_onnx(source, **options)
    if ending not in _WEIGHTS:
        raise UnsupportedError(
            f"cannot tell what {source} is; import takes .onnx, .safetensors and .npz"
        )
    return from_weights(source, layers or "", **options)


def _data(text: str) -> Array:
    """Read the inputs of a data set, or rows of numbers."""
    if text in ("xor", "iris", "digits"):
        return load_examples(text).inputs
    if text.endswith(".npz"):
        arrays = read_archive(Path(text), "it must be an .npz file with the array 'inputs'")
        if "inputs" not in arrays or arrays["inputs"].dtype.kind not in "fiub":
            raise FormatError(f"{text} holds no numbers named 'inputs'")
        return np.asarray(arrays["inputs"], dtype=np.float64)
    # Any width will do: the import says which one is right.
    return read_inputs([text], 2)
