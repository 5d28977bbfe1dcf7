"""Exact gaps against enumeration of every network, cvxpy, and the closed form of homogeneous branches."""

import numpy as np
import pytest
from branch_oracles import dual, network_points, primal, random_atoms, relaxation, separable_primal
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import hinge_loss

from convexify.branches import exact_gap, homogeneous_gap, integer_program, nonconvexity
from convexify.branches.branch_problem import aggregate_samples, branch_problem, remove_dominated_atoms
from convexify.branches.gap import independent_values
from convexify.branches.integer_program import Bracket, solve_integer_program
from convexify.branches.lp_relaxation import solve_lp_relaxation

CASES = [(seed, tau, budget) for seed in range(4) for tau in (0.3, 1.0, 10.0) for budget in (0.25, 0.8, np.inf)]


@pytest.mark.parametrize("branches", [1, 2, 3, 5])
@pytest.mark.parametrize(("seed", "tau", "budget"), CASES)
def test_primal_dual_and_relaxation_equal_enumeration(seed, tau, budget, branches):
    values, penalties, labels = random_atoms(seed)
    result = exact_gap(values, penalties, labels, branches=branches, tau=tau, budget=budget)
    losses, means = network_points(values, penalties, labels, branches, tau)
    assert result.primal == pytest.approx(primal(losses, means, budget), abs=1e-8)
    assert result.dual == pytest.approx(dual(losses, means, budget), abs=1e-8)
    assert result.lp == pytest.approx(relaxation(values, penalties, labels, tau, budget), abs=1e-6)
    assert result.exact


@pytest.mark.parametrize(("seed", "tau", "budget"), CASES)
def test_fractions_of_the_relaxation_attain_its_certified_value(seed, tau, budget):
    """The dual value alone forgives a wrong right-hand side; the loss of the fractions, computed here, does not."""
    values, penalties, labels = random_atoms(seed, n=7, m=9)
    for prepare in (lambda problem: problem, aggregate_samples):
        relaxation = solve_lp_relaxation(prepare(branch_problem(values, penalties, labels, tau=tau, budget=budget)))
        fractions = relaxation.fractions
        assert fractions.min() >= 0
        assert fractions.sum() == pytest.approx(1, abs=1e-9)
        assert penalties @ fractions <= budget + 1e-9
        loss = np.maximum(0.0, 1.0 - labels * (values @ fractions) / tau).mean()
        assert loss == pytest.approx(relaxation.value, abs=1e-9)


@pytest.mark.parametrize(("seed", "tau", "budget"), [case for case in CASES if case[1] < 10])
def test_fractions_of_the_relaxation_attain_the_optimum_of_an_independent_program(seed, tau, budget):
    """The kinked hinge: the loss of the fractions, computed here, against cvxpy, to much better than 1e-3."""
    values, penalties, labels = random_atoms(seed, n=7, m=9)
    problem = branch_problem(values, penalties, labels, tau=tau, budget=budget)
    fractions = solve_lp_relaxation(problem).fractions
    loss = np.maximum(0.0, 1.0 - labels * (values @ fractions) / tau).mean()
    assert loss == pytest.approx(relaxation(values, penalties, labels, tau, budget), abs=1e-7)


@pytest.mark.parametrize("branches", [1, 2, 5])
@pytest.mark.parametrize(("seed", "tau", "budget"), CASES)
def test_values_by_independent_programs_equal_enumeration(seed, tau, budget, branches):
    """Also at a finite budget that no network breaks, where the dual has to find λ = 0."""
    values, penalties, labels = random_atoms(seed)
    slack = np.isinf(budget)
    result = independent_values(
        values, penalties, labels, branches=branches, tau=tau, budget=1.5 * penalties.max() if slack else budget
    )
    losses, means = network_points(values, penalties, labels, branches, tau)
    assert result.primal_upper == pytest.approx(primal(losses, means, budget), abs=1e-8)
    assert result.dual_lower == pytest.approx(dual(losses, means, budget), abs=1e-8)
    assert result.dual_upper == pytest.approx(result.dual_lower, abs=2e-9)
    assert result.lp == pytest.approx(relaxation(values, penalties, labels, tau, budget), abs=1e-6)
    if slack:
        assert result.multiplier == 0.0


