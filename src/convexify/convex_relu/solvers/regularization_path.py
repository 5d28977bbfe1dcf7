"""Regularisation path of the convex program: from the smallest beta with a zero solution down, each from the last."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_number, as_vector
from convexify.convex_relu.programs.cone_projection import project_onto_cones
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.solvers.solution import Solution
from convexify.convex_relu.solvers.solve import solve

_ROUNDING = 1e-13  # of a projection, relative to the length of the point


@dataclass(frozen=True)
class RegularizationPath:
    """Solutions along a decreasing sequence of penalties.

    Attributes
    ----------
    betas : ndarray, shape (k,)
        Decreasing.
    solutions : list of Solution
    beta_max : float
        The solution is zero for every ``beta`` from here on.
    """

    betas: np.ndarray
    solutions: list[Solution]
    beta_max: float

    @property
    def n_active(self):
        """Number of non-zero groups at every penalty, shape (k,)."""
        return np.array([count_active(s.v) + (0 if s.w is None else count_active(s.w)) for s in self.solutions])


def count_active(u):
    """Number of groups of ``u`` (d, P) or (d, P, c) that are not zero: above 1e-12 of the largest entry."""
    size = np.abs(np.moveaxis(u, 1, 0)).reshape(u.shape[1], -1).max(axis=1)
    return int((size > 1e-12 * size.max()).sum())


def beta_max(X, y, patterns, *, gated=False, loss="squared", group_norm="frobenius"):
    r"""Smallest ``beta`` for which zero solves the convex program.

    Parameters
    ----------
    X, y, patterns, gated, loss, group_norm
        As in `solve`.

    Returns
    -------
    float

    Notes
    -----
    With :math:`\nu=-\nabla L(0)` (``y`` for the squared and the hinge loss, ``y / 2`` for the logistic one) zero is
    optimal if and only if no group improves on it to first order:

    .. math:: \beta\ge\max_i\max_{\pm}\ \|\Pi_{C_i}(\pm X^\top D_i\nu)\|,\qquad C_i=\{u:(2D_i-I)Xu\ge0\},

    and without the projection if gated. If ``patterns`` holds every arrangement, this is
    :math:`\max_{\|u\|\le1}|\nu^\top(Xu)_+|`, the smallest penalty that makes the zero network optimal [1]_. With c
    outputs columns are projected one by one, and the norm is the dual of ``group_norm``. The nuclear norm with cones
    has no such formula; the value returned is then an upper bound: zero is optimal from there on, perhaps earlier.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML.

    Examples
    --------
    >>> beta_max([[3.0], [-4.0]], [1.0, 1.0], [[True, False], [False, True]])
    4.0
    """
    program = build_program(X, y, patterns, 1.0, gated=gated, loss=loss, group_norm=group_norm)
    _, d, p, c = program.shape
    correlation = program.correlate(program.loss.negative_gradient(np.zeros_like(program.y), program.y))
    free = program.dual_norms(correlation)
    if program.gated:
        return float(free.max())
    best = 0.0
    # in decreasing order of what a group can reach at most, until no group left can exceed the best found
    order = np.argsort(-free, kind="stable")
    for start in range(0, p, 32):
        which = order[start : start + 32]
        if free[which[0]] <= best:
            break
        signs = 2.0 * np.repeat(program.patterns[:, which], c, axis=1) - 1.0
        points = correlation[:, which].reshape(d, -1)
        for sign in (1.0, -1.0):
            projected = project_onto_cones(program.X, signs, sign * points)[0].reshape(d, len(which), c)
            best = max(best, float(np.minimum(program.dual_norms(projected), free[which]).max()))
    # Where every cone is {0}, the projections are rounding.
    return best if best > _ROUNDING * free.max() else 0.0


def regularization_path(X, y, patterns, betas=20, *, ratio=1e-3, gated=False, loss="squared", group_norm="frobenius",
                        **options):  # fmt: skip
    """Solve the convex program along decreasing penalties, each solution started from the one before.

    Parameters
    ----------
    X, y, patterns, gated, loss, group_norm
        As in `solve`.
    betas : int or array_like, shape (k,)
        Penalties, sorted here; or their number, spaced evenly on a logarithmic scale from `beta_max` down to
        ``ratio * beta_max``.
    ratio : float
        More than 0, less than 1.
    **options
        Given to `solve`: ``tol, max_time`` (for each penalty), ``solver, device``.

    Returns
    -------
    RegularizationPath

    Raises
    ------
    ValueError
        If a penalty is not positive, or ``betas`` is one number and no positive integer, or then ``ratio`` is out of
        range or zero is optimal for every penalty.
    """
    largest = beta_max(X, y, patterns, gated=gated, loss=loss, group_norm=group_norm)
    if np.ndim(betas) == 0:
        ratio = as_number("ratio", ratio, above=0.0, maximum=1.0)
        if ratio == 1:
            raise ValueError(f"ratio: expected less than 1, got {ratio}")
        count = np.asarray(betas)
        if count.dtype.kind not in "iuf" or not np.isfinite(count) or count != np.floor(count) or count < 1:
            raise ValueError(f"betas: expected an array or a positive number of penalties, got {betas!r}")
        if largest == 0:
            raise ValueError("betas: expected an array, for zero is optimal for every penalty and there is no scale")
        betas = largest * np.geomspace(1.0, ratio, int(betas))
    betas = np.sort(as_vector("betas", betas))[::-1]
    if betas[-1] <= 0:
        raise ValueError(f"betas: expected positive penalties, got {betas[-1]}")
    solutions = []
    for beta in betas:
        start = solutions[-1] if solutions else None
        program = {"gated": gated, "loss": loss, "group_norm": group_norm}
        solutions.append(solve(X, y, patterns, float(beta), warm_start=start, **program, **options))
    return RegularizationPath(betas, solutions, largest)
