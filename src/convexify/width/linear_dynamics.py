"""Linear dynamics of wide networks (survey, eq. (10)): steps that they need, and what one real step misses of them."""

import numpy as np
import torch
from torch.func import functional_call, grad

from convexify.checks import as_matrix, as_number, as_vector
from convexify.width.empirical import empirical_gram


def linear_dynamics_iterations(K, y, *, step_fraction, target):
    r"""Number of steps that the linear dynamics :math:`r \leftarrow (I - \eta K) r` needs to shrink :math:`\|r\|^2`.

    Parameters
    ----------
    K : array_like, shape (n, n)
        Positive semi-definite kernel; the step is ``step_fraction``·2/λ_max(K).
    y : array_like, shape (n,)
        The residual before the first step.
    step_fraction : float
        In (0, 1).
    target : float
        Wanted :math:`\|r\|^2/\|y\|^2`, in (0, 1).

    Returns
    -------
    float
        Smallest such number of steps; infinite if the part of y in the null space alone exceeds the target, as it does
        for K = 0; 0 if y = 0.

    Raises
    ------
    ValueError
        If sizes do not fit or a number is out of range.

    Examples
    --------
    >>> linear_dynamics_iterations([[1.0, 0.0], [0.0, 0.25]], [0.0, 1.0], step_fraction=0.5, target=0.1)
    5.0
    """
    K = as_matrix("K", K)
    y = as_vector("y", y, length=len(K))
    for name, value in (("step_fraction", step_fraction), ("target", target)):
        if not 0 < as_number(name, value) < 1:
            raise ValueError(f"{name}: expected a number in (0, 1), got {value}")
    if not y.any():
        return 0.0
    values, vectors = np.linalg.eigh(K)
    if values[-1] <= 0:
        return np.inf
    y = y / 2.0 ** np.floor(np.log2(np.abs(y).max()))  # exactly, so that no square is lost
    shares = (vectors.T @ y) ** 2 / (y @ y)
    # Rounding noise around zero must count as zero, or infinity would come out as a large number.
    values = np.where(values > len(K) * np.finfo(float).eps * values[-1], values, 0.0)
    contraction = (1 - 2 * step_fraction * values / values[-1]) ** 2

    def left(k):
        return shares @ contraction**k

    high = 1.0
    while left(high) > target:
        high *= 2
        if high > 1e18:
            return np.inf
    low = 0.0
    while high - low > 1:
        middle = np.floor((low + high) / 2)
        low, high = (low, middle) if left(middle) <= target else (middle, high)
    return float(high)


def iterations_to_target(losses, target):
    """First iteration of each run whose loss is at most ``target`` times its first one.

    Parameters
    ----------
    losses : array_like, shape (S, k)
        One run per row, as `convexify.width.dynamics.gradient_descent` returns them.
    target : float
        In (0, 1).

    Returns
    -------
    ndarray, shape (S,)
        NaN for a run that does not reach it.

    Raises
    ------
    ValueError
        If the target is not in (0, 1).

    Examples
    --------
    >>> iterations_to_target([[4.0, 2.0, 1.0], [4.0, 3.0, 3.0]], 0.5)
    array([ 1., nan])
    """
    losses = np.asarray(losses, dtype=np.float64)
    if not 0 < as_number("target", target) < 1:
        raise ValueError(f"target: expected a number in (0, 1), got {target}")
    hit = losses <= target * losses[:, :1]
    return np.where(hit.any(1), hit.argmax(1), np.nan)


def one_step_defect(network, X, y, step):
    r"""By how much one gradient step misses the survey's eq. (10), and how the layers share G.

    Parameters
    ----------
    network : FullyConnected
        Not changed.
    X : array_like, shape (n, d)
    y : array_like, shape (n,)
    step : float
        Step length η.

    Returns
    -------
    dict of str to float
        ``linearisation_defect``: :math:`\|y - u(1) - (I - \eta G)(y - u(0))\| / \|y - u(0)\|` with the full G;
        ``missing_without_output_layer``: :math:`\|G^{(H+1)}\|/\|G\|` in the Frobenius norm, the part of G that
        a sum to H as printed in eq. (11) leaves out.

    Raises
    ------
    ValueError
        If sizes do not fit or the step is not positive.
    """
    X, y, step = as_matrix("X", X), as_vector("y", y, length=len(X)), as_number("step", step, above=0.0)
    parameters = {name: value.detach() for name, value in network.named_parameters()}
    inputs, targets = (torch.as_tensor(array).to(network.output) for array in (X, y))

    def loss(weights):
        residuals = functional_call(network, weights, (inputs,)) - targets
        return 0.5 * residuals @ residuals, residuals

    gradient, before = grad(loss, has_aux=True)(parameters)
    _, after = loss({name: value - step * gradient[name] for name, value in parameters.items()})
    kernels = empirical_gram(network, X)
    G = sum(kernels)
    before, after = before.double().cpu().numpy(), after.double().cpu().numpy()
    return {
        "linearisation_defect": np.linalg.norm(after - before + step * G @ before) / np.linalg.norm(before),
        "missing_without_output_layer": np.linalg.norm(kernels[-1]) / np.linalg.norm(G),
    }
