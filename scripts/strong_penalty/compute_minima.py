"""Minima of strongly regularised networks over a grid of λ, from many starts, beside the simple predictors.

No device: networks of a few neurons on a few dozen samples; sending them to a device would take longer.
"""

from functools import cache

import numpy as np
import pandas as pd
from _collapse import bisected, bracket_on_grid
from _minima import distinct, hidden_spread, zero_share
from _problems import load_problem, loss_of, networks_of
from tqdm import tqdm

from convexify.curvature.linear_baselines import TangentModel, ridge_weights
from convexify.curvature.penalties import PENALTIES, frozen_minimiser, minimise, quadratic_penalty
from convexify.seeds import generator
from convexify_workflow.job import run

STATIONARY = 1e-6  # a search that ended with a larger projected gradient does not count as a minimum


def compute_minima(problem, data, pair, settings, seed):
    """Tables ``paths`` (a row per network, penalty and λ), ``functions`` (fits), ``baselines``, ``collapse``."""
    parts = load_problem(problem, data, pair=pair, samples=settings.samples, seed=seed)
    paths, functions, collapse, baselines = [], [], [], _simple_predictors(parts, settings.lambdas)
    for net in networks_of(problem):
        loss = loss_of(parts, net, settings.width)
        names = (problem, net["activation"], str(net["output_bias"]), str(net["skip"]))
        rng = generator(seed, "strong_penalty", "starts", *names)
        points = rng.uniform(-settings.box, settings.box, (settings.starts, loss.layout.size))
        shift = settings.shift_scale * rng.standard_normal(loss.layout.size).clip(-settings.box, settings.box)
        baselines += _linearised(loss, shift, parts, settings.lambdas, net)
        for kind in PENALTIES:
            centre = shift if kind == "shift" else None
            for lam in tqdm(settings.lambdas, desc=f"{problem} {net['activation']} {kind}"):
                penalty = quadratic_penalty(kind, lam, loss.layout.size, centre=centre)
                ends = [minimise(loss, penalty, point, settings.box) for point in points]
                best = min(ends, key=lambda end: end.value)
                row = {"problem": problem, **net, "penalty": kind, "lam": lam}
                paths.append(
                    row
                    | _count(loss, ends, settings.same)
                    | {"objective": best.value}
                    | _errors(lambda X, theta=best.point, loss=loss: loss.predict(theta, X), parts)
                    | _describe(loss, best.point, settings.same)
                    | _movement(loss, best.point, shift, lam)
                )
                if problem == "sine":
                    functions.append(_fit(loss, best, row))
        if loss.smooth:
            of_net = pd.DataFrame([row for row in paths if all(row[key] == net[key] for key in net)])
            l2 = of_net[of_net["penalty"] == "l2"]
            collapse += [{"problem": problem, **net, **row} for row in _collapse_of(loss, points, l2, settings)]
    return {
        "paths": pd.DataFrame(paths),
        "functions": pd.concat(functions) if functions else _fit_columns(),
        "baselines": pd.DataFrame(baselines).assign(problem=problem),
        "collapse": pd.DataFrame(collapse),
    }


def _collapse_of(loss, points, path, settings):
    """Brackets of the λ from which on the hidden layer adds nothing, and from which on its neurons are one."""

    @cache
    def described(lam):
        penalty = quadratic_penalty("l2", lam, loss.layout.size)
        best = min((minimise(loss, penalty, point, settings.box) for point in points), key=lambda end: end.value)
        return _describe(loss, best.point, settings.same)

    for what, column, limit in (("dead", "hidden_spread", settings.same), ("identical", "distinct_neurons", 1)):
        lower, upper = bracket_on_grid(path, path[column] <= limit)
        if lower > 0 and np.isfinite(upper):
            lower, upper = bisected(
                lambda lam, c=column, m=limit: described(lam)[c] <= m, lower, upper, settings.bracket
            )
        yield {"property": what, "lower": lower, "upper": upper}


def _count(loss, ends, same):
    """How many different minima, and different functions, the searches ended in."""
    stationary = [end for end in ends if end.stationarity <= STATIONARY]
    values = [end.value for end in stationary]
    return {
        "starts": len(ends),
        "stationary": len(stationary),
        "distinct_minima": distinct([end.point for end in stationary], same),
        "distinct_functions": distinct([loss.predict(end.point) for end in stationary], same),
        "objective_spread": max(values) - min(values) if values else np.nan,
    }


def _describe(loss, theta, same):
    """How many neurons the minimiser has, and how much they contribute."""
    # A neuron that adds nothing to the output is no neuron: |a|·|(w, b)| below the tolerance, or a constant output.
    hidden = loss.hidden_outputs(theta)
    singular = np.linalg.svd(hidden - hidden.mean(axis=0), compute_uv=False)
    largest = float(abs(theta).max())
    return {
        "distinct_neurons": distinct(loss.neurons(theta), same, scale=largest),
        "zero_share": zero_share(theta),
        "hidden_rank": int((singular > same * np.sqrt(len(hidden))).sum()),
        "hidden_spread": hidden_spread(loss, theta),
        "prediction_spread": float(np.ptp(loss.predict(theta))),
        "parameter_range": float(np.ptp(theta)),
        "largest_parameter": largest,
    }


def _movement(loss, theta, shift, lam):
    """How far the minimiser is from the shifts ε, and how well the expansion at ε predicts it."""
    frozen = frozen_minimiser(loss, shift, lam)
    return {
        "drift": float(np.linalg.norm(theta - shift) / np.linalg.norm(shift)),
        "frozen_error": float(np.linalg.norm(theta - frozen) / np.linalg.norm(theta - shift)),
    }


def _simple_predictors(parts, lambdas):
    """The constant predictor and ridge regression in the inputs, at every λ of the grid."""
    X, y = parts["train"]
    rows = []
    for lam in lambdas:
        for name, weights in (("constant", np.zeros(X.shape[1])), ("ridge", ridge_weights(X, y, lam))):
            errors = _errors(lambda Z, w=weights: y.mean() + (Z - X.mean(axis=0)) @ w, parts)
            network = {"activation": "", "output_bias": True, "skip": False}
            rows.append({"predictor": name, **network, "lam": lam} | errors)
    return rows


def _linearised(loss, shift, parts, lambdas, net):
    """The network linearised at ε, at every λ of the grid."""
    model = TangentModel(loss, shift)
    rows = []
    for lam in lambdas:
        displacement = model.fit(lam)
        errors = _errors(lambda Z, u=displacement: model.predict(u, Z), parts)
        rows.append({"predictor": "linearised", **net, "lam": lam} | errors)
    return rows


def _errors(predict, parts):
    return {f"{name}_error": float(np.mean((predict(X) - y) ** 2)) for name, (X, y) in parts.items()}


def _fit(loss, best, row):
    x = np.linspace(-2, 2, 101)
    return _fit_columns().assign(x=x, fit=loss.predict(best.point, x[:, None]), **row)


def _fit_columns():
    return pd.DataFrame({"x": pd.Series(dtype=float), "fit": pd.Series(dtype=float)})


if __name__ == "__main__":
    run(compute_minima)
