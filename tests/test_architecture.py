"""The shape of the house: which module may know which, and what an import may cost."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import crn2sbml

PACKAGE = Path(crn2sbml.__file__).parent

# Each room imports only from rooms before it.
ROOMS = [
    "errors",
    "_version",
    "_support",
    "neural",
    "chemistry",
    "construction",
    "formats",
    "simulate",
    "theory",
    "exports",
    "data",
    "training",
    "importers",
    "plots",
    "report",
    "examples",
    "cli",
]


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts), path


def room_of(name):
    return name.split(".")[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("crn2sbml"):
            inside = node.module.removeprefix("crn2sbml").lstrip(".")
            yield from [inside] if inside else [alias.name for alias in node.names]


@pytest.mark.parametrize(
    ("name", "path"), [pytest.param(*module, id=module[0]) for module in modules()]
)
def test_a_module_imports_only_from_rooms_before_it(name, path):
    room = room_of(name)
    if room in ("__init__", "__main__"):
        return
    known = ROOMS.index(room)
    for imported in imports(path):
        other = room_of(imported)
        assert other == room or ROOMS.index(other) < known, f"{name} imports {imported}"


@pytest.mark.parametrize(
    ("name", "path"), [pytest.param(*module, id=module[0]) for module in modules()]
)
def test_a_module_says_what_it_is(name, path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), name


def test_importing_the_package_loads_nothing_heavy():
    heavy = (
        "roadrunner",
        "matplotlib",
        "libsbml",
        "antimony",
        "tellurium",
        "rich",
        "click",
        "sympy",
        "networkx",
        "jinja2",
        "sklearn",
        "onnx",
        "torch",
    )
    code = f"import crn2sbml, sys; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_the_theory_is_imported_when_it_is_used():
    code = (
        "import crn2sbml, sys; print('crn2sbml.theory' in sys.modules); crn2sbml.certify; "
        "print('crn2sbml.theory' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "True"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        crn2sbml.nothing  # noqa: B018


def test_everything_that_is_promised_is_there_and_documented():
    for name in crn2sbml.__all__:
        assert getattr(crn2sbml, name).__doc__
    assert sorted(crn2sbml.__all__) == crn2sbml.__all__
