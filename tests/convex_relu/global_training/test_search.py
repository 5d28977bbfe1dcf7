"""The loop of global training: how its time is divided."""

import time

import numpy as np

from convexify.convex_relu.global_training.problem import build_problem
from convexify.convex_relu.global_training.search import Search


def small_search():
    rng = np.random.default_rng(0)
    problem, _ = build_problem(rng.standard_normal((60, 4)), rng.standard_normal(60), 0.3, "squared")
    return Search(problem, 1e-4, "local", rng, time.perf_counter(), 1000.0)


def test_time_is_kept_back_for_the_last_search():
    search = small_search()
    search.U, search.A = np.ones((4, 12)), np.ones((12, 1))
    assert not search.last_search_is_due()
    search.started -= 900.0
    assert not search.last_search_is_due()
    search.pace = 200.0 / (search.width + 12)  # the next search would take a fifth of the time
    assert search.last_search_is_due()
    assert not search.time_is_up()


def test_what_is_kept_back_counts_the_starts_on_large_data_and_is_at_most_a_quarter():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60_000, 20)), rng.standard_normal(60_000)
    problem, _ = build_problem(X, y + X[:, 0], 600.0, "squared")
    search = Search(problem, 1e-4, "local", rng, time.perf_counter(), np.inf, max_rounds=1)
    assert search._random_starts() < search.width
    search.max_time = 1e6
    search.started -= 7.4e5
    search.pace = 8e3  # .19 of the time for the starts there are; as many as on small data would take all of it
    assert not search.last_search_is_due()
    search.pace = 8e4  # more than all of it
    assert not search.last_search_is_due()
    search.started -= 2e4
    assert search.last_search_is_due()


def test_a_search_grows_only_as_far_as_there_is_time_for():
    search = small_search()
    before = search.width
    assert search._search_harder()
    assert search.width == 2 * before
    search.pace = 1000.0 / (10 * search.width)  # the next search, twice as wide, would take a fifth of the time
    assert not search._search_harder()
    assert search.width == 2 * before
    # it is repeated instead, until the starts add up
    assert search._search_again(3000)
    assert not search._search_again(3200)
    search.max_time = np.inf
    assert search._search_again(3200)
    assert search.width == 4 * before
    search.width = 3200
    assert not search._search_again(0)
