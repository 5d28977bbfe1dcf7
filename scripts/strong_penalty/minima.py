"""Minima of strongly regularised networks over a grid of λ, from many starts, beside the simple predictors."""

import numpy as np
import pandas as pd
import torch
from problems import load_problem, loss_of, networks_of
from tqdm import tqdm

from convexify.curvature import distinct_rows, minimise, quadratic_penalty
from convexify.curvature.penalties import PENALTIES
from convexify.seeds import generator

STATIONARY = 1e-6  # a search that ended with a larger projected gradient does not count as a minimum


def minima(problem, data, *, pairs, samples, width, box, lambdas, starts, shift_scale, same, seed):
    """Tables ``paths`` (a row per network, penalty and λ), ``functions`` (fits of the curve), ``baselines``.

    ``data`` is a list with the prepared data set of the problem, empty for the curve.
    """
    parts = load_problem(problem, *(data or [None]), pairs, samples, seed)
    paths, functions, baselines = [], [], _simple_predictors(parts, lambdas)
    for net in networks_of(problem):
        loss = loss_of(problem, parts, net, width)
        names = (problem, net["activation"], str(net["output_bias"]), str(net["skip"]))
        rng = generator(seed, "strong_penalty", "starts", *names)
        points = rng.uniform(-box, box, (starts, loss.layout.size))
        shift = shift_scale * rng.standard_normal(loss.layout.size).clip(-box, box)
        baselines += _linearised(loss, shift, parts, lambdas, net)
        for kind in PENALTIES:
            centre = shift if kind == "shift" else None
            for lam in tqdm(lambdas, desc=f"{problem} {net['activation']} {kind}"):
                penalty = quadratic_penalty(kind, lam, loss.layout.size, centre=centre)
                ends = [minimise(loss, penalty, point, box) for point in points]
                best = min(ends, key=lambda end: end.value)
                row = {"problem": problem, **net, "penalty": kind, "lam": lam}
                paths.append(row | _count(loss, ends, same) | _describe(loss, best, parts, shift, lam, same))
                if problem == "sine":
                    functions.append(_fit(loss, best, row))
    return {
        "paths": pd.DataFrame(paths),
        "functions": pd.concat(functions) if functions else _fit_columns(),
        "baselines": pd.DataFrame(baselines).assign(problem=problem),
    }


def _count(loss, ends, same):
    """How many different minima, and different functions, the searches ended in."""
    settled = [end for end in ends if end.stationarity <= STATIONARY]
    values = [end.value for end in settled]
    return {
        "starts": len(ends),
        "settled": len(settled),
        "distinct_minima": distinct_rows([end.point for end in settled], same),
        "distinct_functions": distinct_rows([loss.predict(end.point) for end in settled], same),
        "objective_spread": max(values) - min(values) if values else np.nan,
    }


def _describe(loss, best, parts, shift, lam, same):
    theta = best.point
    neurons = loss.neurons(theta)
    # A neuron that adds nothing to the output is no neuron: |a|·|(w, b)| below the tolerance, or a constant output.
    hidden = np.stack(
        [loss.predict(_only(loss, theta, j)) - loss.predict(_only(loss, theta, None)) for j in range(loss.width)],
        axis=1,
    )
    spread = np.ptp(hidden, axis=0).max()
    singular = np.linalg.svd(hidden - hidden.mean(axis=0), compute_uv=False)
    _, slope = loss.value_and_gradient(shift)
    frozen = shift - slope / (2 * lam)
    return {
        "objective": best.value,
        **{f"{name}_error": float(np.mean((loss.predict(theta, X) - y) ** 2)) for name, (X, y) in parts.items()},
        "distinct_neurons": distinct_rows(neurons, same),
        "hidden_rank": int((singular > same * np.sqrt(len(hidden))).sum()),
        "hidden_spread": float(spread),
        "prediction_spread": float(np.ptp(loss.predict(theta))),
        "parameter_range": float(np.ptp(theta)),
        "largest_parameter": float(abs(theta).max()),
        "drift": float(np.linalg.norm(theta - shift) / np.linalg.norm(shift)),
        "frozen_error": float(np.linalg.norm(theta - frozen) / np.linalg.norm(theta - shift)),
    }


def _only(loss, theta, j):
    """Parameters with the outgoing weights of all neurons but j set to zero."""
    kept = np.array(theta)
    kept[loss.layout.a] = 0.0
    if j is not None:
        kept[loss.layout.a.start + j] = theta[loss.layout.a.start + j]
    return kept


def _simple_predictors(parts, lambdas):
    """The constant predictor and ridge regression in the inputs, at every λ of the grid."""
    X, y = parts["train"]
    rows = []
    for lam in lambdas:
        # Mean squared error + λ‖w‖², the constant left free.
        centred = X - X.mean(axis=0)
        w = np.linalg.solve(
            centred.T @ centred / len(X) + lam * np.eye(X.shape[1]), centred.T @ (y - y.mean()) / len(X)
        )
        for name, slope in (("constant", np.zeros_like(w)), ("ridge", w)):
            rows.append({"predictor": name, "activation": "", "output_bias": True, "skip": False, "lam": lam} | _errors(
                lambda Z, slope=slope: y.mean() + (Z - X.mean(axis=0)) @ slope, parts
            ))  # fmt: skip
    return rows


def _linearised(loss, shift, parts, lambdas, net):
    """The network linearised at ε: minimises mean squared error + λ‖θ − ε‖² over the tangent model."""

    def features(X):
        return torch.func.jacrev(loss.output)(torch.as_tensor(shift), torch.as_tensor(X)).numpy()

    X, y = parts["train"]
    J, base = features(X), loss.predict(shift, X)
    rows = []
    for lam in lambdas:
        step = np.linalg.solve(J.T @ J / len(X) + lam * np.eye(shift.size), J.T @ (y - base) / len(X))
        errors = _errors(lambda Z, step=step: loss.predict(shift, Z) + features(Z) @ step, parts)
        rows.append({"predictor": "linearised", **net, "lam": lam} | errors)
    return rows


def _errors(predict, parts):
    return {f"{name}_error": float(np.mean((predict(X) - y) ** 2)) for name, (X, y) in parts.items()}


def _fit(loss, best, row):
    x = np.linspace(-2, 2, 101)
    return _fit_columns().assign(x=x, fit=loss.predict(best.point, x[:, None]), **row)


def _fit_columns():
    return pd.DataFrame({"x": pd.Series(dtype=float), "fit": pd.Series(dtype=float)})


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, minima)  # noqa: F821
