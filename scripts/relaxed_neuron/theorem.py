"""The theorem, the counterexamples, the equations and the efficiency under noise, each put to a computation."""

import numpy as np
import pandas as pd

from convexify.datasets.transforms import add_bias, standardize
from convexify.relaxations.convexity import loss_is_convex, midpoint_violation
from convexify.relaxations.minimisers import minimise_relaxed, minimise_scalar_weight, minimise_vanilla
from convexify.relaxations.neuron import gradient_descent, half_gradient, loss, relaxed_loss
from convexify.relaxations.planted_neurons import planted_problem
from convexify.seeds import generator

#: Samples and labels of the two one-dimensional counterexamples.
COUNTEREXAMPLES = {"misled": ([1.0, -1.0], [1.0, 1.0]), "unbounded": ([1.0], [-1.0])}


def theorem_tables(
    data,
    *,
    datasets,
    theorem_noise,
    theorem_instances,
    theorem_shape,
    starts,
    convexity_instances,
    efficiency_dimension,
    efficiency_ratios,
    efficiency_noise,
    efficiency_trials,
    efficiency_iterations,
    seed,
):
    """Tables ``curves``, ``theorem``, ``convexity``, ``equations`` and ``efficiency``."""
    instances = [
        *counterexample_instances(),
        *gaussian_instances(theorem_shape, theorem_noise, theorem_instances, seed),
    ]
    for name, content in zip(datasets, data, strict=True):
        instances += real_instances(name, content, theorem_noise, seed)
    return {
        "curves": pd.concat([curve(name, *map(np.array, xy)) for name, xy in COUNTEREXAMPLES.items()]),
        "theorem": pd.DataFrame([theorem_row(*instance, starts, seed) for instance in instances]),
        "convexity": convexity_rows(convexity_instances, seed),
        "equations": equation_rows(seed),
        "efficiency": pd.concat(
            efficiency_rows(
                efficiency_dimension, ratio, efficiency_noise, efficiency_trials, efficiency_iterations, seed
            )
            for ratio in efficiency_ratios
        ),
    }


def curve(name, x, y):
    """Both losses of a one-dimensional counterexample on a grid of weights."""
    w = np.linspace(-2.0, 2.0, 401)
    losses = {"loss": loss(x[None], y, w[:, None]), "relaxed_loss": relaxed_loss(x[None], y, w[:, None])}
    return pd.DataFrame({"example": name, "weight": w, **losses})


def counterexample_instances():
    for name, (x, y) in COUNTEREXAMPLES.items():
        yield "counterexample", name, 0, np.array([x]), np.array(y), None


def gaussian_instances(shape, noise, repetitions, seed):
    """Small Gaussian problems: labels of a neuron without and with noise, and labels of no neuron."""
    d, n = shape
    for repetition in range(repetitions):
        stream = generator(seed, "relaxed_neuron", "theorem", repetition)
        X, y, planted = (part[0] for part in planted_problem(stream, trials=1, d=d, n=n))
        noisy = y + noise * stream.standard_normal(n)
        for labels, values in (
            ("planted", y),
            ("planted, noise", noisy),
            ("non-negative, no neuron", stream.random(n)),
            ("any sign, no neuron", stream.standard_normal(n)),
        ):
            yield "gaussian", labels, repetition, X, values, planted[0]


def real_instances(name, content, noise, seed):
    """A real data set (columns scaled, a bias added) with labels of a planted neuron and with its own, in [0, 1]."""
    X = add_bias(standardize(content["X"]))
    X = X[:, np.ptp(X, axis=0) + X.max(axis=0) > 0].T
    stream = generator(seed, "relaxed_neuron", "real", name)
    planted = stream.standard_normal(len(X))
    planted /= np.linalg.norm(planted)
    y = np.maximum(X.T @ planted, 0.0)
    own = content["y"].astype(float)
    own = (own - own.min()) / np.ptp(own)
    for labels, values in (
        ("planted", y),
        ("planted, noise", y + noise * stream.standard_normal(y.size)),
        ("own, in [0, 1]", own),
        ("own, centred", own - own.mean()),
    ):
        yield name, labels, 0, X, values, planted


