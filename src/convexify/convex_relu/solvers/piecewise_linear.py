"""The convex program of two-layer networks with another piecewise linear activation: leaky ReLU, absolute value."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_matrix, as_number, as_patterns, as_vector
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.cone_projection import project_onto_cones


@dataclass(frozen=True)
class PiecewiseLinearOptimum:
    """Answer of `solve_piecewise_linear`.

    Attributes
    ----------
    v, w : ndarray, shape (d, P)
        Projected onto the cones.
    nu : ndarray, shape (n,)
        Dual feasible point.
    primal, dual, gap : float
        Objective, certified lower bound on every network whose neurons have the patterns, relative gap.
    violation : float
        Euclidean norm of what the point violates of its cones.
    """

    v: np.ndarray
    w: np.ndarray
    nu: np.ndarray
    primal: float
    dual: float
    gap: float
    violation: float

    def weights(self):
        """First-layer weights (d, m) and outputs (m,) of the balanced network with this objective."""
        network = TwoLayerReLU(np.hstack([self.v, self.w]), np.repeat([1.0, -1.0], self.v.shape[1])).rescaled()
        return network.W, network.a


def solve_piecewise_linear(X, y, patterns, beta, negative_slope, *, tolerance=1e-9):
    r"""Global optimum over two-layer networks with activation :math:`\phi(t)=\max(t,0)+\kappa\min(t,0)`.

    .. math::
       \min_{v,w}\ \tfrac12\Big\|\sum_iS_iX(v_i-w_i)-y\Big\|^2+\beta\sum_i(\|v_i\|+\|w_i\|)
       \quad\text{s.t.}\quad(2D_i-I)Xv_i\ge0,\ (2D_i-I)Xw_i\ge0,\qquad S_i=D_i+\kappa(I-D_i)

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    y : array_like, shape (n,)
    patterns : array_like of bool, shape (n, P)
        Column ``i`` is the diagonal of :math:`D_i`.
    beta : float
        Weight decay, more than 0.
    negative_slope : float
        :math:`\kappa`: 0 is ReLU, between 0 and 1 leaky ReLU, -1 the absolute value, 1 the identity.
    tolerance : float
        Asked of Clarabel.

    Returns
    -------
    PiecewiseLinearOptimum

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is out of range.

    Notes
    -----
    The activation is linear on the cone of a pattern, where :math:`\phi(Xu)=S_iXu`, and positively homogeneous: the
    argument for ReLU [1]_ goes through with :math:`S_i` in place of :math:`D_i`, and :math:`u=v_i/\sqrt{\|v_i\|}`,
    :math:`\alpha=\sqrt{\|v_i\|}` is the network. The dual constraint is :math:`|\nu^\top\phi(Xu)|\le\beta` for
    :math:`\|u\|\le1`; its left hand side is the largest norm of a projection of :math:`\pm X^\top S_i\nu` onto a cone,
    and the residual is scaled by it. For small programs: all groups go to Clarabel as written.

    References
    ----------
    .. [1] Pilanci, Ergen (2020), Neural networks are convex regularizers, ICML; Ergen, Pilanci (2025), The convex
       landscape of neural networks, IEEE Trans. Inf. Theory.

    Examples
    --------
    The absolute value of one neuron fits ``y = |x|`` up to its shrinkage, half of what the ReLU pays:

    >>> X, y = np.array([[-1.0], [1.0]]), np.array([1.0, 1.0])
    >>> answer = solve_piecewise_linear(X, y, np.array([[False, True], [True, False]]), 0.1, -1.0)
    >>> round(answer.primal, 6), answer.gap < 1e-6
    (0.0975, True)
    """
    import cvxpy as cp  # 2 s to import: only who asks for this solver pays

    X = as_matrix("X", X)
    y = as_vector("y", y, length=len(X))
    patterns = as_patterns("patterns", patterns, rows=len(X))
    beta, slope = as_number("beta", beta, above=0.0), as_number("negative_slope", negative_slope)
    slopes = np.where(patterns, 1.0, slope)
    signs = 2.0 * patterns - 1.0
    parts = [cp.Variable((X.shape[1], patterns.shape[1])) for _ in range(2)]
    outputs = cp.sum(cp.multiply(slopes, X @ (parts[0] - parts[1])), axis=1)
    penalty = sum(cp.sum(cp.norm(part, axis=0)) for part in parts)
    objective = cp.Minimize(0.5 * cp.sum_squares(outputs - y) + beta * penalty)
    problem = cp.Problem(objective, [cp.multiply(signs, X @ part) >= 0 for part in parts])
    accuracy = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), tolerance)
    problem.solve(solver="CLARABEL", max_threads=1, **accuracy)
    if parts[0].value is None:
        raise RuntimeError(f"CLARABEL returned no point: status {problem.status}")
    v, w = (project_onto_cones(X, signs, part.value)[0] for part in parts)
    rows = [np.minimum(signs * (X @ part), 0.0) for part in (v, w)]
    residual = y - (slopes * (X @ (v - w))).sum(axis=1)
    primal = 0.5 * float(residual @ residual) + beta * float(np.linalg.norm(np.hstack([v, w]), axis=0).sum())
    nu = residual * _scale(X, y, slopes, signs, residual, beta)
    dual = float(nu @ y - 0.5 * nu @ nu)
    return PiecewiseLinearOptimum(v, w, nu, primal, dual, relative_gap(primal, dual), float(np.linalg.norm(rows)))


def _scale(X, y, slopes, signs, residual, beta):
    """Factor that makes the residual dual feasible, the best one among those."""
    correlation = X.T @ (slopes * residual[:, None])
    largest = max(
        np.linalg.norm(project_onto_cones(X, signs, sign * correlation)[0], axis=0).max() for sign in (1.0, -1.0)
    )
    square = float(residual @ residual)
    best = float(residual @ y) / square if square > 0 else 0.0
    return float(np.clip(best, 0.0, beta / largest if largest > 0 else np.inf))
