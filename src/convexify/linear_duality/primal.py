r"""Objective (2) of a deep linear network, the same with weight decay, and the weights that attain its minimum."""

import itertools
from functools import reduce

import numpy as np

from convexify.checks import MOST_WEIGHTS, as_integer, as_matrix, as_number


def schatten_power(A, p):
    r"""Schatten norm to its power: :math:`\|A\|_{S_p}^p = \sum_i\sigma_i^p(A)`.

    Parameters
    ----------
    A : array_like, shape (m, n)
    p : float
        Positive.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If ``A`` is not a finite matrix or ``p`` not positive.

    Examples
    --------
    >>> schatten_power([[3.0, 0.0], [0.0, -4.0]], 1)
    7.0
    """
    A = as_matrix("A", A)
    p = as_number("p", p, above=0)
    if p == 2:
        return float((A**2).sum())
    if A.shape[1] > 2 * A.shape[0]:
        # A wide matrix has the singular values of its triangular factor.
        A = np.linalg.qr(A.T, mode="r")
    return float((np.linalg.svd(A, compute_uv=False) ** p).sum())


def primal_value(weights, X, Y, gamma):
    r"""Objective (2) of the survey.

    .. math:: \tfrac12\|Y-W_H\cdots W_1X\|_F^2+\tfrac{\gamma}{H}[\|W_1X\|_{S_H}^H+\sum_{i\ge2}\|W_i\|_{S_H}^H]

    Parameters
    ----------
    weights : sequence of array_like
        :math:`W_1, \dots, W_H` of shapes :math:`(d_i, d_{i-1})`; the input layer comes first.
    X : array_like, shape (d_0, n)
    Y : array_like, shape (d_H, n)
    gamma : float
        Non-negative.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or ``gamma < 0``.
    """
    return _objective(weights, X, Y, gamma, power=None)


def weight_decay_value(weights, X, Y, gamma):
    r"""The objective with plain weight decay.

    .. math:: \tfrac12\|Y-W_H\cdots W_1X\|_F^2+\tfrac{\gamma}{2}[\|W_1X\|_F^2+\sum_{i\ge2}\|W_i\|_F^2]

    It equals `primal_value` for two layers, and for no other depth. The penalty is on :math:`W_1X` as in (2); it is the
    usual one on :math:`W_1` where the inputs are white, :math:`XX^\top=I`. Arguments and errors: see `primal_value`.
    """
    return _objective(weights, X, Y, gamma, power=2)


def recover_weights(X, Y, solution, widths):
    r"""Weights of a globally optimal network from a solution of the dual.

    Parameters
    ----------
    X : array_like, shape (d_0, n)
    Y : array_like, shape (d_H, n)
        The data that the dual was solved for.
    solution : DualSolution
        From `solve_dual`.
    widths : sequence of int
        Hidden widths :math:`d_1, \dots, d_{H-1}`, each at least ``solution.rank``; empty for a single layer. If all are
        larger the network has room for a higher rank: the weights then are the best of rank ``solution.rank``.

    Returns
    -------
    list of ndarray
        :math:`[W_1, \dots, W_H]`.

    Raises
    ------
    ValueError
        If the data are not those of the solution, a width is below its rank, or the network would have more than
        10⁹ weights.

    Notes
    -----
    With :math:`U\Sigma V^\top=\mathrm{svd}_r(\tilde Y-\Lambda^\star)` the layers are balanced,
    :math:`W_H=U\Sigma^{1/H}`, :math:`W_i=\Sigma^{1/H}`, :math:`W_1=\Sigma^{1/H}V^\top X^+`, padded by zeros; the
    product is :math:`W_H\cdots W_1`. See `CompressedProblem.primal_product` for ties.

    Examples
    --------
    >>> from convexify.linear_duality.douglas_rachford import solve_dual
    >>> X, Y = [[1.0, 0.0], [0.0, 1.0]], [[3.0, 0.0], [0.0, 1.0]]
    >>> solution = solve_dual(X, Y, gamma=0.5, rank=1)
    >>> weights = recover_weights(X, Y, solution, widths=[1, 1])
    >>> [W.shape for W in weights]
    [(1, 2), (1, 1), (2, 1)]
    >>> bool(abs(primal_value(weights, X, Y, gamma=0.5) - solution.value) < 1e-9)
    True
    """
    X = as_matrix("X", X)
    Y = as_matrix("Y", Y, columns=X.shape[1])
    if not solution.problem.is_of(X, Y):
        raise ValueError("X: expected X and Y that the solution was computed from, got other data")
    return recover_compressed(solution, widths)


def recover_compressed(solution, widths):
    """`recover_weights` from the solution alone, which carries its data in row-space coordinates."""
    problem = solution.problem
    widths = [as_integer(f"widths[{i}]", width, minimum=1) for i, width in enumerate(widths)]
    if min(widths, default=solution.rank) < solution.rank:
        raise ValueError(f"widths: expected at least the rank {solution.rank} of the solution, got {widths}")
    sizes, H = [problem.inputs.shape[0], *widths, problem.targets.shape[0]], len(widths) + 1
    weights = sum(before * after for before, after in itertools.pairwise(sizes))
    if weights > MOST_WEIGHTS:
        raise ValueError(f"widths: expected a network of at most {MOST_WEIGHTS:.0e} weights, got {weights:.2g}")
    r = min(solution.rank, *problem.targets.shape)
    if r == 0:
        return [np.zeros(shape) for shape in zip(sizes[1:], sizes[:-1], strict=True)]
    U, c, V = problem.primal_product(solution.coordinates, solution.gamma, r)[0]
    root = c ** (1 / H)
    pseudo_inverse = problem.row_space.left / problem.row_space.singular_values
    first = (root[:, None] * V.T) @ pseudo_inverse.T
    if H == 1:
        return [U @ first]
    return [
        _padded(first, (sizes[1], sizes[0])),
        *(_padded(np.diag(root), shape) for shape in zip(sizes[2:-1], sizes[1:-2], strict=True)),
        _padded(U * root, (sizes[-1], sizes[-2])),
    ]


def _objective(weights, X, Y, gamma, power):
    X = as_matrix("X", X)
    Y = as_matrix("Y", Y, columns=X.shape[1])
    gamma = as_number("gamma", gamma, minimum=0)
    weights = [as_matrix(f"weights[{i}]", W) for i, W in enumerate(weights)]
    if not weights:
        raise ValueError("weights: expected at least one layer, got none")
    columns = X.shape[0]
    for i, W in enumerate(weights):
        as_matrix(f"weights[{i}]", W, columns=columns)
        columns = W.shape[0]
    if columns != Y.shape[0]:
        raise ValueError(f"weights: expected {Y.shape[0]} rows in the last layer, got {columns}")
    power = power or len(weights)
    first = weights[0] @ X
    residual = Y - reduce(lambda product, W: W @ product, weights[1:], first)
    penalty = sum(schatten_power(W, power) for W in [first, *weights[1:]])
    return 0.5 * float((residual**2).sum()) + gamma / power * penalty


def _padded(A, shape):
    padded = np.zeros(shape)
    padded[: A.shape[0], : A.shape[1]] = A
    return padded
