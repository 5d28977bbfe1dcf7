"""Three layers on data of rank one: closed forms against the certified program, brute force and descent."""

import numpy as np
import pytest

from convexify.relaxations.path_norm import enumerate_branches
from convexify.relaxations.path_norm_program import solve_path_norm
from convexify.relaxations.standard_three_layers import descend_standard, rank_one_optima


def cost(first, second, last):
    """‖W₁‖ Σ_k ‖w₂ₖ‖ |w₃ₖ|."""
    return np.linalg.norm(first) * (np.linalg.norm(second, axis=0) @ np.abs(last))


def test_parallel_networks_have_no_gap_and_the_closed_form_is_their_optimum():
    for trial in range(6):
        rng = np.random.default_rng([1, trial])
        c, y = rng.standard_normal((2, 5))
        found = rank_one_optima(c, y, 0.2)
        program = solve_path_norm(c[:, None], y, enumerate_branches(c[:, None], 2), 0.2, penalty="weight decay")
        assert program.gap <= 1e-6
        assert program.primal == pytest.approx(found.parallel, rel=1e-6)
        assert found.parallel <= found.low <= found.high <= found.low * (1 + 1e-6)


def test_opposite_slopes_leave_a_gap_and_equal_ones_none():
    for trial in range(20):
        c, y = np.random.default_rng([2, trial]).standard_normal((2, 5))
        found = rank_one_optima(c, y, 0.05)
        assert (found.low > found.parallel * (1 + 1e-6)) == found.opposite


def test_two_samples_have_the_value_derived_by_hand():
    beta = 0.05
    found = rank_one_optima([1.0, -1.0], [1.0, -1.0], beta)
    assert found.parallel == pytest.approx(2 * beta - beta**2)
    assert found.high == pytest.approx(2 * np.sqrt(2) * beta - 2 * beta**2, rel=1e-6)
    assert found.slopes == pytest.approx((1 - np.sqrt(2) * beta, np.sqrt(2) * beta - 1), rel=1e-3)


def test_no_random_network_beats_the_cost_of_its_slopes():
    rng = np.random.default_rng(3)
    for _ in range(2000):
        hidden, neurons = rng.integers(2, 5, size=2)
        first, second, last = (
            rng.standard_normal(hidden),
            rng.standard_normal((hidden, neurons)),
            rng.standard_normal(neurons),
        )
        plus, minus = (np.maximum(np.maximum(s * first, 0.0) @ second, 0.0) @ last for s in (1.0, -1.0))
        least = abs(plus) + abs(minus) if plus * minus >= 0 else (abs(plus) ** (2 / 3) + abs(minus) ** (2 / 3)) ** 1.5
        assert cost(first, second, last) >= least * (1 - 1e-12)


def test_the_bracket_holds_on_a_grid_of_slopes():
    for trial in range(5):
        c, y = np.random.default_rng([4, trial]).standard_normal((2, 6))
        found = rank_one_optima(c, y, 0.3)
        plus, minus = np.meshgrid(np.linspace(-4, 4, 401), np.linspace(-4, 4, 401))
        f = np.maximum(c, 0)[:, None, None] * plus + np.maximum(-c, 0)[:, None, None] * minus
        same = plus * minus >= 0
        power = np.where(same, abs(plus) + abs(minus), (abs(plus) ** (2 / 3) + abs(minus) ** (2 / 3)) ** 1.5)
        values = 0.5 * ((f - y[:, None, None]) ** 2).sum(axis=0) + 0.3 * power
        assert found.low <= values.min() * (1 + 1e-12)
        assert values.min() <= found.high * 1.01


def test_descent_comes_near_the_standard_optimum_and_never_below():
    c, y = np.array([1.0, -1.0, 0.5]), np.array([1.0, -1.0, 0.3])
    found = rank_one_optima(c, y, 0.1)
    objectives = descend_standard(c[None, :, None], y[None], 0.1, hidden=4, neurons=4, starts=12, step=0.03,
                                  iterations=800)  # fmt: skip
    assert objectives.min() >= found.low * (1 - 1e-12)
    assert objectives.min() <= 1.05 * found.high


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="y: expected"):
        rank_one_optima([1.0, 2.0], [1.0], 0.1)
    with pytest.raises(ValueError, match="y: expected"):
        descend_standard(np.ones((3, 1)), np.ones(3), 0.1, hidden=2, neurons=2, starts=1, step=0.1, iterations=1)
