"""Networks of branches that differ, where the hinge is linear: value functions of single branches and of their sum.

A branch is given by its losses at the penalties 0, 1, …, L (in units that all branches share), so that the optimum of
any number of branches is a shortest path over the penalty spent, and the dual a merger of slopes: both exact.
"""

import numpy as np

from convexify.branches.convexification import nonconvexity
from convexify.branches.lower_hull import lower_hull
from convexify.checks import as_matrix


def optimal_values(losses):
    r"""Optimum of the network against its budget: :math:`P(k) = \frac1I \min\{\sum_i v_i(k_i) : \sum_i k_i \le k\}`.

    Parameters
    ----------
    losses : array_like, shape (I, L + 1)
        Loss of branch i at penalty ℓ, which nothing but its own weights decides; a penalty that a branch cannot have
        repeats the loss of the largest that it can.

    Returns
    -------
    ndarray, shape (I L + 1,)
        For every total penalty k = I K; by min-plus convolution.

    Examples
    --------
    Two branches that lose 1, 1, 0 at the penalties 0, 1, 2.

    >>> optimal_values([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    array([1. , 1. , 0.5, 0.5, 0. ])
    """
    losses = np.minimum.accumulate(as_matrix("losses", losses), axis=1)
    total = np.zeros(1)
    for branch in losses:
        longer = np.full(total.size + branch.size - 1, np.inf)
        for penalty, loss in enumerate(branch):
            part = longer[penalty : penalty + total.size]
            np.minimum(part, total + loss, out=part)
        total = np.minimum.accumulate(longer)
    return total / len(losses)


def dual_values(losses):
    """Lagrangian dual of the same problem against its budget: the lower convex hulls of the branches, added.

    Parameters
    ----------
    losses : array_like, shape (I, L + 1)

    Returns
    -------
    ndarray, shape (I L + 1,)

    Notes
    -----
    The inner infimum separates, and the dual at λ is the sum of the branches' conjugates. Its maximum over λ spends the
    budget on the steepest pieces of all hulls first.

    Examples
    --------
    >>> dual_values([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    array([1.  , 0.75, 0.5 , 0.25, 0.  ])
    """
    losses = as_matrix("losses", losses)
    penalties = np.arange(losses.shape[1], dtype=float)
    slopes = []
    for branch in losses:
        hull = lower_hull(penalties, branch)
        slopes.append(np.diff(np.interp(penalties, penalties[hull], branch[hull])))
    falls = np.sort(np.concatenate(slopes))
    return (losses[:, 0].sum() + np.concatenate([[0.0], np.cumsum(falls)])) / len(losses)


def largest_gap(losses):
    """Largest duality gap over every budget, between the unit penalties too; the Δ of the average of the branches.

    Parameters
    ----------
    losses : array_like, shape (I, L + 1)

    Returns
    -------
    float

    Notes
    -----
    The optimum is a staircase that falls from the right and the dual falls all along, so that the supremum lies just
    before a step.

    Examples
    --------
    >>> largest_gap([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    0.5
    """
    primal, dual = optimal_values(losses), dual_values(losses)
    return float(max(0.0, (primal[:-1] - dual[1:]).max(initial=0.0)))


def worst_nonconvexity(losses):
    """Δ_worst: the largest `nonconvexity` of a branch.

    Parameters
    ----------
    losses : array_like, shape (I, L + 1)

    Returns
    -------
    float
    """
    losses = as_matrix("losses", losses)
    penalties = np.arange(losses.shape[1], dtype=float)
    return max(nonconvexity(branch, penalties) for branch in losses)
