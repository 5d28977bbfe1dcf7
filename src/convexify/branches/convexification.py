"""How far one branch is from convex: the Δ of the duality-gap theorem, in two readings."""

import numpy as np
from scipy.optimize import linprog

from convexify.branches.lower_hull import lower_hull
from convexify.checks import as_integer, as_matrix, as_number, as_vector


def nonconvexity(losses, penalties):
    r"""Δ of one branch, by its value function.

    Parameters
    ----------
    losses : array_like, shape (n_atoms,)
        Loss of each atom as a network of one branch.
    penalties : array_like, shape (n_atoms,)

    Returns
    -------
    float
        Non-negative; zero exactly when the value function is convex at its steps.

    Raises
    ------
    ValueError
        If the shapes disagree or an entry is not finite.

    Notes
    -----
    The survey [1]_ defines :math:`\Delta_i = \sup_w \{\hat f_i(w) - \tilde f_i(w)\}` and leaves out what both are. The
    reading used here is that of the classical estimate for separable problems [2]_, [3]_ with the convexification taken
    over all mixtures p of the atoms: a mixture has the penalty :math:`h^\top p`,

    .. math::
        \tilde f(p) = \ell^\top p, \qquad
        \hat f(p) = \min \{ \ell_a : h_a \le h^\top p \}, \qquad
        \Delta = \sup_p \{ \hat f(p) - \tilde f(p) \} = \sup_k \{ v(k) - v^{**}(k) \},

    where :math:`v(k) = \min\{\ell_a : h_a \le k\}` is the value function of one branch and :math:`v^{**}` its lower
    convex envelope. As v is a staircase that falls from the right, the supremum lies just before a step. For a convex
    set of weights, a convex penalty and a convexification over weights (`weight_nonconvexity`) the latter is at least
    as large: a mixture p with mean weight w has :math:`\hat f(p) \le \ell(w) \le \tilde\ell(w) + \Delta_W \le
    \tilde f(p) + \Delta_W`. So a bound that holds with this Δ holds with that one.

    With m coupling constraints the classical estimate is (m + 1) Δ / I, hence 2 Δ / I here. For identical branches the
    constant can be 1: an optimal basis of the linear program mixes two atoms, rounding both counts down leaves one
    branch, and v at the penalty left for it exceeds the mixture's loss by at most Δ.

    References
    ----------
    .. [1] How to Convexify your Neural Network, §3.2; Zhang, Shao & Salakhutdinov (2019), Deep neural networks with
       multi-branch architectures are intrinsically less non-convex, AISTATS.
    .. [2] Aubin & Ekeland (1976), Estimates of the duality gap in nonconvex optimization, Math. of Operations Research.
    .. [3] Bertsekas (1982), Constrained Optimization and Lagrange Multiplier Methods, §5.6.1.

    Examples
    --------
    The value function stays at 1 up to the penalty 1, where it falls to 0; its envelope falls linearly.

    >>> nonconvexity([1.0, 0.0], [0.0, 1.0])
    1.0
    """
    losses = as_vector("losses", losses)
    penalties = as_vector("penalties", penalties, length=losses.size)
    steps = _staircase(penalties, losses)
    hull = lower_hull(penalties, losses)
    envelope = np.interp(penalties[steps], penalties[hull], losses[hull])
    return float(max(0.0, (losses[steps[:-1]] - envelope[1:]).max(initial=0.0)))


def _staircase(penalties, losses):
    """Indices at which the value function steps down, by penalty."""
    order = np.lexsort((losses, penalties))
    before = np.minimum.accumulate(losses[order])
    falls = np.append(True, losses[order][1:] < before[:-1])
    return order[falls]


def weight_nonconvexity(losses, parameters, *, candidates=100):
    r"""Δ of one branch, by the convex envelope of its loss over weights, on a finite set of weights.

    Parameters
    ----------
    losses : array_like, shape (n_atoms,)
    parameters : array_like, shape (n_atoms, n_parameters)
        Weights of each atom.
    candidates : int
        The envelope is evaluated at this many atoms, those of the largest loss.

    Returns
    -------
    float
        :math:`\max_a \ell(w_a) - \min\{\ell^\top p : \sum_b p_b w_b = w_a\}` over the candidates: a lower estimate of
        the same supremum over all weights, because more weights only lower the envelope.

    Raises
    ------
    ValueError
        If the shapes disagree or an entry is not finite.
    """
    losses = as_vector("losses", losses)
    parameters = as_matrix("parameters", parameters, rows=losses.size)
    candidates = min(as_integer("candidates", candidates, minimum=1), losses.size)
    constraints = np.vstack([np.ones(losses.size), parameters.T])
    largest = 0.0
    for atom in np.argsort(-losses, kind="stable")[:candidates]:
        solution = linprog(losses, A_eq=constraints, b_eq=constraints[:, atom], bounds=(0, None), method="highs")
        if solution.status == 0:
            largest = max(largest, float(losses[atom] - solution.fun))
    return largest


def homogeneous_gap(branches, *, budget, power, radius=1.0, scale=1.0):
    r"""Duality gap of branches whose best value at penalty h is :math:`-c\,h^p` for :math:`0 \le h \le R`.

    Parameters
    ----------
    branches : int
        I.
    budget : float
        K, with ``0 <= budget``; from R on the budget does not bind and the gap is zero.
    power : float
        p = L/2 for an L-homogeneous branch under the squared norm of its weights; p ≥ 1.
    radius, scale : float
        R and c.

    Returns
    -------
    float
        :math:`\frac{c}{I}\,(R^{p-1}\rho - \rho^p)` with :math:`\rho = IK - qR,\ q = \lfloor IK/R \rfloor`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    For p ≥ 1 the loss is concave in h: the mixture of 0 and R is the relaxation, −c R^{p−1} K, and the best network
    fills q branches up to R, gives one the remainder ρ and the others nothing.

    Examples
    --------
    >>> homogeneous_gap(1, budget=0.5, power=2.0)
    0.25
    >>> homogeneous_gap(4, budget=0.75, power=2.0)  # three of four branches are full: nothing is left over
    0.0
    """
    branches = as_integer("branches", branches, minimum=1)
    budget = as_number("budget", budget, minimum=0, allow_infinite=True)
    power = as_number("power", power, minimum=1)
    radius, scale = as_number("radius", radius, above=0), as_number("scale", scale, minimum=0)
    if budget >= radius:
        return 0.0
    # The rounding of I K / R must not turn a full branch into a remainder of a whole R.
    full = np.floor(branches * budget / radius + 1e-12)
    rest = max(0.0, branches * budget - full * radius)
    return float(scale / branches * (radius ** (power - 1) * rest - rest**power))
