import numpy as np
import pytest
import torch

from convexify.networks.deep_linear import DeepLinear


def generators(count):
    return [np.random.default_rng(seed) for seed in range(count)]


def test_outputs_are_the_product_of_the_layers_applied_from_first_to_last():
    network = DeepLinear([4, 3, 2, 5], generators(2))
    X = np.random.default_rng(9).normal(size=(4, 6))
    outputs = network(torch.as_tensor(X)).detach().numpy()
    for b in range(2):
        W1, W2, W3 = network.weights_of(b)
        np.testing.assert_allclose(outputs[b], W3 @ W2 @ W1 @ X, atol=1e-12)


def test_a_network_depends_on_its_own_generator_alone():
    stack = DeepLinear([4, 3, 2], generators(3))
    alone = DeepLinear([4, 3, 2], [np.random.default_rng(2)])
    for W, V in zip(stack.weights_of(2), alone.weights_of(0), strict=True):
        np.testing.assert_array_equal(W, V)


def test_gaussian_layers_keep_the_mean_squared_norm_of_a_signal():
    network = DeepLinear([20, 30, 10], generators(400), scale=2.0)
    first = np.mean([(network.weights_of(b)[0] ** 2).sum() for b in range(400)])
    assert first == pytest.approx(4 * 30, rel=0.02)


@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (4, 4)])
def test_orthogonal_layers_have_equal_singular_values(sizes):
    network = DeepLinear(sizes, generators(1), initialisation="orthogonal", scale=0.5)
    np.testing.assert_allclose(np.linalg.svd(network.weights_of(0)[0], compute_uv=False), 0.5)


@pytest.mark.parametrize(
    ("widths", "options", "name"),
    [
        ([3], {}, "widths"),
        ([3, 0], {}, r"widths\[1\]"),
        ([3, 2], {"scale": 0.0}, "scale"),
        ([3, 2], {"initialisation": "zero"}, "initialisation"),
    ],
)
def test_bad_arguments_are_named(widths, options, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        DeepLinear(widths, generators(1), **options)


def test_at_least_one_network_is_wanted():
    with pytest.raises(ValueError, match=r"^generators: "):
        DeepLinear([3, 2], [])
