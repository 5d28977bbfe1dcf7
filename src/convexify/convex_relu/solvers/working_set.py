"""Gated programs on many patterns of large data: Newton's method on the patterns that matter, found as it goes."""

from dataclasses import replace
from functools import partial

import numpy as np

from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.solvers.conjugates import CONJUGATES
from convexify.convex_relu.solvers.linear_maps import LinearMaps, TimeUpError
from convexify.convex_relu.solvers.newton import NewtonSolver
from convexify.convex_relu.solvers.solution import Candidate

FIRST = 100  # patterns to begin with
_LARGE = 1e10  # multiplications of one pass over all patterns, half a second, from which on fewer passes pay
_PROGRESS = 3.0  # factor by which the gap on the working set falls before all patterns are looked at
_LONGEST = 10  # Newton steps after which they are looked at in any case


def pays(program):
    """Whether a pass over all patterns costs so much more than one over the working set that it is worth its steps."""
    return program.gated and program.shape[2] > 2 * FIRST and np.prod(program.shape, dtype=float) > _LARGE


def iterate(program, device="cpu", start=None, *, close=False, deadline=np.inf):
    r"""Generator of a `Candidate` after every Newton step on a working set of patterns; it ends at the deadline.

    Parameters
    ----------
    program : Program
        Gated.
    device : str
    start : (ndarray, ndarray), optional
        Primal point (d, P, c) and dual point (n, c).
    close : bool
        Whether the start is next to the solution of this very program.
    deadline : float
        ``time.perf_counter()`` at which it ends.

    Yields
    ------
    Candidate
        Its ``dual`` is minus infinity while only the working set has been looked at.

    Notes
    -----
    A group with :math:`\|X^\top D_i\nu\|<\beta` at the optimum is zero. `NewtonSolver` works on the :data:`FIRST`
    patterns with the largest norms and those that the start uses. Once its gap is a third of the one proved on all
    patterns, those left out are looked at in one pass: the largest norm of all scales :math:`\nu` to a bound for the
    whole program, and those beyond :math:`\beta` join, the largest first, so that the set at most doubles. The solver
    goes on from where it was with the same step. Fercoq, Gramfort, Salmon (2015), Mind the duality gap, ICML, is the
    background of choosing by the distance to the constraint.
    """
    maps = LinearMaps(program, device, deadline=deadline)
    everything = np.arange(program.shape[2])
    u, nu = (np.zeros(program.shape[1:]), CONJUGATES[program.loss.name](program.y).start()) if start is None else start
    solver = None
    try:
        correlation = maps.correlate(nu, everything)
        working = np.argsort(-_norms(correlation), kind="stable")[:FIRST]
        working = np.union1d(working, np.flatnonzero(u.any(axis=(0, 2))))
        best = [np.inf, _on_all(program, correlation, nu, working)[0]]
        while True:
            solver = _solver_on(program, working, device, deadline, u[:, working], nu, solver, start is None, close)
            waited = 0
            for primal, dual, state in solver.steps():
                point = partial(_point, program.shape[1:], working, state.u)
                best[0], waited = min(best[0], primal), waited + 1
                missing = None
                if relative_gap(best[0], dual) <= relative_gap(*best) / _PROGRESS or waited >= _LONGEST:
                    waited = 0
                    dual, missing = _on_all(program, maps.correlate(state.nu, everything), state.nu, working)
                    best[1] = max(best[1], dual)
                yield Candidate(primal, -np.inf if missing is None else dual, point, state.nu, lambda: None)
                if missing is not None and len(missing):
                    break
            u, nu = _point(program.shape[1:], working, solver.u)[0], state.nu
            working = np.sort(np.concatenate([working, missing]))
    except TimeUpError:
        return


def _solver_on(program, working, device, deadline, u, nu, before, cold, close):
    """A solver on a working set, from ``u, nu``; it takes over the step of the one ``before``."""
    restricted = replace(program, patterns=program.patterns[:, working])
    if before is None:
        return NewtonSolver(restricted, device, None if cold else (u, nu), close=close, deadline=deadline)
    solver = NewtonSolver(restricted, device, (u, nu), deadline=deadline)
    solver.sigma, solver.loss = before.sigma, before.loss
    return solver


def _on_all(program, correlation, nu, working):
    """Dual value of ``nu`` scaled by the norms of all patterns, and the patterns to add, at most as many as there are.

    Those are added whose norm is beyond ``beta`` when ``nu`` is scaled for the working set alone.
    """
    norms, loss = _norms(correlation), program.loss
    scales = [
        loss.best_scale(nu, program.y, program.beta / largest if largest > 0 else np.inf)
        for largest in (norms.max(), norms[working].max())
    ]
    beyond = np.setdiff1d(np.flatnonzero(scales[1] * norms > program.beta), working)
    beyond = beyond[np.argsort(-norms[beyond], kind="stable")][: len(working)]
    return loss.dual_value(scales[0] * nu, program.y), beyond


def _norms(correlation):
    return np.linalg.norm(correlation, axis=(0, 2))


def _point(shape, working, u):
    """The gated program's primal point (v, None) with ``u`` on the working set and zero elsewhere."""
    full = np.zeros(shape)
    full[:, working] = u
    return full, None
