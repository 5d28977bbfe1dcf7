import numpy as np
import pytest
import torch

from convexify.training import train
from convexify.width.empirical import empirical_gram
from convexify.width.shallow_relu import calibrated_step, largest_step, shallow_dynamics

STREAM = np.random.default_rng(0)
X = STREAM.standard_normal((6, 5))
X /= np.linalg.norm(X, axis=1, keepdims=True)
y = STREAM.standard_normal(6)


def test_shallow_dynamics_equals_descent_on_the_weights():
    table = shallow_dynamics(X, y, 20, step=0.5, iterations=10, seed=5, dtype=torch.float64)
    stream = torch.Generator().manual_seed(5)
    W = torch.randn(20, 5, generator=stream).double().requires_grad_()
    start = W.detach().clone()
    a = (2.0 * torch.randint(0, 2, (20,), generator=stream) - 1).double()
    inputs, targets = torch.as_tensor(X), torch.as_tensor(y)
    history = train(
        W,
        lambda: 0.5 * (torch.relu(inputs @ W.T) @ a / 20**0.5 - targets).square().sum(),
        method="gd",
        step=0.5,
        iterations=10,
    )
    np.testing.assert_allclose(table["loss"], history.loss, rtol=1e-10)
    last = table.iloc[-1]
    assert last["weight_distance"] == pytest.approx(float((W.detach() - start).norm(dim=1).max()), rel=1e-9)
    changed = ((inputs @ W.detach().T >= 0) != (inputs @ start.T >= 0)).double().mean()
    assert last["pattern_change"] == pytest.approx(float(changed))


class FirstLayer(torch.nn.Module):
    """The shallow network with its first layer as the only parameter."""

    def __init__(self, width, stream):
        super().__init__()
        self.W = torch.nn.Parameter(torch.randn(width, 5, generator=stream, dtype=torch.float64))
        self.a = (2.0 * torch.randint(0, 2, (width,), generator=stream) - 1).double() / width**0.5

    def forward(self, inputs):
        return torch.relu(inputs @ self.W.T) @ self.a


def test_largest_step_is_that_of_the_gram_matrix_of_a_wide_network():
    network = FirstLayer(20_000, torch.Generator().manual_seed(0))
    largest = np.linalg.eigvalsh(empirical_gram(network, X)[0])[-1]
    assert largest_step(X) == pytest.approx(1 / largest, rel=0.03)


def test_wide_networks_end_at_the_error_that_the_step_is_calibrated_to():
    step = calibrated_step(X, y, iterations=30, log_error=-0.5)
    assert 0 < step < largest_step(X)
    ends = [shallow_dynamics(X, y, 4000, step=step, iterations=30, seed=seed)["loss"].iloc[-1] for seed in range(40)]
    # Four standard errors of the mean over the random starts.
    assert abs(np.mean(ends) - 10**-0.5) < 4 * np.std(ends) / np.sqrt(len(ends)) + 0.01


def test_bad_arguments_of_the_shallow_experiment_are_named():
    with pytest.raises(ValueError, match="width: expected at least 1"):
        shallow_dynamics(X, y, 0, step=0.5, iterations=2)
    with pytest.raises(ValueError, match="step: expected more than 0"):
        shallow_dynamics(X, y, 4, step=0.0, iterations=2)


def test_an_error_that_no_step_reaches_is_refused():
    with pytest.raises(ValueError, match="log_error: expected one between"):
        calibrated_step(X, y, iterations=2, log_error=-30.0)
    with pytest.raises(ValueError, match="log_error: expected one between"):
        calibrated_step(X, y, iterations=2, log_error=3.0)
