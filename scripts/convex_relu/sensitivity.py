"""What the choices of a user do: seed, batch and step of SGD and Adam beside the seed of the sampled patterns."""

import numpy as np
import pandas as pd
from problems import accuracy, problem

from convexify.convex_relu import solve
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.networks.mapping import to_network
from convexify.seeds import integer_seed


def sensitivity(
    data,
    *,
    sensitivity_dataset,
    pairs,
    samples,
    test_samples,
    components,
    lam,
    n_patterns,
    sensitivity_epochs,
    sensitivity_seeds,
    sensitivity_batches,
    sensitivity_sgd_steps,
    sensitivity_adam_steps,
    seed,
):
    """A row per fit: method, its choices, objective divided by n, test accuracy; certified gap for convex fits."""
    name = sensitivity_dataset
    X, y, X_test, y_test = problem(
        data,
        components=components,
        samples=samples,
        test_samples=test_samples,
        pair=pairs[name],
        seed=integer_seed(seed, "convex_relu", name, "sample"),
    )
    n, rows = len(X), []
    none = {"batch": 0, "step": np.nan, "diverged": False}
    for draw in range(sensitivity_seeds):
        patterns = sample_patterns(X, n_patterns, integer_seed(seed, "convex_relu", name, "patterns", draw))
        solution = solve(X, y[:, 0], patterns, n * lam)
        rows.append(
            {
                "method": "convex",
                "seed": draw,
                **none,
                "objective": solution.primal / n,
                "test_accuracy": accuracy(to_network(solution).predict(X_test)[:, None], y_test),
                "relative_gap": solution.gap,
                "violation": solution.violation,
            }
        )
        for method, steps in (("sgd", sensitivity_sgd_steps), ("adam", sensitivity_adam_steps)):
            for batch in sensitivity_batches:
                count = sensitivity_epochs * int(np.ceil(n / batch))
                for step in steps:
                    nets = fit_networks(
                        X,
                        y,
                        n * lam,
                        2 * n_patterns,
                        method=method,
                        step=step,
                        iterations=count,
                        batch_size=batch,
                        seed=integer_seed(seed, "convex_relu", name, "start", draw),
                    )
                    rows.append(
                        {
                            "method": method,
                            "seed": draw,
                            "batch": batch,
                            "step": step,
                            "diverged": nets.diverged,
                            "objective": np.nan if nets.diverged else nets.history["objective"].iloc[-1] / n,
                            "test_accuracy": np.nan if nets.diverged else accuracy(nets.predict(X_test), y_test),
                            "relative_gap": np.nan,
                            "violation": np.nan,
                        }
                    )
    return pd.DataFrame(rows)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, sensitivity)  # noqa: F821
