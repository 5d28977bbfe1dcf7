"""Deep linear networks: dual, recovered networks and gradient descent, on synthetic problems or one data set."""

import logging
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from convexify.devices import resolve_device
from convexify.linear_duality import (
    CompressedProblem,
    instance,
    optimal_value,
    primal_value,
    recover_compressed,
    solve_compressed,
    weight_decay_dual,
    weight_decay_optimum,
)
from convexify.linear_duality.descent import first_at_or_below, gradient_descent, longest_plateau
from convexify.seeds import generator

logger = logging.getLogger(__name__)
EXPERIMENT = "linear_duality"


def tables(
    *,
    source,
    seed,
    instances,
    descent_instances,
    depths,
    weight_decay_depths,
    gamma_points,
    largest_gamma,
    descent_gammas,
    repetitions,
    initialisations,
    iterations,
    record_every,
    step_factor,
    target,
    tolerance,
    given_iterations,
    data=None,
    device="cpu",
):
    """Four tables for the synthetic problems (``data`` is None) or for the data set called ``source``."""
    problems = {name: _synthetic(name, seed) for name in instances} if data is None else {source: _labelled(data)}
    device = resolve_device(device)
    dual, convergence, runs, histories = [], [], [], []
    for name, problem in problems.items():
        logger.info("%s: row space of dimension %d", name, problem.row_space.rank)
        dual.extend(_dual_rows(name, problem, depths, weight_decay_depths, gamma_points, largest_gamma, tolerance))
        convergence.extend(_convergence_rows(name, problem, descent_gammas, seed, tolerance))
        if data is None and name not in descent_instances:
            continue
        common = {
            "name": name,
            "seed": seed,
            "repetitions": repetitions,
            "gammas": descent_gammas,
            "record_every": record_every,
            "step_factor": step_factor,
            "target": target,
            "tolerance": tolerance,
            "device": device,
        }
        plans = [
            {"depth": depth, "rank": rank, "initialisation": start, "iterations": iterations}
            for start in initialisations
            for rank in (_ranks(problem) if start == initialisations[0] else _ranks(problem)[-1:])
            for depth in depths
        ]
        first = {"rank": problem.rank_limit, "initialisation": initialisations[0]}
        plans += [
            {"depth": depth, **first, "iterations": iterations, "regulariser": "weight decay"}
            for depth in weight_decay_depths
        ]
        plans.append({"depth": 2, **first, "iterations": given_iterations, "inputs": "as given"})
        for plan in plans:
            rows, history = _descent(problem, **plan, **common)
            runs.extend(rows)
            histories.append(history)
    return {
        "dual": pd.DataFrame(dual),
        "convergence": pd.DataFrame(convergence),
        "runs": pd.DataFrame(runs),
        "histories": pd.concat(histories, ignore_index=True),
    }


def _synthetic(name, seed):
    return _normalised(*instance(name, generator(seed, EXPERIMENT, name, "data")))


def _labelled(data):
    """Samples as columns, divided by the largest entry; targets one-hot."""
    labels = data["y"].astype(int)
    return _normalised(data["X"].T / float(data["X"].max()), np.eye(labels.max() + 1)[labels].T)


def _normalised(X, Y):
    """In units in which the projected targets have spectral norm 1: optima scale by the square, gamma linearly."""
    problem = CompressedProblem(X, Y)
    return problem.with_scaled_targets(1 / np.linalg.norm(problem.targets, 2))


