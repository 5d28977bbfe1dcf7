"""Gaps of branches of other architectures, of fully connected networks of the same size, and of wider branches.

No device: torch only evaluates sub-networks of a few weights, once; the integer programs take the time.
"""

import numpy as np
import pandas as pd
from _subnetworks import SIDE, fully_connected, size_of, sub_network
from tqdm import tqdm

from convexify.branches.gap import exact_gap
from convexify.branches.subnetworks import atoms, polar_grid
from convexify.datasets.transforms import (
    add_bias,
    average_pool,
    binary_pair,
    principal_components,
    standardize,
    subsample,
)
from convexify.seeds import generator, integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

# τ over the largest output of a branch: from 1 on the hinge is linear.
HINGES = {"linear": 1.0, "kinked": 0.3}


def compute_architectures(data, classes, settings, seed):
    """One row per (comparison, kind, draw, hinge, I, budget): the exact gap, over Δ and over what training can gain.

    ``relative_gap`` is the gap over the loss of the zero network, 1, minus the dual. It does not change if the loss,
    the outputs or the norms are scaled.
    """
    pair = binary_pair(data, classes)
    plane = standardize(principal_components(pair["X"], 2))
    side = int(np.sqrt(pair["X"].shape[1]))
    images = standardize(average_pool(pair["X"], (side, side), side // SIDE))
    rows = []
    for draw in tqdm(Share(settings).draws, desc="draws of samples"):
        stream = integer_seed(seed, "branches", "architectures", draw)
        parts = [subsample({"X": X, "y": pair["y"]}, settings.samples, stream) for X in (add_bias(plane), images)]
        y = parts[0]["y"]
        for comparison, kind, network, counts in _networks(settings):
            X = parts[comparison == "architecture"]["X"]
            rng = generator(seed, "branches", "architectures", comparison, kind, draw)
            rays = np.abs(rng.standard_normal((settings.directions, size_of(network))))
            # Mostly positive weights: with even signs half of the narrow ReLU networks are the zero function.
            rays *= np.where(rng.random(rays.shape) < settings.negative, -1, 1)
            family = atoms(network, X, polar_grid(rays, np.arange(settings.levels + 1) / settings.levels))
            key = {"comparison": comparison, "kind": kind, "draw": draw, "parameters": size_of(network)}
            rows += [key | row for row in _gaps(family, y, counts, settings)]
    return pd.DataFrame(rows)


def _networks(settings):
    """What is compared: (comparison, kind, sub-network, numbers of branches)."""
    for kind in ("convolutional", "recurrent"):
        yield "architecture", kind, sub_network(kind), settings.branches
    # Nine branches of 3 + 1 + 1 weights have as many as one network of two hidden layers of five: 15 + 25 + 5.
    yield "size", "branches", fully_connected(3, [1, 1]), [9]
    yield "size", "fully connected", fully_connected(3, [5, 5]), [1]
    for width in settings.widths:
        yield "width", f"{width}", fully_connected(3, [width, width]), [4]


def _gaps(family, y, counts, settings):
    scale = float(np.abs(family.values).max())
    for hinge, share in HINGES.items():
        for count in counts:
            for budget in settings.budgets:
                result = exact_gap(
                    family.values / scale,
                    family.penalties,
                    y,
                    branches=count,
                    tau=share,
                    budget=budget,
                    node_limit=settings.node_limit,
                    time_limit=None,
                )
                yield {
                    "hinge": hinge,
                    "branches": count,
                    "budget": budget,
                    "gap": result.gap,
                    "gap_lower": result.gap_lower,
                    "bound": result.bound,
                    "delta_worst": result.delta_worst,
                    "relative_gap": result.gap / (1 - result.dual) if result.dual < 1 else 0.0,
                    "gain": 1 - result.dual,
                }


if __name__ == "__main__":
    run(compute_architectures)
