"""Primal-dual interior point method for the squared loss that eliminates group by group: any penalty, few steps."""

from functools import partial

import numpy as np
from scipy.linalg import blas, cho_factor, cho_solve

from convexify.convex_relu.programs.convex_program import in_natural_units
from convexify.convex_relu.solvers.solution import Candidate

_STEP = 0.99  # share of the way to the boundary
_SMALLEST = 1e-13  # of the first barrier parameter
_FLOAT32_GAP = 1e-2  # gap above which the matrix that couples the groups is formed in float32
_CHUNK = 4_000_000  # entries of the largest array on the way to that matrix
_CORRECTIONS, _WORTH = 4, 200  # of a step at most, one for so many residuals: then they cost little beside the matrix
_LONGER, _GAINED = 0.2, 0.1  # wish of a correction for the step's length, and the share of it that has to come true
_OFF_CENTRE = 10.0  # factor by which products of slack and multiplier may miss their target


class InteriorPoint:
    r"""Newton's method on perturbed optimality conditions, with slacks :math:`\varsigma_g=B_gu_g` of the cones' rows.

    With multipliers :math:`z` of the rows, :math:`\lambda_g` of the norms and the residual :math:`r=Au-y`, they are

    .. math::
       s_gX^\top D_gr+\lambda_g-B_g^\top z_g=0,\quad B_gu_g=\varsigma_g,\quad\varsigma z=\mu,\quad
       t_g\lambda_g=\beta u_g,\quad t_g=\tfrac\mu\beta+\sqrt{\tfrac{\mu^2}{\beta^2}+\|u_g\|^2},

    the last two being those of the smoothed norm [1]_; predictor and corrector as in [2]_, and more correctors where
    the matrix is large, each of which aims at products :math:`\varsigma z` nearer to their target at a longer step
    [4]_. Every group is eliminated by a Cholesky factor of its own small matrix :math:`K_g`, and all groups couple
    through one matrix of order ``n c``, :math:`I+\sum_gD_gXK_g^{-1}X^\top D_g`. Cones without interior need no special
    care: slacks may differ from the rows until a full step is taken.

    The method ends when the slacks' barrier is at rounding; with very weak penalties the norms may not be there yet,
    and another method has to go on. No group is ever exactly zero on the way. Groups that the gap proves to vanish at
    the optimum [3]_ are zero in the points handed over.

    References
    ----------
    .. [1] Andersen, Christiansen, Conn, Overton (2000), An efficient primal-dual interior-point method for minimizing a
       sum of Euclidean norms, SIAM J. Sci. Comput.
    .. [2] Mehrotra (1992), On the implementation of a primal-dual interior point method, SIAM J. Optim.
    .. [3] Ndiaye, Fercoq, Gramfort, Salmon (2017), Gap safe screening rules for sparsity enforcing penalties, JMLR.
    .. [4] Gondzio (1996), Multiple centrality corrections in a primal-dual method for linear programming, Comput.
       Optim. Appl.
    """

    def __init__(self, program):
        self.program, self.X, self.y, self.beta = program, program.X, program.y.T, program.beta
        n, d, p, c = program.shape
        groups, of = 2 * p, np.arange(2 * p) % p
        self.mask = program.patterns.T[of, None, :].astype(np.float64)  # (G, 1, n)
        self.signed = self.mask[:, 0] * np.where(np.arange(groups) < p, 1.0, -1.0)[:, None]
        self.rows = 2.0 * self.mask - 1.0
        self.products = (program.X[:, :, None] * program.X[:, None, :]).reshape(n, -1)
        grams = (self.mask[:p, 0] @ self.products).reshape(p, d, d)
        self.operator_norms = np.sqrt(np.maximum(np.linalg.eigvalsh(grams)[:, -1], 0.0))[of]  # ‖D_g X‖
        self.u = np.zeros((groups, c, d))
        self.norm_multipliers = np.zeros_like(self.u)  # lambda
        self.mu = max(0.5 * float(np.sum(self.y**2)), np.finfo(float).tiny) / (n * c + groups)
        self.gap = 1.0
        self.slack = np.full((groups, c, n), 1.0 / np.sqrt(groups))
        self.z = self.mu / self.slack

    def steps(self, s=1.0, t=1.0):
        """Generator of a `Candidate` after every step; it ends when the barrier parameter is at rounding.

        ``s`` and ``t`` are the units of X and y in which the candidates are wanted, see `in_natural_units`.
        """
        last = _SMALLEST * self.mu
        while self.mu > last:
            self._step()
            yield self._account(s, t)

    def _step(self):
        system = self._factorised()
        mean = float(np.vdot(self.slack, self.z)) / self.z.size
        guess, length = self._direction(system, 0.0)
        after = np.vdot(self.slack + length * guess["slack"], self.z + length * guess["z"]) / self.z.size
        target = mean * min(max(float(after) / mean, 0.0) ** 3, 1.0)
        second = guess["slack"] * guess["z"]
        change, length = self._direction(system, target, second)
        for _ in range(min(_CORRECTIONS, self.y.size // _WORTH)):
            longer = min(1.0, length + _LONGER)
            products = (self.slack + longer * change["slack"]) * (self.z + longer * change["z"])
            shift = np.clip(products, target / _OFF_CENTRE, target * _OFF_CENTRE) - products
            corrected = second - np.maximum(shift, -target * _OFF_CENTRE)
            other, reached = self._direction(system, target, corrected)
            if reached < length + _GAINED * _LONGER:
                break
            change, length, second = other, reached, corrected
        inside = min(length, _STEP * _longest_in_balls(self.norm_multipliers, change["norm_multipliers"], self.beta))
        self.u = self.u + length * change["u"]
        self.norm_multipliers = self.norm_multipliers + inside * change["norm_multipliers"]
        self.slack = self.slack + length * change["slack"]
        self.z = self.z + length * change["z"]
        self.mu = float(np.vdot(self.slack, self.z)) / self.z.size

    def _factorised(self):
        """What the two directions of a step share: every group's factor and that of the matrix that couples them."""
        groups, c, d = self.u.shape
        rho = np.sqrt((self.mu / self.beta) ** 2 + np.sum(self.u**2, axis=(1, 2), keepdims=True))
        t = rho + self.mu / self.beta
        half = (self.norm_multipliers.reshape(groups, -1, 1) / (2 * rho)) * self.u.reshape(groups, 1, -1)
        norm_hessian = (self.beta * np.eye(c * d) - half - half.transpose(0, 2, 1)) / t  # of the smoothed norm
        K = norm_hessian.copy()
        blocks = _times(self.z / self.slack, self.products).reshape(groups, c, d, d)
        for j in range(c):
            K.reshape(groups, c, d, c, d)[:, j, :, j] += blocks[:, j]
        inverse = np.linalg.inv(_factor(K))  # K^{-1} = inverse' inverse
        return {
            "norm_gradient": self.beta * self.u / t,
            "norm_hessian": norm_hessian,
            "inverse": inverse,
            "factor": self._coupling(inverse),
        }

    def _coupling(self, inverse):
        """Cholesky factor of the matrix that couples the groups, in float32 while that is enough.

        ``v_i`` and ``w_i`` have the same rows: one product with the sum of both inverses does for the two.
        """
        groups, c, d = self.u.shape
        p = groups // 2
        both = inverse.transpose(0, 2, 1) @ inverse
        both = _factor(both[:p] + both[p:]).transpose(0, 2, 1).reshape(p, c * d, c, d)
        for precision in (np.float32, np.float64) if self.gap > _FLOAT32_GAP else (np.float64,):
            matrix = self._sum_of_squares(both.astype(precision))
            matrix[np.diag_indices_from(matrix)] += 1.0
            try:
                return cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
            except np.linalg.LinAlgError:
                continue
        raise np.linalg.LinAlgError("the matrix that couples the groups is not positive definite")

    def _sum_of_squares(self, factors):
        """Sum over patterns of the squares of ``factors[i]`` X' D_i, in its lower half, a few patterns at a time."""
        p, rows, c, d = factors.shape
        n = self.X.shape[0]
        mask, X = self.mask[:p, :, None].astype(factors.dtype), self.X.T.astype(factors.dtype)
        syrk = blas.ssyrk if factors.dtype == np.float32 else blas.dsyrk
        total = np.zeros((n * c, n * c), dtype=factors.dtype, order="F")
        step = max(1, _CHUNK // (rows * c * n))
        memory = np.empty((min(step, p) * rows * c, n), dtype=factors.dtype)
        for start in range(0, p, step):
            some = factors[start : start + step]
            whitened = np.matmul(some.reshape(-1, d), X, out=memory[: some.size // d])
            blocks = whitened.reshape(len(some), rows, c, n)
            blocks *= mask[start : start + step]
            total = syrk(1.0, whitened.reshape(-1, c * n).T, beta=1.0, c=total, lower=1, overwrite_c=1)
        return total.astype(np.float64)

    def _direction(self, system, mu, second=0.0):
        """Newton direction towards products of ``mu`` less those of ``second`` order, and the longest step."""
        X, inverse, groups = self.X, system["inverse"], len(self.u)

        def solve(right):
            return (inverse.transpose(0, 2, 1) @ (inverse @ right.reshape(groups, -1, 1))).reshape(right.shape)

        ratio = self.z / self.slack
        missing = self.rows * _times(self.u, X.T) - self.slack
        aim = mu - second
        q = self._correlate(self._predict(self.u) - self.y) + system["norm_gradient"]
        q -= _times(self.rows * (aim / self.slack - ratio * missing), X)
        free = -self._predict(solve(q))
        x = cho_solve(system["factor"], free.ravel(), check_finite=False).reshape(free.shape)
        du = -solve(q + self._correlate(x))
        curvature = (system["norm_hessian"] @ du.reshape(groups, -1, 1)).reshape(du.shape)
        slack = self.rows * _times(du, X.T) + missing
        z = aim / self.slack - self.z - ratio * slack
        length = min(1.0, _STEP * _longest(self.slack, slack), _STEP * _longest(self.z, z))
        norm_multipliers = system["norm_gradient"] - self.norm_multipliers + curvature
        return {"u": du, "norm_multipliers": norm_multipliers, "slack": slack, "z": z}, length

    def _predict(self, u):
        return np.einsum("gcn,gn->cn", _times(u, self.X.T), self.signed)

    def _correlate(self, r):
        return _times(self.signed[:, None] * r, self.X)

    def _account(self, s, t):
        """Dual point scaled by the bounds that the multipliers prove, and the point without its vanishing groups."""
        program, groups, p = self.program, len(self.u), self.program.shape[2]
        nu = (self.y - self._predict(self.u)).T
        proof = self._correlate(nu.T) + _times(self.rows * self.z, self.X)
        bounds = np.linalg.norm(proof.reshape(groups, -1), axis=1)
        scale = program.loss.best_scale(nu, program.y, self.beta / max(bounds.max(), np.finfo(float).tiny))
        dual = program.loss.dual_value(scale * nu, program.y)
        norms = np.linalg.norm(self.u.reshape(groups, -1), axis=1)
        primal = program.loss.value(program.y - nu, program.y) + self.beta * float(norms.sum())
        self.gap = (primal - dual) / primal if primal > 0 else 0.0
        # The dual objective is strongly concave with modulus 1: its maximiser is at most this far, once the slacks are
        # the rows. Before, a group may be zero too early in the candidate, but not in the iteration.
        radius = np.sqrt(2 * max(primal - dual, 0.0))
        u = np.where((scale * bounds + radius * self.operator_norms < self.beta)[:, None, None], 0.0, self.u)
        cleaned = program.loss.value(self._predict(u).T, program.y)
        cleaned += self.beta * float(np.linalg.norm(u.reshape(groups, -1), axis=1).sum())
        point, multipliers = partial(_halves, u, p, t / s), partial(_halves, self.z, p, t)
        return Candidate(t**2 * cleaned, t**2 * dual, point, t * nu, multipliers)


def _times(stack, matrix):
    """``stack @ matrix`` as one product instead of one for each small matrix of the stack."""
    return (stack.reshape(-1, stack.shape[-1]) @ matrix).reshape(*stack.shape[:-1], matrix.shape[1])


def _halves(stack, p, unit):
    """Groups of ``v`` and of ``w`` as (·, P, c) arrays, times ``unit``."""
    turned = unit * stack.transpose(2, 0, 1)
    return turned[:, :p], turned[:, p:]


def _longest(x, dx):
    """Largest step that keeps ``x + step dx >= 0``."""
    smallest = float(np.min(dx / x))
    return np.inf if smallest >= 0 else -1.0 / smallest


def _longest_in_balls(x, dx, radius):
    """Largest step that keeps every block of ``x + step dx`` in the ball."""
    a, b = np.sum(dx**2, axis=(1, 2)), np.sum(x * dx, axis=(1, 2))
    room = np.maximum(radius**2 - np.sum(x**2, axis=(1, 2)), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = room / (b + np.sqrt(b**2 + a * room))
    return float(np.min(np.where(a > 0, step, np.inf)))


def _factor(K):
    """Cholesky factors of a stack of matrices, with the smallest ridge that lets all of them succeed."""
    top = np.einsum("gii->gi", K).max(axis=1)[:, None, None] * np.eye(K.shape[1])
    for ridge in (0.0, 1e-14, 1e-11, 1e-8):
        try:
            return np.linalg.cholesky(K + ridge * top if ridge else K)
        except np.linalg.LinAlgError:
            continue
    raise np.linalg.LinAlgError("a group's matrix is not positive definite")


def step_cost(program):
    """Multiplications of a step, about; infinite where the method does not apply."""
    if program.gated or program.loss.name != "squared" or program.group_norm != "frobenius" or not program.y.any():
        return np.inf
    n, d, p, c = program.shape
    return p * d * c * (n * c) ** 2 + 2 * p * (d * c) ** 3 + (n * c) ** 3 / 3 + 2 * p * c * n * d**2


def iterate(program):
    """Generator of a `Candidate` after every step of `InteriorPoint`, or up to the first breakdown."""
    scaled, s, t = in_natural_units(program)
    try:
        yield from InteriorPoint(scaled).steps(s, t)
    except np.linalg.LinAlgError:
        return
