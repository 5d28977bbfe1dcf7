import numpy as np
import pytest
import torch

from convexify.linear_duality import (
    CompressedProblem,
    optimal_value,
    primal_value,
    weight_decay_value,
)
from convexify.linear_duality.deep_linear_descent import gradient_descent, objectives
from convexify.networks.deep_linear import DeepLinear


def data(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, 20)), rng.normal(size=(4, 20))


def generators(count):
    return [np.random.default_rng(seed) for seed in range(count)]


@pytest.mark.parametrize("depth", [2, 3, 4, 5, 6, 10])
def test_torch_objectives_equal_the_reference_on_full_and_compressed_data(depth):
    X, Y = data()
    problem = CompressedProblem(X, Y)
    gammas = np.array([0.0, 0.5, 2.0])
    network = DeepLinear([5, *[3] * (depth - 1), 4], generators(3))
    for regulariser, reference in (("schatten", primal_value), ("weight decay", weight_decay_value)):
        expected = [reference(network.weights_of(b), X, Y, gammas[b]) for b in range(3)]
        full = objectives(network, *map(torch.as_tensor, (X, Y, gammas)), regulariser)
        small = objectives(network, *map(torch.as_tensor, (problem.inputs, problem.targets, gammas)), regulariser)
        np.testing.assert_allclose(full.detach().numpy(), expected, rtol=1e-10)
        np.testing.assert_allclose(small.detach().numpy() + problem.constant, expected, rtol=1e-10)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_descent_takes_the_same_steps_on_compressed_as_on_full_data(depth):
    X, Y = data(1)
    problem = CompressedProblem(X, Y)
    runs = [
        gradient_descent(inputs, targets, [0.3], generators(1), [3] * (depth - 1), iterations=40, step_factor=0.01)
        for inputs, targets in ((X, Y), (problem.inputs, problem.targets))
    ]
    ratio = runs[0].steps[0] / runs[1].steps[0]
    # The step rule sees the largest singular value of the targets, which the compression makes smaller.
    again = gradient_descent(X, Y, [0.3], generators(1), [3] * (depth - 1), iterations=40, step_factor=0.01 / ratio)
    np.testing.assert_allclose(again.objectives, runs[1].objectives + problem.constant, rtol=1e-9)
    for W, V in zip(again.network.weights_of(0), runs[1].network.weights_of(0), strict=True):
        np.testing.assert_allclose(W, V, atol=1e-9)


def test_runs_of_a_stack_are_those_of_single_networks():
    X, Y = data(2)
    together = gradient_descent(X, Y, [0.0, 1.0], generators(2), [3], iterations=30)
    for b, gamma in enumerate([0.0, 1.0]):
        alone = gradient_descent(X, Y, [gamma], [generators(2)[b]], [3], iterations=30)
        np.testing.assert_allclose(together.objectives[:, b], alone.objectives[:, 0], rtol=1e-10)


@pytest.mark.parametrize("gamma", [0.0, 0.4, 2.5])
def test_two_layers_reach_the_dual_value_from_every_start(gamma):
    targets = np.diag([3.0, 2.0, 1.0])
    run = gradient_descent(np.eye(3), targets, [gamma] * 4, generators(4), [3], iterations=3000, record_every=100)
    np.testing.assert_allclose(run.objectives[-1], optimal_value([3.0, 2.0, 1.0], gamma, 3), atol=1e-6)


def test_a_run_that_blows_up_is_frozen_and_leaves_the_others_alone():
    class Large:
        def normal(self, size):
            return np.full(size, 40.0)

    targets = np.diag([3.0, 2.0, 1.0])
    run = gradient_descent(np.eye(3), targets, [0.1, 0.1], [Large(), generators(1)[0]], [3], iterations=200)
    assert np.isinf(run.objectives[-1, 0])
    assert run.objectives[-1, 1] < run.objectives[0, 1]
    assert np.isfinite(run.objectives[:, 1]).all()


def test_bad_arguments_are_named():
    X, Y = data()
    with pytest.raises(ValueError, match=r"^inputs: expected finite entries"):
        gradient_descent(X * np.nan, Y, [1.0], generators(1), [3], iterations=1)
    with pytest.raises(ValueError, match=r"^targets: expected .* columns"):
        gradient_descent(X, Y[:, 1:], [1.0], generators(1), [3], iterations=1)
    with pytest.raises(ValueError, match=r"^gammas: "):
        gradient_descent(X, Y, [-1.0], generators(1), [3], iterations=1)
    with pytest.raises(ValueError, match=r"^gammas: expected 2 entries"):
        gradient_descent(X, Y, [1.0], generators(2), [3], iterations=1)
    with pytest.raises(ValueError, match=r"^regulariser: "):
        gradient_descent(X, Y, [1.0], generators(1), [3], iterations=1, regulariser="lasso")


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_descent_on_a_cuda_device_is_the_one_on_the_cpu(depth):
    X, Y = data()
    runs = [
        gradient_descent(X, Y, [0.0, 1.0], generators(2), [3] * (depth - 1), iterations=30, device=device)
        for device in ("cpu", "cuda")
    ]
    assert runs[1].network.weights[0].device.type == "cuda"
    np.testing.assert_allclose(runs[1].objectives, runs[0].objectives, rtol=1e-8)
