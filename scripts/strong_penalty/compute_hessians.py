"""Hessians of the network a·tanh(wx): over the whole box, and by how much the penalty moves their eigenvalues.

No device: a network of two parameters; sending it to a device would take longer.
"""

import numpy as np
import pandas as pd
import torch
from _problems import two_parameter_loss

from convexify.seeds import generator
from convexify_workflow.job import run


def compute_hessians(samples, box, points, seed):
    """Tables ``slice``, one row per grid point, and ``shift_of_eigenvalues``, one row per λ."""
    loss = two_parameter_loss(samples, seed)
    return {"slice": _slice(loss, box, points), "shift_of_eigenvalues": _shift(loss, seed)}


def _slice(loss, box, points):
    """Smallest Hessian eigenvalue on a grid over the box."""
    grid = np.linspace(-box, box, points)
    w, a = np.meshgrid(grid, grid, indexing="ij")
    thetas = torch.as_tensor(np.stack([w.ravel(), a.ravel()], axis=1))
    eigenvalues = torch.linalg.eigvalsh(torch.func.vmap(torch.func.hessian(loss))(thetas))[:, 0]
    values = torch.func.vmap(loss)(thetas)
    return pd.DataFrame(
        {"w": w.ravel(), "a": a.ravel(), "smallest_eigenvalue": eigenvalues.numpy(), "loss": values.numpy()}
    )


def _shift(loss, seed):
    """By how much λ‖θ‖² moves the eigenvalues of the Hessian at a random point, divided by λ."""
    rows = []
    for lam in (0.5, 2.0):
        theta = torch.as_tensor(generator(seed, "strong_penalty", "shift").standard_normal(loss.layout.size))

        def objective(t, lam=lam):
            return loss(t) + lam * (t**2).sum()

        plain, penalised = (torch.linalg.eigvalsh(torch.func.hessian(f)(theta)) for f in (loss, objective))
        rows.append({"lam": lam, "shift_per_lambda": float(((penalised - plain) / lam).mean())})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_hessians)
