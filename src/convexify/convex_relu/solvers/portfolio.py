"""A portfolio of solvers for one program: which are tried in what order, and the best points that they found."""

import time
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd

from convexify.checks import one_of
from convexify.convex_relu.programs.certificates import (
    certificate,
    objective,
    refine_multipliers,
    relative_gap,
    sparse_multipliers,
    violation,
)
from convexify.convex_relu.programs.cone_projection import repair
from convexify.convex_relu.solvers import interior_point
from convexify.convex_relu.solvers.crossover import sparsify
from convexify.convex_relu.solvers.solution import Candidate, Solution
from convexify.warnings import ConvergenceWarning

_PATIENCE = 60  # iterations without a smaller gap
_MAX_ITERATIONS = 2000
_FIRST_NEWTON_ITERATIONS = 60  # before another solver is asked: twice what an ordinary program takes
_CHEAP_STEP = 3e8  # multiplications of an interior point step up to which it beats Newton's method
_EXPENSIVE_STEP = 2e10  # and up to which it is worth trying: about a second
_ROUNDING = 1e-12  # of an objective that is computed in another order
_WEAK = 0.02  # beta over the largest dual norm at zero, cones left out, below which Newton's method is the slower one
_SMALL_FOR_CVXPY = 500_000  # n d P c up to which cvxpy is the last resort
_WIDE = 500  # features from which on Newton's projections onto cones take seconds each, and splitting needs few


class Portfolio:
    """The best primal and the best dual point of all candidates so far, and their certificate.

    Parameters
    ----------
    program : Program
    tol : float
        Certified relative gap that is asked for.
    started : float
        ``time.perf_counter()`` at the start of the call.
    max_time : float
        Seconds granted; may be infinite.
    """

    def __init__(self, program, tol, started, max_time):
        self.program, self.tol, self.started, self.max_time = program, tol, started, max_time
        self.deadline = started + max_time
        self.primal = self.dual = self.proved = self.certificate = self.multipliers = None
        self.rows = []

    def follow(self, candidates, iterations):
        """Follow one solver until the certificate meets the tolerance, time or iterations are up or the gap stalls."""
        most = len(self.rows) + iterations
        aim, smallest, since, candidate = self.tol, np.inf, 0, None
        for candidate in candidates:
            # In units near the ends of float64 a solver may return NaN or infinity: that is no candidate.
            if np.isfinite(candidate.primal) and (self.primal is None or candidate.primal < self.primal.primal):
                self.primal = candidate
            if np.isfinite(candidate.dual) and (self.dual is None or candidate.dual > self.dual.dual):
                self.dual = candidate
            primal = np.inf if self.primal is None else self.primal.primal
            dual = -np.inf if self.dual is None else self.dual.dual
            gap = relative_gap(primal, dual)
            self._record(primal, dual, gap)
            smallest, since = (gap, 0) if gap < 0.9 * smallest else (smallest, since + 1)
            last = self.rows[-1][0] > self.max_time or since >= _PATIENCE or len(self.rows) >= most
            if last or gap <= aim:
                refuted = self._certify()
                if last or self.certificate.gap <= self.tol:
                    break
                aim, smallest = (aim / 2, np.inf) if refuted else (aim / 10, smallest)
        else:
            refuted = self._certify()
        if refuted and candidate is not None and candidate.primal < self.primal.primal:
            self.primal = candidate  # passed over for the one refuted
            self._certify()

    def best_point(self):
        """The best points as a start for Newton's method; None before the first candidates."""
        if self.primal is None or self.dual is None:
            return None
        v, w = self.primal.point()
        return v if w is None else np.concatenate([v, w], axis=1), self.dual.nu

    def finish(self, solver, *, squeeze):
        """The sparse `Solution`, without the axis of outputs if ``squeeze``; a warning if it misses the tolerance."""
        self._sparsify()
        iterations, result = len(self.rows), self.certificate
        self._record(result.primal, result.dual, result.gap)
        seconds = self.rows[-1][0]
        if not result.gap <= self.tol:  # NaN included
            spent = f"{seconds:.1f} s and {iterations} iterations"
            message = f"after {spent} the certified gap {result.gap:.2e} is above tol {self.tol:.2e}"
            warnings.warn(message, ConvergenceWarning, stacklevel=3)
        v, w, nu = ((a if a is None or not squeeze else a[..., 0]) for a in self.point)
        return Solution(
            v=v, w=w, nu=nu, primal=result.primal, dual=result.dual, gap=result.gap, violation=result.violation,
            seconds=seconds, iterations=iterations, solver=solver,
            history=pd.DataFrame(self.rows, columns=["seconds", "iteration", "primal", "dual", "gap"]),
            multipliers=sparse_multipliers(self.program, self.multipliers),
        )  # fmt: skip

    def _sparsify(self):
        """Remove the groups that the tolerance does not need; the gap stays within it, or as it is."""
        program, before = self.program, self.certificate
        if not np.isfinite(before.primal):
            return
        limit = before.dual / (1 - self.tol) if self.tol < 1 else before.primal
        v, w = sparsify(program, *self.point[:2], limit - _ROUNDING * before.primal)
        primal = objective(program, v, w)
        self.point = v, w, self.point[2]
        self.certificate = replace(
            before, primal=primal, gap=relative_gap(primal, before.dual), violation=violation(program, v, w)
        )

    def _record(self, primal, dual, gap):
        self.rows.append((time.perf_counter() - self.started, len(self.rows) + 1, primal, dual, gap))

    def _certify(self):
        """Certificate of both points from scratch; exact multipliers only if those given prove too little.

        Returns whether the primal point, once it is projected onto the cones, is worse by more than the tolerance than
        its solver says: the interior point method's is outside them until it takes a full step. From here on the best
        primal point is the best one that was projected, with its own objective, so that no false one hides the others.
        """
        program = self.program
        primal, dual = self.primal or zero_candidate(program), self.dual or zero_candidate(program)
        nu, multipliers = dual.nu, dual.multipliers()
        v, w = primal.point()
        if primal is not self.proved and not program.gated:
            v, w = (repair(program, u, self.deadline) for u in (v, w))
        value = objective(program, v, w)
        refuted = not relative_gap(value, primal.primal) <= self.tol
        if self.proved is not None and not value <= self.proved.primal:
            v, w = self.proved.point()
        result = certificate(program, v, w, nu, multipliers)
        # Exact multipliers can save at most what the dual point loses by being scaled.
        unscaled = program.loss.dual_value(program.loss.best_scale(nu, program.y) * nu, program.y)
        if not result.gap <= self.tol and not program.gated and relative_gap(result.primal, unscaled) <= self.tol:
            multipliers = refine_multipliers(program, nu, multipliers, self.deadline)
            result = certificate(program, v, w, nu, multipliers)
        self.multipliers = multipliers
        self.certificate, self.point = result, (v, w, result.scale * program.loss.clip_dual(nu, program.y))
        self.proved = self.primal = Candidate(result.primal, result.dual, lambda: (v, w), nu, dual.multipliers)
        return refuted


