"""How large must λ be for loss(θ) + λ·penalty(θ) to be convex on a box? A bracket, rigorous from above."""

import heapq
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from scipy.optimize import minimize

from convexify.checks import as_integer, as_number, as_vector, one_of

#: Points of the global search that may be asked for; each costs a Hessian.
MOST_SAMPLES = 1_000_000
_HERTZ_SIZE = 5  # up to this size all sign vectors are tried: 2⁴ eigenvalue problems


@dataclass(frozen=True)
class ConvexityThreshold:
    """Bracket of the smallest convexifying λ.

    Attributes
    ----------
    lower : float
        At every smaller λ the objective is not convex: the Hessian at `worst_point` shows it.
    upper : float
        At this λ the objective is convex on the whole box; ``inf`` if the loss offers no Hessian enclosure.
    worst_point : ndarray, shape (p,)
        Point with the most negative eigenvalue that was found.
    boxes : int
        Boxes that were enclosed to prove `upper`.
    """

    lower: float
    upper: float
    worst_point: np.ndarray
    boxes: int


def convexity_threshold(
    loss, lower, upper, *, penalty="l2", ratio=1.1, samples=1024, starts=16, max_boxes=20_000, seed=0
):
    r"""Smallest λ for which ``loss(θ) + λ‖θ‖²`` is convex on a box.

    Parameters
    ----------
    loss : callable
        Maps a flat float64 tensor of shape (p,) to a scalar tensor, twice differentiable by torch. Losses with a method
        ``hessian_enclosure`` (such as `ShallowLoss`) get a rigorous upper end.
    lower, upper : array_like, shape (p,)
        Ends of the box. Coordinates with equal ends are held fixed.
    penalty : {"l2"}
        ‖θ‖², whose Hessian is 2I.
    ratio : float
        The proof stops as soon as ``upper <= ratio * lower``; at least 1.
    samples, starts : int
        Points of the global search (a scrambled Sobol sequence, corners of the box among them) and how many of the best
        are improved by L-BFGS-B.
    max_boxes : int
        Budget of the proof in enclosed boxes.
    seed : int
        Of the search's points; non-negative.

    Returns
    -------
    ConvexityThreshold

    Raises
    ------
    ValueError
        If the box is empty or its ends disagree in shape, the penalty is unknown, the loss is not smooth (a jump of its
        gradient is found or its activation has kinks), or it is not finite on the box.

    Notes
    -----
    The threshold is :math:`\lambda^\star = \max(0, -\tfrac12 \min_\theta \lambda_{\min}(\nabla^2 L(\theta)))`. The
    lower end minimises :math:`\lambda_{\min}` over the box, with the gradient
    :math:`\partial_\theta (v^\top \nabla^2 L(\theta) v)` at the eigenvector v (Hellmann–Feynman). The upper end is a
    branch and bound over boxes: on each, the smallest eigenvalue of a symmetric interval matrix [C − R, C + R] is at
    least :math:`\min_{s \in \{\pm1\}^p} \lambda_{\min}(C - \mathrm{diag}(s) R\, \mathrm{diag}(s))` [1]_, for larger
    matrices at least :math:`\lambda_{\min}(C) - \lambda_{\max}(R)` [2]_. For losses with ``neuron_enclosure`` a second
    bound runs over one neuron's parameters at a time, which stays affordable when there are many.

    References
    ----------
    .. [1] Hertz (1992), The extreme eigenvalues and stability of real symmetric interval matrices, IEEE TAC 37.
    .. [2] Rohn (1994), Positive definiteness and stability of interval matrices, SIAM J. Matrix Anal. Appl. 15.

    Examples
    --------
    The second derivative of −θ³ on [−1, 2] is at least −12, so that λ = 6 is needed; a bare function gets no proof:

    >>> found = convexity_threshold(lambda theta: -(theta**3).sum(), [-1.0], [2.0])
    >>> round(found.lower, 6), found.upper
    (6.0, inf)

    A network on a box, bracketed from both sides:

    >>> import numpy as np
    >>> from convexify.curvature.shallow_loss import ShallowLoss
    >>> x = np.linspace(-2, 2, 20)
    >>> loss = ShallowLoss(x[:, None], np.sin(2 * x), 1, hidden_bias=False, output_bias=False)
    >>> found = convexity_threshold(loss, [-1.0, -1.0], [1.0, 1.0])
    >>> found.lower <= found.upper <= 1.1 * found.lower
    True
    """
    lower, upper = as_vector("lower", lower), as_vector("upper", upper)
    if lower.shape != upper.shape:
        raise ValueError(f"upper: expected {lower.size} entries as in lower, got {upper.size}")
    if (lower > upper).any():
        raise ValueError(
            f"upper: expected at least lower in every coordinate, got an empty box at {_first(lower > upper)}"
        )
    one_of("penalty", penalty, ("l2",))
    ratio = as_number("ratio", ratio, minimum=1.0)
    samples = as_integer("samples", samples, minimum=1, maximum=MOST_SAMPLES)
    starts = as_integer("starts", starts, minimum=1)
    max_boxes = as_integer("max_boxes", max_boxes, minimum=0)
    seed = as_integer("seed", seed, minimum=0)
    if not getattr(loss, "smooth", True):
        raise ValueError(
            "loss: expected a twice differentiable function; its activation has kinks, so no λ convexifies it"
        )
    free = np.flatnonzero(lower < upper)
    if free.size == 0:
        return ConvexityThreshold(0.0, 0.0, lower, 0)
    rng = np.random.default_rng(seed)
    _refuse_kinks(loss, lower, upper, rng)
    point, eigenvalue = _most_negative(loss, lower, upper, free, samples=samples, starts=starts, rng=rng)
    found = max(0.0, -eigenvalue / 2)
    proved, boxes = _proved(loss, lower, upper, free, found=eigenvalue, ratio=ratio, max_boxes=max_boxes)
    return ConvexityThreshold(found, max(found, -proved / 2), point, boxes)


