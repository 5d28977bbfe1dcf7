"""Crossover: from an answer within its tolerance to a sparse one, by pruning and by Carathéodory's theorem."""

import numpy as np
from scipy.linalg import qr, solve_triangular

from convexify.convex_relu.programs.certificates import objective

_DEPENDENT = 1e-10  # relative size of a pivot that counts as zero
_CHEAP = 2e9  # multiplications of a factorization that looks for dependent groups where it need not find any
_CHUNK = 4_000_000  # entries of the largest temporary array
_FIRST_SHARE = 0.1  # of what may be spent, before dependent groups, which cost nothing, are looked for
_PASSES = 4  # of the pruning; the second one rarely removes a group, and none but the first is long


def sparsify(program, v, w, limit):
    r"""A sparse point of the program with an objective of at most ``limit``.

    Parameters
    ----------
    program : Program
    v, w : ndarray, shape (d, P, c)
        Point within the cones; ``w`` is None if gated.
    limit : float
        Objective that may be spent, for instance ``dual / (1 - tol)``. Where it is below that of ``v, w`` groups are
        removed only as long as the objective does not grow.

    Returns
    -------
    v, w : ndarray, shape (d, P, c)
        Groups are those given, each times a factor of at least 0: they stay in their cones.

    Notes
    -----
    Group :math:`g` contributes :math:`c_g=\pm D_gXu_g` to the prediction at the price :math:`p_g=\beta\|u_g\|`.

    1. *Pruning*: in the order of :math:`\|c_g\|` a group is removed if the objective without it is within the limit. At
       an optimum :math:`p_g=\nu^\top c_g`, so that removing it costs :math:`\tfrac12\|c_g\|^2` for the squared loss: an
       interior point method's tiny groups cost next to nothing. At the end no single group can be spared.
    2. *Carathéodory* [1]_: while contributions are dependent, :math:`\sum_g\delta_gc_g=0` with
       :math:`\sum_g\delta_gp_g\le0`, factors :math:`1+t\delta_g` keep the prediction and do not raise the penalty until
       one of them is 0. What is left is independent: at most ``n c`` groups, n for one output, one less than the n + 1
       of the theorem because the penalty may fall. The walk is that of the simplex method: dependent groups are
       expressed in a basis chosen by pivoting, and each step drops a group or exchanges one of the basis.

    The second part is done where there are more than ``n c`` groups, and elsewhere if it is cheap.

    References
    ----------
    .. [1] Wang, Lacotte, Pilanci (2022), The hidden convex optimization landscape of regularized two-layer ReLU
       networks, ICLR.
    """
    p = program.shape[2]
    u = v if w is None else np.concatenate([v, w], axis=1)
    start = objective(program, v, w)
    limit = max(limit, start)
    groups = _Groups(program, u)
    groups.prune(start + _FIRST_SHARE * (limit - start))
    groups.independent()
    groups.prune(limit)
    factors = groups.factors
    sparse = u * factors[:, None]
    sparse = (sparse, None) if w is None else (sparse[:, :p], sparse[:, p:])
    # the objective from scratch decides: rounding of many steps must not cost what was proved
    return sparse if objective(program, *sparse) <= limit + 1e-13 * abs(start) else (v, w)


