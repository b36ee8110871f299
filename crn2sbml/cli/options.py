"""Options that several commands share, and how options become one argument of a command."""

from __future__ import annotations

import csv
import functools
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.construction.origin import Encoding
from crn2sbml.errors import UnitError

if TYPE_CHECKING:
    from rich.console import Console

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def gather(argument: str, make: Callable[..., object]) -> Decorator:
    """Hand several options to a command as one argument.

    Parameters
    ----------
    argument : str
        Name of the command's parameter.
    make : callable
        Dataclass or function whose parameters have the names of the options; what it returns is
        the argument. Its errors are reported like the command's own.

    Returns
    -------
    callable
        A decorator, to be written below those of the options.
    """
    names = tuple(inspect.signature(make).parameters)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gathered(**values: Any) -> Any:
            parts = {name: values.pop(name) for name in names}
            return command(**values, **{argument: make(**parts)})

        return gathered

    return decorate


def comma_list(
    *names: str,
    of: click.ParamType[Any] = click.STRING,
    count: int | None = None,
    **attributes: Any,
) -> Decorator:
    """Add an option that takes several values: with commas, given several times, or both.

    Parameters
    ----------
    *names : str
        Names of the option and of its parameter, as for :func:`click.option`.
    of : click.ParamType, default click.STRING
        Type of each value.
    count : int, optional
        How many values there must be; any number unless given.
    **attributes
        Further arguments of :func:`click.option`.

    Returns
    -------
    callable
        A decorator; the command gets a tuple, which is empty where the option is not given. A value
        with a comma in it stands in double quotes, which the help of texts says.
    """

    def split(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> Any:
        parts = [part.strip() for text in texts for part in _parts(text)]
        given = ", ".join(map(repr, texts))
        if "" in parts:
            raise click.BadParameter(f"a value is missing in {given}", context, option)
        if parts and count not in (None, len(parts)):
            raise click.BadParameter(
                f"{given} holds {len(parts)}, but it takes {count} with commas between them",
                context,
                option,
            )
        return tuple(of.convert(part, option, context) for part in parts)

    attributes.setdefault("metavar", f"{of.name.upper()},...")
    if of is click.STRING:
        quoted = "One with a comma in it in double quotes: '\"a, b\",c'."
        attributes["help"] = f"{attributes.get('help', '')} {quoted}".lstrip()
    return click.option(*names, multiple=True, callback=split, **attributes)


def _parts(text: str) -> list[str]:
    """Split at commas, but for those in quotes; no text at all is one empty part."""
    return next(csv.reader([text.replace("\n", " ")], skipinitialspace=True), None) or [""]


@dataclass(frozen=True, slots=True)
class Output:
    """What a command may overwrite, and how it speaks: text, one JSON object, or not at all.

    Parameters
    ----------
    force : bool
        Whether existing files are overwritten.
    quiet : bool
        Whether nothing but errors is printed.
    as_json : bool
        Whether one JSON object is printed instead of text.
    """

    force: bool
    quiet: bool
    as_json: bool

    @property
    def shows_text(self) -> bool:
        """Whether text for people is printed."""
        return not self.quiet and not self.as_json

    def line(self, text: str = "") -> None:
        """Print a line for people."""
        if self.shows_text:
            click.echo(text)

    def result(self, values: Mapping[str, Any]) -> None:
        """Print the object for programs."""
        if self.as_json:
            click.echo(json.dumps(dict(values), indent=2))


def terminal() -> Console:
    """Return a printer of tables that shows names to the letter, whatever stands in them."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table for people, names to the letter."""
    from rich.table import Table

    table = Table(*headings)
    for row in rows:
        table.add_row(*row)
    terminal().print(table)


def output_options(command: Command) -> Command:
    """Add --force, --quiet and --json, which the command gets as `output`."""
    command = gather("output", Output)(command)
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
        ),
        click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        click.option("--force", is_flag=True, help="Overwrite existing output."),
    ):
        command = option(command)
    return command


def answers_option(command: Command) -> Command:
    """Add --no-answers, which the command gets as `answers`."""
    return click.option(
        "--no-answers",
        "answers",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Leave out the parameters that show what outputs stand for, by assignment rules: for "
        "programs that take no rules (GillesPy2).",
    )(command)


def lab_units_options(command: Command) -> Command:
    """Add --concentration and --time, which the command gets as `units`: LabUnits or None."""
    command = gather("units", _lab_units)(command)
    for option in (
        click.option(
            "--time",
            "time_text",
            metavar="QUANTITY",
            help='With --concentration: what a time of 1 stands for, such as "1 h".',
        ),
        click.option(
            "--concentration",
            metavar="QUANTITY",
            help='Write laboratory units: what a concentration of 1 stands for, such as "50 nM".',
        ),
    ):
        command = option(command)
    return command


def _lab_units(concentration: str | None, time_text: str | None) -> LabUnits | None:
    if concentration is None and time_text is None:
        return None
    if concentration is None or time_text is None:
        raise UnitError(
            "laboratory units need both --concentration and --time: what a concentration of 1 and "
            "a time of 1 stand for"
        )
    return LabUnits.parse(concentration, time_text)


@dataclass(frozen=True, slots=True)
class Source:
    """A model or network, and what is asked of it.

    Parameters
    ----------
    path : Path
        File of a network or of a model.
    encoding : {"enzymatic", "absorbed", "folded"} or None
        Encoding to compile to; None leaves a model as it is.
    input_texts : tuple of str
        Inputs as they are given on the command line, possibly none.
    """

    path: Path
    encoding: Encoding | None
    input_texts: tuple[str, ...]


def source_argument(command: Command) -> Command:
    """Add the argument MODEL_OR_NETWORK, which :class:`Source` takes."""
    return click.argument("path", metavar="MODEL_OR_NETWORK", type=click.Path(path_type=Path))(
        command
    )


def encoding_option(command: Command) -> Command:
    """Add --encoding for commands that leave a model as it is unless one is asked for."""
    return click.option(
        "--encoding",
        type=click.Choice(get_args(Encoding)),
        help="Weights as enzymes (enzymatic, the paper's Table 1), in rate constants (absorbed: "
        "fewer species, for COPASI), or with the inputs in them (folded: one data point). Default: "
        "enzymatic for a network; a model stays as it is.",
    )(command)


def input_option(words: str) -> Decorator:
    """Add --input, which `read_inputs` and `read_one_input` read."""
    names = "Columns are found by their names, where there are any; so are numbers: ph=7,temp=20."
    return click.option(
        "--input",
        "input_texts",
        multiple=True,
        metavar="FILE|NUMBERS",
        help=f"{words} {names}",
    )


def workers_option(command: Command) -> Command:
    """Add --workers."""
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Processes that share the simulations.",
    )(command)


def data_dir_option(command: Command) -> Command:
    """Add --data-dir."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        help="Folder with MNIST's four files, plain or gzipped. Default: the one that the variable "
        "CRN2SBML_DATA names, or else they are fetched.",
    )(command)