def theorem_row(source, labels, repetition, X, y, planted, starts, seed):
    """What the relaxed minimiser costs in the loss, beside the lowest loss known (exact if d = 1)."""
    d, n = X.shape
    found = minimise_relaxed(X, y)
    if d == 1:
        lowest = minimise_scalar_weight(X[0], y)[1]
    else:
        stream = generator(seed, "relaxed_neuron", "starts", source, repetition)
        points = [*stream.standard_normal((starts, d)) / np.sqrt(d), np.zeros(d), planted]
        lowest = minimise_vanilla(X, y, np.array([*points, found.weights] if found.bounded else points))[1].min()
    size = y @ y
    at_relaxed = float(loss(X, y, found.weights)) if found.bounded else np.nan
    return {
        "source": source,
        "labels": labels,
        "repetition": repetition,
        "n": n,
        "d": d,
        "bounded": found.bounded,
        "relative_loss_at_relaxed_minimiser": at_relaxed / size,
        "relative_lowest_loss": lowest / size,
        "relative_excess": (at_relaxed - lowest) / size,
        "loss_at_relaxed_minimiser": at_relaxed,
        "lowest_loss": lowest,
        "gap": found.gap,
        "violation": found.violation,
    }


def convexity_rows(instances, seed):
    """Random small problems by the signs of their labels: the exact rule for convexity beside a measured violation."""
    rows = []
    for instance in range(instances):
        stream = generator(seed, "relaxed_neuron", "convexity", instance)
        X, magnitude, bases = stream.standard_normal((3, 8)), stream.random(8), stream.standard_normal((20, 3))
        one_positive = -magnitude * np.where(np.arange(8) == 0, -1.0, 1.0)
        outweighed = np.column_stack([X, -3.0 * X[:, 0]]), np.append(one_positive, -magnitude[0])
        for labels, (samples, y) in {
            "no positive label": (X, -magnitude),
            "one positive label": (X, one_positive),
            "all labels positive": (X, magnitude),
            "one positive label, outweighed on its line": outweighed,
        }.items():
            violation = midpoint_violation(samples, y, bases, length=1e-4)
            rows.append((labels, instance, loss_is_convex(samples, y), violation))
    return pd.DataFrame(rows, columns=["labels", "instance", "convex_by_rule", "midpoint_violation"])


def equation_rows(seed):
    """Equations (6) and (8) as printed and as corrected."""
    stream = generator(seed, "relaxed_neuron", "equations")
    X, y, w = stream.standard_normal((5, 12)), stream.standard_normal(12), stream.standard_normal(5)
    active = np.diag((X.T @ w >= 0).astype(float))
    printed = w[:, None] - ((np.maximum(w[None] @ X, 0.0) - y) @ active @ X.T)
    step = 1e-6
    numeric = [(loss(X, y, w + step * e) - loss(X, y, w - step * e)) / (4 * step) for e in np.eye(5)]
    corrected = X @ active @ (np.maximum(X.T @ w, 0.0) - y)
    missing = relaxed_loss(X, y, w) - loss(X, y, w) - 2 * y @ np.maximum(-X.T @ w, 0.0)
    return pd.DataFrame(
        {
            "equation": ["(6) as printed", "(6) corrected", "(6) corrected", "(8)", "(8)"],
            "quantity": [
                "entries of W(k+1) per entry of W(k)",
                "entries of W(k+1) per entry of W(k)",
                "largest difference from the gradient of (5)",
                "L_r − L − 2yᵀσ(−Xᵀw)",
                "half gradient − X(σ(Xᵀw) − y)",
            ],
            "value": [
                printed.size / w.size,
                (w - corrected).size / w.size,
                np.abs(corrected - numeric).max(),
                abs(missing),
                np.abs(half_gradient(X, y, w, relaxed=True) - X @ (np.maximum(X.T @ w, 0.0) - y)).max(),
            ],
        }
    )


def efficiency_rows(d, ratio, noise, trials, iterations, seed):
    """One row per method and trial: n‖ŵ − w*‖²/(d·noise²) of the minimiser reached from the planted weights."""
    n = round(ratio * d)
    stream = generator(seed, "relaxed_neuron", "efficiency", ratio)
    X, y, planted = planted_problem(stream, trials=trials, d=d, n=n, noise=noise)
    frames = []
    for method, relaxed in (("vanilla", False), ("relaxed", True)):
        w = gradient_descent(X, y, planted[:, 0], relaxed=relaxed, iterations=iterations).final
        slope = np.linalg.norm(half_gradient(X, y, w, relaxed=relaxed), axis=-1)
        frames.append(
            pd.DataFrame(
                {
                    "ratio": float(ratio),
                    "n": n,
                    "method": method,
                    "trial": range(trials),
                    "scaled_error": n * ((w - planted[:, 0]) ** 2).sum(axis=-1) / (d * noise**2),
                    "relative_half_gradient": slope / np.linalg.norm((X @ y[..., None])[..., 0], axis=-1),
                }
            )
        )
    return pd.concat(frames)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, theorem_tables)  # noqa: F821
