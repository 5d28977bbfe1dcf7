"""Certificates of networks against exact optima and explicit networks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.optimality import certify, network_objective
from convexify.convex_relu.networks.pruning import prune
from convexify.convex_relu.networks.two_layer import GatedNetwork, GroupedReLU, TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.warnings import ConvergenceWarning

FIVE_POINTS = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)])
FIVE_LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0])


def test_five_points_have_the_known_optimum_and_a_network_reaches_it():
    beta = 5 * 1e-4  # 1/(2n) scaling with 1e-4
    solution = solve(FIVE_POINTS, FIVE_LABELS, enumerate_patterns(FIVE_POINTS), beta, tol=1e-9)
    assert solution.primal / 5 == pytest.approx(1.0123e-3, abs=5e-8)
    network = prune(to_network(solution), FIVE_POINTS)
    assert network.n_neurons <= 5
    result = certify(network, FIVE_POINTS, FIVE_LABELS, beta, "all", tol=1e-9)
    assert result.exact
    assert 0 <= result.gap < 1e-8


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["squared", "logistic", "hinge"]))
def test_no_network_is_below_the_exact_bound_and_its_own_patterns_alone_bound_it_too(seed, loss):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((7, 2))
    y = np.where(np.arange(7) % 2, 1.0, -1.0)
    network = TwoLayerReLU(rng.standard_normal((2, 4)), rng.standard_normal(4))
    exact = certify(network, X, y, 0.1, "all", loss=loss, tol=1e-7)
    sampled = certify(network, X, y, 0.1, sample_patterns(X, 3, 0), loss=loss, tol=1e-7)
    objective = network_objective(network, X, y, 0.1, loss=loss)
    assert exact.objective == sampled.objective == objective
    assert exact.lower_bound <= sampled.solution.primal * (1 + 1e-12)
    assert sampled.lower_bound <= objective * (1 + 1e-12)
    assert not sampled.exact
    assert exact.gap == pytest.approx(1 - exact.lower_bound / objective)
    # an independent network: the optimum of the exact program, which no bound may exceed
    best = to_network(exact.solution)
    assert exact.lower_bound <= network_objective(best, X, y, 0.1, loss=loss) * (1 + 1e-12)


def test_objective_counts_weight_decay_as_it_is():
    network = TwoLayerReLU(np.array([[2.0]]), [3.0])
    assert network_objective(network, [[1.0], [-1.0]], [5.0, 1.0], 0.5) == pytest.approx(0.5 * (1 + 1) + 0.25 * (4 + 9))


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_bounds_of_networks_with_several_outputs_are_valid_and_tight_for_their_own_optimum(seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((8, 2)), rng.standard_normal((8, 2))
    patterns, gates = sample_patterns(X, 4, 0, return_gates=True)
    cases = [
        (GroupedReLU(rng.standard_normal((2, 3, 2)), rng.standard_normal(3)), False, "frobenius"),
        (GatedNetwork(rng.standard_normal((2, 4)), rng.standard_normal((4, 2)), gates=gates), True, "nuclear"),
        (GatedNetwork(rng.standard_normal((2, 4, 2)), rng.standard_normal(4), gates=gates), True, "frobenius"),
    ]
    # a random group spans several cells: give it columns from one
    cases[0][0].W[:] = gates[:, :3, None] * rng.random((1, 3, 2))
    for network, gated, norm in cases:
        result = certify(network, X, Y, 0.3, patterns, tol=1e-7)
        assert result.lower_bound <= result.objective
        solution = solve(X, Y, patterns, 0.3, gated=gated, group_norm=norm, tol=1e-7)
        best = to_network(solution, gates=gates if gated else None, group_norm=norm)
        assert network_objective(best, X, Y, 0.3) == pytest.approx(solution.primal, rel=1e-9)
        assert certify(best, X, Y, 0.3, patterns, tol=1e-7).gap < 1e-6


@pytest.mark.parametrize("gate", [[0.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
def test_bound_of_a_gated_network_is_below_it_with_gates_on_hyperplanes_of_samples(gate):
    X, w = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), np.array([3.0, 4.0])
    y = np.where(X @ gate >= 0, X @ w, 0.0)
    network = GatedNetwork((w / 5**0.5)[:, None], [5**0.5], gates=np.array(gate)[:, None])
    for patterns in ("all", enumerate_patterns(X)[:, :1]):
        result = certify(network, X, y, 0.1, patterns, tol=1e-8)
        assert result.objective == pytest.approx(0.5)
        assert result.lower_bound <= result.objective


def test_relaxed_bound_for_shared_neurons_is_below_every_network_found():
    rng = np.random.default_rng(5)
    X, Y = rng.standard_normal((8, 2)), rng.standard_normal((8, 2))
    network = TwoLayerReLU(rng.standard_normal((2, 6)), rng.standard_normal((6, 2)))
    result = certify(network, X, Y, 0.2, "all")
    for _ in range(300):
        m = int(rng.integers(1, 7))
        W = rng.standard_normal((2, m))
        a = np.linalg.lstsq(np.maximum(X @ W, 0), Y, rcond=None)[0]
        assert network_objective(TwoLayerReLU(W, a).rescaled(), X, Y, 0.2) >= result.lower_bound


def test_bad_arguments_are_rejected_by_name():
    network = TwoLayerReLU(np.ones((2, 1)), [1.0])
    with pytest.raises(ValueError, match=r"^patterns: expected one of 'all', 'global'"):
        certify(network, FIVE_POINTS, FIVE_LABELS, 0.1, "some")
    with pytest.raises(ValueError, match=r"^y: expected an array of shape \(5,\)"):
        certify(network, FIVE_POINTS, FIVE_LABELS[:4], 0.1, "all")
    with pytest.raises(ValueError, match=r"^y: expected an array of real numbers"):
        certify(network, FIVE_POINTS, list("abcde"), 0.1, "all")
    with pytest.raises(ValueError, match=r"^patterns: expected a boolean array"):
        certify(network, FIVE_POINTS, FIVE_LABELS, 0.1, np.full((5, 1), 0.5))
    with pytest.raises(ValueError, match=r"^X: expected 2 columns"):
        certify(network, np.ones((5, 3)), FIVE_LABELS, 0.1, "all")
    with pytest.raises(ValueError, match=r"^beta: expected"):
        certify(network, FIVE_POINTS, FIVE_LABELS, -1.0, "all")


def test_global_certificate_is_that_of_all_patterns_in_low_rank_and_a_bracket_in_higher_rank():
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((9, 2)), rng.standard_normal(9)
    network = TwoLayerReLU(rng.standard_normal((2, 4)), rng.standard_normal(4))
    everywhere = certify(network, X, y, 0.1, tol=1e-7)
    enumerated = certify(network, X, y, 0.1, "all", tol=1e-7)
    assert everywhere.exact
    assert everywhere.objective == enumerated.objective
    assert everywhere.lower_bound == pytest.approx(enumerated.lower_bound, rel=1e-6)
    assert everywhere.improvement == pytest.approx(everywhere.gap, abs=1e-6)
    X, y = rng.standard_normal((40, 8)), rng.standard_normal(40)
    network = TwoLayerReLU(rng.standard_normal((8, 4)), rng.standard_normal(4))
    with pytest.warns(ConvergenceWarning, match="relaxation"):
        bracket = certify(network, X, y, 1.0, max_time=2.0)
    assert not bracket.exact
    assert 0 < bracket.improvement < bracket.gap < 1
    assert bracket.solution.starts > 0


def test_torch_network_is_certified_as_it_is():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(1, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1)).double()
    X = np.linspace(-2, 2, 9)[:, None]
    y = np.abs(X[:, 0])
    result = certify(module, X, y, 0.1, tol=1e-6)
    with torch.no_grad():
        fit = 0.5 * ((module(torch.from_numpy(X)).numpy()[:, 0] - y) ** 2).sum()
    *decayed, bias = [p.detach().numpy() for p in module.parameters()]
    penalty = 0.5 * sum((p**2).sum() for p in decayed) + np.abs(bias[0])
    assert result.objective == pytest.approx(fit + 0.1 * penalty)
    assert result.exact
    assert result.gap == pytest.approx(1 - result.lower_bound / result.objective)
    assert result.solution.network.W.shape[0] == 2
    with pytest.raises(ValueError, match=r"^patterns: expected an array or 'all' for a GroupedReLU"):
        certify(GroupedReLU(np.ones((1, 2, 2)), np.ones(2)), X, np.column_stack([y, y]), 0.1)
