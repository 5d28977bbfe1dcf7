"""Gradient descent on the primal against the dual value: over depths, bottlenecks, starts and both regularisers."""

import dataclasses
import logging

import numpy as np
import pandas as pd
from _problems import EXPERIMENT, bottlenecks, problems
from _tuning import tuned_step

from convexify.linear_duality.compressed_problem import optimal_value
from convexify.linear_duality.deep_linear_descent import gradient_descent
from convexify.linear_duality.descent_records import first_at_or_below, longest_plateau
from convexify.linear_duality.douglas_rachford import solve_compressed
from convexify.linear_duality.saddles import gradient_and_curvature
from convexify.linear_duality.weight_decay import weight_decay_dual, weight_decay_optimum
from convexify.seeds import generator
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Case:
    """What one stack of descents has in common; its fields are columns of both tables."""

    problem: str
    depth: int
    rank: int
    full_rank: bool
    initialisation: str
    regulariser: str = "schatten"
    inputs: str = "white"

    @property
    def stream(self):
        """Names of its random starts."""
        return EXPERIMENT, self.problem, self.depth, self.rank, self.initialisation, self.regulariser, self.inputs


def compute_descent(data, source, settings, seed, device):
    """Three tables: ``runs``, where each descent ends, ``histories``, the gaps on its way, ``trials`` of the steps."""
    runs, histories, trials, factors, share = [], [], [], {}, Share(settings)
    for name, problem in problems(source, data, settings.instances, seed).items():
        # Other starts than the first kind are for the data set: the synthetic problems enter worst cases only.
        kinds = settings.initialisations[: 1 if source == "synthetic" else None]
        for case in _cases(name, problem, settings, kinds):
            # A depth of weight decay alone belongs to the last block.
            if case.depth not in share.depths and not (share.last and case.depth not in settings.depths):
                continue
            logger.info("%s", case)
            kind = (name, case.depth, case.initialisation)
            if kind not in factors:
                # The first case of a depth and kind of start, at full rank, with the Schatten norms and white inputs.
                found = _tune(problem, case, settings, seed, device)
                factors[kind] = found
                key = {"problem": name, "depth": case.depth, "initialisation": case.initialisation}
                trials.append(found.trials.assign(**key, best=found.step, edge=found.edge or ""))
            found = factors[kind]
            descent = _descend(problem, case, settings, seed, device, found.step)
            curvature = _at_plateaus(problem, case, descent, settings)
            for row, history in _records(problem, case, descent, settings, curvature):
                runs.append(row | {"step_factor": found.step, "step_edge": found.edge or ""})
                histories.append(history)
    tables = {"runs": pd.DataFrame(runs), "histories": pd.concat(histories, ignore_index=True)}
    return tables | {"trials": pd.concat(trials, ignore_index=True)}


def _cases(name, problem, settings, kinds):
    """Both bottlenecks from the first kind of start, full rank from the others; weight decay; the inputs as given."""
    half, full = bottlenecks(problem)
    first = kinds[0]
    for start in kinds:
        for rank in [full, half] if start == first else [full]:
            for depth in settings.depths:
                yield Case(name, depth, rank, rank == full, start)
    for depth in settings.weight_decay_depths:
        yield Case(name, depth, full, True, first, regulariser="weight decay")
    yield Case(name, 2, full, True, first, inputs="as given")


def _tune(problem, case, settings, seed, device):
    """Step of one depth and kind of start, from starts of its own."""
    small = dataclasses.replace(case, inputs="white")
    few = {"starts": settings.tuning_starts, "names": ("tuning",)}
    optima = [_optimum_and_dual(problem, small, multiple, settings.tolerance)[1] for multiple in settings.gammas]
    zero_network = 0.5 * float((problem.spectrum**2).sum())
    return tuned_step(
        lambda factors: _descend(problem, small, settings, seed, device, factors, **few), settings, optima, zero_network
    )


