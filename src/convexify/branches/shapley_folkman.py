"""The Shapley–Folkman lemma, by a vertex of a linear program."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, vstack

from convexify.checks import as_vector


def mixed_members(sets, target, direction, *, tolerance=1e-9):
    r"""Write a point of :math:`\operatorname{conv} \sum_i S_i` as a sum of points, each of one hull, few of them mixed.

    Parameters
    ----------
    sets : sequence of ndarray, shape (points, d)
        Finite sets :math:`S_i \subset \mathbb R^d`.
    target : array_like, shape (d,)
        The point.
    direction : array_like, shape (total points,)
        Objective over the convex weights: which of the representations is taken.
    tolerance : float
        A weight this close to 0 or 1 is one.

    Returns
    -------
    ndarray of bool, shape (number of sets,)
        The sets that contribute a point of their hull which is none of their own.

    Raises
    ------
    ValueError
        If the target does not lie in the hull of the sum.

    Notes
    -----
    The lemma: at most d sets are mixed, however many there are. A basic solution of the linear program has at most as
    many positive weights as equations, one for each set and d; each set needs one, so that at most d sets have more.

    Examples
    --------
    Half of the way between 0 and 3 on the line, for three copies of {0, 1}: one of them is mixed.

    >>> pair = np.array([[0.0], [1.0]])
    >>> mixed_members([pair] * 3, [1.5], np.arange(6.0)).tolist()
    [False, True, False]
    """
    points = np.concatenate([np.asarray(one, dtype=float) for one in sets])
    target = as_vector("target", target, length=points.shape[1])
    membership = csr_array(block_diag([np.ones((1, len(one))) for one in sets]))
    solution = linprog(
        as_vector("direction", direction, length=len(points)),
        A_eq=vstack([membership, csr_array(points.T)], format="csr"),
        b_eq=np.concatenate([np.ones(len(sets)), target]),
        bounds=(0, None),
        method="highs-ds",
    )
    if solution.status != 0:
        raise ValueError(f"target: expected a point of the hull of the sum, got {target.tolist()}: {solution.message}")
    fractional = (solution.x > tolerance) & (solution.x < 1 - tolerance)
    return membership @ fractional > 0
