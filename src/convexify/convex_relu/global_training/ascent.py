r"""Local pricing: ascent of :math:`\|\nu^\top(Zu)_+\|` on the unit sphere from many starts at once."""

import numpy as np

from convexify.convex_relu.global_training.scratch import Scratch

#: Two directions whose cosine exceeds this are taken for one neuron.
_SAME = 1 - 1e-6
_ENTRIES = 300_000  # of one block of pre-activations, so that it stays in the cache
_WIDEST, _NARROWEST = 0.3, 1e-3  # of the ramp, in units of a row of size 1


def ascend(problem, nu, starts, near, *, iterations=100, finished=100, deadline=None):
    r"""Local maxima of :math:`h(u)=\|\nu^\top(Zu)_+\|` reached from directions ``starts`` and ``near``.

    Parameters
    ----------
    problem : Problem
    nu : ndarray, shape (n, c)
    starts : ndarray, shape (r, k)
        Anywhere; followed through the whole continuation.
    near : ndarray, shape (r, l)
        Close to local maxima: they are followed from where they are, without continuation.
    iterations : int
        Of the continuation; the end takes at most a third of them.
    finished : int
        Number of directions that are followed to the end.
    deadline : callable, optional
        True when time is up.

    Returns
    -------
    directions, values : ndarray, shapes (r, m) and (m,)
        The largest first, all distinct. A value is attained, hence a lower bound on the maximum.

    Notes
    -----
    h is positively homogeneous with gradient :math:`g=\sum_{z_i^\top u>0}(\nu_i^\top F/\|F\|)z_i`,
    :math:`F=\nu^\top(Zu)_+`. It has a kink at every sample, those with :math:`\nu_i^\top F<0` are concave, and ascent
    along g zigzags on them and stops far from a maximum. So the step that switches a sample on is replaced by a ramp of
    some width, whose gradient is that of a smoothed h: first the width shrinks from 0.3 to 0.001 with a step of the
    same size (a continuation, which also passes small local maxima by), then width and step grow together after success
    and shrink after failure.
    """
    block = max(1, _ENTRIES // len(nu))

    def blocks(directions):
        return [directions[:, k : k + block] for k in range(0, directions.shape[1], block)]

    parts = [_continue(problem, nu, piece, iterations, deadline) for piece in blocks(starts)]
    reached, values = _distinct([p[0] for p in parts], [p[1] for p in parts])
    ends = np.hstack([near, reached[:, :finished]])
    parts = [(reached, values), *(_finish(problem, nu, piece, iterations // 3, deadline) for piece in blocks(ends))]
    return _distinct([p[0] for p in parts], [p[1] for p in parts])


def thin(U, values, same=_SAME):
    """Keep of every cluster of directions the first; ``values`` must be sorted."""
    kept = np.ones(U.shape[1], dtype=bool)
    cosines = U.T @ U
    for j in range(len(kept)):
        if kept[j]:
            kept[j + 1 :] &= cosines[j, j + 1 :] <= same
    return U[:, kept], values[kept]


def _distinct(directions, values):
    U, values = np.hstack(directions), np.concatenate(values)
    order = np.argsort(-values, kind="stable")
    return thin(U[:, order], values[order])


def _continue(problem, nu, U, iterations, deadline):
    """Ascent of ever less smoothed functions; for every start the best direction on its way."""
    U = _unit(U)
    best, best_U, scratch = np.full(U.shape[1], -np.inf), U, Scratch()
    for width in np.geomspace(_WIDEST, _NARROWEST, iterations):
        value, gradient = _value_and_gradient(problem, nu, U, width, scratch)
        best, best_U = np.maximum(best, value), np.where(value > best, U, best_U)
        if deadline is not None and deadline():
            break
        U = _unit(U + 1.5 * width * _tangent(U, gradient))
    return best_U, best


def _finish(problem, nu, U, iterations, deadline):
    """Ascent with a width and a step of its own for every start."""
    U = _unit(U)
    step, scratch = np.full(U.shape[1], 0.02), Scratch()
    value, gradient = _value_and_gradient(problem, nu, U, step, scratch)
    for _ in range(iterations):
        if deadline is not None and deadline():
            break
        moved = _unit(U + step * _tangent(U, gradient))
        new_value, new_gradient = _value_and_gradient(problem, nu, moved, step, scratch)
        better = new_value > value
        step = np.clip(step * np.where(better, 1.5, 0.5), 1e-9, 0.5)
        U, value = np.where(better, moved, U), np.where(better, new_value, value)
        # after a failure the gradient would be wanted for the narrower ramp: one more product, for those starts alone
        gradient = np.where(better, new_gradient, gradient)
        failed = np.flatnonzero(~better)
        if len(failed):
            gradient[:, failed] = _value_and_gradient(problem, nu, U[:, failed], step[failed], scratch)[1]
    return U, value


def _unit(U):
    norms = np.linalg.norm(U, axis=0)
    return U / np.where(norms > 0, norms, 1.0)


def _tangent(U, gradient):
    """Part of the gradient along the sphere, relative to the gradient's length."""
    length = np.linalg.norm(gradient, axis=0)
    return (gradient - (gradient * U).sum(axis=0) * U) / np.where(length > 0, length, 1.0)


def _value_and_gradient(problem, nu, U, width, scratch):
    """H itself, and the gradient of a smoothed h with ramps of the given width(s)."""
    shape = len(problem.Z), U.shape[1]
    pre = np.matmul(problem.Z, U, out=scratch("pre", *shape))
    F = nu.T @ np.maximum(pre, 0.0, out=scratch("other", *shape))  # (c, k)
    value = np.linalg.norm(F, axis=0)
    pre *= 0.5 / width
    pre += 0.5
    ramp = np.clip(pre, 0.0, 1.0, out=pre)
    if problem.outputs == 1:
        ramp *= nu
        return value, (problem.Z.T @ ramp) * np.where(F[0] < 0, -1.0, 1.0)
    ramp *= np.matmul(nu, F / np.where(value > 0, value, 1.0), out=scratch("other", *shape))
    return value, problem.Z.T @ ramp
