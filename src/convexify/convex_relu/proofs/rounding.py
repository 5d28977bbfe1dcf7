r"""Objectives and dual bounds with a bound on every rounding error, so that what they prove holds in exact arithmetic.

The numbers given are taken as exact. With unit roundoff :math:`u=2^{-53}` a sum of ``k`` products, computed in any
order, with or without fused operations, differs from the exact one by at most :math:`\gamma_k\sum|x_i||y_i|`,
:math:`\gamma_k=ku/(1-ku)` [1]_. Sums of non-negative terms therefore have a *relative* error of at most
:math:`\gamma_k`. Exponentials and logarithms are taken to be within 8 units in the last place, and nothing to
underflow: the range that `checks` allows for data leaves room.

.. [1] Higham (2002), Accuracy and Stability of Numerical Algorithms, SIAM, section 3.1.
"""

import numpy as np
from scipy.special import xlogy

_ROUNDOFF = 2.0**-53
_ELEMENTARY = 16  # roundoffs granted to an elementary function: 8 units in the last place
_CHUNK = 4_000_000  # entries of the largest temporary array


def gamma(k):
    """``k u / (1 - k u)``, itself rounded up."""
    return k * _ROUNDOFF / (1 - k * _ROUNDOFF) * (1 + 4 * _ROUNDOFF)


def outputs(X, W, a, gates=None):
    r"""Outputs of neurons and a bound on their rounding.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    W : ndarray, shape (d, m, c)
    a : ndarray, shape (m, c)
    gates : ndarray of bool, shape (n, m), optional
        A neuron's :math:`D_jXw_j` in place of :math:`(Xw_j)_+`.

    Returns
    -------
    f, error : ndarray, shape (n, c)
        :math:`|f-\sum_j(Xw_j)_+a_j|` is at most ``error``, entry by entry.
    """
    d, m, c = W.shape
    f, size = np.zeros((len(X), c)), np.zeros((len(X), c))
    for some in _chunks(m, len(X) * c):
        flat = W[:, some].reshape(d, -1)
        rows, sizes = ((A @ B).reshape(len(X), -1, c) for A, B in ((X, flat), (np.abs(X), np.abs(flat))))
        if gates is None:
            rows = np.maximum(rows, 0.0)
        else:
            rows, sizes = rows * gates[:, some, None], sizes * gates[:, some, None]
        f += np.einsum("nmc,mc->nc", rows, a[some])
        size += np.einsum("nmc,mc->nc", sizes, np.abs(a[some]))
    terms = d + 2 * m + 8
    return f, gamma(terms) * size * (1 + gamma(2 * terms))


def loss_upper(loss, f, error, y):
    """Upper bound on the loss of every prediction within ``error`` of ``f``."""
    inflate = 1 + gamma(f.size + 8)
    if loss.name == "squared":
        residual = np.abs(f - y) * (1 + 2 * _ROUNDOFF) + error
        return 0.5 * float(np.sum(residual**2)) * inflate
    if loss.name == "logistic":  # 1-Lipschitz in each prediction, as the hinge loss is
        return (float(np.sum(np.logaddexp(0.0, -y * f))) * (1 + gamma(_ELEMENTARY)) + float(error.sum())) * inflate
    return (float(np.sum(np.maximum(0.0, 1.0 - y * f))) + float(error.sum())) * inflate * (1 + 2 * _ROUNDOFF)


def dual_lower(loss, nu, y):
    """Lower bound on the dual objective of ``nu`` (n, c), at least 0; ``nu`` lies in the domain exactly."""
    error = gamma(nu.size + 8) * (1 + gamma(nu.size + 8))
    if loss.name == "squared":
        product, square = nu * y, 0.5 * float(np.sum(nu**2))
        value = float(product.sum()) - square
        return max(0.0, value - error * (float(np.abs(product).sum()) + square) - 4 * _ROUNDOFF * abs(value))
    a = nu * y  # exact, for y is 1 or -1
    if loss.name == "hinge":
        return max(0.0, float(a.sum()) * (1 - error))
    entropy = -float(np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a)))
    # 1 - a is rounded, and t log t moves by at most u t (|log t| + 1)
    return max(0.0, entropy - (error + gamma(2 * _ELEMENTARY)) * (entropy + nu.size) * (1 + 8 * _ROUNDOFF))


