"""Networks trained by descent, and stationary networks with neurons on kinks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu import solve
from convexify.convex_relu.networks.network_training import fit_networks, objectives
from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.stationarity import solve_restricted
from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.patterns.arrangements import enumerate_patterns


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


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.integers(1, 8))
def test_a_refined_network_is_optimal_on_its_own_sign_patterns(seed, width):
    X, y = small_problem(seed)
    nets = fit_networks(X, y, 0.3, width, method="gd", step=lambda k: 0.5 * 10 ** (-k / 300), iterations=900, seed=seed)
    net = refine_stationary(X, y, 0.3, nets.hidden[0], nets.output[0])
    assert net.converged
    restricted = solve_restricted(X, y, np.unique(net.signs, axis=1), 0.3)
    assert restricted.gap <= 1e-7
    assert restricted.violation <= 1e-12
    assert net.objective == pytest.approx(restricted.objective, rel=1e-6)


def test_a_trained_network_is_handed_over_as_it_is():
    X, y = small_problem(4)
    nets = fit_networks(X, np.column_stack([y, -y]), 0.3, 3, method="gd", step=0.1, iterations=20, seed=0)
    for k, target in enumerate((y, -y)):
        last = nets.history[nets.history["network"] == k]["objective"].iloc[-1]
        assert network_objective(nets.network(k), X, target, 0.3) == pytest.approx(last, rel=1e-12)


def test_a_dead_network_is_refined_to_zero():
    X, y = small_problem(6)
    net = refine_stationary(X, y, 1e4, np.full((3, 2), 1e-3), np.full(2, 1e-3))
    assert len(net.output) == 0
    assert net.converged
    assert net.objective == pytest.approx(0.5 * y @ y)
    assert solve_restricted(X, y, net.signs, 1e4).objective == pytest.approx(0.5 * y @ y)


def test_bad_arguments_are_named():
    X, y = small_problem(7)
    with pytest.raises(ValueError, match=r"^beta"):
        fit_networks(X, y, -1.0, 3, method="gd", step=0.1, iterations=1)
    with pytest.raises(ValueError, match=r"^output"):
        refine_stationary(X, y, 0.1, np.ones((3, 2)), np.ones(3))
    with pytest.raises(ValueError, match=r"^y"):
        solve_restricted(X, y[1:], np.ones((12, 1)), 0.1)
