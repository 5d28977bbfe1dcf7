"""How often gradient descent from random starts reaches the certified optimum, against the number of branches."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.branches.branch_and_bound import tanh_network_bracket, tanh_relaxation
from convexify.branches.projected_descent import projected_gradient_descent
from convexify.datasets.transforms import binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run
from convexify_workflow.uncertainty import mean


def compute_frequencies(data, classes, settings, device, seed):
    """Two tables: ``frequencies``, one row per (repetition, τ, I), and ``shares``, their means over the repetitions."""
    pair = binary_pair(data, classes)
    plane = standardize(principal_components(pair["X"], 2))
    rows = []
    for repetition in tqdm(range(settings.repetitions), desc="draws of samples"):
        stream = integer_seed(seed, "branches", "frequency", repetition)
        drawn = subsample({"X": plane, "y": pair["y"]}, settings.samples, stream)
        problem = {"X": drawn["X"], "labels": drawn["y"], "radius": settings.weight_bound}
        for tau in settings.taus:
            for row in _by_branches({**problem, "tau": tau}, repetition, settings, device, seed):
                rows.append({"repetition": repetition, "tau": tau, **row})
    frequencies = pd.DataFrame(rows)
    return {"frequencies": frequencies, "shares": _means_over_draws(frequencies)}


def _by_branches(problem, repetition, settings, device, seed):
    """For each number of branches: the bracket of the optimum, and how many starts end near each of its edges."""
    relaxation, known = tanh_relaxation(**problem), {}
    for branches in settings.branches:
        bracket = tanh_network_bracket(
            **problem,
            branches=branches,
            max_cells=settings.cells,
            relaxation=relaxation,
            node_limit=settings.node_limit,
        )
        losses, _ = projected_gradient_descent(
            **problem,
            branches=branches,
            starts=settings.starts,
            steps=settings.steps,
            step=settings.step,
            rng=generator(seed, "branches", "descent", repetition, branches),
            device=device,
        )
        # A network repeated is a network with more branches and the same output.
        divisors = [known[count] for count in known if branches % count == 0]
        upper = known[branches] = min(bracket.upper, losses.min(), *divisors)
        lower = min(bracket.lower, upper)
        yield {
            "branches": branches,
            "starts": settings.starts,
            "lower": lower,
            "upper": upper,
            "programs_upper": bracket.upper,
            "relaxation": bracket.relaxation,
            "best_loss": losses.min(),
            "median_loss": float(np.median(losses)),
            # Within `success` of the lower value: certainly optimal to that accuracy. Beyond it from the upper value:
            # certainly not.
            "certain_successes": int((losses <= lower + settings.success).sum()),
            "possible_successes": int((losses <= upper + settings.success).sum()),
        }


def _means_over_draws(frequencies):
    """Mean share of starts near either edge of the bracket, with its interval over draws, and mean losses."""
    rows = []
    for (tau, branches), part in frequencies.groupby(["tau", "branches"]):
        row = {"tau": tau, "branches": branches, **part[["lower", "upper", "median_loss"]].mean()}
        for kind in ("certain", "possible"):
            # Starts share the samples of their draw: the draw is the independent unit.
            share = mean(part[f"{kind}_successes"] / part["starts"], unit="draw")
            row |= {kind: share.value, f"{kind}_low": max(0, share.low), f"{kind}_high": min(1, share.high)}
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_frequencies)