def test_the_general_dual_needs_a_finite_budget():
    values, penalties, labels = random_atoms(0)
    with pytest.raises(ValueError, match=r"^budget: expected"):
        independent_values(values, penalties, labels, branches=2, tau=1.0, budget=np.inf)


@pytest.mark.parametrize("seed", range(6))
def test_integer_program_alone_equals_enumeration(seed, monkeypatch):
    monkeypatch.setattr(integer_program, "is_enumerable", lambda problem, branches: False)
    # A poor network to start from, so that the integer program has to find the optimum itself.
    monkeypatch.setattr(integer_program, "best_by_exchange", _cheapest_network)
    values, penalties, labels = random_atoms(seed, n=6, m=8)
    result = exact_gap(values, penalties, labels, branches=4, tau=0.5, budget=0.6)
    losses, means = network_points(values, penalties, labels, 4, 0.5)
    assert result.primal == pytest.approx(primal(losses, means, 0.6), abs=1e-8)
    assert result.dual == pytest.approx(dual(losses, means, 0.6), abs=1e-8)


def _cheapest_network(problem, branches, fractions, starts=()):
    networks = [start for start in starts if problem.feasible(start / branches)]
    cheapest = np.zeros(problem.n_atoms, dtype=int)
    cheapest[np.argmin(problem.penalties)] = branches
    networks.append(cheapest)
    best = min(networks, key=lambda counts: problem.objective(counts / branches))
    return best, float(problem.objective(best / branches))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    branches=st.integers(1, 4),
    tau=st.sampled_from([0.5, 1.0, 2.0, 50.0]),
    budget=st.sampled_from([0.0, 0.37, 1.0, 2.5, np.inf]),
)
def test_relaxation_dual_primal_are_ordered_with_ties_and_duplicates(seed, branches, tau, budget):
    values, penalties, labels = random_atoms(seed, n=4, m=7, integral=True)
    result = exact_gap(values, penalties, labels, branches=branches, tau=tau, budget=budget)
    losses, means = network_points(values, penalties, labels, branches, tau)
    assert result.primal == pytest.approx(primal(losses, means, budget), abs=1e-8)
    assert result.lp <= result.dual + 1e-12
    assert result.dual_lower <= result.dual_upper + 1e-12
    assert result.dual_upper <= result.primal_upper + 1e-12
    assert result.gap_lower <= result.gap + 1e-12


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), branches=st.integers(1, 60), budget=st.floats(0.0, 2.5))
def test_a_linear_hinge_makes_dual_and_relaxation_equal_and_the_gap_at_most_delta_over_branches(seed, branches, budget):
    values, penalties, labels = random_atoms(seed, n=4, m=9)
    result = exact_gap(values, penalties, labels, branches=branches, tau=np.abs(values).max(), budget=budget)
    assert result.linear
    assert result.dual == result.lp
    assert result.gap <= result.delta_worst / branches + 1e-8
    assert result.bound == 2 * result.delta_worst / branches


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("branches", [1, 2, 7])
def test_the_separable_path_equals_the_general_one(seed, branches):
    values, penalties, labels = random_atoms(seed, n=5, m=30)
    problem = {"branches": branches, "tau": np.abs(values).max(), "budget": 0.7, "time_limit": None}
    fast = exact_gap(values, penalties, labels, **problem)
    slow = exact_gap(values, penalties, labels, **problem, reduce=False)
    assert fast.linear
    assert slow.linear
    for name in ("lp", "dual_lower", "dual_upper", "primal_lower", "primal_upper", "delta_worst"):
        assert getattr(fast, name) == pytest.approx(getattr(slow, name), abs=1e-7), name


