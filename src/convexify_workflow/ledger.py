"""The ledger: claims of the sources set against measured numbers, verdicts computed and never typed.

A claim names its source, one metric and a comparison; ``quote`` is the source's sentence where the statement tests
another form of it. What counts depends on the metric's kind, see `convexify_workflow.uncertainty`: an exact number or a
bound is compared as it is, an estimate by its whole interval. The verdict is

- ``holds`` if the comparison holds, for an estimate on the whole interval,
- ``holds under <when> (<what was measured then>)`` if it fails but the comparison of its ``condition`` holds,
- ``fails (<what was measured or the counterexample>)`` if it fails, for an estimate on the whole interval,
- ``undecided (<n, interval and what would decide>)`` if the interval has both,
- ``not tested (<why>)`` if the metric is not written at this scale, what it counts was not reached, or
  the best step or penalty of a method that it compares lies on the edge of its grid.
"""

import math

import pandas as pd

from convexify_workflow.claims import COMPARISONS, check_claims
from convexify_workflow.uncertainty import WITHOUT_NUMBER

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
    "figure",
    "verdict",
]
STANDINGS = ("holds under", "holds", "fails", "undecided", "not tested")


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


def verdict(claim, metrics):
    """Verdict on one claim, in the words of the module's docstring; ``metrics`` maps names to rows of the table."""
    test = claim["test"]
    row = metrics.get(test["metric"])
    if row is None:
        reason = claim.get("reason_if_untested") or f"{test['metric']} is not measured at this scale"
        return f"not tested ({reason})"
    if row["kind"] == "not reached":
        return f"not tested (not reached in any of {row['n']} {_plural(row)})"
    if row["kind"] == "step at the edge":
        return f"not tested (best value at the edge of its grid: {row['n']} {_plural(row)})"
    outcome = _holds(test, row)
    if outcome:
        return "holds"
    if outcome is None:
        return f"undecided ({_why(test, row)})"
    if condition := claim.get("condition"):
        under = metrics.get(condition["test"]["metric"])
        outcome = under is not None and under["kind"] not in WITHOUT_NUMBER and _holds(condition["test"], under)
        if outcome:
            return f"holds under {condition['when']} (measured {_then(condition['test'], under)} then)"
        if outcome is None:
            return f"undecided (fails in general; under {condition['when']}: {_why(condition['test'], under)})"
    return f"fails ({claim.get('otherwise') or 'measured ' + _shown(row)})"


def _holds(test, row):
    """True, False, or None where the interval of an estimate lies on both sides."""
    compare, expected = COMPARISONS[test["comparison"]], float(test["expected"])
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


def _then(test, row):
    """What was measured under a condition, over how many units, for which comparison."""
    units = f", {row['n']} {_plural(row)}," if row["kind"] == "estimate" else ""
    return f"{_shown(row)}{units} for {test['comparison']} {float(test['expected']):.4g}"


def _plural(row):
    first, *rest = row["unit"].split(" ")
    return row["unit"] if row["n"] == 1 else " ".join([f"{first}s", *rest])


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
        "figure": claim.get("figure", ""),
        "verdict": verdict(claim, metrics),
    }
