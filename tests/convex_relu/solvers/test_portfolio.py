"""Which solver is asked first, and that the best points of all candidates are kept."""

import time

import numpy as np
import pytest
from relu_problems import random_problem

from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import interior_point, newton
from convexify.convex_relu.solvers.portfolio import Portfolio, plan_solvers
from convexify.convex_relu.solvers.regularization_path import beta_max
from convexify.convex_relu.solvers.solution import Candidate


@pytest.mark.parametrize(
    ("form", "warm", "first"),
    [
        ({}, False, "interior"),
        ({}, True, "newton"),
        ({"gated": True}, False, "newton"),
        ({"loss": "logistic"}, False, "newton"),
        ({"group_norm": "nuclear"}, False, "cvxpy"),
    ],
)
def test_first_solver_fits_the_form_of_the_program(form, warm, first):
    program = build_program(*random_problem(0, 12, 3, 4, loss=form.get("loss", "squared")), 0.5, **form)
    assert plan_solvers(program, "auto", warm=warm)[0][0] == first


@pytest.mark.parametrize("size", [(12, 3, 4), (400, 20, 200)])
def test_a_weak_penalty_goes_to_the_interior_point_method_first(size):
    """Whether its steps are cheap or not, and whether there is a point to start from or not."""
    X, y, patterns = random_problem(0, *size)
    largest = beta_max(X, y, patterns, gated=True)  # an upper bound without the cones
    for warm in (False, True):
        plan = plan_solvers(build_program(X, y, patterns, 1e-3 * largest), "auto", warm=warm)
        assert [name for name, _ in plan[:2]] == ["interior", "newton"]
        strong = plan_solvers(build_program(X, y, patterns, 0.5 * largest), "auto", warm=True)
        assert strong[0][0] == "newton"


def test_best_primal_and_dual_points_survive_a_worse_solver():
    program = build_program(*random_problem(1, 12, 3, 4), 0.5)
    portfolio = Portfolio(program, 1e-7, time.perf_counter(), np.inf)
    portfolio.follow(interior_point.iterate(program), 100)
    first = portfolio.certificate
    portfolio.follow(newton.iterate(program), 1)  # one step from zero
    assert first.gap <= 1e-7
    assert (portfolio.certificate.primal, portfolio.certificate.dual) == (first.primal, first.dual)


def test_a_point_outside_the_cones_does_not_hide_better_ones():
    """What a solver says of its point counts until the point is projected onto the cones."""
    program = build_program(*random_problem(1, 12, 3, 4), 0.5)
    random = np.random.default_rng(0)
    outside = random.standard_normal((2, *program.shape[1:]))
    promise = Candidate(1e-3, -np.inf, lambda: tuple(outside), program.y, lambda: None)
    portfolio = Portfolio(program, 1e-7, time.perf_counter(), np.inf)
    portfolio.follow(iter([promise]), 100)
    refuted = portfolio.certificate.primal
    portfolio.follow(interior_point.iterate(program), 100)
    assert refuted > 1
    assert portfolio.certificate.primal < refuted
    assert portfolio.certificate.gap <= 1e-7
    portfolio.follow(iter([promise]), 100)
    assert portfolio.certificate.gap <= 1e-7
