"""All convexifications on the same draws: one row per method and data set.

No device: networks of at most a few thousand parameters; sending them to a device would take longer.
"""

from functools import partial

import numpy as np
import pandas as pd
from _other_models import fit_convolutions, fit_deep_linear, fit_path_norm, fit_relaxed_neuron, fit_strong_penalty
from _per_parameter import chosen_optimisers
from _samples import draw_all
from _tuning import error, half_mean_square, tune_together
from tqdm import tqdm

from convexify.seeds import generator
from convexify_workflow.job import run
from convexify_workflow.uncertainty import mean

#: What the cost of one fit counts, by method: no processor's seconds.
COSTS = {
    "deep linear": "steps of Douglas–Rachford",
    "relaxed neuron": "Newton steps",
    "sampled": "iterations",
    "gated": "iterations",
    "global": "rounds",
    "path norm": "programs",
    "CCNN-1": "singular value decompositions",
    "branches": "passes over the samples",
    "wide": "passes over the samples",
    "residual": "passes over the samples",
    "fully connected": "passes over the samples",
}
#: Methods whose runs stand in another table, of which the largest budget is shown.
FROM_RUNS = ("sampled", "gated", "global", "branches", "wide", "residual", "fully connected")
NO_IMAGES = "no images"
NO_FILTER = "labels come from no planted filter"


def compute_comparison(data, runs, settings, seed):
    """``fits``: a row per data set, draw and method; ``comparison``: means with intervals over draws.

    ``trials`` says how many settings were tried: 0 where there is nothing to tune, or where another method's value is
    taken (global training).
    """
    pilot, measured = draw_all(data, settings, seed)
    fits = [_from_runs(runs)]
    for method, (fit, start) in tqdm(_methods(settings, seed).items(), desc="convexifications"):
        names = [name for name in pilot if method != "CCNN-1" or pilot[name].images is not None]
        if names:
            fits.append(_measured(method, fit, start, {name: pilot[name] for name in names}, measured, settings))
    fits = pd.concat(fits, ignore_index=True)
    return {"fits": fits, "comparison": _summary(fits, settings)}


def _trials(method, settings):
    """Settings that are tried: none where there is nothing to choose, fewer where programs take long."""
    if method in ("relaxed neuron", "strong penalty", "global"):
        return 0
    return settings.slow_trials if method in ("path norm", "CCNN-1") else settings.step_trials + settings.lam_trials


def _from_runs(runs):
    """Runs at the penalty that validation chose, largest budget, the network's optimiser chosen as well."""
    chosen = chosen_optimisers(runs[runs["penalty"] == "chosen"])
    chosen = chosen[chosen["method"].isin(FROM_RUNS)]
    largest = chosen.groupby("method")["budget"].transform("max") == chosen["budget"]
    columns = ["dataset", "draw", "method", "objective", "gap", "nominal", "active", "cost", "validation_loss", "edge",
               "test_error"]  # fmt: skip
    return chosen.loc[largest, columns]


def _methods(settings, seed):
    """Method to a function of a sample, what is tuned and names of a stream; and the middle of the first grid."""

    def path_norm(sample, lam, *names):
        rng = generator(seed, "open_questions", "path norm", *names)
        return fit_path_norm(sample, lam, neurons=settings.neurons, count=settings.count,
                             rounds=settings.path_rounds, tol=settings.path_tol, rng=rng)  # fmt: skip

    def convolutions(sample, radius, *names):
        rng = generator(seed, "open_questions", "features", *names)
        return fit_convolutions(sample, radius, settings=settings, rng=rng)

    linear = partial(fit_deep_linear, widths=settings.widths, tol=settings.linear_tol)
    strong = partial(fit_strong_penalty, width=settings.penalised_width)
    return {
        "deep linear": (lambda sample, lam, *names: linear(sample, lam), settings.lam),
        "relaxed neuron": (lambda sample, lam, *names: fit_relaxed_neuron(sample), None),
        "strong penalty": (lambda sample, lam, *names: strong(sample), None),
        "path norm": (path_norm, settings.lam),
        "CCNN-1": (convolutions, settings.radius),
    }


def _measured(method, fit, start, pilot, measured, settings):
    """Rows of one method; ``start`` None: nothing is tuned."""

    def loss(name, value):
        end = fit(pilot[name], value, name, "pilot")
        if method == "CCNN-1":  # it minimises another loss
            return float(np.logaddexp(0, -pilot[name].y_test * end.outputs_test).mean())
        return float(half_mean_square(end.outputs_test, pilot[name].y_test))

    trials = _trials(method, settings)
    if start is None:
        values, edges = dict.fromkeys(pilot, np.nan), dict.fromkeys(pilot, "")
        scores = {name: loss(name, np.nan) for name in pilot}
    else:
        tuned = tune_together(
            lambda pairs: [loss(*pair) for pair in pairs], pilot, start=start, trials=trials,
            first=settings.first if trials > settings.first else 3, factor=settings.lam_factor,
        )  # fmt: skip
        values, scores, edges = (
            {name: part(found) for name, found in tuned.items()}
            for part in (lambda found: found.step, lambda found: found.score, lambda found: found.edge or "")
        )
    rows = []
    for (name, draw), sample in measured.items():
        if name in pilot:
            end = fit(sample, values[name], name, draw)
            rows.append({
                "dataset": name, "draw": draw, "method": method, "objective": end.objective, "gap": end.gap,
                "nominal": end.nominal, "active": end.active, "cost": end.cost, "validation_loss": scores[name],
                "edge": edges[name], "test_error": float(error(end.outputs_test, sample.y_test)),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _summary(fits, settings):
    """One row per method and data set: means over draws, the interval of the test error, the largest gap."""
    rows = []
    for (method, dataset), part in fits.groupby(["method", "dataset"], sort=False):
        measured = mean(part["test_error"], unit="draw")
        means = {name: part[name].mean() for name in ("objective", "nominal", "active", "cost", "validation_loss")}
        rows.append({
            "method": method, "dataset": dataset, "draws": measured.n, "test_error": measured.value,
            "low": measured.low, "high": measured.high, "largest_gap": part["gap"].max(), **means,
            "cost_unit": COSTS.get(method, ""), "trials": _trials(method, settings), "edge": part["edge"].iloc[0],
            "note": "",
        })  # fmt: skip
    shown = {(row["method"], row["dataset"]) for row in rows}
    absent = [("planted filter", name, NO_FILTER) for name in settings.datasets]
    absent += [("CCNN-1", name, NO_IMAGES) for name in settings.datasets if ("CCNN-1", name) not in shown]
    rows += [
        {
            "method": method,
            "dataset": dataset,
            "draws": 0,
            "cost_unit": "",
            "edge": "",
            "note": f"does not apply: {why}",
        }
        for method, dataset, why in absent
    ]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_comparison)
