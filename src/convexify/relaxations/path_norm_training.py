"""Parallel three-layer networks trained by descent on their own weights, beside the convex program that bounds them."""

from dataclasses import dataclass

import numpy as np
import torch

from convexify.checks import as_batch, as_integer, as_number, one_of
from convexify.many_runs import train_many
from convexify.relaxations.path_norm import branch_norms, branch_outputs

#: Below the root of a path norm, whose gradient at 0 does not exist; far below any objective.
_TINY = 1e-20


@dataclass(frozen=True)
class DescentOfBranches:
    """Networks trained from several starts on several problems.

    Attributes
    ----------
    V : ndarray, shape (p, s, K, m, d)
        Rescaled weights of every problem and start.
    signs : ndarray, shape (p, s, K, m)
    outputs : ndarray, shape (p, s, K)
    objectives : ndarray, shape (p, s)
        ½‖f − y‖² plus β times the path norm; not finite where a run diverged.
    """

    V: np.ndarray
    signs: np.ndarray
    outputs: np.ndarray
    objectives: np.ndarray


def descend_branches(
    X, y, beta, *, branches, neurons, starts, step, iterations, method="sgd", batch_size=None, seed=0, device="cpu"
):  # fmt: skip
    r"""Train :math:`\sum_k((XW_k)_+w_k)_+\alpha_k` under the path norm, all problems and starts in one run.

    Parameters
    ----------
    X : array_like, shape (p, n, d)
        Samples of p problems of one size.
    y : array_like, shape (p, n)
    beta : float
        Of the path norm beside ½‖f − y‖², more than 0.
    branches, neurons, starts : int
        K, m, and starts of each problem.
    step : float
        First step, which falls linearly to 0. Descent works on the objective divided by n.
    iterations : int
    method : {"sgd", "adam"}
        SGD has momentum 0.9.
    batch_size : int, optional
        Samples of a mini-batch; required for SGD.
    seed : int
        Of the normal initial weights and of the mini-batches.
    device : str
        Where torch computes: ``"cpu"`` or ``"cuda"``.

    Returns
    -------
    DescentOfBranches

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.
    """
    X = as_batch("X", X, shape=(None, None))
    y = as_batch("y", y, shape=X.shape[1:2])
    if X.ndim != 3 or y.shape != X.shape[:2]:
        raise ValueError(f"X, y: expected shapes (p, n, d) and (p, n), got {X.shape} and {y.shape}")
    beta, step = as_number("beta", beta, above=0), as_number("step", step, above=0)
    one_of("method", method, ("sgd", "adam"))
    K, m, starts = (as_integer(name, value, minimum=1) for name, value in
                    (("branches", branches), ("neurons", neurons), ("starts", starts)))  # fmt: skip
    p, n, d = X.shape
    rng = np.random.default_rng(seed)
    # hidden weights of all starts side by side: one matrix product for each problem
    shapes = ((p, d, starts * K * m), d), ((p, 1, starts, K, m), m), ((p, 1, starts, K), K)
    weights = [torch.from_numpy(rng.standard_normal(s) / np.sqrt(fan)).to(device).requires_grad_() for s, fan in shapes]
    samples, targets = torch.from_numpy(X).to(device), torch.from_numpy(y).to(device)

    def each(batch=slice(None)):
        W, w, a = weights
        inner = torch.relu(samples[:, batch] @ W).unflatten(-1, (starts, K, m))
        f = (torch.relu((inner * w).sum(-1)) * a).sum(-1)
        fit = 0.5 * (f - targets[:, batch, None]).square().mean(1)
        lengths = W.square().sum(1).unflatten(-1, (starts, K, m))
        paths = a[:, 0].abs() * (w[:, 0].square() * lengths).sum(-1).add(_TINY).sqrt()
        return fit + beta / n * paths.sum(-1)

    batches = {"batch_size": batch_size, "n_samples": n} if batch_size else {}
    train_many(weights, each, method=method, step=step, iterations=iterations, seed=seed, **batches)
    with np.errstate(over="ignore", invalid="ignore"):
        W, w, a = (part.detach().cpu().numpy() for part in weights)
        W, w, a = W.reshape(p, d, starts, K, m).transpose(0, 2, 3, 4, 1), w[:, 0], a[:, 0]
        V = np.abs(a)[..., None, None] * np.abs(w)[..., None] * W
        signs, outputs = np.where(w < 0, -1.0, 1.0), np.where(a < 0, -1.0, 1.0)
        objectives = np.array([
            [0.5 * np.sum((branch_outputs(X[i], V[i, s], signs[i, s]) @ outputs[i, s] - y[i]) ** 2)
             + beta * branch_norms(V[i, s], "path").sum() for s in range(starts)]
            for i in range(p)
        ])  # fmt: skip
    return DescentOfBranches(V, signs, outputs, objectives)
