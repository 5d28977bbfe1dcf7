"""Intervals cover what they promise, and bad repetitions are refused by name."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from convexify_workflow.uncertainty import (
    COLUMNS,
    bound,
    difference,
    exact,
    mean,
    median,
    not_reached,
    ratio,
    resampled,
    share,
    table_of,
)


def coverage(draw, truth, repetitions=400):
    metrics = [draw(np.random.default_rng(k)) for k in range(repetitions)]
    return np.mean([metric.low <= truth <= metric.high for metric in metrics])


@pytest.mark.parametrize("n", [3, 8, 40])
def test_interval_of_a_mean_covers_it_as_often_as_it_says(n):
    assert coverage(lambda rng: mean(rng.normal(2.0, 1.0, n), unit="seed"), 2.0, 300) >= 0.91


def test_interval_of_a_median_covers_it_for_a_skewed_distribution():
    assert coverage(lambda rng: median(rng.exponential(size=15), unit="seed"), math.log(2)) >= 0.93


def test_interval_of_a_share_is_wilsons():
    expected = stats.binomtest(3, 10).proportion_ci(method="wilson")
    metric = share(3, 10, unit="start")
    assert (metric.value, metric.low, metric.high) == (0.3, expected.low, expected.high)
    assert share(10, 10, unit="start").low < 1


def test_pairing_removes_what_the_instances_share():
    rng = np.random.default_rng(0)
    instance = rng.normal(0, 10, 12)
    first, second = instance + 1 + rng.normal(0, 0.1, 12), instance + rng.normal(0, 0.1, 12)
    paired = difference(first, second, unit="instance")
    assert paired.low <= 1 <= paired.high
    assert paired.high - paired.low < 0.5


def test_ratio_is_geometric():
    metric = ratio([2.0, 8.0, 4.0], [1.0, 1.0, 1.0], unit="seed")
    assert metric.value == pytest.approx(4.0)
    assert metric.low < 4.0 < metric.high


@pytest.mark.parametrize("units", [6, 25])
def test_resampled_slope_covers_the_true_one_over_independent_units(units):
    def draw(rng):
        rows = [
            (unit, x, 3.0 * x + shift + rng.normal(0, 0.5))
            for unit, shift in enumerate(rng.normal(0, 5.0, units))
            for x in range(4)
        ]
        table = pd.DataFrame(rows, columns=["seed", "x", "y"])
        return resampled(table, lambda t: np.polyfit(t["x"], t["y"] - t.groupby("seed")["y"].transform("mean"), 1)[0],
                         by="seed")  # fmt: skip

    assert coverage(draw, 3.0, 40 if units == 6 else 8) >= 0.75


def test_jackknife_of_a_mean_is_the_student_interval():
    table = pd.DataFrame({"seed": range(6), "y": [1.0, 4.0, 2.0, 8.0, 5.0, 7.0]})
    found = resampled(table, lambda t: t["y"].mean(), by="seed")
    expected = mean(table["y"], unit="seed")
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_equal_repetitions_have_an_interval_without_width():
    for metric in (mean([2.0] * 30, unit="seed"), mean([2.0] * 4, unit="seed"), median([2.0] * 9, unit="seed")):
        assert (metric.low, metric.value, metric.high) == (2.0, 2.0, 2.0)


def test_the_same_numbers_give_the_same_interval():
    values = np.random.default_rng(1).exponential(size=30)
    assert mean(values, unit="seed") == mean(values, unit="seed")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mean([1.0, 2.0], unit="seed"), "at least 3"),
        (lambda: mean([1.0, math.nan, 2.0], unit="seed"), "1 NaN or infinite of 3"),
        (lambda: median([1.0, 2.0, 3.0], unit="seed"), "take the mean"),
        (lambda: share(1, 2, unit="start"), "at least 3 trials"),
        (lambda: ratio([1.0, 1.0, 1.0], [1.0, 0.0, 1.0], unit="seed"), "positive"),
        (lambda: difference([1.0, 1.0, 1.0], [1.0] * 4, unit="seed"), "the same units"),
        (lambda: bound(math.nan), "not_reached"),
        (lambda: exact(1.0, tolerance=-1), "tolerance"),
        (lambda: resampled(pd.DataFrame({"s": [1, 1]}), len, by="s"), r"at least 3 units \(s\), got 1"),
    ],
)
def test_bad_repetitions_name_experiment_and_metric(make, message):
    with pytest.raises(ValueError, match=f"^study: metric gap: .*{message}"):
        table_of("study", {"gap": make})


def test_number_without_a_kind_is_refused():
    with pytest.raises(ValueError, match=r"study: metric gap: expected a kind .*got 0\.5"):
        table_of("study", {"gap": 0.5})


def test_table_has_its_columns_and_says_what_was_not_reached():
    table = table_of("study", {"a": not_reached(7, unit="run"), "b": bound(3)})
    assert list(table.columns) == COLUMNS
    assert table.loc[0, ["kind", "n", "unit"]].tolist() == ["not reached", 7, "run"]
    assert math.isnan(table.loc[0, "value"])
