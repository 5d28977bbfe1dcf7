"""Certificate of any point of a convex program from data and variables alone: objective, dual bound, violation."""

import time
from dataclasses import dataclass

import numpy as np

from convexify.checks import as_batch, as_matrix
from convexify.convex_relu.programs.cone_projection import project_onto_cones
from convexify.convex_relu.programs.convex_program import build_program

_CHUNK = 1_000_000  # rows times groups whose multipliers are found at once


@dataclass(frozen=True)
class Certificate:
    """What can be proved about a primal point and a dual point.

    Attributes
    ----------
    primal : float
        Objective of the primal point.
    dual : float
        Objective of the scaled dual point: a lower bound on the optimum, up to rounding.
    gap : float
        Relative duality gap ``(primal - dual) / primal``; 0 if both are 0. The primal point is at most this fraction of
        its objective above the optimum, provided that ``violation`` is negligible.
    violation : float
        Euclidean norm, over all cone rows, of the negative part of (2 D_i - I) X v_i and (2 D_i - I) X w_i.
    scale : float
        Factor that was applied to the dual point to make it feasible.
    bound : float
        Proved upper bound on the largest dual norm among the groups before scaling; ``scale * bound <= beta``.
    """

    primal: float
    dual: float
    gap: float
    violation: float
    scale: float
    bound: float


def relative_gap(primal, dual):
    """``(primal - dual) / max(primal, tiny)``, at least 0; objectives of these programs are never negative.

    NaN if one of them is NaN, infinite if no primal or no dual value is known.
    """
    if np.isinf(primal) or np.isinf(dual):
        return np.inf
    return float(np.maximum(0.0, primal - dual) / np.maximum(primal, np.finfo(float).tiny))


def evaluate(
    X, y, patterns, beta, v, w=None, *, nu, multipliers=None, gated=False, loss="squared", group_norm="frobenius"
):
    r"""Certificate of a primal and a dual point, computed from scratch in float64.

    Parameters
    ----------
    X, y, patterns, beta, gated, loss, group_norm
        The program, as in `solve`.
    v, w : ndarray, shape (d, P) or (d, P, c)
        Primal point; ``w`` is None for a gated program.
    nu : ndarray, shape (n,) or (n, c)
        Dual point, one number for each prediction; it is scaled into the dual feasible set.
    multipliers : pair of ndarray, shape (n, P) or (n, P, c), optional
        Multipliers of the cones of ``v`` and of ``w``; negative entries count as 0. Default: all 0.

    Returns
    -------
    Certificate

    Notes
    -----
    The dual is the maximum of :math:`-L^*(-\nu)` over the :math:`\nu` with
    :math:`\max\{\pm\nu^\top D_iXu:\ \|u\|\le1,\ (2D_i-I)Xu\ge0\}\le\beta` for every pattern [1]_. That maximum is the
    dual norm of the projection of :math:`\pm X^\top D_i\nu` onto the cone, hence at most

    .. math:: \|\pm X^\top D_i\nu+X^\top(2D_i-I)\mu\|_*\quad\text{for any}\quad \mu\ge0,

    which is the bound used here: it needs no trust in whoever produced :math:`\mu`. Scaling :math:`\nu` and
    :math:`\mu` by ``beta`` over the largest bound gives a feasible dual point.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML.
    """
    program = build_program(X, y, patterns, beta, gated=gated, loss=loss, group_norm=group_norm)
    v, w = primal_blocks(program, v, w)
    return certificate(program, v, w, dual_block(program, nu), multiplier_blocks(program, multipliers))


