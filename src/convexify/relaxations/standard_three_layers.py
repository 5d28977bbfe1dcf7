r"""Standard three-layer ReLU networks on data of rank one: optimum, duality gap, and descent.

A standard network is :math:`f(X)=\big((XW_1)_+W_2\big)_+w_3`, a parallel one has a :math:`W_{1,k}` of its own for every
neuron k of the second layer (`convexify.relaxations.path_norm`). With the penalty
:math:`\tfrac\beta3(\|W_1\|_F^3+\|W_2\|_F^3+\|w_3\|^3)`:

1. *Reduced cost.* Scaling layers, and the two weights of each k against each other, leaves f as it is; the least
   penalty is :math:`\beta\|W_1\|_F\sum_k\|w_{2,k}\||w_{3,k}|` (arithmetic and geometric mean, Cauchy–Schwarz). For a
   parallel network it is :math:`\beta\sum_k\|W_{1,k}\|_F\|w_{2,k}\||w_{3,k}|`, which is `path_norm`'s *weight decay*.
2. *Dual.* The Lagrangian dual of both is the maximum of −L*(−ν) subject to
   :math:`|\nu^\top((XW)_+w)_+|\le\beta` for :math:`\|W\|_F\le1,\|w\|\le1`. The parallel problem is convex in the
   measure over branches and attains it: **its gap is zero**. So the gap of the standard network is the distance of the
optima. 3. *Rank one*, :math:`X=ca^\top`, ‖a‖ = 1: f is :math:`c_ig_+` where :math:`c_i>0` and :math:`|c_i|g_-` where
   :math:`c_i<0`: two numbers. With :math:`\varphi_\pm=(\pm a^\top W_1)_+`, whose supports are disjoint,
   :math:`\|W_1\|_F^2\ge\|\varphi_+\|^2+\|\varphi_-\|^2`.
4. *Parallel*: the cost of :math:`(g_+,g_-)` is :math:`|g_+|+|g_-|`. A branch reaches at most
   :math:`\|w|_+\|\|\varphi_+\|` and :math:`\|w|_-\|\|\varphi_-\|`, whose sum is at most ‖w‖‖W‖; one branch for each
   side attains it. The optimum is a soft threshold on each side.
5. *Standard, both of one sign*: the same cost, by a single neuron k with :math:`w_2` along both supports.
6. *Standard, opposite signs*: neurons k with :math:`w_{3,k}>0` serve the positive side, the others the negative one.
   With A and B their :math:`\sum\|w_{2,k}\||w_{3,k}|`: :math:`|g_+|\le A\|\varphi_+\|`,
   :math:`|g_-|\le B\|\varphi_-\|`, and

   .. math:: \|W_1\|_F(A+B)\ge\sqrt{u^2+v^2}\Big(\frac{|g_+|}u+\frac{|g_-|}v\Big)
             \ge\big(|g_+|^{2/3}+|g_-|^{2/3}\big)^{3/2}

   (Hölder), attained with two neurons. So **the gap is zero if and only if the soft-thresholded slopes of the two sides
   do not have opposite signs**. For x = ±1, y = ±1 and β → 0 it is :math:`1-1/\sqrt2` of the optimum.
7. *Certified minimum.* With :math:`\theta=u^2/(u^2+v^2)` the cost in 6 is the least value over θ of
   :math:`|g_+|/\sqrt\theta+|g_-|/\sqrt{1-\theta}`, and the inner minimum over the slopes is a soft threshold: a
   function of θ that is a falling and a rising one added, which bound it from below on any interval.

Wang, Ergen & Pilanci (2022, Parallel Deep Neural Networks Have Zero Duality Gap) state in their abstract that strong
duality holds for standard three-layer ReLU networks on rank-one data. Only the abstract was read; 3 to 7 are derived
here and show that it needs a condition on the labels.
"""

from dataclasses import dataclass

import numpy as np
import torch

from convexify.checks import as_batch, as_integer, as_number, as_vector
from convexify.many_runs import train_many

_CELLS = 4096
_LEVELS = 6


@dataclass(frozen=True)
class RankOneOptima:
    """Optima of parallel and standard three-layer networks on data of rank one.

    Attributes
    ----------
    parallel : float
        Optimum of parallel networks, which is the dual value of both.
    low, high : float
        Proved bounds of the optimum of standard networks; ``high`` is attained.
    slopes : tuple of float
        (g₊, g₋) of the network that attains ``high``.
    opposite : bool
        The slopes of the parallel optimum have opposite signs.
    """

    parallel: float
    low: float
    high: float
    slopes: tuple
    opposite: bool


