"""The squared and the relaxed loss of one neuron: counterexamples drawn, convexity measured, equations checked."""

import numpy as np
import pandas as pd
from _counterexamples import COUNTEREXAMPLES

from convexify.relaxations.neuron import half_gradient, loss, relaxed_loss
from convexify.relaxations.neuron_convexity import (
    chord_excess,
    loss_is_convex,
    midpoint_violation,
    relaxed_loss_with,
)
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_losses(settings, seed):
    """Tables ``curves`` (both losses of the counterexamples), ``convexity`` and ``equations``."""
    return {
        "curves": pd.concat([_curve(name, *map(np.array, xy)) for name, xy in COUNTEREXAMPLES.items()]),
        "convexity": _convexity_rows(settings.instances, seed),
        "equations": _equation_rows(seed),
    }


def _curve(name, x, y):
    """Both losses of a one-dimensional counterexample on a grid of weights."""
    w = np.linspace(-2.0, 2.0, 401)
    losses = {"loss": loss(x[None], y, w[:, None]), "relaxed_loss": relaxed_loss(x[None], y, w[:, None])}
    return pd.DataFrame({"example": name, "weight": w, **losses})


def _convexity_rows(instances, seed):
    """Random small problems by the signs of their labels: the exact rule for convexity beside measured violations."""
    rows = []
    for instance in range(instances):
        stream = generator(seed, "relaxed_neuron", "convexity", instance)
        X, bases = stream.standard_normal((3, 8)), stream.standard_normal((20, 3))
        chords = stream.standard_normal((2, 200, 3))
        # Away from zero: a label of size ε makes a violation of order ε, which a chord of finite length does not see.
        magnitude = stream.uniform(0.1, 1.0, 8)
        one_positive = -magnitude * np.where(np.arange(8) == 0, -1.0, 1.0)
        outweighed = np.column_stack([X, -3.0 * X[:, 0]]), np.append(one_positive, -magnitude[0])
        for labels, (samples, y) in {
            "no positive label": (X, -magnitude),
            "one positive label": (X, one_positive),
            "all labels positive": (X, magnitude),
            "one positive label, outweighed on its line": outweighed,
        }.items():
            row = {"labels": labels, "instance": instance, "convex_by_rule": loss_is_convex(samples, y)}
            row["midpoint_violation"] = midpoint_violation(samples, y, bases, length=1e-4)
            # The same short chords across the kinks, and long ones: none may lie below a convex function.
            across = midpoint_violation(samples, y, bases, length=1e-4, of=relaxed_loss)
            row["relaxed_midpoint_violation"] = across
            for name, function in (
                ("relaxed_chord_violation", relaxed_loss),
                ("relaxed_chord_violation_tanh", lambda X, y, w: relaxed_loss_with(np.tanh, X, y, w)),
            ):
                row[name] = chord_excess(lambda w, f=function, X=samples, y=y: f(X, y, w), chords)
            rows.append(row)
    return pd.DataFrame(rows)


def _equation_rows(seed):
    """Equations (5), (6) and (8) as printed and as corrected."""
    stream = generator(seed, "relaxed_neuron", "equations")
    X, y, w = stream.standard_normal((5, 12)), stream.standard_normal(12), stream.standard_normal(5)
    active = np.diag((X.T @ w >= 0).astype(float))
    printed = w[:, None] - ((np.maximum(w[None] @ X, 0.0) - y) @ active @ X.T)
    step = 1e-6
    numeric = [(loss(X, y, w + step * e) - loss(X, y, w - step * e)) / (4 * step) for e in np.eye(5)]
    corrected = X @ active @ (np.maximum(X.T @ w, 0.0) - y)
    missing = relaxed_loss(X, y, w) - loss(X, y, w) - 2 * y @ np.maximum(-X.T @ w, 0.0)
    # (5) minimises over x. With the inputs free, xᵢ = max(yᵢ, 0)·w/‖w‖² is best for any w ≠ 0: Σ min(yᵢ, 0)² is left.
    weights = stream.standard_normal((20, 5))
    best_inputs = weights[:, :, None] * np.maximum(y, 0.0) / (weights**2).sum(axis=1)[:, None, None]
    over_inputs = loss(best_inputs, y, weights)
    return pd.DataFrame(
        {
            "equation": [
                "(5) as printed",
                "(5) as meant",
                "(6) as printed",
                "(6) corrected",
                "(6) corrected",
                "(8)",
                "(8)",
            ],
            "quantity": [
                "spread over weights of the minimum over the inputs",
                "spread over weights of the loss at the given inputs",
                "entries of W(k+1) per entry of W(k)",
                "entries of W(k+1) per entry of W(k)",
                "largest difference from the gradient of (5)",
                "L_r − L − 2yᵀσ(−Xᵀw)",
                "half gradient − X(σ(Xᵀw) − y)",
            ],
            "value": [
                np.ptp(over_inputs),
                np.ptp(loss(X, y, weights)),
                printed.size / w.size,
                (w - corrected).size / w.size,
                np.abs(corrected - numeric).max(),
                abs(missing),
                np.abs(half_gradient(X, y, w, relaxed=True) - X @ (np.maximum(X.T @ w, 0.0) - y)).max(),
            ],
        }
    )


if __name__ == "__main__":
    run(compute_losses)
