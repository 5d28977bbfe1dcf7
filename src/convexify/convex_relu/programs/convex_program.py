"""The convex program of a two-layer ReLU network on given activation patterns: its data and its two linear maps."""

from dataclasses import dataclass, replace

import numpy as np

from convexify.checks import as_columns, as_matrix, as_number, as_patterns, check_squares, one_of
from convexify.convex_relu.programs.losses import HingeLoss, LogisticLoss, SquaredLoss, check_labels, loss_named

_CHUNK = 4_000_000  # entries of the largest temporary array: 32 MB of float64


@dataclass(frozen=True)
class Program:
    r"""Data of one convex program; samples are rows.

    .. math::
       \min_{v,w}\; L\Big(\sum_i D_iX(v_i-w_i)\Big)+\beta\sum_i(\|v_i\|+\|w_i\|)
       \quad\text{s.t.}\quad (2D_i-I)Xv_i\ge0,\ (2D_i-I)Xw_i\ge0

    Gated programs have no constraints and no ``w``. With ``c`` outputs ``v_i, w_i`` are ``d`` × ``c`` and every column
    lies in the cone of pattern ``i``.

    Attributes
    ----------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n, c)
    patterns : ndarray of bool, shape (n, P)
    beta : float
    gated : bool
    loss : SquaredLoss or LogisticLoss or HingeLoss
    group_norm : str
        ``"frobenius"`` or ``"nuclear"``.
    """

    X: np.ndarray
    y: np.ndarray
    patterns: np.ndarray
    beta: float
    gated: bool
    loss: SquaredLoss | LogisticLoss | HingeLoss
    group_norm: str = "frobenius"

    @property
    def shape(self):
        """(n, d, P, c): samples, features, patterns, outputs."""
        return *self.X.shape, self.patterns.shape[1], self.y.shape[1]

    def predict(self, u):
        """Prediction Σ_i D_i X u_i, shape (n, c), of ``u`` (d, P, c); with cones pass ``v - w``.

        Groups that are zero take no part: of a sparse answer on many patterns they are nearly all.
        """
        f, active = np.zeros_like(self.y), np.flatnonzero(u.any(axis=(0, 2)))
        for chunk in self._chunks(len(active)):
            some = active[chunk]
            f += np.einsum("npc,np->nc", self._rows(u, some), self.patterns[:, some])
        return f

    def correlate(self, nu):
        """The adjoint of `predict`: X' D_i nu for every pattern, shape (d, P, c)."""
        return self._adjoint(lambda chunk: self.patterns[:, chunk, None] * nu[:, None, :])

    def cone_rows(self, u):
        """(2 D_i - I) X u_i chunk by chunk, shape (n, chunk, c); all entries are non-negative inside the cones."""
        for chunk in self._chunks(u.shape[1]):
            yield chunk, self._rows(u, chunk) * (2.0 * self.patterns[:, chunk, None] - 1.0)

    def lift(self, multipliers):
        """X' (2 D_i - I) mu_i for every pattern, shape (d, P, c), of ``multipliers`` (n, P, c)."""
        return self._adjoint(lambda chunk: multipliers[:, chunk] * (2.0 * self.patterns[:, chunk, None] - 1.0))

    def norms(self, u):
        """Group norm of every ``u_i``, shape (P,)."""
        blocks = u.transpose(1, 0, 2)
        if self.group_norm == "nuclear":
            return np.linalg.svd(blocks, compute_uv=False).sum(axis=1)
        return np.linalg.norm(blocks, axis=(1, 2))

    def dual_norms(self, u):
        """Dual of `norms`, shape (P,): Frobenius for Frobenius, the largest singular value for nuclear."""
        blocks = u.transpose(1, 0, 2)
        return np.linalg.norm(blocks, ord=2 if self.group_norm == "nuclear" else None, axis=(1, 2))

    def _rows(self, u, chunk):
        block = u[:, chunk]
        return (self.X @ block.reshape(len(block), -1)).reshape(len(self.X), *block.shape[1:])

    def _adjoint(self, weights):
        n, d, p, c = self.shape
        out = np.empty((d, p, c))
        for chunk in self._chunks(p):
            out[:, chunk] = (self.X.T @ weights(chunk).reshape(n, -1)).reshape(d, -1, c)
        return out

    def _chunks(self, count):
        n, c = self.y.shape
        step = max(1, _CHUNK // (n * c))
        return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def build_program(X, y, patterns, beta, *, gated=False, loss="squared", group_norm="frobenius"):
    """Check the arguments of `solve` and hold them as a `Program`.

    Raises
    ------
    ValueError
        Naming the argument that is not finite, has the wrong shape, is empty, is out of range, or so large or small
        that its squares leave float64.
    """
    X = check_squares("X", as_matrix("X", X))
    y = check_squares("y", as_columns("y", y, rows=len(X)))
    loss = loss_named(loss)
    patterns = as_patterns("patterns", patterns, rows=len(X))
    beta = as_number("beta", beta, above=0.0)
    if not isinstance(gated, bool | np.bool_):
        raise ValueError(f"gated: expected True or False, got {gated!r}")
    one_of("group_norm", group_norm, ("frobenius", "nuclear"))
    return Program(X, check_labels(loss, y), patterns, beta, bool(gated), loss, group_norm)


def in_natural_units(program):
    """The same program with rows of X, and for the squared loss targets, of about unit length; and both lengths.

    With X = s X', y = t y' (t = 1 for labels) and u = (t/s) u' the objective is t² times that of beta' = beta/(s t),
    dual point and multipliers t times theirs: an interior point method that starts at a fixed point, or stops at
    absolute tolerances, does not see the units of the data.
    """
    s = float(np.linalg.norm(program.X)) / np.sqrt(len(program.X)) or 1.0
    t = float(np.linalg.norm(program.y)) / np.sqrt(program.y.size) if program.loss.name == "squared" else 1.0
    t = t or 1.0
    return replace(program, X=program.X / s, y=program.y / t, beta=program.beta / (s * t)), s, t
