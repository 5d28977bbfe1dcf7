r"""Random features of a Gaussian kernel on patches of images: the map that makes a network linear in its filters.

A filter w from the kernel's space acts on a patch z as :math:`\langle\varphi(z), w\rangle` with the finite map
:math:`\varphi`: the non-linearity is in the map.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from convexify.checks import as_batch, as_integer, as_matrix, as_number, one_of
from convexify.relaxations.convex_cnn_patches import (
    Whitening,
    fit_whitening,
    image_patches,
    normalise_contrast,
    pool_positions,
)

#: Images whose features are computed at a time: before pooling they take the most memory.
CHUNK = 250


@dataclass(frozen=True)
class FourierFeatures:
    """Map of `fourier_features`; ``features(patches)`` applies it to an array (..., d)."""

    directions: np.ndarray
    phases: np.ndarray

    def __call__(self, patches):
        return np.sqrt(2.0 / len(self.phases)) * np.cos(patches @ self.directions + self.phases)


def fourier_features(generator, *, dimension, count, gamma):
    r"""Random Fourier features of the kernel :math:`\exp(-\gamma\|z-z'\|^2)` (Rahimi, Recht 2007).

    Parameters
    ----------
    generator : numpy.random.Generator
    dimension, count : int
        Entries of a patch, features m.
    gamma : float

    Returns
    -------
    FourierFeatures
        :math:`\sqrt{2/m}\,\cos(\omega_j^\top z + b_j)` with Gaussian ω of variance 2γ and uniform b.

    Examples
    --------
    >>> features = fourier_features(np.random.default_rng(0), dimension=2, count=20000, gamma=0.5)
    >>> x, y = features(np.array([[0.0, 0.0], [1.0, 0.0]]))
    >>> bool(abs(x @ y - np.exp(-0.5)) < 0.02)
    True
    """
    dimension, count = as_integer("dimension", dimension, minimum=1), as_integer("count", count, minimum=1)
    gamma = as_number("gamma", gamma, above=0)
    directions = generator.normal(scale=np.sqrt(2 * gamma), size=(dimension, count))
    return FourierFeatures(directions, generator.uniform(0, 2 * np.pi, size=count))


@dataclass(frozen=True)
class NystroemFeatures:
    """Map of `nystroem_features`; ``features(patches)`` applies it to an array (..., d)."""

    landmarks: np.ndarray
    root: np.ndarray
    gamma: float

    def __call__(self, patches):
        flat = patches.reshape(-1, patches.shape[-1])
        kernel = np.exp(-self.gamma * cdist(flat, self.landmarks, "sqeuclidean"))
        return (kernel @ self.root).reshape(*patches.shape[:-1], -1)


def nystroem_features(generator, patches, *, count, gamma):
    r"""Features :math:`k(z, L)\,K_{LL}^{-1/2}` of the same kernel from landmarks L among the patches.

    Parameters
    ----------
    generator : numpy.random.Generator
        Draws the landmarks, without replacement.
    patches : array_like, shape (n, d)
        Of the training part.
    count : int
        Features, at most n.
    gamma : float

    Returns
    -------
    NystroemFeatures
        Exact on the landmarks; eigenvalues that are zero up to rounding (equal landmarks) are left out of the root.

    Raises
    ------
    ValueError
        If more features than patches are asked for.
    """
    patches, gamma = as_matrix("patches", patches), as_number("gamma", gamma, above=0)
    count = as_integer("count", count, minimum=1)
    if count > len(patches):
        raise ValueError(f"count: expected at most as many features as there are patches, {len(patches)}, got {count}")
    landmarks = patches[generator.choice(len(patches), count, replace=False)]
    values, vectors = np.linalg.eigh(np.exp(-gamma * cdist(landmarks, landmarks, "sqeuclidean")))
    kept = values > count * np.finfo(float).eps * values[-1]
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return NystroemFeatures(landmarks, vectors * inverse @ vectors.T, gamma)


@dataclass(frozen=True)
class PatchMap:
    """What turns images into the features of one layer, as `fit_patch_map` learned it from training images.

    Attributes
    ----------
    side, pool : int
        Sides of a patch and of a pooled square.
    whitening : Whitening
    features : FourierFeatures or NystroemFeatures
    mean : ndarray, shape (m,)
        Of the pooled features.
    scale : float
        Root of their mean squared length after centring.
    """

    side: int
    pool: int
    whitening: Whitening
    features: object
    mean: np.ndarray
    scale: float

    def patches(self, images):
        """Normalised, whitened patches, shape (n, positions, channels · side²)."""
        return self.whitening(normalise_contrast(image_patches(images, self.side)))

    def __call__(self, images):
        """Pooled features, shape (n, P, m)."""
        return (_pooled(self, images) - self.mean) / self.scale


def _pooled(patch_map, images):
    parts = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    return np.concatenate(
        [pool_positions(patch_map.features(patch_map.patches(part)), patch_map.pool) for part in parts]
    )


def fit_patch_map(images, generator, *, side, pool, count, gamma, kind="fourier"):
    """Learn the features of one layer from training images: whitening, random features, centre and scale.

    Parameters
    ----------
    images : array_like, shape (n, channels, height, width)
    generator : numpy.random.Generator
        Draws the features.
    side, pool, count : int
        Sides of a patch and of a pooled square, number of features m.
    gamma : float
        Of the kernel on normalised patches of one channel; divided by the number of channels.
    kind : {"fourier", "nystroem"}

    Returns
    -------
    PatchMap

    Raises
    ------
    ValueError
        If a patch does not fit into an image, the pooled squares do not divide the positions, or an argument is out of
        range.

    Notes
    -----
    The steps and the values of the offsets are those of the authors' program for Zhang, Liang, Wainwright (2017); it
    also whitens with the test images, which is left out here.
    """
    one_of("kind", kind, ("fourier", "nystroem"))
    images = as_batch("images", images, shape=(None, None, None, None))
    patches = normalise_contrast(image_patches(images, side))
    patches = patches.reshape(-1, patches.shape[-1])
    whitening = fit_whitening(patches)
    gamma = as_number("gamma", gamma, above=0) / images.shape[1]
    if kind == "fourier":
        features = fourier_features(generator, dimension=patches.shape[1], count=count, gamma=gamma)
    else:
        features = nystroem_features(generator, whitening(patches), count=count, gamma=gamma)
    unscaled = PatchMap(side, pool, whitening, features, np.zeros(1), 1.0)
    pooled = _pooled(unscaled, images)
    mean = pooled.mean(axis=(0, 1))
    scale = float(np.sqrt(((pooled - mean) ** 2).sum(axis=2).mean()))
    # Images without any contrast have constant features, up to rounding, which is not to be blown up.
    return PatchMap(side, pool, whitening, features, mean, scale if scale > 1e-9 else 1.0)
