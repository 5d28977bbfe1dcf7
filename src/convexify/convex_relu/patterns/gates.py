"""Sampled activation patterns: Gaussian and patch gates, and the patterns that a given network has."""

import warnings

import numpy as np

from convexify.checks import as_batch, as_integer, as_matrix, one_of
from convexify.convex_relu.patterns.arrangements import distinct_columns
from convexify.seeds import generator

#: A pre-activation below this fraction of ``‖x_i‖‖u‖`` counts as zero.
TIE_TOLERANCE = 1e-9
_ROUNDING = 4 * np.finfo(float).eps

#: Patterns that may be asked for at once: more is taken for a mistake, it would draw for hours.
MOST_PATTERNS = 10_000_000

GATE_KINDS = ("gaussian", "convolutional")


def sample_patterns(X, n_patterns, seed, *, kind="gaussian", image_shape=None, patch_shape=(3, 3), include=None,
                    return_gates=False):  # fmt: skip
    r"""Distinct activation patterns of random gates (vertices of a Gaussian zonotope) and of given weight vectors.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    n_patterns : int
        Number of patterns wanted.
    seed : int
        Root seed; the gates depend on nothing else but ``d``, so that they are the same for samples in any order, and
        the gates of a smaller ``n_patterns`` are the first of a larger one.
    kind : {"gaussian", "convolutional"}
        ``"gaussian"``: standard normal gates. ``"convolutional"``: standard normal on one patch, at a random place,
        of an image, on all its channels, and zero elsewhere.
    image_shape : tuple of int
        For convolutional gates: (height, width) or (channels, height, width) of the images that are the rows of ``X``
        in C order. If ``X`` has one column more, that is the constant of an intercept, and its gate entry is normal.
    patch_shape : tuple of int
        Height and width of a patch.
    include : array_like, shape (d, m), or network with such a ``W``, optional
        Gates that come first, for instance those of a trained network: with ``n_patterns`` above their number the rest
        is random. A :class:`GatedNetwork` gives its ``gates``.
    return_gates : bool
        Return the gates as well.

    Returns
    -------
    patterns : ndarray of bool, shape (n, P)
        Distinct columns in the order of the draws.
    gates : ndarray, shape (d, P)
        Only if ``return_gates``: a point strictly inside each cone, ``(X @ gates >= 0) == patterns``.

    Raises
    ------
    ValueError
        For bad shapes, or an unknown ``kind``.

    Warns
    -----
    UserWarning
        If fewer than ``n_patterns`` distinct patterns were found: the data may have no more (duplicate rows, low rank,
        few samples), and ``enumerate_patterns`` is then the better choice. What was found is returned.

    Notes
    -----
    For a Gaussian ``u`` the pattern :math:`1[Xu\ge0]` has the probability of the solid angle of its cone. A gate on a
    hyperplane :math:`x_i^\top u=0` with :math:`x_i\neq0` (a patch that is black in an image, a neuron at a kink) is
    moved by a small random step into a full-dimensional cell next to it, whose closed cone contains the gate. Zero rows
    are True.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((20, 3))
    >>> sample_patterns(X, 8, seed=0).shape
    (20, 8)
    """
    X = as_matrix("X", X)
    n_patterns = as_integer("n_patterns", n_patterns, minimum=1, maximum=MOST_PATTERNS)
    patterns, gates = draw_patterns(
        X, n_patterns, seed, kind=kind, image_shape=image_shape, patch_shape=patch_shape, include=include
    )
    if patterns.shape[1] < n_patterns:
        warnings.warn(
            f"n_patterns: {n_patterns} distinct patterns were asked for and {patterns.shape[1]} were found; "
            "enumerate_patterns lists all",
            UserWarning,
            stacklevel=2,
        )
    return (patterns, gates) if return_gates else patterns


def patterns_of(network, X, *, seed=0, return_gates=False):
    """Distinct activation patterns of a network's first layer on ``X``, in the order of its neurons.

    Parameters
    ----------
    network : network with ``W`` (d, m) or (d, m, c), or array_like of that shape
    X : array_like, shape (n, d)
    seed : int
        For neurons on a hyperplane: see the notes of `sample_patterns`. Gates of a `GatedNetwork` stay where they are:
        there they switch as the network predicts.
    return_gates : bool

    Returns
    -------
    patterns : ndarray of bool, shape (n, P)
    gates : ndarray, shape (d, P)
        Only if ``return_gates``.
    """
    X = as_matrix("X", X)
    gates = gate_vectors(network, X.shape[1])
    if not hasattr(network, "gates"):
        gates = move_off_hyperplanes(X, gates, generator(seed, "convex_relu", "ties"))
    patterns = X @ gates >= 0
    kept = distinct_columns(patterns)
    return (patterns[:, kept], gates[:, kept]) if return_gates else patterns[:, kept]


