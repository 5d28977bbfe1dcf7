r"""The minimiser of the relaxed loss of a ReLU neuron: whether there is one, and a certificate that it is one.

Notation and orientation of `convexify.relaxations.neuron`: columns of ``X`` (d, n) are samples.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from convexify.checks import as_integer, as_matrix, as_number, as_vector
from convexify.relaxations.neuron import preactivations, relaxed_loss


@dataclass(frozen=True)
class RelaxedMinimum:
    """Result of `minimise_relaxed`.

    Attributes
    ----------
    bounded : bool
        Whether L_r is bounded below; if not, ``weights`` and ``multipliers`` are None and ``value`` is −inf.
    weights : ndarray, shape (d,), or None
        A minimiser of L_r.
    value : float
        L_r there.
    multipliers : ndarray, shape (n,), or None
        Dual point λ = σ(Xᵀw), corrected to Xλ = Xy; the same for every minimiser.
    gap : float
        Duality gap (L_r(w) − ‖y‖² + ‖λ‖²) / ‖y‖², 0 for y = 0.
    violation : float
        ‖Xλ − Xy‖ / ‖Xy‖, 0 if both are 0.
    ray : ndarray, shape (d,), or None
        If unbounded, a direction v with Xᵀv ≤ 0 and vᵀXy > 0, along which L_r falls without end.
    iterations : int
        Newton steps.
    """

    bounded: bool
    weights: np.ndarray | None
    value: float
    multipliers: np.ndarray | None
    gap: float
    violation: float
    ray: np.ndarray | None
    iterations: int


def minimise_relaxed(X, y, *, tol=1e-11, max_iter=500):
    r"""Global minimiser of the relaxed loss by a damped semismooth Newton method, with a dual certificate.

    Parameters
    ----------
    X : array_like, shape (d, n)
        Samples are columns.
    y : array_like, shape (n,)
    tol : float
        Stop at ‖½∇L_r‖ ≤ tol·‖Xy‖, or where rounding of Xᵀw and Xy forbids better.
    max_iter : int
        Largest number of Newton steps.

    Returns
    -------
    RelaxedMinimum

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or ``tol``, ``max_iter`` are out of range.
    ArithmeticError
        If ``max_iter`` steps or the line search do not reach ``tol``; the message says how far it came. Seen only where
        L_r is within rounding of being unbounded below.

    Notes
    -----
    From :math:`\sigma(z)^2 = \max_{\lambda \ge 0} 2\lambda z - \lambda^2` the dual is

    .. math:: \max_{\lambda \ge 0,\; X\lambda = Xy} \|y\|^2 - \|\lambda\|^2 ,

    whose solution is unique. It is feasible, and L_r bounded below, exactly if Xy lies in the cone of the samples
    (Farkas), so always for y ≥ 0. At every minimiser w of L_r one has σ(Xᵀw) = λ, hence L(w) = ‖λ − y‖².

    Examples
    --------
    The survey's theorem fails here: L_r is smallest at w = 0, where the squared loss is 2, while its minimum is 1.

    >>> found = minimise_relaxed([[1.0, -1.0]], [1.0, 1.0])
    >>> found.bounded, found.weights, found.value
    (True, array([0.]), 2.0)

    A negative label makes L_r fall without end:

    >>> minimise_relaxed([[1.0]], [-1.0]).ray
    array([-1.])
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    tol = as_number("tol", tol, above=0)
    max_iter = as_integer("max_iter", max_iter, minimum=1)
    ray = unbounded_direction(X, y)
    if ray is not None:
        return RelaxedMinimum(False, None, -np.inf, None, np.nan, np.nan, ray, 0)
    w, iterations = _newton(X, y, tol, max_iter)
    multipliers = _feasible_multipliers(X, y, w)
    value = float(relaxed_loss(X, y, w))
    gap = (value - y @ y + multipliers @ multipliers) / (y @ y or 1.0)
    violation = np.linalg.norm(X @ (multipliers - y)) / (np.linalg.norm(X @ y) or 1.0)
    return RelaxedMinimum(True, w, value, multipliers, float(gap), float(violation), None, iterations)


