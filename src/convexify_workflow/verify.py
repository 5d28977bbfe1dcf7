"""Measured metrics and verdicts against recorded ones: the same build, up to what noise and arithmetic allow.

- exact: equal within the sum of both tolerances.
- estimate: a two-sample test on value and interval; all estimates of a scale together raise a false alarm in one build
  of a hundred (family-wise error 1 %, Šidák).
- bound: never compared digit by digit; the claims that read it judge its inequality, and verdicts are compared.
- verdict: may go to or from ``undecided`` or ``not tested``, which is counted; never from ``holds`` to ``fails`` or
  back.
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from convexify_workflow.files import check_last_line, write
from convexify_workflow.ledger import STANDINGS, standing
from convexify_workflow.manifest import sha256
from convexify_workflow.uncertainty import COLUMNS, KINDS, LEVEL, WITHOUT_NUMBER

FAMILY_WISE_ERROR = 0.01
#: Rounding that no interval of identical repetitions covers.
ROUNDING = 1e-9


def read_metrics(file):
    """Metrics of one experiment, checked.

    Raises
    ------
    ValueError
        Naming the file: it cannot be read; a column is missing; a metric has no name, stands twice, is of no known
        kind, or is not finite though its kind says that it was measured; an interval is upside down (its tolerance is
        negative), or does not hold an exact value; a number of units is no integer.
    """
    try:
        check_last_line(file)
        table = pd.read_csv(
            file, keep_default_na=False, na_values=[""], dtype={"metric": str, "kind": str, "unit": str}
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read ({error}); delete it and run again") from None
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"{file}: expected the columns {', '.join(COLUMNS)}; missing {', '.join(missing)}")
    if table.empty or table["metric"].isna().any():
        raise ValueError(f"{file}: expected a name in every row, and at least one row")
    if table["metric"].duplicated().any():
        raise ValueError(f"{file}: metric {table['metric'][table['metric'].duplicated()].iloc[0]} stands twice")
    for row in table.itertuples():
        measured = {"exact": ["value", "low", "high"], "estimate": ["value", "low", "high"], "bound": ["value"]}
        if row.kind not in KINDS:
            raise ValueError(f"{file}: metric {row.metric}: kind: expected one of {', '.join(KINDS)}, got {row.kind!r}")
        if bad := [name for name in measured.get(row.kind, []) if not _is_finite(getattr(row, name))]:
            raise ValueError(f"{file}: metric {row.metric}: {', '.join(bad)}: expected a finite number")
        if row.low > row.high or (row.kind == "exact" and not row.low <= row.value <= row.high):
            raise ValueError(
                f"{file}: metric {row.metric}: expected low <= value <= high, got {row.low}, {row.value}, {row.high}"
            )
        if not _is_finite(row.n) or row.n != int(row.n) or row.n < 0:
            raise ValueError(f"{file}: metric {row.metric}: n: expected a number of units, got {row.n!r}")
    return table[COLUMNS].astype({"value": float, "low": float, "high": float, "n": int})


def read_verdicts(file, columns=("claim", "verdict")):
    """Verdicts of a build or recorded ones, as text, checked.

    Raises
    ------
    ValueError
        Naming the file: it cannot be read; a column is missing; a claim stands twice; a verdict is none.
    """
    try:
        check_last_line(file)
        table = pd.read_csv(file, keep_default_na=False, dtype=str)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read ({error}); delete it and run again") from None
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"{file}: expected the columns {', '.join(columns)}; missing {', '.join(missing)}")
    if table["claim"].duplicated().any():
        raise ValueError(f"{file}: claim {table['claim'][table['claim'].duplicated()].iloc[0]} stands twice")
    for row in table.itertuples():
        if not row.verdict.startswith(STANDINGS):
            raise ValueError(f"{file}: claim {row.claim}: expected one of {', '.join(STANDINGS)}, got {row.verdict!r}")
    return table


def compare(got, expected, estimates):
    """Set the metrics of one experiment against recorded ones.

    Parameters
    ----------
    got, expected : pandas.DataFrame
        As `read_metrics` returns them.
    estimates : int
        Number of estimates that the whole scale tests: the more, the farther one of them may lie.

    Returns
    -------
    pandas.DataFrame
        One row per metric: ``metric, kind, got, low, high, expected, expected_low, expected_high, z, result``; the
        result is ``agrees``, ``MISS``, ``MISSING`` (recorded, not measured), ``new`` (measured, not recorded) or
        ``not compared`` (a bound).
    """
    table = got.merge(expected, on="metric", how="outer", suffixes=("", "_expected"), indicator=True)
    results = [_compare_one(row, estimates) for row in table.to_dict("records")]
    table["z"], table["result"] = [z for z, _ in results], [result for _, result in results]
    table["kind"] = table["kind"].fillna(table["kind_expected"])
    columns = {"value": "got", "value_expected": "expected", "low_expected": "expected_low"}
    columns |= {"high_expected": "expected_high"}
    order = ["metric", "kind", "got", "low", "high", "expected", "expected_low", "expected_high", "z", "result"]
    return table.rename(columns=columns)[order]


def _compare_one(row, estimates):
    if row["_merge"] == "left_only":
        return math.nan, "new"
    if row["_merge"] == "right_only":
        return math.nan, "MISSING"
    kinds = {row["kind"], row["kind_expected"]}
    if kinds == {"bound"}:
        return math.nan, "not compared"
    if kinds <= set(WITHOUT_NUMBER):
        return math.nan, "agrees"
    if len(kinds) == 2:
        # Whether anything is reached at all may change with the seed; any other change of kind is one of the code.
        return math.nan, "not compared" if kinds & set(WITHOUT_NUMBER) and kinds & {"estimate", "bound"} else "MISS"
    gap = row["value"] - row["value_expected"]
    if kinds == {"exact"}:
        allowed = (row["high"] - row["low"] + row["high_expected"] - row["low_expected"]) / 2
        return math.nan, "agrees" if abs(gap) <= allowed * (1 + ROUNDING) else "MISS"
    z, probability = _two_samples(row, gap)
    return z, "agrees" if probability >= 1 - (1 - FAMILY_WISE_ERROR) ** (1 / max(1, estimates)) else "MISS"


def _two_samples(row, gap):
    """Welch's test from values, intervals and numbers of units; an interval enters by the side that faces the other."""
    if gap > 0:
        halves = row["value"] - row["low"], row["high_expected"] - row["value_expected"]
    else:
        halves = row["high"] - row["value"], row["value_expected"] - row["low_expected"]
    freedom = np.array([max(1, row["n"] - 1), max(1, row["n_expected"] - 1)])
    variances = (np.array(halves) / stats.t.ppf((1 + LEVEL) / 2, freedom)) ** 2
    scale = ROUNDING * max(abs(row["value"]), abs(row["value_expected"]))
    total = math.sqrt(variances.sum() + scale**2)
    if total == 0:
        return (0.0, 1.0) if gap == 0 else (math.copysign(math.inf, gap), 0.0)
    weight = (variances**2 / freedom).sum()
    degrees = variances.sum() ** 2 / weight if weight > 0 else math.inf
    z = gap / total
    return z, float(2 * stats.t.sf(abs(z), degrees))


