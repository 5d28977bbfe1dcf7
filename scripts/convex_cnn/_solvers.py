"""The solvers of one program side by side, from the same start and with as many passes over the data."""

import numpy as np

from convexify.relaxations.convex_cnn_program import NuclearProgram
from convexify.relaxations.convex_cnn_solvers import (
    descend_factors,
    solve_accelerated,
    solve_frank_wolfe,
    solve_stochastic,
)
from convexify.tuning import tune_step

#: Passes of the run whose certificate is the bound that all are measured against, as a multiple of what each is given.
LONGER = 4
#: Passes up to which records count, as a multiple of what each solver is given: stretches are whole batches.
ALLOWED = 1.05
#: No solver stops early.
NEVER = 1e-300
STOCHASTIC, FACTORS = "projected SGD", "descent on filters"


def tune_solvers(Z, y, classes, radius, settings, rng):
    """Steps of the two solvers that have one, by the objective that they end with."""
    program, tuned = NuclearProgram(Z, y, classes, radius), {}
    starts = {STOCHASTIC: settings.stochastic_step, FACTORS: settings.factor_step}
    for name, solve in STEPPED.items():
        seed = rng.integers(0, 2**32)

        def final(step, solve=solve, seed=seed):
            return solve(program, step, settings, seed).trace["objective"].iloc[-1]

        tuned[name] = tune_step(final, start=starts[name], trials=settings.trials)
    return tuned


def solver_rows(Z, y, classes, radius, settings, steps, rng):
    """Rows of the traces of all solvers: passes, decompositions, objective, certified bound."""
    program = NuclearProgram(Z, y, classes, radius)
    longer = solve_accelerated(program, iterations=LONGER * settings.passes, tol=1e-9, check_every=settings.passes)
    bound = program.certify(longer.A).lower_bound
    solutions = {
        "accelerated": solve_accelerated(
            program, iterations=settings.passes, tol=NEVER, check_every=settings.passes + 1
        ),
        "Frank–Wolfe": solve_frank_wolfe(program, iterations=settings.passes, tol=NEVER),
    }
    for (name, solve), seed in zip(STEPPED.items(), rng.integers(0, 2**32, len(STEPPED)), strict=True):
        solutions[name] = solve(program, steps[name].step, settings, seed)
    rows = []
    for name, solution in solutions.items():
        trace = solution.trace[solution.trace["passes"] <= ALLOWED * settings.passes]
        rows += trace.assign(solver=name, lower_bound=bound, radius=radius).to_dict("records")
    return rows


def _stochastic(program, step, settings, seed):
    return solve_stochastic(
        program, _generator(seed), step=step, passes=settings.passes, batch=settings.batch,
        project_every=settings.project_every, records=settings.records,
    )  # fmt: skip


def _factors(program, step, settings, seed):
    return descend_factors(
        program, _generator(seed), filters=settings.filters[0], step=step, iterations=settings.passes
    )


def _generator(seed):
    return np.random.default_rng(int(seed))


STEPPED = {STOCHASTIC: _stochastic, FACTORS: _factors}
