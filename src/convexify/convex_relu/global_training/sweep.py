"""Exact pricing in rank 1 and 2 by an angular sweep."""

import numpy as np


class Sweep:
    r"""Maximum of :math:`h(u)=\|\nu^\top(Zu)_+\|_2` over ‖u‖ = 1 for rows ``Z`` of rank 1 or 2.

    Notes
    -----
    A sample is active on a half circle, so that 2n angles cut the circle into sectors on which
    :math:`\nu^\top(Zu)_+=M^\top u` with a constant matrix ``M``, the sum of :math:`z_i\nu_i^\top` over the active
    samples. Sorting the angles once and summing along them gives every ``M``; :math:`\|M^\top u\|^2` is a sinusoid of
    twice the angle, whose maximum on a sector lies at its crest or at an end. O(n log n) once, O(n) for each ``nu``.
    """

    def __init__(self, problem):
        self.problem = problem
        Z = problem.Z
        if problem.rank == 2:
            rows = np.flatnonzero(Z.any(axis=1))
            middle = np.arctan2(Z[rows, 1], Z[rows, 0])
            events = np.concatenate([middle - np.pi / 2, middle + np.pi / 2]) % (2 * np.pi)
            order = np.argsort(events, kind="stable")
            # the sums start in the widest sector: what is active in one that rounding made is in doubt
            widest = np.diff(events[order], append=events[order[0]] + 2 * np.pi).argmax() + 1
            events[order[:widest]] += 2 * np.pi
            order = np.roll(order, -widest)
            self.angles = events[order]
            self.rows = np.concatenate([rows, rows])[order]
            self.signs = np.repeat([1.0, -1.0], len(rows))[order]
            self.ends = np.append(self.angles[1:], self.angles[0] + 2 * np.pi)

    def maxima(self, nu):
        """Directions (r, k) of the local maxima with their values (k,), the largest first, and a proved bound."""
        if self.problem.rank == 1:
            directions = np.array([[1.0, -1.0]])
            values = np.linalg.norm(self.problem.features(directions).T @ nu, axis=1)
        else:
            angles, values = self._sector_maxima(nu)
            peak = (values >= np.roll(values, 1)) & (values >= np.roll(values, -1))
            angles, values = angles[peak], values[peak]
            directions = np.array([np.cos(angles), np.sin(angles)])
        order = np.argsort(-values, kind="stable")
        bound = float(values.max()) + self.problem.rounding(nu) + self.problem.outside(nu)
        return directions[:, order], values[order], bound

    def _sector_maxima(self, nu):
        """For every sector the angle and value of its maximum."""
        Z, rows = self.problem.Z, self.rows
        # the last sector is where the sums start
        middle = 0.5 * (self.angles[-1] + self.ends[-1])
        active = Z @ [np.cos(middle), np.sin(middle)] > 0
        start = Z[active].T @ nu[active]
        steps = (self.signs[:, None] * Z[rows])[:, :, None] * nu[rows][:, None, :]
        M = start + np.cumsum(steps, axis=0)  # (sectors, 2, c)
        first, second = (M[:, 0] ** 2).sum(axis=1), (M[:, 1] ** 2).sum(axis=1)
        crest = 0.5 * np.arctan2(2 * (M[:, 0] * M[:, 1]).sum(axis=1), first - second)
        crest = self.angles + (crest - self.angles) % np.pi
        candidates = np.array([self.angles, self.ends, np.where(crest <= self.ends, crest, self.angles)])
        cosine, sine = np.cos(candidates)[..., None], np.sin(candidates)[..., None]
        values = np.sqrt(((cosine * M[:, 0] + sine * M[:, 1]) ** 2).sum(axis=-1))
        best = values.argmax(axis=0)[None]
        return np.take_along_axis(candidates, best, 0)[0], np.take_along_axis(values, best, 0)[0]
