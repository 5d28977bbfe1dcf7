"""Scripts of the experiment that a test's folder is named after, loaded by path with the helpers beside them."""

import importlib.util
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from convexify_workflow.blocks import block_names, put_together, taken_by
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


@pytest.fixture(scope="module")
def same_when_divided():
    """``same_when_divided(call, settings, draws=2)``: blocks write the rows of ``call(settings)``, bit for bit.

    ``call`` returns a table or a dict of tables; of a dict the ones named ``but`` are not compared.
    """

    def check(call, settings, but=(), **counts):
        whole, values = _tables(call(settings)), {name: getattr(settings, name) for name in counts}
        names = block_names(list(counts.values()))
        shares = [SimpleNamespace(**vars(settings), share=taken_by(name, values)) for name in names]
        blocks = [_tables(call(one)) for one in shares]
        for name in whole.keys() - set(but):
            together = put_together([block[name] for block in blocks])
            pd.testing.assert_frame_equal(_in_order(together), _in_order(whole[name]), check_exact=True)

    return check


def _tables(made):
    return made if isinstance(made, dict) else {"table": made}


def _in_order(table):
    """Rows of inner loops come in the order of the blocks: what they say is compared, not where they stand."""
    order = table.astype(str).sort_values(list(table.columns), kind="stable").index
    return table.loc[order].reset_index(drop=True)
