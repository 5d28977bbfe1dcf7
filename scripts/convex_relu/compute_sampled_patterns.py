"""Objective of the sampled program against the number of gates, relative to the optimum over all patterns."""

import numpy as np
import pandas as pd
from _problems import small_problems

from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import draw_gates, patterns_of
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run


def compute_sampled_patterns(data, settings, device, seed):
    """A row per data set, kind, number of gates and draw; kind "all" is the exact program, "network" the net itself."""
    rows = []
    for name, X, y, beta in small_problems(data, settings, seed):
        rows += [{"dataset": name, **row} for row in _rows(name, X, y, beta, settings, device, seed)]
    table = pd.DataFrame(rows)
    exact = table[table["kind"] == "all"].set_index("dataset")["objective"]
    return table.assign(ratio=table["objective"] / table["dataset"].map(exact))


def _rows(name, X, y, beta, settings, device, seed):
    def program(kind, count, draw, patterns):
        solution = solve(X, y[:, 0], patterns, beta, device=device)
        return _row(kind, count, draw, patterns.shape[1], solution.primal / len(X), solution.gap, solution.violation)

    yield program("all", 0, 0, enumerate_patterns(X))
    for draw in range(settings.draws):
        stream = generator(seed, "convex_relu", name, "gates", draw)
        gates = draw_gates(X.shape[1], max(settings.gate_counts), stream)
        for count in settings.gate_counts:
            networks = fit_networks(
                X,
                y,
                beta,
                count,
                method="adam",
                step=0.02,
                iterations=settings.iterations,
                seed=integer_seed(seed, "convex_relu", name, "net", count, draw),
                device=device,
            )
            trained, half = networks.hidden[0], count // 2
            mixed = np.hstack([trained[:, :half], gates[:, : count - half]])
            yield program("Gaussian", count, draw, patterns_of(gates[:, :count], X))
            yield program("trained", count, draw, patterns_of(trained, X))
            yield program("mixed", count, draw, patterns_of(mixed, X))
            yield _row("network", count, draw, count, networks.final_objectives[0] / len(X), np.nan, np.nan)


def _row(kind, count, draw, patterns, objective, gap, violation):
    return {
        "kind": kind,
        "gates": count,
        "draw": draw,
        "patterns": patterns,
        "objective": objective,
        "relative_gap": gap,
        "violation": violation,
    }


if __name__ == "__main__":
    run(compute_sampled_patterns)
