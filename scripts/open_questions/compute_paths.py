"""A residual network beside parallel branches: its paths, duality gaps with and without ties, trained surfaces."""

from itertools import product
from math import comb

import numpy as np
import pandas as pd
from _classifiers import classifiers, images, measures, tuned

from convexify.branches.gap import exact_gap
from convexify.branches.subnetworks import atoms, polar_grid
from convexify.branches.tied_paths import (
    PathReLU,
    ResidualReLU,
    linear_path_margins,
    linear_residual_margins,
    relative_gaps,
)
from convexify.networks.unravelled import residual_output, unravelled_paths
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run


def compute_paths(data, settings, seed, device):
    """Tables: ``identities``, ``linear_gaps``, ``gaps`` and ``surfaces``, a row per case each; ``steps``, per trial."""
    surfaces, steps = _surfaces(data, settings, seed, device)
    return {
        "identities": pd.DataFrame(_identities(settings, seed)),
        "linear_gaps": pd.DataFrame(_linear_gaps(settings)),
        "gaps": pd.DataFrame(_gaps(settings, seed)),
        "surfaces": surfaces,
        "steps": steps,
    }


def _identities(settings, seed):
    """Relative error of the average over paths: linear, ReLU with the network's gates, ReLU with the paths' own."""
    kinds = (("linear", "network"), ("relu", "network"), ("relu", "own"))
    for repetition, blocks in product(range(settings.repetitions), settings.path_blocks):
        stream = generator(seed, "open_questions", "paths", "identities", repetition, blocks)
        start = np.maximum(stream.standard_normal((settings.path_samples, settings.path_width)), 0)
        weights = stream.standard_normal((blocks, *2 * [settings.path_width])) * np.sqrt(2 / settings.path_width)
        output = stream.standard_normal(settings.path_width)
        for activation, gates in kinds:
            options = {"factor": 1 / blocks, "activation": activation}
            whole = residual_output(start, weights, output, **options)
            _, paths = unravelled_paths(start, weights, output, gates=gates, **options)
            # As an average of I branches: each is I times its path.
            branches = len(paths) * paths
            key = {"repetition": repetition, "blocks": blocks, "activation": activation, "gates": gates}
            error = np.linalg.norm(branches.mean(axis=0) - whole) / np.linalg.norm(whole)
            yield key | {"paths": len(paths), "relative_error": error}


def _linear_gaps(settings):
    """Exact gaps of linear networks, whatever the data: one row per (blocks, largest squared norm)."""
    for blocks, square in product(settings.linear_blocks, settings.squared_norms):
        squares = square * np.arange(settings.linear_levels + 1) / settings.linear_levels
        kinds = [linear_path_margins(squares, blocks, taken) for taken in range(blocks + 1)]
        untied = [kinds[taken] for taken in range(blocks + 1) for _ in range(comb(blocks, taken))]
        key = {"blocks": blocks, "paths": 2**blocks, "squared_norm": square}
        yield key | relative_gaps(linear_residual_margins(squares, blocks), untied)


def _gaps(settings, seed):
    """Exact gaps of ReLU networks on a finite set of weights, with a hinge that has its kink."""
    for draw, blocks in product(range(settings.gap_draws), settings.gap_blocks):
        stream = generator(seed, "open_questions", "paths", "gaps", draw)
        X = np.column_stack([stream.standard_normal((settings.path_samples, 2)), np.ones(settings.path_samples)])
        y = np.where(X[:, 0] + 0.5 * (X[:, 1] ** 2 - 1) >= 0, 1.0, -1.0)
        sizes = X.shape[1], settings.gap_width, blocks
        # Any branch may be any path: branches of one family, as the exact program wants them.
        families = {
            "residual": (1, [ResidualReLU(*sizes)]),
            "branches": (2**blocks, [PathReLU(*sizes, taken) for taken in range(blocks + 1)]),
        }
        for name, (branches, networks) in families.items():
            # One network has as many atoms as all kinds of paths together.
            count = settings.directions * (blocks + 1) // len(networks)
            parts = [_atoms(network, X, count, settings=settings, stream=stream) for network in networks]
            values = np.concatenate([part.values for part in parts], axis=1)
            penalties = np.concatenate([part.penalties for part in parts])
            for budget in settings.budgets:
                found = exact_gap(
                    values / np.abs(values).max(), penalties, y, branches=branches, tau=settings.tau,
                    budget=budget * settings.atom_norm, node_limit=settings.node_limit, time_limit=None,
                )  # fmt: skip
                gain = 1 - found.dual
                yield {
                    "draw": draw, "blocks": blocks, "paths": 2**blocks, "network": name, "budget": budget,
                    "branches": branches, "gap": found.gap, "gap_lower": found.gap_lower, "bound": found.bound,
                    "relative_gap": found.gap / gain if gain > 0 else 0.0,
                }  # fmt: skip


def _atoms(network, X, directions, *, settings, stream):
    """Random directions at squared norms up to one that all networks share."""
    size = sum(parameter.numel() for parameter in network.parameters())
    rays = stream.standard_normal((directions, size))
    levels = settings.atom_norm * np.arange(settings.levels + 1) / settings.levels
    return atoms(network, X, polar_grid(rays, levels))


def _surfaces(data, settings, seed, device):
    drawn = images(data, settings, integer_seed(seed, "open_questions", "paths", "tuning"), device)
    networks = classifiers(drawn[0].shape[1], int(data["y"].max()) + 1, settings)
    rows, steps = [], []
    found = {name: tuned(network, drawn, settings, name, seed) for name, network in networks.items()}
    for name, tuning in found.items():
        chosen = tuning.trials["step"] == tuning.step
        steps.append(tuning.trials.assign(architecture=name, chosen=chosen, edge=tuning.edge or ""))
    for repetition in range(settings.repetitions):
        drawn = images(data, settings, integer_seed(seed, "open_questions", "paths", "images", repetition), device)
        for name, network in networks.items():
            step = found[name].step
            rows.append(measures(name, network, drawn, step, repetition, settings=settings, seed=seed))
    return pd.DataFrame(rows), pd.concat(steps, ignore_index=True)


if __name__ == "__main__":
    run(compute_paths)