@pytest.mark.parametrize("seed", range(6))
def test_reductions_change_no_value(seed):
    values, penalties, labels = random_atoms(seed, n=4, m=12, integral=True)
    problem = branch_problem(values, penalties, labels, tau=2.0, budget=1.5)
    reduced = remove_dominated_atoms(aggregate_samples(problem))
    assert reduced.n_atoms < problem.n_atoms
    assert solve_lp_relaxation(reduced).value == pytest.approx(solve_lp_relaxation(problem).value, abs=1e-9)
    assert solve_integer_program(reduced, 4).upper == pytest.approx(solve_integer_program(problem, 4).upper, abs=1e-9)
    fractions = np.random.default_rng(seed).dirichlet(np.ones(problem.n_atoms))
    assert aggregate_samples(problem).objective(fractions) == pytest.approx(problem.objective(fractions), abs=1e-12)


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("branches", [1, 2, 10, 30])
def test_homogeneous_branches_have_the_closed_form_gap(power, branches):
    levels = np.arange(101) / 100
    result = exact_gap(levels[None] ** power, levels, [1.0], branches=branches, tau=1.0, budget=0.37)
    closed = homogeneous_gap(branches, budget=0.37, power=power)
    # Every way to spend the budget, in hundredths; the mixture of 0 and 1 is the relaxation, 1 − K.
    spent = separable_primal((1 - levels**power).tolist(), branches)[round(37 * branches)]
    assert closed == pytest.approx(spent - (1 - 0.37), abs=1e-12)
    assert result.gap == pytest.approx(closed, abs=2e-8)
    assert result.dual == pytest.approx(1 - 0.37, abs=1e-12)


def test_the_dual_of_identical_branches_does_not_depend_on_their_number_when_the_hinge_is_linear():
    values, penalties, labels = random_atoms(3, n=6, m=30)
    duals = {
        exact_gap(values, penalties, labels, branches=branches, tau=10.0, budget=0.5).dual
        for branches in (1, 2, 7, 100)
    }
    assert len(duals) == 1


@pytest.mark.parametrize("tau", [0.4, 1.0, 20.0])
@pytest.mark.parametrize("branches", [1, 3, 50])
def test_an_infinite_budget_leaves_no_gap(tau, branches):
    values, penalties, labels = random_atoms(5, n=8, m=20)
    result = exact_gap(values, penalties, labels, branches=branches, tau=tau, budget=np.inf)
    assert result.gap == 0.0
    assert result.dual_lower <= result.primal_upper


def test_a_negative_multiplier_would_break_weak_duality():
    """λ ≥ 0 matters: over all real λ the same formula is not below the primal."""
    values, penalties, labels = np.array([[1.0, 0.0]]), np.array([0.0, 1.0]), np.array([1.0])
    result = exact_gap(values, penalties, labels, branches=2, tau=1.0, budget=0.5)
    losses, means = network_points(values, penalties, labels, 2, 1.0)
    assert result.primal == result.dual == 0.0
    assert (losses - 5.0 * (means - 0.5)).min() < (losses + 0.0 * (means - 0.5)).min() == 0.0


def test_tau_one_is_the_classic_hinge_loss():
    values, penalties, labels = random_atoms(7, n=9, m=20)
    result = exact_gap(values, penalties, labels, branches=4, tau=1.0, budget=0.5)
    assert result.primal == pytest.approx(hinge_loss(labels, values @ result.counts / 4), abs=1e-12)


def test_counts_attain_the_primal_within_the_budget():
    values, penalties, labels = random_atoms(11, n=20, m=50)
    result = exact_gap(values, penalties, labels, branches=12, tau=0.5, budget=0.4)
    fractions = result.counts / 12
    assert result.counts.sum() == 12
    assert penalties @ fractions <= 0.4 + 1e-9
    assert np.maximum(0, 1 - labels * (values @ fractions) / 0.5).mean() == pytest.approx(result.primal, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1e-6, 1e-9, 1e-200, 1e6])
def test_the_unit_of_the_penalties_does_not_matter(scale):
    penalties = np.array([0.0, 1.0])
    small = exact_gap([[0, 1.0]], scale * penalties, [1], branches=4, tau=1, budget=0.7499 * scale)
    assert small.primal == 0.5
    rng = np.random.default_rng(0)
    values, penalties = 2 * rng.standard_normal((8, 30)), rng.random(30)
    labels = np.sign(rng.standard_normal(8))
    plain, scaled = (
        exact_gap(values, unit * penalties, labels, branches=3, tau=1.0, budget=0.2 * unit) for unit in (1.0, scale)
    )
    assert plain.binding
    assert scaled.primal == pytest.approx(plain.primal, rel=1e-9)
    assert scaled.dual_lower == pytest.approx(plain.dual_lower, rel=1e-9)
    assert scaled.lp == pytest.approx(plain.lp, rel=1e-9)
    assert scaled.multiplier * scale == pytest.approx(plain.multiplier, rel=1e-6)


