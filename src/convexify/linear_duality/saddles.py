"""Whether a descent of a deep linear network hangs near a saddle: gradient and a direction of negative curvature."""

import types

import numpy as np
import torch

from convexify.checks import as_integer
from convexify.linear_duality.deep_linear_descent import objectives


def gradient_and_curvature(weights, inputs, targets, gammas, *, regulariser="schatten", steps=30, seed=0):
    r"""Gradient norm and extreme curvatures of objective (2) at each network of a stack.

    Parameters
    ----------
    weights : sequence of array_like, shape (B, d_i, d_{i-1})
        Layers of B networks, the input layer first.
    inputs, targets : array_like, shapes (d_0, k) and (d_H, k)
    gammas : array_like, shape (B,)
    regulariser : {"schatten", "weight decay"}
    steps : int
        Steps of Lanczos for each network, at most the number of its weights.
    seed : int
        Of the starting vectors.

    Returns
    -------
    gradient : ndarray, shape (B,)
        Euclidean norm of the gradient.
    smallest, largest : ndarray, shape (B,)
        Extreme Rayleigh quotients of the Hessian found: a negative ``smallest`` shows a direction of negative
        curvature whether the search has converged or not; a positive one shows nothing.

    Raises
    ------
    ValueError
        If ``steps`` is below 1 or the regulariser is unknown.

    Notes
    -----
    Products with the Hessian are central differences of the gradient, of error :math:`O(h^2)` with
    :math:`h=10^{-4}`: reverse mode over the eigenvalues of an odd depth has poles at tied singular values, where
    the objective itself is twice differentiable. Candidates are the Ritz values of Lanczos (with full
    reorthogonalisation), and for each j the direction that lifts the j-th singular value of every layer at once: with
    H layers the curvature of a missing singular pair is of the order of its size to the power :math:`H-2`, which
    Lanczos does not separate from the many zeros of the spectrum.

    Examples
    --------
    The zero network of two layers is a saddle of curvature :math:`-\sigma_1(Y)` at :math:`\gamma=0`:

    >>> zero = [np.zeros((1, 2, 2)), np.zeros((1, 2, 2))]
    >>> gradient, smallest, _ = gradient_and_curvature(zero, np.eye(2), np.diag([2.0, 1.0]), [0.0], steps=8)
    >>> gradient.tolist(), smallest.round(6).tolist()
    ([0.0], [-2.0])
    """
    steps = as_integer("steps", steps, minimum=1)
    layers = [torch.as_tensor(np.asarray(W, dtype=float)) for W in weights]
    A, B, g = (torch.as_tensor(np.ascontiguousarray(v, dtype=float)) for v in (inputs, targets, gammas))
    count, sizes = len(layers[0]), [W[0].numel() for W in layers]
    point = torch.cat([W.reshape(count, -1) for W in layers], dim=1)

    def gradient(at):
        leaf = at.detach().requires_grad_()
        parts = leaf.split(sizes, dim=1)
        network = types.SimpleNamespace(weights=[p.reshape(W.shape) for p, W in zip(parts, layers, strict=True)])
        return torch.autograd.grad(objectives(network, A, B, g, regulariser).sum(), leaf)[0]

    def product(vectors, h=1e-4):
        return (gradient(point + h * vectors) - gradient(point - h * vectors)) / (2 * h)

    alphas, betas = _lanczos(product, point.shape, min(steps, point.shape[1]), seed)
    ritz = np.array([_ritz_values(a, b) for a, b in zip(alphas, betas, strict=True)]).reshape(count, 2)
    smallest, largest = ritz.T
    for direction in _singular_directions(layers):
        quotient = (direction * product(direction)).sum(dim=1).numpy()
        smallest, largest = np.minimum(smallest, quotient), np.maximum(largest, quotient)
    return gradient(point).norm(dim=1).numpy(), smallest, largest


