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
    """A row per data set, draw, kind and number of gates; kind "all" is the exact program, "network" the net itself.

    A draw has its own samples, gates and starts of networks.
    """
    rows = []
    for draw, name, X, y, beta in small_problems(data, settings, seed):
        gates_of_kind = _gates(name, draw, X, y, beta, settings, device, seed)
        rows += [{"dataset": name, "draw": draw} | row for row in _rows(X, y, beta, gates_of_kind, device)]
    table = pd.DataFrame(rows)
    exact = table[table["kind"] == "all"][["dataset", "draw", "objective"]]
    table = table.merge(exact.rename(columns={"objective": "optimum"}), on=["dataset", "draw"])
    return table.assign(ratio=table["objective"] / table["optimum"])


def _gates(name, draw, X, y, beta, settings, device, seed):
    """Yields a number of gates, Gaussian gates, and a network of that many neurons trained by Adam."""
    stream = generator(seed, "convex_relu", name, "gates", draw)
    gaussian = draw_gates(X.shape[1], max(settings.gate_counts), stream)
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
        yield count, gaussian[:, :count], networks


def _rows(X, y, beta, gates_of_kind, device):
    def program(kind, count, patterns):
        solution = solve(X, y[:, 0], patterns, beta, device=device)
        return {
            "kind": kind,
            "gates": count,
            "patterns": patterns.shape[1],
            "objective": solution.primal / len(X),
            "relative_gap": solution.gap,
            "violation": solution.violation,
        }

    yield program("all", 0, enumerate_patterns(X))
    for count, gaussian, networks in gates_of_kind:
        trained, half = networks.hidden[0], count // 2
        mixed = np.hstack([trained[:, :half], gaussian[:, : count - half]])
        for kind, gates in (("Gaussian", gaussian), ("trained", trained), ("mixed", mixed)):
            yield program(kind, count, patterns_of(gates, X))
        own = {"kind": "network", "gates": count, "patterns": count, "relative_gap": np.nan, "violation": np.nan}
        yield own | {"objective": networks.final_objectives[0] / len(X)}


if __name__ == "__main__":
    run(compute_sampled_patterns)
