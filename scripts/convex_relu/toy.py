"""The papers' toy problems: every pattern enumerated, the certified optimum beside descent from several starts."""

import numpy as np
import pandas as pd

from convexify.convex_relu import solve
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.seeds import generator, integer_seed


def line():
    """Five points on a line with a ones column, and their targets."""
    x = np.arange(-2.0, 3.0)
    return np.column_stack([x, np.ones(5)]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])


def plane(samples, seed):
    """Gaussian points in the plane, labelled by the quadrant: the sign of x₁x₂."""
    X = generator(seed, "convex_relu", "plane").standard_normal((samples, 2))
    return X, np.sign(X[:, 0] * X[:, 1])


def toy_problems(
    *,
    toy_widths,
    toy_starts,
    toy_iterations,
    toy_step,
    toy_scale,
    toy_small_scale,
    toy_lam,
    plane_samples,
    plane_width,
    plane_lam,
    seed,
):
    """Tables of optima (a row per problem) and of descent curves (a row per problem, width, size, start and record)."""
    optima, curves = [], []
    for name, (X, y), loss, lam, widths, batch in (
        ("line", line(), "squared", toy_lam, toy_widths, 3),
        ("plane", plane(plane_samples, seed), "hinge", plane_lam, [plane_width], 10),
    ):
        n, patterns = len(X), enumerate_patterns(X)
        # Tiny programs: the interior point method gives the hinge's kinks to 1e-8 as well.
        solution = solve(X, y, patterns, n * lam, loss=loss, tol=1e-7, solver="cvxpy" if loss == "hinge" else "auto")
        optima.append(
            {
                "problem": name,
                "samples": n,
                "lam": lam,
                "patterns": patterns.shape[1],
                "optimum": solution.primal / n,
                "lower_bound": solution.dual / n,
                "relative_gap": solution.gap,
                "violation": solution.violation,
            }
        )
        for width in widths:
            for size, scale in (("standard", toy_scale), ("small", toy_small_scale)):
                nets = fit_networks(
                    X,
                    np.repeat(y[:, None], toy_starts, axis=1),
                    n * lam,
                    width,
                    method="sgd",
                    loss=loss,
                    batch_size=batch,
                    step=lambda k: toy_step * (1 - k / toy_iterations),
                    iterations=toy_iterations,
                    scale=scale,
                    seed=integer_seed(seed, "convex_relu", name, width),
                    record_every=max(1, toy_iterations // 200),
                )
                curve = nets.history.rename(columns={"network": "start"})
                curve["objective"] /= n
                curves.append(curve.assign(problem=name, width=width, size=size))
    return pd.DataFrame(optima), pd.concat(curves, ignore_index=True)
