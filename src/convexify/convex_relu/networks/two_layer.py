"""Two-layer networks as plain arrays: ReLU, ReLU with grouped outputs, gated ReLU."""

from dataclasses import dataclass, field, replace

import numpy as np

from convexify.checks import as_batch, as_matrix


@dataclass(frozen=True)
class _TwoLayer:
    """What the three kinds share: outputs linear in ``a``, positively homogeneous in ``W``, and decay of both."""

    W: np.ndarray
    a: np.ndarray

    def __post_init__(self):
        for name in ("W", "a"):
            object.__setattr__(self, name, as_batch(name, getattr(self, name), shape=()))
        if self.W.ndim not in (2, 3) or 0 in self.W.shape[::2]:
            raise ValueError(f"W: expected shape (d, m) or (d, m, c), got {self.W.shape}")
        if self.a.ndim not in ((1,) if self.W.ndim == 3 else (1, 2)) or len(self.a) != self.W.shape[1]:
            raise ValueError(f"a: expected one entry for each of {self.W.shape[1]} neurons, got shape {self.a.shape}")

    @property
    def n_neurons(self):
        """Number m of neurons (of groups of neurons, if grouped)."""
        return self.W.shape[1]

    @property
    def penalty(self):
        """Weight decay ½(‖W‖² + ‖a‖²), to be multiplied by beta."""
        return 0.5 * float((self.W**2).sum() + (self.a**2).sum())

    @property
    def strengths(self):
        """Products ‖W_j‖‖a_j‖, shape (m,): their sum is the least decay that rescaling neurons can reach."""
        return np.multiply(*self._norms())

    def predict(self, X):
        """Outputs, shape (n,) or (n, c), on the rows of ``X``."""
        return self._combine(self._hidden(as_matrix("X", X, columns=len(self.W))))

    def contributions(self, X):
        """What each neuron adds to the outputs, shape (n, c, m); c = 1 for a single output."""
        hidden = self._hidden(as_matrix("X", X, columns=len(self.W)))
        if hidden.ndim == 3:
            return np.moveaxis(hidden * self.a[:, None], 1, 2)
        return hidden[:, None, :] * np.atleast_2d(self.a.T)

    def rescaled(self, factors=None):
        """Balanced network (‖W_j‖ = ‖a_j‖) with contribution ``j`` times ``factors[j] >= 0``; what is zero is dropped.

        Without ``factors`` the function stays as it is, and the decay becomes the sum of `strengths`.
        """
        inner, outer = self._norms()
        target = np.sqrt(inner * outer * (1.0 if factors is None else np.asarray(factors, dtype=np.float64)))
        kept = np.flatnonzero(target > 0)
        scale_W, scale_a = target[kept] / inner[kept], target[kept] / outer[kept]
        W = self.W[:, kept] * scale_W.reshape(-1, *[1] * (self.W.ndim - 2))
        return self._chosen(kept, W=W, a=self.a[kept] * scale_a.reshape(-1, *[1] * (self.a.ndim - 1)))

    def _norms(self):
        arrays = (np.moveaxis(self.W, 1, 0), self.a)
        return [np.sqrt((array**2).sum(axis=tuple(range(1, array.ndim)))) for array in arrays]

    def _combine(self, hidden):
        return np.einsum("nmc,m->nc", hidden, self.a) if hidden.ndim == 3 else hidden @ self.a

    def _chosen(self, kept, **arrays):
        return replace(self, **arrays)

    def _linear(self, X):
        n, (d, m, *c) = len(X), self.W.shape
        return (X @ self.W.reshape(d, -1)).reshape(n, m, *c)


@dataclass(frozen=True)
class TwoLayerReLU(_TwoLayer):
    r""":math:`f(x)=\sum_j(x^\top w_j)_+a_j`.

    Attributes
    ----------
    W : ndarray, shape (d, m)
        Neurons are columns.
    a : ndarray, shape (m,) or (m, c)
    """

    def __post_init__(self):
        super().__post_init__()
        if self.W.ndim != 2:
            raise ValueError(f"W: expected shape (d, m), got {self.W.shape}")

    def _hidden(self, X):
        return np.maximum(self._linear(X), 0.0)


@dataclass(frozen=True)
class GroupedReLU(_TwoLayer):
    r""":math:`f_k(x)=\sum_j(x^\top w_{jk})_+a_j`: a group has one weight vector per output and one ``a_j`` for all.

    Attributes
    ----------
    W : ndarray, shape (d, m, c)
    a : ndarray, shape (m,)
    """

    def __post_init__(self):
        super().__post_init__()
        if self.W.ndim != 3:
            raise ValueError(f"W: expected shape (d, m, c), got {self.W.shape}")

    def _hidden(self, X):
        return np.maximum(self._linear(X), 0.0)

    def as_two_layer(self):
        """The same function as a `TwoLayerReLU`: one neuron for every non-zero column, feeding one output each."""
        group, output = np.nonzero((self.W != 0).any(axis=0))
        a = np.zeros((len(group), self.W.shape[2]))
        a[np.arange(len(group)), output] = self.a[group]
        return TwoLayerReLU(self.W[:, group, output], a)


@dataclass(frozen=True)
class GatedNetwork(_TwoLayer):
    r""":math:`f(x)=\sum_j1[x^\top g_j\ge0]\,(x^\top w_j)a_j` with fixed gates ``g_j``; grouped if ``W`` has three axes.

    Attributes
    ----------
    W : ndarray, shape (d, m) or (d, m, c)
    a : ndarray, shape (m,) or (m, c)
    gates : ndarray, shape (d, m)
    """

    gates: np.ndarray = field(kw_only=True)

    def __post_init__(self):
        super().__post_init__()
        gates = as_batch("gates", self.gates, shape=())
        if gates.shape != self.W.shape[:2]:
            raise ValueError(f"gates: expected an array of shape {self.W.shape[:2]}, got shape {gates.shape}")
        object.__setattr__(self, "gates", gates)

    def switched_on(self, X):
        """Where each gate is on, boolean of shape (n, m): on a hyperplane and for a gate that is 0 it is."""
        return as_matrix("X", X, columns=len(self.gates)) @ self.gates >= 0

    def _hidden(self, X):
        mask = self.switched_on(X)
        return self._linear(X) * (mask if self.W.ndim == 2 else mask[:, :, None])

    def _chosen(self, kept, **arrays):
        return replace(self, gates=self.gates[:, kept], **arrays)
