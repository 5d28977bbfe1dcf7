"""What a proof states and how it is proved: a convex program on its patterns, or all networks on data of low rank."""

from dataclasses import dataclass

import numpy as np

from convexify.convex_relu.global_training.problem import build_problem
from convexify.convex_relu.global_training.sweep import Sweep
from convexify.convex_relu.programs.certificates import (
    dense_multipliers,
    dual_block,
    primal_blocks,
    refine_multipliers,
    sparse_multipliers,
)
from convexify.convex_relu.proofs.rounding import (
    dual_norms_upper,
    gamma,
    gap_upper,
    loss_upper,
    norms_upper,
    outputs,
    scaled_dual,
    violation_upper,
)

LARGEST_RANK = 2  # of data over which all networks are priced in one pass
_SLACK = 64 * np.finfo(float).eps  # of products of a few numbers


@dataclass(frozen=True)
class Bounds:
    """Proved bounds, and how much of them is owed to rounding.

    Attributes
    ----------
    primal, dual : float
        Upper bound on the objective of the point, lower bound on every objective.
    gap : float
        Upper bound on the relative duality gap.
    violation : float
        Upper bound on the Euclidean norm of what the point violates of its cones; 0 for a gated program or a network.
    gap_rounding, violation_rounding : float
        By how much the two bounds above may differ on a machine that sums in another order.
    """

    primal: float
    dual: float
    gap: float
    violation: float
    gap_rounding: float
    violation_rounding: float


class ProgramProof:
    """Weights of the active groups, a dual point and sparse multipliers that prove the bound for every group."""

    def __init__(self, program, groups, weights, nu, multipliers):
        self.program, self.groups, self.weights, self.nu, self.multipliers = program, groups, weights, nu, multipliers

    @classmethod
    def of(cls, program, solution):
        """The proof of a `Solution` of ``program``; multipliers are found here, exact ones where they are needed."""
        v, w = primal_blocks(program, solution.v, solution.w)
        nu = dual_block(program, solution.nu)
        u = v if w is None else np.concatenate([v, w], axis=1)
        groups = np.flatnonzero(u.any(axis=(0, 2)))
        start = dense_multipliers(program, solution.multipliers) if solution.multipliers else None
        multipliers = sparse_multipliers(program, refine_multipliers(program, nu, start))
        return cls.from_arrays(
            program, _contiguous({"groups": groups, "weights": u[:, groups], "nu": nu} | multipliers)
        )

    def arrays(self):
        return {"groups": self.groups, "weights": self.weights, "nu": self.nu} | self.multipliers

    @classmethod
    def from_arrays(cls, program, arrays):
        """`ValueError` if the arrays do not fit the program."""
        n, d, p, c = program.shape
        parts = 1 if program.gated else 2
        groups = integers(arrays, "groups", parts * p)
        expect((np.diff(groups) > 0).all(), "groups")
        weights = numbers(arrays, "weights", (d, len(groups), c))
        nu = numbers(arrays, "nu", (n, c))
        cone = integers(arrays, "cone", parts * p * c)
        row = integers(arrays, "row", n, len(cone))
        value = numbers(arrays, "value", (len(cone),))
        expect(not (program.gated and len(cone)) and (np.diff(cone) >= 0).all() and (value >= 0).all(), "cone")
        return cls(program, groups, weights, nu, {"cone": cone, "row": row, "value": value})

    def bounds(self):
        """`Bounds` from data and this proof alone, rounding included: one product with the data for each point."""
        program, loss, y = self.program, self.program.loss, self.program.y
        p = program.shape[2]
        signs = np.where(self.groups < p, 1.0, -1.0)[:, None] * np.ones(y.shape[1])
        gates = program.patterns[:, self.groups % p]
        f, error = outputs(program.X, self.weights, signs, gates)
        penalty = program.beta * float(norms_upper(self.weights).sum()) * (1 + gamma(len(self.groups) + 8))
        nu = loss.clip_dual(self.nu, y)
        upper, computed = dual_norms_upper(program, nu, self._cones())
        violation = (0.0, 0.0) if program.gated else violation_upper(program.X, gates, self.weights)
        return _bounds(loss, y, (f, error, penalty), (nu, program.beta, upper.max(), computed.max()), violation)

    def _cones(self):
        p, c = self.program.shape[2:]
        cones, starts = np.unique(self.multipliers["cone"], return_index=True)
        ends = [*starts[1:], len(self.multipliers["cone"])][: len(starts)]
        for cone, start, end in zip(cones, starts, ends, strict=True):
            group, output = divmod(int(cone), c)
            yield *divmod(group, p), output, self.multipliers["row"][start:end], self.multipliers["value"][start:end]


