"""The rooms of the package: each module leans only on those before it, and imports stay light."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import crn2sbml

PACKAGE = Path(crn2sbml.__file__).parent

# A module imports only from rooms before its own; a sub-package is one room. crn2sbml/__init__.py
# hands out names of all rooms and has none itself.
ROOMS = [
    "errors",
    "arrays",
    "archive",
    "files",
    "progress",
    "activations",
    "checks",
    "network_file",
    "network",
    "mass_action",
    "reaction",
    "crn",
    "combine",
    "absorb",
    "compile",
    "extract",
    "rates",
    "formats",
    "simulate",
    "data",
    "training",
    "plots",
    "demo",
    "cli",
    "__main__",
]

# Slow to load, or wanted by some users only: they are imported where they are used.
HEAVY = {"COPASI", "antimony", "click", "libsbml", "matplotlib", "rich", "roadrunner", "scipy"}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room(path):
    """The room of a file, given its path below the package."""
    return path.parts[0].removesuffix(".py")


def imported_rooms(path):
    """Rooms that a module imports from, anywhere in its code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}, line {node.lineno}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            top, *rest = name.split(".")
            if top == "crn2sbml":
                yield rest[0] if rest else "__init__"


def test_every_module_has_a_room_and_every_room_a_module():
    assert {room(path) for path in MODULES} == {*ROOMS, "__init__"}


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) != "__init__"], ids=str)
def test_a_module_imports_only_from_earlier_rooms(path):
    own = room(path)
    allowed = {*ROOMS[: ROOMS.index(own)]}
    if len(path.parts) > 1:
        allowed.add(own)
    if own == "cli":
        allowed.add("__version__")  # for --version
    assert set(imported_rooms(PACKAGE / path)) <= allowed


def test_a_forbidden_import_would_be_seen(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "import crn2sbml\n"
        "from crn2sbml import mass_action\n"
        "def f():\n"
        "    import numpy, crn2sbml.cli.demo\n"
        "    from crn2sbml.crn import Crn\n"
    )
    assert list(imported_rooms(module)) == ["__init__", "mass_action", "cli", "crn"]


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, crn2sbml; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    loaded = set(done.stdout.split())
    assert {"crn2sbml", "numpy"} <= loaded
    assert not loaded & HEAVY


def test_every_module_says_what_it_is_for():
    texts = {path: (PACKAGE / path).read_text(encoding="utf-8") for path in MODULES}
    silent = [str(path) for path, text in texts.items() if not ast.get_docstring(ast.parse(text))]
    assert silent == []


@pytest.mark.parametrize("name", ["crn2sbml", "crn2sbml.data", "crn2sbml.formats"])
def test_what_a_package_hands_out_is_there_sorted_and_documented(name):
    package = importlib.import_module(name)
    assert package.__all__ == sorted(set(package.__all__))
    for public in package.__all__:
        assert getattr(package, public).__doc__, f"{name}.{public}"


def test_everything_public_that_the_package_imports_is_handed_out():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    assert imported == set(crn2sbml.__all__)
