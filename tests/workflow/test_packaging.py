"""What others take from the project: wheel, version, citation, catalogue, hooks, container, versions of Python."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import convexify

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LIBRARY = sorted((ROOT / "src" / "convexify").rglob("*.py"))
#: Names of distributions whose module is called otherwise.
MODULES = {"scikit-learn": "sklearn"}


def text(*parts):
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def pinned(name):
    """Version of a distribution in the lock."""
    return re.search(rf"(?m)^{re.escape(name)}==([^\s;]+)", text("envs", "requirements.lock"))[1]


def requirement_names(requirements):
    return {re.split(r"[\[<>=!~ ;]", requirement)[0] for requirement in requirements}


BASE = requirement_names(PROJECT["project"]["dependencies"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as pip builds it from a copy of the project, without network."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "scripts" / "build", folder / "scripts" / "build")  # must not be taken along
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    built = subprocess.run([*command, "--wheel-dir", "out", "."], cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = (folder / "out").glob("*.whl")
    return file


def test_wheel_holds_every_module_of_the_library_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {name for name in names if ".dist-info/" not in name}
    assert modules == {str(path.relative_to(ROOT / "src")) for path in LIBRARY}
    assert not [name for name in names if name.endswith("entry_points.txt") or ".data/" in name]
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_wheel_asks_for_the_base_dependencies_alone(wheel):
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    lines = archive.read(metadata).decode().splitlines()
    required = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    assert requirement_names(line for line in required if "extra ==" not in line) == BASE
    assert f"Version: {convexify.__version__}" in lines
    assert f"Requires-Python: {PROJECT['project']['requires-python']}" in lines


def test_estimator_of_the_wheel_fits_with_the_base_dependencies_alone(wheel):
    """What only the extras bring cannot be imported, and the project's own folders are not on the path."""
    extras = requirement_names(name for some in PROJECT["project"]["optional-dependencies"].values() for name in some)
    extras -= {"threadpoolctl", "mpmath"}  # scikit-learn and torch need them
    forbidden = {"convexify_workflow", "yaml", "PIL", "pytest", *(name.replace("-", "_") for name in extras)}
    script = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {sorted(forbidden)!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(wheel)!r})
