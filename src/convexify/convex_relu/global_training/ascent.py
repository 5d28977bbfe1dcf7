r"""Local pricing: ascent of :math:`\|\nu^\top(Zu)_+\|` on the unit sphere from many starts at once."""

import numpy as np

#: Two directions whose cosine exceeds this are taken for one neuron.
_SAME = 1 - 1e-6
_ENTRIES = 4_000_000  # of one block of pre-activations


def ascend(problem, nu, starts, *, iterations=60, deadline=None):
    r"""Directions that local ascent reaches from ``starts`` (r, k), with their values; the largest first, no duplicates.

    Notes
    -----
    :math:`h(u)=\|F(u)\|`, :math:`F(u)=\sum_i\nu_i(z_i^\top u)_+`, is positively homogeneous, with gradient
    :math:`g=\sum_{i\ \mathrm{active}}(\nu_i^\top F/\|F\|)z_i` and :math:`h=g^\top u`. Every start moves along the part
    of :math:`g` tangential to the sphere; its step grows after success and shrinks after failure. Whatever is returned
    is a value attained, hence a lower bound on the maximum.
    """
    block = max(1, _ENTRIES // len(nu))
    parts = [
        _ascend(problem, nu, starts[:, k : k + block], iterations, deadline) for k in range(0, starts.shape[1], block)
    ]
    U, values = np.hstack([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    order = np.argsort(-values, kind="stable")
    return thin(U[:, order], values[order])


def thin(U, values, same=_SAME):
    """Keep of every cluster of directions the first; ``values`` must be sorted."""
    kept = np.ones(U.shape[1], dtype=bool)
    cosines = U.T @ U > same
    for j in range(len(kept)):
        if kept[j]:
            kept[j + 1 :] &= ~cosines[j, j + 1 :]
    return U[:, kept], values[kept]


def _ascend(problem, nu, U, iterations, deadline):
    U = U / np.linalg.norm(U, axis=0)
    value, gradient = _value_and_gradient(problem, nu, U)
    step = np.full(U.shape[1], 0.5)
    live = np.arange(U.shape[1])
    for k in range(iterations):
        tangent = gradient[:, live] - value[live] * U[:, live]
        length = np.linalg.norm(gradient[:, live], axis=0)
        moved = U[:, live] + step[live] / np.where(length > 0, length, 1.0) * tangent
        moved /= np.linalg.norm(moved, axis=0)
        new_value, new_gradient = _value_and_gradient(problem, nu, moved)
        better = new_value > value[live]
        which = live[better]
        U[:, which], value[which], gradient[:, which] = moved[:, better], new_value[better], new_gradient[:, better]
        step[live] *= np.where(better, 1.6, 0.35)
        live = live[step[live] > 1e-7]
        if len(live) == 0 or (deadline is not None and k % 5 == 4 and deadline()):
            break
    return U, value


def _value_and_gradient(problem, nu, U):
    pre = problem.Z @ U
    active = pre > 0
    if problem.outputs == 1:
        F = (nu[:, 0] @ (pre * active))[None]
        weights = active * nu
    else:
        F = nu.T @ (pre * active)  # (c, k)
        size = np.linalg.norm(F, axis=0)
        weights = active * (nu @ (F / np.where(size > 0, size, 1.0)))
    value = np.linalg.norm(F, axis=0)
    gradient = problem.Z.T @ weights
    return value, gradient * np.where(F[0] < 0, -1.0, 1.0) if problem.outputs == 1 else gradient
