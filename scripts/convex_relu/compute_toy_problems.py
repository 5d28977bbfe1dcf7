"""The papers' toy problems: every pattern enumerated, the certified optimum beside descent from several starts."""

from collections import namedtuple

import numpy as np
import pandas as pd

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run

Problem = namedtuple("Problem", "name X y loss lam widths batch")


def compute_toy_problems(settings, device, seed):
    """Tables ``optima`` (a row per problem) and ``curves`` (a row per problem, width, start and record)."""
    problems = (
        Problem("line", *line(), "squared", settings.lam, settings.widths, 3),
        Problem("plane", *plane(settings.plane_samples, seed), "hinge", settings.plane_lam, [settings.plane_width], 10),
    )
    return {
        "optima": pd.DataFrame([_optimum(problem, device) for problem in problems]),
        "curves": pd.concat(
            [curve for problem in problems for curve in _curves(problem, settings, device, seed)], ignore_index=True
        ),
    }


def line():
    """Five points on a line with a ones column, and their targets."""
    x = np.arange(-2.0, 3.0)
    return np.column_stack([x, np.ones(5)]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])


def plane(samples, seed):
    """Gaussian points in the plane, labelled by the quadrant: the sign of x₁x₂."""
    X = generator(seed, "convex_relu", "plane").standard_normal((samples, 2))
    return X, np.sign(X[:, 0] * X[:, 1])


def _optimum(problem, device):
    """Certified optimum over all patterns."""
    n, patterns = len(problem.X), enumerate_patterns(problem.X)
    # Tiny programs: the interior point method gives the hinge's kinks to 1e-8 as well.
    solver = "cvxpy" if problem.loss == "hinge" else "auto"
    solution = solve(problem.X, problem.y, patterns, n * problem.lam, loss=problem.loss, tol=1e-7, solver=solver,
                     device=device)  # fmt: skip
    return {
        "problem": problem.name,
        "samples": n,
        "lam": problem.lam,
        "patterns": patterns.shape[1],
        "optimum": solution.primal / n,
        "lower_bound": solution.dual / n,
        "relative_gap": solution.gap,
        "violation": solution.violation,
    }


def _curves(problem, settings, device, seed):
    """Objective against the step of every start, a table for each width and size of the initial weights."""
    n = len(problem.X)
    for width in problem.widths:
        for size, scale in (("standard", settings.start_scale), ("small", settings.small_start_scale)):
            networks = fit_networks(
                problem.X,
                np.repeat(problem.y[:, None], settings.starts, axis=1),
                n * problem.lam,
                width,
                method="sgd",
                loss=problem.loss,
                batch_size=problem.batch,
                step=lambda k: settings.step * (1 - k / settings.iterations),
                iterations=settings.iterations,
                scale=scale,
                seed=integer_seed(seed, "convex_relu", problem.name, width),
                record_every=max(1, settings.iterations // 200),
                device=device,
            )
            curve = networks.history.rename(columns={"network": "start"})
            curve["objective"] /= n
            yield curve.assign(problem=problem.name, width=width, size=size)


if __name__ == "__main__":
    run(compute_toy_problems)
