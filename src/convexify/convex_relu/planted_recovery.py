r"""Recovery of a planted linear model by ReLU networks with a skip connection: decided exactly, with proofs both ways.

For labels :math:`y=Xw^*` take the network :math:`Xw_0+\sum_j(Xu_j)_+\alpha_j` of least norm that fits them, in its
convex form

.. math:: \min\ \|w_0\|+\sum_i(\|v_i\|+\|w_i\|)\quad\text{s.t.}\quad Xw_0+\sum_iD_iX(v_i-w_i)=y,

with :math:`v_i,w_i` in the cone of their pattern (the network), or free (*gated*: a relaxation, which is what the
phase transition of Wang, Hua, Candès & Pilanci 2022, Neural Isometry, is drawn for in the authors' program; their
abstract and program were read, the statements here are derived). The model is recovered if :math:`w_0=w^*`, all else 0,
is the only solution.

1. *Dual.* With :math:`\hat w=w^*/\|w^*\|` let

   .. math:: t^*=\min_{X^\top\nu=\hat w}\ \max_i\|X^\top D_i\nu\|\ \text{(gated)},\qquad
             t^*=\min_{X^\top\nu=\hat w}\ \max_{\|u\|\le1}|\nu^\top(Xu)_+|\ \text{(network)}.

   Any feasible point has :math:`\|w^*\|=\nu^\top y\le\|w_0\|+t\sum(\|v_i\|+\|w_i\|)` for the t of ν. So t < 1 for one ν
   proves recovery (X of full column rank); :math:`t^*>1` refutes it, by strong duality, and so does :math:`t^*=1` by a
   second solution in the gated program below.
2. *Neural isometry.* The condition :math:`\|X^\top D_iX(X^\top X)^{-1}\hat w\|<1` for all i is 1 with the shortest ν:
   sufficient, not necessary.
3. *Necessary in the gated program.* If some u has Xu > 0, then D = I is a pattern, :math:`v_I=w^*` is a second
   solution, and nothing is recovered. For samples in general position with symmetric distribution the probability of
   that is Wendel's (1962, Math. Scand. 11), :math:`2^{1-n}\sum_{k<d}\binom{n-1}k`: one half at n = 2d.
4. *In the network* the pattern D = I is no obstacle: there :math:`\nu^\top Xu=\hat w^\top u<1` unless
   :math:`\hat w` lies in the cone: then, :math:`Xw^*\ge0`, a neuron does what the skip connection does. The same holds
   for :math:`Xw^*\le0`.
"""

from dataclasses import dataclass
from math import comb

import clarabel
import numpy as np
from scipy.linalg import null_space
from scipy.sparse import csc_array

from convexify.checks import as_integer, as_matrix, as_patterns, as_vector
from convexify.convex_relu.programs.cone_projection import project_onto_cones

_ROUNDS = 100
_ADDED = 20
_SLACK = 1e-7  # accuracy that is granted to the small programs: constants this close to 1 are left undecided


@dataclass(frozen=True)
class Recovery:
    """Answer of `decide_recovery`.

    Attributes
    ----------
    recovered : bool or None
        None if the constant is too close to 1 to tell.
    isometry : float
        Largest value of the neural isometry condition (item 2), the same for both programs.
    constant : float
        The bound on t* that decides: an upper one if recovered, else a lower one.
    rounds : int
        Small programs solved.
    """

    recovered: bool | None
    isometry: float
    constant: float
    rounds: int


def half_space_probability(n, d):
    """Probability that n symmetric points in general position in d dimensions lie in a half space (Wendel).

    Examples
    --------
    >>> half_space_probability(10, 5), half_space_probability(4, 4)
    (0.5, 1.0)
    """
    n, d = as_integer("n", n, minimum=1), as_integer("d", d, minimum=1)
    return sum(comb(n - 1, k) for k in range(d)) / 2 ** (n - 1)


