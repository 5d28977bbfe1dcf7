"""The linear maps of a program on the processor or on a CUDA device: every product with a tall array happens here."""

import time

import numpy as np

_CHUNK = 4_000_000  # entries of the largest temporary array, 32 MB
_CHUNK_ON_GPU = 100_000_000  # the same on a CUDA device, where small products leave most of it idle


class TimeUpError(Exception):
    """The time granted is over in the middle of a step: raised by `LinearMaps`, caught by the solver that owns it."""


class LinearMaps:
    """Products of one `Program` for some of its patterns; arguments and results are small NumPy arrays.

    Parameters
    ----------
    program : Program
    device : str
        ``"cpu"`` (NumPy), ``"cuda"``, or ``"torch"`` (the same torch code on the processor); what is tall stays there.
    dtype : str
        ``"float64"``, or ``"float32"`` for directions that need few digits.
    deadline : float
        ``time.perf_counter()`` after which a product raises `TimeUpError`: on large data one step takes minutes.
    """

    def __init__(self, program, device="cpu", dtype="float64", deadline=np.inf):
        self.deadline = deadline
        if device == "cpu":
            self.xp, self._place, self._back = np, (lambda a: np.asarray(a, dtype=dtype)), np.asarray
        else:
            import torch

            kind = {"dtype": getattr(torch, dtype), "device": "cpu" if device == "torch" else device}
            self.xp, self._place = torch, (lambda a: torch.as_tensor(np.ascontiguousarray(a), **kind))
            self._back = lambda a: a.cpu().numpy()
        self.X = self._place(program.X)
        self.mask = self._place(program.patterns)
        width = len(program.X) * program.y.shape[1]
        self.chunk = max(1, _CHUNK // width)
        self._chunk = max(1, (_CHUNK_ON_GPU if device == "cuda" else _CHUNK) // width)

    def predict(self, u, which):
        """Σ_k D_{which[k]} X u_k, shape (n, c), for ``u`` (d, K, c) and ``which`` (K,)."""
        total = 0
        for start in range(0, len(which), self._chunk):
            self._check_time()
            part = u[:, start : start + self._chunk]
            rows = (self.X @ self._place(part.reshape(len(part), -1))).reshape(len(self.X), *part.shape[1:])
            total = total + self.xp.einsum("npc,np->nc", rows, self._columns(which[start : start + self._chunk]))
        return self._back(total) if len(which) else np.zeros((len(self.X), u.shape[2]))

    def correlate(self, nu, which):
        """X' D_i nu for the patterns ``which``, shape (d, K, c), for ``nu`` (n, c)."""
        n, c = nu.shape
        nu, out = self._place(nu), np.empty((self.X.shape[1], len(which), c))
        for start in range(0, len(which), self._chunk):
            self._check_time()
            part = slice(start, start + self._chunk)
            weights = (self._columns(which[part])[:, :, None] * nu[:, None, :]).reshape(n, -1)
            out[:, part] = self._back(self.X.T @ weights).reshape(len(out), -1, c)
        return out

    def product(self, u):
        """X u for ``u`` (d, K)."""
        self._check_time()
        return self._back(self.X @ self._place(u))

    def face(self, basis, which):
        """D_{which[k]} X basis_k for each column of ``basis`` (d, K): tall, it stays on the device."""
        return self._columns(which) * (self.X @ self._place(basis))

    def gram(self, face, weight):
        """Face' diag(weight) face, shape (K, K)."""
        return self._back(face.T @ (self._place(weight)[:, None] * face))

    def outer(self, face, weight):
        """Face diag(weight) face', shape (n, n), for ``weight`` (K,)."""
        return self._back((face * self._place(weight)) @ face.T)

    def expand(self, face, coefficients):
        return self._back(face @ self._place(coefficients))

    def contract(self, face, values):
        return self._back(face.T @ self._place(values))

    def _check_time(self):
        if time.perf_counter() > self.deadline:
            raise TimeUpError

    def _columns(self, which):
        # a full, ordered selection needs no copy
        if len(which) == self.mask.shape[1] and (np.diff(which) == 1).all():
            return self.mask
        return self.mask[:, which]
