"""Trained networks and the planes that show them."""

from functools import partial

import numpy as np
import pytest
import torch

from convexify.curvature.midpoint_convexity import chord_violation
from convexify.curvature.trained_networks import train_networks
from convexify.curvature.trained_planes import (
    aligned_plane,
    convexity_measures,
    official_plane,
    random_plane,
    worst_chord_violation,
)
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss

STREAM = torch.Generator().manual_seed(0)
X = torch.randn(60, 4, generator=STREAM)
Y = (X[:, 0] > 0).long() + (X[:, 1] > 0).long()
LOSS = partial(multiclass_margin_loss, labels=Y)
NETWORK = MultiBranch(4, 3, branches=20, width=2)


@pytest.fixture(scope="module")
def trained():
    return train_networks(NETWORK, X, Y, seeds=[1, 2, 3], step=4.0, epochs=40, batch_size=20)


def test_training_lowers_the_loss_of_every_network(trained):
    before = [float(LOSS(NETWORK(NETWORK.initial(seed), X))) for seed in (1, 2, 3)]
    after = [float(LOSS(NETWORK(w, X))) for w in trained.parameters]
    assert (np.array(after) < 0.5 * np.array(before)).all()
    np.testing.assert_allclose(trained.losses, after, rtol=1e-5)


def test_networks_repeat_by_seed_and_differ_between_seeds(trained):
    again = train_networks(NETWORK, X, Y, seeds=[2], step=4.0, epochs=40, batch_size=20)
    assert torch.equal(again.parameters[0], trained.parameters[1])
    assert not torch.equal(trained.parameters[0], trained.parameters[1])


def test_error_is_the_mean_share_of_misclassified_samples(trained):
    expected = np.mean([float((NETWORK(w, X).argmax(dim=1) != Y).float().mean()) for w in trained.parameters])
    assert trained.error(X, Y) == pytest.approx(expected)


def test_diverging_training_and_bad_arguments_are_named():
    with pytest.raises(RuntimeError, match=r"^slow down: training diverged"):
        train_networks(NETWORK, X, Y, seeds=[1], step=1e9, epochs=20, batch_size=20, description="slow down")
    with pytest.raises(ValueError, match=r"^step: "):
        train_networks(NETWORK, X, Y, seeds=[1], step=0.0, epochs=20, batch_size=20)


def test_planes_show_their_networks_where_they_say(trained):
    for plane in (official_plane(trained), aligned_plane(trained, X), random_plane(trained, 0)):
        centre, first, second = plane.plane
        for (x, y), w in zip(plane.coordinates, plane.parameters, strict=True):
            torch.testing.assert_close(centre + x * first + y * second, w, rtol=1e-4, atol=1e-5)


def test_alignment_keeps_the_functions_and_brings_the_networks_closer(trained):
    plane = aligned_plane(trained, X)
    for w, moved in zip(trained.parameters, plane.parameters, strict=True):
        torch.testing.assert_close(NETWORK(moved, X), NETWORK(w, X), rtol=1e-4, atol=1e-5)
    first, second, _ = trained.parameters
    assert (plane.parameters[1] - first).norm() < (second - first).norm()


def test_losses_on_the_grid_are_those_of_the_networks_there(trained):
    plane = official_plane(trained)
    centre, first, second = plane.plane
    values = plane.losses(X, LOSS, [-0.5, 0.0, 0.5])
    assert values[2, 0] == pytest.approx(float(LOSS(NETWORK(centre + 0.5 * first - 0.5 * second, X))), rel=1e-4)


def test_convex_grid_has_no_violation_and_a_saddle_has_one():
    x = np.linspace(-1, 1, 9)
    bowl = convexity_measures(np.add.outer(x**2, x**2), ceiling=1.0)
    assert bowl["violation"] == bowl["relative_violation"] == bowl["negative_share"] == 0
    saddle = convexity_measures(np.subtract.outer(x**2, x**2), ceiling=-0.5)
    assert saddle["violation"] == pytest.approx(1.0)
    assert saddle["relative_violation"] == pytest.approx(0.5)
    assert saddle["violation_below_constant"] == pytest.approx(1.0)
    assert saddle["largest_loss"] - saddle["smallest_loss"] == 2


def test_worst_chord_is_the_largest_of_the_three(trained):
    shares = np.linspace(0, 1, 5)
    each = []
    for i, j in ((0, 1), (0, 2), (1, 2)):
        a, b = trained.parameters[i], trained.parameters[j]
        each.append(chord_violation([float(LOSS(NETWORK(a + t * (b - a), X))) for t in shares.tolist()]).absolute)
    assert worst_chord_violation(NETWORK, trained.parameters, X, LOSS, 5) == pytest.approx(max(each), rel=1e-4)
    assert np.isnan(worst_chord_violation(NETWORK, trained.parameters[:1], X, LOSS, 5))
