"""Proved optima over every width: all images on few components, networks of descent beside them, five points, ranks."""

import math
import warnings
from itertools import product

import numpy as np
import pandas as pd
from _problems import few_components, leading_components, tuned_networks

from convexify.convex_relu.global_training.train import train_globally
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.seeds import generator, integer_seed
from convexify.warnings import ConvergenceWarning
from convexify_workflow.blocks import Share
from convexify_workflow.job import run


def compute_any_width(data, settings, device, seed):
    """Tables ``optima``, ``networks``, ``escape`` and ``bounds``."""
    components = max(*settings.components, *settings.bound_components)
    images = leading_components(data["X"], components)
    y = np.where(data["y"] % 2 == 1, 1.0, -1.0)
    tables, share = {"optima": [], "networks": []}, Share(settings)
    proves = settings.widths[0] in share.widths
    for few in share.components:
        X = few_components(images, few)
        if proves:
            tables["optima"].append({"components": few, **_proved(X, y, settings.lam, settings.tol, "auto", seed)})
        for method, width in product(("Adam", "SGD"), share.widths):
            rows = _descent(X, y, few, method, width, settings, seed, device)
            tables["networks"] += [{"components": few, "method": method, "width": width, **row} for row in rows]
    rows = generator(seed, "global_training", "bounds").permutation(len(images))[: settings.bound_samples]
    tables["bounds"] = [
        {"components": few, **_bounded(few_components(images[rows], few), y[rows], few, settings, seed)}
        for few in settings.bound_components
        if (proves and few in share.components) or (share.last and few not in settings.components)
    ]
    escape = _escape(settings, seed, device) if share.first else pd.DataFrame()
    return {name: pd.DataFrame(rows) for name, rows in tables.items()} | {"escape": escape}


def _proved(X, y, lam, tol, pricing, seed, max_rounds=None):
    """Best network found and the bound over every width, divided by n. No clock: the same on every machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the gap stands in the table
        answer = train_globally(
            X, y, lam * len(X), tol=tol, max_time=math.inf, max_rounds=max_rounds, pricing=pricing, seed=seed
        )
    return {
        "samples": len(X),
        "rank": X.shape[1],
        "objective": answer.objective / len(X),
        "lower_bound": answer.lower_bound / len(X),
        "searched_bound": answer.searched_bound / len(X),
        "relative_gap": answer.gap,
        "exact": answer.exact,
        "neurons": answer.network.n_neurons,
    }


def _bounded(X, y, components, settings, seed):
    """As `_proved`; ``rough_bound`` is that of a run cut short: valid as well, and not tied to this network."""
    exact = components <= settings.exact_components
    pricing, rounds = ("exact", None) if exact else ("local", settings.max_rounds)
    answer = _proved(X, y, settings.lam, settings.bound_tol, pricing, seed, rounds)
    rough = _proved(X, y, settings.lam, 0.3, pricing, seed + 1, settings.rough_rounds)
    return answer | {"rough_bound": rough["lower_bound"]}


def _descent(X, y, components, method, width, settings, seed, device):
    """A row per start: networks of one width, their step tuned on the sum of their objectives."""
    networks, tuning = tuned_networks(
        X, np.repeat(y[:, None], settings.starts, axis=1), settings.lam * len(X), width, method=method.lower(),
        start=getattr(settings, f"{method.lower()}_step"), trials=settings.trials, iterations=settings.iterations,
        batch=settings.batch, seed=integer_seed(seed, "global_training", "widths", components, width), device=device,
    )  # fmt: skip
    return [
        {"start": start, "objective": objective / len(X), "step": tuning.step, "edge": tuning.edge or ""}
        for start, objective in enumerate(networks.final_objectives)
    ]


def _escape(settings, seed, device):
    """A row per narrow network of SGD on the five points: its objective, and what `train_globally` makes of it."""
    x = np.arange(-2.0, 3.0)
    X, y = np.column_stack([x, np.ones(5)]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    beta, n = 5 * settings.escape_lam, 5
    networks = fit_networks(
        X, np.repeat(y[:, None], settings.escape_starts, axis=1), beta, settings.escape_width, method="sgd",
        step=lambda k: settings.escape_step * (1 - k / settings.escape_iterations), batch_size=3,
        iterations=settings.escape_iterations, seed=integer_seed(seed, "global_training", "escape"), device=device,
    )  # fmt: skip
    rows = []
    for start, before in enumerate(networks.final_objectives):
        answer = train_globally(X, y, beta, tol=1e-7, max_time=math.inf, start=networks.network(start), seed=seed)
        rows.append({"start": start, "before": before / n, "after": answer.objective / n})
        rows[-1] |= {"lower_bound": answer.lower_bound / n, "neurons": answer.network.n_neurons}
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_any_width)