import convexify, convexify.convex_relu
assert convexify.__file__.startswith({str(wheel)!r}), convexify.__file__
model = convexify.convex_relu.ConvexReLURegressor(n_patterns=5, random_state=0).fit([[0.0], [1.0], [2.0]], [0, 1, 0])
print(model.predict([[1.0]]).shape)
"""
    ran = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, cwd=wheel.parent)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "(1,)"


def test_library_imports_the_base_dependencies_and_no_other():
    imported = set()
    for file in LIBRARY:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) - {"convexify"} == {MODULES.get(name, name) for name in BASE}


def test_version_is_semantic_and_the_same_everywhere():
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", convexify.__version__)
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "convexify.__version__"}
    assert yaml.safe_load(text("CITATION.cff"))["version"] == convexify.__version__


def test_changelog_has_one_section_for_each_version_newest_first():
    sections = re.findall(r"(?m)^## (.+)$", text("CHANGELOG.md"))
    versions = [section.split(" ")[0] for section in sections if section != "Unreleased"]
    assert sections[0] == "Unreleased" or versions[0] == convexify.__version__
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ – \d{4}-\d{2}-\d{2}", section) for section in sections[1:])
    numbers = [tuple(map(int, version.split("."))) for version in versions]
    assert numbers == sorted(numbers, reverse=True)


def test_citation_has_what_the_format_requires():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert {"title", "message", "authors", "license", "version"} <= set(citation)
    assert citation["license"] == PROJECT["project"]["license"]
    for work in [citation, *citation["references"]]:
        assert work["title"]
        assert work["type"]
        assert all("name" in author or {"family-names", "given-names"} <= set(author) for author in work["authors"])
        assert re.fullmatch(r"10\.\d{4,9}(\.\d+)?/\S+", work.get("doi", "10.1234/none"))


@pytest.mark.skipif(shutil.which("cffconvert") is None, reason="cffconvert is not installed (pipx install cffconvert)")
def test_citation_is_valid():
    """By the format's own tool, which is no dependency: it needs a jsonschema older than Snakemake's."""
    ran = subprocess.run(["cffconvert", "--validate"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_catalogue_finds_what_it_looks_for():
    usage = yaml.safe_load(text(".snakemake-workflow-catalog.yml"))["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert (ROOT / "config" / "README.md").exists()
    assert list((ROOT / "workflow" / "rules").glob("*.smk"))
    readme = text("README.md").lower()
    assert "snakemake" in readme
    assert "workflow" in readme


def test_workflow_folder_names_the_snakefile_and_its_default_target_alone():
    lines = [line.strip() for line in text("workflow", "Snakefile").splitlines()]
    assert [line for line in lines if line.startswith(("include", "rule"))] == [
        'include: "../Snakefile"',
        "rule site_and_report:",
        "rules.all.input,",
    ]


def test_every_key_of_the_configuration_is_explained():
    keys = yaml.safe_load(text("config", "config.yaml"))
    assert set(keys) == set(re.findall(r"(?m)^\| `(\w+)` \|", text("config", "README.md")))


def test_hooks_run_the_versions_of_the_lock():
    (repository,) = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    hooks = {hook["id"]: hook["additional_dependencies"] for hook in repository["hooks"]}
    assert set(hooks) == {"ruff-check", "ruff-format", "snakefmt"}
    for requirement in {requirement for some in hooks.values() for requirement in some}:
        name, version = requirement.split("==")
        assert version == pinned(name), requirement


def makefile_versions():
    return re.search(r"(?m)^PYTHONS := (.+)$", text("Makefile"))[1].split()


def test_tested_versions_of_python_agree_everywhere():
    versions = makefile_versions()
    named = re.findall(r"Python :: (\d\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert named == versions
    assert PROJECT["project"]["requires-python"] == f">={versions[0]}"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + versions[0].replace(".", "")
    assert f"- python={versions[0]}\n" in text("envs", "environment.yaml")
    assert re.search(r"(?m)^ARG BASE=python:(\S+)-slim$", text("envs", "Containerfile"))[1] == versions[0]
    assert sorted(re.findall(r'"(3\.\d+)"', text(".github", "workflows", "ci.yml"))) == versions


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_lock_pins_every_package_once_for_each_version_of_python(version):
    """Where the lock pins a package twice, exactly one of its markers is true."""
    pins = re.findall(r"(?m)^([A-Za-z0-9][^\\\n]*==[^\\\n]*?) *\\?$", text("envs", "requirements.lock"))
    requirements = [Requirement(pin) for pin in pins]
    where = {
        "python_full_version": f"{version}.7", "python_version": version, "sys_platform": "linux",
        "platform_machine": "x86_64", "implementation_name": "cpython", "platform_system": "Linux", "os_name": "posix",
        "platform_python_implementation": "CPython",
    }  # fmt: skip
    taken = [r.name for r in requirements if r.marker is None or r.marker.evaluate(where)]
    assert len(taken) == len(set(taken))
    everywhere_else = {"colorama", "pyreadline3"}  # Windows
    assert {r.name for r in requirements} - set(taken) <= everywhere_else


def test_container_is_set_up_from_the_lock_by_make():
    steps = [line.split(maxsplit=1) for line in text("envs", "Containerfile").splitlines() if line[:1].isupper()]
    runs = [argument for word, argument in steps if word == "RUN"]
    assert "make setup" in runs
    assert not [run for run in runs if "pip" in run]
    copied = [name for word, argument in steps if word == "COPY" for name in argument.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    before = [step for step in steps[: [argument for _, argument in steps].index("make setup")] if step[0] == "COPY"]
    needed = {"pyproject.toml", "Makefile", "README.md", "LICENSE", "envs", "src"}  # by make setup
    assert needed <= {name for _, argument in before for name in argument.split()}