def _first(mask):
    return f"coordinate {int(np.flatnonzero(mask)[0])}"


# --- the search -------------------------------------------------------------------------------------------------------


def _most_negative(loss, lower, upper, free, *, samples, starts, rng):
    """Point and value of the smallest Hessian eigenvalue found on the box, in the free coordinates."""
    from scipy.stats import qmc  # half a second, and every job on curvature imports this module

    sobol = qmc.Sobol(free.size, rng=rng).random(1 << (samples - 1).bit_length())[:samples]
    corners = rng.integers(0, 2, size=(min(samples, 4 * 2 ** min(free.size, 8)), free.size))
    unit = np.vstack([sobol, corners, np.full((1, free.size), 0.5)])
    points = np.tile(lower, (len(unit), 1))
    points[:, free] += unit * (upper - lower)[free]
    hessians = _at_all(torch.func.hessian(loss), points)[:, free[:, None], free[None, :]]
    if not np.isfinite(hessians).all():
        raise ValueError("loss: expected a finite Hessian on the box, got NaN or infinite entries")
    values = np.linalg.eigvalsh((hessians + hessians.swapaxes(1, 2)) / 2)[:, 0]
    best = points[np.argsort(values)[:starts]]
    bounds = list(zip(lower[free], upper[free], strict=True))
    candidates = [(float(values.min()), points[int(values.argmin())])]
    for start in best:
        result = minimize(
            _eigenvalue_and_gradient, start[free], args=(loss, start, free), jac=True, method="L-BFGS-B", bounds=bounds
        )
        point = start.copy()
        point[free] = np.clip(result.x, lower[free], upper[free])
        candidates.append((_smallest(loss, point, free)[0], point))
    value, point = min(candidates, key=lambda candidate: candidate[0])
    return point, value


def _smallest(loss, point, free):
    hessian = torch.func.hessian(loss)(torch.as_tensor(point)).numpy()[np.ix_(free, free)]
    if not np.isfinite(hessian).all():
        raise ValueError("loss: expected a finite Hessian on the box, got NaN or infinite entries")
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    return float(values[0]), vectors[:, 0]


def _eigenvalue_and_gradient(x, loss, template, free):
    point = template.copy()
    point[free] = x
    value, vector = _smallest(loss, point, free)
    direction = torch.zeros(point.size, dtype=torch.float64)
    direction[free] = torch.as_tensor(vector)

    def along(theta):
        return torch.func.jvp(torch.func.grad(loss), (theta,), (direction,))[1] @ direction

    return value, torch.func.grad(along)(torch.as_tensor(point)).numpy()[free]


def _at_all(function, points):
    """Values of a function at every row; a function that cannot be vectorised is called row by row."""
    points = torch.as_tensor(points)
    try:
        return torch.func.vmap(function)(points).numpy()
    except RuntimeError:
        return torch.stack([function(point) for point in points]).numpy()


def _refuse_kinks(loss, lower, upper, rng, chords=32, pieces=64, halvings=40):
    """Raise if the gradient jumps along a random chord: bisect where it changes fastest; a jump does not shrink."""
    gradient = torch.func.grad(loss)
    begin, end = lower + rng.random((2, chords, lower.size)) * (upper - lower)
    grid = np.linspace(0, 1, pieces + 1)

    def slopes(t):
        """Gradients at one parameter t of each chord, shape (chords, p)."""
        return _at_all(gradient, begin + t[:, None] * (end - begin))

    along = np.stack([slopes(np.full(chords, t)) for t in grid])
    if not np.isfinite(along).all():
        raise ValueError("loss: expected a finite gradient on the box, got NaN or infinite entries")
    steepest = np.linalg.norm(np.diff(along, axis=0), axis=2).argmax(axis=0)
    every = np.arange(chords)
    a, b, at_a, at_b = grid[steepest], grid[steepest + 1], along[steepest, every], along[steepest + 1, every]
    first = np.linalg.norm(at_b - at_a, axis=1)
    for _ in range(halvings):
        middle = (a + b) / 2
        at_middle = slopes(middle)
        left = np.linalg.norm(at_middle - at_a, axis=1) >= np.linalg.norm(at_b - at_middle, axis=1)
        a, b = np.where(left, a, middle), np.where(left, middle, b)
        at_a, at_b = np.where(left[:, None], at_a, at_middle), np.where(left[:, None], at_middle, at_b)
    if (np.linalg.norm(at_b - at_a, axis=1) > 1e-3 * first).any():
        raise ValueError("loss: expected a twice differentiable function, found a jump of its gradient on the box")


