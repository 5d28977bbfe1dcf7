"""One call for every convex ReLU program: check, solve, repair, certify."""

import time
import warnings

import numpy as np
import pandas as pd

from convexify.checks import as_number, one_of
from convexify.convex_relu.certificates import certificate, dual_block, primal_blocks, refine_multipliers, relative_gap
from convexify.convex_relu.programs import build_program
from convexify.convex_relu.proximal import project_onto_cones
from convexify.convex_relu.solution import Solution
from convexify.convex_relu.solvers import newton, reference
from convexify.convex_relu.solvers.maps import resolve_device
from convexify.warnings import ConvergenceWarning

_PATIENCE = 60  # iterations without a smaller gap
_MAX_ITERATIONS = 2000


def solve(X, y, patterns, beta, *, gated=False, loss="squared", tol=1e-6, max_time=None, solver="auto",
          group_norm="frobenius", device="cpu", warm_start=None):  # fmt: skip
    r"""Global optimum of a two-layer ReLU network's convex program on given activation patterns, with its proof.

    .. math::
       \min_{v,w}\ \tfrac12\Big\|\sum_iD_iX(v_i-w_i)-y\Big\|^2+\beta\sum_i(\|v_i\|+\|w_i\|)
       \quad\text{s.t.}\quad(2D_i-I)Xv_i\ge0,\ (2D_i-I)Xw_i\ge0

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    y : array_like, shape (n,) or (n, c)
        Targets; labels -1 and +1 for the classification losses. With ``c`` outputs the losses of the columns (one class
        against the rest) are summed, and every column of ``v_i`` and ``w_i`` lies in the cone.
    patterns : array_like of bool, shape (n, P)
        Column ``i`` is the diagonal of ``D_i``. Patterns need not be realisable nor distinct.
    beta : float
        Strength of the penalty, more than 0. A program written as 1/(2n)‖·‖² + λΣ(‖v_i‖+‖w_i‖) has ``beta = n λ``, and
        its objective is this one divided by ``n``. (With ``beta`` = 0 no scaled dual point is feasible, so that nothing
        could be certified: refused.)
    gated : bool
        No cones and no ``w``: the gated ReLU program, a group lasso.
    loss : {"squared", "logistic", "hinge"}
        ½‖f − y‖², Σ log(1 + exp(−y f)) or Σ max(0, 1 − y f).
    tol : float
        Certified relative duality gap that is asked for.
    max_time : float, optional
        Seconds after which the best answer so far is certified and returned.
    solver : {"auto", "newton", "cvxpy"}
        ``"newton"`` is `solvers.newton.NewtonSolver`; ``"cvxpy"`` hands the program to Clarabel. ``"auto"`` takes the
        first wherever it applies: the Frobenius norm.
    group_norm : {"frobenius", "nuclear"}
        Norm of each ``d`` × ``c`` block.
    device : {"cpu", "cuda", "auto"}
        Where products with tall arrays are done.
    warm_start : Solution, optional
        Answer to a program with the same shapes, for instance at another ``beta``.

    Returns
    -------
    Solution
        ``v, w`` of shape (d, P) or (d, P, c), ``w`` None if gated; ``primal, dual, gap, violation`` come from
        `certificates`, which shares nothing with the solvers. The point returned has been projected onto the cones.

    Raises
    ------
    ValueError
        Naming the argument that is not finite, has the wrong shape, is empty or is out of range.

    Warns
    -----
    ConvergenceWarning
        If the certified gap of the answer is above ``tol``.

    Notes
    -----
    The program is that of [1]_ when ``patterns`` holds every arrangement, and its restriction to a sample otherwise:
    gap and dual bound speak about the program on the patterns given.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML.
    """
    started = time.perf_counter()
    program = build_program(X, y, patterns, beta, gated=gated, loss=loss, group_norm=group_norm)
    tol = as_number("tol", tol, above=0.0)
    max_time = np.inf if max_time is None else as_number("max_time", max_time, above=0.0, allow_infinite=True)
    name = _choose(program, solver)
    device = resolve_device(device)
    start = None if warm_start is None else _start(program, warm_start)
    if name == "cvxpy":
        candidates = reference.iterate(program, tol, max_time if np.isfinite(max_time) else None)
    else:
        candidates = newton.iterate(program, device, start)
    rows, best, aim, improved = [], None, tol, 0
    primal = dual = None
    for iteration, candidate in enumerate(candidates, start=1):
        if primal is None or candidate.primal < primal.primal:
            primal = candidate
        if dual is None or candidate.dual > dual.dual:
            dual = candidate
        seconds, gap = time.perf_counter() - started, relative_gap(primal.primal, dual.dual)
        if not rows or gap < 0.9 * rows[improved][-1]:
            improved = len(rows)
        rows.append((seconds, iteration, primal.primal, dual.dual, gap))
        last = seconds > max_time or iteration - 1 - improved >= _PATIENCE or iteration >= _MAX_ITERATIONS
        if gap <= aim or last:
            best = _certify(program, primal, dual, tol)
            if best[0].gap <= tol or last:
                break
            aim /= 10
            best = None
    if best is None:
        best = _certify(program, primal, dual, tol)
    result, v, w, nu = best
    seconds = time.perf_counter() - started
    rows.append((seconds, iteration, result.primal, result.dual, result.gap))
    if result.gap > tol:
        spent = f"{seconds:.1f} s and {iteration} iterations"
        message = f"after {spent} the certified gap {result.gap:.2e} is above tol {tol:.2e}"
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
    drop = (lambda a: None if a is None else a[..., 0]) if np.ndim(y) == 1 else (lambda a: a)
    return Solution(
        v=drop(v), w=drop(w), nu=drop(nu), primal=result.primal, dual=result.dual, gap=result.gap,
        violation=result.violation, seconds=seconds, iterations=iteration, solver=name,
        history=pd.DataFrame(rows, columns=["seconds", "iteration", "primal", "dual", "gap"]),
    )  # fmt: skip


