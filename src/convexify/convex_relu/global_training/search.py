"""The loop behind `train_globally`: price, insert, solve for output weights, slide."""

import time

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from convexify.convex_relu.global_training import ascent
from convexify.convex_relu.global_training.amplitudes import most_cones, output_weights
from convexify.convex_relu.global_training.cells import MOST_CELLS, Cells, covering_patterns
from convexify.convex_relu.global_training.problem import balanced
from convexify.convex_relu.global_training.relaxation import relaxed_bound
from convexify.convex_relu.global_training.sliding import slide, smooth_loss
from convexify.convex_relu.global_training.sphere_branch_and_bound import HIGHEST_RANK, maximise
from convexify.convex_relu.global_training.sweep import Sweep
from convexify.convex_relu.patterns.arrangements import general_position_count
from convexify.convex_relu.programs.certificates import relative_gap

#: "auto" is exact up to this rank.
EXACT_RANK = 4
#: Relative tolerances of successive proofs by branch and bound: the loose ones are cheap and find missing neurons.
_LEVELS = (0.3, 0.05, 0.005, 5e-4, 5e-5, 5e-6, 5e-7, 5e-8)
_NEW = 60  # neurons inserted at most in one round
_FEWEST_CUTS = 20  # of a cone program that is worth its time, for a sweep
_FEWEST, _MOST = 20, 3200  # random starts of one pricing: for large problems, and for small ones near the end
_SHORT, _LONG = 50, 100  # steps of ascent from each: as a rule, and where no violation was found
_PATIENCE = 4  # rounds in which neither objective nor bound improves
_LARGE = 300_000  # products of samples and neurons beyond which sliding is short
_ONE_SEARCH = 0.08  # share of the time that one search may take by its number of starts
_KEPT_BACK = 0.25  # share of the time that is kept for the last search at most
_OVERTIME = 1.1  # share of the time after which a search that is under way is broken off
_WIDEST_KINK, _NARROWEST_KINK = 0.03, 3e-4  # within which ReLUs are rounded off; in a second stage a tenth of it
_SLOW = 2e-3  # relative decrease of one slide below which the next one rounds off half as far


