"""What takes a ``device`` gives on CUDA what it gives on the processor, for as long as rounding has not grown."""

import numpy as np
import pytest
import torch
from relu_problems import random_problem

from convexify.branches.projected_descent import projected_gradient_descent
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.solvers.solve import solve
from convexify.curvature.trained_networks import train_network
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.multi_branch import MultiBranch
from convexify.relaxations.path_norm_training import descend_branches
from convexify.width import dynamics
from convexify.width.shallow_relu import shallow_dynamics

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
]


def points(n, d, seed=0):
    X = np.random.default_rng(seed).standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def adam(device):
    X = points(60, 5)
    return fit_networks(X, X[:, 0], 0.1, 20, method="adam", step=0.01, iterations=20, device=device).hidden


def mini_batches(device):
    X = points(60, 5)
    options = {"method": "sgd", "step": 0.01, "iterations": 20, "batch_size": 8}
    return fit_networks(X, X[:, :2], 0.1, 20, device=device, **options).hidden


def certified(gated, loss="squared"):
    def value(device):
        X, y, patterns = random_problem(0, 60, 6, 12)
        y = np.sign(y) if loss != "squared" else y
        solution = solve(X, y, patterns, 0.5, gated=gated, loss=loss, tol=1e-7, solver="newton", device=device)
        assert solution.gap <= 1e-7
        return solution.primal

    return value


def split(device):
    X, y, patterns = random_problem(0, 60, 6, 12)
    solution = solve(X, y, patterns, 0.5, tol=1e-6, solver="splitting", device=device)
    assert solution.gap <= 1e-6
    return solution.primal


def projected(device):
    X = points(40, 2).reshape(2, 20, 2)
    rngs = [np.random.default_rng(k) for k in range(2)]
    return projected_gradient_descent(
        X, np.sign(X[..., 0]), branches=5, tau=0.5, radius=3.0, starts=4, steps=10, step=1.0, rngs=rngs, device=device
    ).losses


def parallel(device):
    X = points(40, 2).reshape(2, 20, 2)
    return descend_branches(
        X, np.sign(X[..., 0]), 0.01, branches=5, neurons=2, starts=3, step=0.03, iterations=10, batch_size=5,
        device=device,
    ).objectives  # fmt: skip


def shallow(device):
    X = points(10, 10)
    return shallow_dynamics(X, X[:, 0], 200, step=1e-3, iterations=10, device=device)["loss"].to_numpy()


def wide(device):
    X, network = points(10, 10), FullyConnected(10, 32, 3, activation="softplus", seed=0).to(device)
    return dynamics.gradient_descent([network], X, X[:, 0], step_fraction=0.5, iterations=10, record_at=())[0]


def branches(device):
    X = torch.as_tensor(points(100, 12), dtype=torch.float32, device=device)
    labels = torch.as_tensor(np.arange(100) % 3, device=device)
    network = MultiBranch(12, 3, branches=4, width=2, hidden_layers=2)
    _, history = train_network(
        network, X, labels, seed=0, step=0.1, epochs=2, batch_size=20, description="cuda", by_epoch=True
    )
    return history.final_loss


CASES = {
    "adam": (adam, 1e-6),
    "mini_batches": (mini_batches, 1e-6),
    "gated": (certified(True), 1e-6),
    "cones": (certified(False), 1e-6),
    "logistic": (certified(True, "logistic"), 1e-6),
    "split": (split, 2e-6),
    "projected": (projected, 1e-6),
    "parallel": (parallel, 1e-6),
    "shallow": (shallow, 1e-4),
    "wide": (wide, 1e-4),
    "branches": (branches, 1e-3),  # single precision
}


@pytest.mark.parametrize("name", CASES)
def test_a_cuda_device_gives_what_the_processor_gives(name):
    value, rtol = CASES[name]
    np.testing.assert_allclose(value("cuda"), value("cpu"), rtol=rtol, atol=rtol)
