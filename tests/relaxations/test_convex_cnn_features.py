"""Patches and random features of convexified networks against independent computations."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import rbf_kernel

from convexify.relaxations.convex_cnn_features import fit_patch_map, fourier_features, nystroem_features
from convexify.relaxations.convex_cnn_patches import fit_whitening, image_patches, normalise_contrast, pool_positions

RNG = np.random.default_rng(0)
IMAGES = RNG.random((7, 2, 6, 6))


def test_patches_are_those_that_a_convolution_of_torch_sees():
    filters = RNG.standard_normal((3, 2, 3, 3))
    convolved = torch.nn.functional.conv2d(torch.tensor(IMAGES), torch.tensor(filters)).flatten(2).permute(0, 2, 1)
    np.testing.assert_allclose(image_patches(IMAGES, 3) @ filters.reshape(3, -1).T, convolved.numpy(), atol=1e-12)
    assert image_patches(IMAGES, 6).shape == (7, 1, 72)


def test_contrast_is_normalised_and_a_patch_without_variance_is_zero():
    patch = RNG.random(9)
    centred = patch - patch.mean()
    np.testing.assert_allclose(normalise_contrast(patch), centred / (np.linalg.norm(centred) + 0.1))
    np.testing.assert_allclose(normalise_contrast(1e6 + 7 * patch, offset=1e-9), centred / np.linalg.norm(centred),
                               atol=1e-6)  # fmt: skip
    assert (normalise_contrast(np.full((2, 9), 0.3)) == 0).all()


def test_whitening_is_the_symmetric_root_of_the_damped_covariance():
    patches = RNG.standard_normal((50, 4)) @ RNG.standard_normal((4, 4))
    whitening = fit_whitening(patches, damping=0.1)
    covariance = np.cov(patches.T, bias=True)
    np.testing.assert_allclose(whitening.matrix, np.linalg.inv(sqrtm(covariance + 0.1 * np.eye(4))), atol=1e-9)
    np.testing.assert_allclose(np.cov(whitening(patches).T, bias=True) @ (covariance + 0.1 * np.eye(4)), covariance,
                               atol=1e-8)  # fmt: skip
    constant = fit_whitening(np.ones((5, 3)))
    assert np.isfinite(constant.matrix).all()


def test_fourier_features_approach_the_kernel_with_their_number():
    patches = RNG.standard_normal((20, 5))
    exact = rbf_kernel(patches, gamma=0.2)
    errors = []
    for count in (100, 10000):
        features = fourier_features(np.random.default_rng(1), dimension=5, count=count, gamma=0.2)(patches)
        errors.append(abs(features @ features.T - exact).max())
    assert errors[1] < 0.05
    assert errors[1] < errors[0] / 3


def test_nystroem_features_are_exact_on_all_patches_as_landmarks_and_survive_equal_ones():
    patches = RNG.standard_normal((20, 5))
    features = nystroem_features(np.random.default_rng(1), patches, count=20, gamma=0.2)(patches)
    np.testing.assert_allclose(features @ features.T, rbf_kernel(patches, gamma=0.2), atol=1e-8)
    equal = np.repeat(patches[:3], 4, axis=0)
    features = nystroem_features(np.random.default_rng(1), equal, count=12, gamma=0.2)(equal)
    np.testing.assert_allclose(features @ features.T, rbf_kernel(equal, gamma=0.2), atol=1e-6)


def test_pooling_is_that_of_torch():
    features = RNG.random((3, 36, 2))
    maps = torch.tensor(features).permute(0, 2, 1).reshape(3, 2, 6, 6)
    pooled = torch.nn.functional.avg_pool2d(maps, 3).flatten(2).permute(0, 2, 1)
    np.testing.assert_allclose(pool_positions(features, 3), pooled.numpy())


@pytest.mark.parametrize("kind", ["fourier", "nystroem"])
def test_features_are_centred_and_scaled_by_the_training_part_and_learn_nothing_from_others(kind):
    features = fit_patch_map(IMAGES, np.random.default_rng(0), side=3, pool=2, count=5, gamma=0.2, kind=kind)
    Z = features(IMAGES)
    assert Z.shape == (7, 4, 5)
    np.testing.assert_allclose(Z.mean(axis=(0, 1)), 0, atol=1e-12)
    assert (Z**2).sum(axis=2).mean() == pytest.approx(1.0)
    np.testing.assert_allclose(features(np.concatenate([IMAGES, 5 + IMAGES]))[:7], Z)


def test_images_are_taken_in_chunks_without_a_trace(monkeypatch):
    features = fit_patch_map(IMAGES, np.random.default_rng(0), side=3, pool=2, count=5, gamma=0.2)
    whole = features(IMAGES)
    monkeypatch.setattr("convexify.relaxations.convex_cnn_features.CHUNK", 2)
    np.testing.assert_allclose(features(IMAGES), whole, atol=1e-13)


def test_blank_images_give_features_of_zero():
    features = fit_patch_map(np.zeros((3, 1, 4, 4)), np.random.default_rng(0), side=3, pool=1, count=2, gamma=1.0)
    np.testing.assert_allclose(features(np.zeros((3, 1, 4, 4))), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"side": 7}, "side: expected a patch within an image of 6 × 6 pixels, got 7 × 7"),
        ({"side": 0}, "side: expected at least 1"),
        ({"pool": 3}, "block: expected a divisor"),
        ({"gamma": 0.0}, "gamma: expected more than 0"),
        ({"count": 0}, "count: expected at least 1"),
        ({"kind": "nystroem", "count": 1000}, "count: expected at most as many features as there are patches, 112"),
        ({"kind": "laplace"}, "kind: expected one of"),
        ({"images": IMAGES[0]}, "images: expected an array of shape"),
        ({"images": np.where(IMAGES > 0.9, np.nan, IMAGES)}, "images: expected finite entries"),
    ],
)
def test_bad_input_is_named(arguments, message):
    given = {"images": IMAGES, "side": 3, "pool": 2, "count": 4, "gamma": 0.2} | arguments
    with pytest.raises(ValueError, match=message):
        fit_patch_map(given.pop("images"), np.random.default_rng(0), **given)