def decide_recovery(X, w, patterns, *, gated):
    r"""Whether the network of least norm recovers a planted linear model, by the constant t* above.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Rows are samples; full column rank.
    w : array_like, shape (d,)
        Planted, not zero.
    patterns : array_like of bool, shape (n, P)
        All of `enumerate_patterns`, or fewer for the program on those.
    gated : bool
        Without the cones.

    Returns
    -------
    Recovery

    Raises
    ------
    ValueError
        If ``w`` is zero, the rank of ``X`` is less than d or a shape does not fit.

    Notes
    -----
    Cutting planes: a small program in ν with some of the patterns (second-order cones) or neurons (linear) gives a
    lower bound on t*, all patterns at its ν an upper one. In the network only patterns with :math:`\|X^\top D\nu\|\ge1`
    have to be projected onto their cones.

    Examples
    --------
    Four samples in all directions of the plane recover; two samples do not, where the gate D = I does the same.

    >>> from convexify.convex_relu.patterns.arrangements import enumerate_patterns
    >>> X = np.array([[1.0, 0.1], [-0.9, 0.2], [0.1, -1.0], [0.2, 1.1], [-1.0, -1.0], [1.0, 0.9]])
    >>> decide_recovery(X, [1.0, 0.5], enumerate_patterns(X), gated=True).recovered
    True
    >>> decide_recovery(X[:2], [1.0, 0.5], enumerate_patterns(X[:2]), gated=True).recovered
    False
    """
    X = as_matrix("X", X)
    w = as_vector("w", w, length=X.shape[1])
    patterns = as_patterns("patterns", patterns, rows=len(X))
    size = float(np.linalg.norm(w))
    if size == 0 or np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("X, w: expected full column rank and a vector that is not zero")
    nu = np.linalg.pinv(X).T @ (w / size)
    directions = null_space(X.T)
    isometry = float(_norms(X, patterns, nu).max())
    if patterns.all(axis=0).any() if gated else (X @ w >= 0).all() or (X @ w <= 0).all():  # a second solution
        return Recovery(False, isometry, 1.0, 0)
    price = _gated_violations if gated else _network_violations
    cuts = _Cuts(X, nu, directions, gated)
    for rounds in range(_ROUNDS + 1):
        value, violations = price(X, patterns, nu)
        if value < 1 - _SLACK:
            return Recovery(True, isometry, value, rounds)
        if directions.shape[1] == 0:  # no other ν
            return Recovery(False if value > 1 + _SLACK else None, isometry, value, rounds)
        cuts.add(violations)
        nu, low = cuts.solve()
        if low > 1 + _SLACK:
            return Recovery(False, isometry, low, rounds + 1)
        if low > 1 - _SLACK:
            break
    return Recovery(None, isometry, low, rounds + 1)


def _norms(X, patterns, nu):
    return np.linalg.norm((nu[:, None] * X).T @ patterns, axis=0)


def _gated_violations(X, patterns, nu):
    """Largest ‖XᵀDν‖ and the patterns of the largest, as columns."""
    norms = _norms(X, patterns, nu)
    worst = np.argsort(-norms, kind="stable")[:_ADDED]
    return float(norms.max()), patterns[:, worst[norms[worst] >= 1 - _SLACK]]


def _network_violations(X, patterns, nu):
    """Bound on max |νᵀ(Xu)₊| over ‖u‖ ≤ 1, and outputs (Xu)₊ of the worst neurons, as columns."""
    norms = _norms(X, patterns, nu)
    large = np.flatnonzero(norms >= 1 - _SLACK)
    rest = norms[norms < 1 - _SLACK].max(initial=0.0)
    if not len(large):
        return float(rest), np.empty((len(X), 0))
    points = (nu[:, None] * X).T @ patterns[:, large]
    signs = 2.0 * patterns[:, large] - 1.0
    points, signs = np.hstack([points, -points]), np.hstack([signs, signs])
    inside = project_onto_cones(X, signs, points)[0]
    values = np.linalg.norm(inside, axis=0)
    worst = np.argsort(-values, kind="stable")[:_ADDED]
    worst = worst[values[worst] >= 1 - _SLACK]
    return float(max(values.max(), rest)), np.maximum(X @ (inside[:, worst] / values[worst]), 0.0)


class _Cuts:
    """min t over ν = shortest + directions z with the constraints found so far."""

    def __init__(self, X, shortest, directions, gated):
        self.X, self.shortest, self.directions, self.gated = X, shortest, directions, gated
        self.columns = np.empty((len(X), 0))

    def add(self, columns):
        self.columns = np.hstack([self.columns, columns])

    def solve(self):
        """ν and a lower bound on t*."""
        free = self.directions.shape[1]
        if self.gated:
            maps = self.columns.T[:, :, None] * self.X  # (k, n, d): DX of each pattern
            bodies = np.einsum("knd,nf->kdf", maps, self.directions)
            offsets = np.einsum("knd,n->kd", maps, self.shortest)
            tops = np.zeros((len(maps), 1, free + 1))
            tops[:, 0, -1] = -1.0
            bodies = np.concatenate([-bodies, np.zeros((*bodies.shape[:2], 1))], axis=2)
            A = np.concatenate([tops, bodies], axis=1).reshape(-1, free + 1)
            b = np.concatenate([np.zeros((len(maps), 1)), offsets], axis=1).ravel()
            cones = [clarabel.SecondOrderConeT(1 + self.X.shape[1])] * len(maps)
        else:
            rows, offsets = self.columns.T @ self.directions, self.columns.T @ self.shortest
            A = np.vstack([np.hstack([sign * rows, -np.ones((len(rows), 1))]) for sign in (1.0, -1.0)])
            b = np.concatenate([-offsets, offsets])
            cones = [clarabel.NonnegativeConeT(len(b))]
        settings = clarabel.DefaultSettings()
        settings.verbose, settings.max_threads = False, 1
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
        empty = csc_array((free + 1, free + 1))
        answer = clarabel.DefaultSolver(
            empty, np.append(np.zeros(free), 1.0), csc_array(A), b, cones, settings
        ).solve()  # fmt: skip
        z = np.array(answer.x)
        return self.shortest + self.directions @ z[:-1], float(answer.obj_val_dual)
