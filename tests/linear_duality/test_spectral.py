import cvxpy as cp
import lripy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convexify.linear_duality import (
    project_spectral_ball,
    prox_top_r_squared,
    prox_top_r_squared_matrix,
    top_r_squared,
)

values = st.floats(0, 10, allow_subnormal=False)
sorted_values = arrays(float, st.integers(1, 7), elements=values).map(lambda s: np.sort(s)[::-1].copy())
# Few distinct values, so that ties around r are the rule.
tied_values = st.lists(st.sampled_from([0.0, 1.0, 1.1, 3.0]), min_size=2, max_size=7).map(
    lambda s: np.sort(np.array(s))[::-1].copy()
)
steps = st.floats(0.05, 20)


def prox_objective(x, s, r, step):
    return 0.5 * ((x - s) ** 2).sum() + 0.5 * step * (np.sort(np.abs(x))[::-1][:r] ** 2).sum()


@given(s=sorted_values | tied_values, step=steps, data=st.data())
@settings(max_examples=100, deadline=None)
def test_prox_satisfies_its_variational_inequality(s, step, data):
    r = data.draw(st.integers(1, s.size))
    other = data.draw(arrays(float, s.size, elements=st.floats(-10, 10)))
    x = prox_top_r_squared(s, r, step)
    assert (np.diff(x) <= 1e-12).all()
    assert (x >= 0).all()
    # f(y) >= f(x) + <(s - x) / step, y - x> for every y says that (s - x) / step is a subgradient of f at x.
    top = [0.5 * (np.sort(np.abs(v))[::-1][:r] ** 2).sum() for v in (x, other)]
    assert top[1] >= top[0] + ((s - x) / step) @ (other - x) - 1e-9 * (1 + top[0])


@pytest.mark.parametrize("seed", range(6))
def test_prox_of_a_matrix_agrees_with_cvxpy(seed):
    rng = np.random.default_rng(seed)
    A, r, step = rng.normal(size=(3, 4)), int(rng.integers(1, 4)), float(rng.uniform(0.2, 5))
    N, T = cp.Variable((3, 4)), cp.Variable((4, 4), symmetric=True)
    # T - NᵀN is positive semidefinite, so the r largest eigenvalues of T bound the squared singular values of N.
    half = 0.5 * step * cp.lambda_sum_largest(T, r)
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(N - A) + half), [cp.bmat([[np.eye(3), N], [N.T, T]]) >> 0])
    problem.solve(solver="CLARABEL")
    x = prox_top_r_squared_matrix(A, r, step)
    mine = 0.5 * ((x - A) ** 2).sum() + 0.5 * step * top_r_squared(x, r)
    assert mine <= problem.value + 1e-7
    np.testing.assert_allclose(x, N.value, atol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_prox_agrees_with_lripy_by_moreau(seed):
    rng = np.random.default_rng(100 + seed)
    A, r, t = rng.normal(size=(5, 6)), int(rng.integers(1, 6)), float(rng.uniform(0.2, 5))
    # prox_tf(A) = A - t prox_{f*/t}(A/t), f* being half the squared low-rank inducing norm.
    theirs = A - t * lripy.proxnormrast_square(A / t, r, 2, 1 / t)[0]
    np.testing.assert_allclose(prox_top_r_squared_matrix(A, r, t), theirs, atol=1e-9)


@given(s=tied_values, step=steps, data=st.data())
@settings(max_examples=50, deadline=None)
def test_equal_inputs_stay_equal_when_all_or_none_is_penalised_alike(s, step, data):
    x = prox_top_r_squared(s, s.size, step)
    np.testing.assert_allclose(x, s / (1 + step))
    r = data.draw(st.integers(1, s.size))
    y = prox_top_r_squared(np.full(s.size, 2.0), r, step)
    np.testing.assert_allclose(y, y[0])
    assert prox_objective(y, np.full(s.size, 2.0), r, step) <= prox_objective(x, np.full(s.size, 2.0), r, step) + 1e-12


@given(
    A=arrays(float, (3, 4), elements=st.floats(-5, 5)),
    radius=st.floats(0, 6, allow_subnormal=False),
    B=arrays(float, (3, 4)),
)
@settings(max_examples=60, deadline=None)
def test_projection_on_the_spectral_ball_satisfies_its_variational_inequality(A, radius, B):
    B = np.nan_to_num(B, posinf=1, neginf=-1).clip(-1e3, 1e3)
    norm = np.linalg.norm(B, 2)
    inside = B * (radius / norm) if norm > radius else B
    P = project_spectral_ball(A, radius)
    assert np.linalg.norm(P, 2) <= radius * (1 + 1e-12)
    assert ((A - P) * (inside - P)).sum() <= 1e-9 * (1 + np.linalg.norm(A) ** 2)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([1.0, 2.0], 1, 1.0), "singular_values"),
        (([1.0, -2.0], 1, 1.0), "singular_values"),
        (([2.0, np.nan], 1, 1.0), "singular_values"),
        (([2.0, 1.0], 0, 1.0), "r"),
        (([2.0, 1.0], 3, 1.0), "r"),
        (([2.0, 1.0], 1, 0.0), "step"),
    ],
)
def test_bad_arguments_of_the_prox_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        prox_top_r_squared(*arguments)
