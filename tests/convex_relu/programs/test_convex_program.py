"""The program's linear maps against loops over patterns, on every device, in one piece and in chunks."""

import numpy as np
import pytest
import torch
from relu_problems import random_problem

from convexify.convex_relu.programs import convex_program
from convexify.convex_relu.solvers.linear_maps import LinearMaps
from convexify.convex_relu.solvers.newton import NewtonSolver

devices = ["cpu", "torch", pytest.param("cuda", marks=[pytest.mark.cuda, pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device on this machine")])]  # fmt: skip


@pytest.fixture
def program():
    X, y, patterns = random_problem(0, 9, 4, 5, outputs=2)
    return convex_program.build_program(X, y, patterns, 0.3)


@pytest.mark.parametrize("chunk", [1, 40, 10**6])
def test_maps_of_the_program_are_sums_over_patterns(program, chunk, monkeypatch):
    monkeypatch.setattr(convex_program, "_CHUNK", chunk)
    random = np.random.default_rng(1)
    u, nu, mu = (random.standard_normal(shape) for shape in ((4, 5, 2), (9, 2), (9, 5, 2)))
    masks = program.patterns.T.astype(float)
    np.testing.assert_allclose(program.predict(u), sum(m[:, None] * (program.X @ u[:, i]) for i, m in enumerate(masks)))
    for i, mask in enumerate(masks):
        np.testing.assert_allclose(program.correlate(nu)[:, i], program.X.T @ (mask[:, None] * nu))
        np.testing.assert_allclose(program.lift(mu)[:, i], program.X.T @ ((2 * mask - 1)[:, None] * mu[:, i]))
    rows = np.concatenate([rows for _, rows in program.cone_rows(u)], axis=1)
    np.testing.assert_allclose(rows[:, 3], (2 * masks[3] - 1)[:, None] * (program.X @ u[:, 3]))


@pytest.mark.parametrize("norm", ["frobenius", "nuclear"])
def test_group_norms_and_their_duals_satisfy_hoelder_with_equality_somewhere(norm):
    X, y, patterns = random_problem(0, 9, 4, 5, outputs=3)
    program = convex_program.build_program(X, y, patterns, 1.0, group_norm=norm)
    random = np.random.default_rng(2)
    u, s = random.standard_normal((2, 4, 5, 3))
    assert (np.einsum("dpc,dpc->p", u, s) <= program.norms(u) * program.dual_norms(s) + 1e-12).all()
    left, _, right = np.linalg.svd(s[:, 0], full_matrices=False)
    best = np.outer(left[:, 0], right[0]) if norm == "nuclear" else s[:, 0] / np.linalg.norm(s[:, 0])
    assert np.sum(best * s[:, 0]) == pytest.approx(program.dual_norms(s)[0])


@pytest.mark.parametrize("device", devices)
def test_maps_on_a_device_agree_with_the_program(program, device):
    maps, random = LinearMaps(program, device), np.random.default_rng(3)
    u, nu, everything = random.standard_normal((4, 5, 2)), random.standard_normal((9, 2)), np.arange(5)
    np.testing.assert_allclose(maps.predict(u, everything), program.predict(u), atol=1e-12)
    np.testing.assert_allclose(maps.correlate(nu, everything), program.correlate(nu), atol=1e-12)
    some = np.array([3, 1])
    np.testing.assert_allclose(maps.correlate(nu, some), program.correlate(nu)[:, some], atol=1e-12)
    basis, weight = random.standard_normal((4, 2)), random.random(9)
    face = program.patterns[:, some] * (program.X @ basis)
    tall = maps.face(basis, some)
    np.testing.assert_allclose(maps.gram(tall, weight), face.T @ (weight[:, None] * face), atol=1e-12)
    np.testing.assert_allclose(maps.expand(tall, np.ones(2)), face @ np.ones(2), atol=1e-12)
    np.testing.assert_allclose(maps.contract(tall, nu[:, 0]), face.T @ nu[:, 0], atol=1e-12)
    np.testing.assert_allclose(maps.product(basis), program.X @ basis, atol=1e-12)


@pytest.mark.parametrize("device", devices)
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("loss", ["squared", "logistic", "hinge"])
def test_newton_iterations_reach_the_same_optimum_on_every_device(device, gated, loss):
    X, y, patterns = random_problem(4, 20, 3, 5, loss=loss)
    bounds = {}
    for name in ("cpu", device):
        steps = NewtonSolver(convex_program.build_program(X, y, patterns, 0.5, gated=gated, loss=loss), name).steps()
        visited = [next(steps)[:2] for _ in range(40)]
        bounds[name] = min(p for p, _ in visited), max(d for _, d in visited)
    assert bounds[device][0] == pytest.approx(bounds["cpu"][0], rel=1e-5)
    assert bounds[device][1] <= bounds["cpu"][0] * (1 + 1e-9)
