"""The papers' toy problems: every pattern enumerated, the certified optimum beside descent from several starts."""

from collections import namedtuple

import numpy as np
import pandas as pd
from _problems import trials_table

from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.networks.tuned_training import tune_networks
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run

Problem = namedtuple("Problem", "name draw X y loss lam cases starts batch")


def compute_toy_problems(settings, device, seed):
    """Four tables; ``optima`` has a row per problem and draw, ``curves`` one per width, size, start and record as well.

    The step of every width and size of the initial weights is tuned on the training objective, median over the starts.
    ``minima``: where the starts of the narrowest network on the line end, refined to a stationary point.
    """
    standard, small = ("standard", settings.start_scale), ("small", settings.small_start_scale)
    cases = [(width, standard) for width in settings.widths] + [(max(settings.widths), small)]
    in_plane = "hinge", settings.plane_lam, [(settings.plane_width, standard)], settings.plane_starts, 10
    problems = [Problem("line", 0, *line(), "squared", settings.lam, cases, settings.starts, 3)]
    for draw in range(settings.plane_draws):
        problems.append(Problem("plane", draw, *plane(settings.plane_samples, seed, draw), *in_plane))
    curves, trials, minima = [], [], []
    for problem in problems:
        for width, (size, scale) in problem.cases:
            networks, tuning = _descent(problem, width, scale, settings, device, seed)
            case = {"problem": problem.name, "draw": problem.draw, "width": width, "size": size}
            curve = networks.history.rename(columns={"network": "start"})
            curves.append(curve.assign(objective=curve["objective"] / len(problem.X), **case))
            trials.append(trials_table(tuning, **case))
            if problem.name == "line" and width == min(settings.widths):
                minima.append(_minima(problem, networks))
    return {
        "optima": pd.DataFrame([_optimum(problem, device) for problem in problems]),
        "curves": pd.concat(curves, ignore_index=True),
        "minima": pd.concat(minima, ignore_index=True),
        "toy_trials": pd.concat(trials, ignore_index=True),
    }


def line():
    """Five points on a line with a ones column, and their targets."""
    x = np.arange(-2.0, 3.0)
    return np.column_stack([x, np.ones(5)]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])


def plane(samples, seed, draw):
    """Gaussian points in the plane, labelled by the quadrant: the sign of x₁x₂."""
    X = generator(seed, "convex_relu", "plane", draw).standard_normal((samples, 2))
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
        "draw": problem.draw,
        "samples": n,
        "lam": problem.lam,
        "patterns": patterns.shape[1],
        "optimum": solution.primal / n,
        "lower_bound": solution.dual / n,
        "relative_gap": solution.gap,
        "violation": solution.violation,
    }


def _descent(problem, width, scale, settings, device, seed):
    """All starts with the tuned step, which falls linearly to 0, and the tuning."""
    draw = [problem.draw] if problem.name == "plane" else []
    return tune_networks(
        problem.X,
        np.repeat(problem.y[:, None], problem.starts, axis=1),
        len(problem.X) * problem.lam,
        width,
        start=settings.step,
        trials=settings.trials,
        score=_median,
        method="sgd",
        loss=problem.loss,
        batch_size=problem.batch,
        schedule=lambda k: 1 - k / settings.iterations,
        iterations=settings.iterations,
        scale=scale,
        seed=integer_seed(seed, "convex_relu", problem.name, *draw, width),
        record_every=max(1, settings.iterations // 60),
        device=device,
    )


def _median(networks):
    """Median of the last objectives over the starts, those that diverged being infinite."""
    return float(np.median(np.where(networks.diverged, np.inf, networks.final_objectives)))


def _minima(problem, networks):
    """A row per start: its last objective, and that of the stationary point that a Newton-like refinement finds."""
    n = len(problem.X)
    rows = []
    for start, objective in enumerate(networks.final_objectives):
        end = refine_stationary(problem.X, problem.y, n * problem.lam, networks.hidden[start], networks.output[start])
        rows.append({"start": start, "last": objective / n, "minimum": end.objective / n, "converged": end.converged})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_toy_problems)
