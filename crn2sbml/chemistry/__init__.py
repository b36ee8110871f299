"""What a mass-action reaction network is: species, reactions, unions, units; nothing neural."""

from __future__ import annotations

from crn2sbml.chemistry.absorb import absorb_enzymes, fold
from crn2sbml.chemistry.combine import subnetwork, union
from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.chemistry.reaction import RateConstant, Reaction, Species
from crn2sbml.chemistry.units import LabRanges, bench_values, in_lab_units

__all__ = [
    "Crn",
    "LabRanges",
    "LabUnits",
    "RateConstant",
    "Reaction",
    "Species",
    "absorb_enzymes",
    "bench_values",
    "fold",
    "in_lab_units",
    "subnetwork",
    "union",
]
