import numpy as np
import pytest
import torch

from convexify.networks.two_layer_relu import TwoLayerReLUNet
from convexify.training import train


@pytest.mark.parametrize("outputs", [None, 1, 3])
def test_outputs_are_those_of_the_formula(outputs):
    network = TwoLayerReLUNet(4, 6, np.random.default_rng(0), outputs=outputs)
    X = np.random.default_rng(1).normal(size=(5, 4))
    U, alpha = network.U.detach().numpy(), network.alpha.detach().numpy()
    expected = sum(np.multiply.outer(np.maximum(X @ U[:, j], 0), alpha[j]) for j in range(6))
    predictions = network(torch.as_tensor(X)).detach().numpy()
    assert predictions.shape == ((5,) if outputs is None else (5, outputs))
    np.testing.assert_allclose(predictions, expected, atol=1e-12)
    assert float(network.squared_norm().detach()) == pytest.approx((U**2).sum() + (alpha**2).sum())


@pytest.mark.parametrize("outputs", [None, 3])
def test_balancing_keeps_the_function_and_gives_the_least_norm_of_its_rescalings(outputs):
    network = TwoLayerReLUNet(4, 6, np.random.default_rng(2), outputs=outputs)
    with torch.no_grad():
        network.U[:, 0] = 0
        network.alpha[1] = 0
    X = torch.as_tensor(np.random.default_rng(3).normal(size=(5, 4)))
    before, norm = network(X).detach(), float(network.squared_norm().detach())
    alpha = network.alpha.detach().reshape(6, -1).norm(dim=1)
    least = float(2 * (network.U.detach().norm(dim=0) * alpha).sum())
    network.balance()
    torch.testing.assert_close(network(X).detach(), before)
    assert float(network.squared_norm().detach()) == pytest.approx(least)
    assert least < norm


def test_initial_outputs_have_the_documented_variance():
    X = np.random.default_rng(4).normal(size=(40, 10))
    X = torch.as_tensor(X * np.sqrt(10) / np.linalg.norm(X, axis=1, keepdims=True))
    outputs = [TwoLayerReLUNet(10, 50, np.random.default_rng(seed))(X).detach().numpy() for seed in range(300)]
    assert np.var(outputs) == pytest.approx(0.5, rel=0.1)


def test_sgd_with_weight_decay_lowers_the_objective():
    rng = np.random.default_rng(5)
    X, y = torch.as_tensor(rng.normal(size=(30, 4))), torch.as_tensor(rng.normal(size=30))
    network = TwoLayerReLUNet(4, 20, np.random.default_rng(6))

    def loss(batch=slice(None)):
        return 0.5 * (network(X[batch]) - y[batch]).square().mean() + 0.005 * network.squared_norm()

    history = train(network.parameters(), loss, method="sgd", step=0.05, iterations=500, n_samples=30, batch_size=5)
    assert history.final_loss < 0.5 * history.loss[0]


@pytest.mark.parametrize(
    ("arguments", "options", "name"),
    [
        ((0, 3), {}, "inputs"),
        ((3, 0), {}, "width"),
        ((3, 2), {"outputs": 0}, "outputs"),
        ((3, 2), {"scale": 0}, "scale"),
    ],
)
def test_bad_arguments_are_named(arguments, options, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        TwoLayerReLUNet(*arguments, np.random.default_rng(0), **options)
