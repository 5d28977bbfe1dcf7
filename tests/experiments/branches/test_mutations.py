"""Deliberate errors in the mathematics of `branches`: each changes the verdict on a claim."""

import dataclasses

import numpy as np
import pytest

from convexify.branches import branch_problem, convexification, gap, quadratic_programs, separable, shapley_folkman


def smaller_delta(monkeypatch):
    """Δ of half of a branch's loss."""
    monkeypatch.setattr(
        separable, "nonconvexity", lambda losses, penalties: convexification.nonconvexity(losses / 2, penalties)
    )


def delta_of_a_smaller_branch(monkeypatch):
    """Δ of half of the branch's penalties."""

    def half(losses, penalties):
        keep = penalties <= penalties.max() / 2
        return convexification.nonconvexity(losses[keep], penalties[keep])

    monkeypatch.setattr(gap, "nonconvexity", half)


def lagrangian_without_penalty(monkeypatch):
    """The inner problem of the dual forgets λ h."""
    monkeypatch.setattr(
        branch_problem.BranchProblem, "penalised", lambda self, multiplier: dataclasses.replace(self, budget=np.inf)
    )


def primal_over_the_budget(monkeypatch):
    """The budget of the primal is that of a single branch too many."""
    right = gap.solve_integer_program

    def loose(problem, branches, **options):
        if np.isfinite(problem.budget):
            problem = dataclasses.replace(problem, budget=problem.budget * 1.2)
        return right(problem, branches, **options)

    monkeypatch.setattr(gap, "solve_integer_program", loose)


def equal_shares_of_the_budget(monkeypatch):
    """Every branch gets as much of the budget as any other."""

    def equal(losses):
        means = np.minimum.accumulate(losses, axis=1).mean(axis=0)
        return np.append(np.repeat(means[:-1], len(losses)), means[-1])

    monkeypatch.setattr(separable, "optimal_values", equal)


def mixture_of_vertices(monkeypatch):
    """The middle of two optimal points instead of a vertex."""
    right = shapley_folkman.linprog

    def middle(objective, **options):
        first, second = right(objective, **options), right(-objective, **options)
        first.x = (first.x + second.x) / 2
        return first

    monkeypatch.setattr(shapley_folkman, "linprog", middle)


def definite_by_the_diagonal(monkeypatch):
    """A matrix counts as positive definite if its diagonal is positive."""
    monkeypatch.setattr(quadratic_programs, "_positive_definite", lambda matrix: bool((np.diag(matrix) > 0).all()))


@pytest.mark.parametrize(
    ("mutate", "job", "claim", "was", "becomes"),
    [
        (smaller_delta, "theorems", "constant_one_is_enough_for_differing_branches", "holds", "fails"),
        (delta_of_a_smaller_branch, "gaps", "constant_one_is_enough", "holds", "fails"),
        (lagrangian_without_penalty, "gaps", "separable_for_large_tau", "holds", "fails"),
        (primal_over_the_budget, "gaps", "closed_form_of_homogeneous_branches", "holds", "fails"),
        (equal_shares_of_the_budget, "theorems", "differing_branches_obey_the_bound", "holds", "fails"),
        (mixture_of_vertices, "theorems", "shapley_folkman_lemma", "holds", "fails"),
        (definite_by_the_diagonal, "theorems", "principal_components_have_no_gap", "holds", "fails"),
    ],
)
def test_an_error_changes_a_verdict(
    mutate, job, claim, was, becomes, compute, tables, metrics_of, standings, monkeypatch
):
    assert standings(metrics_of(tables))[claim] == was
    mutate(monkeypatch)
    assert standings(metrics_of(tables | compute(job)))[claim] == becomes
