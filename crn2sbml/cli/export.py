"""``crn2sbml export``: a model or network in the files of other people's tools."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.columns import listed
from crn2sbml._support.files import file_errors
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.cli.common import (
    accepted,
    check_encoding,
    check_output_folder,
    checked_answers,
    load_examples,
    read_answers,
    read_input_table,
    read_one_input,
    tell_columns,
)
from crn2sbml.cli.options import (
    Output,
    Source,
    answers_option,
    comma_list,
    encoding_option,
    gather,
    input_option,
    lab_units_options,
    output_options,
    source_argument,
)
from crn2sbml.data import load_samples
from crn2sbml.errors import FileError, FormatError, InputValueError, UnitError
from crn2sbml.exports import (
    OPTIONAL_LIBRARIES,
    PetabProblem,
    Study,
    make_petab,
    make_study,
    save_copasi,
    save_counts_sbml,
    save_csv_tables,
    save_markdown_tables,
    save_nuskell,
    save_omex,
    save_reaction_list,
    save_xlsx_tables,
)
from crn2sbml.formats.files import MODEL_ENDINGS, load_crn, model_file, save_crn
from crn2sbml.importers import LoadedNetwork
from crn2sbml.plots import plot_study
from crn2sbml.report import draw_network


@dataclass(frozen=True, slots=True)
class _Details:
    """What some formats need besides the reaction network."""

    molecules: float | None
    data: str | None
    title: str | None
    creators: tuple[str, ...]
    answers: bool


@dataclass(frozen=True, slots=True)
class _Options:
    """How a reaction network is written."""

    force: bool
    units: LabUnits | None
    details: _Details
    problem: PetabProblem | None = None


# Returns a remark for the user, or nothing.
_Save = Callable[[Crn, Path, _Options], object]


def _save_model(crn: Crn, path: Path, options: _Options) -> None:
    save_crn(crn, path, options.force, units=options.units, answers=options.details.answers)


def _save_counts(crn: Crn, path: Path, options: _Options) -> None:
    molecules = options.details.molecules
    assert molecules is not None
    save_counts_sbml(crn, path, molecules, options.force)


def _save_copasi(crn: Crn, path: Path, options: _Options) -> str | None:
    study = make_study(crn, units=options.units, answers=options.details.answers)
    if save_copasi(study, path, options.force):
        return (
            f"COPASI reads {len(crn.reactions):,} reactions too slowly: the file holds the folded "
            f"network, one data point"
        )
    return None


def _save_omex(crn: Crn, path: Path, options: _Options) -> None:
    study = make_study(crn, units=options.units, answers=options.details.answers)
    attachments = {"outputs.png": _picture(study)}
    if study.recognised is not None:
        attachments["network.svg"] = draw_network(study.recognised.network).encode()
    save_omex(
        study,
        path,
        options.force,
        title=options.details.title,
        creators=options.details.creators,
        attachments=attachments,
    )


def _save_petab(crn: Crn, path: Path, options: _Options) -> None:
    assert options.problem is not None
    options.problem.save(path, options.force)


def _problem(crn: Crn, source: Path, data: str, output: Output) -> PetabProblem:
    """Read the examples to train a network on, in the user's terms, and check them."""
    loaded = LoadedNetwork.from_crn(crn, source)
    if not loaded.input_count:
        raise InputValueError(
            f"{source} is folded: its inputs have become constants, so that no examples can be put "
            f"in; take another encoding"
        )
    decoder = None if loaded.codec is None else loaded.codec.decoder
    inputs, answers = _examples(loaded, data, output)
    rows = loaded.encode(inputs)
    targets = checked_answers(loaded, answers, data)
    if decoder is not None and decoder.function != "none":
        # Data sets mark a class with a larger number than 1.
        targets = np.eye(targets.shape[1])[targets.argmax(axis=1)]
    return make_petab(loaded.network, rows, targets, decoder)


