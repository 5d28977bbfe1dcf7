"""What a job imports before it does anything: each second counts for a hundred jobs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def loaded(statement, modules):
    """Those of the modules that a fresh Python has after a statement."""
    told = f"{statement}; import sys; print(*(name for name in {list(modules)} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import convexify_workflow.plotting, convexify_workflow.job", ("scipy.stats", "torch", "sklearn", "cvxpy")),
        ("import convexify_workflow.uncertainty", ("scipy", "torch")),
        ("import convexify.convex_relu.solvers.solve", ("sklearn", "cvxpy", "scipy.stats")),
        ("import convexify.curvature.trained_planes", ("scipy.stats", "sklearn")),
    ],
)
def test_nothing_heavy_is_imported_that_is_not_used(statement, absent):
    assert loaded(statement, absent) == []


def test_scripts_take_seaborn_from_plotting():
    """Imported by itself it brings scipy.stats along."""
    scripts = (ROOT / "scripts").rglob("*.py")
    assert [path.name for path in scripts if re.search(r"^\s*(import|from) seaborn", path.read_text(), re.M)] == []


def test_seaborn_without_scipy_draws_what_it_draws_with_it():
    """The part that differs is kernel densities; a later import of scipy.stats succeeds."""
    statement = "from convexify_workflow.plotting import sns; import scipy.stats; sns.kdeplot([1.0, 2.0, 4.0])"
    assert loaded(statement, ["scipy.stats"]) == ["scipy.stats"]


def test_estimators_are_offered_without_being_imported():
    import convexify.convex_relu as package
    from convexify.convex_relu.estimators import ConvexReLUClassifier

    assert package.ConvexReLUClassifier is ConvexReLUClassifier
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="no attribute 'Unknown'"):
        _ = package.Unknown
