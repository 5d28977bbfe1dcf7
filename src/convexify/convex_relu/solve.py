"""One call for every convex ReLU program: check, solve, repair, certify."""

import time
import warnings

import numpy as np
import pandas as pd

from convexify.checks import as_number, one_of
from convexify.convex_relu.certificates import certificate, refine_multipliers
from convexify.convex_relu.programs import build_program
from convexify.convex_relu.proximal import project_onto_cones
from convexify.convex_relu.solution import ConvergenceWarning, Solution
from convexify.convex_relu.solvers.reference import solve_with_cvxpy


def solve(X, y, patterns, beta, *, gated=False, loss="squared", tol=1e-6, max_time=None, solver="auto",
          group_norm="frobenius", device="cpu", warm_start=None):  # fmt: skip
    started = time.perf_counter()
    program = build_program(X, y, patterns, beta, gated=gated, loss=loss, group_norm=group_norm)
    tol = as_number("tol", tol, above=0.0)
    one_of("solver", solver, ("auto", "cvxpy"))
    v, w, nu, multipliers, iterations = solve_with_cvxpy(program, tolerance=min(1e-3 * tol, 1e-8), max_time=max_time)
    if not program.gated:
        v, w = repair(program, v), repair(program, w)
    rows = []

    def judge(nu):
        nu = program.loss.clip_dual(nu, program.y)
        mu = refine_multipliers(program, nu, multipliers)
        result = certificate(program, v, w, nu, mu)
        rows.append((time.perf_counter() - started, iterations, result.primal, result.dual, result.gap))
        return result, nu

    candidates = [judge(nu)]
    if program.loss.smooth:
        gradient = program.loss.negative_gradient(program.predict(v if w is None else v - w), program.y)
        candidates.append(judge(gradient))
    best, nu = max(candidates, key=lambda pair: pair[0].dual)
    if best.gap > tol:
        warnings.warn(f"gap {best.gap:.2e} is above tol = {tol:.2e}", ConvergenceWarning, stacklevel=2)
    shaped = (lambda a: a[..., 0]) if np.ndim(y) == 1 else (lambda a: a)
    return Solution(
        shaped(v), None if w is None else shaped(w), shaped(best.scale * nu), best.primal, best.dual, best.gap,
        best.violation, time.perf_counter() - started, iterations, "cvxpy",
        pd.DataFrame(rows, columns=["seconds", "iteration", "primal", "dual", "gap"]),
    )  # fmt: skip


def repair(program, u):
    """``u`` (d, P, c) with every column projected onto its cone where it is not inside to rounding."""
    u = u.copy()
    _, d, p, c = program.shape
    outside = np.zeros((p, c), dtype=bool)
    for chunk, rows in program.cone_rows(u):
        outside[chunk] = rows.min(axis=0) < 0
    which, column = np.nonzero(outside)
    if len(which):
        signs = 2.0 * program.patterns[:, which] - 1.0
        u[:, which, column] = project_onto_cones(program.X, signs, u[:, which, column])[0]
    return u
