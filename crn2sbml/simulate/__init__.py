"""Simulation in libroadrunner: networks through a small kernel model, or any reaction network."""

from __future__ import annotations

from crn2sbml.simulate.results import SteadyState, Trajectory
from crn2sbml.simulate.simulator import Simulator

__all__ = ["Simulator", "SteadyState", "Trajectory"]