def _descend(problem, case, settings, seed, device, factors, *, starts=None, names=()):
    """Descents from every start for every γ, as one stack; once for each step factor of a list."""
    tuning = isinstance(factors, list)
    inputs, targets = problem.whitened() if case.inputs == "white" else problem.in_principal_axes()
    starts = [(float(multiple), k) for multiple in settings.gammas for k in range(starts or settings.repetitions)]
    factors = factors if tuning else [factors]
    return gradient_descent(
        inputs,
        targets,
        [multiple * problem.spectrum[-1] for multiple, _ in starts] * len(factors),
        [generator(seed, *case.stream, *names, *start) for _ in factors for start in starts],
        [case.rank] * (case.depth - 1),
        iterations=_iterations(case, settings),
        step_factor=np.repeat(factors, len(starts)),
        initialisation=case.initialisation,
        regulariser=case.regulariser,
        record_every=settings.record_every,
        keep_weights=not tuning and case.regulariser == "schatten" and case.inputs == "white",
        device=device,
        description=" ".join(map(str, case.stream[1:])),
    )


def _iterations(case, settings):
    return settings.iterations if case.inputs == "white" else settings.given_iterations


def _at_plateaus(problem, case, descent, settings):
    """Length of the longest plateau of each run; gradient and curvature in its middle and the curvature at the start.

    The gradient is relative to that of the start; NaN where a run has no plateau or nothing was kept.
    """
    values = [_optimum_and_dual(problem, case, multiple, settings.tolerance)[0] for multiple in settings.gammas]
    gaps = descent.objectives - np.repeat(values, settings.repetitions)
    zero_network = 0.5 * float((problem.spectrum**2).sum())
    found = [longest_plateau(descent.history.iterations, column / zero_network) for column in gaps.T]
    table = pd.DataFrame(found, columns=["longest_plateau", "record"])
    table[["plateau_gradient", "plateau_curvature", "start_curvature"]] = np.nan
    if descent.snapshots:
        inputs, targets = problem.whitened()
        gammas = np.repeat([multiple * problem.spectrum[-1] for multiple in settings.gammas], settings.repetitions)
        at = table["record"].where(table["longest_plateau"] > 0, 0)
        layers = [np.stack([descent.snapshots[r][h][b] for b, r in enumerate(at)]) for h in range(case.depth)]
        start, smallest, largest = gradient_and_curvature(descent.snapshots[0], inputs, targets, gammas)
        table["start_curvature"] = smallest / np.maximum(largest, -smallest)
        gradient, smallest, largest = gradient_and_curvature(layers, inputs, targets, gammas)
        flat = table["longest_plateau"] > 0
        table["plateau_gradient"] = np.where(flat, gradient / start, np.nan)
        table["plateau_curvature"] = np.where(flat, smallest / np.maximum(largest, -smallest), np.nan)
    return table.drop(columns="record").to_dict("records")


def _records(problem, case, descent, settings, curvature):
    """For each descent of a stack its row of ``runs`` and its part of ``histories``."""
    values = [_optimum_and_dual(problem, case, multiple, settings.tolerance) for multiple in settings.gammas]
    zero_network = 0.5 * float((problem.spectrum**2).sum())
    for b, objectives in enumerate(descent.objectives.T):
        which, repetition = divmod(b, settings.repetitions)
        optimum, dual = values[which]
        gaps = (objectives - optimum) / zero_network
        key = {**vars(case), "gamma_over_sigma_min": settings.gammas[which], "repetition": repetition}
        row = {
            **key,
            "optimum": optimum,
            "dual": dual,
            "objective": objectives[-1],
            "zero_network": zero_network,
            "outputs": problem.spectrum.size,
            "relative_gap": gaps[-1],
            "iterations": _iterations(case, settings),
            "iterations_to_target": first_at_or_below(descent.history.iterations, gaps, settings.target),
            "diverged": not np.isfinite(objectives[-1]),
        }
        yield (
            row | curvature[b],
            pd.DataFrame({**key, "iteration": descent.history.iterations, "relative_gap": gaps}),
        )


def _optimum_and_dual(problem, case, multiple, tolerance):
    """Closed form of the optimum, and the dual bound: by Douglas–Rachford, or the best one for weight decay."""
    s = problem.spectrum
    gamma, rank = float(multiple * s[-1]), min(case.rank, s.size)
    if case.regulariser == "weight decay":
        return weight_decay_optimum(s, gamma, case.depth, rank), weight_decay_dual(s, gamma, case.depth, rank)
    dual = solve_compressed(problem, gamma, case.rank, tol=tolerance).value - problem.constant
    return optimal_value(s, gamma, rank), dual


if __name__ == "__main__":
    run(compute_descent)
