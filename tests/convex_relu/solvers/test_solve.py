"""`solve` against cvxpy, against the best objectives known, and on input that is bad or degenerate."""

import dataclasses
import warnings

import numpy as np
import pytest
from cvxpy.error import SolverError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from relu_problems import LOSSES, problems, random_problem, teacher_student

import convexify
from convexify.convex_relu import certify_point, evaluate, solve
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import cvxpy_reference, linear_maps, newton
from convexify.convex_relu.solvers.solution import Candidate


def scale_of(X, solution):
    parts = [solution.v] if solution.w is None else [solution.v, solution.w]
    return max(1.0, np.linalg.norm(X) * sum(np.linalg.norm(part) for part in parts))


@settings(max_examples=80, deadline=None)
@given(problems())
def test_optimum_agrees_with_cvxpy(problem):
    args, options = problem
    ours = solve(*args, **options)
    reference = solve(*args, **options, solver="cvxpy")
    assert reference.gap <= 1e-6
    assert ours.gap <= 1e-6
    assert ours.violation <= 1e-9 * scale_of(args[0], ours)
    assert ours.primal == pytest.approx(reference.primal, rel=2e-6)
    assert max(ours.dual, reference.dual) <= min(ours.primal, reference.primal) * (1 + 1e-9)


@settings(max_examples=15, deadline=None)
@given(problems(max_outputs=3))
def test_vector_outputs_agree_with_cvxpy(problem):
    (X, y, patterns, beta), options = problem
    y = y[:, None] if y.ndim == 1 else y
    ours = solve(X, y, patterns, beta, **options)
    reference = solve(X, y, patterns, beta, **options, solver="cvxpy")
    assert ours.v.shape == (X.shape[1], patterns.shape[1], y.shape[1])
    assert ours.primal == pytest.approx(reference.primal, rel=2e-6)
    assert ours.violation <= 1e-9 * scale_of(X, ours)


@pytest.mark.parametrize(
    ("size", "lam", "gated", "best"),
    [
        ((200, 20, 50), 0.03, False, 0.429564802),
        ((1000, 50, 100), 0.03, False, 0.8214219),
        ((200, 20, 50), 0.2, True, 0.721814582),
        ((1000, 50, 100), 0.2, True, 0.871212176),
        ((5000, 100, 200), 0.2, True, 1.22163885),
    ],
)
def test_best_known_objectives_are_reached_and_certified(size, lam, gated, best):
    X, y, patterns = teacher_student(*size)
    n = len(X)
    solution = solve(X, y, patterns, n * lam, gated=gated)
    assert solution.gap <= 1e-6
    assert solution.primal / n == pytest.approx(best, rel=2e-6)
    assert solution.dual / n <= best * (1 + 1e-8)
    assert solution.violation <= 1e-9 * scale_of(X, solution)


def test_five_points_on_a_line_reach_the_optimum_of_the_survey():
    X = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)])
    y = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    between = np.array([-2.5, -1.5, -0.5, 0.5, 1.5])
    patterns = np.array([side * (X[:, 0] - cut) > 0 for cut in between for side in (1, -1)]).T
    solution = solve(X, y, patterns, 5 * 1e-4)
    assert patterns.shape[1] == 10
    assert solution.primal / 5 == pytest.approx(1.0123e-3, abs=5e-8)


@settings(max_examples=25, deadline=None)
@given(problems(losses=("squared", "logistic")))
def test_optimum_satisfies_the_optimality_conditions(problem):
    (X, y, patterns, beta), options = problem
    solution = solve(X, y, patterns, beta, **options, tol=1e-9)
    f = np.einsum("np,np->n", patterns, X @ (solution.v if solution.w is None else solution.v - solution.w))
    nu = y - f if options["loss"] == "squared" else y / (1 + np.exp(y * f))
    scale = np.linalg.norm(nu)
    assert np.linalg.norm(nu - solution.nu) <= 1e-3 * scale
    # complementarity: the penalty of the active groups equals what the dual point pays for them
    penalty = beta * sum(np.linalg.norm(u, axis=0).sum() for u in (solution.v, solution.w) if u is not None)
    assert nu @ f == pytest.approx(penalty, abs=1e-4 * max(solution.primal, 1e-12))


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_nuclear_norm_is_certified_and_at_least_the_frobenius_optimum(loss, gated):
    X, y, patterns = random_problem(3, 10, 3, 4, outputs=2, loss=loss)
    frobenius = solve(X, y, patterns, 0.3, loss=loss, gated=gated)
    nuclear = solve(X, y, patterns, 0.3, loss=loss, gated=gated, group_norm="nuclear")
    assert nuclear.gap <= 1e-6
    assert nuclear.violation <= 1e-9
    assert nuclear.primal >= frobenius.dual