def compare_verdicts(ledger, expected):
    """Claims whose verdict changed, with the result ``MISS``, ``MISSING``, ``new`` or ``changed``.

    Parameters
    ----------
    ledger, expected : pandas.DataFrame
        With the columns ``claim, verdict``.
    """
    table = ledger.merge(expected, on="claim", how="outer", suffixes=("", "_expected"), indicator=True)
    rows = []
    for row in table.itertuples():
        # The name `_merge` starts with an underscore: itertuples calls it by its place.
        where = row[-1]
        if where != "both":
            rows.append((row.claim, row.verdict, row.verdict_expected, "new" if where == "left_only" else "MISSING"))
            continue
        got, before = standing(row.verdict), standing(row.verdict_expected)
        if got != before:
            open_ended = {"undecided", "not tested"} & {got, before}
            conditional = {got, before} == {"holds", "holds under"}
            rows.append((row.claim, got, before, "changed" if open_ended or conditional else "MISS"))
    return pd.DataFrame(rows, columns=["claim", "got", "expected", "result"])


def changed_outputs(root, scale):
    """Outputs of a build that are gone or no longer what its manifest says: path to ``"missing"`` or ``"changed"``."""
    manifest = Path(root) / "reports" / scale / "manifest.json"
    if not manifest.exists():
        return {}
    outputs = json.loads(manifest.read_text(encoding="utf-8"))["outputs"]
    wrong = {}
    for path, digest in outputs.items():
        file = Path(root) / path
        if not file.exists():
            wrong[path] = "missing"
        elif sha256(file) != digest:
            wrong[path] = "changed"
    return wrong


def record(metrics, ledger, folder):
    """Write metrics and verdicts as the new expectations.

    Parameters
    ----------
    metrics : dict of str to pandas.DataFrame
        Experiment to its checked metrics.
    ledger : pandas.DataFrame
        Of the same build.
    folder : path
        ``reports/expected/<scale>``.
    """
    for experiment, table in metrics.items():
        write(Path(folder) / f"{experiment}.csv", table)
    chosen = ledger[ledger["experiment"].isin(metrics)]
    file = Path(folder) / "verdicts.csv"
    if file.exists():
        kept = read_verdicts(file)
        kept = kept[~kept["claim"].str.split(".").str[0].isin(metrics)]
        chosen = pd.concat([kept, chosen[["claim", "verdict"]]])
    verdicts = chosen[["claim", "verdict"]].assign(verdict=chosen["verdict"].map(standing))
    write(file, verdicts.sort_values("claim", kind="stable"))


def text_of(table):
    """A comparison as aligned text."""
    numbers = dict.fromkeys(["got", "low", "high", "expected", "expected_low", "expected_high"], "{:.5g}".format)
    return table.to_string(index=False, na_rep="", formatters=numbers | {"z": "{:+.2f}".format})


def _is_finite(value):
    return isinstance(value, int | float | np.number) and math.isfinite(value)
