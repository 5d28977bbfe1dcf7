"""What skips and branches do to the smallest eigenvalue of the limit: exact sums, and a lower bound."""

import numpy as np

from convexify.checks import as_integer
from convexify.width import expectations
from convexify.width.limits import LayerRecursion, gram, smallest_eigenvalue


def branches_gram(X, depths, *, activation="softplus"):
    r"""Limit of the Gram matrix of the last hidden layers of parallel fully connected branches.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Unit rows.
    depths : sequence of int
        Number of hidden layers of each branch.
    activation : {"softplus", "relu", "tanh", "erf"}

    Returns
    -------
    ndarray, shape (n, n)

    Raises
    ------
    ValueError
        As `convexify.width.limits.gram`; or if there is no branch.

    Notes
    -----
    Of :math:`f = B^{-1/2}\sum_b f_b` with independent branches, :math:`f_b` of depth :math:`H_b`. The derivative with
    respect to the last hidden weights of branch b is :math:`B^{-1/2}` times that of the branch alone, and weights of
    different branches are different coordinates, so that Gram matrices add up without cross terms:

    .. math:: \sum_b G_b^{(H_b)} \to \frac1B\sum_b K^{(H_b)} .

    Branches of one depth have the limit of a single one: their number changes nothing. With a branch of every depth
    1, …, H, :math:`\lambda_{\min} \ge \lambda_{\min}(K_{H=1})/H`, because :math:`\lambda_{\min}` is superadditive.

    Examples
    --------
    >>> bool(np.allclose(branches_gram(np.eye(3), [2, 2]), gram(np.eye(3), 2)[-1]))
    True
    """
    if not len(depths):
        raise ValueError("depths: expected at least one branch, got none")
    found = {depth: gram(X, depth, activation=activation)[-1] for depth in set(depths)}
    return sum(found[depth] for depth in depths) / len(depths)


def skip_lower_bound(X, depth, *, architecture="resnet", activation="softplus", c_res=0.5, branch_scaling="1/H"):
    r"""Lower bound of :math:`\lambda_{\min}(K^{(H)})` that the skips alone give; 0 without skips.

    Parameters
    ----------
    X, depth, architecture, activation, c_res, branch_scaling
        As for `convexify.width.limits.gram`.

    Returns
    -------
    float
        Non-negative.

    Raises
    ------
    ValueError
        As `convexify.width.limits.gram`.

    Notes
    -----
    In the recursion of `convexify.width.limits.gram` with the factors :math:`\alpha_h` of the skips and
    :math:`\beta_h` of the layers, the last two terms of :math:`K^{(h)}` are positive semi-definite: the second is
    :math:`2\alpha_h\beta_h b^{(h-1)}\mathbb E\sigma(u)` times the matrix of ones (unit rows give all samples the same
    variance, and softplus and ReLU have positive, odd activations zero means), the third a covariance. Hence
    :math:`K^{(h)} \succeq \alpha_h^2 K^{(h-1)}`; and by Schur :math:`\lambda_{\min}(A\circ B) \ge \lambda_{\min}(A)
    \min_i B_{ii}` for :math:`A, B \succeq 0`. So for :math:`H \ge 2`, with q the variance of the layer H − 1,

    .. math::
        \lambda_{\min}(K^{(H)}) \ge \beta_H^2\,\mathbb E[\sigma'(\sqrt q z)^2]
        \prod_{h=2}^{H-1}\alpha_h^2\;\lambda_{\min}(K^{(1)}) .

    Softplus has :math:`\mathbb E[\sigma'^2] \ge \tfrac14`, so that this is polynomial in H wherever the product is:
    :math:`c_{res}^2/4H^2` for residual networks, :math:`c_{res}^2/4H` with the scaling 1/√H, and
    :math:`c_\sigma/4H^2(H-1)^2` for dense skips, since :math:`\prod_{h=2}^{H-1}(1-1/h)^2 = (H-1)^{-2}`. It is about one
    factor of the theorems' width alone, not about their factor :math:`2^{O(H)}`.

    Examples
    --------
    >>> K = gram(np.eye(3), 6, architecture="dense")[-1]
    >>> 0 < skip_lower_bound(np.eye(3), 6, architecture="dense") <= smallest_eigenvalue(K)
    True
    """
    H = as_integer("depth", depth, minimum=1)
    options = {"architecture": architecture, "activation": activation}
    options |= {"c_res": c_res, "branch_scaling": branch_scaling}
    matrices = gram(X, H, **options)
    if H == 1:
        return max(0.0, smallest_eigenvalue(matrices[-1]))
    layers = LayerRecursion(H, **options, skip=True)
    kept = np.prod([layers.skip_factor(h) ** 2 for h in range(2, H)])
    slope = float(expectations.derivative_moment(activation, matrices[H - 1][0, 0], 1.0))
    return float(layers.factor(H) ** 2 * slope * kept * max(0.0, smallest_eigenvalue(matrices[1])))
