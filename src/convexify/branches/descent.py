"""Gradient descent on networks of tanh units from many random starts at once."""

import numpy as np
import torch

from convexify.branches.problem import as_branches
from convexify.checks import as_integer, as_matrix, as_number, as_vector


def descend(X, labels, *, branches, tau, radius, starts, steps, step, rng, device="cpu"):
    r"""Projected gradient descent on the mean τ-hinge of the average of I tanh units.

    Parameters
    ----------
    X : array_like, shape (n, d)
    labels : array_like, shape (n,)
        −1 or +1.
    branches : int
        I.
    tau : float
    radius : float
        B: weights start uniformly in [−B, B]^d and are clipped to it after every step.
    starts : int
        Independent starts, all in one tensor of shape (starts, I, d).
    steps : int
    step : float
        First step for each branch, in units in which a branch's gradient does not shrink with I; falls linearly to
        zero, as a subgradient method needs it.
    rng : numpy.random.Generator
    device : str

    Returns
    -------
    tuple of ndarray
        Final losses (starts,) and the weights (I, d) of the best start.

    Raises
    ------
    ValueError
        Naming the argument.
    """
    X = as_matrix("X", X)
    labels = as_vector("labels", labels, length=len(X))
    branches, tau, radius = as_branches(branches), as_number("tau", tau, above=0), as_number("radius", radius, above=0)
    starts, steps = as_integer("starts", starts, minimum=1), as_integer("steps", steps, minimum=1)
    step = as_number("step", step, above=0)
    inputs = torch.as_tensor(labels[:, None] * X, device=device).T
    weights = torch.as_tensor(rng.uniform(-radius, radius, (starts, branches, X.shape[1])), device=device)

    def margins_of(outputs):
        return 1.0 - outputs.mean(dim=1) / tau

    for k in range(steps):
        outputs = torch.tanh(weights @ inputs)
        active = (margins_of(outputs) > 0).to(weights.dtype)
        # The gradient of one branch times I: what it would be if the branch stood alone.
        gradient = -((1 - outputs**2) * active[:, None]) @ inputs.T / (tau * len(X))
        weights = (weights - step * (1 - k / steps) * gradient).clamp(-radius, radius)
    losses = margins_of(torch.tanh(weights @ inputs)).clamp(min=0).mean(dim=1)
    losses = losses.cpu().numpy()
    return losses, weights[int(np.argmin(losses))].cpu().numpy()