class NetworkProof:
    """A network and a dual point, whose constraint is checked over all neurons by the sweep of rank 1 and 2."""

    def __init__(self, problem, X, y, beta, weights, amplitudes, nu):
        self.problem, self.X, self.y, self.beta = problem, X, y, beta
        self.weights, self.amplitudes, self.nu = weights, amplitudes, nu

    @classmethod
    def of(cls, X, y, beta, loss, answer):
        """The proof of a `GlobalTraining` answer."""
        network, c = answer.network, y.shape[1]
        amplitudes, nu = np.reshape(network.a, (-1, c)), np.reshape(answer.nu, (len(X), c))
        return cls.from_arrays(
            X, y, beta, loss, _contiguous({"weights": network.W, "amplitudes": amplitudes, "nu": nu})
        )

    def arrays(self):
        return {"weights": self.weights, "amplitudes": self.amplitudes, "nu": self.nu}

    @classmethod
    def from_arrays(cls, X, y, beta, loss, arrays):
        """`ValueError` if the arrays do not fit the data."""
        problem, _ = build_problem(X, y, beta, loss)
        amplitudes = arrays.get("amplitudes", np.empty(0))
        amplitudes = numbers(arrays, "amplitudes", (len(amplitudes), problem.outputs))
        weights = numbers(arrays, "weights", (X.shape[1], len(amplitudes)))
        return cls(problem, X, y, beta, weights, amplitudes, numbers(arrays, "nu", y.shape))

    def bounds(self):
        """`Bounds` from data and this proof alone, rounding included."""
        problem, loss = self.problem, self.problem.loss
        if problem.rank > LARGEST_RANK:
            raise ValueError(
                f"X: expected data of rank up to {LARGEST_RANK}, got rank {problem.rank}: beyond it the bound over all "
                "neurons is a branch and bound, which is no shorter to check than to find"
            )
        f, error = outputs(self.X, self.weights[:, :, None] * np.ones(problem.outputs), self.amplitudes)
        sizes = norms_upper(self.weights[:, :, None]) * norms_upper(self.amplitudes.T[:, :, None])
        penalty = self.beta * float(sizes.sum()) * (1 + gamma(len(sizes) + 8))
        nu = loss.clip_dual(self.nu, self.y)
        bound = computed = 0.0
        if problem.rank:
            scaled = nu / problem.unit_y
            unit = problem.unit_x * problem.unit_y
            _, values, upper = Sweep(problem).maxima(scaled)
            bound, computed = upper * unit * (1 + _SLACK), float(values.max()) * unit
        return _bounds(loss, self.y, (f, error, penalty), (nu, self.beta, bound, computed), (0.0, 0.0))


def _bounds(loss, y, point, dual_point, violation):
    f, error, penalty = point
    nu, beta, upper, computed = dual_point
    primal = (loss_upper(loss, f, error, y) + penalty) * (1 + _SLACK)
    _, dual = scaled_dual(loss, nu, y, beta / upper if upper > 0 else np.inf)
    nominal, _ = scaled_dual(loss, nu, y, beta / computed if computed > 0 else np.inf)
    rounding = (primal - loss.value(f, y) - penalty) + max(0.0, loss.dual_value(nominal, y) - dual)
    relative = rounding / primal if primal > 0 else 0.0
    return Bounds(
        primal=float(primal),
        dual=float(dual),
        gap=gap_upper(primal, dual),
        violation=violation[0],
        gap_rounding=float(2 * relative + _SLACK),
        violation_rounding=violation[0] - violation[1] + _SLACK * violation[0],
    )


def _contiguous(arrays):
    """In the layout of arrays read from a file: the order of sums in a product depends on it."""
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def integers(arrays, name, end, size=None):
    """The array of integers in [0, end) called ``name``; `ValueError` if it is none."""
    array = arrays.get(name, np.empty((1, 1)))
    expect(array.ndim == 1 and array.dtype.kind in "iu" and size in (None, array.size), name)
    array = array.astype(np.int64)
    expect(((array >= 0) & (array < end)).all(), name)
    return array


def numbers(arrays, name, shape):
    """The array of finite float64 called ``name``; `ValueError` if it is none or has another shape."""
    array = arrays.get(name, np.empty(0, bool))
    expect(array.dtype == np.float64 and array.shape == shape and np.isfinite(array).all(), name)
    return array


def expect(condition, name):
    """`ValueError` that names the array unless the condition holds."""
    if not condition:
        raise ValueError(f"file: expected arrays of a proof that fit together, got another {name!r}")
