"""Gradient descent with the forward pass in closed form or in the chemistry."""

from __future__ import annotations

from crn2sbml.training.costs import COSTS, Cost
from crn2sbml.training.gradient import cost_gradient
from crn2sbml.training.history import History, share_correct
from crn2sbml.training.loop import TrainingResult, train_network
from crn2sbml.training.optimisers import OPTIMISERS, Adam, GradientDescent, Momentum, Optimiser
from crn2sbml.training.options import Batches, Checkpoints, Chemistry, Descent, Validation
from crn2sbml.training.ties import Ties, find_ties

__all__ = [
    "COSTS",
    "OPTIMISERS",
    "Adam",
    "Batches",
    "Checkpoints",
    "Chemistry",
    "Cost",
    "Descent",
    "GradientDescent",
    "History",
    "Momentum",
    "Optimiser",
    "Ties",
    "TrainingResult",
    "Validation",
    "cost_gradient",
    "find_ties",
    "share_correct",
    "train_network",
]
