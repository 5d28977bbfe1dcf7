"""Time what takes a ``device`` on the processor and on a CUDA device: seconds and ratios.

``make bench-gpu``, or ``python scripts/bench/gpu.py [--repeats 3]`` alone on a machine that has such a device; on any
other it says so and writes nothing. Sizes are near those of the paper scale, iterations fewer. The processor works on
as many threads as a job of a build does: one. Nothing is asserted; the table goes to the screen and to
``reports/benchmarks/gpu.csv``, where ``make plan`` reads the ratios.
"""

import argparse
import os
import time

import numpy as np
import pandas as pd
import torch
from _cases import publish, show

from convexify.branches.projected_descent import projected_gradient_descent
from convexify.convex_relu.networks.network_training import fit_networks
from convexify.convex_relu.patterns.gates import sample_patterns
from convexify.convex_relu.solvers.solve import solve
from convexify.curvature.trained_networks import train_network
from convexify.linear_duality import deep_linear_descent
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.multi_branch import MultiBranch
from convexify.relaxations.path_norm_training import descend_branches
from convexify.width import dynamics
from convexify.width.shallow_relu import shallow_dynamics

KEYS = ["case", "experiment", "size", "processor_seconds", "cuda_seconds", "ratio"]


def _rng():
    return np.random.default_rng(0)


def networks_full_batch(device, n=2000, d=50, width=400, iterations=200):
    """Adam of ``global_training``: full gradients."""
    X, y = _rng().standard_normal((n, d)), _rng().standard_normal(n)
    fit_networks(X, y, 1.0, width, method="adam", step=0.01, iterations=iterations, device=device)


def networks_mini_batch(device, n=4000, d=3072, width=4096, iterations=20):
    """SGD of ``convex_relu`` (patch gates): mini-batches of images."""
    X, y = _rng().standard_normal((n, d)) / np.sqrt(d), _rng().standard_normal((n, 1))
    fit_networks(X, y, 1.0, width, method="sgd", step=0.01, iterations=iterations, batch_size=32, device=device)


def gated_program(device, n=10000, d=100, patterns=200):
    """The tall products of a gated convex program."""
    X, y = _rng().standard_normal((n, d)) / np.sqrt(d), _rng().standard_normal(n)
    solve(X, y, sample_patterns(X, patterns, 0), 1e-3 * n, gated=True, tol=1e-3, max_time=600, device=device)


def branches_on_images(device, n=5000, inputs=3072, branches=1000, epochs=1):
    """One epoch of a multi-branch network of ``landscapes``."""
    generator = torch.Generator().manual_seed(0)
    X, y = torch.randn(n, inputs, generator=generator), torch.randint(10, (n,), generator=generator)
    network = MultiBranch(inputs, 10, branches=branches, width=1, hidden_layers=1)
    train_network(
        network, X.to(device), y.to(device), seed=0, step=0.1, epochs=epochs, batch_size=100, description="bench"
    )


def deep_linear_stack(device, runs=60, rank=10, depth=5, iterations=500):
    """A stack of descents of ``linear_duality``."""
    starts = [np.random.default_rng(k) for k in range(runs)]
    deep_linear_descent.gradient_descent(
        np.eye(rank), np.diag(np.linspace(1.0, 0.1, rank)), [0.05] * runs, starts, [rank] * (depth - 1),
        iterations=iterations, record_every=iterations, device=device,
    )  # fmt: skip


def projected_starts(device, problems=50, samples=40, branches=300, starts=200, steps=5):
    """All starts of ``branches`` on all problems at once."""
    X = _rng().standard_normal((problems, samples, 2))
    projected_gradient_descent(
        X, np.sign(X[..., 0]), branches=branches, tau=0.5, radius=3.0, starts=starts, steps=steps, step=1.0,
        rngs=[np.random.default_rng(k) for k in range(problems)], device=device,
    )  # fmt: skip


def wide_networks(device, width=2048, networks=4, iterations=20):
    """Descents of ``width`` on ten points."""
    X = _rng().standard_normal((10, 10))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    stack = [FullyConnected(10, width, 3, activation="softplus", seed=k).to(device) for k in range(networks)]
    dynamics.gradient_descent(stack, X, X[:, 0], step_fraction=0.5, iterations=iterations, record_at=())


def shallow_network(device, n=1000, width=8000, iterations=20):
    """The shallow ReLU network of ``width``."""
    X = _rng().standard_normal((n, n))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    shallow_dynamics(X, X[:, 0], width, step=1e-3, iterations=iterations, device=device)


def parallel_branches(device, problems=20, n=60, branches=60, starts=10, iterations=200):
    """SGD of ``path_norm`` on all spirals and starts at once."""
    X = _rng().standard_normal((problems, n, 3))
    descend_branches(
        X, np.sign(X[..., 0]), 0.01, branches=branches, neurons=2, starts=starts, step=0.03, iterations=iterations,
        batch_size=10, device=device,
    )  # fmt: skip


#: Case to the experiment whose jobs it stands for.
CASES = {
    networks_full_batch: "global_training",
    networks_mini_batch: "convex_relu",
    gated_program: "convex_relu",
    branches_on_images: "landscapes",
    deep_linear_stack: "linear_duality",
    projected_starts: "branches",
    wide_networks: "width",
    shallow_network: "width",
    parallel_branches: "path_norm",
}


def measured(cases, devices, repeats, sizes=None):
    """A row per case: seconds on both devices, the smallest of ``repeats``, and their ratio; CUDA has a run to warm up.

    ``sizes`` has other keyword arguments for a case, by its name.
    """
    rows = []
    for case, experiment in cases.items():
        size = (sizes or {}).get(case.__name__, {})
        seconds = [_seconds(case, device, repeats, size) for device in devices]
        told = dict(zip(case.__code__.co_varnames[1:], case.__defaults__, strict=False)) | size
        row = {
            "case": case.__name__,
            "experiment": experiment,
            "size": ", ".join(f"{name} {value}" for name, value in told.items()),
            "processor_seconds": seconds[0],
            "cuda_seconds": seconds[1],
            "ratio": seconds[0] / seconds[1],
        }
        show(row, KEYS)
        rows.append(row)
    return pd.DataFrame(rows, columns=KEYS)


def _seconds(case, device, repeats, size):
    if device == "cuda":
        case(device, **size)  # compiles, allocates
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        case(device, **size)
        if device == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main(arguments=None):
    """Refuse politely, or measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    if not torch.cuda.is_available():
        print("bench-gpu: torch finds no CUDA device on this machine; nothing measured, nothing written")
        return 0
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)  # as the jobs are run
    torch.set_num_threads(1)
    table = measured(CASES, ("cpu", "cuda"), options.repeats)
    publish(table.assign(device=torch.cuda.get_device_name(), torch=torch.__version__), "gpu", write=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
