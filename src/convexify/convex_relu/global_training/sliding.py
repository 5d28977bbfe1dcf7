"""Sliding: descent of all neurons' positions and output weights together from where they are."""

import numpy as np
from scipy.optimize import minimize

from convexify.convex_relu.global_training.problem import balanced


def slide(problem, U, A, *, iterations=500, deadline=None, tolerance=1e-9, memory=20, projectors=None):
    r"""L-BFGS on :math:`L(\sum_j(Zw_j)_+a_j^\top)+\tfrac\beta2\sum_j(\|w_j\|^2+\|a_j\|^2)` from balanced neurons.

    Parameters
    ----------
    problem : Problem
    U, A : ndarray, shapes (r, m) and (m, c)
        Unit directions and output weights.
    projectors : ndarray, shape (m, r, r), optional
        Keeps neuron ``j`` in the range of ``projectors[j]``: on the kinks where it sits.

    Returns
    -------
    U, A
        Never with a larger objective than the start; neurons that fell to zero are dropped.

    Notes
    -----
    The sliding step of sliding Frank-Wolfe [1]_. In this parametrisation the minimum over each neuron's scale is
    :math:`\beta\|w_j\|\|a_j\|`, and the objective is smooth but for the kinks of the ReLU. The hinge loss is replaced
    by one that is quadratic around its kink.

    References
    ----------
    .. [1] Denoyelle, Duval, Peyré, Soubies (2019), The sliding Frank-Wolfe algorithm and its application to
       super-resolution microscopy, Inverse Problems.
    """
    U, A = balanced(U, A)
    if U.shape[1] == 0:
        return U, A
    before = problem.objective(U, A)
    (r, m), c = U.shape, problem.outputs
    root = np.sqrt(np.linalg.norm(A, axis=1))
    W = U * root
    if projectors is not None:
        W = np.einsum("jkl,lj->kj", projectors, W)
    start = np.concatenate([W.ravel(), (A / root[:, None]).ravel()])
    scale = 1.0 / max(before, np.finfo(float).tiny)

    def value_and_gradient(x):
        W, a = x[: r * m].reshape(r, m), x[r * m :].reshape(m, c)
        hidden = problem.Z @ W
        np.maximum(hidden, 0.0, out=hidden)
        value, nu = smooth_loss(problem, hidden @ a)
        back = nu @ a.T
        back *= hidden > 0
        gradient = problem.beta * x
        gradient_W = problem.Z.T @ back
        if projectors is not None:
            gradient_W = np.einsum("jkl,lj->kj", projectors, gradient_W)
        gradient[: r * m] -= gradient_W.ravel()
        gradient[r * m :] -= (hidden.T @ nu).ravel()
        return scale * (value + 0.5 * problem.beta * (x @ x)), scale * gradient

    def stop(_):
        if deadline is not None and deadline():
            raise StopIteration

    answer = minimize(
        value_and_gradient, start, jac=True, method="L-BFGS-B", callback=stop,
        options={"maxiter": iterations, "maxfun": 2 * iterations, "maxcor": memory, "ftol": tolerance, "gtol": 1e-10},
    ).x  # fmt: skip
    new_U, new_A = balanced(answer[: r * m].reshape(r, m), answer[r * m :].reshape(m, c))
    return (new_U, new_A) if problem.objective(new_U, new_A) <= before else (U, A)


def smooth_loss(problem, f):
    """Value and negative gradient; of the hinge loss, those of one that is quadratic over 0.02 around its kink."""
    if problem.loss.name != "hinge":
        return problem.loss.value(f, problem.y), problem.loss.negative_gradient(f, problem.y)
    width = 0.02
    margin = 1.0 - problem.y * f
    slope = np.clip(margin / width, 0.0, 1.0)
    return float((slope * (margin - 0.5 * width * slope)).sum()), problem.y * slope