def test_one_output_as_a_column_is_the_same_program():
    X, y, patterns = random_problem(1, 12, 3, 5)
    flat, column = solve(X, y, patterns, 0.2), solve(X, y[:, None], patterns, 0.2)
    assert flat.v.shape == (3, 5)
    assert column.v.shape == (3, 5, 1)
    assert flat.primal == column.primal


@settings(max_examples=20, deadline=None)
@example(207, False)  # the interior point method's first points are outside the cones and below the optimum
@given(st.integers(0, 1000), st.booleans())
def test_scaling_a_column_changes_the_program_as_written(seed, gated):
    """No hidden normalisation: beta means the same for every scaling of the data."""
    X, y, patterns = random_problem(seed, 10, 3, 4)
    scaled = X * np.array([1.0, 0.1, 0.01])
    solution = solve(scaled, y, patterns, 0.1, gated=gated)
    f = np.einsum("np,np->n", patterns, scaled @ (solution.v if gated else solution.v - solution.w))
    penalty = sum(np.linalg.norm(u, axis=0).sum() for u in (solution.v, solution.w) if u is not None)
    assert solution.primal == pytest.approx(0.5 * np.sum((f - y) ** 2) + 0.1 * penalty, rel=1e-12)
    reference = solve(scaled, y, patterns, 0.1, gated=gated, solver="cvxpy")
    assert solution.primal == pytest.approx(reference.primal, rel=2e-6)


def test_multipliers_that_start_too_large_come_down_again():
    """A warm start from a much larger beta ends at the same optimum as a cold start."""
    X, y, patterns = random_problem(5, 20, 4, 8)
    far = solve(X, y, patterns, 3.0)
    warm, cold = solve(X, y, patterns, 0.05, warm_start=far), solve(X, y, patterns, 0.05)
    assert warm.gap <= 1e-6
    assert warm.primal == pytest.approx(cold.primal, rel=2e-6)


def test_a_warm_start_at_the_optimum_takes_fewer_iterations():
    X, y, patterns = teacher_student(100, 8, 20)
    cold = solve(X, y, patterns, 2.0)
    assert solve(X, y, patterns, 2.0, warm_start=cold).iterations < cold.iterations


def test_zero_is_optimal_beyond_the_largest_useful_beta():
    X, y, patterns = random_problem(2, 10, 3, 4)
    solution = solve(X, y, patterns, 1e4)
    assert not solution.v.any()
    assert not solution.w.any()
    assert solution.primal == pytest.approx(0.5 * y @ y)
    assert solution.gap <= 1e-15


def test_order_and_repetition_of_patterns_do_not_matter():
    X, y, patterns = random_problem(4, 12, 3, 5)
    one = solve(X, y, patterns, 0.1)
    other = solve(X, y, np.hstack([patterns[:, ::-1], patterns]), 0.1)
    assert one.primal == pytest.approx(other.primal, rel=2e-6)


