"""Numbers, intervals and verdicts of the ledger in HTML, for the report and the site."""

import html

import pandas as pd

from convexify_workflow.ledger import standing

#: Standing of a verdict to the style that colours it.
STYLES = {
    "holds": "holds",
    "holds under": "condition",
    "fails": "fails",
    "undecided": "undecided",
    "not tested": "untested",
}
#: Style to the words of a count: "82 hold".
WORDS = {
    "holds": "hold",
    "condition": "hold under a condition",
    "fails": "fail",
    "undecided": "undecided",
    "untested": "not tested",
}

#: Comparison of a claim's test, typeset.
SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "<": "&lt;", ">": "&gt;"}


def style(verdict):
    """Name of the style that colours a verdict."""
    return STYLES[standing(verdict)]


def number(value):
    """Four digits, or nothing for NaN."""
    return "" if pd.isna(value) else f"{value:.4g}"


def interval(row):
    """The 95 % interval and the number of units of an estimate, a row of the ledger; nothing for another kind."""
    if row.kind != "estimate":
        return ""
    return f"[{number(row.low)}, {number(row.high)}], {row.n} {html.escape(row.unit)}s"


def expectation(row):
    """Comparison, expected value and tolerance of a claim's test."""
    within = f" ± {row.tolerance:g}" if row.tolerance else ""
    return f"{SIGNS.get(row.comparison, row.comparison)} {number(row.expected)}{within}"


def counts(verdicts):
    """Style to how many verdicts have it, in the order of `STYLES`."""
    found = verdicts.map(style).value_counts()
    return {key: int(found[key]) for key in STYLES.values() if key in found}
