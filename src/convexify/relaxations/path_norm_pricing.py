"""Parallel three-layer networks beyond enumeration: groups are sampled, then found by ascent on the dual constraint."""

import numpy as np

from convexify.checks import as_integer, as_matrix
from convexify.relaxations.path_norm import (
    branch_norms,
    branch_outputs,
    draw_branches,
    patterns_of_branches,
    sample_branches,
)
from convexify.relaxations.path_norm_program import GroupProgram

#: A branch whose value exceeds β by less than this share is not added.
_WORTH_IT = 1e-3


def train_path_norm(X, y, beta, neurons, *, generator, penalty="path", count=100, rounds=10, starts=100, ascent=60,
                    added=20, tol=1e-6):  # fmt: skip
    r"""Parallel three-layer network by a convex program whose groups are priced.

    Parameters
    ----------
    X, y, beta, penalty, tol
        As in `solve_path_norm`.
    neurons : int
        m, hidden neurons of a branch.
    generator : numpy.random.Generator
        Draws the first patterns, then the starts of every round.
    count : int
        Random branches that the first program has the patterns of.
    rounds : int
        Programs solved after the first, at most; 0 leaves the sample as it is.
    starts, ascent, added : int
        Of a round: random branches that ascend, their iterations, and the largest number of groups added.

    Returns
    -------
    PathNormSolution
        Of the last program. ``primal`` is the objective of a network, an upper bound for all networks; ``dual`` bounds
        those with the patterns of the program only: ascent finds a violated constraint, it does not prove that none is.

    Raises
    ------
    ValueError
        Naming the argument that has the wrong shape or is out of range.

    Examples
    --------
    >>> X, y = np.column_stack([np.arange(-2.0, 2.0), np.ones(4)]), np.array([1.0, -1.0, 1.0, -1.0])
    >>> from convexify.relaxations.path_norm import enumerate_branches
    >>> from convexify.relaxations.path_norm_program import solve_path_norm
    >>> best = solve_path_norm(X, y, enumerate_branches(X, 2), 0.05).primal
    >>> found = train_path_norm(X, y, 0.05, 2, generator=np.random.default_rng(0))
    >>> bool(found.primal <= best * 1.01)
    True
    """
    X = as_matrix("X", X)
    rounds, added = as_integer("rounds", rounds, minimum=0), as_integer("added", added, minimum=1)
    program = GroupProgram(X, y, beta, penalty)
    program.append(sample_branches(X, count, neurons, generator))
    solution = program.solve(tol=tol, added=added)
    for _ in range(rounds):
        # the dual point of this program violates the constraint outside its groups
        V, signs = draw_branches(X.shape[1], starts, neurons, generator)
        network = solution.network
        V, signs = np.concatenate([V, network.V]), np.concatenate([signs, network.signs])
        V, values = ascend_branches(X, solution.nu, V, signs, penalty=penalty, iterations=ascent)
        best = np.argsort(-values, kind="stable")
        best = best[values[best] > beta * (1 + _WORTH_IT)][:added]
        groups = len(program.patterns)
        if len(best):
            program.append(patterns_of_branches(X, V[best], signs[best]))
        if len(program.patterns) == groups:
            break
        solution = program.solve(tol=tol, added=added)
    return solution


def ascend_branches(X, nu, V, signs, *, penalty="path", iterations=60):
    r"""Local maxima of :math:`|\nu^\top h_V|` over branches of norm 1, where h is piecewise linear.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    nu : ndarray, shape (n,)
    V : ndarray, shape (K, m, d)
        Starts, not zero.
    signs : ndarray, shape (K, m)
    penalty : {"path", "weight decay"}
    iterations : int

    Returns
    -------
    V : ndarray, shape (K, m, d)
        Of norm 1.
    values : ndarray, shape (K,)
        Attained, never less than at the start.

    Notes
    -----
    Steps along the gradient of :math:`|\nu^\top h_V|/\|V\|`, longer after success and shorter after failure, for each
    start its own. The steps of both activations are replaced by ramps as wide as the step (see
    `convexify.convex_relu.global_training.ascent`), so that kinks do not stop it.
    """
    V = V / branch_norms(V, penalty)[:, None, None]
    values = np.abs(nu @ branch_outputs(X, V, signs))
    step = np.full(len(V), 0.3)
    for _ in range(iterations):
        moved = V + step[:, None, None] * _direction(X, nu, V, signs, penalty, step)
        moved /= branch_norms(moved, penalty)[:, None, None]
        new = np.abs(nu @ branch_outputs(X, moved, signs))
        better = new > values
        V, values = np.where(better[:, None, None], moved, V), np.where(better, new, values)
        step = np.clip(step * np.where(better, 1.3, 0.6), 1e-6, 0.5)
    return V, values


def _direction(X, nu, V, signs, penalty, width):
    """Gradient of the smoothed value minus the value times the norm's gradient, of length 1."""
    rows = np.einsum("nd,kmd->nkm", X, V)
    sums = np.einsum("nkm,km->nk", np.maximum(rows, 0.0), signs)
    sign = np.where(nu @ np.maximum(sums, 0.0) < 0, -1.0, 1.0)
    outer = np.clip(0.5 + 0.5 * sums / width, 0.0, 1.0) * nu[:, None] * sign
    inner = np.clip(0.5 + 0.5 * rows / width[:, None], 0.0, 1.0) * signs
    gradient = np.einsum("nk,nkm,nd->kmd", outer, inner, X, optimize=True)
    lengths = np.linalg.norm(V, axis=-1, keepdims=True)
    norm_gradient = V if penalty == "path" else V / np.maximum(lengths, np.finfo(float).tiny)
    gradient -= np.einsum("kmd,kmd->k", gradient, V)[:, None, None] * norm_gradient
    length = branch_norms(gradient, "path")[:, None, None]
    return gradient / np.where(length > 0, length, 1.0)
