"""Output weights of neurons whose directions are fixed: the restricted convex program of an exchange step."""

import clarabel
import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import linprog, nnls
from scipy.sparse import block_array, csc_array, eye_array

from convexify.convex_relu.global_training.sliding import smooth_loss

_NEWTON_STEPS = 50
_LARGEST_NEWTON = 1500  # unknowns of one Newton system
_LARGEST_CONES = 2e9  # products of samples, outputs and squared rows of one cone program, which takes some 5 s


def output_weights(problem, U, A):
    r"""Minimiser ``A`` of :math:`L(\sum_j(Zu_j)_+a_j^\top)+\beta\sum_j\|a_j\|`, and the dual point ``nu``.

    Parameters
    ----------
    problem : Problem
    U : ndarray, shape (r, m)
        Unit directions.
    A : ndarray, shape (m, c)
        Start; with several outputs, what is zero stays zero.

    Returns
    -------
    A : ndarray, shape (m, c)
    nu : ndarray, shape (n, c)

    Notes
    -----
    One output: with :math:`a=a^+-a^-` a problem with bounds. Squared loss: non-negative least squares on the Cholesky
    factor of the Gram matrix. Logistic loss: Newton's method, each quadratic model solved that way. Hinge loss: the
    dual linear program, max Σα over 0 ≤ α ≤ 1 with :math:`|(Zu_j)_+^\top(y\alpha)|\le\beta`, whose multipliers are
    ``a``. Several outputs: Newton's method on the non-zero blocks; one that would pass through zero becomes zero. Of
    the hinge loss again the dual, now with the cones :math:`\|(Zu_j)_+^\top(y\circ\alpha)\|\le\beta`; programs too
    large for that are left to `slide`, with the gradient of a smoothed loss for ``nu``.
    """
    features, A = problem.features(U), np.asarray(A, dtype=np.float64)
    if problem.outputs > 1:
        return (_group_newton if problem.loss.smooth else _cone_program)(problem, features, A)
    solver = {"squared": _least_squares, "logistic": _newton, "hinge": _linear_program}[problem.loss.name]
    return solver(problem, features, A[:, 0])


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
        gram = features.T @ (_curvature(loss, nu)[:, None] * features)
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
    return a[:, None], (y * np.clip(answer.x, 0.0, 1.0))[:, None]


def _cone_program(problem, features, A):
    """The dual of the hinge loss for several outputs by an interior point method; amplitudes are its multipliers."""
    y, beta = problem.y, problem.beta
    (n, c), m = y.shape, features.shape[1]
    if m > most_cones(problem):
        return A, smooth_loss(problem, features @ A)[1]
    # the rows of neuron j are (β, (Zu_j)₊ᵀ(y∘α)); α is stacked sample by sample
    samples, neurons = np.nonzero(features)
    outputs = np.arange(c)
    values = -features[samples, neurons][:, None] * y[samples]
    places = (neurons[:, None] * (1 + c) + 1 + outputs).ravel(), (samples[:, None] * c + outputs).ravel()
    cones = csc_array((values.ravel(), places), shape=(m * (1 + c), n * c))
    box = eye_array(n * c)
    constraints = block_array([[-box], [box], [cones]], format="csc")
    tops = np.zeros((m, 1 + c))
    tops[:, 0] = beta
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
    answer = clarabel.DefaultSolver(
        csc_array((n * c, n * c)), -np.ones(n * c), constraints,
        np.concatenate([np.zeros(n * c), np.ones(n * c), tops.ravel()]),
        [clarabel.NonnegativeConeT(2 * n * c)] + [clarabel.SecondOrderConeT(1 + c)] * m, settings,
    ).solve()  # fmt: skip
    alpha, found = np.array(answer.x).reshape(n, c), -np.array(answer.z)[2 * n * c :].reshape(m, 1 + c)[:, 1:]
    if not (np.isfinite(alpha).all() and np.isfinite(found).all()):
        return A, smooth_loss(problem, features @ A)[1]
    sizes = np.linalg.norm(found, axis=1)
    found[sizes <= 1e-8 * sizes.max()] = 0.0  # interior points have no zeros
    return found, y * np.clip(alpha, 0.0, 1.0)


def most_cones(problem):
    """Largest number of neurons in the cone program of the hinge loss for several outputs."""
    return int(np.sqrt(_LARGEST_CONES / problem.y.size) / problem.outputs)


def _group_newton(problem, features, A):
    y, beta, loss = problem.y, problem.beta, problem.loss

    def objective(A):
        return loss.value(features @ A, y) + beta * float(np.linalg.norm(A, axis=1).sum())

    A, value = A.copy(), objective(A)
    for _ in range(_NEWTON_STEPS + len(A)):
        live = np.flatnonzero(A.any(axis=1))
        nu = loss.negative_gradient(features @ A, y)
        if not 0 < len(live) * A.shape[1] <= _LARGEST_NEWTON or not loss.smooth:
            break
        part, unit = features[:, live], A[live] / np.linalg.norm(A[live], axis=1)[:, None]
        gradient = beta * unit - part.T @ nu
        step = -_newton_step(part, unit, gradient, A[live], _curvature(loss, nu), beta)
        slope = float((gradient * step).sum())
        if slope > -1e-14 * value:
            break
        # up to the first block that meets zero, which then stays there
        approach = -(step * unit).sum(axis=1) / np.linalg.norm(A[live], axis=1)
        length = first = min(1.0, 1.0 / max(approach.max(), 1e-300))
        while length > 1e-6 * first:
            moved = A[live] + length * step
            if length == first < 1.0:
                moved[approach.argmax()] = 0.0
            trial = A.copy()
            trial[live] = moved
            if (new := objective(trial)) < value:
                break
            length /= 2
        else:
            break
        A, value = trial, new
    return A, smooth_loss(problem, features @ A)[1]


def _newton_step(features, unit, gradient, A, curvature, beta):
    """Hessian of loss and penalty at non-zero blocks, its inverse applied to the gradient, (m, c)."""
    m, c = A.shape
    hessian = np.zeros((m, c, m, c))
    for k in range(c):
        hessian[:, k, :, k] = features.T @ (features * (curvature if np.ndim(curvature) == 0 else curvature[:, [k]]))
    blocks = beta * (np.eye(c) - unit[:, :, None] * unit[:, None, :]) / np.linalg.norm(A, axis=1)[:, None, None]
    hessian[np.arange(m), :, np.arange(m), :] += blocks
    hessian = hessian.reshape(m * c, m * c)
    # neurons may depend on each other linearly: along such a combination the step is long and ends at a zero block
    diagonal = hessian[np.diag_indices(m * c)]
    hessian[np.diag_indices(m * c)] += 1e-10 * np.median(diagonal) + 1e-13 * diagonal
    return np.linalg.solve(hessian, gradient.ravel()).reshape(m, c)


def _curvature(loss, nu):
    """Second derivative of a smooth loss at the predictions with negative gradient ``nu``."""
    return 1.0 if loss.name == "squared" else np.abs(nu) * (1 - np.abs(nu))


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
