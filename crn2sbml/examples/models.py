"""The models in the folder models/: small neural networks with a data point each, as files."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml._support.files import file_errors, save_text
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.compile import compile_network
from crn2sbml.construction.labels import node_id
from crn2sbml.data import load_digits, load_iris
from crn2sbml.errors import MissingDependencyError
from crn2sbml.exports import make_study, save_omex
from crn2sbml.formats import save_antimony, save_sbml
from crn2sbml.neural.activations import Activation
from crn2sbml.neural.network import Layer, NeuralNetwork
from crn2sbml.report import draw_network

README = "README.md"


@dataclass(frozen=True, slots=True)
class ExampleModel:
    """A neural network with a data point.

    Parameters
    ----------
    name : str
        Start of the names of the files.
    network : NeuralNetwork
        The neural network.
    inputs : numpy.ndarray, shape (width,)
        The data point that the files hold.
    title : str
        What the neural network is, and what it computes.
    """

    name: str
    network: NeuralNetwork
    inputs: Array
    title: str

    @property
    def file_names(self) -> tuple[str, str, str]:
        """Names of the enzymatic and absorbed SBML and of the Antimony file."""
        return f"{self.name}_enzymatic.xml", f"{self.name}_absorbed.xml", f"{self.name}.ant"

    @property
    def archive_name(self) -> str:
        """Name of the COMBINE archive."""
        return f"{self.name}.omex"


def example_models() -> tuple[ExampleModel, ...]:
    """Return the models, smallest first."""
    iris, digits = load_iris(), load_digits()
    # The first virginica, and an image of a 7.
    flower, image = iris.inputs[100], digits.inputs[7]
    return (
        _edge(2),
        _edge(3),
        ExampleModel(
            "xor",
            _xor(),
            np.array([0.0, 1.0]),
            "Exclusive or: smoothed relu(a + b) - 2 relu(a + b - 1), h = 0.01, written by hand. "
            "The output is above 0.5 where one of a and b is 1 and the other 0; here a = 0, b = 1",
        ),
        ExampleModel(
            "iris",
            _stored("iris"),
            flower,
            "Fisher's irises, a trained 4-4-3 network: the output with the largest concentration "
            "names the species of the flower; here one of virginica, the third output",
        ),
        ExampleModel(
            "digits",
            _stored("digits"),
            image,
            "Handwritten digits of 8 x 8 pixels, a trained 64-8-10 network: the output with the "
            "largest concentration names the digit, X2_1 for 0 to X2_10 for 9; here a 7",
        ),
    )


def write_example_models(folder: str | Path, overwrite: bool = False) -> list[str]:
    """Write all models and a page about them; the same bytes every time.

    Parameters
    ----------
    folder : str or Path
        Folder to write to; it is made if it does not exist.
    overwrite : bool, default False
        Replace existing files.

    Returns
    -------
    list of str
        Names of the files. Without python-libsedml there are no archives among them.

    Raises
    ------
    FileError
        If a file exists (without `overwrite`) or cannot be written.
    """
    target = Path(folder)
    with file_errors(target, "make"):
        target.mkdir(exist_ok=True)
    models = example_models()
    names = [README]
    save_text(_page(models), target / README, overwrite)
    for model in models:
        for name, write in _writers(model).items():
            try:
                write(target / name, overwrite)
            except MissingDependencyError:
                continue
            names.append(name)
    return names


def example_file_names() -> tuple[str, ...]:
    """Return the names of all files that :func:`write_example_models` writes."""
    models = example_models()
    return (README, *(name for m in models for name in (*m.file_names, m.archive_name)))


def _writers(model: ExampleModel) -> dict[str, Callable[[Path, bool], None]]:
    enzymatic = compile_network(model.network, "enzymatic", model.inputs)
    absorbed = compile_network(model.network, "absorbed", model.inputs)
    names = model.file_names
    return {
        names[0]: lambda path, overwrite: save_sbml(enzymatic, path, overwrite),
        names[1]: lambda path, overwrite: save_sbml(absorbed, path, overwrite),
        names[2]: lambda path, overwrite: save_antimony(enzymatic, path, overwrite),
        model.archive_name: lambda path, overwrite: save_omex(
            make_study(absorbed),
            path,
            overwrite,
            title=model.title,
            attachments={"network.svg": draw_network(model.network).encode()},
        ),
    }


def _edge(order: int) -> ExampleModel:
    layer = Layer(np.array([[0.75]]), np.array([-0.5]), Activation(1.0, {order: 1.0}))
    return ExampleModel(
        f"edge_order_{order}",
        NeuralNetwork([layer]),
        np.array([2.0]),
        f"A single edge (Figure 5 of the paper) with decay of order {order}, {order} X -> X: "
        f"X1_1 settles at the positive root x of 1 + (0.75 x' - 0.5) x - "
        f"{'x^2' if order == 2 else f'{order - 1} x^{order}'} = 0; here x' = X0_1 = 2",
    )


def _xor() -> NeuralNetwork:
    smooth = Activation(h=0.01)
    layers = [
        Layer(np.ones((2, 2)), np.array([0.0, -1.0]), smooth),
        Layer(np.array([[1.0, -2.0]]), np.array([0.0]), smooth),
    ]
    return NeuralNetwork(layers, ["a", "b"], ["a xor b"])


def _stored(name: str) -> NeuralNetwork:
    with as_file(files("crn2sbml.data").joinpath("networks", f"{name}.npz")) as path:
        return NeuralNetwork.load(path)


def _page(models: tuple[ExampleModel, ...]) -> str:
    return _PAGE.format(models="\n\n".join(map(_section, models)))


def _section(model: ExampleModel) -> str:
    enzymatic, absorbed, antimony = model.file_names
    crn = compile_network(model.network)
    last = len(model.network.layers)
    settled = model.network.forward(model.inputs)[0]
    outputs = ", ".join(
        f"{node_id(last, number)} = {value:.4f}" for number, value in enumerate(settled, start=1)
    )
    reactions = _count(compile_network(model.network, "absorbed", model.inputs))
    about = f"**{model.name}**: {model.title}. Settles at {outputs}."
    return (
        f"{textwrap.fill(about, 100)}\n\n"
        f"- [`{enzymatic}`]({enzymatic}): SBML, weights as species that stay constant, "
        f"{_count(crn)}\n"
        f"- [`{absorbed}`]({absorbed}): SBML, weights in rate constants, {reactions}\n"
        f"- [`{antimony}`]({antimony}): Antimony, weights as species\n"
        f"- [`{model.archive_name}`]({model.archive_name}): COMBINE archive of the absorbed model "
        f"with a simulation (SED-ML), tables and a drawing"
    )


def _count(crn: Crn) -> str:
    return f"{len(crn.species):,} species, {len(crn.reactions):,} reactions"


_PAGE = """\
# Models

Neural networks as chemical reaction networks, each with one data point in it. Open an SBML file in
COPASI, tellurium or any other simulator and run a time course from the given start: the
concentrations of the output species settle at the network's outputs, from every other start too.
Concentrations and time are dimensionless. `X0_1`, `X0_2`, ... are the inputs; change them for
another data point.

A COMBINE archive (.omex) holds a model together with a time course that runs until the outputs have
settled; tellurium and other programs that know SED-ML execute it as it is.

`crn2sbml models` writes this folder again.

{models}
"""
