"""Gradient descent on networks of tanh units: many problems and many random starts at once."""

from dataclasses import dataclass

import numpy as np
import torch

from convexify.branches.branch_problem import as_branches
from convexify.checks import as_integer, as_matrix, as_number, as_vector


@dataclass(frozen=True)
class Descent:
    """What gradient descent reached.

    Attributes
    ----------
    losses : ndarray, shape (problems, starts)
        Final losses.
    first_losses : ndarray, shape (problems, starts)
        Losses of the starts.
    best_weights : ndarray, shape (problems, I, d)
        Weights of the best start of each problem.
    """

    losses: np.ndarray
    first_losses: np.ndarray
    best_weights: np.ndarray

    @property
    def diverged(self):
        """Runs that ended above their start, shape (problems, starts): the box keeps every loss finite."""
        return self.losses > self.first_losses


def projected_gradient_descent(X, labels, *, branches, tau, radius, starts, steps, step, rngs, device="cpu"):
    r"""Projected gradient descent on the mean τ-hinge of the average of I tanh units.

    Parameters
    ----------
    X : array_like, shape (problems, n, d)
        Samples of each problem; see `tanh_network_bracket` for one of them, its labels, ``branches`` and ``tau``.
    labels : array_like, shape (problems, n)
    branches : int
    tau : float
    radius : float
        B: weights start uniformly in [−B, B]^d and are clipped to it after every step.
    starts : int
        Independent starts of each problem, all in one tensor of shape (problems, starts, I, d).
    steps : int
    step : float
        First step for each branch, in units in which a branch's gradient does not shrink with I; falls linearly to
        zero, as a subgradient method needs it.
    rngs : sequence of numpy.random.Generator
        One for the starts of each problem.
    device : str

    Returns
    -------
    Descent

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
    >>> descent = projected_gradient_descent(
    ...     [[[1.0], [-1.0]]], [[1.0, -1.0]], **options, rngs=[np.random.default_rng(0)]
    ... )
    >>> descent.losses.shape, descent.best_weights.shape, bool(descent.diverged.any())
    ((1, 3), (1, 2, 1), False)
    """
    X = np.stack([as_matrix("X", problem) for problem in X])
    problems, n, d = X.shape
    labels = np.stack([as_vector("labels", vector, length=n) for vector in labels])
    branches, tau, radius = as_branches(branches), as_number("tau", tau, above=0), as_number("radius", radius, above=0)
    starts, steps = as_integer("starts", starts, minimum=1), as_integer("steps", steps, minimum=1)
    step = as_number("step", step, above=0)
    inputs = torch.as_tensor(labels[:, :, None] * X, device=device)
    first = np.stack([rng.uniform(-radius, radius, (starts * branches, d)) for rng in rngs])
    weights = torch.as_tensor(first, device=device)

    def outputs_and_margins(weights):
        outputs = torch.tanh(weights @ inputs.transpose(1, 2)).view(problems, starts, branches, n)
        return outputs, 1.0 - outputs.mean(dim=2) / tau

    def losses_of(margins):
        return margins.clamp(min=0).mean(dim=2).cpu().numpy()

    outputs, margins = outputs_and_margins(weights)
    first_losses = losses_of(margins)
    for k in range(steps):
        active = (margins > 0).to(weights.dtype)
        # The gradient of one branch times I: what it would be if the branch stood alone.
        slopes = ((1 - outputs**2) * active[:, :, None]).view(problems, starts * branches, n)
        weights = weights + step * (1 - k / steps) / (tau * n) * (slopes @ inputs)
        outputs, margins = outputs_and_margins(weights.clamp_(-radius, radius))
    losses = losses_of(margins)
    weights = weights.view(problems, starts, branches, d).cpu().numpy()
    return Descent(losses, first_losses, weights[np.arange(problems), losses.argmin(axis=1)])