def certify_point(X, y, patterns, beta, v, w=None, *, nu=None, multipliers=None, gated=False, loss="squared",
                  group_norm="frobenius"):  # fmt: skip
    """Certificate of a primal point alone: the dual point and the cones' multipliers are found here.

    Parameters
    ----------
    X, y, patterns, beta, v, w, gated, loss, group_norm
        As in `evaluate`.
    nu : ndarray, shape (n,) or (n, c), optional
        Dual point; by default the negative gradient of the loss at the prediction, which is optimal at an optimum of a
        smooth loss. The hinge loss has no unique gradient, so that its default bound may be loose.
    multipliers : pair of ndarray, optional
        Multipliers to start from. Where they do not prove feasibility they are replaced by the exact ones.

    Returns
    -------
    Certificate
    """
    program = build_program(X, y, patterns, beta, gated=gated, loss=loss, group_norm=group_norm)
    v, w = primal_blocks(program, v, w)
    if nu is None:
        nu = program.loss.negative_gradient(program.predict(v if w is None else v - w), program.y)
    nu = dual_block(program, nu)
    return certificate(program, v, w, nu, refine_multipliers(program, nu, multiplier_blocks(program, multipliers)))


def certificate(program, v, w, nu, multipliers):
    """`evaluate` for a `Program`: ``v, w`` (d, P, c), ``nu`` (n, c), ``multipliers`` None or a pair of (n, P, c)."""
    primal = objective(program, v, w)
    nu = program.loss.clip_dual(nu, program.y)
    bound = float(max(b.max() for b in dual_bounds(program, nu, multipliers)))
    scale = program.loss.best_scale(nu, program.y, program.beta / bound if bound > 0 else np.inf)
    dual = program.loss.dual_value(scale * nu, program.y)
    return Certificate(primal, dual, relative_gap(primal, dual), violation(program, v, w), scale, bound)


def objective(program, v, w):
    """Loss plus penalty of ``v, w`` (d, P, c) in float64; ``w`` None if gated."""
    penalty = sum(float(program.norms(u).sum()) for u in ([v] if w is None else [v, w]))
    return program.loss.value(program.predict(v if w is None else v - w), program.y) + program.beta * penalty


def violation(program, v, w):
    """Euclidean norm of the negative part of all cone rows of ``v, w`` (d, P, c); 0 if gated."""
    if w is None:
        return 0.0
    return float(np.sqrt(sum(float((np.minimum(r, 0) ** 2).sum()) for u in (v, w) for _, r in program.cone_rows(u))))


def dual_bounds(program, nu, multipliers):
    """Proved bounds on the groups' dual norms at ``nu``: [for v] if gated, [for v, for w] with cones; (P,) each."""
    correlation = program.correlate(nu)
    if program.gated:
        return [program.dual_norms(correlation)]
    if multipliers is None:
        return [program.dual_norms(correlation)] * 2
    lifted = [program.lift(np.maximum(m, 0.0)) for m in multipliers]
    return [program.dual_norms(sign * correlation + part) for sign, part in zip((1, -1), lifted, strict=True)]


