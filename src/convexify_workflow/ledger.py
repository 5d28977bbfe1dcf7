"""The ledger: claims of the sources set against measured numbers, verdicts computed and never typed.

A claim names its source, one metric and a comparison; ``quote`` is the source's sentence where the statement tests
another form of it. What counts depends on the metric's kind, see `convexify_workflow.uncertainty`: an exact number or a
bound is compared as it is, an estimate by its whole interval. The verdict is

- ``holds`` if the comparison holds, for an estimate on the whole interval,
- ``holds under <when>`` if it fails but the comparison of the claim's ``condition`` holds,
- ``fails (<what was measured or the counterexample>)`` if it fails, for an estimate on the whole interval,
- ``undecided (<n, interval and what would decide>)`` if the interval has both,
- ``not tested (<why>)`` if the metric is not written at this scale, or what it counts was not reached.
"""

import math
from pathlib import Path

import pandas as pd

from convexify_workflow.yaml_files import load_yaml

COLUMNS = [
    "claim",
    "experiment",
    "origin",
    "source",
    "quote",
    "statement",
    "measure",
    "metric",
    "kind",
    "measured",
    "low",
    "high",
    "n",
    "unit",
    "comparison",
    "expected",
    "tolerance",
    "paper_value",
    "verdict",
]
STANDINGS = ("holds under", "holds", "fails", "undecided", "not tested")
#: Where a claim comes from: a sentence of a source, a paper that the sources cite, or this project itself.
OWN = ("ours", "correction")
ORIGINS = ("survey", "thread", "abstract", "cited paper", *OWN)
_COMPARISONS = {
    "<=": lambda measured, expected, tolerance: measured <= expected + tolerance,
    ">=": lambda measured, expected, tolerance: measured >= expected - tolerance,
    "<": lambda measured, expected, tolerance: measured < expected + tolerance,
    ">": lambda measured, expected, tolerance: measured > expected - tolerance,
    "==": lambda measured, expected, tolerance: abs(measured - expected) <= tolerance,
    "!=": lambda measured, expected, tolerance: abs(measured - expected) > tolerance,
}
_REQUIRED = {"id", "origin", "source", "statement", "measure", "test"}
_OPTIONAL = {"condition", "otherwise", "paper_value", "quote", "reason_if_untested"}
_TEXTS = {"source", "quote", "statement", "measure", "otherwise", "reason_if_untested"}


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
            if not isinstance(condition, dict) or set(condition) != {"when", "test"}:
                raise ValueError(f"{experiment}: claim {name}: condition: expected the keys when, test")
            if not isinstance(condition["when"], str):
                raise ValueError(f"{experiment}: claim {name}: when: expected text, got {condition['when']!r}")
            _check_test(experiment, name, condition["test"])


def evaluate_claims(claims, metrics, experiment):
    """Set claims against metrics.

    Parameters
    ----------
    claims : list of dict
        As read from ``claims.yaml``; see `check_claims`.
    metrics : pandas.DataFrame
        As `convexify_workflow.uncertainty.table_of` writes it.
    experiment : str
        Id of the experiment.

    Returns
    -------
    pandas.DataFrame
        One row per claim, with the columns `COLUMNS`.

    Raises
    ------
    ValueError
        If the claims are malformed.
    """
    check_claims(claims, experiment)
    measured = {row["metric"]: row for row in metrics.to_dict("records")}
    return pd.DataFrame([_row(claim, measured, experiment) for claim in claims], columns=COLUMNS)


def standing(verdict):
    """The verdict without its reason: one of `STANDINGS`."""
    return next(words for words in STANDINGS if verdict.startswith(words))


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
    text = (root / "scripts" / experiment / "metrics.py").read_text(encoding="utf-8")
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