def unbounded_direction(X, y, *, tol=1e-10):
    """Direction v with Xᵀv ≤ 0 and vᵀXy > 0 along which L_r is unbounded below, or None if L_r is bounded below.

    Parameters
    ----------
    X : array_like, shape (d, n)
    y : array_like, shape (n,)
    tol : float
        Relative distance up to which Xy counts as a point of the cone of the samples.

    Returns
    -------
    ndarray, shape (d,), of norm 1, or None
        The residual of the projection of Xy onto the cone {Xλ : λ ≥ 0}.

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=X.shape[1])
    target = X @ y
    size = np.linalg.norm(target)
    if (y >= 0).all() or size == 0:
        return None
    residual = target / size - X @ nnls(X, target / size)[0]
    distance = np.linalg.norm(residual)
    return residual / distance if distance > tol else None


def _newton(X, y, tol, max_iter):
    target = X @ y
    size = np.linalg.norm(target) or 1.0
    curvature = np.linalg.norm(X, 2) ** 2
    w, previous, floor = np.zeros(X.shape[0]), np.inf, 1e-10
    for iteration in range(max_iter + 1):
        z = preactivations(X, w)
        gradient = X @ np.maximum(z, 0.0) - target
        norm = np.linalg.norm(gradient)
        # Rounding of Xᵀw and of Xy alone moves the gradient by the second bound.
        rounding = np.finfo(float).eps * (16.0 * curvature * np.linalg.norm(w) + np.sqrt(curvature) * np.linalg.norm(y))
        goal = max(tol * size, rounding)
        if norm <= goal:
            return w, iteration
        active = X[:, z > 0]
        # The floor keeps the null space of the active samples, where a step would be rounding noise, out of the step.
        # It sinks when progress stalls: near-unbounded problems have eigenvalues below it.
        floor = max(floor / 10.0, 1e-15) if norm > max(0.9 * previous, 1e-6 * size) else 1e-10
        damping = curvature * max(floor, 1e-3 * min(1e-3, norm / size))
        direction = -np.linalg.solve(active @ active.T + damping * np.eye(w.size), gradient)
        step = _exact_step(z, preactivations(X, direction), target @ direction)
        if not step > 0:
            break
        w, previous = w + step * direction, norm
    raise ArithmeticError(
        f"minimise_relaxed: stopped at ‖½∇L_r‖ = {norm:.3g} after {iteration} steps, above {goal:.3g}"
    )


def _exact_step(z, u, slope):
    """Minimiser t ≥ 0 of the convex φ(t) = ½‖σ(z + tu)‖² − t·slope, from the breakpoints of its derivative."""
    moving = u != 0
    z, u = z[moving], u[moving]
    active = (z > 0) | ((z == 0) & (u > 0))
    breakpoints = -z / u
    ahead = np.flatnonzero(breakpoints > 0)
    order = ahead[np.argsort(breakpoints[ahead], kind="stable")]
    toggled = np.sign(u[order])
    # φ'(t) = quadratic·t + linear on the interval that ends at each breakpoint; the last interval is open.
    quadratic = np.concatenate([[0.0], np.cumsum(toggled * u[order] ** 2)]) + u[active] @ u[active]
    linear = np.concatenate([[0.0], np.cumsum(toggled * u[order] * z[order])]) + z[active] @ u[active] - slope
    ends = np.append(breakpoints[order], np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.where(quadratic > 0, -linear / quadratic, np.inf)
    crossed = np.flatnonzero(roots <= ends)
    if crossed.size == 0 or not np.isfinite(roots[crossed[0]]):
        return 0.0
    first = crossed[0]
    return float(max(roots[first], 0.0 if first == 0 else ends[first - 1]))


def _feasible_multipliers(X, y, w):
    """λ = σ(Xᵀw) moved on its own support by least squares to satisfy Xλ = Xy, and kept non-negative."""
    multipliers = np.maximum(preactivations(X, w), 0.0)
    active = multipliers > 0
    if active.any():
        correction = np.linalg.lstsq(X[:, active], X @ (y - multipliers), rcond=None)[0]
        multipliers[active] = np.maximum(multipliers[active] + correction, 0.0)
    return multipliers
