"""Alternating directions on the slacks of the cones' rows: one factor for all patterns, for large data with cones."""

import time
from dataclasses import replace
from functools import cache, cached_property

import numpy as np

from convexify.convex_relu.programs.cone_projection import repair
from convexify.convex_relu.programs.convex_program import in_natural_units
from convexify.convex_relu.solvers.solution import Candidate

_EVERY = 20  # steps from one candidate to the next, which costs about two
_RELAXATION = 1.7  # of the alternating directions; 1 is none
_NORM_WEIGHT = 0.03  # of the copies whose norms are penalised, in mean squares of a feature
_INNER = 12  # Newton steps at most for the residual of a sample; it need not be exact
_ACCURACY = 1e-4  # of that residual
_FLOAT32_GAP = 3e-5  # gap above which all is done in float32
_UNBALANCED = 3.0  # quotient of the two errors from which on the weight of the slacks is changed
_CHUNK, _CHUNK_ON_GPU = 400_000, 100_000_000  # entries of the largest temporary array
_KEPT_BACK = 0.15  # share of the time that the projection of the answer onto the cones may need


class SlackSplitting:
    r"""Alternating direction method of multipliers with slacks :math:`\varsigma_g=B_gu_g`, :math:`B_g=(2D_i-I)X`.

    On rows where pattern ``i`` is on, :math:`D_iXu_g` is the slack itself, so that the loss and the cones speak of
    slacks alone and the norms of copies :math:`t_g=u_g`:

    .. math::
       \min\ \tfrac12\Big\|\sum_gs_gD_g\varsigma_g-y\Big\|^2+\beta\sum_g\|t_g\|
       \quad\text{s.t.}\quad\varsigma\ge0,\ \varsigma_g=B_gu_g,\ t_g=u_g.

    With scaled multipliers :math:`a_g` and :math:`b_g` of the two constraints, weighted :math:`\rho` and
    :math:`\rho\kappa`, one step is [1]_

    .. math::
       u_g&=(X^\top X+\kappa I)^{-1}\big(B_g^\top(\varsigma_g-a_g)+\kappa(t_g-b_g)\big)\\
       \varsigma_g&=\max\big(0,\ B_gu_g+a_g+s_gD_g\nu/\rho\big),\quad \nu=y-\textstyle\sum_gs_gD_g\varsigma_g\\
       t_g&=\max\big(0,\ 1-\tfrac\beta{\rho\kappa\|u_g+b_g\|}\big)(u_g+b_g)\\
       a_g&\leftarrow a_g+B_gu_g-\varsigma_g,\quad b_g\leftarrow b_g+u_g-t_g.

    As :math:`B_g^\top B_g=X^\top X` for every pattern, **one** factor serves all groups, and a step is two products
    with the data. The residual :math:`\nu` solves a monotone equation for each sample. After a step
    :math:`-\rho a_g-s_gD_g\nu` is non-negative whatever :math:`\nu` is: with it and :math:`\nu` comes a bound on the
    dual norm of every group. The copies are sparse and lie nearly in the cones. A candidate's point is their projection
    in the norm of :math:`X^\top X+\kappa I`, which changes predictions less than the Euclidean one; it takes a second
    for a group of large data, and is computed when it is asked for.

    The weight :math:`\rho` follows the two errors of the objective: what the copies and the slacks disagree about, and
    what the dual point loses by being scaled into its feasible set.

    References
    ----------
    .. [1] Boyd, Parikh, Chu, Peleato, Eckstein (2011), Distributed optimization and statistical learning via the
       alternating direction method of multipliers, Found. Trends Mach. Learn.

    Parameters
    ----------
    program : Program
        With cones, the squared loss and Frobenius norms, in natural units (`in_natural_units`).
    device : str
        ``"cpu"`` or ``"cuda"``; torch does the work on both.
    deadline : float
        ``time.perf_counter()`` from which on groups are zero that are not projected yet.
    """

    def __init__(self, program, device="cpu", deadline=np.inf):
        import torch  # takes a second to import: only for programs that take longer

        self.torch, self.program, self.deadline = torch, program, deadline
        n, d, p, c = program.shape
        self.data = torch.as_tensor(np.ascontiguousarray(program.X), device=device)
        self.beta, self.rho = program.beta, 1.0
        self.kappa = _NORM_WEIGHT * float(np.sum(program.X**2)) / d or 1.0
        self.rows = max(1, (_CHUNK if device == "cpu" else _CHUNK_ON_GPU) // (2 * p * c))
        squares, self.axes = torch.linalg.eigh(self.data.T @ self.data)
        self.squares = squares.clamp(min=0) + self.kappa
        self.inverse = (self.axes / self.squares) @ self.axes.T
        mask = torch.as_tensor(np.ascontiguousarray(program.patterns), device=device)
        self.mask, self.y = mask[:, None, :], torch.as_tensor(program.y, device=device)
        self.slack = torch.zeros(n, c, 2, p, dtype=torch.float32, device=device)
        self.t = torch.zeros(d, c, 2, p, dtype=torch.float32, device=device)
        self.a, self.b, self.right = torch.zeros_like(self.slack), torch.zeros_like(self.t), torch.zeros_like(self.t)
        self.nu, self.gap, self.changes = self.y.clone(), 1.0, 0
        self._cast(torch.float32)

    def steps(self, s=1.0, t=1.0, until=np.inf):
        """Generator of a `Candidate` every few steps, for as long as ``time.perf_counter()`` is below ``until``.

        ``s`` and ``t`` are the units of X and y in which the candidates are wanted, see `in_natural_units`.
        """
        while time.perf_counter() < until:
            for _ in range(_EVERY):
                self._step()
                if time.perf_counter() >= until:  # of large data, a step takes seconds
                    break
            yield self._account(s, t)
            if self.gap <= _FLOAT32_GAP and self.slack.dtype == self.torch.float32:
                self._cast(self.torch.float64)

    def _cast(self, dtype):
        for name in ("slack", "a", "t", "b", "right", "nu", "y", "inverse"):
            setattr(self, name, getattr(self, name).to(dtype))
        self.X, self.on = self.data.to(dtype), self.mask.to(dtype)
        self.signs = 2 * self.on - 1

    def _step(self):
        torch, d = self.torch, len(self.t)
        right = self.right + self.kappa * (self.t - self.b)
        u = (self.inverse @ right.reshape(d, -1)).reshape(right.shape)
        aim = _RELAXATION * u + (1 - _RELAXATION) * self.t + self.b
        length = aim.square().sum(dim=(0, 1), keepdim=True).sqrt()
        least = self.beta / (self.rho * self.kappa)
        self.t = aim * (1 - least / length.clamp(min=least))
        self.b = aim - self.t
        self.right = torch.zeros_like(right)
        for start in range(0, len(self.X), self.rows):
            part = slice(start, start + self.rows)
            X, signs, on = self.X[part], self.signs[part, :, None], self.on[part]
            slack = self.slack[part]
            aim = (X @ u.reshape(d, -1)).reshape(slack.shape)
            aim.mul_(signs).mul_(_RELAXATION).add_(slack, alpha=1 - _RELAXATION).add_(self.a[part])
            nu = self._residual(aim, on, self.nu[part], self.y[part])
            self.nu[part] = nu
            _slacks(aim, on, nu / self.rho, out=slack)
            aim.sub_(slack)
            self.a[part] = aim
            self.right += (X.T @ (slack - aim).mul_(signs).reshape(len(X), -1)).reshape(right.shape)

    def _residual(self, aim, on, nu, y):
        """The ``nu`` with nu = y - sum of the slacks that it makes of ``aim``, by Newton's method from the last one."""
        torch, memory = self.torch, self.torch.empty_like(aim)
        for _ in range(_INNER):
            _slacks(aim, on, nu / self.rho, out=memory)
            predicted = ((memory[:, :, 0] - memory[:, :, 1]) * on).sum(dim=-1)
            torch.sign(memory, out=memory)
            slope = 1 + ((memory[:, :, 0] + memory[:, :, 1]) * on).sum(dim=-1) / self.rho
            change = (y - predicted - nu) / slope
            nu = nu + change
            if float(change.abs().max()) <= _ACCURACY * max(float(nu.abs().max()), np.finfo(np.float32).tiny):
                break
        return nu

    def _account(self, s, t):
        """The copies with their objective, the dual point with its bound; the weight of the slacks is balanced."""
        torch, program, d = self.torch, self.program, len(self.t)
        proof, multipliers = torch.zeros_like(self.t), torch.empty_like(self.a)
        by_copies, by_slacks, missed = [], [], 0.0
        for start in range(0, len(self.X), self.rows):
            part = slice(start, start + self.rows)
            X, signs, on, slack = self.X[part], self.signs[part, :, None], self.on[part], self.slack[part]
            signed = self.nu[part][:, :, None] * on
            signed = torch.stack([signed, -signed], dim=2)  # s D nu
            z = (self.a[part] * -self.rho).sub_(signed).clamp_(min=0)
            multipliers[part] = z
            proof += (X.T @ (signed + signs * z).reshape(len(X), -1)).reshape(proof.shape)
            rows = (X @ self.t.reshape(d, -1)).reshape(slack.shape)
            by_copies.append(((rows[:, :, 0] - rows[:, :, 1]) * on).sum(dim=-1))
            by_slacks.append(((slack[:, :, 0] - slack[:, :, 1]) * on).sum(dim=-1))
            missed += self.rho * float((rows.mul_(signs).sub_(slack).mul_(self.a[part])).sum())
        copies, nu = self._numpy(self.t), self._numpy(self.nu)
        bound = float(proof.square().sum(dim=(0, 1)).sqrt().max())
        scale = program.loss.best_scale(nu, program.y, self.beta / bound if bound > 0 else np.inf)
        dual = program.loss.dual_value(scale * nu, program.y)
        penalty = self.beta * float(np.sqrt(np.sum(copies**2, axis=(0, 1))).sum())
        values = [program.loss.value(self._numpy(torch.cat(f)), program.y) for f in (by_copies, by_slacks)]
        primal = max(values) + penalty + max(missed, 0.0)
        self.gap = (primal - dual) / primal if primal > 0 else 0.0
        self._balance(abs(missed) + abs(values[0] - values[1]), program.loss.dual_value(nu, program.y) - dual)
        point = cache(lambda: self._inside(*_halves(copies, 1.0), t / s))
        return Candidate(
            t**2 * primal, t**2 * dual, point, t * nu, lambda: _halves(self._numpy(multipliers), t)
        )  # fmt: skip

    @cached_property
    def _whitened(self):
        """The program whose Euclidean norm is that of X'X + kappa I, and the two maps between them."""
        axes, lengths = self._numpy(self.axes), np.sqrt(self._numpy(self.squares))
        there, back = (axes * lengths) @ axes.T, (axes / lengths) @ axes.T
        return replace(self.program, X=self.program.X @ back), there, back

    def _inside(self, v, w, unit):
        """Projections of both onto their cones, times ``unit``."""
        program, there, back = self._whitened
        inside = (repair(program, np.tensordot(there, u, axes=1), self.deadline) for u in (v, w))
        return tuple(unit * np.tensordot(back, u, axes=1) for u in inside)

    def _balance(self, primal_error, dual_error):
        """Change the weight of the slacks towards equal errors, by less and less."""
        larger = primal_error > _UNBALANCED * dual_error
        if not larger and not dual_error > _UNBALANCED * primal_error:
            return
        self.changes += 1
        factor = 1 + 5 / (9 + self.changes)
        factor = factor if larger else 1 / factor
        self.rho *= factor
        self.a /= factor
        self.b /= factor
        self.right.zero_()
        for start in range(0, len(self.X), self.rows):
            part = slice(start, start + self.rows)
            moved = (self.slack[part] - self.a[part]).mul_(self.signs[part, :, None])
            self.right += (self.X[part].T @ moved.reshape(len(moved), -1)).reshape(self.right.shape)

    def _numpy(self, tensor):
        return tensor.to(self.torch.float64).cpu().numpy()


def _slacks(aim, on, shift, *, out):
    """max(0, aim ± shift) where a pattern is on, max(0, aim) elsewhere; plus for ``v``, minus for ``w``."""
    move = shift[:, :, None] * on
    out[:, :, 0] = aim[:, :, 0] + move
    out[:, :, 1] = aim[:, :, 1] - move
    out.clamp_(min=0)


def _halves(stack, unit):
    """Groups of ``v`` and of ``w`` as (·, P, c) arrays, times ``unit``."""
    turned = unit * stack.transpose(2, 0, 3, 1)
    return turned[0], turned[1]


def iterate(program, device="cpu", deadline=np.inf):
    """Generator of a `Candidate` every few steps of `SlackSplitting`; it ends somewhat before a deadline."""
    started = time.perf_counter()
    until = started + (1 - _KEPT_BACK) * (deadline - started) if np.isfinite(deadline) else np.inf
    scaled, s, t = in_natural_units(program)
    yield from SlackSplitting(scaled, device, deadline).steps(s, t, until)