def zero_candidate(program):
    """Zero with the loss's gradient as dual point: the answer where no solver has a finite one."""
    v = np.zeros(program.shape[1:])
    f = np.zeros_like(program.y)
    nu = program.loss.negative_gradient(f, program.y)
    point = v, None if program.gated else v
    return Candidate(program.loss.value(f, program.y), -np.inf, lambda: point, nu, lambda: None)


def plan_solvers(program, solver, *, warm):
    """Solvers to try in turn, each with its largest number of iterations.

    Parameters
    ----------
    program : Program
    solver : {"auto", "newton", "interior", "cvxpy"}
    warm : bool
        Whether there is a point to start from, which only Newton's method can use.

    Returns
    -------
    list of (str, int)
        Newton's method takes up what the others leave. Under a weak penalty it is slow, even from the solution of the
        next penalty, and the interior point method, which the penalty hardly matters to, is asked first.

    Raises
    ------
    ValueError
        If the solver does not exist, or does not apply to the program.
    """
    one_of("solver", solver, ("auto", "newton", "interior", "splitting", "cvxpy"))
    if program.group_norm == "nuclear":
        if solver not in ("auto", "cvxpy"):
            raise ValueError(f"solver: expected 'auto' or 'cvxpy' for the nuclear norm, got {solver!r}")
        return [("cvxpy", _MAX_ITERATIONS)]
    squared_with_cones = program.loss.name == "squared" and not program.gated
    if solver in ("interior", "splitting") and not squared_with_cones:
        form = "gated" if program.gated else f"{program.loss.name} loss"
        raise ValueError(f"solver: {solver!r} is for the squared loss with cones, got a program with {form}")
    if solver != "auto":
        return [(solver, _MAX_ITERATIONS)]
    cost = interior_point.step_cost(program)
    if squared_with_cones and not warm and program.shape[1] >= _WIDE and cost > _EXPENSIVE_STEP:
        return [("splitting", _MAX_ITERATIONS), ("newton", _MAX_ITERATIONS)]
    weak = cost <= _EXPENSIVE_STEP and program.beta < _WEAK * _largest_correlation(program)
    if cost <= _CHEAP_STEP and (weak or not warm):
        return [(name, _MAX_ITERATIONS) for name in ("interior", "newton", "cvxpy", "newton")]
    plan = [] if weak else [("newton", _FIRST_NEWTON_ITERATIONS)]
    if cost <= _EXPENSIVE_STEP:
        plan += [("interior", _MAX_ITERATIONS), ("newton", _MAX_ITERATIONS)]
    if np.prod(program.shape) <= _SMALL_FOR_CVXPY:
        plan += [("cvxpy", _MAX_ITERATIONS), ("newton", _MAX_ITERATIONS)]
    return plan if len(plan) > 1 else [("newton", _MAX_ITERATIONS)]


def _largest_correlation(program):
    """Upper bound on the smallest ``beta`` with a zero solution: no group's correlation at zero is larger."""
    zero = np.zeros_like(program.y)
    return float(program.dual_norms(program.correlate(program.loss.negative_gradient(zero, program.y))).max())
