import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from convexify_workflow.methods import METHODS, looks
from convexify_workflow.plotting import (
    direction,
    finding,
    intervals,
    legend_of,
    mean_interval,
    measured,
    medians,
    plt,
    scientific,
    spelled,
    subplots,
)
from convexify_workflow.uncertainty import bound, mean, step_at_edge, table_of

TABLE = pd.DataFrame(
    {
        "task": ["a", "b", "a", "b"],
        "value": [1.0, 2.0, 3.0, 4.0],
        "low": [0.5, 1.5, 2.5, 3.5],
        "high": [1.25, 2.25, 3.25, 4.25],
        "method": ["SGD", "SGD", "Adam", "Adam"],
    }
)


def segments(axes):
    return sorted(tuple(map(tuple, path)) for lines in axes.collections if isinstance(lines, LineCollection)
                  for path in lines.get_segments())  # fmt: skip


def test_unknown_method_is_named():
    with pytest.raises(KeyError, match="'Adma' has no look"):
        looks(["SGD", "Adma"])


def test_methods_of_one_comparison_differ_in_colour_and_marker():
    compared = [METHODS[name] for name in ("SGD", "Adam", "sampled", "network's patterns", "gated", "global")]
    assert len({look.colour for look in compared}) == len({look.marker for look in compared}) == len(compared)
    assert len({look.name for look in METHODS.values()}) == len(METHODS)


@pytest.mark.parametrize("sideways", [False, True])
def test_intervals_are_drawn_where_the_table_says(sideways):
    fig, axes = subplots()
    columns = ("value", "task") if sideways else ("task", "value")
    intervals(axes, TABLE, *columns, color="method", marker="method", **looks(TABLE["method"]))
    along = 0 if sideways else 1
    ends = sorted((first[along], last[along]) for first, last in segments(axes))
    assert ends == sorted(zip(TABLE["low"], TABLE["high"], strict=True))
    plt.close(fig)


def test_medians_go_through_the_median_and_the_band_to_the_extremes():
    fig, axes = subplots()
    table = pd.DataFrame({"x": np.repeat([1, 2], 3), "y": [1.0, 2.0, 9.0, 4.0, 5.0, 6.0]})
    medians(axes, table, "x", "y")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [2.0, 5.0])
    (band,) = axes.collections
    assert {tuple(point) for point in band.get_paths()[0].vertices} >= {(1.0, 1.0), (1.0, 9.0), (2.0, 4.0), (2.0, 6.0)}
    plt.close(fig)


def test_finding_breaks_its_lines_by_the_width_of_the_figure():
    lines = []
    for width in (5, 10):
        fig, _ = subplots(width=width)
        finding(fig, "word " * 30)
        lines.append(fig.get_suptitle().count("\n"))
        plt.close(fig)
    assert lines[0] > lines[1] > 0


def test_legend_of_a_panel_names_each_entry_once_and_replaces_those_of_the_panels():
    fig, (left, right) = subplots(1, 2)
    for axes in (left, right):
        axes.plot([1, 2], label="a")
        axes.plot([2, 1], label="a")
        axes.legend()
    legend_of(fig, left)
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["a"]
    assert left.get_legend() is right.get_legend() is None
    plt.close(fig)


def test_data_sets_are_spelled_as_in_text():
    assert [spelled(name) for name in ("mnist", "breast_cancer")] == ["MNIST", "breast cancer"]


def test_small_numbers_are_typeset():
    assert [scientific(value) for value in (0, 1e-6, 4.2e-13)] == ["0", "$10^{-6}$", r"$4\times10^{-13}$"]


def test_titles_take_numbers_and_directions_from_the_metrics():
    numbers = table_of(
        "study",
        {
            "more": mean([1.0, 2.0, 3.0, 2.0], unit="seed"),
            "fewer": mean([-1.0, -2.0, -3.0, -2.0], unit="seed"),
            "neither": mean([-1.0, 1.0, 0.5], unit="seed"),
            "worst": bound(3e-16),
            "edge": step_at_edge(2, unit="tuning"),
            "still": mean([0.0, 0.0, 0.0], unit="seed"),
        },
    )
    assert measured(numbers, "fewer") == "−2 [−3.3, −0.7]"
    assert measured(numbers, "more", ".0%") == "200% [70%, 330%]"
    assert measured(numbers, "worst", ".2f") == "0.00"
    assert {measured(numbers, name) for name in ("edge", "absent")} == {"not tested"}
    assert [direction(numbers, name) for name in ("more", "fewer", "neither", "edge", "still")] == [
        "rises", "falls", "undecided", "not tested", "does not fall",
    ]  # fmt: skip
    assert [direction(numbers, "more", level=level) for level in (0.0, 2.0, 4.0)] == ["rises", "undecided", "falls"]


def test_intervals_of_means_are_those_of_the_metrics():
    values = [1.0, 2.0, 4.0, 8.0]
    metric = mean(values, unit="seed")
    assert mean_interval(values) == (metric.low, metric.high)
    assert np.isnan(mean_interval(values[:2])).all()
