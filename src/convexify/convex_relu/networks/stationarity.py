"""Stationary points of two-layer ReLU training: each is the optimum of a convex program on its own signs."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import lsq_linear

from convexify.checks import as_matrix, as_number, as_vector
from convexify.convex_relu.networks.optimality import matched, network_objective
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.patterns.gates import TIE_TOLERANCE, sign_patterns
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.cone_projection import project_onto_cones
from convexify.convex_relu.programs.losses import check_labels, loss_named
from convexify.convex_relu.solvers.cvxpy_reference import cvxpy_loss


@dataclass(frozen=True)
class Stationarity:
    """A network beside the convex program on its own signs.

    Attributes
    ----------
    objective : float
        Of the network, with weight decay as it is.
    restricted_objective : float
        Optimum of the convex program restricted to the network's sign patterns, found by cvxpy.
    lower_bound : float
        Proved bound on that optimum, from the network's own residual and without any solver.
    gap : float
        ``(objective - restricted_objective) / objective``.
    residual : float
        Norm of the smallest element of the generalised gradient of the network's objective; 0 if it is stationary.
    """

    objective: float
    restricted_objective: float
    lower_bound: float
    gap: float
    residual: float


@dataclass(frozen=True)
class RestrictedOptimum:
    """Answer to the convex program on given signs, with its proof.

    Attributes
    ----------
    v, w : ndarray, shape (d, P)
        Inside the cones: equalities and inequalities hold to rounding.
    objective, lower_bound : float
        Of that point, and of the scaled residual as a dual point; both from scratch in float64.
    gap : float
        Certified relative duality gap.
    violation : float
        Euclidean norm of the violated rows of all cones.
    """

    v: np.ndarray
    w: np.ndarray
    objective: float
    lower_bound: float
    gap: float
    violation: float


def restricted_patterns(network, X, *, tolerance=TIE_TOLERANCE):
    """Distinct sign patterns, shape (n, P), entries -1, 0, +1, of the neurons of a `TwoLayerReLU` that are not zero.

    A pre-activation of at most ``tolerance * ‖x_i‖‖u‖`` counts as 0: a network trained by (sub)gradient steps stops
    near a kink, not on it.
    """
    signs = _signs(network.rescaled(), as_matrix("X", X, columns=len(network.W)), tolerance)
    return signs[:, np.sort(np.unique(signs, axis=1, return_index=True)[1])]


def stationarity(network, X, y, beta, *, loss="squared", tolerance=TIE_TOLERANCE):
    r"""Compare a network with the global optimum of the convex program on its own signs.

    Parameters
    ----------
    network : TwoLayerReLU
        With one output.
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    beta : float
    loss : {"squared", "logistic", "hinge"}
    tolerance : float
        See `restricted_patterns`.

    Returns
    -------
    Stationarity

    Notes
    -----
    Let ``r`` be the loss's gradient at the outputs. Stationarity means, for every neuron and some :math:`t\in[0,1]^n`
    that is 1 where its pre-activation is positive and 0 where it is negative,
    :math:`\alpha X^\top\mathrm{diag}(t)r+\beta u=0` and :math:`(Xu)_+^\top r+\beta\alpha=0`. Then
    :math:`\|u\|=|\alpha|`, and the entries :math:`t_ir_i` at kinks are multipliers of :math:`x_i^\top u=0`: together
    with zero multipliers for the strict signs they prove that the network is optimal among all combinations of neurons
    with its neurons' signs, zeros included [1]_. So objective and restricted objective agree exactly at stationary
    points, and ``lower_bound``, the dual value of the network's scaled residual, equals both.

    References
    ----------
    .. [1] Wang, Lacotte, Pilanci (2022), The hidden convex optimization landscape of regularized two-layer ReLU
       networks, ICLR.
    """
    X, y, loss_object, beta = _single_output(network, X, y, beta, loss)
    objective = network_objective(network, X, y, beta, loss=loss)
    signs = restricted_patterns(network, X, tolerance=tolerance)
    optimum = solve_restricted(X, y, signs, beta, loss=loss).objective
    return Stationarity(
        objective,
        optimum,
        _lower_bound(X, y, signs, beta, loss_object, loss_object.negative_gradient(network.predict(X), y)),
        relative_gap(objective, optimum),
        generalised_gradient_norm(network, X, y, beta, loss=loss, tolerance=tolerance),
    )


def solve_restricted(X, y, signs, beta, *, loss="squared"):
    r"""Convex program whose neurons have given signs, equalities :math:`x_i^\top u=0` included, by cvxpy.

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    signs : array_like, shape (n, P)
        Entries -1, 0, +1.
    beta : float
    loss : {"squared", "logistic", "hinge"}

    Returns
    -------
    RestrictedOptimum

    Raises
    ------
    ValueError
        If an argument has the wrong shape, or a column of ``signs`` belongs to the zero weight vector alone.

    Notes
    -----
    The equalities are solved for: a neuron is sought in the null space of its zero rows. Clarabel's point is projected
    onto the cones there. The dual point is the loss's negative gradient at the prediction: for a smooth loss it is
    optimal where the point is; for the hinge its bound may be loose.
    """
    import cvxpy as cp  # 2 s to import

    X, loss, beta = as_matrix("X", X), loss_named(loss), as_number("beta", beta, above=0.0)
    n, d = X.shape
    y = as_vector("y", y, length=n)
    if np.size(signs) == 0:
        return _optimum_at((np.zeros((d, 0)),) * 2, X, y, np.zeros((n, 0)), beta, loss)
    signs = as_matrix("signs", signs, rows=n)
    bases = [_free_directions(X, s) for s in signs.T]
    if not all(basis.shape[1] for basis in bases):
        raise ValueError("signs: expected patterns that some non-zero weight vector has, got one that only 0 has")
    parts = [[cp.Variable(basis.shape[1]) for basis in bases] for _ in range(2)]
    prediction, penalty, cones = 0, 0, []
    for sign, part in zip((1, -1), parts, strict=True):
        for z, basis, s in zip(part, bases, signs.T, strict=True):
            prediction = prediction + sign * (np.where(s > 0, 1.0, 0.0)[:, None] * X @ basis) @ z
            penalty = penalty + cp.norm(z, 2)
            cones.append(((s[:, None] * X)[s != 0] @ basis) @ z >= 0)
    problem = cp.Problem(cp.Minimize(cvxpy_loss(loss, prediction, y) + beta * penalty), cones)
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10, max_threads=1)
    point = tuple(
        np.column_stack(
            [basis @ _into_cone(X @ basis, s, z.value) for z, basis, s in zip(part, bases, signs.T, strict=True)]
        )
        for part in parts
    )
    return _optimum_at(point, X, y, signs, beta, loss)


def _optimum_at(point, X, y, signs, beta, loss):
    """`RestrictedOptimum` of a point ``v, w``: everything is computed again from it."""
    v, w = point
    f = ((X @ (v - w)) * (signs > 0)).sum(axis=1)
    objective = loss.value(f, y) + beta * float(np.linalg.norm(v, axis=0).sum() + np.linalg.norm(w, axis=0).sum())
    lower = _lower_bound(X, y, signs, beta, loss, loss.negative_gradient(f, y))
    rows = [X @ u for u in (v, w)]
    violated = sum(float(np.sum(np.where(signs == 0, r, np.minimum(signs * r, 0.0)) ** 2)) for r in rows)
    return RestrictedOptimum(v, w, objective, lower, relative_gap(objective, lower), float(np.sqrt(violated)))


def _lower_bound(X, y, signs, beta, loss, nu):
    """Dual value of the best feasible multiple of ``nu``."""
    bound = max((_dual_norm(X, s, sign * nu) for s in signs.T for sign in (1, -1)), default=0.0)
    return loss.dual_value(loss.best_scale(nu, y, beta / bound if bound > 0 else np.inf) * nu, y)


def _into_cone(rows, s, z):
    """Projection of ``z`` onto the cone of the strict signs, in the coordinates of a basis of the equalities."""
    if not (s != 0).any():
        return z
    return project_onto_cones(rows[s != 0], s[s != 0].astype(float)[:, None], z[:, None])[0][:, 0]


def generalised_gradient_norm(network, X, y, beta, *, loss="squared", tolerance=TIE_TOLERANCE):
    """Norm of the smallest element of the generalised gradient: at kinks the derivative of ReLU is any t in [0, 1].

    Neurons are treated one by one, as in `stationarity`; for a smooth loss only, the hinge's kinks are not resolved.
    """
    X, y, loss, beta = _single_output(network, X, y, beta, loss)
    nu = loss.negative_gradient(network.predict(X), y)
    signs = _signs(network, X, tolerance)
    of_output = beta * network.a - np.maximum(X @ network.W, 0.0).T @ nu
    total = float(of_output @ of_output)
    for u, a, s in zip(network.W.T, network.a, signs.T, strict=True):
        fixed = beta * u - a * (X.T @ (nu * (s > 0)))
        kinks = s == 0
        if a != 0 and kinks.any():
            fixed = lsq_linear(-a * (X[kinks] * nu[kinks, None]).T, -fixed, bounds=(0, 1), tol=1e-14).fun
        total += float(fixed @ fixed)
    return float(np.sqrt(total))


def _signs(network, X, tolerance):
    if not isinstance(network, TwoLayerReLU):
        raise ValueError(f"network: expected a TwoLayerReLU, got {type(network).__name__}")
    return sign_patterns(X, network.W, tolerance=as_number("tolerance", tolerance, minimum=0.0))


def _free_directions(X, s):
    """Orthonormal basis of the weight vectors that are zero on the rows with sign 0."""
    zero = (s == 0) & (np.linalg.norm(X, axis=1) > 0)
    if not zero.any():
        return np.eye(X.shape[1])
    rows = X[zero] / np.linalg.norm(X[zero], axis=1)[:, None]
    return null_space(rows, rcond=1e-10)


def _dual_norm(X, s, nu):
    """Max nu' (Xu)_+ over ‖u‖ <= 1 with the signs ``s``: the norm of a projection onto a cone in a subspace."""
    basis = _free_directions(X, s)
    if basis.shape[1] == 0:
        return 0.0
    return float(np.linalg.norm(_into_cone(X @ basis, s, basis.T @ (X.T @ (nu * (s > 0))))))


def _single_output(network, X, y, beta, loss):
    X = as_matrix("X", X, columns=len(network.W))
    if not isinstance(network, TwoLayerReLU) or network.a.ndim != 1:
        raise ValueError(f"network: expected a TwoLayerReLU with one output, got {type(network).__name__}")
    loss = loss_named(loss)
    _, y = matched(network, X, y)
    return X, check_labels(loss, y), loss, as_number("beta", beta, above=0.0)