def degenerate_programs():
    X, y, patterns = random_problem(7, 15, 4, 6)
    random = np.random.default_rng(0)
    constant = np.column_stack([X, np.ones(15), np.zeros(15)])
    short = X[:3]
    return {
        "constant and zero columns": (constant, y, patterns),
        "duplicate rows": (np.vstack([X, X]), np.concatenate([y, y]), np.vstack([patterns, patterns])),
        "duplicate columns": (np.hstack([X, X]), y, patterns),
        "fewer samples than features": (short, y[:3], patterns[:3]),
        "rows of zeros": (np.vstack([X, 0 * X[:2]]), np.append(y, [1.0, -1.0]), np.vstack([patterns, ~patterns[:2]])),
        "patterns that no gate realises": (X, y, random.random((15, 6)) < 0.5),
        "opposite rows, both on": (np.vstack([X[:2], -X[:2]]), y[:4], np.ones((4, 1), bool)),
        "all neurons off": (X, y, np.zeros_like(patterns)),
        "targets of zero": (X, 0 * y, patterns),
        "one sample": (X[:1], y[:1], patterns[:1]),
    }  # fmt: skip


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("name", degenerate_programs())
def test_degenerate_input_gets_the_right_answer(name, gated):
    X, y, patterns = degenerate_programs()[name]
    ours = solve(X, y, patterns, 0.1, gated=gated)
    reference = solve(X, y, patterns, 0.1, gated=gated, solver="cvxpy")
    assert ours.gap <= 1e-6
    assert ours.primal <= reference.primal * (1 + 1e-6) + 1e-12
    assert ours.primal >= reference.dual * (1 - 1e-9) - 1e-12
    assert ours.violation <= 1e-9 * scale_of(X, ours)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("X", {"X": np.array([[np.nan, 1.0]] * 4)}),
        ("X", {"X": np.ones(4)}),
        ("X", {"X": np.ones((0, 2))}),
        ("y", {"y": np.array([1.0, np.inf, 0.0, 0.0])}),
        ("X", {"X": np.full((4, 2), 1e154)}),
        ("X", {"X": np.full((4, 2), 1e-200)}),
        ("y", {"y": np.arange(4.0) * 1e200}),
        ("y", {"y": np.arange(4.0) * 1e-200}),
        ("y", {"y": np.ones(3)}),
        ("y", {"y": np.ones((4, 1, 1))}),
        ("y", {"y": np.array([1.0, 2.0, -1.0, 1.0]), "loss": "logistic"}),
        ("y", {"y": np.ones(4), "loss": "hinge"}),
        ("patterns", {"patterns": np.zeros((4, 0), bool)}),
        ("patterns", {"patterns": np.ones((3, 2), bool)}),
        ("patterns", {"patterns": np.full((4, 2), 0.5)}),
        ("beta", {"beta": -1.0}),
        ("beta", {"beta": 0.0}),
        ("beta", {"beta": float("nan")}),
        ("tol", {"tol": 0.0}),
        ("max_time", {"max_time": -1.0}),
        ("gated", {"gated": "yes"}),
        ("loss", {"loss": "absolute"}),
        ("solver", {"solver": "magic"}),
        ("solver", {"solver": "newton", "group_norm": "nuclear"}),
        ("group_norm", {"group_norm": "spectral"}),
        ("device", {"device": "abacus"}),
        ("warm_start", {"warm_start": 3}),
    ],
)
def test_bad_input_is_refused_by_name(name, change):
    arguments = {"X": np.arange(8.0).reshape(4, 2), "y": np.arange(4.0), "patterns": np.ones((4, 2), bool), "beta": 1.0}
    arguments |= change
    with pytest.raises(ValueError, match=f"^{name}: "):
        solve(**arguments)


def test_a_warm_start_of_another_form_is_refused():
    X, y, patterns = random_problem(0, 8, 2, 3)
    gated = solve(X, y, patterns, 0.5, gated=True)
    with pytest.raises(ValueError, match=r"^warm_start: "):
        solve(X, y, patterns, 0.5, warm_start=gated)


