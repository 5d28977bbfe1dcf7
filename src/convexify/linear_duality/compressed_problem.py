"""A deep linear problem in the coordinates of its row space: dual value, best network for a dual point, closed form."""

import copy
import functools

import numpy as np

from convexify.checks import as_batch, as_integer, as_matrix, as_number, check_squares
from convexify.linear_duality.row_space import RowSpace

#: Singular values of the targets below this share of the largest are zero.
_ZERO = 1e-10
_TIE = 1e-6
_ROUNDING = 64 * np.finfo(float).eps


class CompressedProblem:
    r"""A deep linear problem in the coordinates of the row space of its data.

    With :math:`X = LSQ^\top`, every product :math:`WX` is :math:`(WLS)Q^\top`: objective (2) of the survey at (X, Y) is
    the one at ``(inputs, targets)`` plus ``constant``, for the same weights, and so are its gradients.

    Parameters
    ----------
    X : array_like, shape (d_0, n)
    Y : array_like, shape (d_H, n)

    Attributes
    ----------
    row_space : RowSpace
    targets : ndarray, shape (d_H, k)
        :math:`YQ`, which has the non-zero singular values of :math:`\tilde Y = YX^+X`.
    inputs : ndarray, shape (d_0, k)
        :math:`XQ = LS`.
    constant : float
        :math:`\tfrac12\|Y - \tilde Y\|_F^2`.
    rank_limit : int
        :math:`\min(d_0, d_H, n)`.

    Raises
    ------
    ValueError
        If the matrices are empty, not finite, or disagree in the number of samples, or the squares of ``Y`` underflow.

    Examples
    --------
    >>> X, Y = [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]], [[3.0, 0.0, 5.0], [0.0, 1.0, 0.0]]
    >>> problem = CompressedProblem(X, Y)
    >>> problem.spectrum
    array([3., 1.])
    >>> problem.constant
    12.5
    """

    def __init__(self, X, Y):
        X = as_matrix("X", X)
        self._compress(X, as_matrix("Y", Y, columns=X.shape[1]))

    @classmethod
    def of_checked(cls, X, Y):
        """The same for matrices that `as_matrix` has passed; see `RowSpace.of_checked`."""
        problem = cls.__new__(cls)
        problem._compress(X, Y)
        return problem

    def _compress(self, X, Y):
        check_squares("Y", Y)
        self.row_space = RowSpace.of_checked(X)
        self.targets = self.row_space.coordinates(Y)
        self.inputs = self.row_space.left * self.row_space.singular_values
        self.constant = 0.5 * float(np.linalg.norm(Y - self.row_space.lift(self.targets)) ** 2)
        self.rank_limit = min(X.shape[0], Y.shape[0], X.shape[1])
        self._fingerprint = _fingerprint(X, Y)

    def with_scaled_targets(self, factor):
        """The problem of (X, ``factor`` · Y) by the same factorisation."""
        scaled = copy.copy(self)
        scaled.__dict__.pop("spectrum", None)
        scaled.targets = factor * self.targets
        scaled.constant = factor**2 * self.constant
        scaled._fingerprint = (self._fingerprint[0], factor * self._fingerprint[1])
        return scaled

    @functools.cached_property
    def spectrum(self):
        r"""Non-zero singular values of :math:`\tilde Y`, non-increasing."""
        s = np.linalg.svd(self.targets, compute_uv=False)
        return s[s > _ZERO * s[0]] if s.size else s

    def whitened(self):
        r"""Inputs and targets of the problem with white inputs in the span of the targets' rows.

        With white inputs :math:`XX^\top=I` a first layer that starts in the span of the rows of :math:`\tilde Y` stays
        there under gradient descent, so that the directions outside it can be left out.

        Returns
        -------
        inputs : ndarray, shape (s, s)
            Identity matrix, with s the number of non-zero singular values.
        targets : ndarray, shape (d_H, s)
        """
        U, s, _ = np.linalg.svd(self.targets, full_matrices=False)
        kept = self.spectrum.size
        return np.eye(kept), (U * s)[:, :kept]

    def in_principal_axes(self):
        """Inputs along their principal axes, divided by their spectral norm, and targets.

        Turning the inputs changes no step of gradient descent, and directions without data never move.

        Returns
        -------
        inputs : ndarray, shape (k, k)
        targets : ndarray, shape (d_H, k)
        """
        s = self.row_space.singular_values
        return np.diag(s / s[0]), self.targets

    def is_of(self, X, Y):
        """Whether ``X`` and ``Y`` are the matrices this was made from (by shape and a fixed projection of samples)."""
        # Another memory layout sums in another order, hence the tolerance.
        return all(
            theirs.shape == ours.shape and np.linalg.norm(theirs - ours) <= 1e-9 * np.linalg.norm(ours)
            for theirs, ours in zip(_fingerprint(X, Y), self._fingerprint, strict=True)
        )

    def dual_value(self, coordinates, rank):
        r"""Dual objective without ``constant``.

        Written without the cancellation of (3): :math:`\langle\tilde Y,\Lambda\rangle - \tfrac12\|\Lambda\|_F^2 +
        \tfrac12\sum_{i>r}\sigma_i^2(\tilde Y-\Lambda)`.
        """
        tail = np.linalg.svd(self.targets - coordinates, compute_uv=False)[rank:]
        return float((coordinates * (self.targets - 0.5 * coordinates)).sum() + 0.5 * (tail**2).sum())

    def primal_product(self, coordinates, gamma, rank):
        r"""Product :math:`M = WX` of rank at most ``rank`` for a dual point, as ``(U, c, V)``, and its value.

        Notes
        -----
        :math:`M = \mathrm{svd}_r(\tilde Y - \Lambda)` with its singular values fitted anew: for orthonormal pairs
        :math:`(u_i, v_i)` the best ones are :math:`(u_i^\top\tilde Y v_i - \gamma)_+`, which leaves an error of second
        order in :math:`\Lambda`. Where the r-th value of :math:`\tilde Y - \Lambda` is tied, the truncation is not
        unique and an arbitrary one is not optimal; inside the tied block the pairs are turned to the eigenvectors of
        the symmetric part of :math:`U_T^\top\tilde Y V_T` and the largest are taken.
        """
        U, s, Vt = np.linalg.svd(self.targets - coordinates, full_matrices=False)
        candidates = [(U[:, :rank], Vt[:rank])]
        tied = np.flatnonzero(np.abs(s - s[rank - 1]) <= _TIE * s[0])
        if tied[-1] >= rank:
            block = U[:, tied].T @ self.targets @ Vt[tied].T
            turn = np.linalg.eigh(block + block.T)[1][:, ::-1][:, : rank - tied[0]]
            candidates.append(
                (np.hstack([U[:, : tied[0]], U[:, tied] @ turn]), np.vstack([Vt[: tied[0]], turn.T @ Vt[tied]]))
            )
        return min((self._fitted(U, Vt, gamma) for U, Vt in candidates), key=lambda candidate: candidate[1])

    def relative_gap(self, primal, dual):
        """``(primal - dual) / primal``; 0 where the difference is the rounding of a residual that vanishes.

        Both values are sums of squares of errors of the order of ``eps`` times the targets at best. This matters only
        where ``gamma`` is below ``eps ** 2`` times their size.
        """
        difference = primal - dual
        rounding = (_ROUNDING * np.linalg.norm(self.targets)) ** 2
        return 0.0 if difference <= rounding else float(difference / primal)

    def _fitted(self, U, Vt, gamma):
        c = np.maximum(np.einsum("ij,ji->i", U.T @ self.targets, Vt.T) - gamma, 0.0)
        value = 0.5 * np.linalg.norm(self.targets - (U * c) @ Vt) ** 2 + gamma * c.sum()
        return (U, c, Vt.T), float(value)


