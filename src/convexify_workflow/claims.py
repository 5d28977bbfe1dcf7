"""Claims of an experiment: what ``claims.yaml`` may say, checked before anything runs."""

import math
from pathlib import Path

import pandas as pd

from convexify_workflow.yaml_files import load_yaml

#: Where a claim comes from: a sentence of a source, a paper that the sources cite, or this project itself.
OWN = ("ours", "correction")
ORIGINS = ("survey", "thread", "abstract", "cited paper", *OWN)
COMPARISONS = {
    "<=": lambda measured, expected, tolerance: measured <= expected + tolerance,
    ">=": lambda measured, expected, tolerance: measured >= expected - tolerance,
    "<": lambda measured, expected, tolerance: measured < expected + tolerance,
    ">": lambda measured, expected, tolerance: measured > expected - tolerance,
    "==": lambda measured, expected, tolerance: abs(measured - expected) <= tolerance,
    "!=": lambda measured, expected, tolerance: abs(measured - expected) > tolerance,
}
_REQUIRED = {"id", "origin", "source", "statement", "measure", "test"}
_OPTIONAL = {"condition", "otherwise", "paper_value", "quote", "reason_if_untested", "about", "figure"}
_TEXTS = {"source", "quote", "statement", "measure", "otherwise", "reason_if_untested", "about", "figure"}


def check_claims(claims, experiment):
    """Check the claims of one experiment.

    Parameters
    ----------
    claims : list of dict
        As read from ``claims.yaml``.
    experiment : str
        Id of the experiment; every claim id starts with it and a dot.

    Raises
    ------
    ValueError
        Naming the claim and the key: a missing or unknown key, an unknown origin or comparison, an expectation that
        is not a number, a foreign or repeated id.
    """
    if not isinstance(claims, list) or not claims:
        raise ValueError(f"{experiment}: claims: expected a non-empty list")
    seen = set()
    for claim in claims:
        name = claim.get("id", "(no id)") if isinstance(claim, dict) else repr(claim)
        keys = set(claim) if isinstance(claim, dict) else set()
        if missing := _REQUIRED - keys:
            raise ValueError(f"{experiment}: claim {name}: expected the keys {', '.join(sorted(missing))}")
        if unknown := keys - _REQUIRED - _OPTIONAL:
            raise ValueError(f"{experiment}: claim {name}: unknown keys {', '.join(sorted(unknown))}")
        if not isinstance(name, str) or not name.startswith(f"{experiment}."):
            raise ValueError(f"{experiment}: claim {name}: expected an id that starts with '{experiment}.'")
        if name in seen:
            raise ValueError(f"{experiment}: claim {name}: stands twice")
        seen.add(name)
        if claim["origin"] not in ORIGINS:
            raise ValueError(
                f"{experiment}: claim {name}: origin: expected one of {', '.join(ORIGINS)}; got {claim['origin']!r}"
            )
        for key in sorted(claim.keys() & _TEXTS):
            if not isinstance(claim[key], str) or not claim[key].strip():
                raise ValueError(f"{experiment}: claim {name}: {key}: expected text, got {claim[key]!r}")
        if claim.get("paper_value") is not None:
            _check_number(experiment, name, "paper_value", claim["paper_value"])
        _check_test(experiment, name, claim["test"])
        if "condition" in claim:
            condition = claim["condition"]
            if not isinstance(condition, dict) or set(condition) != {"when", "test", "about"}:
                raise ValueError(f"{experiment}: claim {name}: condition: expected the keys when, about, test")
            if not isinstance(condition["when"], str):
                raise ValueError(f"{experiment}: claim {name}: when: expected text, got {condition['when']!r}")
            if claim.get("about") is None or condition["about"] != claim["about"]:
                raise ValueError(
                    f"{experiment}: claim {name}: condition: about: expected what the claim is about, "
                    f"{claim.get('about')!r}; got {condition['about']!r}: that is a claim of its own"
                )
            _check_test(experiment, name, condition["test"])