def scaled_dual(loss, nu, y, limit):
    """``nu`` scaled to ``limit`` times itself at most, rounded into the domain of the conjugate, and `dual_lower`."""
    scale = loss.best_scale(nu, y, limit * (1 - 4 * _ROUNDOFF))
    scaled = loss.clip_dual(scale * nu, y)
    return scaled, dual_lower(loss, scaled, y)


def norms_upper(parts):
    """Upper bounds on the Euclidean norms of ``parts`` (d, k, c), shape (k,)."""
    d, _, c = parts.shape
    return np.sqrt(np.sum(parts**2, axis=(0, 2))) * (1 + gamma(d * c + 4))


def dual_norms_upper(program, nu, multipliers):
    r"""Proved bounds on :math:`\|\pm X^\top D_i\nu+X^\top(2D_i-I)\mu\|`, and what they would be without rounding.

    Parameters
    ----------
    program : Program
        With Frobenius norms.
    nu : ndarray, shape (n, c)
    multipliers : iterable of (part, group, output, rows, values)
        Non-negative multipliers of few rows for cones of ``v`` (part 0) and ``w`` (part 1); empty if gated.

    Returns
    -------
    upper, computed : ndarray, shape (1, P) or (2, P)
        The bounds hold for every ``nu`` within a few roundoffs of this one, relative to its entries.
    """
    n, d, p, c = program.shape
    correlation = program.correlate(nu)
    sizes = np.abs(program.X).T @ np.abs(nu)  # (d, c), a bound for every pattern
    parts = [correlation] if program.gated else [correlation, -correlation]
    lengths = np.full((len(parts), p), float(np.sqrt(np.sum(sizes**2))))
    for part, group, output, rows, values in multipliers:
        if not len(rows):
            continue
        signs = np.where(program.patterns[rows, group], values, -values)
        parts[part][:, group, output] += program.X[rows].T @ signs
        lengths[part, group] += float(np.linalg.norm(np.abs(program.X[rows]).T @ values))
    computed = np.array([np.sqrt(np.sum(part**2, axis=(0, 2))) for part in parts])
    error = gamma(n + 16) * lengths * (1 + gamma(2 * n + d * c + 16))
    return (computed + error) * (1 + gamma(d * c + 8)), computed


def violation_upper(X, patterns, u):
    """Upper bound on the norm of the negative part of (2 D - I) X u, for ``u`` (d, k, c), and without rounding."""
    d, k, c = u.shape
    upper = computed = 0.0
    for some in _chunks(k, len(X) * c):
        flat = u[:, some].reshape(d, -1)
        signs = 2.0 * patterns[:, some, None] - 1.0
        rows = signs * (X @ flat).reshape(len(X), -1, c)
        error = gamma(d + 4) * (np.abs(X) @ np.abs(flat)).reshape(rows.shape) * (1 + gamma(d + 4))
        computed += float(np.sum(np.minimum(rows, 0.0) ** 2))
        upper += float(np.sum(np.where(rows < error, error - rows, 0.0) ** 2))
    inflate = 1 + gamma(len(X) * k * c + 8)
    return float(np.sqrt(upper)) * inflate, float(np.sqrt(computed))


def gap_upper(primal, dual):
    """Upper bound on (p - q) / p for every p in (0, primal] and q >= dual; 0 if ``primal`` is."""
    return float(max(0.0, (primal - dual) / primal) * (1 + 8 * _ROUNDOFF)) if primal > 0 else 0.0


def _chunks(count, rows):
    step = max(1, _CHUNK // rows)
    return [slice(start, start + step) for start in range(0, count, step)]
