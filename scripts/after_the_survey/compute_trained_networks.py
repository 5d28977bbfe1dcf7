"""Trained networks: ways out of bad minima, what a zero unit says of them, and which of many optima they reach."""

import numpy as np
import pandas as pd
from _problems import STUCK, named_instance

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.networks.tuned_training import tune_networks
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.optimal_set.escape_path import NetworkPath, escape_path, largest_rise, straight_line
from convexify.convex_relu.optimal_set.off_sample import error_range, train_adamw
from convexify.convex_relu.optimal_set.polytope import optimal_set
from convexify.convex_relu.optimal_set.zero_units import deepest_probe
from convexify.datasets.transforms import add_bias
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step
from convexify_workflow.job import run

#: Points of each curve that the figure draws.
DRAWN = 150


def compute_trained_networks(settings, device, seed):
    """Tables of the escape (``escape``, ``paths``), of ``zero_units``, and of the optima reached (``reached``, ...)."""
    tables = _escape(settings, device, seed) | {"zero_units": _zero_units(settings, device, seed)}
    return tables | _reached(settings, device, seed)


def _escape(settings, device, seed):
    """Five-point networks as SGD left them, those in bad minima made stationary, and their ways to the optimum.

    The recipe of SGD is that of the experiment `global_training`.
    """
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
        network, trained = networks.network(start), networks.final_objectives[start] / n
        if trained > STUCK:
            found = refine_stationary(X, y, beta, network.W, network.a)
            network = TwoLayerReLU(found.hidden, found.output)
        width = network.n_neurons + optimum.n_neurons
        path = escape_path(network, optimum, X, points=settings.path_points, width=width)
        line = straight_line(network, optimum, points=settings.path_points, width=width)
        along, straight = (way.objectives(X, y, beta) / n for way in (path, line))
        rows.append({
            "start": start, "width": settings.escape_width, "trained": trained, "neurons": network.n_neurons,
            "before": along[0], "after": along[-1],
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


def _reached(settings, device, seed):
    """Networks of three optimisers on problems with many optima: objective and test error, and their range."""
    rows, tunings, ranges = [], [], []
    for name in settings.reached_problems:
        exact = named_instance(name)
        X, y, beta, n = exact.X.astype(float), exact.y.astype(float), exact.beta, len(exact.X)
        best = optimal_set(X, y, beta)
        rng = generator(seed, "after_the_survey", "reached", name)
        X_test = rng.standard_normal((settings.reached_test, X.shape[1]))
        X_test *= np.linalg.norm(X[0]) / np.linalg.norm(X_test, axis=1, keepdims=True)
        target = np.full(len(X_test), float(y[0]))
        errors = error_range(best, X_test, target)
        ranges.append({"problem": name, "smallest": errors.smallest, "largest": errors.largest})
        for method, networks, tuning in _optimisers(X, y, beta, settings, seed, device, name):
            hidden, output = networks
            tunings.append({"problem": name, "method": method, "step": tuning.step, "edge": tuning.edge or ""})
            found = NetworkPath(hidden, output, [], 0)
            prediction = np.einsum("knm,km->kn", np.maximum(X_test @ hidden, 0.0), output)
            error = np.sqrt(((prediction - target) ** 2).mean(axis=1))
            excess = found.objectives(X, y, beta) / best.objective - 1
            rows += [
                {"problem": name, "method": method, "start": start, "objective": (1 + over) * best.objective / n,
                 "excess": over, "test_error": value}
                for start, (over, value) in enumerate(zip(excess, error, strict=True))
            ]  # fmt: skip
    return {"reached": pd.DataFrame(rows), "ranges": pd.DataFrame(ranges), "tuning": pd.DataFrame(tunings)}


def _optimisers(X, y, beta, settings, seed, device, name):
    """Method, weights of its networks and the tuning of its step, on the training objective."""
    width, starts, iterations = settings.reached_width, settings.reached_starts, settings.reached_iterations
    targets = np.repeat(y[:, None], starts, axis=1)
    for method, batch in (("SGD", settings.reached_batch), ("Adam", None)):
        networks, tuning = tune_networks(
            X, targets, beta, width, method=method.lower(), start=getattr(settings, f"reached_{method.lower()}_step"),
            trials=settings.reached_trials, iterations=iterations, batch_size=batch, device=device,
            schedule=lambda k: 1 - k / iterations, seed=integer_seed(seed, "after_the_survey", "reached", name, method),
        )  # fmt: skip
        yield method, (networks.hidden, networks.output), tuning
    trained = {}

    def score(step):
        trained[step] = train_adamw(
            X, y, beta, width, starts=starts, step=step, iterations=iterations,
            seed=integer_seed(seed, "after_the_survey", "reached", name, "AdamW"),
        )  # fmt: skip
        return NetworkPath(*trained[step], [], 0).objectives(X, y, beta).sum()

    tuning = tune_step(score, start=settings.reached_adamw_step, trials=settings.reached_trials)
    yield "AdamW", trained[tuning.step], tuning


if __name__ == "__main__":
    run(compute_trained_networks)
