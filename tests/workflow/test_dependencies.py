"""What pyproject.toml declares is what the code imports, each group for the part of the project that needs it."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
#: Declared and never imported, and why.
NOT_IMPORTED = {
    "furo": "theme, named in the configuration of Sphinx",
    "import-linter": "command of make lint",
    "myst-parser": "extension, named in the configuration of Sphinx",
    "numpydoc": "extension, named in the configuration of Sphinx",
    "pyarrow": "pandas loads it for Parquet",
    "pytest-xdist": "plugin of pytest",
    "ruff": "command of make lint",
    "snakefmt": "command of make lint",
    "snakemake-executor-plugin-slurm": "plugin of Snakemake, named in profiles/slurm",
}
#: Folders and the groups of dependencies that their code may import.
GROUPS = {
    "src/convexify": PROJECT["dependencies"],
    "src/convexify_workflow": [*PROJECT["dependencies"], *EXTRAS["workflow"]],
    "scripts": [*PROJECT["dependencies"], *EXTRAS["workflow"]],
    "workflow": [*PROJECT["dependencies"], *EXTRAS["workflow"]],
    "tests": [*PROJECT["dependencies"], *EXTRAS["workflow"], *EXTRAS["test"]],
}


def normal(requirement):
    return re.sub(r"[-_.]+", "-", re.split("[<>=!~ ;[]", requirement)[0]).lower()


def imported(folder):
    """Top-level modules that the Python files of a folder import, at any depth, but for the standard library."""
    names = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    # The language of Snakemake is not Python's: its imports stand on lines of their own.
    for file in (ROOT / folder).rglob("*.smk"):
        names |= set(re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def distributions():
    """Top-level module of every installed distribution to the normal names of those that bring it."""
    return {module: {normal(name) for name in names} for module, names in packages_distributions().items()}


@pytest.mark.parametrize("folder", GROUPS)
def test_every_import_is_declared(folder):
    own = {path.stem for path in [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("src/*")]}
    brought, declared = distributions(), {normal(requirement) for requirement in GROUPS[folder]}
    foreign = imported(folder) - own
    assert {name for name in foreign if not brought.get(name, set()) & declared} == set()


def test_every_dependency_is_imported_or_says_why_not():
    brought = distributions()
    used = {name for folder in GROUPS for module in imported(folder) for name in brought.get(module, ())}
    declared = {normal(requirement) for requirement in [*PROJECT["dependencies"], *EXTRAS["workflow"], *EXTRAS["test"]]}
    assert declared - used == set(NOT_IMPORTED)
