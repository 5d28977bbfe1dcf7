"""Gradient descent on the first layer of a shallow ReLU network, as in Du, Zhai, Poczos and Singh (2019)."""

import numpy as np
import pandas as pd
import torch

from convexify.checks import as_integer, as_matrix, as_number, as_vector


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
        :math:`\max_r\|w_r(k)-w_r(0)\|`.

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
        if k in (0, iterations) or k % 10 == 0:
            distance = (moved * (K @ moved)).sum(0).clamp_min(0).max().sqrt().item()
        else:
            distance = np.nan
        rows.append((k, 0.5 * float(residuals @ residuals), float((active != start).double().mean()), distance))
        moved.sub_(change, alpha=step)
        Z.addmm_(K, change, alpha=-step)
    return pd.DataFrame(rows, columns=["iteration", "loss", "pattern_change", "weight_distance"])
