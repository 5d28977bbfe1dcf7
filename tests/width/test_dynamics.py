import numpy as np
import pytest
import torch

from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual
from convexify.training import train
from convexify.width.dynamics import gradient_descent
from convexify.width.empirical import empirical_gram
from convexify.width.limits import gram, smallest_eigenvalue

STREAM = np.random.default_rng(0)
X = STREAM.standard_normal((6, 5))
X /= np.linalg.norm(X, axis=1, keepdims=True)
y = STREAM.standard_normal(6)


@pytest.mark.parametrize("network", [FullyConnected, Residual])
def test_batched_descent_follows_the_common_training_loop(network):
    nets = [network(5, 12, 3, seed=s) for s in range(3)]
    loss, records = gradient_descent(nets, X, y, step_fraction=0.4, iterations=15)
    inputs, targets = torch.as_tensor(X), torch.as_tensor(y)
    for s, net in enumerate(nets):
        step = 0.8 / np.linalg.norm(sum(empirical_gram(net, X)), 2)
        assert records.loc[records["network"] == s, "step"].iloc[0] == pytest.approx(step, rel=1e-12)
        start = [weight.detach().clone() for weight in net.weights]
        history = train(
            net.parameters(),
            lambda net=net: 0.5 * (net(inputs) - targets).square().sum(),
            method="gd",
            step=step,
            iterations=15,
        )
        np.testing.assert_allclose(loss[s], history.loss, rtol=1e-9)
        last = records[(records["network"] == s) & (records["iteration"] == 15)].iloc[0]
        moved = [(now.detach() - before).numpy() for now, before in zip(net.weights, start, strict=True)]
        assert last["weight_distance"] == pytest.approx(max(map(np.linalg.norm, moved)) / np.sqrt(12), rel=1e-8)
        spectral = max(np.linalg.norm(move, 2) for move in moved) / np.sqrt(12)
        assert last["weight_distance_spectral"] == pytest.approx(spectral, rel=1e-2)
        G = empirical_gram(net, X)[2]
        assert last["last_gram_smallest"] == pytest.approx(smallest_eigenvalue(G), rel=1e-6)


def test_loss_of_a_wide_network_obeys_the_bound_of_the_theorem():
    smallest = smallest_eigenvalue(gram(X, 2)[-1])
    loss, records = gradient_descent([FullyConnected(5, 512, 2, seed=3)], X, y, step_fraction=0.5, iterations=50)
    bound = (1 - records["step"].iloc[0] * smallest / 2) ** np.arange(51)
    assert np.all(loss[0] <= bound * loss[0, 0] * (1 + 1e-12))


def test_descent_stops_at_the_target():
    loss, _ = gradient_descent([FullyConnected(5, 32, 1, seed=0)], X, y, step_fraction=0.5, iterations=500, target=0.5)
    assert loss[0, -1] <= 0.5 * loss[0, 0] < loss[0, -2]


def test_networks_are_left_as_they_were():
    net = FullyConnected(5, 8, 2, seed=0)
    before = [parameter.detach().clone() for parameter in net.parameters()]
    gradient_descent([net], X, y, step_fraction=0.5, iterations=3)
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


def test_a_run_that_leaves_the_finite_numbers_is_reported_as_nan():
    net = FullyConnected(5, 8, 2, seed=0)
    loss, records = gradient_descent([net], X, 1e70 * y, step_fraction=0.9, iterations=5)
    assert not np.isfinite(loss[0, -1])
    assert np.isnan(records["gram_change"].iloc[-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step_fraction": 1.0}, "step_fraction: expected less than 1"),
        ({"step_fraction": 0.0}, "step_fraction: expected more than 0"),
        ({"iterations": 0}, "iterations: expected at least 1"),
        ({"y": y[:3]}, "y: expected 6 entries"),
        ({"X": X * np.nan}, "X: expected finite entries"),
    ],
)
def test_bad_arguments_of_descent_are_named(change, message):
    arguments = {"X": X, "y": y, "step_fraction": 0.5, "iterations": 2, **change}
    with pytest.raises(ValueError, match=message):
        gradient_descent([FullyConnected(5, 4, 1)], **arguments)


def test_networks_with_samples_of_their_own_run_as_they_do_alone():
    nets = [FullyConnected(3, 8, 2, seed=seed) for seed in range(3)]
    rng = np.random.default_rng(5)
    many = rng.standard_normal((3, 4, 3))
    many /= np.linalg.norm(many, axis=2, keepdims=True)
    targets = rng.standard_normal((3, 4))
    options = {"step_fraction": 0.5, "iterations": 6, "record_at": ()}
    together, _ = gradient_descent(nets, many, targets, **options)
    for net, samples, labels, losses in zip(nets, many, targets, together, strict=True):
        np.testing.assert_allclose(gradient_descent([net], samples, labels, **options)[0][0], losses, rtol=1e-10)
    with pytest.raises(ValueError, match="for each of 3 networks"):
        gradient_descent(nets, many[:2], targets[:2], **options)
