"""Exact pricing in any rank, practical in rank 3 and 4: branch and bound on the faces of a cube."""

import heapq
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array

_PAIRS = 30_000  # (box, undecided sample) pairs that are bounded at once
_OPEN_PAIRS = 150_000_000  # beyond so many waiting pairs the deepest boxes go first, so that memory stays bounded
_FOUND = 200  # directions above the threshold that are kept


@dataclass
class Boxes:
    """Boxes on the faces u_k = ±1 of the cube, with what is known of the samples on each of them.

    Attributes
    ----------
    centre, half : ndarray, shape (b, r)
        Half widths are 0 along the face's own axis.
    side : ndarray, shape (b,)
        For one output the sign of νᵀ(Zu)₊ that is still open, 0 for both; for several 0.
    decided : ndarray, shape (b, r, c)
        Sum of z_i ν_iᵀ over the samples that are active on the whole box.
    start, sample : ndarray of int, shapes (b + 1,) and (pairs,)
        Undecided samples of box ``k`` are ``sample[start[k]:start[k + 1]]``.
    bound : ndarray, shape (b,)
        Proved bound on h(u) / ‖u‖ over the box.
    """

    centre: np.ndarray
    half: np.ndarray
    side: np.ndarray
    decided: np.ndarray
    start: np.ndarray
    sample: np.ndarray
    bound: np.ndarray

    def take(self, which):
        """The boxes of the index array ``which``."""
        counts = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(counts)])
        sample = self.sample[np.repeat(self.start[which] - start[:-1], counts) + np.arange(start[-1])]
        return Boxes(
            self.centre[which], self.half[which], self.side[which], self.decided[which], start, sample,
            self.bound[which],
        )  # fmt: skip

    def chunks(self):
        """These boxes, the largest bound first, in pieces of about ``_PAIRS`` pairs."""
        order = np.argsort(-self.bound, kind="stable")
        # a chunk is split into 2^(r-1) children a box; boxes without undecided samples count a little as well
        weight = np.cumsum(np.diff(self.start)[order] + 50)
        piece = weight // _PAIRS
        for cut in np.split(order, np.flatnonzero(np.diff(piece)) + 1):
            if len(cut):
                yield self.take(cut)


@dataclass(frozen=True)
class Pricing:
    r"""Outcome of `maximise`.

    Attributes
    ----------
    bound : float
        Proved: :math:`\|\nu^\top(Xu)_+\|` is at most this for every ‖u‖ ≤ 1.
    directions, values : ndarray, shapes (r, k) and (k,)
        Unit directions found with a value above the level.
    boxes : int
        Number of boxes bounded.
    complete : bool
        The bound is within the tolerance of the best value found or of the level; otherwise time ran out.
    """

    bound: float
    directions: np.ndarray
    values: np.ndarray
    boxes: int
    complete: bool


