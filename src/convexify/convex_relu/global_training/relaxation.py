r"""A proved, usually loose, upper bound on the pricing problem in any rank: quadratic relaxation of the ReLU."""

import numpy as np
from scipy.optimize import minimize_scalar

_STEPS = 60


def relaxed_bound(problem, nu, deadline=None):
    r"""Upper bound on :math:`\max_{\|u\|\le1}\|\nu^\top(Xu)_+\|_2`; polynomial time, no search.

    ``deadline`` is a callable, True when time is up: then no further Frank-Wolfe step is taken.

    Notes
    -----
    With :math:`(z)_+=\tfrac12(z+|z|)` and :math:`z_i^2/\|z_i\|\le|z_i^\top u|\le(z_i^\top u)^2/(2w_i)+w_i/2` for
    ‖u‖ = 1 and any :math:`w_i>0`,

    .. math:: \sum_i\nu_i(z_i^\top u)_+\le\tfrac12b^\top u+\tfrac12u^\top Qu+\tfrac14\sum_{\nu_i>0}\nu_iw_i,
              \quad b=Z^\top\nu,\quad Q=\sum_iq_iz_iz_i^\top,\quad
              q_i=\frac{\nu_i}{2w_i}\ (\nu_i>0),\ \frac{\nu_i}{\|z_i\|}\ (\nu_i<0),

    and the quadratic function is at most :math:`\tfrac12\lambda+\tfrac18b^\top(\lambda I-Q)^{-1}b` on the sphere for
    every :math:`\lambda>\lambda_{\max}(Q)`. The best :math:`w` is the dual of a semidefinite relaxation with
    :math:`w_i^2=z_i^\top Sz_i`, tr S = 1; a few Frank-Wolfe steps on ``S`` are taken, and the best bound is kept.
    Several outputs are bounded one by one.
    """
    bounds = [max(_one_sided(problem.Z, column, deadline), _one_sided(problem.Z, -column, deadline)) for column in nu.T]
    return float(np.linalg.norm(bounds)) * (1 + 1e-9) + problem.rounding(nu) + problem.outside(nu)


def _one_sided(Z, nu, deadline):
    positive = nu > 0
    rising, weight = Z[positive], nu[positive]
    falling = Z[~positive]
    sizes = np.linalg.norm(falling, axis=1)
    fixed = -(falling.T * (np.abs(nu[~positive]) / np.where(sizes > 0, sizes, 1.0))) @ falling
    b = Z.T @ nu
    rank = Z.shape[1]
    S, best = np.eye(rank) / rank, np.inf
    for step in range(_STEPS):
        w = np.sqrt(np.maximum(np.einsum("nr,rs,ns->n", rising, S, rising), 1e-30))
        Q = fixed + (rising.T * (weight / (2 * w))) @ rising
        values, vectors = np.linalg.eigh(Q)
        squares = (vectors.T @ b) ** 2
        bound, u = _sphere_maximum(values, squares)
        best = min(best, bound + 0.25 * float(weight @ w))
        if deadline is not None and deadline():
            break
        direction = vectors @ (np.sign(vectors.T @ b) * u)
        share = 2.0 / (step + 3)
        S = (1 - share) * S + share * np.outer(direction, direction) / max(direction @ direction, 1e-300)
    return max(best, 0.0)


def _sphere_maximum(values, squares):
    """Bound on ½bᵀu + ½uᵀQu over the sphere in Q's eigenvectors, and the sizes of the entries of its maximiser."""
    top, size = values[-1], np.sqrt(squares.sum())
    if size == 0:
        return 0.5 * top, np.append(np.zeros(len(values) - 1), 1.0)

    def bound(shift):
        return 0.5 * (top + shift) + 0.125 * float((squares / (top + shift - values)).sum())

    # the minimiser over shift > 0 lies below ‖b‖/2; on a logarithmic scale any point is valid
    found = minimize_scalar(lambda s: bound(np.exp(s)), bounds=np.log([1e-9 * size, size]), method="bounded").x
    u = 0.5 * np.sqrt(squares) / (top + np.exp(found) - values)
    u[-1] = np.sqrt(max(u[-1] ** 2, 1.0 - (u[:-1] ** 2).sum(), 0.0))
    return bound(np.exp(found)), u
