from functools import partial

import pytest
import torch

from convexify.curvature.barriers import barrier_between, loss_barrier
from convexify.networks.multi_branch import multiclass_margin_loss
from convexify.networks.residual_classifier import ResidualClassifier


def test_convex_lines_have_no_barrier_and_a_hill_has_its_height():
    assert loss_barrier([4.0, 1.0, 0.0, 1.0, 4.0]) == 0
    assert loss_barrier([0.0, 0.0, 5.0, 2.0, 2.0]) == pytest.approx(4.0)
    with pytest.raises(ValueError, match="both ends"):
        loss_barrier([1.0])


def test_barrier_is_that_of_the_losses_point_by_point():
    network = ResidualClassifier(3, 2, blocks=2, width=4)
    X, y = torch.randn(20, 3, generator=torch.Generator().manual_seed(0)), torch.arange(20) % 2
    first, second = network.initial(0), network.initial(1)
    loss = partial(multiclass_margin_loss, labels=y)
    losses = [float(loss(network(first + t * (second - first), X))) for t in (0, 0.25, 0.5, 0.75, 1)]
    assert barrier_between(network, first, second, X, loss=loss, points=5) == pytest.approx(
        loss_barrier(losses), abs=1e-6
    )
    assert barrier_between(network, first, first, X, loss=loss, points=5) == pytest.approx(0, abs=1e-6)
