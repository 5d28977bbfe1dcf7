"""Iterations at which a run is recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.iterations import geometric_iterations


@given(last=st.integers(1, 100_000), points=st.integers(2, 300))
def test_grid_starts_at_zero_ends_at_the_last_and_increases(last, points):
    grid = geometric_iterations(last, points)
    assert grid[:2] == [0, 1]
    assert grid[-1] == last
    assert grid == sorted(set(grid))
    assert len(grid) <= points + 1


@pytest.mark.parametrize(("arguments", "name"), [((0, 5), "last"), ((2.5, 5), "last"), ((10, 1), "points")])
def test_bad_input_names_the_argument(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        geometric_iterations(*arguments)
