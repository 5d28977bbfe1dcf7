"""The relaxation of a planted filter against independent computations."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexify.relaxations.planted_filter import (
    descend_filter,
    filter_loss,
    filter_outputs,
    is_recovered_for,
    planted_filter_problem,
    relax_filter,
)


def problem(seed, n=40, d=4, patches=2):
    rng = np.random.default_rng(seed)
    return (*planted_filter_problem(rng, n=n, d=d, patches=patches), rng.standard_normal(d))


@pytest.mark.parametrize("patches", [1, 3])
def test_outputs_are_the_sum_of_relu_over_patches(patches):
    X, y, w, _ = problem(0, patches=patches)
    by_hand = [sum(max(0.0, patch @ w) for patch in sample) for sample in X]
    np.testing.assert_allclose(y, by_hand)
    np.testing.assert_allclose(filter_outputs(X, np.stack([w, 0 * w])), [by_hand, np.zeros(len(y))])
    assert filter_loss(X, y, 0 * w) == pytest.approx(0.5 * (y**2).sum())
    assert np.linalg.norm(w) == pytest.approx(1.0)


@pytest.mark.parametrize("patches", [1, 3])
def test_relaxation_equals_cvxpy_and_the_limit_of_the_cone_program(patches):
    X, y, _, r = problem(1, patches=patches)
    answer = relax_filter(X, y, r)
    w, z = cp.Variable(X.shape[2]), cp.Variable(len(y))
    outputs = sum(cp.pos(X[:, j] @ w) for j in range(patches))
    linear = cp.Problem(cp.Minimize(r @ w), [outputs <= y])
    assert answer.objective == pytest.approx(linear.solve(solver="CLARABEL"), abs=1e-6)
    assert answer.gap <= 1e-12
    assert (filter_outputs(X, answer.w) <= y + 1e-9).all()
    beta = 1e-4
    cp.Problem(cp.Minimize(0.5 * cp.sum_squares(z - y) + beta * r @ w), [z >= outputs]).solve(solver="CLARABEL")
    assert r @ w.value == pytest.approx(answer.objective, abs=1e-2)


@given(seed=st.integers(0, 10**6), patches=st.sampled_from([1, 2, 5]), ratio=st.sampled_from([3, 10, 30]))
def test_normal_cone_tells_what_the_program_does(seed, patches, ratio):
    X, y, w, r = problem(seed, n=3 * ratio, d=3, patches=patches)
    answer = relax_filter(X, y, r)
    assert is_recovered_for(X, w, r) == bool(np.linalg.norm(answer.w - w) < 1e-6)


def test_never_for_a_direction_along_the_filter_and_always_against_it_with_many_samples():
    X, _, w, _ = problem(2, n=400, d=3)
    assert not is_recovered_for(X, w, w)
    assert is_recovered_for(X, w, -w)
    assert not is_recovered_for(-np.abs(X), np.abs(w), -w)  # no patch is active


@pytest.mark.parametrize("patches", [1, 3])
def test_the_relaxation_does_not_depend_on_units(patches):
    X, y, _, r = problem(1, patches=patches)
    plain = relax_filter(X, y, r)
    for units in [(1.0, 1e-8, 1.0), (1e-8, 1.0, 1e6), (1e9, 1e9, 1e-9)]:
        x_unit, y_unit, r_unit = units
        scaled = relax_filter(x_unit * X, y_unit * y, r_unit * r)
        np.testing.assert_allclose(scaled.w * x_unit / y_unit, plain.w, rtol=1e-9, atol=1e-12)
        assert scaled.objective * x_unit / y_unit / r_unit == pytest.approx(plain.objective, rel=1e-9)
        assert scaled.gap <= 1e-12


def test_samples_of_very_different_sizes_all_count():
    X, y, _, r = problem(1, patches=2)
    sizes = 10.0 ** -np.arange(len(y))[:, None, None].clip(0, 9)
    plain, scaled = relax_filter(X, y, r), relax_filter(sizes * X, sizes[:, 0, 0] * y, r)
    np.testing.assert_allclose(scaled.w, plain.w, rtol=1e-9, atol=1e-12)


def test_unbounded_with_too_few_samples():
    X, y, _, r = problem(3, n=2, d=5, patches=1)
    answer = relax_filter(X, y, r)
    assert answer.objective == -np.inf
    assert np.isnan(answer.w).all()


def test_descent_is_gradient_descent_and_says_what_diverged():
    X, y, _, start = problem(4)
    eps = 1e-6

    def loss(w):
        return filter_loss(X, y, w) / len(y)

    gradient = [(loss(start + eps * e) - loss(start - eps * e)) / (2 * eps) for e in np.eye(4)]
    stepped = descend_filter(X, y, [start], step=0.1, iterations=1)[0]
    np.testing.assert_allclose(stepped, start - 0.1 * np.array(gradient), atol=1e-7)
    assert not np.isfinite(descend_filter(X, y, [start], step=1e3, iterations=500)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y, r: (X[0], y, r), "^X: expected an array of shape"),
        (lambda X, y, r: (X, y[:-1], r), "^y: expected [0-9]+ entries"),
        (lambda X, y, r: (X, -y, r), "y: expected labels of at least 0"),
        (lambda X, y, r: (X * np.nan, y, r), "^X: expected finite entries"),
        (lambda X, y, r: (X, y, r[:-1]), "^direction: expected 4 entries"),
    ],
)
def test_bad_input_is_named(change, message):
    X, y, _, r = problem(5)
    with pytest.raises(ValueError, match=message):
        relax_filter(*change(X, y, r))
    with pytest.raises(ValueError, match="patches: expected"):
        planted_filter_problem(np.random.default_rng(0), n=3, d=2, patches=0)