def _starts(owner, count):
    """Start of every owner's run in a sorted array of owners, and its end."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])


def maximise(problem, nu, level, *, tolerance=1e-6, deadline=None, stop_at=None):
    r"""Maximum of :math:`h(u)=\|\nu^\top(Zu)_+\|_2` on the unit ball, as far as it exceeds ``level``, with its proof.

    Parameters
    ----------
    problem : Problem
    nu : ndarray, shape (n, c)
    level : float
        More than 0. What is smaller is of no interest; directions with a larger value are collected.
    tolerance : float
        Relative distance between the proved bound and the larger of ``level`` and the best value found.
    deadline : callable, optional
        True when time is up.
    stop_at : int, optional
        Return, without a proof, as soon as so many directions were found.

    Returns
    -------
    Pricing

    Notes
    -----
    h and ‖u‖ are homogeneous, so that the sphere may be replaced by the faces of the cube. Let :math:`w` be the
    direction of :math:`F(u)=\sum_i\nu_i(z_i^\top u)_+` at a box's centre and :math:`\omega_i=\pm\nu_i^\top w`. Samples
    whose sign is decided on the box add to a linear function; of the others :math:`\omega_i(z_i^\top u)_+` is at most
    its chord on the box if :math:`\omega_i>0`, and at most :math:`\omega_is\,z_i^\top u`, with the slope ``s`` that the
    ReLU has at the centre, if :math:`\omega_i<0`. So :math:`\pm w^\top F(u)\le\alpha+g^\top u` on the box. With
    :math:`\|u\|\ge\hat c^\top u` for the centre's direction :math:`\hat c`,

    .. math:: \alpha+(g-t\hat c)^\top u\le q\ \text{on the box}\quad\Rightarrow\quad
              \pm w^\top F(u)\le t\|u\|+q,

    and the largest value of a linear function on a box is closed form: an error of second order in the box's size. A
    second bound is :math:`\pm w^\top F(u)/\|u\|\le\|g\|+\alpha/\|u\|`. With several outputs the part of F orthogonal
    to ``w`` is 0 at the centre and at most ``b`` on the box, and :math:`\sqrt{t^2\|u\|^2-b^2}\ge
    t\|u\|-(t-\sqrt{t^2-b^2})` for ‖u‖ ≥ 1. Boxes are halved along every axis, the largest bound first.
    """
    search = _Search(problem, nu, float(level), tolerance)
    root = search.faces()
    queue, tie, waiting = [], 0, 0
    pending = root
    while True:
        for chunk in pending.chunks() if pending else ():
            tie, waiting = tie + 1, waiting + len(chunk.sample)
            first = (0, chunk.half.max()) if waiting > _OPEN_PAIRS else (1, -chunk.bound.max())
            heapq.heappush(queue, (first, tie, chunk))
        pending = None
        if not queue or (deadline is not None and deadline()) or (stop_at and len(search.values) >= stop_at):
            break
        chunk = heapq.heappop(queue)[2]
        waiting -= len(chunk.sample)
        still_open = np.flatnonzero(chunk.bound > search.closed)
        if len(still_open):
            pending = search.split(chunk.take(still_open))
    bound = max([search.closed, *(chunk.bound.max() for _, _, chunk in queue)])
    order = np.argsort(-np.array(search.values), kind="stable")[:_FOUND]
    directions = np.array(search.directions).reshape(-1, problem.rank).T[:, order]
    bound += problem.rounding(nu) + problem.outside(nu)
    return Pricing(float(bound), directions, np.array(search.values)[order], search.boxes, not queue)


class _Search:
    """Bounds of boxes for one dual point and threshold, and the directions found above it."""

    def __init__(self, problem, nu, level, tolerance):
        self.Z, self.nu, self.tolerance = problem.Z, nu, tolerance
        self.products = np.einsum("nr,nc->nrc", self.Z, nu).reshape(len(nu), -1)
        self.corners = np.array(list(product((-0.5, 0.5), repeat=problem.rank - 1)))
        self.threshold = self.closed = level * (1 + tolerance)  # boxes are done with once their bound is not larger
        self.boxes, self.directions, self.values = 0, [], []

    def faces(self):
        """The faces of the cube."""
        n, r = self.Z.shape
        centre, half = np.vstack([np.eye(r), -np.eye(r)]), np.tile(1.0 - np.eye(r), (2, 1))
        decided, sample = np.zeros((2 * r, r, self.nu.shape[1])), np.tile(np.arange(n, dtype=np.int32), 2 * r)
        return Boxes(centre, half, np.zeros(2 * r), decided, np.arange(2 * r + 1) * n, sample, np.full(2 * r, np.inf))

    def split(self, boxes):
        """Children of ``boxes`` that may hold a value above the threshold."""
        b, r = boxes.centre.shape
        counts = np.diff(boxes.start)
        owner = np.repeat(np.arange(b), counts)
        rows = self.Z[boxes.sample]
        at_centre = np.einsum("pr,pr->p", rows, boxes.centre[owner])
        # along the free axes of the face: products of row and half width, (r - 1, pairs)
        free = np.argsort(boxes.half == 0, axis=1, kind="stable")[:, : r - 1]
        widths = np.take_along_axis(boxes.half, free, 1)
        steps = (widths[owner] * np.take_along_axis(rows, free[owner], 1)).T
        reach = 0.5 * np.abs(steps).sum(axis=0)
        size = len(self.corners)
        centre = np.repeat(boxes.centre[None], size, axis=0)
        np.put_along_axis(centre, np.repeat(free[None], size, axis=0),
                          np.take_along_axis(boxes.centre, free, 1) + self.corners[:, None] * widths, 2)  # fmt: skip
        value = at_centre + self.corners @ steps  # (children of a box, pairs)
        undecided = np.abs(value) < reach
        child, pair = divmod(np.flatnonzero(undecided), len(owner))
        active_child, active = divmod(np.flatnonzero(value >= reach), len(owner))
        start = _starts(child * b + owner[pair], size * b)
        active_start = _starts(active_child * b + owner[active], size * b)
        decided = np.tile(boxes.decided, (size, 1, 1))
        decided += (self._matrix(np.ones(len(active)), boxes.sample[active], active_start) @ self.products).reshape(
            decided.shape
        )
        children = Boxes(
            centre.reshape(-1, r), np.tile(0.5 * boxes.half, (size, 1)), np.tile(boxes.side, size), decided, start,
            boxes.sample[pair], np.tile(boxes.bound, size),
        )  # fmt: skip
        return self._bounded(children, value[undecided], reach[pair])

    def _matrix(self, entries, samples, start):
        return csr_array((entries, samples, start), shape=(len(start) - 1, len(self.Z)))

    def _bounded(self, boxes, value, reach):
        """``boxes`` with their own bounds, without those that are closed; ``value, reach`` of each pair."""
        b, _, c = boxes.decided.shape
        self.boxes += b
        owner = np.repeat(np.arange(b), np.diff(boxes.start))
        nu = self.nu[boxes.sample]
        size = np.linalg.norm(boxes.centre, axis=1)
        F = np.einsum("brc,br->bc", boxes.decided, boxes.centre)
        for k in range(c):
            F[:, k] += np.bincount(owner, np.maximum(value, 0.0) * nu[:, k], minlength=b)
        norm = np.linalg.norm(F, axis=1)
        self._record(boxes.centre, size, norm)
        w = np.where(norm[:, None] > 0, F / np.where(norm > 0, norm, 1.0)[:, None], np.eye(c)[0])
        if c == 1:
            w = np.ones((b, 1))
        omega = nu[:, 0] if c == 1 else np.einsum("pc,pc->p", nu, w[owner])
        t = self.closed
        slack = self._orthogonal(boxes, w, nu, owner, reach, t) if c > 1 else np.zeros(b)
        linear = np.einsum("brc,bc->br", boxes.decided, w)
        bounds = [self._linear_bound(boxes, s, s * omega, s * linear, slack, value, reach, t) for s in (1.0, -1.0)]
        boxes.bound = np.minimum(boxes.bound, np.maximum(*bounds))
        if c == 1:  # from here on only the sign that is still open
            opened = np.array(bounds) > t
            boxes.side = np.where(opened.all(axis=0), 0.0, np.where(opened[0], 1.0, -1.0))
        return boxes.take(np.flatnonzero(boxes.bound > t))

    def _linear_bound(self, boxes, sign, omega, linear, slack, value, reach, t):
        """Bounds on Σ omega (z)₊ / ‖u‖ by a linear function, -inf where this sign is closed."""
        bound = np.full(len(boxes.bound), -np.inf)
        which = np.flatnonzero(boxes.side != -sign)
        if len(which) < len(bound):
            mask = np.repeat(boxes.side != -sign, np.diff(boxes.start))
            omega, value, reach = omega[mask], value[mask], reach[mask]
            boxes, linear, slack = boxes.take(which), linear[which], slack[which]
        if len(which):
            owner = np.repeat(np.arange(len(which)), np.diff(boxes.start))
            rising = omega > 0
            slope = 0.5 * (1.0 + value / reach)
            # the chord: (z)₊ <= slope z + slope (reach - value)
            alpha = np.bincount(owner, np.where(rising, omega * slope * (reach - value), 0.0), minlength=len(which))
            g = linear + self._matrix(omega * np.where(rising, slope, value > 0), boxes.sample, boxes.start) @ self.Z
            tilt = g - t * boxes.centre / np.linalg.norm(boxes.centre, axis=1)[:, None]
            q = (
                alpha
                + np.einsum("br,br->b", tilt, boxes.centre)
                + np.einsum("br,br->b", np.abs(tilt), boxes.half)
                + slack
            )
            smallest = np.linalg.norm(np.maximum(np.abs(boxes.centre) - boxes.half, 0.0), axis=1)
            tangent = np.where(q > 0, t + q / smallest, t)
            steep = np.linalg.norm(g, axis=1) + alpha / smallest
            bound[which] = np.minimum(tangent, steep) if self.nu.shape[1] == 1 else tangent
        return bound

    def _orthogonal(self, boxes, w, nu, owner, reach, t):
        """T − √(t² − b²) with ``b`` a bound on the part of F orthogonal to ``w`` over each box; infinite if b > t."""
        across = boxes.decided - np.einsum("brc,bc->br", boxes.decided, w)[:, :, None] * w[:, None, :]
        b = (np.linalg.norm(across, axis=2) * boxes.half).sum(axis=1)
        along = np.einsum("pc,pc->p", nu, w[owner])
        rest = np.sqrt(np.maximum((nu**2).sum(axis=1) - along**2, 0.0))
        b += np.bincount(owner, rest * reach, minlength=len(b))
        return np.where(b < t, t - np.sqrt(np.maximum(t**2 - b**2, 0.0)), np.inf)

    def _record(self, centre, size, norm):
        """Keep centres with a value above the threshold."""
        values = norm / size
        which = np.flatnonzero(values > self.threshold)
        if len(which):
            which = which[np.argsort(-values[which], kind="stable")[:_FOUND]]
            self.directions.extend(centre[which] / size[which, None])
            self.values.extend(values[which])
            self.closed = max(self.closed, float(values[which[0]]) * (1 + self.tolerance))
