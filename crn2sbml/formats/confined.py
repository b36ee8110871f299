"""A program of its own, in which antimony, COPASI and libsbml work on files of strangers.

Nothing can stop their parsers from within, neither crashes nor running time nor memory. It imports
nothing of this package, so that it can be run by its path alone (see module child).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

# Antimony's messages are for whoever wrote the model.
EXIT_MODEL_REFUSED = 3
# More than anybody reads; a model without units has some for every law.
_MOST_FINDINGS = 200


def convert_antimony() -> None:
    """Turn the Antimony on stdin into SBML on stdout."""
    import antimony

    text = sys.stdin.buffer.read().decode("utf-8")
    _open_no_more_files()
    if antimony.loadAntimonyString(text) < 0:
        sys.stderr.write(antimony.getLastError() or "antimony gives no reason")
        sys.exit(EXIT_MODEL_REFUSED)
    sys.stdout.buffer.write(antimony.getSBMLString(antimony.getMainModuleName()).encode("utf-8"))


def convert_copasi() -> None:
    """Turn the COPASI file on stdin into SBML on stdout."""
    import COPASI

    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    model = COPASI.CRootContainer.addDatamodel()
    _open_no_more_files()
    COPASI.CCopasiMessage.clearDeque()
    if not model.loadModelFromString(text, ""):
        sys.stderr.write(COPASI.CCopasiMessage.getLastMessage().getText() or "no reason is given")
        sys.exit(EXIT_MODEL_REFUSED)
    sys.stdout.buffer.write(model.exportSBMLToString(3, 1).encode("utf-8"))


def check_consistency(extent: str, path: str = "") -> None:
    """Print what libsbml finds in a file, or on stdin, as JSON; if not "full", cheap checks."""
    import libsbml

    if path:
        document = libsbml.readSBMLFromFile(path)
    else:
        document = libsbml.readSBMLFromString(sys.stdin.buffer.read().decode("utf-8", "replace"))
    checks = {
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY: True,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY: True,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY: True,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE: True,
        # The cost of these grows faster than the file.
        libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY: extent == "full",
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY: extent == "full",
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL: extent == "full",
    }
    for category, applied in checks.items():
        document.setConsistencyChecks(category, applied)
    document.checkConsistency()
    count = document.getNumErrors()
    # The worst first, of which none is left out.
    found = [document.getError(number) for number in range(count)]
    errors = sorted(found, key=lambda error: -error.getSeverity())[:_MOST_FINDINGS]
    findings = [
        {
            "line": error.getLine(),
            "severity": error.getSeverityAsString().lower(),
            "category": error.getCategoryAsString(),
            "code": error.getErrorId(),
            "title": error.getShortMessage(),
            "message": " ".join(error.getMessage().split()),
        }
        for error in errors
    ]
    json.dump({"count": count, "findings": findings}, sys.stdout)


def _open_no_more_files() -> None:
    """Refuse to open any other file from now on, whatever a stranger's text asks for."""
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        # The number of a new file would be the lowest that is free, which is above these three.
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    except (ImportError, OSError, ValueError):
        pass  # Windows


def _limit_memory(most_bytes: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    except (ImportError, OSError, ValueError):
        pass  # Windows, or a lower limit than this one


if __name__ == "__main__":
    _limit_memory(int(sys.argv[1]))
    program, *arguments = sys.argv[2:]
    programs: dict[str, Callable[..., None]] = {
        "antimony": convert_antimony,
        "copasi": convert_copasi,
        "consistency": check_consistency,
    }
    programs[program](*arguments)
