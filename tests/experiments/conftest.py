"""Scripts of the experiment that a test's folder is named after, loaded by path with the helpers beside them."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from convexify_workflow.ledger import evaluate_claims, standing
from convexify_workflow.yaml_files import load_yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script(request):
    """``script("metrics")`` is the module scripts/<id>/metrics.py."""
    folder = ROOT / "scripts" / request.path.parent.name
    sys.path.insert(0, str(folder))

    def load(name):
        spec = importlib.util.spec_from_file_location(f"{folder.name}_{name}", folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    sys.path.remove(str(folder))
    for helper in folder.glob("_*.py"):
        sys.modules.pop(helper.stem, None)


@pytest.fixture(scope="module")
def entry(script):
    """``entry("metrics")`` is the entry function of scripts/<id>/metrics.py, which has the file's name."""
    return lambda name: getattr(script(name), name)


@pytest.fixture(scope="module")
def standings(request):
    """``standings(metrics)``: claim of the experiment, without its name in front, to the standing of its verdict."""
    name = request.path.parent.name
    claims = load_yaml(ROOT / "workflow" / "experiments" / name / "claims.yaml")

    def compute(metrics):
        ledger = evaluate_claims(claims, metrics, name)
        return {row.claim.removeprefix(f"{name}."): standing(row.verdict) for row in ledger.itertuples()}

    return compute


@pytest.fixture
def mistaken(entry):
    """``mistaken(script, name, wrong)``: an entry function that finds ``wrong(right)`` under an imported name."""

    def load(script, name, wrong):
        function = entry(script)
        function.__globals__[name] = wrong(function.__globals__[name])
        return function

    return load


@pytest.fixture(scope="module")
def announced_figures(request):
    """Names of the figures that the experiment declares."""
    rules = ROOT / "workflow" / "experiments" / request.path.parent.name / "rules.smk"
    return set(re.findall(r'"(\w+)": figure\(', rules.read_text(encoding="utf-8")))
