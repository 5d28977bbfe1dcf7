"""One call for every convex ReLU program: check, solve, repair, certify."""

import time

import numpy as np

from convexify.checks import as_number
from convexify.convex_relu.programs.certificates import dual_block, primal_blocks
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers import cvxpy_reference, interior_point, newton, splitting, working_set
from convexify.convex_relu.solvers.portfolio import Portfolio, plan_solvers
from convexify.devices import resolve_device


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
    solver : {"auto", "newton", "interior", "splitting", "cvxpy"}
        ``"newton"`` is `solvers.newton.NewtonSolver`, for the Frobenius norm, on a working set of patterns
        (`solvers.working_set`) where a gated program has many of them on large data; ``"interior"`` is
        `solvers.interior_point.InteriorPoint`, for the squared loss with cones and moderate sizes, which a weak penalty
        does not slow down; ``"splitting"`` is `solvers.splitting.SlackSplitting`, for the squared loss with cones on
        data that is too large for both, to moderate accuracy; ``"cvxpy"`` hands the program to Clarabel. ``"auto"``
        takes the interior point method for small programs with cones and those of moderate size with a weak penalty,
        the splitting on large data with cones, and Newton's method otherwise, and turns to the next one that applies
        should it stall.
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
        Naming the argument that is not finite, has the wrong shape, is empty, is out of range, or so large or small
        that its squares leave float64.

    Warns
    -----
    ConvergenceWarning
        If the certified gap of the answer is above ``tol``, or is NaN.

    Notes
    -----
    The program is that of [1]_ when ``patterns`` holds every arrangement, and its restriction to a sample otherwise:
    gap and dual bound speak about the program on the patterns given.

    The answer is sparse (`solvers.crossover`): groups that ``tol`` does not need are exactly zero, so that a tighter
    tolerance may leave more of them, and at most ``n c`` are not.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML.

    Examples
    --------
    The papers' five points, λ = 1e-4 in the 1/(2n) scaling; the optimum over all patterns is certified:

    >>> from convexify.convex_relu import enumerate_patterns
    >>> X, y = np.column_stack([np.arange(-2.0, 3.0), np.ones(5)]), np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    >>> solution = solve(X, y, enumerate_patterns(X), beta=5 * 1e-4, tol=1e-7)
    >>> round(solution.primal / 5, 6), solution.gap <= 1e-7
    (0.001012, True)
    """
    started = time.perf_counter()
    program = build_program(X, y, patterns, beta, gated=gated, loss=loss, group_norm=group_norm)
    tol = as_number("tol", tol, above=0.0)
    max_time = np.inf if max_time is None else as_number("max_time", max_time, above=0.0, allow_infinite=True)
    device = resolve_device(device)
    start = None if warm_start is None else _start(program, warm_start)
    plan = plan_solvers(program, solver, warm=start is not None)
    portfolio = Portfolio(program, tol, started, max_time)
    for name, iterations in plan:
        left = max(max_time - (time.perf_counter() - started), 1e-3)
        if name == "newton":
            better = portfolio.best_point()
            iterate = working_set.iterate if working_set.pays(program) else newton.iterate
            candidates = iterate(
                program, device, better or start, close=better is not None, deadline=started + max_time
            )
        elif name == "interior":
            candidates = interior_point.iterate(program)
        elif name == "splitting":
            candidates = splitting.iterate(program, device, started + max_time)
        else:
            candidates = cvxpy_reference.iterate(program, tol, left if np.isfinite(left) else None)
        portfolio.follow(candidates, iterations)
        if portfolio.certificate.gap <= tol or time.perf_counter() - started > max_time:
            break
    return portfolio.finish(name, squeeze=np.ndim(y) == 1)


def _start(program, solution):
    try:
        v, w = primal_blocks(program, solution.v, solution.w)
        nu = dual_block(program, solution.nu)
    except (AttributeError, ValueError) as error:
        raise ValueError(f"warm_start: expected the Solution of a program of the same shape ({error})") from None
    return (v if w is None else np.concatenate([v, w], axis=1)), nu
