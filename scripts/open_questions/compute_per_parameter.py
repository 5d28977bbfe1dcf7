"""Test error and training objective against the number of parameters, every method with the same number of trials.

No device: networks of at most a few thousand parameters at the default scale; convex programs take most of the time.
"""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from _convex import fit_globally, fit_patterns
from _networks import of_size, train_networks
from _per_parameter import chosen_optimisers
from _samples import draw_all
from _tuning import error, half_mean_square, tune_together, tuning_rows
from tqdm import tqdm

from convexify.seeds import integer_seed
from convexify_workflow.job import run

NETWORKS = ("fully connected", "residual", "branches", "wide")


def compute_per_parameter(data, settings, seed):
    """``runs``: a row per data set, draw, method, optimiser, budget and penalty; ``tuning``: every trial.

    Settings are chosen on a pilot draw, by the loss on other training rows; the draws that are measured are others.
    """
    pilot, measured = draw_all(data, settings, seed)
    runs, tuning = [], []
    shapes = list(product(NETWORKS, settings.optimisers, settings.budgets))
    for kind, optimiser, budget in tqdm(shapes, desc="networks"):
        found, tried = _networks(kind, optimiser, budget, pilot, measured, settings, seed)
        runs += found
        tuning += tried
    for method, budget in tqdm(list(product(("sampled", "gated"), settings.budgets)), desc="convex models"):
        fit = partial(fit_patterns, gated=method == "gated", budget=budget, tol=settings.tol)
        found, tried = _convex(method, budget, fit, pilot, measured, settings, seed)
        runs += found
        tuning += tried
    runs += _global(runs, pilot, measured, settings, seed)
    return {"runs": pd.DataFrame(runs), "tuning": pd.concat(tuning, ignore_index=True)}


def _networks(kind, optimiser, budget, pilot, measured, settings, seed):
    """Step at the first penalty, then penalty at that step, then both penalties on the draws that are measured."""
    inputs = next(iter(pilot.values())).X.shape[1]
    architecture = of_size(kind, budget, inputs, settings)
    options = {"method": optimiser, "iterations": settings.iterations, "batch": settings.batch}

    def trained(samples, runs, *names):
        stream = integer_seed(seed, "open_questions", "batches", kind, optimiser, budget, *names)
        data = [np.stack([getattr(sample, part) for sample in samples]) for part in ("X", "y", "X_test")]
        return train_networks(architecture, data, runs, **options, seed=stream)

    def start_of(*names):
        return integer_seed(seed, "open_questions", "start", kind, budget, *names)

    def losses(pairs, run_of):
        samples = [pilot[name] for name, _ in pairs]
        ends = trained(samples, [(start_of(name, "pilot"), *run_of(name, value)) for name, value in pairs], "pilot")
        loss = half_mean_square(ends.outputs_test, np.stack([sample.y_test for sample in samples]))
        return np.where(np.isfinite(ends.objectives), loss, np.inf).tolist()

    start = settings.steps[optimiser] * (architecture.branches if optimiser == "sgd" else 1)
    steps = tune_together(
        partial(losses, run_of=lambda name, step: (step, settings.lam)), pilot, start=start,
        trials=settings.step_trials, first=settings.first, factor=settings.step_factor,
    )  # fmt: skip
    lams = tune_together(
        partial(losses, run_of=lambda name, lam: (steps[name].step, lam)), pilot, start=settings.lam,
        trials=settings.lam_trials, first=settings.first, factor=settings.lam_factor, zero=True,
    )  # fmt: skip
    key = {"method": kind, "optimiser": optimiser, "budget": budget}
    tasks = [(name, draw, which, lam) for name, draw in measured
             for which, lam in (("fixed", settings.lam), ("chosen", lams[name].step))]  # fmt: skip
    samples = [measured[name, draw] for name, draw, *_ in tasks]
    ends = trained(samples, [(start_of(name, draw), steps[name].step, lam) for name, draw, _, lam in tasks], "draws")
    rows = []
    for k, (name, draw, which, lam) in enumerate(tasks):
        row = key | {"dataset": name, "draw": draw, "penalty": which, "lam": lam}
        row |= {"edge": steps[name].edge or (lams[name].edge if which == "chosen" else None) or ""}
        row |= {"validation_loss": lams[name].score, "nominal": architecture.parameters(inputs)}
        row |= {"active": int(ends.active[k]), "objective": ends.objectives[k], "gap": np.nan}
        row |= {"cost": settings.iterations * settings.batch / len(samples[k].X)}
        rows.append(row | _judged(ends.outputs[k], ends.outputs_test[k], samples[k]))
    return rows, [tuning_rows(steps, tuned="step", **key), tuning_rows(lams, tuned="penalty", **key)]


