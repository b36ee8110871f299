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
from crn2sbml.chemistry.absorb import absorb_enzymes, fold
from crn2sbml.chemistry.combine import subnetwork, union
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species
from crn2sbml.chemistry.units import LabUnits, bench_values, in_lab_units
from crn2sbml.construction.compile import compile_edge, compile_network
from crn2sbml.construction.recognise import RecognisedNetwork, extract_network, recognise_network
from crn2sbml.errors import Crn2sbmlError
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
from crn2sbml.training import History, TrainingResult, train_network

if TYPE_CHECKING:
    from crn2sbml.theory import (
        Certificate,
        certify,
        implements,
        layer_settling_times,
        settling_time,
        subsystem,
    )

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

# Imported when first used, so that those who do without wait less.
_THEORY = (
    "Certificate",
    "certify",
    "implements",
    "layer_settling_times",
    "settling_time",
    "subsystem",
)


def __getattr__(name: str) -> Any:
    """Import the theory when it is first used."""
    if name in _THEORY:
        return getattr(importlib.import_module("crn2sbml.theory"), name)
    raise AttributeError(f"module 'crn2sbml' has no attribute {name!r}")