def refine_multipliers(program, nu, multipliers=None, deadline=np.inf):
    """Multipliers that prove the smallest possible bound wherever those given fail to prove ``nu`` feasible.

    Those given stay for the groups that ``time.perf_counter()`` at ``deadline`` cuts off.
    """
    if program.gated:
        return None
    n, _, p, c = program.shape
    multipliers = [np.zeros((n, p, c)) for _ in range(2)] if multipliers is None else [m.copy() for m in multipliers]
    scale = program.loss.best_scale(nu, program.y) or 1.0
    correlation = program.correlate(nu)
    for sign, part, bound in zip((1, -1), multipliers, dual_bounds(program, nu, multipliers), strict=True):
        open_groups = np.flatnonzero(scale * bound > program.beta * (1 - 1e-12))
        step = max(1, min(64, _CHUNK // n))
        for start in range(0, len(open_groups), step):
            if time.perf_counter() > deadline:
                break
            which = open_groups[start : start + step]
            signs = 2.0 * np.repeat(program.patterns[:, which], c, axis=1) - 1.0
            points = sign * correlation[:, which].reshape(-1, len(which) * c)
            likely = [np.flatnonzero(m > 1e-3 * m.max())[: 2 * len(points)] for m in part[:, which].reshape(n, -1).T]
            _, values, support = project_onto_cones(program.X, signs, points, likely)
            found = np.zeros((n, len(which) * c))
            for column, rows in enumerate(support):
                found[rows, column] = values[column]
            found = found.reshape(n, len(which), c)
            if program.group_norm == "nuclear":  # the Euclidean projection need not have the least spectral norm
                lifted = program.X.T @ (found.reshape(n, -1) * signs)
                improved = program.dual_norms((points + lifted).reshape(-1, len(which), c)) < bound[which]
                which, found = which[improved], found[:, improved]
            part[:, which] = found
    return multipliers


def primal_blocks(program, v, w):
    """``v`` and ``w`` as (d, P, c) arrays; `ValueError` if a shape does not fit or ``w`` is missing or superfluous."""
    if program.gated != (w is None):
        raise ValueError(f"w: expected {'None' if program.gated else 'an array'} for gated={program.gated}")
    return _block(program, "v", v), None if w is None else _block(program, "w", w)


def dual_block(program, nu):
    """``nu`` as a (n, c) array in the domain of the loss's conjugate; `ValueError` if its shape does not fit."""
    n, _, _, c = program.shape
    nu = as_batch("nu", nu, shape=())
    nu = as_matrix("nu", np.reshape(nu, (n, c)) if np.size(nu) == n * c else nu, rows=n, columns=c)
    return program.loss.clip_dual(nu, program.y)


def multiplier_blocks(program, multipliers):
    """A pair of multipliers as (n, P, c) arrays, or None; `ValueError` if a shape does not fit."""
    if multipliers is None:
        return None
    n, _, p, c = program.shape
    multipliers = [as_batch("multipliers", part, shape=()) for part in multipliers]
    for part in multipliers:
        if part.size != n * p * c:
            raise ValueError(f"multipliers: expected arrays of shape ({n}, {p}, {c}), got {part.shape}")
    return [np.reshape(part, (n, p, c)) for part in multipliers]


def sparse_multipliers(program, multipliers):
    """A pair of multipliers (n, P, c) as arrays ``cone`` (part, group, output in C order), ``row`` and ``value``.

    Where there are more than a projection can have, an interior point method's, only the large ones of each cone stay.
    """
    if multipliers is None:
        return {"cone": np.empty(0, np.int64), "row": np.empty(0, np.int64), "value": np.empty(0)}
    n, d, p, c = program.shape
    found = []
    for part in multipliers:
        flat = np.maximum(part.reshape(n, -1), 0.0).T
        if np.count_nonzero(flat) > 2 * d * len(flat):
            flat = np.where(flat > 1e-3 * flat.max(axis=1, keepdims=True), flat, 0.0)
        cone, row = np.nonzero(flat)
        found.append((cone + len(found) * p * c, row, flat[cone, row]))
    cone, row, value = (np.concatenate(entries) for entries in zip(*found, strict=True))
    return {"cone": cone, "row": row, "value": value}


def dense_multipliers(program, sparse):
    """The pair of arrays (n, P, c) that `sparse_multipliers` came from, or None if there is none."""
    if program.gated or not len(sparse["cone"]):
        return None
    n, _, p, c = program.shape
    dense = np.zeros((2 * p * c, n))
    dense[sparse["cone"], sparse["row"]] = sparse["value"]
    return [part.T.reshape(n, p, c) for part in np.split(dense, 2)]


def _block(program, name, u):
    _, d, p, c = program.shape
    u = as_batch(name, u, shape=())
    if u.shape not in {(d, p, c), (d, p)} or u.size != d * p * c:
        raise ValueError(f"{name}: expected an array of shape ({d}, {p}, {c}), got shape {u.shape}")
    return u.reshape(d, p, c)
