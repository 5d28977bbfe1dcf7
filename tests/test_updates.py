"""Updates of parameters, against torch's optimisers."""

import pytest
import torch

from convexify.updates import Adam, GradientDescent


def _run(step, parameters, target):
    for k in range(40):
        for p in parameters:
            p.grad = None
        sum(((p - t) ** 4).sum() for p, t in zip(parameters, target, strict=True)).backward()
        step(0.05 / (1 + k))
    return [p.detach() for p in parameters]


def _tensors(dtype):
    draw = torch.Generator().manual_seed(1)
    shapes = ((3, 4), (5,))
    start, target = ([torch.randn(s, generator=draw, dtype=dtype) for s in shapes] for _ in range(2))
    return start, target


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (GradientDescent, lambda w: torch.optim.SGD(w, lr=1.0)),
        (lambda w: GradientDescent(w, 0.9), lambda w: torch.optim.SGD(w, lr=1.0, momentum=0.9)),
        (Adam, lambda w: torch.optim.Adam(w, lr=1.0)),
    ],
    ids=["descent", "momentum", "adam"],
)
def test_iterates_are_those_of_torch(ours, theirs, dtype):
    start, target = _tensors(dtype)
    own, other = ([w.clone().requires_grad_() for w in start] for _ in range(2))
    optimizer = theirs(other)

    def step(length):
        optimizer.param_groups[0]["lr"] = length
        optimizer.step()

    for found, expected in zip(_run(ours(own).step, own, target), _run(step, other, target), strict=True):
        torch.testing.assert_close(found, expected, rtol=10 * torch.finfo(dtype).eps, atol=0)
    assert not torch.equal(own[0].detach(), start[0])
