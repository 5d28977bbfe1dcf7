"""Planes: the official one goes through its three networks; losses on a grid are those of the networks there."""

import numpy as np
import pytest
import torch

from convexify.curvature.planes import (
    coordinates_in_plane,
    filter_normalised_plane,
    plane_losses,
    plane_through_networks,
)
from convexify.networks.multi_branch import MultiBranch

NETWORK = MultiBranch(5, 3, branches=6, width=2, hidden_layers=2)
THREE = [NETWORK.initial(seed, dtype=torch.float64) for seed in (1, 2, 3)]


def test_official_plane_contains_its_networks_at_the_stated_coordinates():
    centre, first, second = plane_through_networks(THREE)
    for (x, y), w in zip(coordinates_in_plane(THREE), THREE, strict=True):
        assert torch.allclose(centre + x * first + y * second, w, atol=1e-12)


def test_official_axes_have_the_norm_of_the_third_network():
    _, first, second = plane_through_networks(THREE)
    assert first.norm() == pytest.approx(float(THREE[2].norm()))
    assert second.norm() == pytest.approx(float(THREE[2].norm()))


@pytest.mark.parametrize(("width", "hidden_layers"), [(1, 1), (2, 3)])
def test_losses_on_the_grid_are_those_of_the_networks_there(width, hidden_layers):
    network = MultiBranch(5, 3, branches=6, width=width, hidden_layers=hidden_layers)
    plane = plane_through_networks([network.initial(seed, dtype=torch.float64) for seed in (1, 2, 3)])
    rng = np.random.default_rng(0)
    X, y = torch.from_numpy(rng.standard_normal((20, 5))), torch.from_numpy(rng.integers(0, 3, 20))

    def loss(outputs):
        return torch.nn.functional.multi_margin_loss(outputs, y)

    rows, columns = np.linspace(-0.7, 0.7, 4), np.linspace(-0.5, 0.7, 3)
    values = plane_losses(network, X, loss, plane, rows, columns)
    direct = [[float(loss(network(plane[0] + a * plane[1] + b * plane[2], X))) for b in columns] for a in rows]
    assert np.allclose(values, direct, rtol=1e-12, atol=1e-14)


def test_filters_of_random_directions_have_the_norms_of_the_networks_filters():
    centre, first, second = filter_normalised_plane(NETWORK, THREE[0], seed=4)
    assert torch.equal(centre, THREE[0])
    assert not torch.allclose(first, second)
    own = NETWORK.tensors(centre)
    for direction in (first, second):
        parts = NETWORK.tensors(direction)
        for k in range(0, len(own), 2):
            dims = (0, 2) if k == len(own) - 2 else (2,)
            assert torch.allclose(parts[k].norm(dim=dims), own[k].norm(dim=dims), rtol=1e-12)
        assert all(not part.any() for part in parts[1::2])


def test_bad_planes_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^networks: expected three vectors"):
        plane_through_networks(THREE[:2])
    with pytest.raises(ValueError, match=r"^networks: expected three different"):
        plane_through_networks([THREE[0], THREE[0], THREE[1]])
    with pytest.raises(ValueError, match=r"^second_coordinates: expected finite"):
        plane_losses(NETWORK, torch.zeros(2, 5), torch.sum, plane_through_networks(THREE), [0.0], [np.inf])