def verdict(claim, metrics):
    """Verdict on one claim, in the words of the module's docstring; ``metrics`` maps names to rows of the table."""
    test = claim["test"]
    row = metrics.get(test["metric"])
    if row is None:
        reason = claim.get("reason_if_untested") or f"{test['metric']} is not measured at this scale"
        return f"not tested ({reason})"
    if row["kind"] == "not reached":
        return f"not tested (not reached in any of {row['n']} {_plural(row)})"
    outcome = _holds(test, row)
    if outcome:
        return "holds"
    if outcome is None:
        return f"undecided ({_why(test, row)})"
    if condition := claim.get("condition"):
        under = metrics.get(condition["test"]["metric"])
        outcome = under is not None and under["kind"] != "not reached" and _holds(condition["test"], under)
        if outcome:
            return f"holds under {condition['when']}"
        if outcome is None:
            return f"undecided (fails in general; under {condition['when']}: {_why(condition['test'], under)})"
    return f"fails ({claim.get('otherwise') or 'measured ' + _shown(row)})"


def _holds(test, row):
    """True, False, or None where the interval of an estimate lies on both sides."""
    compare, expected = _COMPARISONS[test["comparison"]], float(test["expected"])
    tolerance = float(test.get("tolerance", 0.0))
    if row["kind"] != "estimate":
        return compare(row["value"], expected, tolerance)
    ends = [compare(row[end], expected, tolerance) for end in ("low", "high")]
    if test["comparison"] in ("==", "!="):
        # All of the interval within the tolerance, or none of it.
        apart = row["low"] > expected + tolerance or row["high"] < expected - tolerance
        equal = row["low"] >= expected - tolerance and row["high"] <= expected + tolerance
        if not apart and not equal:
            return None
        return equal == (test["comparison"] == "==")
    return ends[0] if ends[0] == ends[1] else None


def _why(test, row):
    """Interval, number of units, and how many would decide if the value stayed where it is."""
    distance = abs(row["value"] - float(test["expected"]))
    half = (row["high"] - row["low"]) / 2
    text = f"{row['n']} {_plural(row)}: {_shown(row)} for {test['comparison']} {float(test['expected']):.4g}"
    if distance > 0 and half > 0:
        needed = max(row["n"] + 1, math.ceil(row["n"] * (half / distance) ** 2))
        text += f"; about {needed:,} would decide" if needed < 1e6 else "; more repetitions would not decide"
    return text


def _shown(row):
    if row["kind"] != "estimate":
        return f"{row['value']:.4g}"
    return f"{row['value']:.4g} [{row['low']:.4g}, {row['high']:.4g}]"


def _plural(row):
    return row["unit"] if row["n"] == 1 else f"{row['unit']}s"


def _row(claim, metrics, experiment):
    test = claim["test"]
    row = metrics.get(test["metric"], {})
    return {
        "claim": claim["id"],
        "experiment": experiment,
        "origin": claim["origin"],
        "source": claim["source"],
        "quote": claim.get("quote", ""),
        "statement": claim["statement"],
        "measure": claim["measure"],
        "metric": test["metric"],
        "kind": row.get("kind", "not written"),
        "measured": row.get("value", math.nan),
        "low": row.get("low", math.nan),
        "high": row.get("high", math.nan),
        "n": row.get("n", 0),
        "unit": row.get("unit", "none"),
        "comparison": test["comparison"],
        "expected": float(test["expected"]),
        "tolerance": float(test.get("tolerance", 0.0)),
        "paper_value": math.nan if claim.get("paper_value") is None else float(claim["paper_value"]),
        "verdict": verdict(claim, metrics),
    }


def _check_test(experiment, name, test):
    keys = set(test) if isinstance(test, dict) else set()
    if not {"metric", "comparison", "expected"} <= keys or keys - {"metric", "comparison", "expected", "tolerance"}:
        raise ValueError(
            f"{experiment}: claim {name}: test: expected the keys metric, comparison, expected[, tolerance]"
        )
    if not isinstance(test["metric"], str):
        raise ValueError(f"{experiment}: claim {name}: metric: expected a name, got {test['metric']!r}")
    if not isinstance(test["comparison"], str) or test["comparison"] not in _COMPARISONS:
        raise ValueError(
            f"{experiment}: claim {name}: comparison: expected one of {', '.join(_COMPARISONS)}; "
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
