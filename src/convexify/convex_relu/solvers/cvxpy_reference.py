"""The convex program as written, handed to cvxpy: the oracle of the tests and the yardstick of the benchmark."""

import numpy as np

from convexify.convex_relu.programs.certificates import certificate, objective, refine_multipliers
from convexify.convex_relu.programs.cone_projection import repair
from convexify.convex_relu.programs.convex_program import in_natural_units
from convexify.convex_relu.solvers.solution import Candidate

SOLVERS = ("CLARABEL", "SCS")


def solve_with_cvxpy(program, *, tolerance=1e-9, max_time=None, solver="CLARABEL"):
    """Solve a `Program` by an interior point method (Clarabel) or a splitting method (SCS) through cvxpy.

    Parameters
    ----------
    program : Program
    tolerance : float
        Absolute and relative tolerance asked of the solver.
    max_time : float, optional
        Seconds granted to the solver itself.
    solver : str
        ``"CLARABEL"`` or ``"SCS"``.

    Returns
    -------
    v, w : ndarray, shape (d, P, c)
        ``w`` is None for a gated program; cones hold to the solver's tolerance only.
    nu : ndarray, shape (n, c)
    multipliers : list of two ndarray, shape (n, P, c), or None
    iterations : int

    Raises
    ------
    RuntimeError
        If the solver returns no point.
    """
    import cvxpy as cp  # 2 s to import: only who asks for this solver pays

    _, d, p, c = program.shape
    parts = [[cp.Variable((d, c)) for _ in range(p)] for _ in range(1 if program.gated else 2)]
    f = cp.Variable(program.y.shape)
    total = 0
    for sign, part in zip((1, -1), parts, strict=False):
        total = total + sum(sign * (program.patterns[:, i, None] * program.X) @ u for i, u in enumerate(part))
    link = f == total
    signed = [] if program.gated else [(2.0 * program.patterns[:, i, None] - 1.0) * program.X for i in range(p)]
    cones = [[rows @ u >= 0 for rows, u in zip(signed, part, strict=True)] for part in parts if signed]
    norm = cp.normNuc if program.group_norm == "nuclear" else lambda u: cp.norm(u, "fro")
    penalty = program.beta * sum(norm(u) for part in parts for u in part)
    objective_expression = cvxpy_loss(program.loss, f, program.y) + penalty
    problem = cp.Problem(cp.Minimize(objective_expression), [link, *(cone for part in cones for cone in part)])
    problem.solve(solver=solver, **_options(solver, tolerance, max_time))
    if f.value is None or parts[0][0].value is None:
        raise RuntimeError(f"{solver} returned no point: status {problem.status}")
    blocks = [np.stack([u.value for u in part], axis=1) for part in parts]
    multipliers = [np.stack([cone.dual_value for cone in part], axis=1) for part in cones] or None
    # the Lagrangian of `f == total` has the term dual_value'(f - total), so that dual_value = -gradient of the loss
    nu = np.asarray(link.dual_value).reshape(program.y.shape)
    iterations = int(problem.solver_stats.num_iters or 0)
    return blocks[0], None if program.gated else blocks[1], nu, multipliers, iterations


def cvxpy_loss(loss, f, y):
    """The loss of ``f`` as a cvxpy expression."""
    import cvxpy as cp

    if loss.name == "squared":
        return 0.5 * cp.sum_squares(f - y)
    margin = cp.multiply(y, f)
    return cp.sum(cp.logistic(-margin) if loss.name == "logistic" else cp.pos(1 - margin))


def _options(solver, tolerance, max_time):
    if solver == "SCS":
        return {"eps": tolerance, "max_iters": 100_000, **({"time_limit_secs": max_time} if max_time else {})}
    options = {"tol_gap_abs": tolerance, "tol_gap_rel": tolerance, "tol_feas": tolerance, "max_threads": 1}
    return {**options, **({"time_limit": max_time} if max_time else {})}


def iterate(program, tolerance, max_time=None):
    """The one `Candidate` of cvxpy with Clarabel, with its dual point or the loss's gradient, whichever proves more.

    Where Clarabel gives up without a point, the candidate is zero.
    """
    from cvxpy.error import SolverError

    try:
        scaled, s, t = in_natural_units(program)
        v, w, nu, multipliers, _ = solve_with_cvxpy(scaled, tolerance=min(1e-3 * tolerance, 1e-8), max_time=max_time)
        v, w = v * (t / s), None if w is None else w * (t / s)
        multipliers = None if multipliers is None else [t * part for part in multipliers]
        options = [program.loss.clip_dual(t * nu, program.y)]
    except (RuntimeError, SolverError):
        v, multipliers, options = np.zeros(program.shape[1:]), None, []
        w = None if program.gated else v.copy()
    if not program.gated:
        v, w = repair(program, v), repair(program, w)
    if program.loss.value(np.zeros_like(program.y), program.y) <= objective(program, v, w):
        v, w = 0 * v, None if program.gated else 0 * w  # an interior point is never exactly zero
    if program.loss.smooth or not options:
        options.append(program.loss.negative_gradient(program.predict(v if w is None else v - w), program.y))
    certified = []
    for option in options:
        refined = refine_multipliers(program, option, multipliers)
        certified.append((certificate(program, v, w, option, refined), option, refined))
    best, nu, refined = max(certified, key=lambda entry: entry[0].dual)
    yield Candidate(best.primal, best.dual, lambda: (v, w), nu, lambda: refined)
