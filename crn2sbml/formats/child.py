"""Running other people's parsers in a process of its own, with bounds on time and memory."""

from __future__ import annotations

import subprocess
import sys

from crn2sbml.errors import FormatError
from crn2sbml.formats import confined

_MEMORY = 8 << 30


class TooSlowError(Exception):
    """The program was stopped after its time."""


def run_confined(
    program: str, *arguments: str, source: str, stdin: bytes = b"", seconds: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a program of module confined and return what it wrote.

    Parameters
    ----------
    program : {"antimony", "copasi", "consistency"}
        What to run.
    *arguments : str
        Arguments of the program.
    source : str
        What it works on, for messages.
    stdin : bytes
        What it reads.
    seconds : float
        Longest time.

    Raises
    ------
    TooSlowError
        If it takes longer.
    FormatError
        If it crashes.
    """
    command = [sys.executable, "-P", confined.__file__, str(_MEMORY), program, *arguments]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise TooSlowError from None
    if done.returncode not in (0, confined.EXIT_MODEL_REFUSED):
        last = " ".join(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:])
        raise FormatError(
            f"the {program} program failed on {source} (exit status {done.returncode}) {last}"
        )
    return done
