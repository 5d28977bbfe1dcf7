"""What stands around the theorem: branches that differ, the Shapley–Folkman lemma, quadratic problems without a gap."""

import numpy as np
import pandas as pd

from convexify.branches.quadratic_programs import ball_values, box_values, principal_component_values
from convexify.branches.separable import dual_values, largest_gap, optimal_values, worst_nonconvexity
from convexify.branches.shapley_folkman import mixed_members
from convexify.seeds import generator
from convexify_workflow.job import run

# The objective is multiplied by these.
SCALES = (1.0e-3, 1.0, 1.0e3)


def compute_theorems(settings, seed):
    """Four tables: ``sums`` (law, draw, I), ``scales`` (draw, scale), ``hulls`` (draw, I), ``quadratics``."""
    draws = range(settings.draws)
    most = max(settings.branches)
    sums, scales = [], []
    for draw in draws:
        rng = generator(seed, "branches", "theorems", "losses", draw)
        differing = np.array([_branch(settings.levels, rng) for _ in range(most)])
        for count in settings.branches:
            sums.append({"law": "differing", "draw": draw, "branches": count, **_gap(differing[:count])})
        few = differing[: settings.branches[len(settings.branches) // 2]]
        scales += [{"draw": draw, "scale": scale, **_gap(scale * few)} for scale in SCALES]
    for count in settings.branches:
        sums.append({"law": "identical", "draw": 0, "branches": count, **_gap(_homogeneous([1] * count, settings))})
        if count <= settings.most_growing:
            radii = np.arange(1, count + 1)
            sums.append({"law": "growing", "draw": 0, "branches": count, **_gap(_homogeneous(radii, settings))})
    return {
        "sums": pd.DataFrame(sums),
        "scales": pd.DataFrame(scales),
        "hulls": pd.DataFrame([row for draw in draws for row in _hulls(draw, settings, seed)]),
        "quadratics": pd.DataFrame([row for draw in draws for row in _quadratics(draw, settings, seed)]),
    }


def _branch(levels, rng):
    """Losses of a branch of random kind: a homogeneous sub-network of random depth and size, or any staircase."""
    if rng.random() < 0.5:
        reach = rng.integers(1, levels + 1)
        reached = np.minimum(np.arange(levels + 1), reach) / reach
        return 1 - rng.uniform(0.2, 1.0) * reached ** rng.choice([1.0, 1.5, 2.0, 2.5])
    return np.concatenate([[1.0], np.sort(rng.uniform(0, 1, levels))[::-1]])


def _homogeneous(radii, settings):
    """Branches −h² up to their own largest penalty, a multiple of ``levels`` units."""
    reach = settings.levels * np.asarray(radii)
    penalties = np.minimum(np.arange(reach.max() + 1), reach[:, None])
    return 1 - (penalties / settings.levels) ** 2.0


def _gap(losses):
    primal, dual = optimal_values(losses), dual_values(losses)
    return {
        "largest_gap": largest_gap(losses),
        "delta_worst": worst_nonconvexity(losses),
        "largest_order_violation": float((dual - primal).max()),
    }


def _hulls(draw, settings, seed):
    """Mixed branches in a random point of the hull of the sum: ReLU units, their outputs and their penalty."""
    rng = generator(seed, "branches", "theorems", "hulls", draw)
    X = rng.standard_normal((settings.hull_samples, 3))
    for count in settings.branches:
        sets = []
        for _ in range(count):
            w, a = rng.standard_normal((8, 3)), rng.standard_normal(8)
            outputs = a[:, None] * np.maximum(0, w @ X.T)
            sets.append(np.column_stack([outputs, (w**2).sum(axis=1) + a**2]))
        target = sum(rng.dirichlet(np.ones(8)) @ one for one in sets)
        mixed = mixed_members(sets, target, rng.standard_normal(8 * count))
        yield {"draw": draw, "branches": count, "dimension": settings.hull_samples + 1, "mixed": int(mixed.sum())}


def _quadratics(draw, settings, seed):
    rng = generator(seed, "branches", "theorems", "quadratics", draw)
    factor, square = rng.standard_normal((2, settings.dimension, settings.dimension))
    problems = {
        "principal component": principal_component_values(factor @ factor.T, rng),
        "one quadratic constraint": ball_values(square + square.T, rng.standard_normal(settings.dimension)),
        "linear constraints": box_values(rng.uniform(0.5, 2.0), 100.0),
    }
    for problem, (primal, dual) in problems.items():
        yield {"problem": problem, "draw": draw, "primal": primal, "dual": dual}


if __name__ == "__main__":
    run(compute_theorems)
