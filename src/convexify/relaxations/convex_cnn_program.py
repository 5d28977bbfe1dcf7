r"""The convex program of a convexified convolutional network, and the certificate of any point of it.

With r filters w_j and output weights a_{kpj} for class k and position p, the outputs of a network with one convolution
are :math:`f_k(x) = \sum_{p,j} a_{kpj}\langle\varphi(z_p(x)), w_j\rangle = \langle Z(x), A_k\rangle`: linear in the
matrix A, whose rows are the pairs (k, p) and whose rank is at most r. The relaxation replaces the rank by the nuclear
norm,

.. math:: \min_{\|A\|_* \le R}\ \frac1n\sum_i \ell(f(x_i), y_i),

with the softmax cross-entropy ℓ. The nuclear norm's dual is the largest singular value, so that for the gradient G at A

.. math:: f(A) - f^* \le \langle G, A\rangle + R\,\sigma_{\max}(G).

Zhang, Liang, Wainwright (2017), Convexified convolutional neural networks, ICML: abstract and program were read. The
program there fixes the output of the last class to 0; here every class has one, so that all are penalised alike.
"""

from dataclasses import dataclass, field

import numpy as np

from convexify.checks import as_batch, as_integer, as_matrix, as_number


def project_nuclear_ball(A, radius):
    r"""Nearest matrix, in the Frobenius norm, with :math:`\|A\|_* \le R`.

    Parameters
    ----------
    A : array_like, shape (p, m)
    radius : float
        R > 0.

    Returns
    -------
    ndarray, shape (p, m)

    Raises
    ------
    ValueError
        If the radius is not positive.

    Notes
    -----
    The singular vectors stay; the singular values are projected onto :math:`\{s \ge 0, \sum s \le R\}`: where their sum
    is too large, all are lowered by the one number that makes it R, and cut at 0.

    Examples
    --------
    >>> project_nuclear_ball(np.diag([3.0, 1.0]), 2.0).round(12).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    A, radius = as_matrix("A", A), as_number("radius", radius, above=0)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    if s.sum() <= radius:
        return A
    # The number of values that stay positive is the last at which the lowered value still is.
    lowered = (np.cumsum(s) - radius) / np.arange(1, len(s) + 1)
    shift = lowered[np.nonzero(s > lowered)[0][-1]]
    return U * np.maximum(s - shift, 0) @ Vt


@dataclass(frozen=True)
class Certificate:
    """What `NuclearProgram.certify` proves of a point.

    Attributes
    ----------
    objective : float
    lower_bound : float
        No point of the ball, so no network with that nuclear norm, has a smaller objective.
    gap : float
        Objective minus bound, relative to the objective log K of A = 0.
    violation : float
        What the nuclear norm exceeds the radius by, relative to the radius; 0 within the ball.
    """

    objective: float
    lower_bound: float
    gap: float
    violation: float


@dataclass(frozen=True)
class NuclearProgram:
    """Mean softmax cross-entropy over a nuclear-norm ball.

    Attributes
    ----------
    Z : array_like, shape (n, P, m)
        Features of the P positions of each image; kept as an ndarray.
    y : array_like of int, shape (n,)
        Classes 0 … K − 1.
    classes : int
        Number K of classes.
    radius : float
        R of the ball.

    Raises
    ------
    ValueError
        If shapes do not fit, a label is no class or the radius is not positive.
    """

    Z: np.ndarray
    y: np.ndarray
    classes: int
    radius: float
    _rows: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        Z = as_batch("Z", self.Z, shape=(None, None, None))
        classes = as_integer("classes", self.classes, minimum=2)
        y = np.asarray(self.y)
        if y.shape != Z.shape[:1] or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
            raise ValueError(f"y: expected {len(Z)} classes 0 … {classes - 1}, got {y.dtype} of shape {y.shape}")
        radius = as_number("radius", self.radius, above=0)
        checked = {"Z": Z, "y": y, "classes": classes, "radius": radius, "_rows": Z.reshape(len(Z), -1)}
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def shape(self):
        """Shape (K · P, m) of the matrix A."""
        return self.classes * self.Z.shape[1], self.Z.shape[2]

    def outputs(self, A, rows=None):
        """Outputs of all classes, shape (n, K); of the samples ``rows``, if given."""
        Z = self._rows if rows is None else self._rows[rows]
        return Z @ A.reshape(self.classes, -1).T

    def loss(self, outputs):
        """Objective of outputs (n, K)."""
        return float((_log_sum_exp(outputs) - outputs[np.arange(len(self.y)), self.y]).mean())

    def objective(self, A):
        """Objective of a matrix."""
        return self.loss(self.outputs(A))

    def gradient(self, outputs, rows=None):
        """Gradient with respect to A, shape (K · P, m), at the outputs of all samples or of the samples ``rows``."""
        Z, y = (self._rows, self.y) if rows is None else (self._rows[rows], self.y[rows])
        residual = np.exp(outputs - _log_sum_exp(outputs)[:, None])
        residual[np.arange(len(y)), y] -= 1
        return (residual.T @ Z / len(y)).reshape(self.shape)

    def certify(self, A, outputs=None):
        """Objective, lower bound and relative gap of any matrix, by one largest singular value.

        Parameters
        ----------
        A : ndarray, shape (K · P, m)
        outputs : ndarray, optional
            `outputs` of A, if they are known.

        Returns
        -------
        Certificate

        Examples
        --------
        >>> program = NuclearProgram(np.ones((2, 1, 1)), np.array([0, 1]), classes=2, radius=1.0)
        >>> certificate = program.certify(np.zeros(program.shape))
        >>> round(certificate.objective, 6), certificate.gap
        (0.693147, 0.0)
        """
        A = as_matrix("A", A, rows=self.shape[0], columns=self.shape[1])
        outputs = self.outputs(A) if outputs is None else outputs
        objective, G = self.loss(outputs), self.gradient(outputs)
        gap = float((G * A).sum()) + self.radius * float(np.linalg.norm(G, 2))
        excess = float(np.linalg.svd(A, compute_uv=False).sum()) / self.radius - 1
        # Rounding leaves sums of singular values a few ulps beyond the radius.
        violation = excess if excess > 1e-12 else 0.0
        return Certificate(objective, objective - gap, gap / float(np.log(self.classes)), violation)


def _log_sum_exp(outputs):
    # scipy's takes longer than the product before it.
    largest = outputs.max(axis=1)
    return largest + np.log(np.exp(outputs - largest[:, None]).sum(axis=1))
