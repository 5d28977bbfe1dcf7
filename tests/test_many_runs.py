"""Independent descents side by side."""

import numpy as np
import pytest
import torch

from convexify.many_runs import train_many
from convexify.training import train


@pytest.mark.parametrize("method", ["gd", "adam", "sgd"])
def test_a_run_is_that_of_its_own(method):
    start, target = torch.tensor([3.0, -2.0, 0.5], dtype=torch.float64), torch.tensor([1.0, 0.0, 2.0])
    batches = {"batch_size": 2, "n_samples": 4, "seed": 3} if method == "sgd" else {}
    scales = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)

    def objectives(w, goal):
        return lambda batch=slice(None): (scales[batch, None] * (w - goal) ** 2).mean(0)

    together = start.clone().requires_grad_()
    train_many(together, objectives(together, target), method=method, step=0.02, iterations=30, **batches)
    for k in range(3):
        alone = start[[k]].clone().requires_grad_()
        momentum = 0.9 if method == "sgd" else 0.0
        own = objectives(alone, target[[k]])
        train(alone, lambda *b, own=own: own(*b).sum(), method=method, step=lambda i: 0.02 * (1 - i / 30),
              iterations=30, momentum=momentum, **batches)  # fmt: skip
        np.testing.assert_allclose(together[k].item(), alone.item(), rtol=1e-13)


def test_a_run_that_diverges_is_frozen_and_the_others_go_on():
    w = torch.tensor([1.0, 1.0], dtype=torch.float64, requires_grad=True)
    steep = torch.tensor([1.0, 1e4], dtype=torch.float64)
    ceiling = train_many(w, lambda: steep * w**2, method="gd", step=0.4, iterations=200)
    assert abs(w[0].item()) < 1e-6
    assert torch.isfinite(w).all()
    assert (steep * w.detach() ** 2)[1] > ceiling[1]
