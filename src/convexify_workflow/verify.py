"""Measured metrics against recorded expectations: got, expected, difference, tolerance, verdict."""

from pathlib import Path

import numpy as np
import pandas as pd

from convexify_workflow.job import write

COLUMNS = ["metric", "paper_value", "value", "tolerance"]


def compare(metrics_file, expected_file):
    """Set the metrics of one experiment against its expectations.

    Parameters
    ----------
    metrics_file : path
        CSV with the columns ``metric, value``.
    expected_file : path
        CSV with the columns ``metric, paper_value, value, tolerance`` (absolute).

    Returns
    -------
    pandas.DataFrame
        Columns ``metric, got, expected, difference, tolerance, paper_value, verdict``; the verdict is ``ok``, ``MISS``
        (beyond the tolerance, or an expected metric that was not measured) or ``not recorded`` (no expectation).

    Raises
    ------
    ValueError
        If a file lacks a column or names a metric twice.
    """
    got = _read(metrics_file, ["metric", "value"]).rename(columns={"value": "got"})
    expected_file = Path(expected_file)
    empty = pd.DataFrame({name: pd.Series(dtype="object" if name == "metric" else "float64") for name in COLUMNS})
    expected = _read(expected_file, COLUMNS) if expected_file.exists() else empty
    table = got.merge(expected.rename(columns={"value": "expected"}), on="metric", how="outer", indicator=True)
    table["difference"] = table["got"] - table["expected"]
    both_nan = table["got"].isna() & table["expected"].isna()
    agrees = table["difference"].abs().le(table["tolerance"]) | (table["got"] == table["expected"]) | both_nan
    table["verdict"] = np.select([table["_merge"] == "left_only", agrees], ["not recorded", "ok"], default="MISS")
    return table[["metric", "got", "expected", "difference", "tolerance", "paper_value", "verdict"]]


def record(metrics_file, expected_file, *, second=None, relative=1e-2, absolute=1e-9, margin=3.0):
    """Write the measured metrics as expectations, keeping the paper values and tolerances that are already there.

    A metric without a tolerance gets ``absolute + relative·|value|``. Where ``second``, the metrics of another build of
    the same commit on a processor with other arithmetic, differs, the tolerance is at least ``margin`` times the
    difference: long descents amplify the last bit.
    """
    got = _read(metrics_file, ["metric", "value"])
    expected_file = Path(expected_file)
    known = _read(expected_file, COLUMNS).set_index("metric") if expected_file.exists() else pd.DataFrame()
    for column in ("paper_value", "tolerance"):
        values = known[column] if column in known else pd.Series(dtype="float64")
        got[column] = got["metric"].map(values).astype("float64")
    tolerance = got["tolerance"].fillna(absolute + relative * got["value"].abs())
    if second is not None:
        other = got["metric"].map(_read(second, ["metric", "value"]).set_index("metric")["value"])
        tolerance = np.fmax(tolerance, margin * (other - got["value"]).abs())
    got["tolerance"] = tolerance.map(lambda x: float(f"{x:.2g}"))
    write(expected_file, got[COLUMNS])


def table_of(result):
    """The comparison as aligned text."""
    return result.to_string(
        index=False, na_rep="", formatters=dict.fromkeys(("got", "expected", "difference"), "{:.6g}".format)
    )


def _read(file, columns):
    table = pd.read_csv(file)
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"{file}: expected the columns {', '.join(columns)}; missing {', '.join(missing)}")
    if table["metric"].duplicated().any():
        raise ValueError(f"{file}: metric {table['metric'][table['metric'].duplicated()].iloc[0]} stands twice")
    return table