def optimal_value(singular_values, gamma, rank):
    r"""Common value of primal and dual within the row space, from the singular values of :math:`\tilde Y`.

    Parameters
    ----------
    singular_values : array_like, shape (k,)
        Non-increasing.
    gamma : float
        Non-negative.
    rank : int
        Bottleneck :math:`r`, non-negative.

    Returns
    -------
    float
        :math:`\tfrac12\sum_i\sigma_i^2 - \tfrac12\sum_{i\le r}(\sigma_i-\gamma)_+^2`, summed without cancellation. Add
        :math:`\tfrac12\|Y-\tilde Y\|_F^2` for the value of the whole problem.

    Raises
    ------
    ValueError
        If the singular values are not sorted, or an argument is negative or not finite.

    Examples
    --------
    >>> optimal_value([3.0, 1.0], gamma=2.0, rank=1)
    4.5
    """
    s = as_batch("singular_values", singular_values, shape=())  # may be empty
    if s.ndim != 1 or (s < 0).any() or (np.diff(s) > 0).any():
        raise ValueError("singular_values: expected a vector of non-increasing, non-negative entries")
    gamma = as_number("gamma", gamma, minimum=0)
    rank = as_integer("rank", rank, minimum=0)
    kept = s[:rank]
    below = np.minimum(kept, gamma)
    return float((below * (kept - 0.5 * below)).sum() + 0.5 * (s[rank:] ** 2).sum())


def _fingerprint(X, Y):
    probe = np.cos(np.arange(X.shape[1]))
    return X @ probe, Y @ probe
