"""What the figures against the number of branches share: a line with its range for each problem, and the answers."""

import pandas as pd

from convexify_workflow.plotting import CYCLE, direction, medians, ticks_at


def named(tables, rows):
    """One table of several, with the title of each problem; and the arguments that draw a colour for each."""
    titles = {row["name"]: row["title"] for row in rows}
    table = pd.concat(tables, ignore_index=True)
    colours = dict(zip(titles.values(), CYCLE, strict=False))
    look = {"hue": "problem", "style": "problem", "palette": colours, "markers": True, "dashes": False}
    return table.assign(problem=table["row"].map(titles)), look


def draw_trend(axes, table, column, **look):
    """Median and range of a column over the repetitions, against I."""
    medians(axes, table, "branches", column, **look)
    axes.set(xscale="log", xlabel="number of branches I")
    ticks_at(axes.xaxis, sorted(table["branches"].unique()))


def answers(question, numbers, metrics):
    """A title: the question, and below it which way each metric goes (the metric by what it is about)."""
    found = "; ".join(f"{about}: {direction(numbers, metric)}" for about, metric in metrics.items())
    return f"{question}\n{found}"
