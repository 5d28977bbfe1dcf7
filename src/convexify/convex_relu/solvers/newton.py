"""Augmented Lagrangian with semismooth Newton steps: the fast solver of both forms, for every loss."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from convexify.convex_relu.programs.cone_projection import project_onto_cones
from convexify.convex_relu.solvers.conjugates import CONJUGATES
from convexify.convex_relu.solvers.linear_maps import LinearMaps, TimeUpError
from convexify.convex_relu.solvers.newton_systems import LARGEST_FACTOR, NewtonSystems
from convexify.convex_relu.solvers.solution import Candidate

MAX_INNER = 30  # Newton steps for one proximal point
ACCURACY = 0.5  # share of the movement that the residual may be: less than 1 for convergence, 0.1 costs a fifth more


@dataclass
class Iterate:
    """What the augmented Lagrangian knows at a dual point ``nu``: the proximal point ``u`` and its prediction."""

    nu: np.ndarray
    u: np.ndarray  # (d, G, c), inside the cones
    length: np.ndarray  # (G,), norm of the projection before shrinking
    correlation: np.ndarray  # (d, G, c), A' nu
    prediction: np.ndarray
    value: float
    gradient: np.ndarray
    weight: np.ndarray  # inverse curvature of the loss's conjugate, 0 where a bound of its domain is active


class NewtonSolver:
    r"""Proximal point iteration on the primal, each step solved through its dual by semismooth Newton.

    Stack the groups: :math:`Au=\sum_gs_gD_gXu_g` with :math:`s_g=\pm1`, and let ``p`` be ``beta`` times the group norm,
    infinite outside the cone. With a growing step :math:`\sigma_k` the recursion is [1]_ [2]_

    .. math::
       \nu^{k+1}&\approx\arg\min_\nu\ \psi_k(\nu)=L^*(-\nu)
           +\tfrac1{2\sigma_k}\|\mathrm{prox}_{\sigma_kp}(u^k+\sigma_kA^\top\nu)\|^2\\
       u^{k+1}&=\mathrm{prox}_{\sigma_kp}(u^k+\sigma_kA^\top\nu^{k+1})

    The proximal operator projects onto the cone, then shortens by :math:`\sigma\beta`. It is piecewise smooth: with
    ``Z_g`` a basis of the directions that keep the binding rows at zero, :math:`\hat p` the direction of the projection
    and :math:`r=\sigma\beta/\|\Pi_C\|`, its derivative is :math:`J_g=Z_g[(1-r)I+r\hat p\hat p^\top]Z_g^\top` on an
    active group and 0 elsewhere. The Newton system :math:`\nabla^2L^*+\sigma\sum_gD_gXJ_gX^\top D_g` is solved by one
    Cholesky factor (`NewtonSystems`). Gated programs have no binding rows; there conjugate gradients on the active
    groups are cheaper.

    Every proximal point lies in the cones, and the multipliers of its projection bound the dual norm of every group,
    :math:`\|s_gX^\top D_g\nu+B_g^\top\mu_g/\sigma\|`, also where they are old: a group proved inactive by old
    multipliers is not projected again.

    References
    ----------
    .. [1] Rockafellar (1976), Augmented Lagrangians and applications of the proximal point algorithm, Math. Oper. Res.
    .. [2] Li, Sun, Toh (2018), A highly efficient semismooth Newton augmented Lagrangian method for solving Lasso
       problems, SIAM J. Optim.
    """

    def __init__(self, program, device="cpu", start=None, *, close=False, deadline=np.inf):
        self.program = program
        _, d, p, c = program.shape
        groups = p if program.gated else 2 * p
        self.beta, self.y, self.outputs = program.beta, program.y, c
        self.maps = LinearMaps(program, device, deadline=deadline)
        self.loss = CONJUGATES[program.loss.name](program.y)
        self.low_precision = LinearMaps(program, device, self.loss.direction[1], deadline) if program.gated else None
        self.pattern = np.arange(groups) % p
        self.sign = np.where(np.arange(groups) < p, 1.0, -1.0)
        self.support = [np.empty(0, int)] * (groups * c)
        self.multipliers = [np.empty(0)] * (groups * c)  # scaled to the dual point: mu / sigma
        self.systems = NewtonSystems(program, self.maps, self.pattern, self.sign)
        self.lift = np.zeros((d, groups, c))  # B' mu / sigma
        self.sigma = 3.0 * d / max(float(np.sum(program.X**2)), np.finfo(float).tiny)
        self.largest = 1e7 * self.sigma
        self.u, self.nu = np.zeros((d, groups, c)), self.loss.start()
        if start is not None:
            self.u, self.nu = start[0].copy(), self.loss.into_domain(start[1])
            self.sigma *= 1e4 if close else 10.0
            self.loss.reduce_smoothing(1e4 if close else 1.0)

    def steps(self):
        """Generator of (primal, dual, iterate) after every evaluation kept; the caller decides when to stop."""
        while True:
            state = self._evaluate(self.nu)
            yield *self._bounds(state), state
            steps, moved = 0, True
            while moved and steps < MAX_INNER and not self._accurate(state):
                state, moved = self._search(state, self._direction(state))
                steps += 1
                yield *self._bounds(state), state
            self.nu = state.nu
            if self._accurate(state):
                self.u = state.u
                growth = 4.0 if steps <= 4 else 2.0  # a step too long costs more Newton steps than it saves
            else:
                growth = 0.25
            if growth < 1 or self.sigma < self.largest:
                self.sigma *= growth
                self.loss.reduce_smoothing(growth)

    def _accurate(self, state):
        """Whether the residual is small against the distance moved from the centre and the smoothing of the loss."""
        residual = np.sum(state.weight * state.gradient**2)
        moved = np.sum((state.u - self.u) ** 2) / self.sigma
        return residual <= ACCURACY**2 * (moved + self.loss.smoothing(state.nu))

    def dense_multipliers(self, support, multipliers):
        """Multipliers of the cones as two arrays (n, P, c), from the lists kept for each group and output."""
        if self.program.gated:
            return None
        n, _, p, c = self.program.shape
        dense = np.zeros((n, 2 * p * c))
        for column, (rows, values) in enumerate(zip(support, multipliers, strict=True)):
            dense[rows, column] = values
        return [part.reshape(n, p, c) for part in np.split(dense, 2, axis=1)]

    def _evaluate(self, nu):
        """The proximal point at ``nu`` and everything that follows from it."""
        correlation = self._correlate(nu)
        projected, length = self._project(self.u + self.sigma * correlation)
        active = np.flatnonzero(length > self.sigma * self.beta)
        u = np.zeros_like(self.u)
        u[:, active] = projected[:, active] * (1 - self.sigma * self.beta / length[active])[:, None]
        length[np.setdiff1d(np.arange(len(length)), active)] = 0.0
        prediction = self._predict(self.maps, u[:, active], active)
        value, gradient, weight = self.loss.derivatives(nu, prediction)
        value += np.sum(u**2) / (2 * self.sigma)
        return Iterate(nu, u, length, correlation, prediction, value, gradient, weight)

    def _correlate(self, nu):
        correlation = self.maps.correlate(nu, np.arange(self.program.shape[2]))
        return correlation if self.program.gated else np.concatenate([correlation, -correlation], axis=1)

    def _predict(self, maps, u, groups):
        return maps.predict(u * self.sign[groups][:, None], self.pattern[groups])

    def _project(self, points):
        """Projections onto the cones of all groups that may be active, and their norms; the others count as 0."""
        if self.program.gated:
            return points, np.linalg.norm(points, axis=(0, 2))
        d, groups, c = points.shape
        limit = self.sigma * self.beta
        length = np.zeros(groups)
        proved = np.linalg.norm(points + self.sigma * self.lift, axis=(0, 2)) <= limit
        todo = np.flatnonzero(~proved | self.u.any(axis=(0, 2)))
        points = points.copy()
        for start in range(0, len(todo), self.maps.chunk):
            some = todo[start : start + self.maps.chunk]
            columns = (some[:, None] * c + np.arange(c)).ravel()
            signs = 2.0 * np.repeat(self.program.patterns[:, self.pattern[some]], c, axis=1) - 1.0
            block = points[:, some].reshape(d, -1)
            projected, multipliers, support = project_onto_cones(
                self.program.X, signs, block, [self.support[k] for k in columns], tolerance=1e-12, outputs=c,
                enough=limit, product=self.maps.product,
            )  # fmt: skip
            for k, rows, values in zip(columns, support, multipliers, strict=True):
                self.support[k], self.multipliers[k] = rows, values / self.sigma
            self.lift[:, some] = ((projected - block) / self.sigma).reshape(d, -1, c)
            points[:, some] = projected.reshape(d, -1, c)
            length[some] = np.linalg.norm(points[:, some], axis=(0, 2))
        return points, length

    def _bounds(self, state):
        """Objective of the proximal point and of the dual point scaled by the bounds that the multipliers prove."""
        loss = self.program.loss
        norms = np.linalg.norm(state.u, axis=(0, 2))
        primal = loss.value(state.prediction, self.y) + self.beta * float(norms.sum())
        bound = float(np.linalg.norm(state.correlation + self.lift, axis=(0, 2)).max())
        scale = loss.best_scale(state.nu, self.y, self.beta / bound if bound > 0 else np.inf)
        return primal, loss.dual_value(scale * state.nu, self.y)

    def _search(self, state, direction):
        """Armijo line search along a semismooth Newton direction; False if no step decreases the function."""
        step = 1.0
        while step > 1e-4:
            nu = self.loss.retract(state.nu, step * direction)
            trial = self._evaluate(nu)
            slope = float(np.sum(state.gradient * (nu - state.nu)))
            if trial.value <= state.value + 1e-4 * slope + 1e-13 * abs(state.value):
                return trial, trial.value < state.value
            step /= 2
        return state, False

    def _direction(self, state):
        active = np.flatnonzero(state.length > 0)
        if not len(active):
            return -state.weight * state.gradient
        return (
            self._direction_by_gradients(state, active)
            if self.program.gated
            else self._direction_by_factor(state, active)
        )

    def _direction_by_factor(self, state, active):
        ratio = self.sigma * self.beta / state.length[active]
        return self.systems.direction(state, active, self.support, self.sigma, ratio)

    def _direction_by_gradients(self, state, active):
        """Conjugate gradients in float32, to a tenth of the residual; a factor where they fail and it is small."""
        ratio = self.sigma * self.beta / state.length[active]
        direction, accurate = self.systems.by_gradients(
            state, active, self.sigma, ratio, self.loss.direction[0], maps=self.low_precision
        )
        small = len(active) * self.u.shape[0] * self.outputs <= LARGEST_FACTOR
        return direction if accurate or not small else self._direction_by_factor(state, active)


def iterate(program, device="cpu", start=None, *, close=False, deadline=np.inf):
    """Generator of a `Candidate` after every Newton step of `NewtonSolver`; it ends in the step that meets a deadline.

    ``start`` is a pair (u, nu), of which ``close`` says that it is next to the solution of this very program.
    """
    solver = NewtonSolver(program, device, start, close=close, deadline=deadline)
    p, steps = program.shape[2], solver.steps()
    while True:
        try:
            primal, dual, state = next(steps)
        except TimeUpError:
            return
        support, values = list(solver.support), list(solver.multipliers)
        yield Candidate(
            primal,
            dual,
            partial(_split, state.u, p, program.gated),
            state.nu,
            partial(solver.dense_multipliers, support, values),
        )


def _split(u, p, gated):
    return (u, None) if gated else (u[:, :p], u[:, p:])
