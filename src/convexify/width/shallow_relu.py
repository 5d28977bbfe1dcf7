"""Gradient descent on the first layer of a shallow ReLU network, as in Du, Zhai, Poczos and Singh (2019)."""

import numpy as np
import pandas as pd
import torch
from scipy.optimize import brentq

from convexify.checks import as_integer, as_matrix, as_number, as_vector
from convexify.width.limits import gram


def shallow_dynamics(X, y, width, *, step, iterations, seed=0, dtype=torch.float32, device="cpu"):
    r"""Train :math:`f(x) = \frac1{\sqrt m}\sum_r a_r\,\max(w_r^\top x, 0)` by gradient descent on W alone [1]_.

    Parameters
    ----------
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    width : int
        Number m of neurons; :math:`w_r \sim N(0, I)`, :math:`a_r = \pm1` with equal chance and fixed.
    step : float
        Step length on :math:`\tfrac12\|f - y\|^2`, or one that makes the loss infinite: divergence shows as such.
    iterations : int
        Number of steps (epochs).
    seed : int
    dtype : torch.dtype
    device : str or torch.device

    Returns
    -------
    pandas.DataFrame
        One row per iteration 0, …, ``iterations``: ``iteration``; ``loss`` :math:`\tfrac12\|f-y\|^2`;
        ``pattern_change``, the share of the n·m activations whose sign differs from the start; ``weight_distance``,
        :math:`\max_r\|w_r(k)-w_r(0)\|`, at every 25th iteration and the last one, NaN at the others.

    Raises
    ------
    ValueError
        If sizes do not fit or a number is out of range.

    Notes
    -----
    The weights move in the span of the samples, W(k) = W(0) + C(k)ᵀX, so the pre-activations Z = XWᵀ follow
    :math:`Z \leftarrow Z - \eta XX^\top(\mathbb 1\{Z\ge0\}\circ r a^\top)/\sqrt m`, r = f − y: one matrix product per
    step where the weights would need two, with the same iterates.

    References
    ----------
    .. [1] Du, Zhai, Poczos, Singh (2019), Gradient descent provably optimizes over-parameterized neural networks, ICLR.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=len(X))
    m, iterations = as_integer("width", width, minimum=1), as_integer("iterations", iterations, minimum=1)
    step = as_number("step", step, above=0.0)
    stream = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))
    weights = torch.randn(m, X.shape[1], generator=stream)
    signs = 2.0 * torch.randint(0, 2, (m,), generator=stream) - 1
    X, y, weights, a = (torch.as_tensor(array).to(device, dtype) for array in (X, y, weights, signs))
    a = a / m**0.5

    K, Z = X @ X.T, X @ weights.T
    moved, start = torch.zeros_like(Z), Z >= 0
    rows = []
    for k in range(iterations + 1):
        active = Z >= 0
        residuals = torch.relu(Z) @ a - y
        change = (active * residuals[:, None]).mul_(a)
        if k in (0, iterations) or k % 25 == 0:
            distance = (moved * (K @ moved)).sum(0).clamp_min(0).max().sqrt().item()
        else:
            distance = np.nan
        changed = int((active != start).count_nonzero()) / Z.numel()
        rows.append((k, 0.5 * float(residuals @ residuals), changed, distance))
        moved.sub_(change, alpha=step)
        Z.addmm_(K, change, alpha=-step)
    return pd.DataFrame(rows, columns=["iteration", "loss", "pattern_change", "weight_distance"])


def largest_step(X):
    r"""Half of the step :math:`2/\lambda_{\max}` at which the wide limit of the shallow network begins to diverge.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Unit rows.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a row of X has not norm 1.
    """
    return 1 / np.linalg.eigh(_kernel(X))[0][-1]


def calibrated_step(X, y, *, iterations, log_error):
    r"""Step at which the wide limit of the shallow network ends at a given error, on average over random starts.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Unit rows.
    y : array_like, shape (n,)
    iterations : int
        Number k of steps.
    log_error : float
        Wanted log₁₀ of :math:`\tfrac12\|f - y\|^2`.

    Returns
    -------
    float
        At most `largest_step`.

    Raises
    ------
    ValueError
        If sizes do not fit, or no step up to `largest_step` ends at this error.

    Notes
    -----
    At infinite width f starts as a Gaussian process with covariance C and the residual is multiplied by
    :math:`I - \eta K` in each step, so that with the eigenvectors v_i of K and λ_i the mean error is
    :math:`\tfrac12\sum_i \big((v_i^\top y)^2 + v_i^\top C v_i\big)(1 - \eta\lambda_i)^{2k}`.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=len(X))
    iterations = as_integer("iterations", iterations, minimum=1)
    log_error = as_number("log_error", log_error)
    covariance = gram(X, 2, activation="relu")[1] / 2
    values, vectors = np.linalg.eigh(_kernel(X))
    shares = ((vectors.T @ y) ** 2 + np.einsum("ij,ij->j", vectors, covariance @ vectors)) / 2

    def excess(step):
        return np.log10(shares @ (1 - step * values) ** (2 * iterations)) - log_error

    largest = 1 / values[-1]
    if excess(0.0) < 0 or excess(largest) > 0:
        raise ValueError(
            f"log_error: expected one between {excess(largest) + log_error:.3g} and {excess(0.0) + log_error:.3g}, "
            f"which {iterations} steps can reach; got {log_error}"
        )
    return brentq(excess, 0.0, largest)


def _kernel(X):
    """Limit of the Gram matrix of the first layer; the experiment has no c_σ = 2, so it is half of that of `gram`."""
    return gram(X, 1, activation="relu")[1] / 2
