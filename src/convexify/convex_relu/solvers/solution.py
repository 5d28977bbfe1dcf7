"""What `solve` returns, and what a solver hands to it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Solution:
    """A primal point, a dual point and their certificate; see `convexify.convex_relu.solve`.

    Attributes
    ----------
    v, w : ndarray, shape (d, P) or (d, P, c)
        Primal point in the order of ``patterns``, sparse: groups that the gap does not need are exactly zero. ``w`` is
        None for a gated program.
    nu : ndarray, shape (n,) or (n, c)
        Dual feasible point that proves ``dual``.
    primal, dual, gap, violation : float
        See `convexify.convex_relu.certificates.Certificate`.
    seconds : float
        Wall time of the whole call, certificate included.
    iterations : int
        Of all solvers that were tried.
    solver : str
        The last one of them.
    history : pandas.DataFrame
        Columns ``seconds, iteration, primal, dual, gap``: the best values so far by the solver's own account, until a
        certificate refutes it; the last row is the certificate of the answer.
    multipliers : dict of ndarray, optional
        Multipliers of cone rows that a proof may start from: see `sparse_multipliers` of `programs.certificates`.
    """

    v: np.ndarray
    w: np.ndarray | None
    nu: np.ndarray
    primal: float
    dual: float
    gap: float
    violation: float
    seconds: float
    iterations: int
    solver: str
    history: pd.DataFrame
    multipliers: dict | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Candidate:
    """What a solver hands to `solve` after an iteration, with its own account of both objectives.

    Attributes
    ----------
    primal, dual : float
    point : callable
        Returns ``v, w`` (d, P, c), ``w`` None if gated.
    nu : ndarray, shape (n, c)
    multipliers : callable
        Returns the cones' multipliers, a pair of (n, P, c), or None.
    """

    primal: float
    dual: float
    point: Callable
    nu: np.ndarray
    multipliers: Callable
