"""Gates that look at one patch of an image beside gates that look at all of it, and SGD, on all classes."""

import numpy as np
import pandas as pd
from _problems import iterations_of, mean_squared_error, trials_table

from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.networks.tuned_training import tune_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.datasets.tasks import accuracy, root_mean_square_norm
from convexify.datasets.transforms import average_pool, one_hot, scale_images, subsample
from convexify.seeds import integer_seed
from convexify.tuning import tune_step
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

KINDS = {"convolutional": "convex, patch gates", "gaussian": "convex, random gates"}


def compute_patch_gates(data, settings, device, seed):
    """Four tables; ``patch_gates`` has a row per draw of images, gates and starts and method: λ, test accuracy, gap.

    ``patch_lams`` has every λ tried, ``patch_trials`` the steps of SGD tried, ``patch_ranks`` ranks of patches.
    All methods choose λ alike, on a validation part and with as many trials. The step of SGD is tuned on the training
    objective of a draw of its own, at the λ which that draw's validation part chooses.
    """
    stream = seed, "convex_relu", settings.dataset, "conv"
    pilot, shape = _images(data, settings, integer_seed(*stream, "sample", "pilot"))
    step, trials = _pilot_step(pilot, settings, integer_seed(*stream, "start", "pilot"), device)
    rows, lams, share = [], [], Share(settings)
    for draw in share.draws:
        gates_seed, start_seed = (integer_seed(*stream, name, draw) for name in ("gates", "start"))
        arrays, _ = _images(data, settings, integer_seed(*stream, "sample", draw))
        methods = {
            name: _gated_program(arrays, settings, gates_seed, _place(kind, shape, settings), device)
            for kind, name in KINDS.items()
        }
        methods["SGD"] = _sgd(arrays, settings, step, start_seed, device)
        for method, fit in methods.items():
            row, tuning = _validated(arrays, fit, settings)
            case = {"gates": settings.gates, "draw": draw, "method": method}
            rows.append(case | row)
            lams.append(trials_table(tuning, **case).rename(columns={"step": "lam"}))
    table = pd.DataFrame(rows).assign(dataset=settings.dataset)
    return {
        "patch_gates": table,
        "patch_lams": pd.concat(lams, ignore_index=True),
        # The pilot is the same for every block.
        "patch_trials": trials if share.first else trials[:0],
        "patch_ranks": _ranks(pilot[0], shape, settings.patch) if share.first else pd.DataFrame(),
    }


def _validated(arrays, fit, settings):
    """The fit at the λ with the least validation loss, as a row, and the tuning."""
    _, _, X_validation, y_validation, X_test, y_test = arrays
    fits = {}

    def loss(lam):
        fits[lam] = fit(lam)
        return mean_squared_error(fits[lam][0](X_validation), y_validation)

    tuning = tune_step(loss, start=settings.lam, trials=settings.lam_trials)
    predict, gap = fits[tuning.step]
    row = {"lam": tuning.step, "edge": tuning.edge or "", "relative_gap": gap}
    return row | {"test_accuracy": accuracy(predict(X_test), y_test)}, tuning


def _pilot_step(arrays, settings, seed, device):
    """Step of SGD, best on the training objective at the λ that is best with it, and the trials of both rounds."""
    X, y = arrays[:2]
    step, lam, tables = settings.step, settings.lam, []
    for round_ in range(2):
        _, tuning = tune_networks(
            X, y, len(X) * lam, settings.gates, start=step, trials=settings.trials, first_run=(), seed=seed,
            **_schedule(X, settings, device),
        )  # fmt: skip
        step = tuning.step
        tables.append(trials_table(tuning, round=round_, lam=lam))
        if round_ == 0:
            lam = _validated(arrays, _sgd(arrays, settings, step, seed, device), settings)[0]["lam"]
    return step, pd.concat(tables, ignore_index=True)


def _schedule(X, settings, device):
    iterations = iterations_of(settings.epochs, len(X), settings.batch)
    return {"method": "sgd", "batch_size": settings.batch, "iterations": iterations, "device": device}


def _place(kind, shape, settings):
    return {"kind": kind, "image_shape": shape, "patch_shape": (settings.patch,) * 2}


def _ranks(X, shape, patch):
    """Rank of the matrix of all patches and of that of whole images, against the number of images."""
    images = X.reshape(len(X), *shape)
    windows = np.lib.stride_tricks.sliding_window_view(images, (patch, patch), axis=(2, 3))
    rows = []
    for count in (2, 10, len(X)):
        patches = windows[:count].transpose(0, 2, 3, 1, 4, 5).reshape(-1, shape[0] * patch**2)
        ranks = {"patch_rank": np.linalg.matrix_rank(patches), "image_rank": np.linalg.matrix_rank(X[:count])}
        rows.append({"images": count, "patch_size": patches.shape[1], "patches": len(patches)} | ranks)
    return pd.DataFrame(rows)


def _images(data, settings, seed):
    """X, y, validation part and test data, centred, rows of length about 1, targets ±1; and the images' shape."""
    n = min(settings.samples + settings.validation_samples, len(data["X"]))
    n_test = min(settings.test_samples, len(data["X_test"]))
    data = subsample(data, n, seed, n_test=n_test)
    largest, image_shape = data["X"].max(), data["image_shape"]
    X, X_test = scale_images(*(255.0 / largest * data[part] for part in ("X", "X_test")))
    X, X_test = (average_pool(part, image_shape, int(image_shape[-1]) // settings.side) for part in (X, X_test))
    kept = min(settings.samples, n * 3 // 4)
    mean = X[:kept].mean(axis=0)
    size = root_mean_square_norm(X[:kept] - mean)
    X, X_test = (X - mean) / size, (X_test - mean) / size
    classes = int(data["y"].max()) + 1
    y, y_test = (2 * one_hot(data[name], classes) - 1 for name in ("y", "y_test"))
    channels = int(image_shape[0]) if len(image_shape) == 3 else 1
    parts = X[:kept], y[:kept], X[kept:], y[kept:], X_test, y_test
    return parts, (channels, settings.side, settings.side)


def _gated_program(arrays, settings, seed, place, device):
    """Function of λ: the prediction of the gated program's optimum, and its gap."""
    X, y = arrays[:2]
    patterns, gates = sample_patterns(X, settings.gates, seed, **place, return_gates=True)

    def fit(lam):
        solution = solve(X, y, patterns, len(X) * lam, gated=True, tol=settings.tol, max_time=settings.max_time,
                         device=device)  # fmt: skip
        return to_network(solution, gates=gates).predict, solution.gap

    return fit


def _sgd(arrays, settings, step, seed, device):
    """Function of λ: the prediction of networks trained by SGD, and NaN for the gap."""
    X, y = arrays[:2]

    def fit(lam):
        networks = fit_networks(
            X, y, len(X) * lam, settings.gates, step=step, seed=seed, **_schedule(X, settings, device)
        )
        return networks.predict, np.nan

    return fit


if __name__ == "__main__":
    run(compute_patch_gates)
