"""Objective of the sampled program against the number of gates, relative to the optimum over all patterns."""

import numpy as np
import pandas as pd
from problems import problem

from convexify.convex_relu import solve
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import draw_gates, patterns_of
from convexify.seeds import generator, integer_seed


def pattern_counts(
    data,
    *,
    exact_datasets,
    pairs,
    exact_samples,
    exact_components,
    exact_lam,
    gate_counts,
    draws,
    exact_iterations,
    seed,
):
    """A row per data set, kind, number of gates and draw; kind "all" is the exact program, "network" the net itself."""
    rows = []
    for dataset, arrays in zip(exact_datasets, data, strict=True):
        X, y, _, _ = problem(
            arrays,
            components=exact_components,
            samples=exact_samples,
            test_samples=1,
            pair=pairs[dataset],
            seed=integer_seed(seed, "convex_relu", dataset, "exact"),
        )
        n, d = X.shape
        beta = n * exact_lam

        def record(kind, count, draw, patterns, X=X, y=y, n=n, beta=beta, dataset=dataset):
            solution = solve(X, y[:, 0], patterns, beta)
            rows.append(
                {
                    "dataset": dataset,
                    "kind": kind,
                    "gates": count,
                    "draw": draw,
                    "patterns": patterns.shape[1],
                    "objective": solution.primal / n,
                    "relative_gap": solution.gap,
                    "violation": solution.violation,
                }
            )

        record("all", 0, 0, enumerate_patterns(X))
        for draw in range(draws):
            gates = draw_gates(d, max(gate_counts), generator(seed, "convex_relu", dataset, "gates", draw))
            for count in gate_counts:
                nets = fit_networks(
                    X,
                    y,
                    beta,
                    count,
                    method="adam",
                    step=0.02,
                    iterations=exact_iterations,
                    seed=integer_seed(seed, "convex_relu", dataset, "net", count, draw),
                )
                trained, half = nets.hidden[0], count // 2
                record("Gaussian", count, draw, patterns_of(gates[:, :count], X))
                record("trained", count, draw, patterns_of(trained, X))
                record("mixed", count, draw, patterns_of(np.hstack([trained[:, :half], gates[:, : count - half]]), X))
                rows.append(
                    {
                        "dataset": dataset,
                        "kind": "network",
                        "gates": count,
                        "draw": draw,
                        "patterns": count,
                        "objective": nets.history["objective"].iloc[-1] / n,
                        "relative_gap": np.nan,
                        "violation": np.nan,
                    }
                )
    table = pd.DataFrame(rows)
    exact = table[table["kind"] == "all"].set_index("dataset")["objective"]
    return table.assign(ratio=table["objective"] / table["dataset"].map(exact))
