from math import comb

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from convexify.branches.convexification import homogeneous_gap
from convexify.branches.subnetworks import atoms
from convexify.branches.tied_paths import (
    PathReLU,
    ResidualReLU,
    linear_path_margins,
    linear_residual_margins,
    relative_gaps,
)
from convexify.networks.unravelled import unravelled_paths


def best_by_search(shapes, function, square, seed):
    """Independent: L-BFGS on weights that are scaled to the sphere, from random starts."""
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])

    def loss(w):
        w = np.sqrt(square) * w / np.linalg.norm(w)
        return -function([w[a:b].reshape(s) for a, b, s in zip(ends[:-1], ends[1:], shapes, strict=True)])

    starts = np.random.default_rng(seed).standard_normal((8, ends[-1]))
    return max(-minimize(loss, start).fun for start in starts)


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("square", [0.5, 5.0])
def test_linear_residual_networks_reach_their_closed_form_and_no_more(blocks, square):
    direction = np.array([0.6, 0.0, 0.8])

    def residual(parts):
        x = parts[0] @ direction
        for W in parts[1:-1]:
            x = x + W @ x / blocks
        return parts[-1] @ x

    shapes = [(2, 3), *[(2, 2)] * blocks, (2,)]
    ours = linear_residual_margins([0.0, square], blocks)
    assert ours[0] == 0
    assert ours[1] == pytest.approx(best_by_search(shapes, residual, square, 1), rel=1e-4)


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_linear_paths_reach_their_closed_form_with_each_block_at_twice_its_cost(taken):
    direction = np.array([0.6, 0.0, 0.8])

    def path(parts):
        x = parts[0] @ direction
        for W in parts[1:-1]:
            x = (W / np.sqrt(2)) @ x / 2
        return 4 * parts[-1] @ x

    ours = linear_path_margins([5.0], 2, taken)[0]
    shapes = [(2, 3), *[(2, 2)] * taken, (2,)]
    assert ours == pytest.approx(best_by_search(shapes, path, 5.0, 1), rel=1e-4)


def test_gap_of_equal_paths_is_that_of_homogeneous_branches():
    levels = np.arange(257) / 256
    found = relative_gaps(levels, np.tile(levels**1.5, (3, 1)))
    expected = max(homogeneous_gap(3, budget=K, power=1.5) for K in np.linspace(0, 1, 2001)[1:-1])
    assert found["untied_gap"] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_independent_paths_keep_the_bound_of_the_theorem(blocks):
    squares = 6.0 * np.arange(33) / 32
    kinds = [linear_path_margins(squares, blocks, taken) for taken in range(blocks + 1)]
    untied = [kinds[k] for k in range(blocks + 1) for _ in range(comb(blocks, k))]
    tied = linear_residual_margins(squares, blocks)
    found = relative_gaps(tied, untied)
    assert 0 < found["untied_gap_over_bound"] <= 1 + 1e-9
    assert found["tied_gap"] > 0


def test_relu_paths_are_those_of_the_residual_network_in_weights_of_their_cost():
    network = ResidualReLU(3, 4, 2)
    X = np.random.default_rng(0).standard_normal((6, 3))
    weights = [block.weight.detach().numpy() for block in network.blocks]
    with torch.no_grad():
        start = network.first(torch.from_numpy(X)).relu().numpy()
        whole = network(torch.from_numpy(X)).numpy().ravel()
    output = network.last.weight.detach().numpy().ravel()
    taken, own = unravelled_paths(start, weights, output, factor=0.5, gates="own")
    _, gated = unravelled_paths(start, weights, output, factor=0.5)
    np.testing.assert_allclose(gated.sum(axis=0), whole, rtol=1e-12)
    first, last = network.first.weight.detach().numpy(), output
    for blocks, expected in zip(taken, own, strict=True):
        chosen = [np.sqrt(2) * W for W, through in zip(weights, blocks, strict=True) if through]
        flat = np.concatenate([part.ravel() for part in (first, *chosen, last)])
        family = atoms(PathReLU(3, 4, 2, int(blocks.sum())), X, [flat])
        np.testing.assert_allclose(family.values[:, 0], 4 * expected, rtol=1e-12)


def test_negative_squares_and_too_many_blocks_are_refused():
    with pytest.raises(ValueError, match="non-negative"):
        linear_residual_margins([-1.0], 1)
    with pytest.raises(ValueError, match="taken"):
        linear_path_margins([1.0], 1, 2)