class _Groups:
    """Groups of a point, each with a factor of at least 0, at first 1; those without a factor are gone."""

    def __init__(self, program, u):
        self.program, self.u = program, u
        groups, p = u.shape[1], program.shape[2]
        self.pattern = np.arange(groups) % p
        self.sign = np.where(np.arange(groups) < p, 1.0, -1.0)
        blocks = [u] if groups == p else [u[:, :p], u[:, p:]]
        self.prices = program.beta * np.concatenate([program.norms(block) for block in blocks])
        self.factors = (self.prices > 0).astype(float)

    def alive(self):
        return np.flatnonzero(self.factors)

    def contributions(self, which):
        """Chunks of ``which`` and their parts of the prediction, shape (n c, chunk)."""
        n, _, _, c = self.program.shape
        step = max(1, _CHUNK // (n * c))
        for start in range(0, len(which), step):
            some = which[start : start + step]
            scaled = self.u[:, some] * (self.sign[some] * self.factors[some])[:, None]
            rows = (self.program.X @ scaled.reshape(len(scaled), -1)).reshape(n, len(some), c)
            rows *= self.program.patterns[:, self.pattern[some], None]
            yield some, rows.transpose(0, 2, 1).reshape(n * c, len(some))

    def prune(self, limit):
        """Remove, the smallest contribution first, every group without which the objective stays within ``limit``."""
        program, loss = self.program, self.program.loss
        for _ in range(_PASSES):
            which = self.alive()
            if not len(which):
                return
            sizes, total = np.empty(len(which)), np.zeros(program.y.size)
            done = 0
            for some, parts in self.contributions(which):
                sizes[done : done + len(some)] = np.linalg.norm(parts, axis=0)
                total += parts.sum(axis=1)
                done += len(some)
            penalty = float(self.prices[which] @ self.factors[which])
            removed = []
            for some, parts in self.contributions(which[np.argsort(sizes, kind="stable")]):
                for g, part in zip(some, parts.T, strict=True):
                    price = self.prices[g] * self.factors[g]
                    without = total - part
                    if loss.value(without.reshape(program.y.shape), program.y) + penalty - price <= limit:
                        total, penalty = without, penalty - price
                        removed.append(g)
            self.factors[removed] = 0.0
            if not removed:
                return

    def independent(self):
        """Reduce the groups to ones with independent contributions."""
        which, size = self.alive(), self.program.y.size
        if len(which) < 2 or (len(which) <= size and size * len(which) ** 2 > _CHEAP):
            return
        columns = np.hstack([parts for _, parts in self.contributions(which)])
        self.factors[which] *= caratheodory(columns, self.prices[which] * self.factors[which])


def caratheodory(columns, prices):
    """Factors ``s >= 0`` on independent columns, with the same sum of columns and no larger sum of prices.

    Parameters
    ----------
    columns : ndarray, shape (m, k)
    prices : ndarray, shape (k,)
        At least 0.

    Returns
    -------
    ndarray, shape (k,)
        At most m entries are not 0.
    """
    lengths = np.linalg.norm(columns, axis=0)
    factors = np.zeros(len(lengths))
    heard = np.flatnonzero(lengths)  # a silent column is dropped
    if len(heard):  # of unit length, so that a short column counts as dependent only if it is
        unit = columns[:, heard] / lengths[heard]
        weights = _reduced(unit, prices[heard] / lengths[heard], lengths[heard].copy())
        factors[heard] = weights / lengths[heard]
    return _refit(columns, columns.sum(axis=1), factors)


def _reduced(columns, prices, factors):
    """Factors on independent columns, with the same sum of ``columns`` times factors and no larger sum of prices."""
    k = columns.shape[1]
    triangle, pivots = qr(columns, mode="r", pivoting=True, check_finite=False)
    diagonal = np.abs(np.diagonal(triangle))
    rank = int((diagonal > _DEPENDENT * diagonal[0]).sum())
    if rank == k:
        return factors
    basis, rest = pivots[:rank].copy(), pivots[rank:]
    # each column that is not in the basis, written in it
    table = solve_triangular(triangle[:rank, :rank], triangle[:rank, rank:k])
    for position, j in enumerate(rest):
        column = table[:, position]
        # the factor of j falls and the basis makes up for it, or the other way round where that is cheaper
        change = column if prices[j] >= prices[basis] @ column else -column
        falling = np.flatnonzero(change < -1e-9 * np.abs(change).max(initial=0.0))
        ratios = factors[basis[falling]] / -change[falling]
        step = float(ratios.min(initial=np.inf))
        if change is column and factors[j] <= step:
            step = factors[j]
            factors[basis] += step * change
            factors[j] = 0.0
        elif np.isfinite(step):
            leaving = int(falling[ratios.argmin()])
            factors[basis] += step * change
            factors[j] += step if change is not column else -step
            factors[basis[leaving]] = 0.0
            basis[leaving] = j
            row = table[leaving, position + 1 :] / column[leaving]
            table[:, position + 1 :] -= np.outer(column, row)
            table[leaving, position + 1 :] = row
        np.maximum(factors, 0.0, out=factors)
    return factors


def _refit(columns, target, factors):
    """``factors`` corrected by least squares for the rounding of many steps, where that keeps them positive."""
    alive = np.flatnonzero(factors)
    error = target - columns @ factors
    step = np.linalg.lstsq(columns[:, alive], error, rcond=None)[0]
    better = factors.copy()
    better[alive] += step
    improves = np.linalg.norm(target - columns @ better) < np.linalg.norm(error)
    return better if improves and (better[alive] > 0).all() else factors