def sign_patterns(X, gates, *, tolerance=TIE_TOLERANCE):
    """Signs (n, m) in {-1, 0, +1} of X gates, where at most ``tolerance * ‖x_i‖‖u_j‖`` counts as zero."""
    rows = X @ gates
    scale = np.linalg.norm(X, axis=1)[:, None] * np.linalg.norm(gates, axis=0)
    return np.where(np.abs(rows) <= tolerance * scale, 0, np.sign(rows)).astype(np.int8)


def gate_vectors(network, d, name="network"):
    """First-layer vectors (d, m) of a network or an array; gates of a gated network, all columns of a grouped one."""
    array = getattr(network, "gates", getattr(network, "W", network))
    array = as_batch(name, array, shape=())
    return as_matrix(name, array.reshape(len(array), -1) if array.ndim == 3 else array, rows=d)


def move_off_hyperplanes(X, gates, rng):
    """``gates`` (d, m), those on a hyperplane of a non-zero row moved into a full-dimensional cell next to it."""
    signs = sign_patterns(X, gates)
    zero = ~X.any(axis=1)
    tied = np.flatnonzero((signs[~zero] == 0).any(axis=0))
    gates = gates.copy()
    for j in tied:
        clear = signs[:, j] != 0
        # where columns differ in size, a small fraction of ‖x_i‖‖u‖ may be far from rounding: that row has its sign
        sizes = np.abs(X[~clear]) @ np.abs(gates[:, j])
        clear[~clear] = np.abs(X[~clear] @ gates[:, j]) > _ROUNDING * len(X[0]) * sizes
        if (clear | zero).all():
            continue
        direction = rng.standard_normal(len(X[0]))
        direction *= (np.linalg.norm(gates[:, j]) or 1.0) / np.linalg.norm(direction)
        # exactly onto the hyperplanes first, so that rounding cannot outweigh the random step, which leaves them all
        start = _without(X[~clear], gates[:, j])
        slope, room = np.abs(X[clear] @ direction), np.abs(X[clear] @ start)
        step = (room / np.maximum(slope, np.finfo(float).tiny)).min(initial=1.0)
        gates[:, j] = start + 0.25 * step * direction
    return gates


def draw_gates(d, count, rng, *, kind="gaussian", image_shape=None, patch_shape=(3, 3)):
    """Random gates (d, count); see `sample_patterns`."""
    if one_of("kind", kind, GATE_KINDS) == "gaussian":
        return rng.standard_normal((count, d)).T
    channels, height, width = _image(d, image_shape)
    if np.shape(patch_shape) != (2,):
        raise ValueError(f"patch_shape: expected rows and columns, got {patch_shape!r}")
    rows, columns = (as_integer("patch_shape", side, minimum=1) for side in patch_shape)
    if rows > height or columns > width:
        raise ValueError(f"patch_shape: expected at most {(height, width)}, got {tuple(patch_shape)}")
    pixels = channels * height * width
    gates = np.zeros((count, d))
    for gate in gates:
        top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
        image = gate[:pixels].reshape(channels, height, width)
        image[:, top : top + rows, left : left + columns] = rng.standard_normal((channels, rows, columns))
        gate[pixels:] = rng.standard_normal(d - pixels)
    return gates.T


def draw_patterns(X, n_patterns, seed, *, kind="gaussian", image_shape=None, patch_shape=(3, 3), include=None):
    """`sample_patterns` without its warning: distinct patterns and gates from at most 20 ``n_patterns`` draws."""
    d = X.shape[1]
    rng = generator(seed, "convex_relu", "gates", kind)
    ties = generator(seed, "convex_relu", "ties")
    gates = np.zeros((d, 0)) if include is None else move_off_hyperplanes(X, gate_vectors(include, d, "include"), ties)
    patterns = X @ gates >= 0
    for _ in range(20):
        kept = distinct_columns(patterns)[:n_patterns]
        patterns, gates = patterns[:, kept], gates[:, kept]
        if len(kept) == n_patterns:
            break
        fresh = draw_gates(d, n_patterns, rng, kind=kind, image_shape=image_shape, patch_shape=patch_shape)
        fresh = move_off_hyperplanes(X, fresh, ties)
        gates = np.hstack([gates, fresh])
        patterns = np.hstack([patterns, X @ fresh >= 0])
    kept = distinct_columns(patterns)[:n_patterns]
    return patterns[:, kept], gates[:, kept]


def _without(rows, vector):
    """``vector`` projected onto the null space of ``rows``, which it lies in but for rounding."""
    residual = rows @ vector
    return vector - np.linalg.pinv(rows, rcond=1e-12) @ residual if residual.any() else vector


def _image(d, image_shape):
    sides = () if image_shape is None else tuple(image_shape)
    if len(sides) not in (2, 3):
        raise ValueError(
            "image_shape: expected (height, width) or (channels, height, width) for convolutional gates, "
            f"got {image_shape!r}"
        )
    sides = [as_integer("image_shape", side, minimum=1) for side in ((1, *sides) if len(sides) == 2 else sides)]
    pixels = int(np.prod(sides))
    if d not in (pixels, pixels + 1):
        raise ValueError(f"image_shape: expected {d} pixels (or {d - 1} and an intercept), got {tuple(sides)}")
    return sides