def _examples(
    loaded: LoadedNetwork, source: str, output: Output
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return inputs, and numbers or labels to learn."""
    if source.endswith(".npz") and loaded.codec is not None:
        samples = load_samples(source)
        return samples.inputs, samples.targets
    if source.endswith(".npz") or ("." not in source and not Path(source).is_file()):
        known = load_examples(source)
        return known.inputs, known.targets
    names = loaded.input_names
    table = read_input_table(source, names or ())
    if names is None:
        raise FormatError(
            f"the inputs of the network have no names, by which columns of {source} are found; "
            f"give an .npz file with 'inputs' and 'targets'"
        )
    targets = _targets(loaded, table.left_out(names), source)
    rows, answers = table.numbers(names), read_answers(table, targets)
    tell_columns(table, [*names, *targets], output.line)
    return accepted(loaded, rows, lambda row: table.place(row, names)), answers


def _targets(loaded: LoadedNetwork, rest: Sequence[str], source: str) -> Sequence[str]:
    """Return the columns to learn: those named like the outputs, or the only one that is left."""
    if not rest:
        raise FormatError(f"{source} has no column besides the inputs, which could be learned")
    names = loaded.network.output_names if loaded.codec is None else loaded.codec.decoder.names
    if names is None or (len(rest) == 1 and rest[0] not in names):
        return rest
    classes = loaded.codec is not None and loaded.codec.decoder.classes is not None
    if classes and not set(names) <= set(rest):
        raise FormatError(
            f"{source} has the columns {listed(rest)} besides the inputs; keep that of the labels "
            f"alone"
        )
    return names


def _picture(study: Study) -> bytes:
    """Draw the answers, or else the outputs, over time."""
    figure = plot_study(study, study.run())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _check_options(formats: tuple[str, ...], options: _Options) -> None:
    """Refuse options that do not fit the formats, before anything is written."""
    for name, value, kind, what in (
        (
            "--molecules",
            options.details.molecules,
            "counts",
            "how many a concentration of 1 stands for",
        ),
        ("--data", options.details.data, "petab", "the examples to train on"),
    ):
        if value is not None and kind not in formats:
            raise InputValueError(f"{name} goes with --to {kind}; leave it out")
        if value is None and kind in formats:
            raise InputValueError(f"{kind} needs {name}: {what}")
        if kind in formats and options.units is not None:
            raise UnitError(f"{kind} has no units; leave --concentration and --time out")


# What each format is called on the command line, the ends of its files, and what writes it.
_FORMATS: dict[str, tuple[tuple[str, ...], _Save]] = {
    "sbml": ((".xml",), _save_model),
    "antimony": ((".ant",), _save_model),
    "csv": (
        ("_species.csv", "_reactions.csv"),
        lambda crn, path, o: save_csv_tables(crn, path, o.force, o.units),
    ),
    "markdown": ((".md",), lambda crn, path, o: save_markdown_tables(crn, path, o.force, o.units)),
    "xlsx": ((".xlsx",), lambda crn, path, o: save_xlsx_tables(crn, path, o.force, o.units)),
    "reactions": ((".txt",), lambda crn, path, o: save_reaction_list(crn, path, o.force, o.units)),
    "nuskell": ((".crn",), lambda crn, path, o: save_nuskell(crn, path, o.force, o.units)),
    "counts": (("_counts.xml",), _save_counts),
    "cps": ((".cps",), _save_copasi),
    "omex": ((".omex",), _save_omex),
    "petab": (("_petab",), _save_petab),
}


# What people may call a format.
_ALIASES = {"copasi": "cps"}


def _kinds(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats to write, each once, in the order in which they are given."""
    return tuple(dict.fromkeys(_ALIASES.get(name, name) for name in formats))


@click.command()
@source_argument
@comma_list(
    "--to",
    "formats",
    of=click.Choice([*_FORMATS, *_ALIASES]),
    required=True,
    metavar="FORMAT,...",
    help="What to write, with commas between them; see above. copasi stands for cps.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the files.",
)
@click.option(
    "--molecules",
    type=float,
    help="For counts: the number of molecules that a concentration of 1 stands for.",
)
@click.option(
    "--data",
    metavar="xor|iris|digits|FILE",
    help="For petab: the examples to train on, in the terms of the network: a table whose columns "
    "have the names of its inputs and outputs, of classes with one more column, of labels; or an "
    ".npz file with arrays 'inputs' and 'targets' (or 'labels').",
)
@click.option("--title", help="For omex: title of the archive. Default: the name of the network.")
@comma_list(
    "--creator",
    "creators",
    metavar="NAME,...",
    help="For omex: names of those who made it.",
)
@click.option("--name", help="Start of the names of the files. Default: that of the source.")
@encoding_option
@input_option(
    "One data point for a network, as a file or as numbers with commas.",
)
@answers_option
@lab_units_options
@output_options
@gather("source", Source)
@gather("details", _Details)
@gather("kinds", _kinds)
def export(
    source: Source,
    kinds: tuple[str, ...],
    folder: Path,
    name: str | None,
    details: _Details,
    units: LabUnits | None,
    output: Output,
) -> None:
    """Write MODEL_OR_NETWORK in the files of other people's tools.

    \b
    sbml       .xml, for most simulators
    antimony   .ant, for tellurium
    csv        two tables, of species and of reactions
    markdown   the same tables as text
    xlsx       the same tables as a workbook
    reactions  .txt, a line for each reaction
    nuskell    .crn, for compilers to DNA
    counts     _counts.xml, for stochastic simulators; with --molecules
    cps        .cps, for COPASI: the model, its time course and steady state set up, a plot
    omex       .omex, a COMBINE archive: the model, its simulation in SED-ML, tables, pictures
    petab      a folder, the problem of training it; with --data

    The source is a network file (.npz), a folder that train wrote, ONNX (.onnx), or any mass-action
    model (.xml, .sbml, .ant, .omex, .cps).
    """  # noqa: D301 - click looks for the character
    options = _Options(output.force, units, details)
    _check_options(kinds, options)
    for kind in kinds:
        if kind in OPTIONAL_LIBRARIES:
            OPTIONAL_LIBRARIES[kind]()
    stem = name or source.path.stem
    files = _file_names(kinds, stem)
    check_output_folder(
        folder, tuple(file for names in files.values() for file in names), output.force
    )
    crn = _read(source, output)
    if details.data is not None:
        options = replace(options, problem=_problem(crn, source.path, details.data, output))
    with file_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    for kind in kinds:
        endings, save = _FORMATS[kind]
        # The tables of CSV are two files beside each other.
        path = folder / f"{stem}{endings[0] if len(endings) == 1 else '.csv'}"
        remark = save(crn, path, options)
        output.line(f"Wrote {' and '.join(files[kind])} to {folder}.")
        if isinstance(remark, str):
            output.line(f"  {remark}.")
    output.result({"folder": str(folder), "files": files})


def _file_names(kinds: Sequence[str], stem: str) -> Mapping[str, list[str]]:
    if Path(stem).name != stem:
        raise FileError(f"--name {stem!r} is a path; name the folder with -o")
    return {kind: [f"{stem}{ending}" for ending in _FORMATS[kind][0]] for kind in kinds}


def _read(source: Source, output: Output) -> Crn:
    """Return a model as it is, or compile a network."""
    path, texts = model_file(source.path), source.input_texts
    if path.suffix.lower() in MODEL_ENDINGS and source.encoding is None and not texts:
        return load_crn(path)
    loaded = LoadedNetwork.load(path)
    check_encoding(loaded, source.encoding, path)
    one_input = read_one_input(texts, loaded, output.line) if texts else None
    return loaded.compile(source.encoding or "enzymatic", one_input)
