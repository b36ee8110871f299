"""``python -m crn2sbml`` is the same as the command ``crn2sbml``."""

from __future__ import annotations

from crn2sbml.cli import main

if __name__ == "__main__":
    main(prog_name="crn2sbml")
