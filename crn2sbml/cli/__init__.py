"""The command ``crn2sbml``."""

from __future__ import annotations

import click

from crn2sbml._version import __version__
from crn2sbml.cli.group import LazyCommand, LazyGroup

__all__ = ["main"]

_COMMANDS = (
    LazyCommand("demo", "See the main job from end to end.", "demo", "demo"),
    LazyCommand(
        "build",
        "Write a network as SBML or Antimony.",
        "build",
        "build xor/network.npz -o xor.xml --encoding absorbed --input 0,1",
    ),
    LazyCommand(
        "import",
        "Turn a network from ONNX or a file of weights into ours.",
        "import_network",
        "import model.onnx -o net.npz --data rows.csv --accuracy 0.01",
    ),
    LazyCommand(
        "extract",
        "Recover the network from a model file.",
        "extract",
        "extract edited.xml -o edited.npz",
    ),
    LazyCommand(
        "export",
        "Write a model in the files of other tools.",
        "export",
        "export xor.xml --to omex,copasi,xlsx -o shared",
    ),
    LazyCommand(
        "report",
        "Write a page about a model: one HTML file for anybody.",
        "report",
        "report net.npz -o net.html --input rows.csv",
    ),
    LazyCommand(
        "check",
        "Say what a model file is, and what can be promised of it.",
        "check",
        "check xor.xml --theory",
    ),
    LazyCommand(
        "show",
        "Show what a model computes, with its weights as tables.",
        "show",
        "show edited.xml -o weights.csv",
    ),
    LazyCommand(
        "diff",
        "Say what differs between two models, weight by weight.",
        "diff",
        "diff net.npz edited.xml",
    ),
    LazyCommand(
        "simulate",
        "Run the chemistry of a network, or any model for a while.",
        "simulate",
        "simulate xor.xml --input 0,1 --plot xor.png",
    ),
    LazyCommand(
        "train",
        "Train a network, by default through its chemistry.",
        "train",
        "train --data growth.csv --target growth -o growth",
    ),
    LazyCommand(
        "models",
        "Write example models: an edge, exclusive or, iris, digits.",
        "models",
        "models -o models",
    ),
    LazyCommand(
        "paper", "Reproduce the paper's figures and numbers.", "paper", "paper --only numbers"
    ),
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

    The exit code is 0 if all went well, 2 if something could not be done, and 1 if 'check' finds an
    error or 'diff' a difference.
    """
