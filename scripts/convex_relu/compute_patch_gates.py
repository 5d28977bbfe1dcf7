"""Gates that look at one patch of an image beside gates that look at all of it, and SGD, on all classes."""

from itertools import product

import numpy as np
import pandas as pd
from _problems import accuracy, best_networks, root_mean_square_norm

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.transforms import average_pool, one_hot, scale_images, subsample
from convexify.seeds import integer_seed
from convexify_workflow.job import run

KINDS = {"convolutional": "convex, patch gates", "gaussian": "convex, random gates"}


def compute_patch_gates(data, settings, device, seed):
    """A row per draw of images, gates and starts, λ, number of gates and method: objective over n, accuracy, gap."""
    stream = seed, "convex_relu", settings.dataset, "conv"
    rows = []
    for draw in range(settings.draws):
        gates_seed, start_seed = (integer_seed(*stream, name, draw) for name in ("gates", "start"))
        arrays, shape = _images(data, settings, integer_seed(*stream, "sample", draw))
        for lam, count in product(settings.lams, settings.gate_counts):
            case = {"gates": count, "draw": draw, "lam": lam}
            for kind in KINDS:
                place = {"kind": kind, "image_shape": shape, "patch_shape": (settings.patch,) * 2}
                rows.append(case | _gated_program(arrays, case, settings, gates_seed, place, device))
            rows.append(case | _sgd(arrays, case, settings, start_seed, device))
    return pd.DataFrame(rows).assign(dataset=settings.dataset)


def _images(data, settings, seed):
    """X, y, X_test, y_test, centred with rows of length about 1 and targets ±1, and the shape of the small images."""
    n, n_test = min(settings.samples, len(data["X"])), min(settings.test_samples, len(data["X_test"]))
    data = subsample(data, n, seed, n_test=n_test)
    largest, image_shape = data["X"].max(), data["image_shape"]
    X, X_test = scale_images(*(255.0 / largest * data[part] for part in ("X", "X_test")))
    X, X_test = (average_pool(part, image_shape, int(image_shape[-1]) // settings.side) for part in (X, X_test))
    mean = X.mean(axis=0)
    size = root_mean_square_norm(X - mean)
    classes = int(data["y"].max()) + 1
    y, y_test = (2 * one_hot(data[name], classes) - 1 for name in ("y", "y_test"))
    channels = int(image_shape[0]) if len(image_shape) == 3 else 1
    return ((X - mean) / size, y, (X_test - mean) / size, y_test), (channels, settings.side, settings.side)


def _gated_program(arrays, case, settings, seed, place, device):
    X, y, X_test, y_test = arrays
    patterns, gates = sample_patterns(X, case["gates"], seed, **place, return_gates=True)
    solution = solve(X, y, patterns, len(X) * case["lam"], gated=True, tol=settings.tol, max_time=settings.max_time,
                     device=device)  # fmt: skip
    return {
        "method": KINDS[place["kind"]],
        "objective": solution.primal / len(X),
        "test_accuracy": accuracy(to_network(solution, gates=gates).predict(X_test), y_test),
        "relative_gap": solution.gap,
    }


def _sgd(arrays, case, settings, seed, device):
    X, y, X_test, y_test = arrays
    schedule = {"steps": settings.steps, "epochs": settings.epochs, "batch": settings.batch}
    best = best_networks(X, y, len(X) * case["lam"], case["gates"], method="sgd", **schedule, seed=seed, device=device)
    return {
        "method": "SGD",
        "objective": best.final_objectives.sum() / len(X),
        "test_accuracy": accuracy(best.predict(X_test), y_test),
        "relative_gap": np.nan,
    }


if __name__ == "__main__":
    run(compute_patch_gates)
