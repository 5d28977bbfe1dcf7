"""Branches of one tanh unit over a box of weights: a certified bracket of the optimum, by cells that are split."""

from dataclasses import dataclass

import numpy as np

from convexify.branches.branch_problem import aggregate_samples, as_branches, branch_problem, remove_dominated_atoms
from convexify.branches.integer_program import Limits, solve_integer_program
from convexify.branches.local_search import best_by_exchange
from convexify.branches.lp_relaxation import solve_lp_relaxation
from convexify.checks import as_integer, as_matrix, as_number, as_vector

#: Largest |tanh''|, at tanh(z) = ±1/√3.
_CURVATURE = 4 / (3 * np.sqrt(3))
_START = 16


@dataclass(frozen=True)
class UnitBracket:
    """Lower and upper value of the optimum over continuous weights.

    Attributes
    ----------
    lower, upper : float
    relaxation : float
        Certified lower value for every number of branches at once, the limit I → ∞.
    weights : ndarray, shape (I, d)
        A network that attains ``upper``.
    """

    lower: float
    upper: float
    relaxation: float
    weights: np.ndarray


def tanh_network_bracket(
    X, labels, *, branches, tau, radius, max_cells=4000, tolerance=1e-5, relaxation=None, node_limit=None
):
    r"""Bracket :math:`\min_w \frac1n \sum_j \max(0, 1 - \frac{y_j}{\tau I} \sum_i \tanh(w_i^\top x_j))`.

    Parameters
    ----------
    X : array_like, shape (n, d)
    labels : array_like, shape (n,)
        −1 or +1.
    branches : int
        I.
    tau : float
    radius : float
        B: each weight lies in [−B, B].
    max_cells : int
        Splitting ends before there are more cells.
    tolerance : float
        Of the relaxation over continuous weights.
    relaxation : float, optional
        Result of `tanh_relaxation`, if it is known.
    node_limit : int, optional
        For the integer program over the last cells.

    Returns
    -------
    UnitBracket

    Raises
    ------
    ValueError
        Naming the argument.

    Notes
    -----
    Over a cell with centre c and side s, :math:`y\,w^\top x \le y\,c^\top x + \tfrac s2 \|x\|_1`. An atom with these
    margins at every sample at once is at least as good as any weights in the cell, so the I-branch program over such
    atoms is a lower value, while the program over the centres is an upper one. A cell that an optimal network uses has
    a reduced cost of at most I (upper − relaxation); the others are dropped, the rest split into :math:`2^d`.
    """
    X, labels, radius = _checked(X, labels, radius)
    branches = as_branches(branches)
    max_cells = as_integer("max_cells", max_cells, minimum=_START ** X.shape[1])
    if relaxation is None:
        relaxation = tanh_relaxation(X, labels, tau=tau, radius=radius, tolerance=tolerance)
    lower, upper, weights = relaxation, np.inf, None
    centres, side = _cells(radius, X.shape[1])
    while True:
        score = labels[:, None] * (X @ centres.T)
        optimistic = _problem(np.tanh(score + side / 2 * np.abs(X).sum(axis=1)[:, None]), labels, tau)
        actual = _problem(np.tanh(score), labels, tau)
        bound = solve_lp_relaxation(optimistic)
        starts = () if weights is None else (_nearest(centres, weights),)
        counts, value = best_by_exchange(actual, branches, solve_lp_relaxation(actual).fractions, starts)
        if value < upper:
            upper, weights = value, np.repeat(centres, counts, axis=0)
        keep = bound.reduced_costs <= branches * (upper - bound.value) + 1e-9
        if branches == 1:
            alone = optimistic.losses()
            lower = max(lower, alone.min())
            keep &= alone <= upper
        centres, optimistic = centres[keep], optimistic.restricted(keep)
        lower = max(lower, bound.value)
        if upper - lower <= tolerance or len(centres) * 2 ** X.shape[1] > max_cells:
            break
        centres, side = _split(centres, side)
    if upper - lower > tolerance:
        program = remove_dominated_atoms(aggregate_samples(optimistic))
        lower = max(lower, solve_integer_program(program, branches, limits=Limits(node_limit)).lower)
    return UnitBracket(float(min(lower, upper)), float(upper), float(relaxation), weights)


