"""Programs over all patterns: how many there are, sparsity, finite width, guaranteed ratios, other activations."""

import numpy as np
import pandas as pd
from _problems import small_problems

from convexify.convex_relu.networks.mapping import from_network, to_network
from convexify.convex_relu.networks.network_training import fit_networks, objectives
from convexify.convex_relu.networks.optimality import network_objective
from convexify.convex_relu.networks.pruning import prune
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.programs.certificates import certify_point
from convexify.convex_relu.solvers.piecewise_linear import solve_piecewise_linear
from convexify.convex_relu.solvers.solve import solve
from convexify.seeds import generator, integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

#: A group whose norm is below this fraction of the largest one does not count as active.
ACTIVE = 1e-6


def compute_exact_programs(data, settings, device, seed):
    """Tables ``pattern_counts``, ``exact_optima``, ``guarantees`` and ``activations``; a draw has its own samples."""
    optima, guarantees, share = [], [], Share(settings)
    for draw, name, X, y, beta in small_problems(data, settings, seed):
        case = {"dataset": name, "draw": draw}
        patterns = enumerate_patterns(X)
        for factor in settings.penalty_factors:
            solution = solve(X, y[:, 0], patterns, factor * beta, tol=1e-7, device=device)
            optima.append(case | {"factor": factor} | _sparsity(X, y[:, 0], factor * beta, solution))
            if factor == min(settings.penalty_factors):
                gates = sample_patterns(X, settings.sampled, integer_seed(seed, "convex_relu", name, "ratio", draw))
                guarantees.append(case | _sampled_ratio(X, y[:, 0], beta, patterns, gates, solution.dual))
    for draw in share.draws:
        for noise in settings.noises:
            guarantees.append({"dataset": "synthetic", "draw": draw} | _low_rank_ratio(noise, draw, settings, seed))
    return {
        "pattern_counts": _pattern_counts(settings, seed) if share.first else pd.DataFrame(),
        "exact_optima": pd.DataFrame(optima),
        "guarantees": pd.DataFrame(guarantees),
        "activations": pd.DataFrame(_activations(settings, share.draws, device, seed)),
    }


def _pattern_counts(settings, seed):
    """A row per rank and number of Gaussian samples in general position: patterns, and the bound 2r(e(n−1)/r)^r."""
    rows = []
    for rank in settings.ranks:
        X = generator(seed, "convex_relu", "count", rank).standard_normal((max(settings.counted_samples), rank))
        for n in settings.counted_samples:
            bound = 2 * rank * (np.e * (n - 1) / rank) ** rank
            patterns = enumerate_patterns(X[:n], max_patterns=10**6).shape[1]
            rows.append({"rank": rank, "samples": n, "patterns": patterns, "bound": bound})
    return pd.DataFrame(rows)


def _sparsity(X, y, beta, solution):
    """Groups and active groups of the optimum, and the network that is left when no neuron can be spared."""
    network = to_network(solution)
    active = network.strengths > ACTIVE * network.strengths.max(initial=0.0)
    pruned = prune(network.rescaled(active.astype(float)), X)
    return {
        "samples": len(X),
        "groups": 2 * solution.v.shape[1],
        "active_groups": int(active.sum()),
        "neurons": pruned.n_neurons,
        "network": network_objective(pruned, X, y, beta) / len(X),
        "objective": solution.primal / len(X),
        "lower_bound": solution.dual / len(X),
        "relative_gap": solution.gap,
        "violation": solution.violation,
    }


def _sampled_ratio(X, y, beta, patterns, gates, lower_bound):
    """The sampled program's optimum over the optimum, and the ratio that its own dual point guarantees."""
    sampled = solve(X, y, gates, beta, tol=1e-7)
    _, v, w = from_network(to_network(sampled), X, patterns)
    proof = certify_point(X, y, patterns, beta, v, w)
    return {"kind": "sampled", "noise": np.nan, "ratio": sampled.primal / lower_bound, "guarantee": 1 / (1 - proof.gap)}


def _low_rank_ratio(noise, draw, settings, seed):
    r"""Rank 3 data close to rank 2: train globally on the truncated data, evaluate on the data itself.

    For a loss that is L-Lipschitz in the outputs, |ℓ(f) − ℓ(f̂)| ≤ L Σ‖(X − X̂)u_j‖|α_j| ≤ Lσ₃ · decay for the same
    network on X and X̂, twice: the ratio is at most (1 + Lσ₃/β)². The logistic loss of n samples has L = √n.
    """
    rng = generator(seed, "convex_relu", "low rank", draw)
    n = settings.synthetic_samples
    X = rng.standard_normal((n, 2)) @ rng.standard_normal((2, 3)) + noise * rng.standard_normal((n, 3))
    y = np.where(rng.permutation(n) < n // 2, 1.0, -1.0)
    left, values, right = np.linalg.svd(X, full_matrices=False)
    truncated = (left[:, :2] * values[:2]) @ right[:2]
    beta = settings.synthetic_lam * n
    near = solve(truncated, y, enumerate_patterns(truncated), beta, loss="logistic", tol=1e-7)
    best = solve(X, y, enumerate_patterns(X), beta, loss="logistic", tol=1e-7)
    reached = network_objective(to_network(near), X, y, beta, loss="logistic")
    guarantee = (1 + np.sqrt(n) * values[2] / beta) ** 2
    return {"kind": "low rank", "noise": noise, "ratio": reached / best.dual, "guarantee": guarantee}


def _activations(settings, draws, device, seed):
    """A row per activation and draw: the certified optimum, the network of its point, and the best trained ones."""
    for slope in settings.negative_slopes:
        for draw in draws:
            rng = generator(seed, "convex_relu", "activation", slope, draw)
            X, y, beta = rng.standard_normal((8, 2)), rng.standard_normal(8), 0.3
            answer = solve_piecewise_linear(X, y, enumerate_patterns(X), beta, slope)
            hidden, output = answer.weights()
            starts = fit_networks(
                X,
                np.repeat(y[:, None], settings.starts, axis=1),
                beta,
                20,
                method="adam",
                step=lambda k: 0.05 * 10 ** (-3 * k / settings.iterations),
                iterations=settings.iterations,
                negative_slope=slope,
                seed=integer_seed(seed, "convex_relu", "activation starts", slope, draw),
                device=device,
            )
            mapped = objectives(X, y[:, None], beta, hidden[None], output[None], negative_slope=slope)
            yield {
                "negative_slope": slope,
                "draw": draw,
                "objective": answer.primal,
                "lower_bound": answer.dual,
                "relative_gap": answer.gap,
                "violation": answer.violation,
                "mapped": mapped[0],
                "best": starts.final_objectives.min(),
            }


if __name__ == "__main__":
    run(compute_exact_programs)
