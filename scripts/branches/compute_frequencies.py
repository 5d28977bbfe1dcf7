"""How often gradient descent from random starts reaches the certified optimum, against the number of branches."""

import pandas as pd
from tqdm import tqdm

from convexify.branches.branch_and_bound import tanh_network_bracket, tanh_relaxation
from convexify.branches.projected_descent import projected_gradient_descent
from convexify.datasets.transforms import binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed
from convexify_workflow.job import run


def compute_frequencies(data, classes, settings, device, seed):
    """One row per (repetition, τ, I): the bracket of the optimum and how many starts end near each of its edges."""
    pair = binary_pair(data, classes)
    plane = standardize(principal_components(pair["X"], 2))
    rows = []
    for repetition in tqdm(range(settings.repetitions), desc="draws of samples"):
        stream = integer_seed(seed, "branches", "frequency", repetition)
        drawn = subsample({"X": plane, "y": pair["y"]}, settings.samples, stream)
        problem = {"X": drawn["X"], "labels": drawn["y"], "radius": settings.weight_bound}
        for tau in settings.taus:
            relaxation, known = tanh_relaxation(**problem, tau=tau), {}
            for branches in settings.branches:
                bracket = tanh_network_bracket(
                    **problem,
                    tau=tau,
                    branches=branches,
                    max_cells=settings.cells,
                    relaxation=relaxation,
                    node_limit=settings.node_limit,
                )
                losses, _ = projected_gradient_descent(
                    **problem,
                    tau=tau,
                    branches=branches,
                    starts=settings.starts,
                    steps=settings.steps,
                    step=settings.step,
                    rng=generator(seed, "branches", "descent", repetition, branches),
                    device=device,
                )
                # A network repeated is a network with more branches and the same output.
                divisors = [known[count] for count in known if branches % count == 0]
                best = known[branches] = min(bracket.upper, losses.min(), *divisors)
                rows.append(
                    {
                        "repetition": repetition,
                        "tau": tau,
                        "branches": branches,
                        "starts": settings.starts,
                        "lower": min(bracket.lower, best),
                        "upper": best,
                        "programs_upper": bracket.upper,
                        "relaxation": bracket.relaxation,
                        "best_loss": losses.min(),
                        "median_loss": float(pd.Series(losses).median()),
                        # Within `success` of the lower value: certainly optimal to that accuracy. Beyond it from
                        # the upper value: certainly not.
                        "certain_successes": int((losses <= min(bracket.lower, best) + settings.success).sum()),
                        "possible_successes": int((losses <= best + settings.success).sum()),
                    }
                )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_frequencies)
