r"""The dual of a regularised deep linear network: closed form, and Douglas–Rachford with a certified gap."""

import dataclasses
import functools
import warnings

import numpy as np

from convexify.checks import as_integer, as_matrix, as_number, one_of
from convexify.linear_duality.compressed_problem import CompressedProblem
from convexify.linear_duality.spectral import project_spectral_ball, prox_top_r_squared_matrix
from convexify.warnings import ConvergenceWarning

METHODS = ("douglas-rachford", "closed-form")


@dataclasses.dataclass(frozen=True)
class DualSolution:
    r"""A feasible point of the dual and what it proves.

    Attributes
    ----------
    value : float
        Dual objective at ``Lambda``: a lower bound of the primal objective of every network of this bottleneck.
    Lambda : ndarray, shape (d_H, n)
        :math:`\|\Lambda\|_2 \le \gamma`, rows in the row space of X.
    iterations : int
        Douglas–Rachford steps taken; 0 for the closed form.
    residuals : ndarray, shape (iterations,)
        Fixed-point residual of each step relative to :math:`\|\tilde Y\|_F`.
    gaps : ndarray, shape (iterations,)
        Certified relative duality gap after each step, within the row space: the constant
        :math:`\tfrac12\|Y-\tilde Y\|_F^2` that primal and dual share is left out, which makes it the larger one.
    gap : float
        Certified relative gap of ``value``, on the same terms.
    converged : bool
        Whether ``gap`` is at most the tolerance.
    method : str
    gamma : float
    rank : int
    problem : CompressedProblem
        X and Y in row-space coordinates, kept for the recovery of weights.
    coordinates : ndarray, shape (d_H, k)
        ``Lambda`` in those coordinates.
    """

    value: float
    iterations: int
    residuals: np.ndarray
    gaps: np.ndarray
    gap: float
    converged: bool
    method: str
    gamma: float
    rank: int
    problem: CompressedProblem
    coordinates: np.ndarray

    @functools.cached_property
    def Lambda(self):
        """The dual point in full coordinates, shape (d_H, n)."""
        return self.problem.row_space.lift(self.coordinates)


def solve_dual(
    X,
    Y,
    gamma,
    rank,
    *,
    method="douglas-rachford",
    tol=1e-10,
    max_iter=10_000,
    step=None,
    relaxation=1.6,
    start=None,
):
    r"""Solve the dual of a deep linear network with Schatten regularisation.

    .. math:: \max_\Lambda\; -\tfrac12\|\tilde Y - \Lambda\|_r^2 + \tfrac12\|Y\|_F^2
        \quad\text{s.t. } \|\Lambda\|_2\le\gamma,\ \mathrm{rowspace}(\Lambda)\subseteq\mathrm{rowspace}(X)

    with :math:`\tilde Y = YX^+X` and :math:`\|\cdot\|_r^2` the sum of the r largest squared singular values. Its value
    is the minimum of objective (2) of the survey over all networks of any depth whose narrowest layer has width r.

    Parameters
    ----------
    X : array_like, shape (d_0, n)
        Inputs, one sample per column.
    Y : array_like, shape (d_H, n)
        Targets, one sample per column.
    gamma : float
        Regularisation, any non-negative number.
    rank : int
        Bottleneck :math:`r = \min(d_0, d_1, \dots, d_H, n)` of the network, so at most ``min(d_0, d_H, n)``.
    method : {"douglas-rachford", "closed-form"}
    tol : float
        Douglas–Rachford stops once the certified relative gap is at most this.
    max_iter : int
        Largest number of Douglas–Rachford steps.
    step : float, optional
        Step length :math:`t > 0` of the proximal operator. Default :math:`\sqrt{\min(d_H, k)/r}`.
    relaxation : float
        :math:`\rho` in (0, 2); 1 is the plain method.
    start : array_like, shape (d_H, n), optional
        Starting point of the iteration, projected onto the row space; zero by default.

    Returns
    -------
    DualSolution

    Warns
    -----
    ConvergenceWarning
        If ``max_iter`` steps did not reach ``tol``: the best feasible point found is returned with its gap.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, squares of ``Y`` leave float64, ``gamma < 0``, or ``rank`` is 0 or
        above ``min(d_0, d_H, n)``.

    Notes
    -----
    In row-space coordinates, with :math:`P` the projection onto the ball and
    :math:`\mathrm{prox}_{tf}(V)=\tilde Y-\mathrm{prox}_{\frac t2\|\cdot\|_r^2}(\tilde Y-V)`, one step is

    .. math:: \Lambda = P(Z),\quad N = \mathrm{prox}_{tf}(2\Lambda - Z),\quad Z \leftarrow Z + \rho(N-\Lambda).

    Near the solution a step multiplies the error by :math:`1-\rho/(1+t)` along singular values above :math:`\gamma` and
    by :math:`1-\rho t\mu/(1+t\mu)` along the others, where :math:`\mu=1`, or :math:`q/m` in a block of m tied values of
    which q count. The default step makes both equal in the worst case :math:`\mu = r/\min(d_H,k)`. Every
    :math:`\Lambda` is feasible, so each step is judged by its dual value against the primal value of the network that
    belongs to it. The closed form [2]_ is :math:`\Lambda^\star = U\min(\Sigma,\gamma)V^\top` for
    :math:`\tilde Y = U\Sigma V^\top`, optimal for **every** :math:`\gamma\ge0` (soft-thresholding), not only up to the
    smallest singular value.

    References
    ----------
    .. [1] Zhang, Shao, Salakhutdinov (2019), Deep neural networks with multi-branch architectures are intrinsically
       less non-convex, AISTATS.
    .. [2] Cai, Candès, Shen (2010), A singular value thresholding algorithm for matrix completion, SIAM J. Optim. 20.
    .. [3] Eckstein, Bertsekas (1992), On the Douglas–Rachford splitting method and the proximal point algorithm for
       maximal monotone operators, Math. Program. 55.

    Examples
    --------
    With ``gamma`` = 1 the singular values 3 and 1 of the targets are both lowered by 1, which leaves one:

    >>> X, Y = [[1.0, 0.0], [0.0, 1.0]], [[3.0, 0.0], [0.0, 1.0]]
    >>> solution = solve_dual(X, Y, gamma=1.0, rank=2)
    >>> round(solution.value, 9)
    3.0
    >>> solution.gap <= 1e-10
    True
    """
    X = as_matrix("X", X)
    Y = as_matrix("Y", Y, columns=X.shape[1])
    # Before the factorisation, so that bad input fails at once.
    as_integer("rank", rank, minimum=1, maximum=min(X.shape[0], Y.shape[0], X.shape[1]))
    as_number("gamma", gamma, minimum=0)
    options = {"step": step, "relaxation": relaxation, "start": start}
    problem = CompressedProblem.of_checked(X, Y)
    return solve_compressed(problem, gamma, rank, method=method, tol=tol, max_iter=max_iter, **options)


