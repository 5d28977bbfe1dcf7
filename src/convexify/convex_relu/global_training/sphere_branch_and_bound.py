"""Exact pricing, practical in rank 3 and 4: branch and bound on the faces of a cube."""

import heapq
from dataclasses import dataclass
from itertools import product

import numpy as np

from convexify.convex_relu.global_training.scratch import Scratch

#: Beyond this rank the corners of one box are thousands, and boxes without number.
HIGHEST_RANK = 10
_SPLIT = 2  # axes along which boxes are halved at once
_PAIRS = 16_000  # (box, undecided sample) pairs that are bounded at once
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

    def padded(self, fill):
        """Undecided samples of every box, (b, k), filled up with ``fill``."""
        counts = np.diff(self.start)
        sample = np.full((len(counts), counts.max(initial=1)), fill)
        sample[np.arange(sample.shape[1]) < counts[:, None]] = self.sample
        return sample

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


def maximise(problem, nu, level, *, tolerance=1e-6, deadline=None):
    r"""Maximum of :math:`h(u)=\|\nu^\top(Zu)_+\|_2` on the unit ball, as far as it exceeds ``level``, with its proof.

    Parameters
    ----------
    problem : Problem
        Of rank `HIGHEST_RANK` at most.
    nu : ndarray, shape (n, c)
    level : float
        More than 0. What is smaller is of no interest; directions with a larger value are collected.
    tolerance : float
        Relative distance between the proved bound and the larger of ``level`` and the best value found.
    deadline : callable, optional
        True when time is up.

    Returns
    -------
    Pricing

    Notes
    -----
    h and ‖u‖ are homogeneous, so that the sphere may be replaced by the faces of the cube. Let :math:`w` be the
    direction of :math:`F(u)=\sum_i\nu_i(z_i^\top u)_+` at a box's centre ``c`` and :math:`\omega_i=\pm\nu_i^\top w`.
    Samples whose sign is decided on the box add to a linear function. The others with :math:`\omega_i>0` add to a
    convex one, those with :math:`\omega_i<0` to a concave one, which is at most its tangent at the centre. So
    :math:`\pm w^\top F(u)\le P(u)+g^\top u` on the box with ``P`` convex, and with :math:`\|u\|\ge\hat c^\top u` for
    the centre's direction :math:`\hat c`,

    .. math:: P(u)+(g-t\hat c)^\top u\le q\ \text{at the corners of the box}\quad\Rightarrow\quad
              \pm w^\top F(u)\le t\|u\|+q\ \text{on it},

    since a convex function is largest at a corner: an error of second order in the box's size. With several outputs
    the part of F orthogonal to ``w`` is 0 at the centre and at most ``b`` on the box, and
    :math:`\sqrt{t^2\|u\|^2-b^2}\ge t\|u\|-(t-\sqrt{t^2-b^2})` for ‖u‖ ≥ 1. Boxes are halved along the two axes
    along which F can vary most, the largest bound first; ``P`` is evaluated once at corners that children share.
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
        if not queue or (deadline is not None and deadline()):
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


@dataclass
class _Halves:
    """What boxes are halved into: m children each, on the k undecided samples of their parents.

    Attributes
    ----------
    centre, half : ndarray, shapes (b, m, r) and (b, r)
    grid : ndarray, shape (b, g, r)
        Corners of the children, each of them once.
    rows, nu : ndarray, shapes (b, r, k) and (b, c, k)
        Zeros beyond a box's own samples.
    value, reach : ndarray, shapes (b, m, k) and (b, 1, k)
        zᵀu at the centres, and how far it can be from that on the child.
    """

    centre: np.ndarray
    half: np.ndarray
    grid: np.ndarray
    rows: np.ndarray
    nu: np.ndarray
    value: np.ndarray
    reach: np.ndarray


class _Search:
    """Bounds of boxes for one dual point and threshold, and the directions found above it."""

    def __init__(self, problem, nu, level, tolerance):
        # by coordinate, with a last column of zeros for what fills up lists of samples
        self.Z, self.nu = (np.hstack([part.T, np.zeros((part.shape[1], 1))]) for part in (problem.Z, nu))
        self.tolerance, self.scratch = tolerance, Scratch()
        self.threshold = self.closed = level * (1 + tolerance)  # boxes are done with once their bound is not larger
        self.boxes, self.directions, self.values = 0, [], []
        # in half widths of a box, its axes in order of importance: the corners of its children, the children's centres
        axes = problem.rank - 1
        split = min(_SPLIT, axes)
        self.grid = _steps([(-1, 0, 1)] * split + [(-1, 1)] * (axes - split))
        self.children = _steps([(-0.5, 0.5)] * split + [(0,)] * (axes - split))
        size = np.array([0.5] * split + [1.0] * (axes - split))
        corners = self.children[:, None] + size * _steps([(-1, 1)] * axes)
        self.corner = (corners[:, :, None] == self.grid).all(axis=3).argmax(axis=2)  # (children, corners)

    def faces(self):
        """The faces of the cube."""
        r, n = self.Z.shape[0], self.Z.shape[1] - 1
        centre, half = np.vstack([np.eye(r), -np.eye(r)]), np.tile(1.0 - np.eye(r), (2, 1))
        decided, sample = np.zeros((2 * r, r, len(self.nu))), np.tile(np.arange(n, dtype=np.int32), 2 * r)
        return Boxes(centre, half, np.zeros(2 * r), decided, np.arange(2 * r + 1) * n, sample, np.full(2 * r, np.inf))

    def split(self, boxes):
        """Children of ``boxes`` that may hold a value above the threshold."""
        sample = boxes.padded(self.Z.shape[1] - 1)
        halves = self._halves(boxes, sample)
        (b, m, r), k = halves.centre.shape, sample.shape[1]
        self.boxes += b * m
        decided = self._decided(boxes, halves)
        F = np.matmul(np.maximum(halves.value, 0.0, out=self.scratch("part", b, m, k)), halves.nu.transpose(0, 2, 1))
        F += np.einsum("brc,bmr->bmc", boxes.decided, halves.centre)
        size, norm = np.linalg.norm(halves.centre, axis=2), np.linalg.norm(F, axis=2)
        self._record(halves.centre, size, norm)
        w, slack = np.ones((b, 1, 1)), 0.0
        if len(self.nu) > 1:
            w = np.where(norm[:, :, None] > 0, F / np.where(norm > 0, norm, 1.0)[:, :, None], np.eye(len(self.nu))[0])
            slack = self._orthogonal(halves, decided, w)
        bound, side = self._bounds(boxes, halves, size, w, slack)
        kept = np.flatnonzero(bound.ravel() > self.closed)
        parent = kept // m
        undecided = np.abs(halves.value.reshape(b * m, k)[kept]) < halves.reach[parent, 0]
        start = np.concatenate([[0], np.cumsum(undecided.sum(axis=1))])
        sample = sample[parent].ravel()[np.flatnonzero(undecided)].astype(np.int32)
        return Boxes(
            halves.centre.reshape(-1, r)[kept], halves.half[parent], side.ravel()[kept],
            decided.reshape(b * m, r, -1)[kept], start, sample, bound.ravel()[kept],
        )  # fmt: skip

    def _halves(self, boxes, sample):
        """What the boxes are halved into, with their parents' undecided samples (b, k)."""
        (b, r), k = boxes.centre.shape, sample.shape[1]
        rows, nu = (
            np.take(table, sample, axis=1, out=self.scratch(name, len(table), b, k), mode="clip").transpose(1, 0, 2)
            for name, table in (("rows", self.Z), ("nu", self.nu))
        )
        sizes = np.abs(rows, out=self.scratch("sizes", b, r, k))
        # the threshold stands for the curvature of ‖u‖, which is all that is left where every sample is decided
        variation = boxes.half * (np.matmul(sizes, np.abs(nu).sum(axis=1)[:, :, None])[:, :, 0] + self.closed)
        axes = np.argsort(np.where(boxes.half > 0, -variation, np.inf), axis=1, kind="stable")[:, : r - 1]
        half = boxes.half.copy()
        np.put_along_axis(half, axes[:, :_SPLIT], 0.5 * np.take_along_axis(half, axes[:, :_SPLIT], 1), 1)
        centre = _points(boxes, axes, self.children)
        value = np.matmul(centre, rows, out=self.scratch("value", b, centre.shape[1], k))
        return _Halves(centre, half, _points(boxes, axes, self.grid), rows, nu, value, np.matmul(half[:, None], sizes))

    def _decided(self, boxes, halves):
        """Sums of z_i ν_iᵀ over the samples that are active on the whole half, (b, m, r, c)."""
        (b, m, r), c = halves.centre.shape, len(self.nu)
        decided, part = np.empty((b, m, r, c)), self.scratch("part", *halves.value.shape)
        for k in range(c):
            np.greater_equal(halves.value, halves.reach, out=part)
            part *= halves.nu[:, [k]]
            decided[..., k] = boxes.decided[:, None, :, k] + np.matmul(part, halves.rows.transpose(0, 2, 1))
        return decided

    def _bounds(self, boxes, halves, size, w, slack):
        """Bounds on the halves and the sides that are still open there, (b, m); ``w`` is 1 for one output."""
        (b, m, k), c, t = halves.value.shape, len(self.nu), self.closed
        omega = np.matmul(w, halves.nu)  # (b, m, k), or (b, 1, k) for one output
        relu = np.matmul(halves.grid, halves.rows, out=self.scratch("relu", b, len(self.grid), k))
        np.maximum(relu, 0.0, out=relu)
        linear = np.einsum("brc,bmc->bmr", boxes.decided, w)
        smallest = np.linalg.norm(np.maximum(np.abs(halves.centre) - halves.half[:, None], 0.0), axis=2)
        corners, own = halves.grid[:, self.corner], np.arange(m)[:, None] if c > 1 else 0  # (b, m, corners, r)
        bounds, active = np.full((2, b, m), -np.inf), self.scratch("part", b, m, k)
        for sign, bound in zip((1.0, -1.0), bounds, strict=True):
            still_open = boxes.side != -sign
            if not still_open.any():
                continue
            convex = np.matmul(relu, np.maximum(sign * omega, 0.0).transpose(0, 2, 1))[:, self.corner, own]
            np.greater(halves.value, 0.0, out=active)
            active *= np.minimum(sign * omega, 0.0)
            slope = sign * linear + np.matmul(active, halves.rows.transpose(0, 2, 1))
            slope -= t * halves.centre / size[:, :, None]
            q = (convex + np.einsum("bmer,bmr->bme", corners, slope)).max(axis=2) + slack
            bound[still_open] = (t + np.maximum(q, 0.0) / smallest)[still_open]
        opened = bounds > t
        # for one output, from here on only the sign that is still open
        side = np.where(opened.all(axis=0) | (c > 1), 0.0, np.where(opened[0], 1.0, -1.0))
        return np.minimum(boxes.bound[:, None], bounds.max(axis=0)), side

    def _orthogonal(self, halves, decided, w):
        """T − √(t² − b²) with ``b`` a bound on the part of F orthogonal to ``w`` on each half; infinite if b > t."""
        t = self.closed
        across = decided - np.einsum("bmrc,bmc->bmr", decided, w)[..., None] * w[:, :, None]
        b = np.einsum("bmr,br->bm", np.linalg.norm(across, axis=3), halves.half)
        along = np.matmul(w, halves.nu)
        rest = np.sqrt(np.maximum((halves.nu**2).sum(axis=1, keepdims=True) - along**2, 0.0)) * halves.reach
        rest *= np.abs(halves.value) < halves.reach
        b += rest.sum(axis=2)
        return np.where(b < t, t - np.sqrt(np.maximum(t**2 - b**2, 0.0)), np.inf)

    def _record(self, centre, size, norm):
        """Keep centres with a value above the threshold."""
        values = (norm / size).ravel()
        centre, size = centre.reshape(len(values), -1), size.ravel()
        which = np.flatnonzero(values > self.threshold)
        if len(which):
            which = which[np.argsort(-values[which], kind="stable")[:_FOUND]]
            self.directions.extend(centre[which] / size[which, None])
            self.values.extend(values[which])
            self.closed = max(self.closed, float(values[which[0]]) * (1 + self.tolerance))


def _steps(values):
    """Every choice of one value for each axis, as rows."""
    return np.array(list(product(*values)), dtype=float)


def _points(boxes, axes, steps):
    """Centres plus ``steps`` (m, r - 1) of half widths along ``axes`` (b, r - 1), as (b, m, r)."""
    points = np.repeat(boxes.centre[:, None], len(steps), axis=1)
    at = np.repeat(axes[:, None], len(steps), axis=1)
    shift = steps * np.take_along_axis(boxes.half, axes, 1)[:, None]
    np.put_along_axis(points, at, np.take_along_axis(points, at, 2) + shift, 2)
    return points
