"""Losses: conjugates by Fenchel's inequality and by brute force, derivatives by differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from convexify.convex_relu.programs.losses import LOSSES, check_labels, loss_named
from convexify.convex_relu.solvers.conjugates import CONJUGATES

values = st.floats(-3, 3)
names = st.sampled_from(sorted(LOSSES))


def labels(name, raw):
    return np.array([[raw if name == "squared" else np.sign(raw) or 1.0]])


@given(names, values, values, st.floats(0.01, 0.99))
def test_fenchel_inequality_holds_and_the_dual_value_is_attained(name, f, raw, share):
    """-L*(-nu) is the minimum over f of L(f) + nu f."""
    loss, y = loss_named(name), labels(name, raw)
    nu = y * share if name != "squared" else np.array([[share]])
    dual = loss.dual_value(nu, y)
    assert dual <= loss.value(np.array([[f]]), y) + float(nu[0, 0] * f) + 1e-12
    smallest = minimize_scalar(
        lambda g: loss.value(np.array([[g]]), y) + nu[0, 0] * g, bounds=(-40, 40), method="bounded"
    )
    assert dual == pytest.approx(smallest.fun, abs=1e-3)


@given(names, values, values)
def test_negative_gradient_is_optimal_in_the_dual(name, f, raw):
    """Fenchel's inequality is an equality at nu = -gradient."""
    loss, y = loss_named(name), labels(name, raw)
    point = np.array([[f]])
    nu = loss.negative_gradient(point, y)
    assert loss.dual_value(nu, y) == pytest.approx(loss.value(point, y) + float(nu[0, 0] * f), abs=1e-9)


@given(names, st.lists(values, min_size=2, max_size=5), st.floats(0, 10))
def test_best_scale_stays_in_the_domain_and_is_no_worse_than_others(name, entries, limit):
    loss = loss_named(name)
    y = np.array(entries)[:, None] if name == "squared" else np.resize([1.0, -1.0], (len(entries), 1))
    nu = loss.clip_dual(np.array(entries)[:, None], y)
    scale = loss.best_scale(nu, y, limit)
    assert 0 <= scale <= limit
    best = loss.dual_value(scale * nu, y)
    assert best >= loss.dual_value(0.0 * nu, y) - 1e-12
    for other in np.linspace(0, min(limit, 1.0), 5):
        assert best >= loss.dual_value(other * nu, y) - 1e-6


@given(names, st.floats(0.02, 0.98), values)
def test_conjugates_of_the_solver_have_the_derivatives_they_state(name, share, f):
    y = np.array([[1.0], [-1.0]])
    conjugate, step = CONJUGATES[name](y), 1e-6
    nu, f = y * share, np.array([[f], [-f]])
    _, gradient, weight = conjugate.derivatives(nu, f)
    for i in range(2):
        move = np.zeros((2, 1))
        move[i] = step
        upper, lower = conjugate.derivatives(nu + move, f), conjugate.derivatives(nu - move, f)
        assert gradient[i, 0] - f[i, 0] == pytest.approx((upper[0] - lower[0]) / (2 * step), abs=1e-5)
        assert 1 / weight[i, 0] == pytest.approx((upper[1] - lower[1])[i, 0] / (2 * step), rel=1e-3)


def test_labels_must_be_signs_of_both_kinds_for_classification():
    y = np.array([[1.0], [-1.0]])
    assert check_labels(loss_named("logistic"), y) is y
    assert check_labels(loss_named("squared"), 3 * y) is not None
    for bad in (3 * y, np.ones((2, 1))):
        with pytest.raises(ValueError, match=r"^y: "):
            check_labels(loss_named("hinge"), bad)
    with pytest.raises(ValueError, match=r"^loss: "):
        loss_named("zero-one")
