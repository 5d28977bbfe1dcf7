r"""Convexified convolutional networks, layer by layer (Zhang, Liang, Wainwright 2017).

A layer is the solution A of one convex program on the features of patches. Its leading right singular vectors are the
filters that best stand for it; their outputs, position by position, are the images of the next layer. Each program is
solved to a certified gap; the stack of them is greedy, so that nothing is proved of two layers together.
"""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_integer, as_matrix
from convexify.relaxations.convex_cnn_program import Certificate, NuclearProgram
from convexify.relaxations.convex_cnn_solvers import solve_accelerated


@dataclass(frozen=True)
class ConvexLayer:
    """Solution of one program.

    Attributes
    ----------
    A : ndarray, shape (K · P, m)
    classes : int
        Number K of classes.
    certificate : convexify.relaxations.convex_cnn_program.Certificate
    """

    A: np.ndarray
    classes: int
    certificate: Certificate

    def outputs(self, Z):
        """Outputs (n, K) of features (n, P, m)."""
        return Z.reshape(len(Z), -1) @ self.A.reshape(self.classes, -1).T


def fit_convex_layer(Z, y, *, classes, radius, tol, iterations):
    """Solve the program of one layer by accelerated projected gradient.

    Parameters
    ----------
    Z : array_like, shape (n, P, m)
        Features, from a `convexify.relaxations.convex_cnn_features.PatchMap`.
    y : array_like of int, shape (n,)
    classes : int
    radius : float
        Of the nuclear-norm ball, positive.
    tol : float
        Certified gap, relative to the objective of A = 0, at which to stop.
    iterations : int
        Largest number.

    Returns
    -------
    ConvexLayer

    Raises
    ------
    ValueError
        If shapes do not fit, a label is no class or a number is out of range.

    Examples
    --------
    >>> from convexify.relaxations.convex_cnn_features import fit_patch_map
    >>> rng = np.random.default_rng(0)
    >>> images, y = rng.random((20, 1, 6, 6)), np.arange(20) % 2
    >>> images[y == 1, :, :3] += 1
    >>> features = fit_patch_map(images, rng, side=3, pool=2, count=5, gamma=0.2)
    >>> layer = fit_convex_layer(features(images), y, classes=2, radius=5.0, tol=1e-3, iterations=500)
    >>> layer.certificate.gap <= 1e-3, bool((layer.outputs(features(images)).argmax(axis=1) == y).all())
    (True, True)
    """
    program = NuclearProgram(Z, y, classes, radius)
    A = solve_accelerated(program, iterations=iterations, tol=tol).A
    return ConvexLayer(A, classes, program.certify(A))


def leading_filters(A, count):
    """Leading right singular vectors of a solution: the filters of the next layer's images.

    Parameters
    ----------
    A : array_like, shape (K · P, m)
    count : int
        Number r of filters, at most min(K · P, m).

    Returns
    -------
    ndarray, shape (r, m)
        Orthonormal rows; the entry of largest modulus of each is positive.

    Raises
    ------
    ValueError
        If more filters are asked for than there are.

    Examples
    --------
    >>> leading_filters(np.array([[0.0, -3.0], [1.0, 0.0]]), 1).round(12).tolist()
    [[0.0, 1.0]]
    """
    A = as_matrix("A", A)
    count = as_integer("count", count, minimum=1, maximum=min(A.shape))
    filters = np.linalg.svd(A, full_matrices=False)[2][:count]
    return filters * np.sign(filters[np.arange(count), np.abs(filters).argmax(axis=1)])[:, None]


def filter_maps(Z, filters):
    """Outputs of filters at all positions, as images of the next layer.

    Parameters
    ----------
    Z : ndarray, shape (n, P, m)
        Features; P is a square number.
    filters : ndarray, shape (r, m)

    Returns
    -------
    ndarray, shape (n, r, √P, √P)
    """
    side = round(Z.shape[1] ** 0.5)
    return (Z @ filters.T).transpose(0, 2, 1).reshape(len(Z), len(filters), side, side)


def network_matrix(filters, weights):
    """Matrix A of a network with given filters: the point of the convex program that the network is.

    Parameters
    ----------
    filters : ndarray, shape (r, m)
        In the space of the features.
    weights : ndarray, shape (K, P, r)
        Of the outputs.

    Returns
    -------
    ndarray, shape (K · P, m)
        Of rank at most r.
    """
    return (weights @ filters).reshape(-1, filters.shape[1])


def share_of_leading(A, count):
    """Share of the nuclear norm that the ``count`` largest singular values hold; 1 for the zero matrix."""
    s = np.linalg.svd(as_matrix("A", A), compute_uv=False)
    return float(s[:count].sum() / s.sum()) if s[0] > 0 else 1.0
