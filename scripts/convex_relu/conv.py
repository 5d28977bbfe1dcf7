"""Gates that look at one patch of an image beside gates that look at all of it, and SGD, on all classes."""

import numpy as np
import pandas as pd
from problems import accuracy

from convexify.convex_relu import solve
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.networks.mapping import to_network
from convexify.datasets.transforms import one_hot, scale_images, subsample
from convexify.seeds import integer_seed


def pooled(images, shape, side):
    """Images (n, pixels) of ``shape`` (channels, height, width), averaged over blocks to ``side`` × ``side``."""
    channels, height, width = shape if len(shape) == 3 else (1, *shape)
    blocks = images.reshape(-1, channels, side, height // side, side, width // side).mean(axis=(3, 5))
    return blocks.reshape(len(images), -1), (int(channels), side, side)


def convolutional_gates(
    data,
    *,
    conv_dataset,
    conv_samples,
    conv_test_samples,
    conv_side,
    conv_patch,
    conv_counts,
    conv_draws,
    conv_lams,
    conv_epochs,
    conv_steps,
    batch,
    tol,
    max_time,
    seed,
):
    """A row per method, number of gates, draw and λ: objective divided by n, test accuracy, gap."""
    seed_of = lambda *names: integer_seed(seed, "convex_relu", conv_dataset, "conv", *names)  # noqa: E731
    data = subsample(
        data, min(conv_samples, len(data["X"])), seed_of("sample"), n_test=min(conv_test_samples, len(data["X_test"]))
    )
    largest = data["X"].max()
    X, X_test = scale_images(*(255.0 / largest * data[part] for part in ("X", "X_test")))
    X, shape = pooled(X, data["image_shape"], conv_side)
    X_test, _ = pooled(X_test, data["image_shape"], conv_side)
    mean = X.mean(axis=0)
    size = np.sqrt(((X - mean) ** 2).sum(axis=1).mean())
    X, X_test = (X - mean) / size, (X_test - mean) / size
    classes = int(data["y"].max()) + 1
    y, y_test = (2 * one_hot(data[name], classes) - 1 for name in ("y", "y_test"))
    n, rows = len(X), []
    for lam in conv_lams:
        for count in conv_counts:
            for draw in range(conv_draws):
                for kind, method in (("convolutional", "convex, patch gates"), ("gaussian", "convex, random gates")):
                    patterns, gates = sample_patterns(
                        X,
                        count,
                        seed_of("gates", draw),
                        kind=kind,
                        image_shape=shape,
                        patch_shape=(conv_patch,) * 2,
                        return_gates=True,
                    )
                    solution = solve(X, y, patterns, n * lam, gated=True, tol=tol, max_time=max_time)
                    prediction = to_network(solution, gates=gates).predict(X_test)
                    rows.append(
                        {
                            "method": method,
                            "gates": count,
                            "draw": draw,
                            "lam": lam,
                            "objective": solution.primal / n,
                            "test_accuracy": accuracy(prediction, y_test),
                            "relative_gap": solution.gap,
                        }
                    )
                nets = [
                    fit_networks(
                        X,
                        y,
                        n * lam,
                        count,
                        method="sgd",
                        step=step,
                        batch_size=min(batch, n),
                        iterations=conv_epochs * int(np.ceil(n / min(batch, n))),
                        seed=seed_of("start", draw),
                    )
                    for step in conv_steps
                ]
                total = lambda net: net.history.drop_duplicates("network", keep="last")["objective"].sum()  # noqa: E731
                best = min((net for net in nets if not net.diverged), key=total)
                rows.append(
                    {
                        "method": "SGD",
                        "gates": count,
                        "draw": draw,
                        "lam": lam,
                        "objective": total(best) / n,
                        "test_accuracy": accuracy(best.predict(X_test), y_test),
                        "relative_gap": np.nan,
                    }
                )
    return pd.DataFrame(rows)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, convolutional_gates)  # noqa: F821
