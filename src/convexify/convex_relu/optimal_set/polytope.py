"""All optimal two-layer ReLU networks of a small problem: finitely many directions, a polytope of their strengths."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.linalg import null_space

from convexify.checks import as_matrix, as_number, as_vector
from convexify.convex_relu.networks.mapping import to_network
from convexify.convex_relu.networks.stationary_refinement import refine_stationary
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.patterns.arrangements import enumerate_patterns
from convexify.convex_relu.programs.certificates import relative_gap
from convexify.convex_relu.programs.cone_projection import project_onto_cones
from convexify.convex_relu.programs.losses import loss_named
from convexify.convex_relu.solvers.solve import solve

_SAME = 1e-6  # unit vectors closer than this are one direction
_NEWTON_STEPS = 6
_ROUNDS = 4
_NEW = 1e-3  # strength of a neuron that joins, over the objective divided by β
_ENOUGH = 1e-11  # relative gap at which nothing more is tried
_WEAKEST = (1e-9, 1e-4)  # relative strengths up to which a neuron of a numerical solution is left out, tried in turn
_MOST = 16  # directions whose subsets are enumerated


@dataclass(frozen=True)
class OptimalSet:
    r"""Optimal networks of any width: neurons :math:`c_k=\lambda_ku_k`, :math:`\lambda\ge0`, :math:`Z\lambda=f`.

    Attributes
    ----------
    directions : ndarray, shape (d, K)
        Unit vectors :math:`u_k` of the neurons that an optimal network may have.
    signs : ndarray, shape (K,)
        Sign of the output weight that goes with each.
    columns : ndarray, shape (n, K)
        ``Z``, what a neuron of unit strength adds to the outputs: :math:`s_k(Xu_k)_+`.
    fit : ndarray, shape (n,)
        The outputs ``f`` that all optimal networks share.
    vertices : ndarray, shape (V, K)
        Vertices :math:`\lambda` of the polytope.
    objective, lower_bound : float
        Of a network found, and proved for every width.
    margin : float
        Largest dual norm over β of a pattern whose direction was left out: below 1 by how much the choice is safe.
    proved_margin : float
        The same with the error that the gap leaves in the residual added: below 1, what was left out is proved to be.
    """

    directions: np.ndarray
    signs: np.ndarray
    columns: np.ndarray
    fit: np.ndarray
    vertices: np.ndarray
    objective: float
    lower_bound: float
    margin: float
    proved_margin: float

    @property
    def supports(self):
        """Directions that each vertex uses, one `frozenset` a vertex."""
        return [frozenset(np.flatnonzero(vertex).tolist()) for vertex in self.vertices]

    @property
    def gap(self):
        """Certified relative gap of the network that the set was found from."""
        return relative_gap(self.objective, self.lower_bound)

    def network(self, strengths):
        """The balanced network with these strengths, one neuron for each positive one."""
        kept = np.flatnonzero(strengths)
        root = np.sqrt(np.asarray(strengths)[kept])
        return TwoLayerReLU(self.directions[:, kept] * root, self.signs[kept] * root)

    def outputs(self, X):
        """What neurons of unit strength add to the outputs on other samples, shape (len(X), K)."""
        return self.signs * np.maximum(np.asarray(X) @ self.directions, 0.0)


def optimal_set(X, y, beta, *, tolerance=1e-6):
    r"""Every optimal network of a problem small enough to enumerate its patterns; squared loss, one output.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples.
    y : array_like, shape (n,)
    beta : float
        Of :math:`\tfrac12\|f-y\|^2+\tfrac\beta2\sum_j(\|w_j\|^2+\alpha_j^2)`.
    tolerance : float
        A direction is kept if its dual norm is at least ``(1 - tolerance) * beta``.

    Returns
    -------
    OptimalSet

    Raises
    ------
    ValueError
        If an argument has the wrong shape, more than 16 directions are found, or those found do not span the outputs.

    Notes
    -----
    The squared loss is strictly convex in the outputs, so all optima share them, and the residual :math:`\nu=y-f`. A
    neuron of an optimal network is balanced and has
    :math:`s\,\nu^\top(Xu)_+=\beta` for its direction ``u``, the largest value that a unit vector can have. In a cell,
    where :math:`(Xu)_+=D_iXu`, the maximum of a linear function over the cone within the unit ball has one maximiser
    if it is positive: the projection of :math:`sX^\top D_i\nu` onto the cone, normed. So there are finitely many
    directions ``u_k`` [1]_, and conversely every :math:`\lambda\ge0` with :math:`Z\lambda=f` is optimal, because
    :math:`\beta\sum\lambda_k=\nu^\top Z\lambda=\nu^\top f` is the same for all of them [2]_.

    The dual is strongly concave: :math:`\|\nu-\nu^\star\|^2\le2(p-d)` for a feasible ``ν`` with the value ``d`` and an
    objective ``p``, so that a dual norm is off by at most :math:`\sqrt{2(p-d)}\,\sigma_{\max}(X)`. What lies further
    than that below β is proved to be no direction of an optimal network (``proved_margin``); that the others reach β
    exactly is not proved by numbers in floating point, but by `exact_instances` where data are integers.

    References
    ----------
    .. [1] Kim, Mishkin, Pilanci (2025), Exploring the loss landscape of regularized neural networks via convex duality,
       ICLR (its abstract was read; derived here).
    .. [2] Mishkin, Pilanci (2023), Optimal sets and solution paths of ReLU networks, ICML (its abstract was read).

    Examples
    --------
    Corners of a square with the same target: neurons along either axis do.

    >>> found = optimal_set([[1, 1], [1, -1], [-1, 1], [-1, -1]], [2, 2, 2, 2], 2.0)
    >>> found.directions.shape[1], sorted(map(len, found.supports)), found.fit.round(9).tolist()
    (4, [2, 2], [1.0, 1.0, 1.0, 1.0])
    """
    X, beta = as_matrix("X", X), as_number("beta", beta, above=0.0)
    y = as_vector("y", y, length=len(X))
    patterns = enumerate_patterns(X)
    network = to_network(solve(X, y, patterns, beta, tol=1e-8))
    lower, scale, nu, (directions, signs, norms) = _residual(X, y, beta, patterns, network)
    kept = norms >= (1 - tolerance) * beta
    margin = scale * norms[~kept].max(initial=0.0)
    directions, signs = _distinct(directions[:, kept], signs[kept])
    if len(signs) > _MOST:
        raise ValueError(f"X: expected data with at most {_MOST} optimal directions, got {len(signs)}")
    columns, fit = signs * np.maximum(X @ directions, 0.0), y - nu
    vertices = polytope_vertices(columns, fit)
    if not len(vertices):
        raise ValueError(f"tolerance: expected one at which the directions span the optimal outputs, got {tolerance}")
    # of a network that exists, not of the point that Newton's method believes in
    objective = 0.5 * float(((y - columns @ vertices[0]) ** 2).sum()) + beta * float(vertices[0].sum())
    error = np.sqrt(2 * max(objective - lower, 0.0)) * np.linalg.norm(X, 2)
    return OptimalSet(
        directions, signs, columns, fit, vertices, objective, lower, margin / beta, (margin + error) / beta
    )


def polytope_vertices(columns, fit, *, tolerance=1e-5):
    r"""Vertices of :math:`\{\lambda\ge0: Z\lambda=f\}`: the solutions on linearly independent columns.

    Parameters
    ----------
    columns : ndarray, shape (n, K)
    fit : ndarray, shape (n,)
    tolerance : float
        Relative residual, strength and singular value that count as zero: above the error that is left in the columns,
        about the square root of rounding.

    Returns
    -------
    ndarray, shape (V, K)
        In the order of their supports: small ones first, then lexicographic.
    """
    count, vertices = columns.shape[1], []
    if not fit.any():
        return np.zeros((1, count))
    rank = np.linalg.matrix_rank(columns, rtol=tolerance) if count else 0
    length = np.linalg.norm(fit)
    for size in range(1, rank + 1):
        for support in combinations(range(count), size):
            part = columns[:, support]
            strengths, _, found, _ = np.linalg.lstsq(part, fit, rcond=tolerance)
            close = np.linalg.norm(part @ strengths - fit) <= tolerance * length
            if found == size and close and strengths.min() > tolerance * strengths.max():
                vertices.append(np.zeros(count))
                vertices[-1][list(support)] = strengths
    return np.array(vertices).reshape(-1, count)


def _residual(X, y, beta, patterns, network):
    """What `_proved` says of the residual that proves most, among those of a nearly optimal network made exact.

    Neurons that its residual asks for join the network, weakly, until none is missing.
    """
    if not network.n_neurons:
        return _proved(X, y, beta, patterns, y)
    answers, hidden, output = [], network.W, network.a
    for _ in range(_ROUNDS):
        found = refine_stationary(X, y, beta, hidden, output)
        residuals = [y - np.maximum(X @ found.hidden, 0.0) @ found.output]
        residuals += [_polished(X, y, beta, found, weakest) for weakest in _WEAKEST if len(found.output)]
        answers += [_proved(X, y, beta, patterns, nu) for nu in residuals if np.isfinite(nu).all()]
        best = max(answers, key=lambda answer: answer[0])
        if found.objective - best[0] <= _ENOUGH * found.objective:
            break
        directions, signs, norms = best[3]
        missing = norms > beta * (1 + _ENOUGH)
        root = np.sqrt(_NEW * max(found.objective / beta, 0.0))
        hidden = np.hstack([found.hidden, root * directions[:, missing]])
        output = np.concatenate([found.output, root * signs[missing]])
    return best


def _proved(X, y, beta, patterns, nu):
    """Lower bound that a residual proves, the factor that makes it feasible, the residual and its maximisers."""
    found = _maximisers(X, patterns, nu)
    largest = found[2].max()
    scale = min(1.0, beta / largest) if largest > 0 else 1.0
    return float(loss_named("squared").dual_value(scale * nu[:, None], y[:, None])), scale, nu, found


def _polished(X, y, beta, network, weakest):
    r"""Residual of the optimum among networks with the signs of a nearly optimal one, to rounding.

    Newton's method on :math:`\tfrac12\|\sum_kA_kz_k-y\|^2+\beta\sum_k\|z_k\|`, where :math:`z_k` are the coordinates of
    the contribution of neuron ``k`` in a basis of the weights that are zero on its kinks. Neurons whose strength is at
    most ``weakest`` of the largest are left out.
    """
    strengths = np.linalg.norm(network.hidden, axis=0) * np.abs(network.output)
    strong = strengths > weakest * strengths.max()
    maps, blocks = [], []
    for u, alpha, signs in zip(network.hidden.T[strong], network.output[strong], network.signs.T[strong], strict=True):
        basis = null_space(X[signs == 0]) if (signs == 0).any() else np.eye(len(u))
        maps.append(np.sign(alpha) * (signs > 0)[:, None] * X @ basis)
        blocks.append(basis.T @ u * abs(alpha))
    A, z = np.hstack(maps), np.concatenate(blocks)
    groups = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    same = groups[:, None] == groups
    for _ in range(_NEWTON_STEPS):
        lengths = np.sqrt(np.bincount(groups, weights=z**2))[groups]
        u = z / lengths
        gradient = A.T @ (A @ z - y) + beta * u
        hessian = A.T @ A + beta * same * (np.eye(len(z)) - np.outer(u, u)) / lengths
        z = z - np.linalg.lstsq(hessian, gradient, rcond=1e-12)[0]
    return y - A @ z


def _maximisers(X, patterns, nu):
    """Direction, sign and value of the maximum of ±ν'(Xu)_+ over the unit vectors of every closed cell."""
    directions, signs, norms = [], [], []
    cones = 2.0 * patterns - 1.0
    for sign in (1.0, -1.0):
        points, _, _ = project_onto_cones(X, cones, sign * X.T @ (patterns * nu[:, None]))
        length = np.linalg.norm(points, axis=0)
        directions.append(points / np.where(length > 0, length, 1.0))
        signs.append(np.full(len(length), sign))
        norms.append(length)
    return np.hstack(directions), np.concatenate(signs), np.concatenate(norms)


def _distinct(directions, signs):
    """Each direction once: neighbouring closed cells share those on their common boundary."""
    kept = []
    for k, (u, sign) in enumerate(zip(directions.T, signs, strict=True)):
        if all(np.linalg.norm(u - directions[:, j]) > _SAME or sign != signs[j] for j in kept):
            kept.append(k)
    return directions[:, kept], signs[kept]