def tanh_relaxation(X, labels, *, tau, radius, tolerance=1e-5, max_rounds=40):
    r"""Certified lower value of `tanh_network_bracket`'s problem for every number of branches.

    Parameters
    ----------
    X, labels, tau, radius, tolerance
        As there.
    max_rounds : int
        Largest number of linear programs.

    Returns
    -------
    float
        :math:`\sum_j u_j - \max_w \sum_j u_j \frac{y_j}{\tau} \tanh(w^\top x_j)` for the best multipliers
        :math:`u \in [0, 1/n]^n` found: a lower value for any u, by weak duality, within about ``tolerance`` of the
        linear program over all weights.

    Notes
    -----
    Columns are generated: the linear program over the weights known so far gives u, branch and bound over cells gives
    the maximum over all weights for that u (by the smaller of the bound above and that of the second-order expansion
    at the centre, :math:`|\tanh''| \le 4 / (3\sqrt3)`), and its maximisers join the weights.
    """
    X, labels, radius = _checked(X, labels, radius)
    centres, _ = _cells(radius, X.shape[1])
    best = 0.0
    for _ in range(max_rounds):
        problem = _problem(np.tanh(labels[:, None] * (X @ centres.T)), labels, tau)
        bound = solve_lp_relaxation(problem)
        multipliers = bound.hinge_multipliers
        largest, maximisers = _maximise(X, labels, multipliers / tau, radius, tolerance / 4)
        best = max(best, multipliers.sum() - largest)
        if problem.objective(bound.fractions) - best <= tolerance:
            break
        centres = np.concatenate([centres, maximisers])
    return float(best)


def _maximise(X, labels, multipliers, radius, tolerance):
    """Upper value of max over the box of Σ u_j tanh(y_j wᵀx_j), and the best weights met at each level."""
    signed = labels[:, None] * X
    length = np.abs(X).sum(axis=1)
    centres, side = _cells(radius, X.shape[1])
    best, met, dropped = -np.inf, [], -np.inf
    while len(centres):
        outputs = np.tanh(signed @ centres.T)
        values = multipliers @ outputs
        leader = int(np.argmax(values))
        best = max(best, float(values[leader]))
        met.append(centres[leader])
        first = multipliers @ np.tanh(signed @ centres.T + side / 2 * length[:, None])
        gradients = (multipliers[:, None] * (1 - outputs**2)).T @ signed
        curvature = _CURVATURE / 2 * (multipliers @ length**2) * (side / 2) ** 2
        second = values + side / 2 * np.abs(gradients).sum(axis=1) + curvature
        bounds = np.minimum(first, second)
        open_ = bounds > best + tolerance
        dropped = max(dropped, bounds[~open_].max(initial=-np.inf))
        if open_.sum() * 2 ** X.shape[1] > 200_000:
            dropped = max(dropped, bounds.max())
            break
        centres, side = _split(centres[open_], side)
    return max(best, dropped), np.array(met[-6:])


def _checked(X, labels, radius):
    X = as_matrix("X", X)
    return X, as_vector("labels", labels, length=len(X)), as_number("radius", radius, above=0)


def _cells(radius, d):
    side = 2 * radius / _START
    axis = -radius + side * (np.arange(_START) + 0.5)
    return np.array(np.meshgrid(*[axis] * d, indexing="ij")).reshape(d, -1).T, side


def _split(centres, side):
    d = centres.shape[1]
    corners = np.array(np.meshgrid(*[[-1.0, 1.0]] * d, indexing="ij")).reshape(d, -1).T
    return (centres[:, None] + side / 4 * corners).reshape(-1, d), side / 2


def _problem(margins, labels, tau):
    """The program over atoms whose values times labels are ``margins``, without penalties."""
    no_penalty = np.zeros(margins.shape[1])
    return branch_problem(labels[:, None] * margins, no_penalty, labels, tau=tau, budget=np.inf)


def _nearest(centres, weights):
    distances = ((centres[:, None] - weights[None]) ** 2).sum(axis=2)
    return np.bincount(distances.argmin(axis=0), minlength=len(centres))
