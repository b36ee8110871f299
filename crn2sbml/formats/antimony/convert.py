"""A program of its own: Antimony on stdin to SBML on stdout.

It runs in a process of its own because nothing can stop antimony's parser from within, neither its
crashes nor its running time.
"""

from __future__ import annotations

import sys

# Antimony's messages are for whoever wrote the model.
EXIT_MODEL_REFUSED = 3


def main(most_bytes: int) -> None:
    """Convert what is on stdin, in bounded memory where the system can bound it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    except (ImportError, OSError, ValueError):
        pass  # Windows, or a lower limit than this one
    import antimony

    text = sys.stdin.buffer.read().decode("utf-8")
    if antimony.loadAntimonyString(text) < 0:
        sys.stderr.write(antimony.getLastError() or "antimony gives no reason")
        sys.exit(EXIT_MODEL_REFUSED)
    sys.stdout.buffer.write(antimony.getSBMLString(antimony.getMainModuleName()).encode("utf-8"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
