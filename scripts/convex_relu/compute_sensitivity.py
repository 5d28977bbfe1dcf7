"""What the choices of a user do: start, batch and step of SGD and Adam beside the seed of the sampled patterns."""

from itertools import product

import numpy as np
import pandas as pd
from _problems import accuracy, problem

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import integer_seed
from convexify_workflow.job import run


def compute_sensitivity(data, settings, device, seed):
    """A row per draw of samples and fit: method, its choices, objective divided by n, test accuracy, certified gap.

    ``relative_objective`` is the objective over the median one of the convex fits to the same samples.
    """
    steps = {"sgd": settings.sgd_steps, "adam": settings.adam_steps}
    rows = []
    for draw in range(settings.draws):
        stream = seed, "convex_relu", settings.dataset
        arrays = problem(
            data,
            components=settings.components,
            samples=settings.samples,
            test_samples=settings.test_samples,
            pair=settings.pairs[settings.dataset],
            seed=integer_seed(*stream, "sample", draw),
        )
        fits = [
            _convex_fit(arrays, settings, integer_seed(*stream, "patterns", draw, fit), device)
            for fit in range(settings.convex_fits)
        ]
        for method in steps:
            for batch, step in product(settings.batches, steps[method]):
                choices = {"method": method, "batch": batch, "step": step}
                start = integer_seed(*stream, "start", draw, method, batch, step)
                fits.append(choices | _descent(arrays, settings, choices, start, device))
        rows += [{"draw": draw} | fit for fit in fits]
    table = pd.DataFrame(rows)
    convex = table[table["method"] == "convex"].groupby("draw")["objective"].median()
    return table.assign(relative_objective=table["objective"] / table["draw"].map(convex))


def _convex_fit(arrays, settings, seed, device):
    X, y, X_test, y_test = arrays
    patterns = sample_patterns(X, settings.n_patterns, seed)
    solution = solve(X, y[:, 0], patterns, len(X) * settings.lam, device=device)
    return {
        "method": "convex",
        "batch": 0,
        "step": np.nan,
        "diverged": False,
        "objective": solution.primal / len(X),
        "test_accuracy": accuracy(to_network(solution).predict(X_test)[:, None], y_test),
        "relative_gap": solution.gap,
        "violation": solution.violation,
    }


def _descent(arrays, settings, choices, seed, device):
    X, y, X_test, y_test = arrays
    networks = fit_networks(
        X,
        y,
        len(X) * settings.lam,
        2 * settings.n_patterns,
        method=choices["method"],
        step=choices["step"],
        iterations=settings.epochs * int(np.ceil(len(X) / choices["batch"])),
        batch_size=choices["batch"],
        seed=seed,
        device=device,
    )
    diverged = networks.diverged
    return {
        "diverged": diverged,
        "objective": np.nan if diverged else networks.final_objectives[0] / len(X),
        "test_accuracy": np.nan if diverged else accuracy(networks.predict(X_test), y_test),
        "relative_gap": np.nan,
        "violation": np.nan,
    }


if __name__ == "__main__":
    run(compute_sensitivity)