class Search:
    """State of a training run on a `Problem`: neurons ``U`` (r, m), output weights ``A`` (m, c), bounds, history."""

    def __init__(self, problem, tol, pricing, rng, started, max_time, max_rounds=None):
        self.problem, self.tol, self.rng = problem, tol, rng
        self.started, self.max_time, self.max_rounds = started, max_time, max_rounds
        self.oracle = _oracle(problem) if pricing != "local" or problem.rank <= 2 else None
        self.prove = pricing != "local" and problem.rank <= (HIGHEST_RANK if pricing == "exact" else EXACT_RANK)
        self.lower_bound, self.searched_bound, self.exact = 0.0, 0.0, False
        self.level, self.stalled, self.effort, self.rows = 0, 0, 1, []
        self.complete = True  # the latest proof by branch and bound, if that is how it is done, came to its end
        self.width = 10 * _FEWEST  # random starts of the next ascent
        self.starts = self.boxes = 0  # of local ascent, and of branch and bound
        self.pace = 0.0  # seconds for each direction of the latest ascent
        self.kink = _WIDEST_KINK  # within which the next slide rounds ReLUs off
        self.U, self.A = np.zeros((problem.rank, 0)), np.zeros((0, problem.outputs))
        self.best, self.inside = (np.inf,), None
        # the dual of the hinge loss is a linear or conic program: neurons without weight are its cuts and stay
        self.most_cuts = min(2 * problem.y.size, most_cones(problem) // 2) if problem.outputs > 1 else np.inf
        # as many as an optimum may need have to fit, where they do not come a few at a time from a sweep
        self.cuts = not problem.loss.smooth and self.most_cuts >= (_FEWEST_CUTS if self.oracle else problem.y.size)
        self.pool = np.zeros((problem.rank, 0))  # local maxima of earlier dual points, to start from

    def run(self, start=None):
        """Train from the neurons ``start``, a pair (U, A), until the gap is small or time or rounds are used up."""
        problem = self.problem
        if start is not None:
            self.U, self.A = start
        self.nu = self._gradient()
        self._keep_best()
        while True:
            directions, values, bound = self._price(self.nu)
            self._record(values, bound)
            if self._finished():
                break
            self._insert(directions, values)
            if self.cuts:
                self._insert(*self._price_inside())
            self._improve()
            self._keep_best()
        if not self.exact:
            self._bound(self.nu, relaxed_bound(problem, self.nu, self.time_is_up), exact=False)
        _, self.U, self.A, self.nu, self.violation = self.best

    def table(self):
        """History in the user's units."""
        columns = ["seconds", "objective", "lower_bound", "violation", "neurons"]
        table = pd.DataFrame(self.rows, columns=columns)
        table[["objective", "lower_bound"]] *= self.problem.value_unit
        return table

    def spent(self):
        return (time.perf_counter() - self.started) / self.max_time

    def time_is_up(self):
        return self.spent() > 1.0

    def last_search_is_due(self):
        """Whether what is left is needed to search the neighbourhood of the answer as hard as before."""
        directions = self._random_starts() + self.U.shape[1] + self.pool.shape[1]
        return self.spent() + min(1.2 * self.pace * directions / self.max_time, _KEPT_BACK) > 1.0

    def _random_starts(self):
        return _FEWEST if self._large() else self.width

    # -- pricing -------------------------------------------------------------------------------------------------

    def _price(self, nu):
        """Directions and values above the penalty, the largest first, and a proved bound or None."""
        problem, beta = self.problem, self.problem.beta
        if problem.rank == 0 or not nu.any():
            return np.zeros((problem.rank, 0)), np.zeros(0), problem.outside(nu) + problem.rounding(nu)
        if self.oracle is not None:
            return self.oracle.maxima(nu)
        before = self.starts
        directions, values = self._ascend(nu)
        while not self.prove and self._looks_optimal(nu, values) and self._search_again(self.starts - before):
            directions, values = self._ascend(nu, _LONG)
        bound = None
        found = values[0] / beta - 1 if len(values) else 0.0
        if self.prove and self._worth_proving(nu, found):
            proof = maximise(problem, nu, beta, tolerance=self._tolerance(), deadline=self.time_is_up)
            bound, self.complete = proof.bound, proof.complete
            self.boxes += proof.boxes
            if len(proof.values):
                directions, values = np.hstack([proof.directions, directions]), np.append(proof.values, values)
                order = np.argsort(-values, kind="stable")
                directions, values = directions[:, order], values[order]
            elif proof.complete:
                self._next_level(found)
        return directions, values, bound

    def _worth_proving(self, nu, found):
        """Whether a proof now could raise the bound, at the level needed for that; a loose one if time is short."""
        if self.spent() > 0.65:
            while found > self._tolerance() / 2 and self.level > 0:
                self.level -= 1
        elif found > self._tolerance() / 2:
            return False
        while self.problem.dual(nu, self.problem.beta * (1 + max(found, self._tolerance()))) <= self.lower_bound:
            before = self._tolerance()
            self._next_level(found)
            if self._tolerance() == before:
                return False
        return not self.time_is_up()

    def _ascend(self, nu, steps=_SHORT):
        """Local maxima reached from the neurons, from earlier local maxima and from random directions."""
        started = time.perf_counter()
        large = self._large()
        count = self._random_starts()
        near = np.hstack([self.U, self.pool])
        random = self.rng.standard_normal((self.problem.rank, count))
        self.starts += count
        directions, values = ascent.ascend(
            self.problem, nu, random if large else np.hstack([random, near]), near,
            iterations=30 if large else steps, finished=10 if large else 100,
            deadline=lambda: self.spent() > _OVERTIME,
        )  # fmt: skip
        self.pace = (time.perf_counter() - started) / (count + near.shape[1])
        self.pool = directions[:, : 10 if large else 100]
        if values.max(initial=0.0) < 1.05 * self.problem.beta:
            self._search_harder()
        return directions, values

    def _looks_optimal(self, nu, values):
        bound = self.problem.dual(nu, float(values.max(initial=self.problem.beta)))
        return relative_gap(self.best[0], bound) <= self.tol

    def _price_inside(self):
        """Neurons that violate a dual point between the latest one and the best feasible one so far.

        The dual point of the hinge loss is a vertex of a polyhedron and jumps from one round to the next; between it
        and a feasible point prices are steadier (in-out separation, Ben-Ameur and Neto 2007).
        """
        nu = self.nu if self.inside is None else 0.5 * (self.nu + self.inside)
        directions, values, bound = self._price(nu)
        if bound is not None:
            self._bound(nu, bound, self.complete)
        return directions, values

    def _tolerance(self):
        return max(_LEVELS[min(self.level, len(_LEVELS) - 1)], self.tol / 8)

    def _next_level(self, found):
        before = self._tolerance()
        while self.level < len(_LEVELS) - 1 and self._tolerance() > max(3 * found, self.tol / 8):
            self.level += 1
            if self._tolerance() <= before / 10:
                break

    def _search_harder(self):
        """Twice as many starts from now on; False if that is enough already or more than there is time for."""
        before = self.width
        if 2 * self.width * self.pace <= _ONE_SEARCH * self.max_time:
            self.width = min(_MOST, 2 * self.width)
        return self.width > before and not self._large()

    def _search_again(self, searched):
        """Whether to search once more: harder, or as hard as time allows until the starts add up to enough."""
        if self.last_search_is_due():
            return False
        return self._search_harder() or (not self._large() and self.width < _MOST and searched < _MOST)

    def _large(self):
        return len(self.problem.y) * max(10, self.U.shape[1]) > _LARGE

    def _record(self, values, bound):
        """Bounds from the latest pricing, and a row of the history."""
        problem = self.problem
        largest = float(values.max()) if len(values) else 0.0
        self.found = max(0.0, largest / problem.beta - 1)
        if len(self.best) == 4:
            self.best = (*self.best, self.found)
        before = self.lower_bound, self.searched_bound
        if bound is not None:
            self._bound(self.nu, bound, self.complete)
        # of the latest dual point alone: an earlier one may have seemed feasible for want of search
        self.searched_bound = max(self.lower_bound, problem.dual(self.nu, max(largest, problem.beta)))
        objective = self.best[0]
        improved = max(self.lower_bound - before[0], self.searched_bound - before[1]) > 0.02 * self.tol * objective
        previous = self.rows[-1][1] if self.rows else np.inf
        improved |= previous - objective > 0.02 * self.tol * objective
        self.stalled = 0 if improved else self.stalled + 1
        seconds = time.perf_counter() - self.started
        self.rows.append((seconds, objective, self.lower_bound, self.found, self.U.shape[1]))

    def _bound(self, nu, bound, exact):
        value = self.problem.dual(nu, bound)
        self.exact = self.exact or exact
        if value > self.lower_bound:
            self.lower_bound, self.inside = value, nu * min(1.0, self.problem.beta / max(bound, 1e-300))

    def _finished(self):
        gap = relative_gap(self.best[0], self.lower_bound if self.prove or self.oracle else self.searched_bound)
        rounds = len(self.rows) - 1  # the last row of the history is that of the pricing after them
        used_up = self.last_search_is_due() or (self.max_rounds is not None and rounds >= self.max_rounds)
        return gap <= self.tol or used_up or self.stalled > (5 * _PATIENCE if self.cuts else _PATIENCE)

    # -- improving -----------------------------------------------------------------------------------------------

    def _insert(self, directions, values):
        """Add the neurons that pricing found, well apart from each other."""
        beta = self.problem.beta
        good = np.flatnonzero(values > beta * (1 + 1e-12))[:1000]
        if len(good) == 0:
            return
        same = 1 - np.clip(0.25 * self.found, 1e-13, 1e-3)
        directions, values = ascent.thin(directions[:, good], values[good], same)
        directions, values = directions[:, :_NEW], values[:_NEW]
        new = np.zeros((len(values), self.problem.outputs))
        if self.problem.outputs > 1:
            new = self._first_weights(directions, values)
        self.U, self.A = np.hstack([self.U, directions]), np.vstack([self.A, new])

    def _first_weights(self, directions, values):
        """Output weights of new neurons: along νᵀ(Zu)₊, in proportion to the violation, with the best common factor."""
        problem = self.problem
        features = problem.features(directions)
        weights = features.T @ self.nu
        weights *= ((values - problem.beta) / np.linalg.norm(weights, axis=1))[:, None]
        sizes = float(np.linalg.norm(weights, axis=1).sum())
        f, change = problem.features(self.U) @ self.A, features @ weights

        def along(logarithm):
            t = np.exp(logarithm)
            return problem.loss.value(f + t * change, problem.y) + t * problem.beta * sizes

        unit = np.linalg.norm(problem.y) / max(np.linalg.norm(change), 1e-300)
        found = minimize_scalar(along, bounds=np.log([1e-8 * unit, 10 * unit]), method="bounded").x
        return np.exp(found) * weights

    def _improve(self):
        problem = self.problem
        self._solve_weights()
        if self.last_search_is_due() or not (self.oracle is None or self.stalled):
            return
        iterations = (60 if self._large() else 150) * self.effort
        if self.stalled:
            self.effort = min(16, 2 * self.effort)
        before, widths = problem.objective(self.U, self.A), (self.kink, 0.1 * self.kink)
        U, A = slide(problem, self.U, self.A, iterations=iterations, widths=widths, deadline=self.last_search_is_due)
        if problem.objective(U, A) > (1 - _SLOW) * before:
            self.kink = max(_NARROWEST_KINK, 0.5 * self.kink)
        if self.cuts:
            self.U, self.A = np.hstack([self.U, U]), np.vstack([0.0 * self.A, A])
        else:
            self.U, self.A = U, A
        self._solve_weights()

    def _solve_weights(self):
        if self.U.shape[1] == 0:
            return
        self.A, self.nu = output_weights(self.problem, self.U, self.A)
        if self.cuts and self.U.shape[1] > self.most_cuts:
            self._drop_cuts()
        if not self.cuts:
            self._choose(self.A.any(axis=1))
            if self.problem.outputs == 1:
                self._merge()

    def _drop_cuts(self):
        """Of the cuts without weight those that are furthest from active go, down to twice what an optimum needs."""
        prices = np.linalg.norm(self.problem.features(self.U).T @ self.nu, axis=1)
        kept = self.A.any(axis=1)
        kept[np.argsort(-prices, kind="stable")[: self.most_cuts]] = True
        self._choose(kept)

    def _merge(self):
        """One neuron for all that share a pattern and a sign: the same outputs, at most the same penalty."""
        keys = np.vstack([self.problem.Z @ self.U > 0, self.A.T > 0])
        _, first, which = np.unique(np.packbits(keys, axis=0), axis=1, return_index=True, return_inverse=True)
        if len(first) < self.U.shape[1]:
            summed = np.zeros((self.problem.rank, len(first)))
            np.add.at(summed, (slice(None), which.ravel()), self.U * np.abs(self.A[:, 0]))
            self.U, self.A = balanced(summed, np.sign(self.A[first]))

    def _choose(self, kept):
        self.U, self.A = self.U[:, kept], self.A[kept]

    def _gradient(self):
        return smooth_loss(self.problem, self.problem.features(self.U) @ self.A)[1]

    def _keep_best(self):
        objective = self.problem.objective(self.U, self.A)
        if objective < self.best[0]:
            self.best = (objective, self.U, self.A, self.nu)


def _oracle(problem):
    """Pricing that is exact at every step, where that is cheap: by sweep or by enumeration of cells; otherwise None."""
    if problem.rank in (1, 2):
        return Sweep(problem)
    small = problem.rank > 0 and problem.outputs == 1
    if small and general_position_count(len(problem.y), problem.rank) <= MOST_CELLS:
        covering = covering_patterns(problem.Z)
        return None if covering is None else Cells(problem, *covering)
    return None
