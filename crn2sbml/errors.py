"""The exceptions of crn2sbml.

::

    Crn2sbmlError
    ├── InputValueError (ValueError)         a value that the user passed is wrong
    │   ├── ActivationError                  smoothing or decay of an activation
    │   ├── NetworkError                     shapes or values of a neural network
    │   ├── CrnError                         a chemical reaction network breaks Definition 2.1
    │   ├── ConcentrationError               an input that no concentration can have
    │   ├── UnitError                        a unit that is unknown or of the wrong dimension
    │   └── UnsupportedError                 sound, but not for what was asked of it
    ├── FileError (OSError)                  a file that cannot be read or written
    │   └── OutputExistsError (FileExistsError)
    ├── FormatError (ValueError)             a file whose content is not what it should be
    ├── SimulationError (RuntimeError)       the simulator failed
    │   └── NotSettledError                  a run did not reach its steady state
    └── MissingDependencyError (ImportError) an optional package is not installed

Every class also derives from the builtin that fits, so that ``except ValueError``
works for those who have never heard of this module.
"""

from __future__ import annotations

import re

# How numpy shows its numbers and texts, of which users need not know: np.str_('a'), np.True_.
_OF_NUMPY = re.compile(r"""\bnp\.(?:\w+\(('[^']*'|"[^"]*"|[^()'"]*)\)|(True|False)_)""")


class Crn2sbmlError(Exception):
    """Base class of every error that crn2sbml raises on purpose."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*map(_without_numpy, arguments))


class InputValueError(Crn2sbmlError, ValueError):
    """A value that was passed in is wrong; the message names it and the remedy."""


class ActivationError(InputValueError):
    """The smoothing or the decay table of an activation is not allowed."""


class NetworkError(InputValueError):
    """Weights, biases, shapes or names of a neural network do not fit."""


class CrnError(InputValueError):
    """Species and reactions do not form a reaction network (Definition 2.1)."""


class ConcentrationError(InputValueError):
    """An input or a start value cannot be a concentration."""


class UnitError(InputValueError):
    """A unit is unknown or of the wrong dimension, or a number does not fit into it."""


class UnsupportedError(InputValueError):
    """The object is sound, but what was asked of it needs a property it lacks.

    Parameters
    ----------
    message : str
        What was asked and what is missing.
    line : int, optional
        Where in a file, if it was read from one.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class FileError(Crn2sbmlError, OSError):
    """A file cannot be read or written."""


class OutputExistsError(FileError, FileExistsError):
    """The output exists already and overwriting was not asked for."""


class FormatError(Crn2sbmlError, ValueError):
    """A file can be read, but its content is not what it should be."""


class SimulationError(Crn2sbmlError, RuntimeError):
    """The simulator failed; its own message is kept in this one."""


class NotSettledError(SimulationError):
    """A run did not provably reach its steady state.

    Parameters
    ----------
    message : str
        What happened and what to try.
    error_bound : float
        How far from the steady state the worst node may still be.
    time : float
        Model time that the run reached.
    """

    def __init__(self, message: str, error_bound: float, time: float) -> None:
        super().__init__(message)
        self.error_bound = error_bound
        self.time = time

    def __reduce__(self) -> tuple[type[NotSettledError], tuple[str, float, float]]:
        """Keep all three arguments when the error crosses a process boundary."""
        return type(self), (str(self), self.error_bound, self.time)


class MissingDependencyError(Crn2sbmlError, ImportError):
    """An optional package is missing; the message names the extra to install."""


def _without_numpy(argument: object) -> object:
    """Return a message with numbers and texts as Python shows its own."""
    if not isinstance(argument, str):
        return argument
    return _OF_NUMPY.sub(lambda found: found[1] or found[2] or "", argument)
