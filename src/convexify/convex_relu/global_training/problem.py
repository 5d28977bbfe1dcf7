"""The training problem in the coordinates that pricing and training work in: row space, units removed."""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_columns, as_matrix, as_number, check_squares
from convexify.convex_relu.networks.two_layer import TwoLayerReLU
from convexify.convex_relu.programs.losses import check_labels, loss_named

_EPSILON = np.finfo(float).eps


@dataclass(frozen=True)
class Problem:
    r"""min :math:`L(\sum_j(Zu_j)_+a_j^\top,\,y)+\beta\sum_j\|u_j\|\|a_j\|` over all widths, for rows of size about 1.

    Attributes
    ----------
    Z : ndarray, shape (n, r)
        Rows of ``X`` in an orthonormal basis of their span, divided by ``unit_x``.
    y : ndarray, shape (n, c)
        Targets, divided by ``unit_y``.
    beta : float
        Penalty for these units.
    loss : object of `convexify.convex_relu.programs.losses`
    basis : ndarray, shape (d, r)
    dropped : ndarray, shape (n,)
        Bound on the part of each row that lies outside the basis (rounding, since the rank is numerical).
    unit_x, unit_y : float
    """

    Z: np.ndarray
    y: np.ndarray
    beta: float
    loss: object
    basis: np.ndarray
    dropped: np.ndarray
    unit_x: float
    unit_y: float

    @property
    def rank(self):
        return self.Z.shape[1]

    @property
    def outputs(self):
        return self.y.shape[1]

    @property
    def value_unit(self):
        """Objective in the user's units divided by the objective here."""
        return self.unit_y**2

    def features(self, U):
        """(Zu)₊ for the columns of ``U`` (r, m), shape (n, m)."""
        return np.maximum(self.Z @ U, 0.0)

    def objective(self, U, A):
        """Loss plus ``beta`` Σ‖u_j‖‖a_j‖ of neurons ``U`` (r, m) with outputs ``A`` (m, c)."""
        sizes = np.linalg.norm(U, axis=0) * np.linalg.norm(A, axis=1)
        return self.loss.value(self.features(U) @ A, self.y) + self.beta * float(sizes.sum())

    def dual(self, nu, bound):
        """Lower bound on the objective of every network from a dual point and a proved bound on its pricing problem."""
        nu = self.loss.clip_dual(nu, self.y)
        bound *= 1 + 4 * _EPSILON
        scale = self.loss.best_scale(nu, self.y, self.beta / bound if bound > 0 else np.inf)
        nu = scale * nu
        # the value is a sum of n terms: numpy's pairwise sums round each about log2(n) times
        terms = float(np.abs(nu * self.y).sum() + (nu**2).sum()) + (0.0 if self.loss.name == "squared" else self.y.size)
        rounding = 4 * _EPSILON * (np.log2(self.y.size + 1) + 4) * terms
        return max(0.0, float(self.loss.dual_value(nu, self.y) - rounding))

    def outside(self, nu):
        """How much the neglected part of the rows can add to |νᵀ(Xu)₊| for ‖u‖ ≤ 1."""
        return float(np.linalg.norm(nu, axis=1) @ self.dropped)

    def rounding(self, nu):
        """Bound on the rounding of a sum of ν_i x_i over samples, by the standard bound for sums in any order."""
        return 4 * _EPSILON * (len(nu) + 16) * float(np.linalg.norm(nu, axis=1) @ np.linalg.norm(self.Z, axis=1))

    def network(self, U, A, flat):
        """Balanced `TwoLayerReLU` in the user's units; one zero neuron if there is none, ``a`` (m,) if ``flat``."""
        sizes = np.linalg.norm(U, axis=0) * np.linalg.norm(A, axis=1)
        U, A, sizes = U[:, sizes > 0], A[sizes > 0], sizes[sizes > 0]
        if len(sizes) == 0:
            d, c = len(self.basis), self.outputs
            return TwoLayerReLU(np.zeros((d, 1)), np.zeros(1) if flat else np.zeros((1, c)))
        root = np.sqrt(sizes * self.unit_y / self.unit_x)
        W = self.basis @ (U / np.linalg.norm(U, axis=0)) * root
        a = A / np.linalg.norm(A, axis=1)[:, None] * root[:, None]
        return TwoLayerReLU(W, a[:, 0] if flat else a)

    def neurons(self, network):
        """Neurons ``U, A`` here of a `TwoLayerReLU` in the user's units; what the data does not see is dropped."""
        U = self.basis.T @ network.W
        A = (network.a[:, None] if network.a.ndim == 1 else network.a) * (self.unit_x / self.unit_y)
        return balanced(U, A)


def balanced(U, A):
    """The same neurons with ‖u_j‖ = 1; those that are zero are dropped."""
    norms = np.linalg.norm(U, axis=0)
    kept = (norms > 0) & (np.linalg.norm(A, axis=1) > 0)
    return U[:, kept] / norms[kept], A[kept] * norms[kept, None]


def build_problem(X, y, beta, loss):
    """Checked `Problem`, and whether ``y`` came as a vector.

    Raises
    ------
    ValueError
        If an array is not finite, empty, of the wrong shape or so small that its squares leave float64, ``beta`` is not
        positive, or labels do not fit the loss.
    """
    X = check_squares("X", as_matrix("X", X))
    loss = loss_named(loss)
    flat = np.ndim(y) == 1
    y = check_labels(loss, check_squares("y", as_columns("y", y, rows=len(X))))
    beta = as_number("beta", beta, above=0.0)
    unit_x = float(np.sqrt(((X / np.abs(X).max()) ** 2).sum(axis=1).mean()) * np.abs(X).max()) if X.any() else 1.0
    unit_y = float(np.abs(y).max()) if loss.name == "squared" and y.any() else 1.0
    scaled = X / unit_x
    _, values, vt = np.linalg.svd(scaled, full_matrices=False) if len(X) <= 4 * X.shape[1] else _tall_svd(scaled)
    kept = values > values[0] * max(X.shape) * _EPSILON if X.any() else np.zeros(len(values), dtype=bool)
    basis = vt[kept].T
    Z = scaled @ basis
    dropped = np.linalg.norm(scaled - Z @ basis.T, axis=1) + 4 * _EPSILON * np.linalg.norm(scaled, axis=1)
    return Problem(Z, y / unit_y, beta / (unit_x * unit_y), loss, basis, dropped, unit_x, unit_y), flat


def _tall_svd(X):
    """Singular values and right singular vectors by way of the triangular factor."""
    return np.linalg.svd(np.linalg.qr(X, mode="r"), full_matrices=False)
