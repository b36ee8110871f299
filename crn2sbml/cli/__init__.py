"""The command ``crn2sbml``."""

from __future__ import annotations

import click

from crn2sbml._version import __version__
from crn2sbml.cli.group import LazyCommand, LazyGroup

__all__ = ["main"]

_COMMANDS = (
    LazyCommand("demo", "See the main job from end to end.", "demo"),
    LazyCommand("build", "Write a network as SBML or Antimony.", "build"),
    LazyCommand(
        "import", "Turn a network from ONNX or a file of weights into ours.", "import_network"
    ),
    LazyCommand("extract", "Recover the network from a model file.", "extract"),
    LazyCommand("export", "Write a model in the files of other tools.", "export"),
    LazyCommand("report", "Write a page about a model: one HTML file for anybody.", "report"),
    LazyCommand("check", "Say what a model file is, and what can be promised of it.", "check"),
    LazyCommand("show", "Show what a model computes, with its weights as tables.", "show"),
    LazyCommand("diff", "Say what differs between two models, weight by weight.", "diff"),
    LazyCommand(
        "simulate", "Run the chemistry of a network, or any model for a while.", "simulate"
    ),
    LazyCommand("train", "Train a network, by default through its chemistry.", "train"),
    LazyCommand("models", "Write example models: an edge, exclusive or, iris, digits.", "models"),
    LazyCommand("paper", "Reproduce the paper's figures and numbers.", "paper"),
)


@click.group(
    cls=LazyGroup,
    commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="crn2sbml %(version)s")
def main() -> None:
    """Turn neural networks into chemical reaction networks.

    A feed-forward network with a smoothed ReLU becomes a mass-action reaction network whose steady
    state is the network's output. Start with 'crn2sbml demo'.
    """
