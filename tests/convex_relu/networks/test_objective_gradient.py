"""The closed-form gradient against torch's own."""

import numpy as np
import pytest
import torch

from convexify.convex_relu.networks.network_training import objectives
from convexify.convex_relu.networks.objective_gradient import TwoLayerObjective

C, B, D, M, DECAY = 3, 7, 4, 5, 0.03


def _problem(loss):
    draw = torch.Generator().manual_seed(0)
    tensors = [torch.randn(shape, generator=draw, dtype=torch.float64) for shape in ((C, D, M), (C, M), (B, D), (C, B))]
    hidden, output, samples, targets = tensors
    return hidden, output, samples, targets if loss == "squared" else torch.sign(targets)


@pytest.mark.parametrize("slope", [0.0, 0.2, -1.0])
@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_value_and_gradient_are_those_of_finite_differences(loss, slope):
    hidden, output, samples, targets = (t.requires_grad_() if k < 2 else t for k, t in enumerate(_problem(loss)))
    ceiling = torch.full((C,), 1e6, dtype=torch.float64)
    torch.autograd.gradcheck(
        lambda u, a: TwoLayerObjective.apply(u, a, samples, targets, DECAY, ceiling, loss, slope), (hidden, output)
    )
    value = TwoLayerObjective.apply(hidden, output, samples, targets, DECAY, ceiling, loss, slope).item()
    arrays = [t.detach().numpy() for t in (samples, targets.T, hidden, output)]
    expected = objectives(*arrays[:2], B * DECAY, *arrays[2:], loss=loss, negative_slope=slope).sum() / B
    assert value == pytest.approx(expected, rel=1e-12)


def test_a_network_above_its_ceiling_contributes_the_ceiling_and_no_gradient():
    hidden, output, samples, targets = (t.requires_grad_() if k < 2 else t for k, t in enumerate(_problem("squared")))
    free = torch.full((C,), 1e6, dtype=torch.float64)
    alone = [TwoLayerObjective.apply(hidden[[k]], output[[k]], samples, targets[[k]], DECAY, free[[k]], "squared", 0.0)
             for k in range(C)]  # fmt: skip
    ceiling = torch.tensor([1e6, 0.5 * alone[1].item(), 1e6], dtype=torch.float64)
    value = TwoLayerObjective.apply(hidden, output, samples, targets, DECAY, ceiling, "squared", 0.0)
    value.backward()
    assert value.item() == pytest.approx(alone[0].item() + ceiling[1].item() + alone[2].item())
    np.testing.assert_array_equal(hidden.grad[1], 0.0)
    np.testing.assert_array_equal(output.grad[1], 0.0)
    assert hidden.grad[0].abs().min() > 0
