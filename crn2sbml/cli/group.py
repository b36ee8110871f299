"""The group of commands: each is imported when it is used, and its errors are one line."""

from __future__ import annotations

import importlib
from typing import Any

import click

from crn2sbml.errors import Crn2sbmlError


class _Failure(click.ClickException):
    exit_code = 2


class LazyCommand(click.Command):
    """A command of which only the name and the line in the list are known until it is used.

    Parameters
    ----------
    name : str
        What the user types.
    short_help : str
        What the list of commands says of it.
    module : str
        Module in `crn2sbml.cli` that holds the command under its own name.
    example : str
        What a user could type after "crn2sbml", for the end of the command's help.
    """

    def __init__(self, name: str, short_help: str, module: str, example: str) -> None:
        super().__init__(name, short_help=short_help)
        self.module = module
        self.example = example

    def load(self) -> click.Command:
        """Import the command itself."""
        command = getattr(importlib.import_module(f"crn2sbml.cli.{self.module}"), self.module)
        assert isinstance(command, click.Command)
        # "\b" keeps the line as it is.
        command.epilog = f"\b\nExample:\n  crn2sbml {self.example}"
        return command


class LazyGroup(click.Group):
    """Loads a command when it is used, and reports our errors as one line with exit code 2."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, loaded, and the rest of them."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LazyCommand) else command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and translate its errors, so that none is a traceback."""
        try:
            return super().invoke(ctx)
        except Crn2sbmlError as error:
            raise _Failure(str(error)) from error
