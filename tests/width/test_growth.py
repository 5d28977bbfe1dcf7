"""Exponential against power law by held-out depths."""

import numpy as np
import pytest

from convexify.width.growth import power_minus_exponential_error


@pytest.mark.parametrize("depths", [[2, 3, 4], [2, 3, 4, 5, 6, 7, 8]])
def test_each_law_wins_on_its_own_data(depths):
    H = np.array(depths, dtype=float)
    assert power_minus_exponential_error(H, 5 * 0.3**H) > 0.1
    assert power_minus_exponential_error(H, 5 * H**-2.0) < -0.01


def test_only_the_smaller_half_is_fitted():
    H = np.arange(2.0, 9.0)
    values = 2.0**H
    values[-1] *= 100  # held out: enters both errors, not the fits
    assert power_minus_exponential_error(H, values) < power_minus_exponential_error(H, 2.0**H)


def test_bad_input_is_named():
    for depths, values in (([2, 3], [1, 1]), ([2, 3, 4], [1, 0, 1]), ([3, 2, 4], [1, 1, 1])):
        with pytest.raises(ValueError, match="depths, values"):
            power_minus_exponential_error(depths, values)
