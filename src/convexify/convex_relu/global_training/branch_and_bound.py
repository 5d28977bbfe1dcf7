"""Exact pricing in any rank, practical in rank 3 and 4: branch and bound on the faces of a cube."""

import heapq
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array

_PAIRS = 400_000  # (box, undecided sample) pairs that are bounded at once
_OPEN_PAIRS = 150_000_000  # beyond so many waiting pairs the deepest boxes go first, so that memory stays bounded
_FOUND = 200  # directions above the threshold that are kept


@dataclass
class Boxes:
    """Boxes on the faces u_k = ±1 of the cube, with what is known of the samples on each of them.

    Attributes
    ----------
    centre, half : ndarray, shape (b, r)
        Half widths are 0 along the face's own axis.
    decided : ndarray, shape (b, r, c)
        Sum of z_i ν_iᵀ over the samples that are active on the whole box.
    start, sample : ndarray of int, shapes (b + 1,) and (pairs,)
        Undecided samples of box ``k`` are ``sample[start[k]:start[k + 1]]``.
    bound : ndarray, shape (b,)
        Proved bound on h(u) / ‖u‖ over the box.
    """

    centre: np.ndarray
    half: np.ndarray
    decided: np.ndarray
    start: np.ndarray
    sample: np.ndarray
    bound: np.ndarray

    def take(self, which):
        """The boxes of the index array ``which``."""
        counts = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(counts)])
        sample = self.sample[np.repeat(self.start[which] - start[:-1], counts) + np.arange(start[-1])]
        return Boxes(self.centre[which], self.half[which], self.decided[which], start, sample, self.bound[which])

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
    """Outcome of `maximise`.

    Attributes
    ----------
    bound : float
        Proved: :math:`\\|\\nu^\\top(Xu)_+\\|` is at most this for every ‖u‖ ≤ 1.
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
    pending = [root]
    while pending or queue:
        for boxes in pending:
            for chunk in boxes.chunks():
                tie, waiting = tie + 1, waiting + len(chunk.sample)
                depth = chunk.half.max()
                heapq.heappush(queue, (depth if waiting > _OPEN_PAIRS else -chunk.bound.max(), tie, chunk))
        pending = []
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
        n, r = self.Z.shape
        centre = np.vstack([np.eye(r), -np.eye(r)])
        half = np.tile(1.0 - np.eye(r), (2, 1))
        start = np.arange(2 * r + 1) * n
        decided = np.zeros((2 * r, r, self.nu.shape[1]))
        sample = np.tile(np.arange(n, dtype=np.int32), 2 * r)
        return Boxes(centre, half, decided, start, sample, np.full(2 * r, np.inf))

    def split(self, boxes):
        """Children of ``boxes`` that may hold a value above the threshold, as a list of `Boxes`."""
        Z, r = self.Z, self.Z.shape[1]
        counts = np.diff(boxes.start)
        rows = Z[boxes.sample]
        owner = np.repeat(np.arange(len(counts)), counts)
        at_centre = np.einsum("pr,pr->p", rows, boxes.centre[owner])
        # along the free axes of the face: products of row and half width, (pairs, r - 1)
        free = np.argsort(boxes.half == 0, axis=1, kind="stable")[:, : r - 1]
        steps = np.take_along_axis(boxes.half, free, 1)[owner] * np.take_along_axis(rows, free[owner], 1)
        reach = 0.5 * np.abs(steps).sum(axis=1)
        children = []
        for corner in self.corners:
            centre = boxes.centre.copy()
            np.put_along_axis(
                centre, free, np.take_along_axis(centre, free, 1) + corner * np.take_along_axis(boxes.half, free, 1), 1
            )
            value = at_centre + steps @ corner
            undecided = np.abs(value) < reach
            start = np.concatenate([[0], np.cumsum(np.bincount(owner[undecided], minlength=len(counts)))])
            active = value >= reach
            decided = boxes.decided + self._sums(active, boxes).reshape(boxes.decided.shape)
            child = Boxes(centre, 0.5 * boxes.half, decided, start, boxes.sample[undecided], boxes.bound)
            children.append(self._bounded(child, value[undecided], reach[undecided]))
        return children

    def _sums(self, mask, boxes):
        """Sum of z_i ν_iᵀ over the masked pairs of every box, shape (b, r c)."""
        kept = np.concatenate([[0], np.cumsum(mask)])[boxes.start]
        matrix = csr_array((np.ones(kept[-1]), boxes.sample[mask], kept), shape=(len(boxes.bound), len(self.Z)))
        return matrix @ self.products

    def _bounded(self, boxes, value, reach):
        """``boxes`` with their own bounds, without those that are closed; ``value, reach`` of each pair."""
        b, _, c = boxes.decided.shape
        self.boxes += b
        counts = np.diff(boxes.start)
        owner = np.repeat(np.arange(b), counts)
        nu = self.nu[boxes.sample]
        size = np.linalg.norm(boxes.centre, axis=1)
        kept = boxes.start
        positive = csr_array((np.maximum(value, 0.0), boxes.sample, kept), shape=(b, len(self.Z)))
        F = np.einsum("brc,br->bc", boxes.decided, boxes.centre) + positive @ self.nu
        norm = np.linalg.norm(F, axis=1)
        self._record(boxes.centre, size, norm)
        w = np.where(norm[:, None] > 0, F / np.where(norm > 0, norm, 1.0)[:, None], np.eye(c)[0])
        linear = np.einsum("brc,bc->br", boxes.decided, w)
        omega = nu[:, 0] * w[owner, 0] if c == 1 else np.einsum("pc,pc->p", nu, w[owner])
        slope = 0.5 * (1.0 + value / reach)
        offset = slope * (reach - value)  # the chord: (z)₊ <= slope z + offset
        step = value > 0
        bound = np.zeros(b)
        smallest = np.linalg.norm(np.maximum(np.abs(boxes.centre) - boxes.half, 0.0), axis=1)
        t = self.closed
        slack = self._orthogonal(boxes, w, nu, owner, reach, t) if c > 1 else 0.0
        unit = boxes.centre / size[:, None]
        for sign in (1.0, -1.0):
            weight = sign * omega
            rising = weight > 0
            g = csr_array((weight * np.where(rising, slope, step), boxes.sample, kept), shape=(b, len(self.Z))) @ self.Z
            g += sign * linear
            alpha = np.bincount(owner, weight * rising * offset, minlength=b)
            tilt = g - t * unit
            q = alpha + np.einsum("br,br->b", tilt, boxes.centre) + np.einsum("br,br->b", np.abs(tilt), boxes.half)
            tangent = np.where(q + slack > 0, t + (q + slack) / smallest, t)
            steep = np.linalg.norm(g, axis=1) + alpha / smallest
            bound = np.maximum(bound, np.minimum(tangent, steep) if c == 1 else tangent)
        boxes.bound = np.minimum(boxes.bound, bound)
        return boxes.take(np.flatnonzero(boxes.bound > t))

    def _orthogonal(self, boxes, w, nu, owner, reach, t):
        """t − √(t² − b²) with ``b`` a bound on the part of F orthogonal to ``w`` over each box; infinite if b > t."""
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
