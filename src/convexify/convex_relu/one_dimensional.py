r"""Networks on one-dimensional data as Lasso problems: finite dictionaries, and optima with a proof.

A network of parallel branches of width one and L layers is

.. math:: f(x)=\xi+\sum_i\alpha_ig_i(x),\qquad g_i=\phi(w_{i,L-1}\,\phi(\dots\phi(w_{i,1}x+b_{i,1})\dots)+b_{i,L-1}),

with the penalty :math:`\tfrac\beta L\sum_i(|\alpha_i|^L+\sum_l|w_{i,l}|^L)`; biases are free. Its training problem with
½‖f − y‖² is the Lasso problem :math:`\min_{z,\xi}\tfrac12\|Az+\xi1-y\|^2+\beta\|z\|_1` (Zeger, Wang, Mishkin, Ergen,
Candès, Pilanci 2024: abstract and the authors' program were read; dictionaries and proofs are derived here):

1. *Penalty.* Scaling the weights of a branch changes neither f nor the product
   :math:`c=|\alpha_i|\prod_l|w_{i,l}|`, and the least penalty for a given product is βc (arithmetic and geometric
   mean). So a branch of unit slopes and free biases costs β times the modulus of its coefficient.
2. *Constants* are free (ξ): features count up to a constant and a sign.
3. *ReLU, two layers.* Unit branches are the ramps :math:`(\pm(x-t))_+`. Between neighbouring samples,
   :math:`t=\lambda x_i+(1-\lambda)x_{i+1}`, the ramp is *on the samples* the mean of those at :math:`x_i` and
   :math:`x_{i+1}` with weights λ and 1 − λ: the same cost. Outside the samples it is a ramp at the outermost sample,
   up to a constant, or zero. So t is a sample.
4. *ReLU, three and more layers.* Unit branches are the capped ramps :math:`C_{a,b}(x)=\min((x-a)_+,b-a)`,
   −∞ ≤ a < b ≤ ∞: applied to a constant plus or minus a capped ramp (for L = 2: a ramp), a ReLU cuts it to one on a
   part of [a, b], so that no depth leaves the family, and three layers reach all of it by
   :math:`(\tau-(s(x-t))_+)_+`. On the samples :math:`C_{a,b}=(x-a)_+-(x-b)_+` is affine in a and in b between
   neighbouring samples, thus a mean of the four features at samples around it; with a and b in the same interval it is
   a multiple, at most 1, of that between its ends. So a and b are samples: n(n − 1)/2 features. **A fourth layer adds
   nothing**: features with reflected breakpoints can save branches, never lower the optimum.
5. *Absolute value, two layers*: :math:`|x-t|`, and t is a sample as in 3.
6. *Absolute value, three layers*: besides those, :math:`W_{p,q}(x)=\big||x-\tfrac{p+q}2|-\tfrac{q-p}2\big|` with kinks
   at p, q and their middle. On the samples it is affine in (p, q) on every cell that the lines :math:`p=x_i`,
   :math:`q=x_j`, :math:`p+q=2x_k` and p = q cut out. A cell is bounded, and then W is a mean of its vertices, where
   **two of the three kinks are samples and the third is a reflection**; or p and q lie outside on both sides, or the
   middle lies outside, and then W is, up to a constant, ± an absolute value.
7. *Sign, two layers*, with a penalised amplitude in the place of the inner weight: one step for each interval between
   neighbouring samples.
8. *Dual*: :math:`\max_\nu\nu^\top y-\tfrac12\|\nu\|^2` subject to :math:`1^\top\nu=0`,
   :math:`\|A^\top\nu\|_\infty\le\beta`. By 3–6 this bounds :math:`|\nu^\top g|` for every branch, not only for those of
   the dictionary (`branch_features` and the tests try them).
"""

from dataclasses import dataclass

import clarabel
import numpy as np
from scipy.sparse import csc_array, eye_array

from convexify.checks import as_integer, as_matrix, as_number, as_vector, one_of
from convexify.convex_relu.programs.certificates import relative_gap

ACTIVATIONS = ("relu", "absolute", "sign")
#: Coefficients below this share of the largest leave the answer.
_ZERO = 1e-9


