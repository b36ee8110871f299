"""What a user can choose about a network that is fitted to a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from crn2sbml._support.checks import is_number
from crn2sbml._support.words import counted
from crn2sbml.errors import InputValueError
from crn2sbml.fitting.columns import Task
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.neural.activations import Activation
from crn2sbml.training import Descent


@dataclass(frozen=True, slots=True, eq=False)
class FitOptions:
    """What a user can choose about a network that is fitted to a table.

    Parameters
    ----------
    hidden : sequence of int, default (16,)
        Number of nodes in each hidden layer.
    activations : Activation or sequence of Activation, default Activation(h=0.1)
        Of all hidden layers, or of each. The outputs are smoothed ReLUs, of the last one's h.
    task : {"auto", "classes", "numbers"}, default "auto"
        What the targets are. By themselves, text, truth values and at most 10 different whole
        numbers are classes.
    signs : {"auto", "pairs", "shift"}, default "auto"
        Inputs that are negative somewhere in the data become pairs of concentrations ("pairs": all
        inputs), or are shifted to begin at 0 ("shift").
    held_out : float, default 0.2
        Share of the examples to hold out; the network with the lowest cost on them is taken. None
        are held out of fewer than 30, or with 0.
    batch_size : int, default 32
        Examples drawn for each step, or all where there are fewer.
    patience : int or None, default 30
        Training stops when so many looks at the held-out examples, one in ten steps, showed no
        improvement; None: it does not stop.
    descent : Descent, default 2000 steps of Adam at a learning rate of 0.01
        How steps are made, between standardised numbers. Without a cost it is the softmax
        cross-entropy for classes, and the quadratic cost for numbers.
    input_names : sequence of str, optional
        Names of the inputs; those of the columns of a DataFrame unless given.
    target_names : sequence of str, optional
        Names of the columns of targets, likewise.

    Raises
    ------
    InputValueError
        If a value is out of range.
    """

    hidden: Sequence[int] = (16,)
    activations: Activation | Sequence[Activation] = Activation(0.1)  # noqa: RUF009 - immutable
    task: Task = "auto"
    signs: Signs = "auto"
    held_out: float = 0.2
    batch_size: int = 32
    patience: int | None = 30
    descent: Descent = Descent(2000, 0.01, optimiser="adam")  # noqa: RUF009 - immutable
    input_names: Sequence[str] | None = None
    target_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        listed = isinstance(self.hidden, Iterable) and not isinstance(self.hidden, str)
        widths = list(self.hidden) if listed else []
        whole = all(is_number(width) and width % 1 == 0 and width >= 1 for width in widths)
        if not (listed and whole):
            raise InputValueError(
                f"hidden is {self.hidden!r}; it must hold the number of nodes of each hidden "
                f"layer, such as (16,)"
            )
        object.__setattr__(self, "hidden", tuple(int(width) for width in widths))
        for name, allowed in (("task", get_args(Task)), ("signs", get_args(Signs))):
            if getattr(self, name) not in allowed:
                raise InputValueError(
                    f"{name} is {getattr(self, name)!r}; it must be one of {', '.join(allowed)}"
                )
        if not (is_number(self.held_out) and 0 <= self.held_out < 1):
            raise InputValueError(
                f"held_out is {self.held_out!r}; it must be a share from 0 to below 1"
            )
        if self.descent.ties is not None or self.descent.readout is not None:
            raise InputValueError(
                "ties and readout of a fitted network are its own; leave them out of the descent"
            )
        if len(self.layer_activations) != len(self.hidden):
            raise InputValueError(
                f"{counted(len(self.layer_activations), 'activation')} for "
                f"{counted(len(self.hidden), 'hidden layer')} were given; give one each"
            )

    @property
    def layer_activations(self) -> list[Activation]:
        """One activation for each hidden layer."""
        if isinstance(self.activations, Activation):
            return [self.activations] * len(self.hidden)
        return list(self.activations)

    @property
    def smoothing(self) -> float:
        """Smoothing h of the outputs, between scaled numbers."""
        if isinstance(self.activations, Activation):
            return self.activations.h
        return self.activations[-1].h if self.activations else Activation(0.1).h