def _singular_directions(layers):
    """For each j the unit vectors along the j-th singular pair of every layer, shape (B, P)."""
    triples = [torch.linalg.svd(W, full_matrices=False) for W in layers]
    for j in range(min(s.shape[1] for _, s, _ in triples)):
        pairs = [U[:, :, j, None] * Vh[:, None, j, :] for U, _, Vh in triples]
        yield torch.cat([p.reshape(len(p), -1) for p in pairs], dim=1) / len(layers) ** 0.5


def _lanczos(product, shape, steps, seed):
    """Diagonals and off-diagonals of B Lanczos processes side by side, shapes (B, steps) and (B, steps)."""
    v = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    basis, alphas, betas = [], [], []
    for _ in range(steps):
        norms = v.norm(dim=1, keepdim=True)
        v = torch.where(norms > 0, v / norms.clamp_min(1e-300), 0.0)
        basis.append(v)
        image = product(v)
        alphas.append((image * v).sum(dim=1))
        done = torch.stack(basis, dim=1)
        for _ in range(2):  # twice is enough
            image = image - torch.einsum("bkp,bk->bp", done, torch.einsum("bkp,bp->bk", done, image))
        betas.append(image.norm(dim=1))
        v = image
    return torch.stack(alphas, dim=1).numpy(), torch.stack(betas, dim=1).numpy()


def _ritz_values(alphas, betas):
    """Smallest and largest, up to the step at which the Krylov space was exhausted."""
    exhausted = np.flatnonzero(betas <= 1e-7 * max(np.abs(alphas).max(), 1e-300))
    stop = exhausted[0] + 1 if exhausted.size else len(alphas)
    off = betas[: stop - 1]
    values = np.linalg.eigvalsh(np.diag(alphas[:stop]) + np.diag(off, 1) + np.diag(off, -1))
    return values[0], values[-1]


def balanced_critical_point(targets, kept, depth):
    r"""Balanced layers with the product :math:`\sum_{i\in S}\sigma_iu_iv_i^\top`: a stationary point at γ = 0.

    Parameters
    ----------
    targets : array_like, shape (d, k)
        On white inputs; :math:`U\Sigma V^\top` with all singular values positive.
    kept : sequence of int
        The set S of singular pairs.
    depth : int
        Number of layers, at least 2.

    Returns
    -------
    list of ndarray
        :math:`W_1 = \Sigma_S^{1/H}V^\top`, diagonal layers, :math:`W_H = U\Sigma_S^{1/H}`, of full hidden width.
    """
    U, s, Vt = np.linalg.svd(np.asarray(targets, dtype=float), full_matrices=False)
    root = np.zeros_like(s)
    root[list(kept)] = s[list(kept)] ** (1 / depth)
    return [root[:, None] * Vt, *[np.diag(root)] * (depth - 2), U * root]


def descend_from(layers, targets, *, step, iterations):
    r"""Gradient descent on :math:`\tfrac12\|Y-W_H\cdots W_1\|_F^2` (white inputs, γ = 0) from given weights.

    Parameters
    ----------
    layers : sequence of array_like, shape (B, d_i, d_{i-1})
    targets : array_like, shape (d_H, d_0)
    step : float
    iterations : int

    Returns
    -------
    list of ndarray
        Layers after the last step.

    Examples
    --------
    >>> W1, W2 = descend_from([np.full((1, 1, 1), 0.1), np.full((1, 1, 1), 0.2)], [[1.0]], step=0.1, iterations=500)
    >>> round((W2 @ W1).item(), 6)
    1.0
    """
    layers, targets = [np.array(W, dtype=float) for W in layers], np.asarray(targets, dtype=float)
    for _ in range(iterations):
        before = [np.broadcast_to(np.eye(layers[0].shape[2]), (len(layers[0]),) + (layers[0].shape[2],) * 2)]
        for W in layers:
            before.append(W @ before[-1])
        signal, gradients = before[-1] - targets, []
        for W, entering in zip(layers[::-1], before[-2::-1], strict=True):
            gradients.append(signal @ entering.swapaxes(1, 2))
            signal = W.swapaxes(1, 2) @ signal
        layers = [W - step * gradient for W, gradient in zip(layers, gradients[::-1], strict=True)]
    return layers
