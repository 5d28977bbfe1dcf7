"""Cone projections: the oracle is non-negative least squares on all rows at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from convexify.convex_relu.programs.certificates import dual_bounds, refine_multipliers
from convexify.convex_relu.programs.cone_projection import _block_pivoting, project_onto_cones, repair
from convexify.convex_relu.programs.convex_program import build_program


def cones(seed, n, d, count, realisable=True):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, d))
    gates = X @ random.standard_normal((d, count)) if realisable else random.standard_normal((n, count))
    return X, np.where(gates > 0, 1.0, -1.0), random.standard_normal((d, count))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 8), st.booleans())
def test_projection_agrees_with_least_squares_on_all_rows(seed, n, d, realisable):
    X, signs, points = cones(seed, n, d, 3, realisable)
    projections, multipliers, support = project_onto_cones(X, signs, points)
    for g in range(3):
        signed = X * signs[:, g, None]
        distance = nnls(signed.T, -points[:, g])[1]
        assert np.linalg.norm(projections[:, g]) == pytest.approx(distance, abs=1e-10)
        assert (signed @ projections[:, g]).min() >= -1e-11 * np.linalg.norm(X)
        assert (multipliers[g] > 0).all()
        moved = signed[support[g]].T @ multipliers[g]
        np.testing.assert_allclose(points[:, g] + moved, projections[:, g], atol=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_any_rows_to_start_from_lead_to_the_same_projection(seed):
    X, signs, points = cones(seed, 30, 5, 4)
    cold, _, found = project_onto_cones(X, signs, points)
    random = np.random.default_rng(seed)
    guesses = [random.choice(30, size=random.integers(0, 12), replace=False) for _ in range(4)]
    np.testing.assert_allclose(project_onto_cones(X, signs, points, guesses)[0], cold, atol=1e-10)
    np.testing.assert_allclose(project_onto_cones(X, signs, points, found)[0], cold, atol=1e-12)


def test_a_point_inside_stays():
    X, signs, _ = cones(0, 20, 4, 2)
    inside = np.random.default_rng(0).standard_normal((4, 2))
    signs = np.where(X @ inside > 0, 1.0, -1.0)
    projections, multipliers, _ = project_onto_cones(X, signs, inside)
    np.testing.assert_array_equal(projections, inside)
    assert all(len(m) == 0 for m in multipliers)


def test_early_stop_proves_the_projection_short():
    X, signs, points = cones(3, 60, 6, 5)
    exact = np.linalg.norm(project_onto_cones(X, signs, points)[0], axis=0)
    enough = 1.5 * exact.max()
    early = np.linalg.norm(project_onto_cones(X, signs, points, enough=enough)[0], axis=0)
    assert (early >= exact - 1e-12).all()
    assert (early <= enough).all()


def test_rows_of_zeros_and_repeated_rows_do_no_harm():
    X, signs, points = cones(5, 15, 3, 2)
    more, more_signs = np.vstack([X, X, np.zeros((2, 3))]), np.vstack([signs, signs, np.ones((2, 2))])
    np.testing.assert_allclose(
        project_onto_cones(more, more_signs, points)[0], project_onto_cones(X, signs, points)[0], atol=1e-11
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(2, 30), st.integers(0, 60))
def test_block_pivoting_agrees_with_lawson_and_hanson_or_says_that_it_does_not_end(seed, count, d, positive):
    random = np.random.default_rng(seed)
    cone = random.standard_normal((count, d))
    cone /= np.linalg.norm(cone, axis=1)[:, None]
    point = random.standard_normal(d)
    values = _block_pivoting(cone, point, np.arange(count) < positive, 60)
    expected, distance = nnls(cone.T, -point)
    if values is None:
        assert count > d or positive > d  # dependent rows: a positive set need not be independent
    else:
        assert np.linalg.norm(point + cone.T @ values) == pytest.approx(distance, abs=1e-10)
        np.testing.assert_allclose(cone.T @ values, cone.T @ expected, atol=1e-9)


def test_dependent_rows_are_left_to_the_other_method():
    cone = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert _block_pivoting(cone, np.array([-1.0, -1.0]), np.ones(3, bool), 60) is None


def test_without_time_a_group_outside_its_cone_is_zero_and_one_inside_stays():
    X, signs, points = cones(0, 40, 4, 6)
    inside = project_onto_cones(X, signs, points)[0][:, 0] + 1e-3 * np.linalg.lstsq(X, signs[:, 0], rcond=None)[0]
    points[:, 0] = inside if (signs[:, 0] * (X @ inside)).min() >= 0 else 0.0
    program = build_program(X, X[:, 0], signs > 0, 1.0)
    cut_off = repair(program, points[:, :, None], deadline=-np.inf)
    outside = ((signs * (X @ points)).min(axis=0) < 0)[:, None]
    assert outside.any()
    assert not cut_off[:, outside].any()
    np.testing.assert_array_equal(cut_off[:, ~outside], points[:, :, None][:, ~outside])
    assert repair(program, points[:, :, None])[:, outside].any()


def test_without_time_multipliers_stay_as_they_are():
    X, signs, _ = cones(1, 40, 4, 6)
    program = build_program(X, X[:, 0], signs > 0, 1e-3)
    nu = X[:, :1]
    zero = refine_multipliers(program, nu, deadline=-np.inf)
    refined = refine_multipliers(program, nu)
    assert not any(part.any() for part in zero)
    assert max(b.max() for b in dual_bounds(program, nu, refined)) < max(
        b.max() for b in dual_bounds(program, nu, zero)
    )
