"""Stuck networks: a path to the optimum on which the objective never rises, and what a zero unit says of them."""

import numpy as np
import pandas as pd

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.optimal_set.escape_path import escape_path, largest_rise, straight_line
from convexify.convex_relu.optimal_set.polytope import optimal_set
from convexify.convex_relu.optimal_set.zero_units import deepest_probe
from convexify.datasets.transforms import add_bias
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run

#: Points of each curve that the figure draws.
DRAWN = 150


def compute_stuck_networks(settings, device, seed):
    """Tables ``escape``, a row per network, ``paths``, its objective along path and line, and ``zero_units``."""
    return _escape(settings, device, seed) | {"zero_units": _zero_units(settings, device, seed)}


def _escape(settings, device, seed):
    """The five-point networks of the experiment `global_training`, as SGD left them, and their ways to the optimum."""
    X, y = add_bias(np.arange(-2.0, 3.0)[:, None]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    n, beta, iterations = 5, 5 * settings.escape_lam, settings.escape_iterations
    networks = fit_networks(
        X, np.repeat(y[:, None], settings.escape_starts, axis=1), beta, settings.escape_width, method="sgd",
        step=lambda k: settings.escape_step * (1 - k / iterations), batch_size=3, iterations=iterations,
        seed=integer_seed(seed, "global_training", "escape"), device=device,
    )  # fmt: skip
    best = optimal_set(X, y, beta)
    optimum = best.network(best.vertices[0])
    rows, curves = [], []
    for start in range(settings.escape_starts):
        network = networks.network(start)
        width = network.n_neurons + optimum.n_neurons
        path = escape_path(network, optimum, X, points=settings.path_points, width=width)
        line = straight_line(network, optimum, points=settings.path_points, width=width)
        along, straight = (way.objectives(X, y, beta) / n for way in (path, line))
        rows.append({
            "start": start, "before": network_objective(network, X, y, beta) / n, "after": along[-1],
            "lower_bound": best.lower_bound / n, "neurons_of_optimum": optimum.n_neurons, "needed": path.needed,
            "rise": largest_rise(along), "line_rise": largest_rise(straight), "line_highest": straight.max(),
        })  # fmt: skip
        for way, each, values in (("path", path, along), ("line", line, straight)):
            kept = np.unique(np.linspace(0, len(values) - 1, DRAWN).round().astype(int))
            curves.append(pd.DataFrame({"start": start, "way": way, "length": each.lengths[kept],
                                        "objective": values[kept]}))  # fmt: skip
    return {"escape": pd.DataFrame(rows), "paths": pd.concat(curves, ignore_index=True)}


def _zero_units(settings, device, seed):
    """A row per trained network: whether it is stationary, has a zero unit that helps, and is above the optimum."""
    n = settings.zero_samples
    X, beta = add_bias(np.linspace(-2, 2, n)[:, None]), settings.zero_lam * n
    y = generator(seed, "after_the_survey", "zero_units").standard_normal((n, settings.zero_problems))
    optima = [optimal_set(X, column, beta) for column in y.T]
    rows, iterations = [], settings.zero_iterations
    for width in settings.zero_widths:
        networks = fit_networks(
            X, np.repeat(y, settings.zero_starts, axis=1), beta, width, method="adam", iterations=iterations,
            step=lambda k: settings.zero_step * 10 ** (-3 * k / iterations),
            seed=integer_seed(seed, "after_the_survey", "zero_units", width), device=device,
        )  # fmt: skip
        for k in range(settings.zero_problems * settings.zero_starts):
            problem = k // settings.zero_starts
            target, best = y[:, problem], optima[problem]
            found = refine_stationary(X, target, beta, networks.hidden[k], networks.output[k])
            probe = deepest_probe(X, target, beta, found.hidden, found.output)
            rows.append({
                "problem": problem, "width": width, "start": k % settings.zero_starts, "converged": found.converged,
                "residual": found.residual, "zero_units": width - len(found.output), "objective": found.objective / n,
                "excess": found.objective / best.objective - 1, "optimum_gap": best.gap, "probe": probe / beta,
            })  # fmt: skip
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_stuck_networks)
