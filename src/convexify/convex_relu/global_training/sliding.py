"""Sliding: descent of all neurons' positions and output weights together from where they are."""

import numpy as np
from scipy.optimize import minimize

from convexify.convex_relu.global_training.problem import balanced
from convexify.convex_relu.global_training.scratch import Scratch


def slide(problem, U, A, *, iterations=500, widths=(0.0,), deadline=None, tolerance=1e-9, memory=20):
    r"""L-BFGS on :math:`L(\sum_j(Zw_j)_+a_j^\top)+\tfrac\beta2\sum_j(\|w_j\|^2+\|a_j\|^2)` from balanced neurons.

    Parameters
    ----------
    problem : Problem
    U, A : ndarray, shapes (r, m) and (m, c)
        Unit directions and output weights.
    iterations : int
        Of all stages together, at least ten each.
    widths : sequence of float
        One stage for each, with ReLUs that are rounded off within that distance of their kink, in units of
        :math:`\|w_j\|` and of a row of size 1; 0 for none.
    deadline : callable, optional
        True when time is up.
    tolerance : float
        Relative decrease of one step at which a stage ends.
    memory : int
        Pairs that L-BFGS keeps.

    Returns
    -------
    U, A
        The best of the start and of the ends of the stages; neurons that fell to zero are dropped.

    Notes
    -----
    The sliding step of sliding Frank-Wolfe [1]_. In this parametrisation the minimum over each neuron's scale is
    :math:`\beta\|w_j\|\|a_j\|`, and the objective is smooth but for the kinks of the ReLU. At an optimum many neurons
    sit on kinks, and descent zigzags between their sides and stops early. So :math:`(p)_+` is replaced within
    :math:`\delta` of 0 by the parabola :math:`(p+\delta)^2/4\delta`, at most :math:`\delta/4` above it. Objectives
    that are compared are those of the ReLU itself. The hinge loss is replaced by one that is quadratic around its kink.

    References
    ----------
    .. [1] Denoyelle, Duval, Peyré, Soubies (2019), The sliding Frank-Wolfe algorithm and its application to
       super-resolution microscopy, Inverse Problems.
    """
    U, A = balanced(U, A)
    best = problem.objective(U, A), U, A
    for width in widths:
        if U.shape[1] == 0 or (deadline is not None and deadline()):
            break
        U, A = _stage(problem, U, A, width, max(10, iterations // len(widths)), deadline, tolerance, memory)
        objective = problem.objective(U, A)
        if objective < best[0]:
            best = objective, U, A
    return best[1:]


def _stage(problem, U, A, width, iterations, deadline, tolerance, memory):
    """Neurons after at most that many steps, with kinks rounded off within ``width``."""
    (r, m), c = U.shape, problem.outputs
    root = np.sqrt(np.linalg.norm(A, axis=1))
    start = np.concatenate([(U * root).ravel(), (A / root[:, None]).ravel()])
    scale = 1.0 / max(problem.objective(U, A), np.finfo(float).tiny)
    delta = width * root  # for each neuron, of its length at the start
    n, scratch = len(problem.Z), Scratch()

    def value_and_gradient(x):
        W, a = x[: r * m].reshape(r, m), x[r * m :].reshape(m, c)
        hidden = np.matmul(problem.Z, W, out=scratch("hidden", n, m))
        slope = _round_relu(hidden, delta, scratch)
        value, nu = smooth_loss(problem, hidden @ a)
        slope *= np.matmul(nu, a.T, out=scratch("back", n, m))
        gradient = problem.beta * x
        gradient[: r * m] -= (problem.Z.T @ slope).ravel()
        gradient[r * m :] -= (hidden.T @ nu).ravel()
        return scale * (value + 0.5 * problem.beta * (x @ x)), scale * gradient

    def stop(_):
        if deadline is not None and deadline():
            raise StopIteration

    answer = minimize(
        value_and_gradient, start, jac=True, method="L-BFGS-B", callback=stop,
        options={"maxiter": iterations, "maxfun": 2 * iterations, "maxcor": memory, "ftol": tolerance, "gtol": 1e-10},
    ).x  # fmt: skip
    return balanced(answer[: r * m].reshape(r, m), answer[r * m :].reshape(m, c))


def _round_relu(p, delta, scratch):
    """Make ``p`` (n, m) its positive part, rounded off within ``delta`` of 0, and return the derivative."""
    slope = scratch("slope", *p.shape)
    if not delta.any():
        np.greater(p, 0.0, out=slope)
        np.maximum(p, 0.0, out=p)
        return slope
    np.multiply(p, 0.5 / delta, out=slope)
    slope += 0.5
    np.clip(slope, 0.0, 1.0, out=slope)
    # slope² δ up to δ, and what is beyond
    parabola = np.multiply(slope, slope, out=scratch("parabola", *p.shape))
    parabola *= delta
    p -= delta
    np.maximum(p, 0.0, out=p)
    p += parabola
    return slope


def smooth_loss(problem, f):
    """Value and negative gradient; of the hinge loss, those of one that is quadratic over 0.02 around its kink."""
    if problem.loss.name != "hinge":
        return problem.loss.value(f, problem.y), problem.loss.negative_gradient(f, problem.y)
    width = 0.02
    margin = 1.0 - problem.y * f
    slope = np.clip(margin / width, 0.0, 1.0)
    return float((slope * (margin - 0.5 * width * slope)).sum()), problem.y * slope