@dataclass(frozen=True)
class Dictionary:
    """Features of a Lasso problem.

    Attributes
    ----------
    kind : str
        ``"ramp"``: capped ramps C of (first, last kink); ``"absolute"``: W of (p, q); ``"step"``: of (last, first)
        sample of its two values.
    kinks : ndarray, shape (p, 2)
    features : ndarray, shape (n, p)
        On the samples; distinct and not constant.
    """

    kind: str
    kinks: np.ndarray
    features: np.ndarray

    def at(self, x):
        """Features at other points, shape (len(x), p)."""
        return _SHAPES[self.kind](np.asarray(x, float), *self.kinks.T)


@dataclass(frozen=True)
class LassoOptimum:
    """Answer of `solve_lasso`.

    Attributes
    ----------
    z : ndarray, shape (p,)
        Of an interior point of the set of optima: in general not the sparsest.
    intercept : float
    nu : ndarray, shape (n,)
        Dual feasible.
    primal, dual, gap : float
        Objective, proved lower bound, relative gap.
    """

    z: np.ndarray
    intercept: float
    nu: np.ndarray
    primal: float
    dual: float
    gap: float


def dictionary(x, activation, layers):
    """The dictionary of a network on one-dimensional data: items 3 to 7 above.

    Parameters
    ----------
    x : array_like, shape (n,)
        Samples, at least two of them distinct.
    activation : {"relu", "absolute", "sign"}
    layers : int
        L: any from 2 on for ReLU, 2 or 3 for the absolute value, 2 for the sign.

    Returns
    -------
    Dictionary

    Raises
    ------
    ValueError
        If an argument is out of range, or no dictionary is proved for it.

    Examples
    --------
    >>> x = [0.0, 1.0, 3.0]
    >>> [dictionary(x, "relu", layers).features.shape[1] for layers in (2, 3, 4)]
    [3, 3, 3]
    >>> dictionary([0.0, 4.0, 5.0, 7.0], "relu", 3).kinks.shape, dictionary(x, "absolute", 3).features.shape
    ((6, 2), (3, 5))
    """
    x = as_vector("x", x)
    one_of("activation", activation, ACTIVATIONS)
    deepest = {"relu": None, "absolute": 3, "sign": 2}[activation]
    layers = as_integer("layers", layers, minimum=2, maximum=deepest)
    knots = np.unique(x)
    if len(knots) < 2:
        raise ValueError("x: expected at least two distinct samples, got one")
    low, high = (knots[part] for part in np.triu_indices(len(knots), 1))
    if activation == "sign":
        kind, kinks = "step", np.column_stack([knots[:-1], knots[1:]])
    elif activation == "absolute":
        kind, kinks = "absolute", np.column_stack([knots[:-1], knots[:-1]])
        if layers == 3:
            # two kinks at samples; the third is their middle, or one of them reflected about the other
            pairs = [(low, high), (low, 2 * high - low), (2 * low - high, high)]
            kinks = np.concatenate([kinks, *(np.column_stack(pair) for pair in pairs)])
    else:
        kind, kinks = "ramp", np.column_stack([low, high])
        if layers == 2:  # ramps to the right and to the left: capped at an outermost sample
            kinks = kinks[(low == knots[0]) | (high == knots[-1])]
    features = _SHAPES[kind](x, *kinks.T)
    kept = _distinct(features)
    return Dictionary(kind, kinks[kept], features[:, kept])


def branch_features(x, activation, layers, generator, count):
    """Random branches of unit weights, biases anywhere: what `dictionary` must replace, for tests.

    Parameters
    ----------
    x : array_like, shape (n,)
    activation : {"relu", "absolute", "sign"}
    layers : int
    generator : numpy.random.Generator
    count : int

    Returns
    -------
    ndarray, shape (n, count)
    """
    x = as_vector("x", x)[:, None]
    width = np.ptp(x)
    function = _ACTIVATE[one_of("activation", activation, ACTIVATIONS)]
    # first kinks over three times the samples' range, later biases up to its size on both sides
    value = generator.choice([-1.0, 1.0], count) * (x - generator.uniform(x.min() - width, x.max() + width, count))
    for _ in range(as_integer("layers", layers, minimum=2) - 2):
        value = generator.choice([-1.0, 1.0], count) * function(value) + generator.uniform(-width, width, count)
    return function(value)