def solve_compressed(
    problem,
    gamma,
    rank,
    *,
    method="douglas-rachford",
    tol=1e-10,
    max_iter=10_000,
    step=None,
    relaxation=1.6,
    start=None,
):
    """`solve_dual` for a `CompressedProblem`, whose factorisation then serves many ``gamma`` and ``rank``.

    Arguments, result and errors are those of `solve_dual`.
    """
    one_of("method", method, METHODS)
    gamma = as_number("gamma", gamma, minimum=0)
    tol = as_number("tol", tol, above=0)
    max_iter = as_integer("max_iter", max_iter, minimum=1)
    relaxation = as_number("relaxation", relaxation, above=0)
    if relaxation >= 2:
        raise ValueError(f"relaxation: expected a number in (0, 2), got {relaxation}")
    step = None if step is None else as_number("step", step, above=0)
    rank = as_integer("rank", rank, minimum=1, maximum=problem.rank_limit)
    # Directions outside the row space carry nothing.
    r = min(rank, *problem.targets.shape)
    trivial = gamma == 0 or r == 0 or not problem.targets.any()
    residuals, gaps = np.zeros(0), np.zeros(0)
    if trivial:
        coordinates = np.zeros_like(problem.targets)
    elif method == "closed-form":
        coordinates = project_spectral_ball(problem.targets, gamma)
    else:
        Z = np.zeros_like(problem.targets)
        if start is not None:
            Z = problem.row_space.coordinates(
                as_matrix("start", start, rows=Z.shape[0], columns=problem.row_space.samples)
            )
        step = step or np.sqrt(min(problem.targets.shape) / r)
        coordinates, residuals, gaps = _iterate(
            problem, Z, gamma, r, step=step, relaxation=relaxation, tol=tol, max_iter=max_iter
        )
    value, gap = 0.5 * float((problem.targets**2).sum()) if r == 0 else problem.dual_value(coordinates, r), 0.0
    if not trivial:
        gap = problem.relative_gap(problem.primal_product(coordinates, gamma, r)[1], value)
    converged = gap <= tol or method == "closed-form"
    if not converged:
        warnings.warn(
            f"Douglas–Rachford stopped after {max_iter} steps at a certified relative gap of {gap:.2e} > {tol:.1e}",
            ConvergenceWarning,
            stacklevel=2,
        )
    return DualSolution(
        value=problem.constant + value,
        iterations=len(residuals),
        residuals=residuals,
        gaps=gaps,
        gap=gap,
        converged=converged,
        method=method,
        gamma=gamma,
        rank=rank,
        problem=problem,
        coordinates=coordinates,
    )


def _iterate(problem, Z, gamma, r, *, step, relaxation, tol, max_iter):
    """Best feasible point of the iteration from ``Z``, the residual of each step and the certified gap after it."""
    scale = np.linalg.norm(problem.targets)
    residuals, gaps = [], []
    best, best_value, least_primal = None, -np.inf, np.inf
    for _ in range(max_iter):
        Lambda = project_spectral_ball(Z, gamma)
        N = problem.targets - prox_top_r_squared_matrix(problem.targets - 2 * Lambda + Z, r, step)
        Z = Z + relaxation * (N - Lambda)
        value = problem.dual_value(Lambda, r)
        if value > best_value:
            best, best_value = Lambda, value
        least_primal = min(least_primal, problem.primal_product(Lambda, gamma, r)[1])
        residuals.append(np.linalg.norm(N - Lambda) / scale)
        gaps.append(problem.relative_gap(least_primal, best_value))
        # The recovery starts from the returned point, so that one's own primal value has to meet the tolerance too.
        if gaps[-1] <= tol and problem.relative_gap(problem.primal_product(best, gamma, r)[1], best_value) <= tol:
            break
    return best, np.array(residuals), np.array(gaps)
