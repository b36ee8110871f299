"""Gradient descent with the forward pass in closed form or in the chemistry."""

from __future__ import annotations

from crn2sbml.training.gradient import cost_gradient, quadratic_cost
from crn2sbml.training.history import History, share_correct
from crn2sbml.training.loop import TrainingResult, train_network

__all__ = [
    "History",
    "TrainingResult",
    "cost_gradient",
    "quadratic_cost",
    "share_correct",
    "train_network",
]