# --- the proof --------------------------------------------------------------------------------------------------------


def _proved(loss, lower, upper, free, *, found, ratio, max_boxes):
    """Rigorous lower bound of the smallest eigenvalue on the box, and how many boxes it took."""
    if not hasattr(loss, "hessian_enclosure"):
        return -np.inf, 0
    target = min(found, 0.0) * ratio
    neurons = _unlike_neurons(loss, lower, upper) if free.size == lower.size else []
    blocks, spent = 0.0, 0
    for j in neurons:
        others, own = loss.others_enclosure(j, lower, upper), loss.own(j)

        def enclose(low, high, j=j, others=others):
            return loss.neuron_enclosure(j, low, high, others)

        budget = max_boxes // (2 * len(neurons))
        bound, used = _branch_and_bound(enclose, lower, upper, split=own, target=target, max_boxes=budget)
        blocks, spent = min(blocks, bound), spent + used
    if neurons and blocks >= target:
        return blocks, spent

    def enclose_all(low, high):
        enclosure = loss.hessian_enclosure(low, high)
        return enclosure[:, free[:, None], free[None, :]]

    left = max_boxes - spent
    whole, used = _branch_and_bound(enclose_all, lower, upper, split=free, target=target, max_boxes=left)
    return max(whole, blocks if neurons else -np.inf), spent + used


def _unlike_neurons(loss, lower, upper):
    """Neurons to bound one by one; of those with equal boxes one is enough, since exchanging them changes nothing."""
    if not hasattr(loss, "neuron_enclosure"):
        return []
    boxes = {(*lower[loss.own(j)], *upper[loss.own(j)]): j for j in range(loss.width)}
    return list(boxes.values())


def _branch_and_bound(enclose, lower, upper, *, split, target, max_boxes, batch=64):
    """Lower bound of the smallest eigenvalue over a box: always halve the boxes whose bound is worst."""
    width = np.where(upper > lower, upper - lower, 1.0)
    bounds = _eigenvalue_bounds(enclose(lower[None], upper[None]))
    queue = [(float(bounds[0]), 0, lower, upper)]
    spent = 1
    while queue[0][0] < target and spent + 2 * batch <= max_boxes:
        worst = [heapq.heappop(queue) for _ in range(min(batch, len(queue)))]
        lows, highs = [], []
        for _, _, low, high in worst:
            widest = split[int(((high - low) / width)[split].argmax())]
            middle = (low[widest] + high[widest]) / 2
            left, right = high.copy(), low.copy()
            left[widest] = right[widest] = middle
            lows += [low, right]
            highs += [left, high]
        parents = np.repeat([bound for bound, *_ in worst], 2)
        # A part's bound is never worse than that of the box it came from.
        bounds = np.maximum(_eigenvalue_bounds(enclose(np.array(lows), np.array(highs))), parents)
        for bound, low, high in zip(bounds.tolist(), lows, highs, strict=True):
            spent += 1
            heapq.heappush(queue, (bound, spent, low, high))
    return queue[0][0], spent


def _eigenvalue_bounds(matrices):
    """Lower bounds of the smallest eigenvalues of symmetric interval matrices, shape (boxes,)."""
    centre = (matrices.lower + matrices.upper) / 2
    radius = np.maximum(matrices.upper - centre, centre - matrices.lower)
    size = centre.shape[-1]
    if size <= _HERTZ_SIZE:
        signs = np.array([(1, *rest) for rest in product((1, -1), repeat=size - 1)])
        patterns = signs[:, :, None] * signs[:, None, :]
        bounds = np.linalg.eigvalsh(centre[:, None] - patterns * radius[:, None])[..., 0].min(axis=1)
    else:
        bounds = np.linalg.eigvalsh(centre)[:, 0] - np.linalg.eigvalsh(radius)[:, -1]
    # Computed eigenvalues err by at most a small multiple of p·ε·‖A‖ (Weyl; LAPACK Users' Guide, §4.7).
    scale = np.abs(centre).sum(axis=-1).max(axis=-1) + radius.sum(axis=-1).max(axis=-1)
    return bounds - 8 * size * np.finfo(np.float64).eps * scale
