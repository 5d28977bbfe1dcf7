"""The dual by closed form and by Douglas–Rachford, the networks recovered from it, and what weight decay does."""

import logging
import warnings

import numpy as np
import pandas as pd
from _problems import EXPERIMENT, bottlenecks, problems

from convexify.linear_duality.compressed_problem import optimal_value
from convexify.linear_duality.douglas_rachford import solve_compressed
from convexify.linear_duality.primal import primal_value, recover_compressed
from convexify.linear_duality.weight_decay import weight_decay_gap
from convexify.seeds import generator
from convexify.warnings import ConvergenceWarning
from convexify_workflow.job import run

logger = logging.getLogger(__name__)


def compute_dual(data, source, settings, seed):
    """Two tables: ``dual``, a row per (problem, bottleneck, γ), ``convergence``, a row per Douglas–Rachford step."""
    dual, convergence = [], []
    # A table with an unconverged dual in it must not be written.
    with warnings.catch_warnings(action="error", category=ConvergenceWarning):
        for name, problem in problems(source, data, settings.instances, seed).items():
            logger.info("%s: row space of dimension %d", name, problem.row_space.rank)
            for rank in bottlenecks(problem):
                key = {"problem": name, "rank": rank, "full_rank": rank == problem.rank_limit}
                dual += [key | row for row in _dual_rows(problem, rank, settings)]
                convergence += [key | row for row in _convergence_rows(problem, name, rank, settings, seed)]
    return {"dual": pd.DataFrame(dual), "convergence": pd.DataFrame(convergence)}


def _dual_rows(problem, rank, settings):
    """Optimum by closed form, Douglas–Rachford and recovered networks, over γ."""
    s = problem.spectrum
    zero_network = 0.5 * float((s**2).sum())
    for gamma in np.unique(np.r_[np.linspace(0, settings.largest_gamma, settings.gamma_points), s]).tolist():
        solution = solve_compressed(problem, gamma, rank, tol=settings.tolerance)
        exact = optimal_value(s, gamma, rank)
        dual = solution.value - problem.constant
        # Where the optimum is 0, gaps are relative to the zero network's objective.
        scale = exact if exact > 1e-12 * zero_network else zero_network
        primal, ranks = _recovered(solution, settings.depths)
        yield {
            "gamma": gamma,
            "sigma_min": s[-1],
            "sigma_max": s[0],
            "rank_of_targets": s.size,
            "rank_of_product": max(ranks),
            "inputs": problem.row_space.left.shape[0],
            "outputs": problem.targets.shape[0],
            "constant": problem.constant,
            "zero_network": zero_network,
            "closed_form": exact,
            "dual": dual,
            "primal": max(primal),
            "dual_error": abs(dual - exact) / scale,
            "primal_error": max(abs(value - exact) for value in primal) / scale,
            "relative_gap": (max(primal) - dual) / scale,
            "iterations": solution.iterations,
        } | {
            f"weight_decay_gap_depth_{depth}": weight_decay_gap(s, gamma, depth, min(rank, s.size))
            for depth in settings.weight_decay_depths
        }


def _recovered(solution, depths):
    """Objective of the recovered network of each depth, and the rank of what it computes."""
    problem, objectives, ranks = solution.problem, [], []
    for depth in depths:
        weights = recover_compressed(solution, [solution.rank] * (depth - 1))
        objectives.append(primal_value(weights, problem.inputs, problem.targets, solution.gamma))
        product = np.linalg.multi_dot([*weights[::-1], problem.inputs])
        ranks.append(np.linalg.matrix_rank(product, tol=1e-9))
    return objectives, ranks


def _convergence_rows(problem, name, rank, settings, seed):
    """Douglas–Rachford step by step, plain and over-relaxed, from zero and from a random start."""
    random_start = generator(seed, EXPERIMENT, name, "start").normal(size=problem.targets.shape)
    starts = {"zero": None, "random": problem.row_space.lift(random_start)}
    for multiple in filter(None, settings.gammas):
        gamma = float(multiple * problem.spectrum[-1])
        for start, point in starts.items():
            for relaxation in (1.0, 1.6):
                options = {"start": point, "relaxation": relaxation, "tol": settings.tolerance}
                solution = solve_compressed(problem, gamma, rank, **options)
                for k in range(solution.iterations):
                    yield {
                        "gamma": gamma,
                        "gamma_over_sigma_min": multiple,
                        "start": start,
                        "relaxation": relaxation,
                        "iteration": k + 1,
                        "relative_gap": solution.gaps[k],
                        "residual": solution.residuals[k],
                    }


if __name__ == "__main__":
    run(compute_dual)
