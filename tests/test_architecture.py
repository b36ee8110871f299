"""The shape of the house: which module may know which, what is public, what an import may cost."""

import ast
import functools
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import crn2sbml

PACKAGE = Path(crn2sbml.__file__).parent
CONTRIBUTING = Path(__file__).parents[1] / ".github" / "CONTRIBUTING.md"
# Everybody outside may import these, and nobody inside.
FACE = ("__init__", "__main__")

# Arrows that the order of the rooms would allow and that are not to be: modules of the first
# import nothing of the second.
FORBIDDEN = [
    ("chemistry", "neural"),
    ("formats.antimony", "construction"),
    ("formats.antimony", "neural"),
    ("formats.sbml", "construction"),
    ("formats.sbml", "neural"),
]


def rooms():
    """The rooms in their order, from the block of arrows in CONTRIBUTING."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    block = re.search(r"^## Where things live\n.*?^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [name.strip() for name in block[1].split("→")]


def name_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and parts[1:] else parts)


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}


def inside(name):
    """A module's name without the package's, "__init__" for the package itself; else None."""
    first, _, rest = name.partition(".")
    return (rest or "__init__") if first == "crn2sbml" else None


def imports(tree):
    """What of the package a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import relative to the module"
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in map(inside, names) if name)


def room_of(name):
    return name.split(".")[0]


def lives_in(name, part):
    return f"{name}.".startswith(f"{part}.")


@functools.cache
def arrows():
    """Who imports whom, the face left out."""
    return [
        (name, imported)
        for name, tree in MODULES.items()
        if name not in FACE
        for imported in imports(tree)
    ]


def test_a_module_imports_only_from_rooms_before_it():
    order = rooms()
    offenders = [
        f"{name} imports {imported}"
        for name, imported in arrows()
        if imported not in FACE
        and room_of(imported) != room_of(name)
        and order.index(room_of(imported)) > order.index(room_of(name))
    ]
    assert offenders == []


def test_the_face_is_imported_by_nobody_inside():
    assert [name for name, imported in arrows() if imported in FACE] == []


@pytest.mark.parametrize(("part", "other"), FORBIDDEN)
def test_a_part_does_without_another(part, other):
    assert any(lives_in(name, part) for name in MODULES)
    assert any(lives_in(name, other) for name in MODULES)
    offenders = [
        f"{name} imports {imported}"
        for name, imported in arrows()
        if lives_in(name, part) and lives_in(imported, other)
    ]
    assert offenders == []


# Who may look into the metadata of a reaction network: the construction, and the reaction network
# itself for what its own numbers are.
READERS_OF_METADATA = ("chemistry.crn", "construction.origin")


def keys_of_metadata(tree):
    """What a module looks up in metadata by a name of its own, not by any key that comes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            mapping, key = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            mapping, key = node.func.value, node.args[0]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            mapping, key = node.comparators[0], node.left
        else:
            continue
        of_its_own = isinstance(key, ast.Constant) or ast.unparse(key).isupper()
        if of_its_own and ast.unparse(mapping).endswith("metadata"):
            yield ast.unparse(key)


def test_one_module_knows_the_keys_of_the_metadata():
    readers = {name for name, tree in MODULES.items() if list(keys_of_metadata(tree))}
    assert readers == set(READERS_OF_METADATA)


def test_the_rooms_of_contributing_are_those_of_the_package():
    there = {room_of(name) for name in MODULES} - set(FACE)
    assert sorted(rooms()) == sorted(there)


def test_few_modules_stand_outside_the_rooms():
    loose = sorted(path.stem for path in PACKAGE.glob("*.py"))
    assert loose == ["__init__", "__main__", "_version", "errors"]


def test_a_module_says_what_it_is():
    assert [name for name, tree in MODULES.items() if not ast.get_docstring(tree)] == []


def exported(tree):
    """The names in ``__all__``; None without one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return None


PUBLIC = {
    f"crn2sbml.{name}".removesuffix(".__init__"): tree
    for name, tree in MODULES.items()
    if exported(tree) is not None
}


def handed_on(tree):
    """The public names that a package imports from its modules and does not use itself."""
    nodes = list(ast.walk(tree))
    imported = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and inside(node.module)
        for alias in node.names
    }
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    return {name for name in imported - used if not name.startswith("_")}


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_that_a_package_promises_is_there_and_documented(name):
    package, names = importlib.import_module(name), exported(PUBLIC[name])
    assert len(set(names)) == len(names)
    assert [n for n in names if n.startswith("_")] == []
    undocumented = [
        n
        for n, value in ((n, getattr(package, n)) for n in names)
        # A dataclass without a docstring is given its signature for one.
        if callable(value) and (inspect.getdoc(value) or f"{n}(").startswith(f"{n}(")
    ]
    assert undocumented == []


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_that_a_package_hands_on_is_promised(name):
    assert handed_on(PUBLIC[name]) - set(exported(PUBLIC[name])) == set()


def test_packages_that_promise_nothing_import_nothing():
    files = {name_of(path): MODULES[name_of(path)] for path in PACKAGE.rglob("__init__.py")}
    assert [n for n, tree in files.items() if exported(tree) is None and set(imports(tree))] == []


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
        "pandas",
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
