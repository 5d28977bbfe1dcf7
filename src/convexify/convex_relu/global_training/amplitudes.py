"""Output weights of neurons whose directions are fixed: the restricted convex program of an exchange step."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import linprog, nnls

_NEWTON_STEPS = 50


def output_weights(problem, U, A):
    r"""Minimiser ``a`` of :math:`L(\sum_j(Zu_j)_+a_j)+\beta\sum_j|a_j|` for one output, and the dual point ``nu``.

    Parameters
    ----------
    problem : Problem
        With one output.
    U : ndarray, shape (r, m)
        Unit directions.
    A : ndarray, shape (m, 1)
        Start.

    Returns
    -------
    a : ndarray, shape (m, 1)
    nu : ndarray, shape (n, 1)

    Notes
    -----
    With :math:`a=a^+-a^-` a problem with bounds. Squared loss: non-negative least squares on the Cholesky factor of
    the Gram matrix. Logistic loss: Newton's method, each quadratic model solved that way. Hinge loss: the dual linear
    program, max Σα over 0 ≤ α ≤ 1 with :math:`|(Zu_j)_+^\top(y\alpha)|\le\beta`, whose multipliers are ``a``.
    """
    solver = {"squared": _least_squares, "logistic": _newton, "hinge": _linear_program}[problem.loss.name]
    return solver(problem, problem.features(U), np.asarray(A, dtype=np.float64)[:, 0])


def _least_squares(problem, features, start):
    target = problem.y[:, 0]
    a = _lasso(features.T @ features, features.T @ target, problem.beta, start)
    return a[:, None], (target - features @ a)[:, None]


def _newton(problem, features, start):
    y, beta, loss = problem.y[:, 0], problem.beta, problem.loss
    a = start.copy()
    value = loss.value(features @ a, y) + beta * np.abs(a).sum()
    for _ in range(_NEWTON_STEPS):
        f = features @ a
        nu = loss.negative_gradient(f, y)
        curvature = np.abs(nu) * (1 - np.abs(nu))
        gram = features.T @ (curvature[:, None] * features)
        step = _lasso(gram, gram @ a + features.T @ nu, beta, a) - a
        model = -(features.T @ nu) @ step + beta * (np.abs(a + step).sum() - np.abs(a).sum())
        if model >= -1e-15 * value:
            break
        length = 1.0
        while length > 1e-10:
            trial = loss.value(features @ (a + length * step), y) + beta * np.abs(a + length * step).sum()
            if trial <= value + 1e-4 * length * model:
                break
            length /= 2
        else:
            break
        a, value = a + length * step, trial
    return a[:, None], loss.negative_gradient(features @ a, y)[:, None]


def _linear_program(problem, features, start):
    y, beta = problem.y[:, 0], problem.beta
    rows = (features * (y / beta)[:, None]).T
    answer = linprog(
        -np.ones(len(y)), A_ub=np.vstack([rows, -rows]), b_ub=np.ones(2 * len(rows)), bounds=(0, 1),
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    if answer.x is None:
        return start[:, None], problem.loss.negative_gradient(features @ start, y)[:, None]
    multipliers = -answer.ineqlin.marginals / beta
    a = multipliers[: len(rows)] - multipliers[len(rows) :]
    return a[:, None], (y * answer.x)[:, None]


def _lasso(gram, correlation, beta, start):
    """Minimiser of ½aᵀGa − bᵀa + β‖a‖₁: non-negative least squares on the Cholesky factor, each sign fixed in turn."""
    scale = np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
    G, b, penalty = gram / np.outer(scale, scale), correlation / scale, beta / scale
    factor = cholesky(G + 1e-13 * np.eye(len(G)))
    signs = np.where(start != 0, np.sign(start), np.sign(b - G @ (start * scale)))
    signs[signs == 0] = 1.0
    for _ in range(20):
        target = solve_triangular(factor, b - penalty * signs, trans="T")
        a = signs * nnls(factor * signs, target, maxiter=50 * len(b))[0]
        wrong = (a == 0) & ((b - G @ a) * signs < -penalty * (1 + 1e-9))
        if not wrong.any():
            break
        signs[wrong] *= -1
    return a / scale
