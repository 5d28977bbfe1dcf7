import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.linear_duality import RowSpace


@given(d=st.integers(1, 12), n=st.integers(1, 12), rank=st.integers(1, 12), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_coordinates_project_onto_the_row_space(d, n, rank, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(d, rank)) @ rng.normal(size=(rank, n))
    A = rng.normal(size=(3, n))
    space = RowSpace(X)
    assert space.rank == min(d, n, rank)
    projected = space.lift(space.coordinates(A))
    np.testing.assert_allclose(projected, A @ np.linalg.pinv(X, rcond=1e-11) @ X, atol=1e-7)
    np.testing.assert_allclose(space.lift(space.coordinates(X)), X, atol=1e-9)
    np.testing.assert_allclose(space.coordinates(X), space.left * space.singular_values, atol=1e-9)


@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10])
def test_basis_is_orthonormal_whatever_the_condition_number(condition):
    rng = np.random.default_rng(0)
    left, right = np.linalg.qr(rng.normal(size=(20, 20)))[0], np.linalg.qr(rng.normal(size=(300, 20)))[0]
    s = np.geomspace(1, 1 / condition, 20)
    space = RowSpace((left * s) @ right.T)
    assert space.rank == 20
    np.testing.assert_allclose(space.singular_values, s, rtol=1e-13 * condition)
    basis = space.lift(np.eye(20))
    np.testing.assert_allclose(basis @ basis.T, np.eye(20), atol=1e-13)


def test_pixels_that_are_always_zero_or_copies_do_not_count():
    X = np.random.default_rng(1).integers(0, 256, size=(10, 50)).astype(float)
    X[3] = 0
    X[7] = X[2]
    X[8] = X[1] + X[2]
    space, full = RowSpace(X), np.linalg.svd(X, compute_uv=False)
    assert space.rank == 7
    np.testing.assert_allclose(space.singular_values, full[:7], rtol=1e-12)


def test_a_zero_matrix_has_an_empty_row_space():
    space = RowSpace(np.zeros((3, 5)))
    assert space.rank == 0
    assert space.coordinates(np.ones((2, 5))).shape == (2, 0)
    np.testing.assert_array_equal(space.lift(np.zeros((2, 0))), np.zeros((2, 5)))
