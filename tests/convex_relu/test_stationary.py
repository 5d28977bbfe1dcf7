"""Networks trained by descent, stationary networks with neurons on kinks, programs on sign patterns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu import solve
from convexify.convex_relu.arrangements import enumerate_patterns
from convexify.convex_relu.descent import fit_networks, objectives, stationarity
from convexify.convex_relu.stationary import settle, solve_on_signs


def small_problem(seed, n=12, d=2):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.standard_normal((n, d)), np.ones(n)])
    return X, np.sign(X[:, 0] * X[:, 1] + 0.1 * rng.standard_normal(n))


@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_descent_never_goes_below_the_optimum_over_all_patterns(loss):
    X, y = small_problem(0)
    optimum = solve(X, y, enumerate_patterns(X), 0.5, loss=loss, solver="cvxpy")
    nets = fit_networks(X, np.repeat(y[:, None], 4, 1), 0.5, 20, method="adam", step=0.02, iterations=400, loss=loss)
    values = objectives(X, np.repeat(y[:, None], 4, 1), 0.5, nets.hidden, nets.output, loss=loss)
    assert (values >= optimum.dual).all()
    assert values.min() <= 1.05 * optimum.primal
    np.testing.assert_allclose(nets.history.groupby("network")["objective"].last(), values, rtol=1e-12)


def test_a_column_of_targets_is_trained_as_if_it_were_alone():
    X, y = small_problem(1)
    both = fit_networks(X, np.column_stack([y, -y]), 0.2, 5, method="gd", step=0.1, iterations=50, seed=3)
    # the first network's draws come first in the stream of hidden weights
    np.testing.assert_array_equal(both.predict(X).shape, (len(X), 2))
    start = fit_networks(X, np.column_stack([y, y]), 0.2, 5, method="gd", step=0.1, iterations=50, seed=3)
    np.testing.assert_allclose(both.hidden[0], start.hidden[0], rtol=1e-12)
    assert not np.allclose(both.hidden[1], start.hidden[1])


def test_stationarity_is_the_gradient_of_the_objective():
    X, y = small_problem(2)
    nets = fit_networks(X, y, 0.3, 4, method="gd", step=0.1, iterations=30, seed=1)
    worst = 0.0
    for array, name in ((nets.hidden, "hidden"), (nets.output, "output")):
        for index in np.ndindex(array.shape):
            parts = [{"hidden": nets.hidden.copy(), "output": nets.output.copy()} for _ in range(2)]
            for sign, part in zip((1, -1), parts, strict=True):
                part[name][index] += sign * 1e-6
            up, down = (objectives(X, y[:, None], 0.3, **part)[0] for part in parts)
            worst = max(worst, abs(up - down) / 2e-6)
    largest = max(np.abs(nets.hidden).max(), np.abs(nets.output).max())
    np.testing.assert_allclose(stationarity(X, y, 0.3, nets)[0], worst / (0.3 * largest), rtol=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.integers(1, 8))
def test_a_settled_network_is_optimal_on_its_own_sign_patterns(seed, width):
    X, y = small_problem(seed)
    nets = fit_networks(X, y, 0.3, width, method="gd", step=lambda k: 0.5 * 10 ** (-k / 300), iterations=900, seed=seed)
    net = settle(X, y, 0.3, nets.hidden[0], nets.output[0])
    assert net.settled
    primal, gap, violation = solve_on_signs(X, y, net.signs, 0.3)
    assert gap <= 1e-7
    assert violation <= 1e-7
    assert net.objective == pytest.approx(primal, rel=1e-6)


def test_without_zeros_the_program_on_signs_is_the_program_on_patterns():
    X, y = small_problem(5)
    patterns = enumerate_patterns(X)[:, ::4]
    primal, gap, _ = solve_on_signs(X, y, np.where(patterns, 1, -1), 0.4)
    assert gap <= 1e-7
    assert primal == pytest.approx(solve(X, y, patterns, 0.4, tol=1e-9).primal, rel=1e-7)


def test_a_dead_network_settles_at_zero():
    X, y = small_problem(6)
    net = settle(X, y, 1e4, np.full((3, 2), 1e-3), np.full(2, 1e-3))
    assert len(net.output) == 0
    assert net.settled
    assert net.objective == pytest.approx(0.5 * y @ y)
    assert solve_on_signs(X, y, net.signs, 1e4)[0] == pytest.approx(0.5 * y @ y)


def test_bad_arguments_are_named():
    X, y = small_problem(7)
    with pytest.raises(ValueError, match=r"^beta"):
        fit_networks(X, y, -1.0, 3, method="gd", step=0.1, iterations=1)
    with pytest.raises(ValueError, match=r"^output"):
        settle(X, y, 0.1, np.ones((3, 2)), np.ones(3))
    with pytest.raises(ValueError, match=r"^y"):
        solve_on_signs(X, y[1:], np.ones((12, 1)), 0.1)
