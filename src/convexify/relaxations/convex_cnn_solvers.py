"""Ways to solve the program of a convexified convolutional network, each with a record of what it cost.

Work is counted in passes over the data: two products of the features with a matrix of K columns, as a gradient takes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import softmax

from convexify.checks import as_integer, as_number
from convexify.relaxations.convex_cnn_program import project_nuclear_ball


@dataclass(frozen=True)
class Solution:
    """A point of the ball and how it was reached.

    Attributes
    ----------
    A : ndarray, shape (K · P, m)
    trace : pandas.DataFrame
        One row per record: ``passes`` over the data, ``decompositions`` (of singular values), ``objective``.
    """

    A: np.ndarray
    trace: pd.DataFrame


class _Trace:
    def __init__(self):
        self.rows, self.products, self.decompositions = [], 0.0, 0

    def record(self, objective):
        self.rows.append((self.products / 2, self.decompositions, objective))

    def solution(self, A):
        return Solution(A, pd.DataFrame(self.rows, columns=["passes", "decompositions", "objective"]))


def solve_accelerated(program, *, iterations, tol, check_every=10):
    r"""Accelerated projected gradient with restarts, until the relative gap is certified.

    Parameters
    ----------
    program : convexify.relaxations.convex_cnn_program.NuclearProgram
    iterations : int
        Largest number.
    tol : float
        Relative gap at which to stop.
    check_every : int
        Iterations between certificates.

    Returns
    -------
    Solution

    Notes
    -----
    :math:`B = A_k + \beta_k(A_k - A_{k-1})`, :math:`A_{k+1} = \Pi(B - \nabla f(B)/L)` with Nesterov's β, L doubled
    until the quadratic model holds, momentum dropped whenever it points uphill (O'Donoghue, Candès 2015). Outputs are
    linear in A, so that those of B are known: an iteration takes one pass.

    Examples
    --------
    >>> from convexify.relaxations.convex_cnn_program import NuclearProgram
    >>> rng = np.random.default_rng(0)
    >>> program = NuclearProgram(rng.standard_normal((30, 2, 3)), rng.integers(0, 3, 30), classes=3, radius=1.0)
    >>> program.certify(solve_accelerated(program, iterations=500, tol=1e-6).A).gap <= 1e-6
    True
    """
    iterations, tol = as_integer("iterations", iterations, minimum=1), as_number("tol", tol, above=0)
    trace, A = _Trace(), np.zeros(program.shape)
    outputs = program.outputs(A)
    before, outputs_before, momentum = A, outputs, 1.0
    L = _curvature(program) / 256
    trace.record(program.loss(outputs))
    for k in range(1, iterations + 1):
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        beta = (momentum - 1) / following
        B, outputs_B = A + beta * (A - before), outputs + beta * (outputs - outputs_before)
        loss_B, G = program.loss(outputs_B), program.gradient(outputs_B)
        trace.products += 1
        while True:
            moved = project_nuclear_ball(B - G / L, program.radius)
            outputs_moved = program.outputs(moved)
            loss_moved, D = program.loss(outputs_moved), moved - B
            trace.products += 1
            trace.decompositions += 1
            if loss_moved <= loss_B + (G * D).sum() + L / 2 * (D * D).sum() + 1e-12 * (1 + abs(loss_B)):
                break
            L *= 2
        momentum = 1.0 if (G * (moved - A)).sum() > 0 else following
        before, outputs_before, A, outputs = A, outputs, moved, outputs_moved
        trace.record(loss_moved)
        if k % check_every == 0:
            trace.products += 1
            trace.decompositions += 1
            if program.certify(A, outputs).gap <= tol:
                break
    return trace.solution(A)


def solve_frank_wolfe(program, *, iterations, tol):
    r"""Frank–Wolfe: each iteration moves towards the rank-one matrix :math:`-R\,u v^\top` that the gradient asks for.

    Parameters
    ----------
    program : convexify.relaxations.convex_cnn_program.NuclearProgram
    iterations : int
        Largest number.
    tol : float
        Relative gap at which to stop; it is a by-product of every iteration.

    Returns
    -------
    Solution

    Notes
    -----
    The step along the segment is exact: outputs are linear along it, and the derivative of a convex function of one
    number is brought to 0.
    """
    iterations, tol = as_integer("iterations", iterations, minimum=1), as_number("tol", tol, above=0)
    trace, A = _Trace(), np.zeros(program.shape)
    outputs = program.outputs(A)
    trace.record(program.loss(outputs))
    for _ in range(iterations):
        G = program.gradient(outputs)
        U, s, Vt = np.linalg.svd(G, full_matrices=False)
        vertex = -program.radius * np.outer(U[:, 0], Vt[0])
        trace.products += 1
        trace.decompositions += 1
        if (G * A).sum() + program.radius * s[0] <= tol * np.log(program.classes):
            break
        change = program.outputs(vertex) - outputs
        trace.products += 1
        step = _exact_step(program, outputs, change)
        A, outputs = A + step * (vertex - A), outputs + step * change
        trace.record(program.loss(outputs))
    return trace.solution(A)


def solve_stochastic(program, generator, *, step, passes, batch=50, project_every=10, records=10):
    """Projected stochastic gradient with a constant step, and averages of stretches of projected points.

    Parameters
    ----------
    program : convexify.relaxations.convex_cnn_program.NuclearProgram
    generator : numpy.random.Generator
        Draws the batches, with replacement.
    step : float
    passes : int
        Passes over the data in all.
    batch : int
        Samples of a gradient, at most as many as there are.
    project_every : int
        Gradient steps between projections.
    records : int
        Stretches, each with the average of its projected points.

    Returns
    -------
    Solution
        The average of the last stretch; a run that diverged has an infinite objective from there on.

    Notes
    -----
    Batches of 50, a projection every tenth step and averages of stretches are the choices of the authors' program.
    """
    step, batch = as_number("step", step, above=0), min(as_integer("batch", batch, minimum=1), len(program.y))
    passes, records = as_integer("passes", passes, minimum=1), as_integer("records", records, minimum=1)
    project_every = as_integer("project_every", project_every, minimum=1)
    rounds = max(1, round(passes * len(program.y) / (batch * project_every * records)))
    trace, A = _Trace(), np.zeros(program.shape)
    average = A
    trace.record(program.objective(A))
    for _ in range(records):
        total = np.zeros(program.shape)
        for _ in range(rounds):
            for _ in range(project_every):
                rows = generator.integers(0, len(program.y), batch)
                A = A - step * program.gradient(program.outputs(A, rows), rows)
            A = project_nuclear_ball(A, program.radius)
            total += A
        average = total / rounds
        trace.products += 2 * rounds * project_every * batch / len(program.y)
        trace.decompositions += rounds
        trace.record(program.objective(average))
    return trace.solution(average)


def descend_factors(program, generator, *, filters, step, iterations):
    r"""Gradient descent on the network itself: filters and weights instead of their product, which is not convex.

    Parameters
    ----------
    program : convexify.relaxations.convex_cnn_program.NuclearProgram
    generator : numpy.random.Generator
        Draws the start, Gaussian of a tenth of the largest size.
    filters : int
        Number r of filters.
    step : float
    iterations : int

    Returns
    -------
    Solution
        Its A is the matrix :math:`UV^\top` of the network. After each step both factors are scaled to
        :math:`\|U\|_F^2+\|V\|_F^2\le 2R`, so that :math:`\|UV^\top\|_*\le R`.
    """
    filters, iterations = as_integer("filters", filters, minimum=1), as_integer("iterations", iterations, minimum=1)
    step = as_number("step", step, above=0)
    rows, columns = program.shape
    trace, size = _Trace(), np.sqrt(0.02 * program.radius)
    U, V = generator.standard_normal((rows, filters)), generator.standard_normal((columns, filters))
    U, V = size / np.sqrt(2) * U / np.linalg.norm(U), size / np.sqrt(2) * V / np.linalg.norm(V)
    outputs = program.outputs(U @ V.T)
    trace.record(program.loss(outputs))
    for _ in range(iterations):
        G = program.gradient(outputs)
        U, V = U - step * (G @ V), V - step * (G.T @ U)
        squares = (U**2).sum() + (V**2).sum()
        shrink = min(1.0, np.sqrt(2 * program.radius / squares))
        U, V = shrink * U, shrink * V
        outputs = program.outputs(U @ V.T)
        trace.products += 2
        trace.record(program.loss(outputs))
    return trace.solution(U @ V.T)


def _curvature(program):
    """Upper bound: half of the mean squared length of a sample's features."""
    return max(0.5 * float((program.Z**2).sum()) / len(program.Z), np.finfo(float).tiny * 1e10)


def _exact_step(program, outputs, change):
    """Minimiser over [0, 1] of the loss of ``outputs + step · change``."""
    samples = np.arange(len(program.y))
    fixed = change[samples, program.y].mean()

    def slope(step):
        return (softmax(outputs + step * change, axis=1) * change).sum(axis=1).mean() - fixed

    if slope(1.0) <= 0:
        return 1.0
    return float(brentq(slope, 0.0, 1.0, xtol=1e-12)) if slope(0.0) < 0 else 0.0
