"""The command ``crn2sbml``."""

from __future__ import annotations

import click

from crn2sbml._version import __version__
from crn2sbml.cli.build import build
from crn2sbml.cli.check import check
from crn2sbml.cli.common import ErrorReportingGroup
from crn2sbml.cli.demo import demo
from crn2sbml.cli.export import export
from crn2sbml.cli.extract import extract
from crn2sbml.cli.import_network import import_network
from crn2sbml.cli.models import models
from crn2sbml.cli.paper import paper
from crn2sbml.cli.report import report
from crn2sbml.cli.simulate import simulate
from crn2sbml.cli.train import train

__all__ = ["main"]


@click.group(cls=ErrorReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="crn2sbml %(version)s")
def main() -> None:
    """Turn neural networks into chemical reaction networks.

    A feed-forward network with a smoothed ReLU becomes a mass-action reaction network whose steady
    state is the network's output. Start with 'crn2sbml demo'.
    """


main.add_command(demo)
main.add_command(build)
main.add_command(import_network)
main.add_command(extract)
main.add_command(export)
main.add_command(report)
main.add_command(check)
main.add_command(simulate)
main.add_command(train)
main.add_command(models)
main.add_command(paper)
