r"""What plain weight decay does to a deep linear network: its optimum and its best dual bound, from singular values."""

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from convexify.checks import as_integer, as_number, as_vector
from convexify.linear_duality.compressed_problem import optimal_value


def weight_decay_optimum(singular_values, gamma, depth, rank):
    r"""Minimum with weight decay within the row space, from the singular values of :math:`\tilde Y`.

    Parameters
    ----------
    singular_values : array_like, shape (k,)
        Non-increasing.
    gamma : float
        Non-negative.
    depth : int
        :math:`H \ge 2`.
    rank : int
        Bottleneck.

    Returns
    -------
    float
        Add :math:`\tfrac12\|Y-\tilde Y\|_F^2` for the whole problem.

    Notes
    -----
    Balanced factors are best: :math:`\min\sum\|W_i\|_F^2` over :math:`W_H\cdots W_1X=M` is
    :math:`H\sum_i\sigma_i(M)^{2/H}` [1]_, a concave function of the singular values for :math:`H\ge3`. By von Neumann's
    trace inequality the problem separates into :math:`\min_{m\ge0}\tfrac12(\sigma_i-m)^2+\tfrac{\gamma H}{2}m^{2/H}`.

    References
    ----------
    .. [1] Shang, Liu, Cheng (2016), Scalable algorithms for tractable Schatten quasi-norm minimization, AAAI.
    """
    s, gamma, depth, rank = _check_spectrum(singular_values, gamma, depth, rank)
    return float(sum(_best_scalar(value, gamma, depth) for value in s[:rank]) + 0.5 * (s[rank:] ** 2).sum())


def weight_decay_dual(singular_values, gamma, depth, rank):
    r"""Best dual bound for weight decay within the row space; arguments as `weight_decay_optimum`.

    Returns
    -------
    float
        A lower bound, equal to `weight_decay_optimum` for two layers or where the optimum has rank one.

    Notes
    -----
    The Lagrangian dual of the plain problem is trivial for :math:`H\ge3`: the penalty grows with the square of a
    scaling of the layers and the product with its H-th power, so only :math:`\Lambda=0` is feasible. Fixing the norm t
    of :math:`H-2` layers first, as Wang, Ergen and Pilanci do [1]_, leaves a dual with :math:`\|\Lambda\|_2\le\gamma
    t^{2-H}`, that is a nuclear norm; minimised over t the bound is :math:`\min_M\tfrac12\|\tilde Y-M\|^2 +
    \tfrac{\gamma H}{2}\|M\|_*^{2/H}`, below the optimum wherever :math:`(\sum m_i)^{2/H}<\sum m_i^{2/H}`. For fixed
    nuclear norm M is a soft-thresholding of :math:`\tilde Y`, so the search is over one threshold.

    References
    ----------
    .. [1] Wang, Ergen, Pilanci (2022), Parallel deep neural networks have zero duality gap.
    """
    s, gamma, depth, rank = _check_spectrum(singular_values, gamma, depth, rank)
    kept, tail = s[:rank], 0.5 * float((s[rank:] ** 2).sum())

    def value(threshold):
        nuclear = np.maximum(kept - threshold, 0).sum()
        return 0.5 * (np.minimum(kept, threshold) ** 2).sum() + 0.5 * gamma * depth * nuclear ** (2 / depth)

    # Smooth between singular values, with few stationary points: a grid in each piece, then a bounded search.
    candidates = [value(0.0), value(kept[0])]
    for low, high in zip(np.r_[kept[1:], 0.0], kept, strict=True):
        grid = np.linspace(low, high, 41)
        best = int(np.argmin([value(t) for t in grid]))
        bounds = grid[max(best - 1, 0)], grid[min(best + 1, 40)]
        candidates.append(value(grid[best]))
        if bounds[0] < bounds[1]:
            candidates.append(minimize_scalar(value, bounds=bounds, method="bounded", options={"xatol": 1e-12}).fun)
    return float(min(candidates)) + tail


def weight_decay_gap(singular_values, gamma, depth, rank):
    """Relative duality gap of weight decay within the row space; arguments as `weight_decay_optimum`.

    Returns
    -------
    float
        Optimum minus best dual bound, over the optimum; 0 where the optimum is 0.

    Examples
    --------
    Two layers have no gap; three have one where the optimum has rank two:

    >>> round(weight_decay_gap([3.0, 2.0], 0.5, 2, 2), 9)
    0.0
    >>> weight_decay_gap([3.0, 2.0], 0.5, 3, 2) > 0.1
    True
    """
    optimum = weight_decay_optimum(singular_values, gamma, depth, rank)
    gap = optimum - weight_decay_dual(singular_values, gamma, depth, rank)
    return gap / optimum if optimum > 0 else 0.0


def _check_spectrum(singular_values, gamma, depth, rank):
    s = as_vector("singular_values", singular_values)
    if s[-1] < 0 or (np.diff(s) > 0).any():
        raise ValueError("singular_values: expected non-increasing, non-negative entries")
    gamma = as_number("gamma", gamma, minimum=0)
    return s, gamma, as_integer("depth", depth, minimum=2), as_integer("rank", rank, minimum=1, maximum=s.size)


def _best_scalar(sigma, gamma, depth):
    """Minimum over m ≥ 0 of ½(σ − m)² + (γH/2) m^(2/H)."""
    if depth == 2 or gamma == 0:
        return optimal_value([sigma], gamma, 1)
    p = 2 / depth
    # m + γ m^(p−1) = σ has two roots or none; the larger one, right of the turning point, is the local minimum.
    # It underflows for the smallest gamma, and the slope has a pole at 0.
    turning = max((gamma * (1 - p)) ** (1 / (2 - p)), np.finfo(float).tiny)

    def slope(m):
        return m + gamma * m ** (p - 1) - sigma

    at_zero = 0.5 * sigma**2
    if turning >= sigma or slope(turning) >= 0:
        return at_zero
    m = brentq(slope, turning, sigma, xtol=1e-15, rtol=1e-14)
    return min(at_zero, 0.5 * (sigma - m) ** 2 + 0.5 * gamma * depth * m**p)