def check_figures(claims, experiment, figures):
    """Check that what a claim names as its ``figure`` is one of its experiment, or ``none: <why>``.

    Parameters
    ----------
    claims : list of dict
        As `check_claims` passed them.
    experiment : str
        Id of the experiment.
    figures : collection of str
        Names of the figures that it declares.

    Raises
    ------
    ValueError
        Naming claim and figure.
    """
    for claim in claims:
        named = claim.get("figure")
        if named is not None and named not in figures and not named.startswith("none: "):
            raise ValueError(
                f"{experiment}: claim {claim['id']}: figure: expected one of {', '.join(sorted(figures))} or "
                f"'none: <why>', got {named!r}"
            )


def metrics_named(claims):
    """Metrics that claims name: claim id and metric, conditions included."""
    for claim in claims:
        yield claim["id"], claim["test"]["metric"]
        if "condition" in claim:
            yield claim["id"], claim["condition"]["test"]["metric"]


def check_claims_file(file, experiment, root="."):
    """Check the claims of an experiment and that every metric they name is written at some scale, before anything runs.

    A metric is known if it was recorded as an expectation or built at any scale, or if its name stands in the text of
    the script that computes the metrics.

    Parameters
    ----------
    file : path
        ``claims.yaml``.
    experiment : str
        Id of the experiment.
    root : path
        Top folder of the project.

    Returns
    -------
    list of dict
        The claims.

    Raises
    ------
    ValueError
        Naming file, claim and key or metric.
    """
    claims = load_yaml(file)
    try:
        check_claims(claims, experiment)
    except ValueError as error:
        raise ValueError(f"{file}: {' '.join(str(error).split())}") from None
    root = Path(root)
    files = [*root.glob(f"reports/expected/*/{experiment}.csv"), *root.glob(f"results/*/{experiment}/metrics.csv")]
    known = {name for path in files for name in _metrics_in(path)}
    # A metric's name stands in metrics.py or in a helper beside it.
    scripts = root / "scripts" / experiment
    text = "".join(path.read_text(encoding="utf-8") for path in [scripts / "metrics.py", *scripts.glob("_*.py")])
    for claim, metric in metrics_named(claims):
        if metric not in known and metric not in text:
            raise ValueError(
                f"{file}: {claim}: metric {metric}: expected one that the experiment writes; none of its scales does"
            )
    return claims


def _metrics_in(path):
    try:
        return pd.read_csv(path, usecols=["metric"])["metric"]
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: expected a table with the column metric: {' '.join(str(error).split())}") from None


def _check_test(experiment, name, test):
    keys = set(test) if isinstance(test, dict) else set()
    if not {"metric", "comparison", "expected"} <= keys or keys - {"metric", "comparison", "expected", "tolerance"}:
        raise ValueError(
            f"{experiment}: claim {name}: test: expected the keys metric, comparison, expected[, tolerance]"
        )
    if not isinstance(test["metric"], str):
        raise ValueError(f"{experiment}: claim {name}: metric: expected a name, got {test['metric']!r}")
    if not isinstance(test["comparison"], str) or test["comparison"] not in COMPARISONS:
        raise ValueError(
            f"{experiment}: claim {name}: comparison: expected one of {', '.join(COMPARISONS)}; "
            f"got {test['comparison']!r}"
        )
    for key in ("expected", "tolerance"):
        _check_number(experiment, name, key, test.get(key, 0.0))


def _check_number(experiment, name, key, value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = " (YAML reads 1e-3 as text: write 1.0e-3)" if isinstance(value, str) else ""
        raise ValueError(f"{experiment}: claim {name}: {key}: expected a number, got {value!r}{hint}")
    if not math.isfinite(value):
        raise ValueError(f"{experiment}: claim {name}: {key}: expected a finite number, got {value}")
