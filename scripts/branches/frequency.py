"""How often gradient descent from random starts reaches the certified optimum, against the number of branches."""

import pandas as pd
import torch
from tqdm import tqdm

from convexify.branches.continuous import tanh_network_bracket, tanh_relaxation
from convexify.branches.descent import descend
from convexify.datasets.transforms import binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed


def frequencies(
    data,
    classes,
    descent_samples,
    descent_branches,
    descent_taus,
    weight_bound,
    starts,
    steps,
    step,
    success,
    repetitions,
    cells,
    descent_nodes,
    device,
    seed,
):
    """One row per (repetition, τ, I): the bracket of the optimum and how many starts end near each of its edges."""
    pair = binary_pair(data[0], classes)
    plane = standardize(principal_components(pair["X"], 2))
    device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    rows = []
    for repetition in tqdm(range(repetitions), desc="draws of samples"):
        stream = integer_seed(seed, "branches", "frequency", repetition)
        drawn = subsample({"X": plane, "y": pair["y"]}, descent_samples, stream)
        problem = {"X": drawn["X"], "labels": drawn["y"], "radius": weight_bound}
        for tau in descent_taus:
            relaxation, known = tanh_relaxation(**problem, tau=tau), {}
            for branches in descent_branches:
                bracket = tanh_network_bracket(
                    **problem,
                    tau=tau,
                    branches=branches,
                    max_cells=cells,
                    relaxation=relaxation,
                    node_limit=descent_nodes,
                )
                losses, _ = descend(
                    **problem,
                    tau=tau,
                    branches=branches,
                    starts=starts,
                    steps=steps,
                    step=step,
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
                        "starts": starts,
                        "lower": min(bracket.lower, best),
                        "upper": best,
                        "programs_upper": bracket.upper,
                        "relaxation": bracket.relaxation,
                        "best_loss": losses.min(),
                        "median_loss": float(pd.Series(losses).median()),
                        # Within `success` of the lower value: certainly optimal to that accuracy. Beyond it from the
                        # upper value: certainly not.
                        "certain_successes": int((losses <= min(bracket.lower, best) + success).sum()),
                        "possible_successes": int((losses <= best + success).sum()),
                    }
                )
    return pd.DataFrame(rows)


if "snakemake" in globals():
    from convexify_workflow.job import run

    torch.set_num_threads(1)
    run(snakemake, frequencies)  # noqa: F821