def repair(program, u):
    """``u`` (d, P, c) with every column projected onto its cone where it is not inside to rounding."""
    u = u.copy()
    p, c = program.shape[2:]
    outside = np.zeros((p, c), dtype=bool)
    for chunk, rows in program.cone_rows(u):
        outside[chunk] = rows.min(axis=0) < 0
    which, column = np.nonzero(outside)
    for start in range(0, len(which), 64):
        group, output = which[start : start + 64], column[start : start + 64]
        signs = 2.0 * program.patterns[:, group] - 1.0
        u[:, group, output] = project_onto_cones(program.X, signs, u[:, group, output])[0]
    return u


def _choose(program, solver):
    one_of("solver", solver, ("auto", "newton", "cvxpy"))
    if program.group_norm == "nuclear":
        if solver == "newton":
            raise ValueError("solver: expected 'auto' or 'cvxpy' for the nuclear norm, got 'newton'")
        return "cvxpy"
    return "newton" if solver == "auto" else solver


def _start(program, solution):
    try:
        v, w = primal_blocks(program, solution.v, solution.w)
        nu = dual_block(program, solution.nu)
    except (AttributeError, ValueError) as error:
        raise ValueError(f"warm_start: expected the Solution of a program of the same shape ({error})") from None
    return (v if w is None else np.concatenate([v, w], axis=1)), nu


def _certify(program, primal, dual, tol):
    """Repair the primal point, judge both from scratch; exact multipliers only if those given prove too little."""
    v, w = primal.point()
    if not program.gated:
        v, w = repair(program, v), repair(program, w)
    multipliers = dual.multipliers()
    result = certificate(program, v, w, dual.nu, multipliers)
    if result.gap > tol and not program.gated:
        result = certificate(program, v, w, dual.nu, refine_multipliers(program, dual.nu, multipliers))
    return result, v, w, result.scale * program.loss.clip_dual(dual.nu, program.y)
