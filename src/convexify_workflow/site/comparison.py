"""What was measured of all methods on the same samples, for the page that sets them side by side."""

import html
from pathlib import Path

import pandas as pd

from convexify_workflow.methods import METHODS
from convexify_workflow.plotting import spelled
from convexify_workflow.site.markup import wide

#: Name of the table of results that holds the measurements.
TABLE = "comparison"
COMPARED = (
    "Two classes of each data set; every method saw the same samples. Trials are the settings that a method tried, "
    "judged by a validation part: slow methods had fewer, those with nothing to choose none. The test error is a mean "
    "over draws with its 95 % interval. An objective can be compared only with one of the same loss and penalty. "
    "Active parameters belong to neurons that are not zero; costs count steps of one fit, never seconds; the gap is "
    "the largest over draws, of the program that was solved."
)
_HEAD = (
    "Method",
    "Data",
    "Test error",
    "Objective",
    "Parameters",
    "active",
    "Trials",
    "Certified gap",
    "Cost of a fit",
)


def comparison_of(studies):
    """The table of measurements, without rows where no study that is built has it.

    Parameters
    ----------
    studies : list of dict
        Each with ``tables``, paths of its results.
    """
    paths = [path for study in studies for path in study["tables"] if Path(path).stem == TABLE]
    return pd.read_parquet(paths[0]) if paths else pd.DataFrame()


def comparison_table(rows):
    """An HTML table of measurements.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``method, dataset, draws, test_error, low, high, objective, nominal, active, trials, cost, cost_unit,
        largest_gap, note``; ``draws`` is 0 and ``note`` says why where a method does not apply.

    Returns
    -------
    str
    """
    return wide("\n".join(map(_line, rows.itertuples())), "".join(f"<th>{name}</th>" for name in _HEAD))


def comparison_list(rows):
    """Test errors of some rows as a list in HTML, for the entry of one way of convexifying."""
    lines = []
    for row in rows.itertuples():
        told = f"test error {_error(row)}" if row.draws else row.note
        lines.append(f"<li>{html.escape(f'{_name(row.method)}, {spelled(row.dataset)}: {told}')}</li>")
    return f"<ul>{''.join(lines)}</ul>"


def _name(method):
    return METHODS[method].name if method in METHODS else method


def _error(row):
    return f"{row.test_error:.1%} [{max(row.low, 0):.1%}, {min(row.high, 1):.1%}], {row.draws} draws"


def _line(row):
    start = f"<td>{html.escape(_name(row.method))}</td><td>{html.escape(spelled(row.dataset))}</td>"
    if not row.draws:
        return f"<tr>{start}<td colspan='{len(_HEAD) - 2}'>{html.escape(row.note)}</td></tr>"
    error = _error(row).replace(" ", "<br><small>", 1) + "</small>"
    cost = "none" if pd.isna(row.cost) else f"{row.cost:,.0f} {html.escape(row.cost_unit)}"
    gap = "none" if pd.isna(row.largest_gap) else f"{row.largest_gap:.1g}"
    numbers = (
        error,
        f"{row.objective:.3g}",
        f"{row.nominal:,.0f}",
        f"{row.active:,.0f}",
        f"{row.trials:.0f}",
        gap,
        cost,
    )
    cells = "".join(f"<td class='number'>{cell}</td>" for cell in numbers)
    return f"<tr>{start}{cells}</tr>"