def rank_one_optima(c, y, beta):
    """Optima on :math:`X=ca^⊤`, ‖a‖ = 1, of parallel and standard networks of at least two neurons in each layer.

    Parameters
    ----------
    c, y : array_like, shape (n,)
    beta : float
        Of the cubic penalty (see above) beside ½‖f − y‖², more than 0.

    Returns
    -------
    RankOneOptima

    Raises
    ------
    ValueError
        If an argument has the wrong shape or is out of range.

    Examples
    --------
    Two samples with opposite labels: a gap of 1 − 1/√2 for a weak penalty, none with equal labels.

    >>> found = rank_one_optima([1.0, -1.0], [1.0, -1.0], 1e-4)
    >>> round(1 - found.parallel / found.low, 3), found.opposite
    (0.293, True)
    >>> found = rank_one_optima([1.0, -1.0], [1.0, 1.0], 1e-4)
    >>> found.low == found.parallel == found.high
    True
    """
    c = as_vector("c", c)
    y, beta = as_vector("y", y, length=len(c)), as_number("beta", beta, above=0)
    sides = [np.maximum(sign * c, 0.0) for sign in (1.0, -1.0)]
    squares = np.array([side @ side for side in sides])
    moments = np.array([side @ y for side in sides])
    rest = 0.5 * float(y @ y)
    slopes = _soft(moments, squares, beta)
    parallel = rest - float(_gain(moments, squares, beta).sum())
    opposite = bool(slopes[0] * slopes[1] < 0)
    if not opposite:
        return RankOneOptima(parallel, parallel, parallel, tuple(slopes.tolist()), False)
    low, high, slopes = _opposite(moments, squares, beta)
    # with one slope zero the network is in both cases; slopes of one sign gain from one side alone at most
    alone = rest - float(_gain(moments, squares, beta).max())
    if alone < rest - high:
        single = np.where(_gain(moments, squares, beta) == _gain(moments, squares, beta).max(), 1.0, 0.0)
        slopes = single * _soft(moments, squares, beta)
    return RankOneOptima(
        parallel, min(rest - low, alone), min(rest - high, alone), tuple(slopes.tolist()), True
    )  # fmt: skip


def _soft(moments, squares, thresholds):
    """Slopes that minimise ½ S g² − Y g + threshold |g| on each side; 0 where there are no samples."""
    shrunk = np.sign(moments) * np.maximum(np.abs(moments) - thresholds, 0.0)
    return np.divide(shrunk, squares, out=np.zeros_like(shrunk), where=squares > 0)


def _gain(moments, squares, thresholds):
    """By how much those slopes lower the objective."""
    shrunk = np.maximum(np.abs(moments) - thresholds, 0.0)
    return np.divide(0.5 * shrunk**2, squares, out=np.zeros_like(shrunk), where=squares > 0)


def _opposite(moments, squares, beta):
    """Bound on the gain over all θ, the gain at the best θ found, and its slopes: item 7, on finer and finer cells."""
    edges = np.linspace(0.0, 1.0, _CELLS + 1)
    cells = np.column_stack([edges[:-1], edges[1:]])
    best, where, bound = -np.inf, 0.5, np.inf
    for _ in range(_LEVELS):
        middle = cells.mean(axis=1)
        at = _side(moments[0], squares[0], beta, middle) + _side(moments[1], squares[1], beta, 1 - middle)
        if at.max() > best:
            best, where = float(at.max()), float(middle[at.argmax()])
        most = _side(moments[0], squares[0], beta, cells[:, 1]) + _side(moments[1], squares[1], beta, 1 - cells[:, 0])
        bound = max(best, float(most.max()))
        cells, parts = cells[most > best], 8
        if not len(cells) or len(cells) * parts > 1_000_000:
            break
        steps = np.arange(parts + 1) / parts
        split = cells[:, :1] + (cells[:, 1:] - cells[:, :1]) * steps
        cells = np.stack([split[:, :-1], split[:, 1:]], axis=-1).reshape(-1, 2)
    slopes = _soft(moments, squares, beta / np.sqrt([where, 1 - where]))
    return bound, best, slopes


def _side(moment, square, beta, share):
    """Gain of one side with its part of ‖W₁‖²."""
    with np.errstate(divide="ignore"):
        threshold = np.where(share > 0, beta / np.sqrt(np.maximum(share, 0.0)), np.inf)
    return 0.5 * np.maximum(np.abs(moment) - threshold, 0.0) ** 2 / square if square > 0 else 0.0 * share


def descend_standard(X, y, beta, *, hidden, neurons, starts, step, iterations, seed=0):
    r"""Train standard three-layer networks under the cubic penalty by Adam, all problems and starts in one run.

    Parameters
    ----------
    X : array_like, shape (p, n, d)
    y : array_like, shape (p, n)
    beta : float
    hidden, neurons : int
        Width of the first and of the second hidden layer.
    starts : int
        Of each problem.
    step : float
        First step, which falls linearly to 0. Descent works on the objective divided by n.
    iterations : int
    seed : int
        Of the normal initial weights.

    Returns
    -------
    ndarray, shape (p, s)
        Final objectives; not finite where a run diverged.

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.
    """
    X = as_batch("X", X, shape=(None, None))
    y = as_batch("y", y, shape=X.shape[1:2])
    if X.ndim != 3 or y.shape != X.shape[:2]:
        raise ValueError(f"X, y: expected shapes (p, n, d) and (p, n), got {X.shape} and {y.shape}")
    beta, step = as_number("beta", beta, above=0), as_number("step", step, above=0)
    hidden, neurons, starts, iterations = (
        as_integer(name, value, minimum=1)
        for name, value in zip(("hidden", "neurons", "starts", "iterations"), (hidden, neurons, starts, iterations),
                               strict=True)
    )  # fmt: skip
    p, n, d = X.shape
    rng = np.random.default_rng(seed)
    shapes = ((p, starts, d, hidden), d), ((p, starts, hidden, neurons), hidden), ((p, starts, neurons, 1), neurons)
    weights = [torch.from_numpy(rng.standard_normal(s) / np.sqrt(fan)).requires_grad_() for s, fan in shapes]
    samples, targets = torch.from_numpy(X)[:, None], torch.from_numpy(y)[:, None]

    def each():
        first, second, last = weights
        f = (torch.relu(torch.relu(samples @ first) @ second) @ last)[..., 0]
        power = sum(part.square().sum((-1, -2)).pow(1.5) for part in weights)
        return (0.5 * (f - targets).square().sum(-1) + beta / 3 * power) / n

    train_many(weights, each, method="adam", step=step, iterations=iterations)
    with torch.no_grad():
        return (n * each()).numpy()
