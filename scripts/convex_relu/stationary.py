"""Stationary networks beside the convex program on their own sign patterns, and the example of Wang et al."""

import numpy as np
import pandas as pd
from problems import problem

from convexify.convex_relu import solve
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.stationary_refinement import settle
from convexify.convex_relu.networks.stationarity import solve_restricted
from convexify.seeds import integer_seed


def example():
    """The three samples of Wang et al., their targets and β."""
    return np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0], [0.0]]), 0.1


def stationary_points(
    data,
    *,
    exact_datasets,
    pairs,
    exact_samples,
    exact_components,
    exact_lam,
    stationary_widths,
    stationary_starts,
    stationary_iterations,
    seed,
):
    """A row per problem, width and start: the network's objective and that of the program on its sign patterns."""
    problems = [("Wang et al.", *example())]
    for dataset, arrays in zip(exact_datasets, data, strict=True):
        X, y, _, _ = problem(
            arrays,
            components=exact_components,
            samples=exact_samples,
            test_samples=1,
            pair=pairs[dataset],
            seed=integer_seed(seed, "convex_relu", dataset, "exact"),
        )
        problems.append((dataset, X, y, exact_lam * len(X)))
    rows = []
    for name, X, y, beta in problems:
        best = solve(X, y[:, 0], enumerate_patterns(X), beta)
        for width in stationary_widths:
            nets = fit_networks(
                X,
                np.repeat(y, stationary_starts, axis=1),
                beta,
                width,
                method="gd",
                iterations=stationary_iterations,
                step=lambda k: 0.5 * 10 ** (-3 * k / stationary_iterations),
                seed=integer_seed(seed, "convex_relu", name, "stationary", width),
            )
            trained = nets.history.drop_duplicates("network", keep="last").set_index("network")["objective"]
            for start in range(stationary_starts):
                net = settle(X, y[:, 0], beta, nets.hidden[start], nets.output[start])
                restricted = solve_restricted(X, y[:, 0], np.unique(net.signs, axis=1), beta)
                rows.append(
                    {
                        "problem": name,
                        "width": width,
                        "start": start,
                        "neurons": len(net.output),
                        "kinks": int((net.signs == 0).sum()),
                        "settled": net.settled,
                        "residual": net.residual,
                        "trained": trained[start] / len(X),
                        "network": net.objective / len(X),
                        "restricted": restricted.objective / len(X),
                        "optimum": best.primal / len(X),
                        "relative_gap": restricted.gap,
                        "violation": restricted.violation,
                    }
                )
    table = pd.DataFrame(rows)
    return table.assign(relative_difference=(table["network"] / table["restricted"] - 1).abs())
