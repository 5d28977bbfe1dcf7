"""Variants of images: what is turned, what stands behind, what is refused."""

import numpy as np
import pytest

from convexify.datasets.image_variants import VARIANTS, grey_photographs, image_variant

IMAGES = np.zeros((40, 9, 9))
IMAGES[:, 2:7, 4] = 1.0
PHOTOGRAPHS = np.random.default_rng(0).uniform(0, 0.5, (5, 12, 12))


def variant(name, seed=0):
    return image_variant(IMAGES, name, np.random.default_rng(seed), PHOTOGRAPHS)


def test_basic_images_stay_and_every_variant_keeps_its_shape_and_range():
    np.testing.assert_array_equal(variant("basic"), IMAGES)
    for name in VARIANTS:
        made = variant(name)
        assert made.shape == IMAGES.shape
        assert 0 <= made.min() <= made.max() <= 1


def test_backgrounds_stand_behind_the_digit():
    for name in ("rand", "img"):
        made = variant(name)
        assert (made[IMAGES == 1] == 1).all()
        assert made[IMAGES == 0].std() > 0.1
    assert abs(variant("rand")[IMAGES == 0].mean() - 0.5) < 0.03
    assert variant("img")[IMAGES == 0].max() <= 0.5


def test_backgrounds_are_cut_from_the_photographs():
    windows = [p[i : i + 9, j : j + 9] for p in PHOTOGRAPHS for i in range(4) for j in range(4)]
    for made in variant("img")[:5]:
        assert any((made[IMAGES[0] == 0] == window[IMAGES[0] == 0]).all() for window in windows)


def test_turned_images_keep_their_mass_and_differ():
    made = variant("rot")
    np.testing.assert_allclose(made.sum(axis=(1, 2)), 5.0, atol=0.7)
    assert len(np.unique(made.round(3), axis=0)) > 0.9 * len(made)
    assert (variant("rot_img") >= made - 1e-12).all()


def test_photographs_become_grey():
    stored = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 12)
    np.testing.assert_allclose(grey_photographs(stored, (3, 2, 2))[0], np.array([[4, 5], [6, 7]]) / 255)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variant": "blur"}, "variant: expected one of"),
        ({"images": 255 * IMAGES}, r"images: expected grey values in \[0, 1\], got 0 … 255"),
        ({"images": IMAGES[0]}, "images: expected an array of shape"),
        ({"variant": "img", "photographs": None}, "photographs: expected grey photographs"),
        ({"variant": "rot_img", "photographs": PHOTOGRAPHS[:, :8]}, "photographs: expected at least 9 × 9 pixels"),
    ],
)
def test_bad_input_is_named(arguments, message):
    given = {"images": IMAGES, "variant": "rand", "photographs": PHOTOGRAPHS} | arguments
    with pytest.raises(ValueError, match=message):
        image_variant(given["images"], given["variant"], np.random.default_rng(0), given["photographs"])