def test_an_early_stop_reports_a_bracket_that_holds_the_optimum():
    rng = np.random.default_rng(0)
    values, penalties = rng.normal(size=(14, 26)), rng.uniform(0.1, 1.0, 26)
    labels = rng.choice([-1.0, 1.0], size=14)
    problem = {"branches": 5, "tau": 0.3, "budget": 0.4, "time_limit": None}
    stopped = exact_gap(values, penalties, labels, **problem, node_limit=1)
    solved = exact_gap(values, penalties, labels, **problem)
    assert solved.exact
    assert not stopped.exact
    assert stopped.primal_lower <= solved.primal_upper + 1e-9
    assert solved.primal_lower <= stopped.primal_upper + 1e-9
    assert stopped.dual_lower <= solved.dual_upper + 1e-9
    assert stopped.gap_lower - 1e-8 <= solved.gap <= stopped.gap + 1e-8


def test_a_bracket_left_open_is_not_called_exact(monkeypatch):
    values, penalties, labels = random_atoms(2, n=6, m=10)
    counts = np.array([3, *[0] * 9])
    monkeypatch.setattr("convexify.branches.gap.remove_dominated_atoms", lambda problem: problem)
    for module in ("gap", "lagrangian_dual"):
        monkeypatch.setattr(
            f"convexify.branches.{module}.solve_integer_program", lambda problem, *_, **__: Bracket(0.1, 1.0, counts)
        )
    assert not exact_gap(values, penalties, labels, branches=3, tau=0.2, budget=0.5).exact


BAD = [
    ({"tau": 0.0}, "tau"),
    ({"tau": -1.0}, "tau"),
    ({"tau": np.nan}, "tau"),
    ({"tau": 1e-160}, "values / tau"),
    ({"branches": 0}, "branches"),
    ({"branches": 1.5}, "branches"),
    ({"budget": -0.5}, "budget"),
    ({"budget": np.nan}, "budget"),
    ({"values": np.full((5, 6), np.nan)}, "values"),
    ({"values": np.ones(6)}, "values"),
    ({"penalties": np.full(6, np.inf)}, "penalties"),
    ({"penalties": np.ones(5)}, "penalties"),
    ({"labels": np.ones(4)}, "labels"),
    ({"labels": np.array([0.0, 1, 1, 1, 1])}, "labels"),
    ({"node_limit": 0}, "node_limit"),
    ({"time_limit": 0.0}, "time_limit"),
]


@pytest.mark.parametrize(("change", "name"), BAD)
def test_bad_input_names_the_argument(change, name):
    values, penalties, labels = random_atoms(0)
    arguments = {"values": values, "penalties": penalties, "labels": labels, "branches": 2, "tau": 1.0, "budget": 1.0}
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        exact_gap(**{**arguments, **change})


def test_nonconvexity_is_the_supremum_over_a_fine_scan():
    rng = np.random.default_rng(4)
    penalties, losses = rng.uniform(0, 1, 30), rng.uniform(0, 1, 30)
    scan = []
    for budget in np.append(np.linspace(penalties.min(), 1.0, 4001), np.nextafter(penalties, -1)):
        if budget < penalties.min():
            continue
        value = losses[penalties <= budget].min()
        fractions = relaxation_at(losses, penalties, budget)
        scan.append(value - fractions)
    assert nonconvexity(losses, penalties) == pytest.approx(max(scan), abs=1e-6)


def relaxation_at(losses, penalties, budget):
    """Envelope by a maximum over lines through pairs: independent of the hull code."""
    below = penalties <= budget
    best = losses[below].min()
    for left in np.flatnonzero(below):
        right = ~below
        share = (budget - penalties[left]) / (penalties[right] - penalties[left])
        if right.any():
            best = min(best, ((1 - share) * losses[left] + share * losses[right]).min())
    return best


def test_a_convex_value_function_has_nonconvexity_that_shrinks_with_the_grid():
    for steps in (10, 100, 1000):
        levels = np.arange(steps + 1) / steps
        assert nonconvexity(1 - np.sqrt(levels), levels) <= 1.01 / np.sqrt(steps)
