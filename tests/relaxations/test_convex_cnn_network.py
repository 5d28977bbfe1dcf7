"""The networks that convexified ones are compared with: gradients against torch, training, bad input."""

import numpy as np
import pytest
import torch

from convexify.relaxations.convex_cnn_network import PatchNetwork, train_patch_network
from convexify.relaxations.convex_cnn_patches import image_patches

CASES = [([4], [3, 2], [2, 2]), ([4, 5], [3, 2], [2, 2]), ([4, 3], [3, 3], [2, 1])]


def problem(filters, sides, pools, n=6):
    rng = np.random.default_rng(0)
    images, y = rng.standard_normal((n, 1, 8, 8)), rng.integers(0, 3, n)
    patches = image_patches(images, sides[0])
    network = PatchNetwork(
        patches.shape[1:], filters, 3, sides=sides, pools=pools, generator=rng, dtype=np.float64
    )  # fmt: skip
    for weight in network.weights:
        weight += 0.1 * rng.standard_normal(weight.shape)
    return images, patches, y, network


@pytest.mark.parametrize(("filters", "sides", "pools"), CASES)
def test_outputs_and_gradients_are_those_of_torch(filters, sides, pools):
    images, patches, y, network = problem(filters, sides, pools)
    weights = [torch.tensor(weight, requires_grad=True) for weight in network.weights]
    maps = torch.tensor(images)
    for number, count in enumerate(filters):
        kernel = weights[2 * number].T.reshape(count, maps.shape[1], sides[number], sides[number])
        maps = torch.relu(torch.nn.functional.conv2d(maps, kernel, weights[2 * number + 1]))
        maps = torch.nn.functional.avg_pool2d(maps, pools[number])
    outputs = maps.permute(0, 2, 3, 1).flatten(1) @ weights[-2] + weights[-1]
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(y))
    loss.backward()
    np.testing.assert_allclose(network.outputs(patches), outputs.detach().numpy(), atol=1e-12)
    value, gradients = network.gradient(patches, y)
    assert value == pytest.approx(loss.item())
    for gradient, weight in zip(gradients, weights, strict=True):
        np.testing.assert_allclose(gradient, weight.grad.numpy(), atol=1e-12)


def test_training_is_torch_sgd_and_says_when_it_diverged():
    _, patches, y, network = problem(*CASES[1])
    weights = [torch.tensor(weight) for weight in network.weights]
    optimizer = torch.optim.SGD(weights, lr=0.05, momentum=0.9)
    _, _, _, copy = problem(*CASES[1])
    for _ in range(4):
        for weight, ours in zip(weights, copy.weights, strict=True):
            ours[...] = weight.numpy()
        for weight, gradient in zip(weights, copy.gradient(patches, y)[1], strict=True):
            weight.grad = torch.tensor(gradient)
        optimizer.step()
    assert train_patch_network(network, patches, y, np.random.default_rng(1), step=0.05, iterations=4)
    for weight, ours in zip(weights, network.weights, strict=True):
        np.testing.assert_allclose(ours, weight.numpy(), atol=1e-12)
    assert not train_patch_network(network, patches, y, np.random.default_rng(1), step=1e200, iterations=50)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (35, 9)}, "expected a square of positions"),
        ({"filters": [2, 2, 2]}, "one or two convolutions"),
        ({"pools": [4, 2]}, "pools: expected a divisor of the side 6"),
        ({"sides": [3, 4]}, "sides: expected a patch within a map of side 3"),
    ],
)
def test_bad_shapes_are_named(arguments, message):
    given = {"shape": (36, 9), "filters": [2, 2], "sides": [3, 2], "pools": [2, 2]} | arguments
    with pytest.raises(ValueError, match=message):
        PatchNetwork(classes=2, generator=np.random.default_rng(0), **given)