def _convex(method, budget, fit, pilot, measured, settings, seed):
    """The penalty takes all trials: there is no step."""

    def seed_of(*names):
        return integer_seed(seed, "open_questions", method, budget, *names)

    def losses(pairs):
        ends = [fit(pilot[name], lam, seed=seed_of(name, "pilot")) for name, lam in pairs]
        return [
            float(half_mean_square(end.outputs_test, pilot[name].y_test))
            for end, (name, _) in zip(ends, pairs, strict=True)
        ]

    lams = tune_together(losses, pilot, start=settings.lam, trials=settings.step_trials + settings.lam_trials,
                         first=settings.first, factor=settings.lam_factor)  # fmt: skip
    key, rows = {"method": method, "optimiser": "convex", "budget": budget}, []
    # Objectives are compared at the first penalty: those with cones alone have a network's.
    for (name, draw), which in product(measured, ("fixed", "chosen") if method == "sampled" else ("chosen",)):
        chosen = which == "chosen"
        lam = lams[name].step if chosen else settings.lam
        end = fit(measured[name, draw], lam, seed=seed_of(name, draw))
        row = key | {"dataset": name, "draw": draw, "penalty": which, "lam": lam}
        row |= {"edge": (lams[name].edge or "") if chosen else "", "validation_loss": lams[name].score}
        rows.append(row | _described(end) | _judged(end.outputs, end.outputs_test, measured[name, draw]))
    return rows, [tuning_rows(lams, tuned="penalty", **key)]


def _global(runs, pilot, measured, settings, seed):
    """Global training at the λ that validation chose for the largest wide network, whose objective it shares."""
    fit = partial(fit_globally, rounds=settings.rounds, tol=settings.global_tol)
    wide = chosen_optimisers(pd.DataFrame(runs))
    wide = wide[(wide["method"] == "wide") & (wide["budget"] == max(settings.budgets)) & (wide["penalty"] == "chosen")]
    wide = wide.drop_duplicates("dataset").set_index("dataset")
    # There is no convex program without a penalty: then the smallest λ that the grid has.
    smallest = settings.lam * settings.lam_factor ** -(settings.first // 2)
    wide["lam"] = wide["lam"].clip(lower=smallest)
    # Its size is an outcome.
    key, rows, scores = {"method": "global", "optimiser": "convex", "budget": 0, "penalty": "chosen"}, [], {}
    for name, sample in pilot.items():
        end = fit(sample, wide.loc[name, "lam"], seed=integer_seed(seed, "open_questions", "global", name, "pilot"))
        scores[name] = float(half_mean_square(end.outputs_test, sample.y_test))
    for (name, draw), sample in measured.items():
        lam = wide.loc[name, "lam"]
        end = fit(sample, lam, seed=integer_seed(seed, "open_questions", "global", name, draw))
        row = key | {"dataset": name, "draw": draw, "lam": lam, "edge": wide.loc[name, "edge"]}
        row |= {"validation_loss": scores[name]} | _described(end)
        rows.append(row | _judged(end.outputs, end.outputs_test, sample))
    return rows


def _described(end):
    """What a convex fit says of itself."""
    return {"nominal": end.nominal, "active": end.active, "objective": end.objective, "gap": end.gap,
            "cost": float(end.cost)}  # fmt: skip


def _judged(outputs, outputs_test, sample):
    """Training loss, training and test error."""
    return {
        "train_loss": float(half_mean_square(outputs, sample.y)),
        "train_error": float(error(outputs, sample.y)),
        "test_error": float(error(outputs_test, sample.y_test)),
    }


if __name__ == "__main__":
    run(compute_per_parameter)
