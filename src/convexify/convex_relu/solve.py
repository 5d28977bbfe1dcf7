"""One call for every convex ReLU program: check, solve, repair, certify."""

import time
import warnings

import numpy as np
import pandas as pd

from convexify.checks import as_number, one_of
from convexify.convex_relu.certificates import certificate, dual_block, primal_blocks, refine_multipliers, relative_gap
from convexify.convex_relu.programs import build_program
from convexify.convex_relu.proximal import repair
from convexify.convex_relu.solution import Solution
from convexify.convex_relu.solvers import interior, newton, reference
from convexify.devices import resolve_device
from convexify.warnings import ConvergenceWarning

_PATIENCE = 60  # iterations without a smaller gap
_MAX_ITERATIONS = 2000
_FIRST_TRY = 60  # Newton iterations before another solver is asked: twice what an ordinary program takes
_LITTLE_WORK = 3e8  # multiplications of an interior point step up to which it beats Newton's method
_MUCH_WORK = 2e10  # and up to which it is worth a try: about a second
_SMALL = 500_000  # n d P c up to which cvxpy is the last resort


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
    solver : {"auto", "newton", "interior", "cvxpy"}
        ``"newton"`` is `solvers.newton.NewtonSolver`, for the Frobenius norm; ``"interior"`` is
        `solvers.interior.InteriorPoint`, for the squared loss with cones and moderate sizes, which a weak penalty does
        not slow down; ``"cvxpy"`` hands the program to Clarabel. ``"auto"`` takes the interior point method for small
        programs with cones and Newton's method otherwise, and turns to the next one that applies should it stall.
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
    device = resolve_device(device)
    start = None if warm_start is None else _start(program, warm_start)
    plan = _choose(program, solver, start is not None)
    race = _Race(program, tol, started, max_time)
    for name, iterations in plan:
        left = max(max_time - (time.perf_counter() - started), 1e-3)
        if name == "newton":
            better = race.best()
            candidates = newton.iterate(program, device, better or start, close=better is not None)
        elif name == "interior":
            candidates = interior.iterate(program)
        else:
            candidates = reference.iterate(program, tol, left if np.isfinite(left) else None)
        race.run(candidates, iterations)
        if race.certificate.gap <= tol or time.perf_counter() - started > max_time:
            break
    return race.finish(name, np.ndim(y) == 1)


class _Race:
    """The best primal and the best dual point of all candidates so far, and their certificate."""

    def __init__(self, program, tol, started, max_time):
        self.program, self.tol, self.started, self.max_time = program, tol, started, max_time
        self.primal = self.dual = self.certificate = None
        self.rows = []

    def run(self, candidates, iterations):
        """Follow one solver until the certificate meets the tolerance, time or iterations are up or the gap stalls."""
        most = len(self.rows) + iterations
        aim, smallest, since = self.tol, np.inf, 0
        for candidate in candidates:
            if self.primal is None or candidate.primal < self.primal.primal:
                self.primal = candidate
            if self.dual is None or candidate.dual > self.dual.dual:
                self.dual = candidate
            gap = relative_gap(self.primal.primal, self.dual.dual)
            self._record(self.primal.primal, self.dual.dual, gap)
            smallest, since = (gap, 0) if gap < 0.9 * smallest else (smallest, since + 1)
            last = self.rows[-1][0] > self.max_time or since >= _PATIENCE or len(self.rows) >= most
            if last or gap <= aim:
                self._certify()
                if last or self.certificate.gap <= self.tol:
                    return
                aim /= 10
        self._certify()

    def best(self):
        """The best points as a start for Newton's method; None before the first candidate."""
        if self.primal is None:
            return None
        v, w = self.primal.point()
        return v if w is None else np.concatenate([v, w], axis=1), self.dual.nu

    def finish(self, solver, flat):
        """The `Solution`; with a warning if it misses the tolerance."""
        iterations, result = len(self.rows), self.certificate
        self._record(result.primal, result.dual, result.gap)
        seconds = self.rows[-1][0]
        if result.gap > self.tol:
            spent = f"{seconds:.1f} s and {iterations} iterations"
            message = f"after {spent} the certified gap {result.gap:.2e} is above tol {self.tol:.2e}"
            warnings.warn(message, ConvergenceWarning, stacklevel=3)
        v, w, nu = ((a if a is None or not flat else a[..., 0]) for a in self.point)
        return Solution(
            v=v, w=w, nu=nu, primal=result.primal, dual=result.dual, gap=result.gap, violation=result.violation,
            seconds=seconds, iterations=iterations, solver=solver,
            history=pd.DataFrame(self.rows, columns=["seconds", "iteration", "primal", "dual", "gap"]),
        )  # fmt: skip

    def _record(self, primal, dual, gap):
        self.rows.append((time.perf_counter() - self.started, len(self.rows) + 1, primal, dual, gap))

    def _certify(self):
        """Repair the primal point, judge both from scratch; exact multipliers only if those given prove too little."""
        program, nu, multipliers = self.program, self.dual.nu, self.dual.multipliers()
        v, w = self.primal.point()
        if not program.gated:
            v, w = repair(program, v), repair(program, w)
        result = certificate(program, v, w, nu, multipliers)
        if result.gap > self.tol and not program.gated:
            result = certificate(program, v, w, nu, refine_multipliers(program, nu, multipliers))
        self.certificate, self.point = result, (v, w, result.scale * program.loss.clip_dual(nu, program.y))


def _choose(program, solver, warm):
    """Solvers to try in turn with their iterations; Newton's method takes up what the others leave."""
    one_of("solver", solver, ("auto", "newton", "interior", "cvxpy"))
    if program.group_norm == "nuclear":
        if solver not in ("auto", "cvxpy"):
            raise ValueError(f"solver: expected 'auto' or 'cvxpy' for the nuclear norm, got {solver!r}")
        return [("cvxpy", _MAX_ITERATIONS)]
    if solver == "interior" and (program.gated or program.loss.name != "squared"):
        form = "gated" if program.gated else f"{program.loss.name} loss"
        raise ValueError(f"solver: 'interior' is for the squared loss with cones, got a program with {form}")
    if solver != "auto":
        return [(solver, _MAX_ITERATIONS)]
    work = interior.work(program)
    if work <= _LITTLE_WORK and not warm:
        return [(name, _MAX_ITERATIONS) for name in ("interior", "newton", "cvxpy", "newton")]
    plan = [("newton", _FIRST_TRY)]
    if work <= _MUCH_WORK:
        plan += [("interior", _MAX_ITERATIONS), ("newton", _MAX_ITERATIONS)]
    if np.prod(program.shape) <= _SMALL:
        plan += [("cvxpy", _MAX_ITERATIONS), ("newton", _MAX_ITERATIONS)]
    return plan if len(plan) > 1 else [("newton", _MAX_ITERATIONS)]


def _start(program, solution):
    try:
        v, w = primal_blocks(program, solution.v, solution.w)
        nu = dual_block(program, solution.nu)
    except (AttributeError, ValueError) as error:
        raise ValueError(f"warm_start: expected the Solution of a program of the same shape ({error})") from None
    return (v if w is None else np.concatenate([v, w], axis=1)), nu
