"""Gradient descent on the primal against the dual value: over depths, bottlenecks, starts and both regularisers."""

import dataclasses
import logging

import numpy as np
import pandas as pd
from _problems import EXPERIMENT, bottlenecks, problems

from convexify.linear_duality.compressed_problem import optimal_value
from convexify.linear_duality.deep_linear_descent import gradient_descent
from convexify.linear_duality.descent_records import first_at_or_below, longest_plateau
from convexify.linear_duality.douglas_rachford import solve_compressed
from convexify.linear_duality.weight_decay import weight_decay_dual, weight_decay_optimum
from convexify.seeds import generator
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
    """Two tables: ``runs``, where each descent ends, and ``histories``, the gaps recorded on its way."""
    runs, histories = [], []
    for name, problem in problems(source, data, settings.instances, seed).items():
        for case in _cases(name, problem, settings):
            logger.info("%s", case)
            descent = _descend(problem, case, settings, seed, device)
            for row, history in _records(problem, case, descent, settings):
                runs.append(row)
                histories.append(history)
    return {"runs": pd.DataFrame(runs), "histories": pd.concat(histories, ignore_index=True)}


def _cases(name, problem, settings):
    """Both bottlenecks from the first kind of start, full rank from the others; weight decay; the inputs as given."""
    half, full = bottlenecks(problem)
    first = settings.initialisations[0]
    for start in settings.initialisations:
        for rank in [half, full] if start == first else [full]:
            for depth in settings.depths:
                yield Case(name, depth, rank, rank == full, start)
    for depth in settings.weight_decay_depths:
        yield Case(name, depth, full, True, first, regulariser="weight decay")
    yield Case(name, 2, full, True, first, inputs="as given")


def _descend(problem, case, settings, seed, device):
    """Descents from every start for every γ, as one stack."""
    inputs, targets = problem.whitened() if case.inputs == "white" else problem.in_principal_axes()
    starts = [(float(multiple), k) for multiple in settings.gammas for k in range(settings.repetitions)]
    return gradient_descent(
        inputs,
        targets,
        [multiple * problem.spectrum[-1] for multiple, _ in starts],
        [generator(seed, *case.stream, *start) for start in starts],
        [case.rank] * (case.depth - 1),
        iterations=_iterations(case, settings),
        step_factor=settings.step_factor,
        initialisation=case.initialisation,
        regulariser=case.regulariser,
        record_every=settings.record_every,
        device=device,
        description=" ".join(map(str, case.stream[1:])),
    )


def _iterations(case, settings):
    return settings.iterations if case.inputs == "white" else settings.given_iterations


def _records(problem, case, descent, settings):
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
            "relative_gap": gaps[-1],
            "iterations": _iterations(case, settings),
            "iterations_to_target": first_at_or_below(descent.history.iterations, gaps, settings.target),
            "longest_plateau": longest_plateau(descent.history.iterations, gaps),
            "diverged": not np.isfinite(objectives[-1]),
        }
        yield row, pd.DataFrame({**key, "iteration": descent.history.iterations, "relative_gap": gaps})


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
