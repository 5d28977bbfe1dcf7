"""Stationary two-layer ReLU networks, also with neurons on kinks, and the convex program on their own sign patterns."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import minimize

from convexify.checks import as_matrix, as_number, as_vector
from convexify.convex_relu.certificates import relative_gap
from convexify.convex_relu.gates import sign_patterns
from convexify.convex_relu.losses import loss_named

_ROUNDS = 50
_DEAD = 1e-6  # a neuron whose ‖u‖|α| is below this fraction of the largest is dropped
_ZERO = 1e-9  # and one below this fraction of ‖y‖/‖X‖, too: a network may die altogether


@dataclass(frozen=True)
class StationaryNetwork:
    """A network that is stationary for moves that keep its zero rows at zero.

    Attributes
    ----------
    hidden : ndarray, shape (d, m)
    output : ndarray, shape (m,)
    signs : ndarray of int, shape (n, m)
        Sign of every sample's pre-activation, in {-1, 0, +1}.
    objective : float
        In the ½‖·‖² scaling.
    residual : float
        Largest entry of the gradient, over ``beta`` times the largest weight.
    settled : bool
        Whether the last rounds left all signs as they were.
    """

    hidden: np.ndarray
    output: np.ndarray
    signs: np.ndarray
    objective: float
    residual: float
    settled: bool


def settle(X, y, beta, hidden, output, *, tie=1e-4):
    r"""Bring a nearly stationary network to a stationary point of high accuracy.

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    beta : float
        Weight decay of ½‖f − y‖² + ½β(‖U‖² + ‖α‖²).
    hidden, output : array_like, shapes (d, m) and (m,)
    tie : float
        A sample with ``|x·u| <= tie ‖x‖‖u‖`` is taken to lie on the kink of that neuron.

    Returns
    -------
    StationaryNetwork

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is not finite.

    Notes
    -----
    Descent drives neurons onto kinks, where the objective is not smooth and gradients say nothing. With the zero rows
    ``S_j`` of every neuron held at zero, :math:`u_j=Z_jz_j` with ``Z_j`` a basis of the null space of :math:`X_{S_j}`,
    and the other signs fixed the objective is smooth in ``(z, α)``: BFGS minimises it. Where that would carry a
    sample across a kink, the network goes there only as far as the kink, and the row joins ``S_j``.
    """
    X = as_matrix("X", X)
    y, beta = as_vector("y", y, length=len(X)), as_number("beta", beta, above=0)
    hidden = as_matrix("hidden", hidden, rows=X.shape[1])
    output = as_vector("output", output, length=hidden.shape[1])
    signs = sign_patterns(X, hidden, tolerance=tie)
    for _ in range(_ROUNDS):
        strength = np.linalg.norm(hidden, axis=0) * np.abs(output)
        alive = strength > max(_DEAD * strength.max(initial=0.0), _ZERO * np.linalg.norm(y) / np.linalg.norm(X))
        settled = bool(alive.all())
        hidden, output, signs = hidden[:, alive], output[alive], signs[:, alive]
        if not alive.any():
            residual, settled = 0.0, True
            break
        bases = [null_space(X[s == 0]) if (s == 0).any() else np.eye(X.shape[1]) for s in signs.T]
        hidden = np.column_stack([Z @ (Z.T @ u) for Z, u in zip(bases, hidden.T, strict=True)])
        new, new_output, residual = _minimise(X, y, beta, hidden, output, signs, bases)
        before, after = signs * (X @ hidden), signs * (X @ new)
        crossed = after < -1e-12 * np.abs(before).max()
        if not crossed.any():
            hidden, output = new, new_output
            if settled:
                break
            continue
        settled = False
        part = np.where(crossed, before / np.where(crossed, before - after, 1.0), np.inf)
        part = np.maximum(part, 0.0)
        # all neurons go the same share of the way: up to the first kink on it
        share = part.min()
        signs = np.where(part <= share + 1e-12, 0, signs).astype(np.int8)
        hidden, output = hidden + share * (new - hidden), output + share * (new_output - output)
    fit = np.maximum(X @ hidden, 0.0) @ output - y
    objective = 0.5 * float(fit @ fit) + 0.5 * beta * float((hidden**2).sum() + (output**2).sum())
    return StationaryNetwork(hidden, output, signs, objective, residual, settled)


def _minimise(X, y, beta, hidden, output, signs, bases):
    """Minimiser over (z, α) from the given network with the signs fixed; also its relative residual."""
    active = (signs > 0).astype(float)
    sizes = [Z.shape[1] for Z in bases]
    cuts, m = np.cumsum(sizes), len(output)

    def unpack(x):
        parts = np.split(x[: cuts[-1]], cuts[:-1])
        return np.column_stack([Z @ z for Z, z in zip(bases, parts, strict=True)]), x[cuts[-1] :]

    def value(x):
        U, a = unpack(x)
        hidden_layer = active * (X @ U)
        fit = hidden_layer @ a - y
        by_U = X.T @ (active * fit[:, None]) * a
        gradient = np.concatenate([*(Z.T @ g for Z, g in zip(bases, by_U.T, strict=True)), hidden_layer.T @ fit])
        return (0.5 * fit @ fit + 0.5 * beta * (x @ x)) / beta, gradient / beta + x

    start = np.concatenate([*(Z.T @ u for Z, u in zip(bases, hidden.T, strict=True)), output])
    found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 200 * (m + 1)})
    U, a = unpack(found.x)
    return U, a, float(np.abs(found.jac).max() / np.abs(found.x).max())


def solve_on_signs(X, y, signs, beta):
    r"""Convex program restricted to sign patterns with zeros, by an interior point method.

    .. math::
       \min\ \tfrac12\Big\|\sum_jD_jX(v_j-w_j)-y\Big\|^2+\beta\sum_j(\|v_j\|+\|w_j\|)
       \quad\text{s.t. } s_{ij}x_i^\top v_j\ge0,\quad x_i^\top v_j=0\text{ where }s_{ij}=0,\quad\text{same for }w_j

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    signs : array_like of int, shape (n, P)
        Entries -1, 0, +1; without columns the only point is 0.
    beta : float

    Returns
    -------
    primal, gap, violation : float
        Objective, certified relative duality gap (as in `certificates.evaluate`, on the null spaces of the zero rows)
        and Euclidean norm of the violated cone rows. The solver's point is taken as it is.

    References
    ----------
    .. [1] Wang, Lacotte, Pilanci (2022), The hidden convex optimization landscape of regularized two-layer ReLU
       networks, ICLR.
    """
    import cvxpy as cp

    X = as_matrix("X", X)
    y, beta = as_vector("y", y, length=len(X)), as_number("beta", beta, above=0)
    signs = np.unique(np.asarray(signs).reshape(len(X), -1), axis=1)
    blocks = []
    for s in signs.T:
        Z = null_space(X[s == 0]) if (s == 0).any() else np.eye(X.shape[1])
        if Z.shape[1]:
            blocks += [(sign * (s > 0)[:, None] * X @ Z, s[s != 0, None] * X[s != 0] @ Z) for sign in (1.0, -1.0)]
    if not blocks:
        return 0.5 * float(y @ y), 0.0, 0.0
    z = [cp.Variable(A.shape[1]) for A, _ in blocks]
    f = cp.Variable(len(y))
    link = f == sum(A @ u for (A, _), u in zip(blocks, z, strict=True))
    cones = [B @ u >= 0 for (_, B), u in zip(blocks, z, strict=True)]
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(f - y) + beta * sum(map(cp.norm, z))), [link, *cones])
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10, max_threads=1)
    values = [u.value for u in z]
    residual = y - sum(A @ u for (A, _), u in zip(blocks, values, strict=True))
    primal = 0.5 * float(residual @ residual) + beta * sum(float(np.linalg.norm(u)) for u in values)
    squares = sum(float((np.minimum(B @ u, 0) ** 2).sum()) for (_, B), u in zip(blocks, values, strict=True))
    bound = max(
        float(np.linalg.norm(A.T @ residual + B.T @ np.maximum(cone.dual_value, 0)))
        for (A, B), cone in zip(blocks, cones, strict=True)
    )
    loss = loss_named("squared")
    dual = loss.dual_value(loss.best_scale(residual, y, beta / bound) * residual, y)
    return primal, relative_gap(primal, dual), float(np.sqrt(squares))
