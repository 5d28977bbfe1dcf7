"""Stationary networks beside the convex program on their own sign patterns, and the example of Wang et al."""

import numpy as np
import pandas as pd
from _problems import small_problems

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.stationarity import solve_restricted
from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

# Name, the three samples, their targets and β.
EXAMPLE = "Wang et al.", np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0], [0.0]]), 0.1


def compute_stationary_networks(data, settings, device, seed):
    """A row per draw, problem, width and start: the network's objective and that of the program on its sign patterns.

    A draw has its own samples and starts; the example, which is fixed, stands in the first one only.
    """
    rows = []
    example = [(0, *EXAMPLE)] if Share(settings).first else []
    for draw, name, X, y, beta in (*example, *small_problems(data, settings, seed)):
        best = solve(X, y[:, 0], enumerate_patterns(X), beta, device=device)
        optimum = {"optimum": best.primal / len(X), "optimum_gap": best.gap}
        for width in settings.widths:
            networks = fit_networks(
                X,
                np.repeat(y, settings.starts, axis=1),
                beta,
                width,
                method="gd",
                iterations=settings.iterations,
                step=lambda k: 0.5 * 10 ** (-3 * k / settings.iterations),
                seed=integer_seed(seed, "convex_relu", name, "stationary", width, draw),
                device=device,
            )
            case = {"draw": draw, "problem": name, "width": width}
            rows += [
                case | {"start": start} | optimum | _refined(X, y[:, 0], beta, networks, start)
                for start in range(settings.starts)
            ]
    table = pd.DataFrame(rows)
    return table.assign(
        relative_difference=(table["network"] / table["restricted"] - 1).abs(),
        ratio=table["network"] / table["optimum"],
    )


def _refined(X, y, beta, networks, start):
    """One trained network brought to a stationary point, and the program on the signs that it has there."""
    network = refine_stationary(X, y, beta, networks.hidden[start], networks.output[start])
    restricted = solve_restricted(X, y, np.unique(network.signs, axis=1), beta)
    return {
        "neurons": len(network.output),
        "kinks": int((network.signs == 0).sum()),
        "converged": network.converged,
        "residual": network.residual,
        "trained": networks.final_objectives[start] / len(X),
        "network": network.objective / len(X),
        "restricted": restricted.objective / len(X),
        "relative_gap": restricted.gap,
        "violation": restricted.violation,
    }


if __name__ == "__main__":
    run(compute_stationary_networks)
