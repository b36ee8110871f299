"""Feed-forward neural networks as chemical reaction networks.

A network with a smoothed ReLU is compiled to a mass-action reaction network whose steady state is
the network's output (Anderson, Joshi and Deshpande, "On reaction network implementations of neural
networks"). The reaction network is written as SBML or Antimony, simulated with libroadrunner, and
trained with the chemistry as its forward pass.

Examples
--------
>>> from crn2sbml import NeuralNetwork, Simulator, compile_network
>>> network = NeuralNetwork.random((2, 3, 1), rng=1)
>>> compile_network(network)
Crn network_2_3_1: 4 dynamic and 29 enzymatic species, 34 reactions
>>> outputs = Simulator(network).steady_state([[0.5, 1.0]]).outputs
>>> bool(abs(outputs - network.forward([[0.5, 1.0]])).max() < 1e-6)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from crn2sbml._version import __version__ as __version__

if TYPE_CHECKING:
    from crn2sbml.chemistry.absorb import absorb_enzymes, fold
    from crn2sbml.chemistry.combine import subnetwork, union
    from crn2sbml.chemistry.crn import Crn
    from crn2sbml.chemistry.lab_units import LabUnits
    from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species
    from crn2sbml.chemistry.units import bench_values, in_lab_units
    from crn2sbml.construction.compile import compile_edge, compile_network
    from crn2sbml.construction.recognise import (
        RecognisedNetwork,
        extract_network,
        recognise_network,
    )
    from crn2sbml.errors import Crn2sbmlError
    from crn2sbml.fitting import fit_network
    from crn2sbml.formats import (
        from_antimony,
        from_sbml,
        load_antimony,
        load_sbml,
        save_antimony,
        save_sbml,
        to_antimony,
        to_sbml,
    )
    from crn2sbml.formats.files import load_crn, load_network, save_crn
    from crn2sbml.formats.inspection import Inspection, inspect_model
    from crn2sbml.neural.activations import Activation
    from crn2sbml.neural.network import Layer, NeuralNetwork
    from crn2sbml.simulate import Simulator, SteadyState, Trajectory
    from crn2sbml.theory import (
        Certificate,
        certify,
        implements,
        layer_settling_times,
        settling_time,
        subsystem,
    )
    from crn2sbml.training import History, TrainingResult, train_network

__all__ = [
    "Activation",
    "Certificate",
    "Crn",
    "Crn2sbmlError",
    "History",
    "Inspection",
    "LabUnits",
    "Layer",
    "NeuralNetwork",
    "RateConstant",
    "Reaction",
    "RecognisedNetwork",
    "Simulator",
    "Species",
    "SteadyState",
    "TrainingResult",
    "Trajectory",
    "absorb_enzymes",
    "bench_values",
    "certify",
    "compile_edge",
    "compile_network",
    "extract_network",
    "fit_network",
    "fold",
    "from_antimony",
    "from_sbml",
    "implements",
    "in_lab_units",
    "inspect_model",
    "layer_settling_times",
    "load_antimony",
    "load_crn",
    "load_network",
    "load_sbml",
    "recognise_network",
    "save_antimony",
    "save_crn",
    "save_sbml",
    "settling_time",
    "subnetwork",
    "subsystem",
    "to_antimony",
    "to_sbml",
    "train_network",
    "union",
]

# Where each name comes from. Modules are imported when a name of theirs is first used, so that
# nobody waits for what is not used.
_HOMES = {
    "chemistry.absorb": ("absorb_enzymes", "fold"),
    "chemistry.combine": ("subnetwork", "union"),
    "chemistry.crn": ("Crn",),
    "chemistry.reaction": ("RateConstant", "Reaction", "Species"),
    "chemistry.units": ("LabUnits", "bench_values", "in_lab_units"),
    "construction.compile": ("compile_edge", "compile_network"),
    "construction.recognise": ("RecognisedNetwork", "extract_network", "recognise_network"),
    "errors": ("Crn2sbmlError",),
    "fitting": ("fit_network",),
    "formats": (
        "from_antimony",
        "from_sbml",
        "load_antimony",
        "load_sbml",
        "save_antimony",
        "save_sbml",
        "to_antimony",
        "to_sbml",
    ),
    "formats.files": ("load_crn", "load_network", "save_crn"),
    "formats.inspection": ("Inspection", "inspect_model"),
    "neural.activations": ("Activation",),
    "neural.network": ("Layer", "NeuralNetwork"),
    "simulate": ("Simulator", "SteadyState", "Trajectory"),
    "theory": (
        "Certificate",
        "certify",
        "implements",
        "layer_settling_times",
        "settling_time",
        "subsystem",
    ),
    "training": ("History", "TrainingResult", "train_network"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
# Packages that are found as attributes without an import of their own.
_ROOMS = (
    "chemistry",
    "construction",
    "data",
    "errors",
    "examples",
    "exports",
    "fitting",
    "formats",
    "importers",
    "neural",
    "plots",
    "report",
    "simulate",
    "theory",
    "training",
)


def __dir__() -> list[str]:
    """List also what has not been imported yet."""
    return sorted({*globals(), *__all__, *_ROOMS})


# Type checkers know the names above, and refuse others.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a name, or a package, when it is first used."""
        if name in _ROOMS:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value  # the next time it is an ordinary attribute
        return value
