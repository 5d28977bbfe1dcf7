"""Many independent descents as one: several problems, starts or steps side by side in the same tensors."""

import numpy as np
import torch

from convexify.training import train


def train_many(parameters, objectives, *, method, step, iterations, blow_up=1e6, **options):
    r"""Minimise many objectives of the same parameters that do not share any, with steps that fall linearly to 0.

    Parameters
    ----------
    parameters : torch.Tensor or list of torch.Tensor
        As in `train`; each run owns a part of them.
    objectives : callable
        ``objectives()`` returns the objective of every run, any shape; with mini-batches ``objectives(batch)`` does.
    method : {"gd", "sgd", "adam"}
        SGD has momentum 0.9.
    step : float
        First step.
    iterations : int
    blow_up : float
        A run counts as diverged above this multiple of its first objective, or of 1 if that is less.
    **options
        ``batch_size, n_samples, seed`` of `train`.

    Returns
    -------
    torch.Tensor
        Objective of every run above which it counts as diverged: it is no longer moved, and the others go on.

    Examples
    --------
    >>> w = torch.tensor([3.0, -2.0], requires_grad=True)
    >>> ceiling = train_many(w, lambda: (w - 1) ** 2, method="gd", step=0.5, iterations=50)
    >>> w.detach().numpy().round(3).tolist(), ceiling.tolist()
    ([1.0, 1.0], [4000000.0, 9000000.0])
    """
    with torch.no_grad():
        ceiling = blow_up * objectives().clamp(min=1.0)

    def loss(*batch):
        values = objectives(*batch)
        return torch.where(values <= ceiling, values, ceiling).sum()

    with np.errstate(over="ignore", invalid="ignore"):
        train(
            parameters, loss, method=method, step=lambda k: step * (1 - k / iterations), iterations=iterations,
            momentum=0.9 if method == "sgd" else 0.0, blow_up=np.finfo(float).max, record_every=max(iterations, 1),
            **options,
        )  # fmt: skip
    return ceiling