def _ranks(problem):
    return [(problem.rank_limit + 1) // 2, problem.rank_limit]


def _spectrum(problem):
    s = np.linalg.svd(problem.targets, compute_uv=False)
    return s[s > 1e-10 * s[0]]


def _dual_rows(name, problem, depths, weight_decay_depths, gamma_points, largest_gamma, tolerance):
    """One row per bottleneck and gamma: optimum by closed form, Douglas–Rachford and recovered networks."""
    s = _spectrum(problem)
    zero_network = 0.5 * float((s**2).sum())
    for rank in _ranks(problem):
        for gamma in np.unique(np.r_[np.linspace(0, largest_gamma, gamma_points), s]):
            solution = solve_compressed(problem, float(gamma), rank, tol=tolerance)
            exact = optimal_value(s, gamma, rank)
            dual = solution.value - problem.constant
            # Where the optimum is 0, gaps are relative to the zero network's objective.
            scale = exact if exact > 1e-12 * zero_network else zero_network
            networks, ranks = [], []
            for depth in depths:
                weights = recover_compressed(solution, [rank] * (depth - 1))
                networks.append(primal_value(weights, problem.inputs, problem.targets, float(gamma)))
                product = np.linalg.multi_dot([*weights[::-1], problem.inputs])
                ranks.append(np.linalg.matrix_rank(product, tol=1e-9))
            decay = {
                f"weight_decay_gap_depth_{depth}": _weight_decay_gap(s, float(gamma), depth, min(rank, s.size))
                for depth in weight_decay_depths
            }
            yield {
                "dataset": name,
                "rank": rank,
                "full_rank": rank == problem.rank_limit,
                "gamma": gamma,
                "sigma_min": s[-1],
                "sigma_max": s[0],
                "rank_of_targets": s.size,
                "rank_of_product": max(ranks),
                "inputs": problem.row_space.left.shape[0],
                "outputs": problem.targets.shape[0],
                "constant": problem.constant,
                "zero_network": zero_network,
                "closed_form": exact,
                "dual": dual,
                "primal": max(networks),
                "dual_error": abs(dual - exact) / scale,
                "primal_error": max(abs(value - exact) for value in networks) / scale,
                "relative_gap": (max(networks) - dual) / scale,
                "iterations": solution.iterations,
                **decay,
            }


def _weight_decay_gap(s, gamma, depth, rank):
    optimum = weight_decay_optimum(s, gamma, depth, rank)
    gap = optimum - weight_decay_dual(s, gamma, depth, rank)
    return gap / optimum if optimum > 0 else 0.0


def _convergence_rows(name, problem, multiples, seed, tolerance):
    """Douglas–Rachford step by step, plain and over-relaxed, from zero and from a random start."""
    s = _spectrum(problem)
    random_start = generator(seed, EXPERIMENT, name, "start").normal(size=problem.targets.shape)
    starts = {"zero": None, "random": problem.row_space.lift(random_start)}
    for rank in _ranks(problem):
        for gamma in (float(multiple * s[-1]) for multiple in multiples if multiple):
            for start, point in starts.items():
                for relaxation in (1.0, 1.6):
                    solution = solve_compressed(problem, gamma, rank, start=point, relaxation=relaxation, tol=tolerance)
                    for k in range(solution.iterations):
                        yield {
                            "dataset": name,
                            "rank": rank,
                            "full_rank": rank == problem.rank_limit,
                            "gamma": gamma,
                            "gamma_over_sigma_min": gamma / s[-1],
                            "start": start,
                            "relaxation": relaxation,
                            "iteration": k + 1,
                            "relative_gap": solution.gaps[k],
                            "residual": solution.residuals[k],
                        }


def _optimum_and_dual(problem, s, gamma, rank, depth, regulariser, tolerance):
    """Closed form of the optimum, and the dual bound: by Douglas–Rachford, or the best one for weight decay."""
    r, gamma = min(rank, s.size), float(gamma)
    if regulariser == "weight decay":
        return weight_decay_optimum(s, gamma, depth, r), weight_decay_dual(s, gamma, depth, r)
    return optimal_value(s, gamma, r), solve_compressed(problem, gamma, rank, tol=tolerance).value - problem.constant


def _descent(
    problem,
    *,
    name,
    seed,
    depth,
    rank,
    initialisation,
    iterations,
    gammas,
    repetitions,
    record_every,
    step_factor,
    target,
    tolerance,
    device,
    regulariser="schatten",
    inputs="white",
):
    """Rows of final results and the table of recorded gaps, for every gamma and repetition of one setting."""
    s = _spectrum(problem)
    if inputs == "white":
        # White inputs, and a first layer that starts in the span of the targets' rows, where descent keeps it.
        U, singular_values, _ = np.linalg.svd(problem.targets, full_matrices=False)
        A, B = np.eye(s.size), (U * singular_values)[:, : s.size]
    else:
        # Rotating the inputs to their principal axes changes no step, and directions without data never move.
        A, B = np.diag(problem.row_space.singular_values / problem.row_space.singular_values[0]), problem.targets
    multiples = np.repeat(gammas, repetitions)
    seeds = np.tile(np.arange(repetitions), len(gammas))
    path = (EXPERIMENT, name, depth, rank, initialisation, regulariser, inputs)
    run = gradient_descent(
        A,
        B,
        multiples * s[-1],
        [generator(seed, *path, float(multiple), int(k)) for multiple, k in zip(multiples, seeds, strict=True)],
        [rank] * (depth - 1),
        iterations=iterations,
        step_factor=step_factor,
        initialisation=initialisation,
        regulariser=regulariser,
        record_every=record_every,
        device=device,
        description=f"{name} H={depth} r={rank} {initialisation} {regulariser} {inputs}",
    )
    scale = 0.5 * float((s**2).sum())
    values = {
        multiple: _optimum_and_dual(problem, s, multiple * s[-1], rank, depth, regulariser, tolerance)
        for multiple in gammas
    }
    key = {
        "dataset": name,
        "depth": depth,
        "rank": rank,
        "full_rank": rank == problem.rank_limit,
        "initialisation": initialisation,
        "regulariser": regulariser,
        "inputs": inputs,
    }
    rows, histories = [], []
    for b, multiple in enumerate(multiples):
        best, dual = values[multiple]
        gaps = (run.objectives[:, b] - best) / scale
        rows.append(
            {
                **key,
                "gamma_over_sigma_min": multiple,
                "repetition": seeds[b],
                "optimum": best,
                "dual": dual,
                "objective": run.objectives[-1, b],
                "zero_network": scale,
                "relative_gap": gaps[-1],
                "iterations": iterations,
                "iterations_to_target": first_at_or_below(run.history.iterations, gaps, target),
                "longest_plateau": longest_plateau(run.history.iterations, gaps),
                "diverged": not np.isfinite(run.objectives[-1, b]),
            }
        )
        histories.append(
            pd.DataFrame(
                {
                    **key,
                    "gamma_over_sigma_min": multiple,
                    "repetition": seeds[b],
                    "iteration": run.history.iterations,
                    "relative_gap": gaps,
                }
            )
        )
    return rows, pd.concat(histories, ignore_index=True)


if "snakemake" in globals():
    from convexify_workflow.job import run

    # A table with an unconverged dual in it must not be written.
    warnings.simplefilter("error", ConvergenceWarning)
    run(snakemake, tables)  # noqa: F821