def test_running_out_of_time_warns_and_still_certifies():
    X, y, patterns = teacher_student(200, 20, 50)
    with pytest.warns(convexify.ConvergenceWarning, match="certified gap"):
        solution = solve(X, y, patterns, 6.0, max_time=1e-3)
    assert 1e-6 < solution.gap < 1
    assert solution.violation <= 1e-9 * scale_of(X, solution)
    best = 0.429564802 * 200
    assert solution.dual <= best * (1 + 1e-8) <= solution.primal * (1 + 2e-8)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_zero_is_certified_where_beta_overflows_in_every_solver():
    X, y, patterns = random_problem(1, 12, 3, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", convexify.ConvergenceWarning)
        solution = solve(X, y, patterns, 1e300)
    assert not solution.v.any()
    assert solution.primal == solution.dual == pytest.approx(0.5 * y @ y)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the gated program's conjugate gradients are in float32
@pytest.mark.parametrize("gated", [False, True])
def test_units_near_the_ends_of_the_range_change_nothing_but_the_units(gated):
    X, y, patterns = random_problem(1, 12, 3, 5)
    ours = solve(X, y, patterns, 0.1, gated=gated)
    for unit in (1e-74, 1e74):
        other = solve(X, y * unit, patterns, 0.1 * unit, gated=gated)
        assert other.gap <= 1e-6
        assert other.primal / unit**2 == pytest.approx(ours.primal, rel=2e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_solver_without_a_finite_answer_warns_and_leaves_zero(bad, monkeypatch):
    def fails(program, device, start, *, close, deadline):
        empty = np.full(program.shape[1:], bad)
        nu = np.full_like(program.y, bad)
        yield Candidate(bad, -bad, lambda: (empty, empty), nu, lambda: None)

    X, y, patterns = random_problem(3, 10, 3, 4)
    monkeypatch.setattr(newton, "iterate", fails)
    with pytest.warns(convexify.ConvergenceWarning):
        solution = solve(X, y, patterns, 0.1, solver="newton")
    assert not solution.v.any()
    assert solution.primal == pytest.approx(0.5 * y @ y)
    assert solution.dual < solution.primal


def test_a_gap_that_is_not_a_number_is_not_convergence():
    assert np.isnan(relative_gap(np.nan, 0.0))
    assert np.isnan(relative_gap(1.0, np.nan))
    assert relative_gap(np.inf, -np.inf) == relative_gap(1.0, -np.inf) == np.inf
    assert relative_gap(0.0, 0.0) == 0


def test_a_solution_within_tolerance_gives_no_warning():
    X, y, patterns = random_problem(0, 10, 3, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve(X, y, patterns, 0.2)


@settings(max_examples=20, deadline=None)
@given(problems())
def test_what_is_reported_is_what_the_certificate_says_of_the_answer(problem):
    args, options = problem
    solution = solve(*args, **options)
    again = certify_point(*args, solution.v, solution.w, nu=solution.nu, **options)
    assert again.primal == pytest.approx(solution.primal, rel=1e-12)
    assert again.violation == pytest.approx(solution.violation, abs=1e-12)
    assert again.gap <= 2 * solution.gap + 1e-6
    # the dual point returned is feasible as it is: scaling it in changes nothing but rounding
    assert again.scale >= 1 - 1e-6
    assert evaluate(*args, solution.v, solution.w, nu=solution.nu, **options).dual <= again.dual * (1 + 1e-9) + 1e-12


def test_history_improves_and_ends_at_the_answer():
    X, y, patterns = teacher_student(100, 8, 20)
    solution = solve(X, y, patterns, 2.0)
    history = solution.history
    assert list(history.columns) == ["seconds", "iteration", "primal", "dual", "gap"]
    assert (history.primal[:-1].diff().dropna() <= 0).all()
    assert (history.dual[:-1].diff().dropna() >= 0).all()
    assert history.gap.iloc[-1] == solution.gap
    assert dataclasses.is_dataclass(solution)


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_failure_of_clarabel_leaves_zero_with_its_certificate(loss, gated, monkeypatch):
    def fails(*args, **options):
        raise SolverError("numerical trouble")

    X, y, patterns = random_problem(3, 10, 3, 4, loss=loss)
    optimum = solve(X, y, patterns, 0.1, loss=loss, gated=gated)
    monkeypatch.setattr(cvxpy_reference, "solve_with_cvxpy", fails)
    with pytest.warns(convexify.ConvergenceWarning):
        solution = solve(X, y, patterns, 0.1, loss=loss, gated=gated, solver="cvxpy")
    assert not solution.v.any()
    assert solution.dual <= optimum.primal * (1 + 1e-9)
    assert solution.primal >= optimum.dual * (1 - 1e-9)


@pytest.mark.parametrize("gated", [True, False])
def test_time_that_is_up_within_a_step_ends_it_and_what_is_there_is_certified(gated, monkeypatch):
    """On whole data sets one Newton step takes minutes; the clock here jumps after a number of products."""
    X, y, patterns = random_problem(0, 30, 4, 8)
    granted, full = 40, solve(X, y, patterns, 0.5, gated=gated, solver="newton")
    calls = []

    def check(maps):
        calls.append(1)
        if len(calls) > granted:
            raise linear_maps.TimeUpError

    monkeypatch.setattr(linear_maps.LinearMaps, "_check_time", check)
    with pytest.warns(convexify.ConvergenceWarning):
        solution = solve(X, y, patterns, 0.5, gated=gated, solver="newton", tol=1e-15)
    assert len(calls) == granted + 1
    assert 0 < solution.iterations < full.iterations
    assert solution.dual <= full.primal * (1 + 1e-9)
    assert solution.primal >= full.dual * (1 - 1e-9)
    assert solution.violation <= 1e-12


def test_a_product_after_the_deadline_says_so():
    X, y, patterns = random_problem(0, 12, 3, 4)
    program = build_program(X, y, patterns, 0.5)
    late = linear_maps.LinearMaps(program, deadline=0.0)
    everything = np.arange(program.shape[2])
    with pytest.raises(linear_maps.TimeUpError):
        late.correlate(program.y, everything)
    with pytest.raises(linear_maps.TimeUpError):
        late.predict(np.zeros(program.shape[1:]), everything)
    with pytest.raises(linear_maps.TimeUpError):
        late.product(np.zeros((3, 1)))
    assert list(newton.iterate(program, deadline=0.0)) == []