def solve_lasso(features, y, beta, *, tolerance=1e-12):
    r"""Certified optimum of :math:`\tfrac12\|Az+\xi1-y\|^2+\beta\|z\|_1` over z and ξ.

    Parameters
    ----------
    features : array_like, shape (n, p)
        A.
    y : array_like, shape (n,)
    beta : float
        More than 0.
    tolerance : float
        Asked of Clarabel, which solves the dual (item 8), a projection onto a polyhedron; z are its multipliers.

    Returns
    -------
    LassoOptimum
        The certificate is computed from data, z and ν alone.

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.

    Examples
    --------
    >>> answer = solve_lasso(dictionary([0.0, 1.0, 2.0], "relu", 2).features, [0.0, 0.0, 1.0], 0.1)
    >>> answer.gap < 1e-9, round(answer.primal, 6)
    (True, 0.09)
    """
    A = as_matrix("features", features)
    y = as_vector("y", y, length=len(A))
    beta = as_number("beta", beta, above=0)
    n, p = A.shape
    centred, mean = A - A.mean(axis=0), float(y.mean())
    unit = float(np.linalg.norm(y - mean))
    if unit <= n * np.finfo(float).eps * np.abs(y).max():  # the mean's rounding: the target is constant
        return LassoOptimum(np.zeros(p), mean, np.zeros(n), 0.0, 0.0, 0.0)
    target, bound = (y - mean) / unit, beta / unit
    rows = csc_array(np.vstack([np.ones((1, n)), centred.T, -centred.T]))
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    answer = clarabel.DefaultSolver(
        csc_array(eye_array(n)), -target, rows, np.append(0.0, np.full(2 * p, bound)),
        [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(2 * p)], settings,
    ).solve()  # fmt: skip
    multipliers = np.maximum(np.array(answer.z)[1:], 0.0)
    z = (multipliers[:p] - multipliers[p:]) * unit
    z[np.abs(z) <= _ZERO * np.abs(z).max(initial=0.0)] = 0.0
    if 0.5 * unit**2 <= _objective(A, y, beta, z)[0]:
        z = np.zeros(p)
    primal, intercept, residual = _objective(A, y, beta, z)
    nu, dual = max(
        (_feasible(centred, y, beta, nu) for nu in (np.array(answer.x) * unit, residual)), key=lambda e: e[1]
    )
    return LassoOptimum(z, intercept, nu, primal, dual, relative_gap(primal, dual))


def _objective(A, y, beta, z):
    """Objective with the best intercept, that intercept, and the residual."""
    intercept = float((y - A @ z).mean())
    residual = y - A @ z - intercept
    return 0.5 * float(residual @ residual) + beta * float(np.abs(z).sum()), intercept, residual


def _feasible(centred, y, beta, nu):
    """``nu`` centred and scaled into the dual feasible set, the best multiple of it, and its value."""
    nu = nu - nu.mean()
    largest, square = float(np.abs(centred.T @ nu).max()), float(nu @ nu)
    best = float(nu @ y) / square if square > 0 else 0.0
    nu = nu * float(np.clip(best, 0.0, beta / largest if largest > 0 else np.inf))
    return nu, float(nu @ y - 0.5 * nu @ nu)


def _distinct(features):
    """Columns that are neither constant nor, up to sign and a constant, an earlier one."""
    centred = features - features.mean(axis=0)
    size = np.abs(centred).max(axis=0)
    scale = size.max()
    first = centred[np.argmax(np.abs(centred) > 1e-9 * scale, axis=0), np.arange(centred.shape[1])]
    keys = np.round(centred * np.sign(first) / scale, 9) + 0.0
    kept = np.sort(np.unique(keys.T, axis=0, return_index=True)[1])
    return kept[size[kept] > 1e-9 * scale]


def _ramp(x, low, high):
    return np.clip(x[:, None] - low, 0.0, high - low)


def _double(x, p, q):
    return np.abs(np.abs(x[:, None] - (p + q) / 2) - (q - p) / 2)


def _step(x, low, high):
    return np.sign(x[:, None] - (low + high) / 2)


_SHAPES = {"ramp": _ramp, "absolute": _double, "step": _step}
_ACTIVATE = {"relu": lambda v: np.maximum(v, 0.0), "absolute": np.abs, "sign": np.sign}
