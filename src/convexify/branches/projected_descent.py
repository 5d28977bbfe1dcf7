"""Gradient descent on networks of tanh units from many random starts at once."""

import numpy as np
import torch

from convexify.branches.branch_problem import as_branches
from convexify.checks import as_integer, as_matrix, as_number, as_vector


def projected_gradient_descent(X, labels, *, branches, tau, radius, starts, steps, step, rng, device="cpu"):
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

    Notes
    -----
    Not `convexify.training.train`, which follows one run: here every start advances in the same matrix products, by

    .. math::
        w_i \leftarrow \Pi_{[-B, B]^d}\Big(w_i + \frac{\eta_k}{\tau n}
        \sum_{j \in A} y_j \tanh'(w_i^\top x_j)\, x_j\Big), \qquad
        A = \Big\{ j : \frac{y_j}{\tau I} \sum_{i=1}^I \tanh(w_i^\top x_j) < 1 \Big\},

    with :math:`\eta_k` falling linearly from ``step`` to zero over the iterations.

    Examples
    --------
    >>> import numpy as np
    >>> options = {"branches": 2, "tau": 0.5, "radius": 3.0, "starts": 3, "steps": 100, "step": 1.0}
    >>> losses, weights = projected_gradient_descent(
    ...     [[1.0], [-1.0]], [1.0, -1.0], **options, rng=np.random.default_rng(0)
    ... )
    >>> losses.shape, weights.shape
    ((3,), (2, 1))
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
