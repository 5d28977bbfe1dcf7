"""Violations on grids against brute force over all triples, and the properties that convexity forces."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convexify.curvature.midpoint_convexity import chord_violation, negative_share_of_plane, plane_violation

VALUES = arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(-8, 8).map(float))


def worst_over_all_triples(values, ceiling=np.inf):
    """Every pair of grid points whose midpoint is a grid point."""
    points = list(itertools.product(*map(range, values.shape)))
    worst = 0.0
    for a, b in itertools.combinations(points, 2):
        if max(values[a], values[b]) > ceiling:
            continue
        if (a[0] + b[0]) % 2 == 0 and (a[1] + b[1]) % 2 == 0:
            middle = values[(a[0] + b[0]) // 2, (a[1] + b[1]) // 2]
            worst = max(worst, middle - (values[a] + values[b]) / 2)
    return worst


@settings(max_examples=80, deadline=None)
@given(values=VALUES)
def test_violation_is_the_worst_over_all_triples(values):
    found = plane_violation(values)
    assert found.absolute == pytest.approx(worst_over_all_triples(values), abs=1e-12)
    c, d = np.array(found.midpoint), np.array(found.offset)
    shown = values[tuple(c)] - (values[tuple(c + d)] + values[tuple(c - d)]) / 2
    assert shown == pytest.approx(found.absolute, abs=1e-12)
    assert 0 <= found.relative <= 1


@settings(max_examples=40, deadline=None)
@given(values=VALUES, ceiling=st.integers(-9, 9))
def test_a_ceiling_leaves_out_chords_with_a_higher_end(values, ceiling):
    found = plane_violation(values, ceiling=float(ceiling))
    assert found.absolute == pytest.approx(worst_over_all_triples(values, ceiling), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(values=VALUES, slope=st.integers(-3, 3), scale=st.sampled_from([0.5, 1.0, 4.0]))
def test_adding_an_affine_function_changes_no_violation_and_scale_factors_out(values, slope, scale):
    rows, columns = np.indices(values.shape)
    tilted = scale * values + slope * rows - 2 * slope * columns
    assert plane_violation(tilted).absolute == pytest.approx(scale * plane_violation(values).absolute, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_convex_quadratic_has_no_violation_and_its_negative_has_one_everywhere(seed):
    A = np.random.default_rng(seed).standard_normal((2, 2))
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9), indexing="ij"))
    values = (np.tensordot(A @ A.T + 0.1 * np.eye(2), grid, 1) * grid).sum(axis=0)
    assert plane_violation(values).absolute <= 1e-12
    assert negative_share_of_plane(values) == 0
    assert plane_violation(-values).relative > 0.1
    assert negative_share_of_plane(-values) == 1


def test_violation_on_a_chord_is_that_of_one_bump():
    found = chord_violation([0.0, 0.0, 1.0, 0.0, 0.0])
    assert (found.absolute, found.relative, found.midpoint, found.offset) == (1.0, 1.0, (2,), (1,))


def test_saddle_is_negatively_curved_at_every_point():
    x, y = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7), indexing="ij")
    assert negative_share_of_plane(x * y) == 1
    assert plane_violation(x * y).absolute == pytest.approx(1)


def test_share_of_negative_curvature_does_not_depend_on_the_grid():
    def share(points):
        x, y = np.meshgrid(np.linspace(0, 1, points), np.linspace(0, 1, points), indexing="ij")
        return negative_share_of_plane(np.sin(2 * np.pi * x) + y**2)

    # sin is concave on the first half of its period and the square adds nothing to that direction.
    assert share(401) == pytest.approx(0.5, abs=0.01)
    assert share(21) == pytest.approx(share(401), abs=0.05)


def test_a_dome_over_the_whole_range_has_curvature_minus_four():
    x, y = np.meshgrid(np.linspace(0, 1, 11), np.linspace(0, 1, 11), indexing="ij")
    dome = -((x - 0.5) ** 2) - (y - 0.5) ** 2
    assert negative_share_of_plane(dome, tolerance=3.99) == 1
    assert negative_share_of_plane(dome, tolerance=4.01) == 0


def test_constant_values_have_violation_zero():
    assert plane_violation(np.full((4, 5), 3.0)).relative == 0


def test_bad_grids_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^values: expected finite entries"):
        plane_violation([[0.0, np.nan], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"^values: expected at least 3 points"):
        chord_violation([0.0, 1.0])
    with pytest.raises(ValueError, match=r"^values: expected at least 3 grid points"):
        negative_share_of_plane(np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r"^tolerance: expected at least 0"):
        negative_share_of_plane(np.zeros((3, 3)), tolerance=-1.0)
