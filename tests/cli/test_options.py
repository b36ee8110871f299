"""Options as arguments, commands that are imported when they are used, and the texts of --help."""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import crn2sbml
from crn2sbml.cli import main
from crn2sbml.cli.group import LazyCommand, LazyGroup
from crn2sbml.cli.options import comma_list, gather, lab_units_options, output_options
from crn2sbml.errors import InputValueError
from tests.cli.test_cli import run, succeed

SOURCES = sorted((Path(crn2sbml.__file__).parent / "cli").glob("*.py"))
MOST_PARAMETERS = 8


@dataclass(frozen=True)
class Size:
    width: int
    height: int

    def __post_init__(self):
        if self.width > 9:
            raise InputValueError(f"{self.width} is too wide")


@click.command()
@click.option("--width", type=int, default=1)
@click.option("--name")
@click.option("--height", type=int, default=2)
@lab_units_options
@output_options
@gather("size", Size)
def draw(size, name, units, output):
    """Draw something."""
    output.line(f"{name}: {size} {units}")
    output.result({"area": size.width * size.height, "force": output.force})


def invoke(*arguments):
    group = LazyGroup(commands=[draw])
    return CliRunner().invoke(group, ["draw", *arguments])


def test_options_that_are_gathered_arrive_as_one_value():
    result = invoke("--height", "5", "--name", "a", "--force", "--json")
    assert json.loads(result.output) == {"area": 5, "force": True}
    assert invoke("--name", "a").output == "a: Size(width=1, height=2) None\n"
    assert "50" in invoke("--concentration", "50 nM", "--time", "1 h").output
    assert invoke("--quiet").output == ""


def test_gathered_options_stay_where_they_were_written_in_the_help():
    names = [parameter.opts[0] for parameter in draw.params]
    shared = ["--concentration", "--time", "--force", "--quiet", "--json"]
    assert names == ["--width", "--name", "--height", *shared]


def test_an_error_of_the_gathered_value_is_one_line_with_exit_code_2():
    result = invoke("--width", "10")
    assert (result.exit_code, result.output) == (2, "Error: 10 is too wide\n")


@click.command()
@comma_list("--kind", "kinds", of=click.Choice(["a", "b"]))
@comma_list("--name", "names")
@comma_list("--range", "ends", of=click.FLOAT, count=2, metavar="LOW,HIGH")
def pick(kinds, names, ends):
    """Pick something."""
    click.echo(json.dumps([kinds, names, ends]))


def picked(*arguments):
    return CliRunner().invoke(pick, arguments)


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ((), [[], [], []]),
        (("--kind", "a,b"), [["a", "b"], [], []]),
        (("--kind", "a", "--kind", "b,a"), [["a", "b", "a"], [], []]),
        (("--name", 'temp C , "Doe, Jane",x'), [[], ["temp C", "Doe, Jane", "x"], []]),
        (("--range", "-14,2e1"), [[], [], [-14.0, 20.0]]),
        (("--range", "0", "--range", "1"), [[], [], [0.0, 1.0]]),
    ],
)
def test_a_list_has_commas_or_is_given_several_times(arguments, values):
    assert json.loads(picked(*arguments).output) == values


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--kind", "a,c"), "'c' is not one of 'a', 'b'"),
        (("--kind", "a,,b"), "a value is missing in 'a,,b'"),
        (("--name", ""), "a value is missing in ''"),
        (("--range", "1"), "'1' holds 1, but it takes 2 with commas between them"),
        (("--range", "1,x"), "'x' is not a valid float"),
    ],
)
def test_a_list_says_which_value_is_wrong(arguments, words):
    result = picked(*arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_command_takes_more_arguments_than_a_reader_can_hold(path):
    functions = [
        n
        for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(n, ast.FunctionDef)
    ]
    sizes = {f.name: len([*f.args.args, *f.args.kwonlyargs]) for f in functions}
    assert {name: size for name, size in sizes.items() if size > MOST_PARAMETERS} == {}


def test_every_command_is_loaded_under_the_name_that_the_list_has_for_it():
    assert sorted(main.commands) == [
        "build",
        "check",
        "demo",
        "diff",
        "export",
        "extract",
        "import",
        "models",
        "paper",
        "report",
        "show",
        "simulate",
        "train",
    ]
    for name, entry in main.commands.items():
        assert isinstance(entry, LazyCommand)
        command = entry.load()
        assert command.name == name
        # The line in the list has a place of its own; the command has its docstring.
        assert entry.short_help
        assert entry.example.split()[0] == name
        assert f"crn2sbml {entry.example}\n" in succeed(name, "--help").output
        assert command.help


def test_the_list_of_commands_has_a_line_for_each():
    lines = [line.split(None, 1) for line in succeed("--help").output.splitlines()]
    told = {words[0]: words[1] for words in lines if len(words) == 2}
    for name, entry in main.commands.items():
        assert told[name] == entry.short_help


def test_an_unknown_command_is_refused():
    result = run("bild")
    assert result.exit_code == 2
    assert "No such command 'bild'" in result.output


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_and_the_list_of_commands_come_without_the_commands(option):
    heavy = ("numpy", "rich", "crn2sbml.cli.common", "crn2sbml.neural", "crn2sbml.simulate")
    code = (
        f"import sys; from crn2sbml.cli import main; main([{option!r}], standalone_mode=False); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_help_of_every_list_of_names_says_what_becomes_of_a_comma_in_one():
    # --target and --columns; --layers, --columns and --output-names; --creator.
    for command, lists in (("train", 2), ("import", 3), ("export", 1)):
        text = " ".join(succeed(command, "--help").output.split())
        assert text.count("One with a comma in it in double quotes: '\"a, b\",c'.") == lists
