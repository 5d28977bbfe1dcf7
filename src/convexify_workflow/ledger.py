"""The ledger: claims of the sources set against measured numbers, verdicts computed and never typed.

A claim names one metric and a comparison. Its verdict is

- ``holds`` if the comparison holds for the measured value,
- ``holds under <when>`` if it fails but the comparison of the claim's ``condition`` holds,
- ``fails (<what was measured or the counterexample>)`` if neither does,
- ``not tested (<why>)`` if the metric was not measured.
"""

import math

import pandas as pd

COLUMNS = [
    "claim",
    "experiment",
    "source",
    "statement",
    "measure",
    "metric",
    "measured",
    "comparison",
    "expected",
    "tolerance",
    "paper_value",
    "verdict",
]
_COMPARISONS = {
    "<=": lambda measured, expected, tolerance: measured <= expected + tolerance,
    ">=": lambda measured, expected, tolerance: measured >= expected - tolerance,
    "<": lambda measured, expected, tolerance: measured < expected + tolerance,
    ">": lambda measured, expected, tolerance: measured > expected - tolerance,
    "==": lambda measured, expected, tolerance: abs(measured - expected) <= tolerance,
    "!=": lambda measured, expected, tolerance: abs(measured - expected) > tolerance,
}
_REQUIRED = {"id", "source", "statement", "measure", "test"}
_OPTIONAL = {"condition", "otherwise", "paper_value", "reason_if_untested"}


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
        Naming the claim and the key: a missing or unknown key, an unknown comparison, an expectation that is not a
        number, a foreign or repeated id.
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
        if not name.startswith(f"{experiment}."):
            raise ValueError(f"{experiment}: claim {name}: expected an id that starts with '{experiment}.'")
        if name in seen:
            raise ValueError(f"{experiment}: claim {name}: stands twice")
        seen.add(name)
        _check_test(experiment, name, claim["test"])
        if "condition" in claim:
            condition = claim["condition"]
            if not isinstance(condition, dict) or set(condition) != {"when", "test"}:
                raise ValueError(f"{experiment}: claim {name}: condition: expected the keys when, test")
            _check_test(experiment, name, condition["test"])


def evaluate_claims(claims, metrics, experiment):
    """Set claims against metrics.

    Parameters
    ----------
    claims : list of dict
        As read from ``claims.yaml``; see `check_claims`.
    metrics : Mapping of str to float
        Measured values of the experiment by metric.
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
    return pd.DataFrame([_row(claim, metrics, experiment) for claim in claims], columns=COLUMNS)


def verdict(claim, metrics):
    """Verdict on one claim, in the words of the module's docstring."""
    outcome = _holds(claim["test"], metrics)
    if outcome is None:
        reason = claim.get("reason_if_untested") or f"{claim['test']['metric']} is not measured at this scale"
        return f"not tested ({reason})"
    if outcome:
        return "holds"
    condition = claim.get("condition")
    if condition and _holds(condition["test"], metrics):
        return f"holds under {condition['when']}"
    measured = _measured(claim["test"], metrics)
    return f"fails ({claim.get('otherwise') or f'measured {measured:.4g}'})"


def _row(claim, metrics, experiment):
    test = claim["test"]
    return {
        "claim": claim["id"],
        "experiment": experiment,
        "source": claim["source"],
        "statement": claim["statement"],
        "measure": claim["measure"],
        "metric": test["metric"],
        "measured": _measured(test, metrics),
        "comparison": test["comparison"],
        "expected": float(test["expected"]),
        "tolerance": float(test.get("tolerance", 0.0)),
        "paper_value": math.nan if claim.get("paper_value") is None else float(claim["paper_value"]),
        "verdict": verdict(claim, metrics),
    }


def _measured(test, metrics):
    return float(metrics.get(test["metric"], math.nan))


def _holds(test, metrics):
    measured = _measured(test, metrics)
    if math.isnan(measured):
        return None
    return _COMPARISONS[test["comparison"]](measured, float(test["expected"]), float(test.get("tolerance", 0.0)))


def _check_test(experiment, name, test):
    keys = set(test) if isinstance(test, dict) else set()
    if not {"metric", "comparison", "expected"} <= keys or keys - {"metric", "comparison", "expected", "tolerance"}:
        raise ValueError(
            f"{experiment}: claim {name}: test: expected the keys metric, comparison, expected[, tolerance]"
        )
    if test["comparison"] not in _COMPARISONS:
        raise ValueError(f"{experiment}: claim {name}: comparison: expected one of {', '.join(_COMPARISONS)}")
    for key in ("expected", "tolerance"):
        value = test.get(key, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            hint = " (YAML reads 1e-3 as text: write 1.0e-3)" if isinstance(value, str) else ""
            raise ValueError(f"{experiment}: claim {name}: {key}: expected a number, got {value!r}{hint}")
