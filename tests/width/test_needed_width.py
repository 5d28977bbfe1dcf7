import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.width.needed_width import crossing_width, first_success_width

WIDTHS = [2, 4, 8, 16]


@given(st.floats(0.3, 2.0), st.floats(-2.0, 2.0))
def test_crossing_of_a_line_in_the_logarithm_is_exact(slope, shift):
    threshold = slope * np.log(6.0) + shift
    values = slope * np.log(WIDTHS) + shift
    assert crossing_width(WIDTHS, values, threshold) == pytest.approx(6.0)


def test_the_last_crossing_counts():
    assert 8 < crossing_width(WIDTHS, [0.9, 0.6, 0.4, 0.7], 0.5) < 16
    assert first_success_width(WIDTHS, [1.0, 0.4, 0.5, 0.9]) == 8.0


def test_nothing_is_interpolated_beside_a_nan():
    assert crossing_width(WIDTHS, [0.1, np.nan, 0.6, 0.7], 0.5) == 8.0
    assert 4 < crossing_width(WIDTHS, [np.nan, 0.1, 0.6, 0.7], 0.5) < 8


@pytest.mark.parametrize("rule", [lambda values: crossing_width(WIDTHS, values, 0.5), None])
def test_always_and_never(rule):
    rule = rule or (lambda values: first_success_width(WIDTHS, values))
    assert rule([0.5] * 4) == 2.0
    assert np.isnan(rule([1.0, 1.0, 1.0, 0.49]))
    assert np.isnan(rule([np.nan] * 4))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="widths: expected increasing positive numbers"):
        crossing_width([4, 2], [0.0, 1.0], 0.5)
    with pytest.raises(ValueError, match="values: expected 4 entries"):
        first_success_width(WIDTHS, [1.0])
