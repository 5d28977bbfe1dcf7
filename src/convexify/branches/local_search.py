"""Feasible networks quickly: enumeration when there are few, else rounding and exchange of single branches."""

from itertools import combinations_with_replacement
from math import comb

import numpy as np

#: Enumerate when the number of networks times the number of kinked samples stays below this.
_ENUMERATION = 200_000_000
#: Random roundings to begin from, for few branches.
_STARTS = 12


def is_enumerable(problem, branches):
    """Whether there are few enough networks of I ≤ 3 branches to look at each."""
    work = comb(problem.n_atoms + branches - 1, branches) * (problem.weights.size + 1)
    return branches <= 3 and work <= _ENUMERATION


def best_by_enumeration(problem, branches):
    """Value and counts (n_atoms,) of the best network by looking at each; infinity and None if none is feasible."""
    best, members = np.inf, None
    for head in combinations_with_replacement(range(problem.n_atoms), branches - 1):
        head = np.array(head, dtype=int)
        tail = np.arange(head[-1] if head.size else 0, problem.n_atoms)
        penalty = (problem.penalties[head].sum() + problem.penalties[tail]) / branches
        tail = tail[penalty <= problem.allowed]
        if tail.size == 0:
            continue
        margins = (problem.margins[:, head].sum(axis=1)[:, None] + problem.margins[:, tail]) / branches
        values = problem.constant + (problem.costs[head].sum() + problem.costs[tail]) / branches
        values += problem.weights @ np.maximum(0.0, 1.0 - margins)
        least = int(np.argmin(values))
        if values[least] < best:
            best, members = float(values[least]), np.append(head, tail[least])
    if members is None:
        return best, None
    return best, np.bincount(members, minlength=problem.n_atoms)


def best_by_exchange(problem, branches, fractions, starts=()):
    """Round fractions to counts in several ways, improve each by exchanging one branch at a time, keep the best.

    Parameters
    ----------
    problem : BranchProblem
    branches : int
    fractions : ndarray, shape (n_atoms,)
        A solution of the relaxation.
    starts : sequence of ndarray of int, shape (n_atoms,)
        Further networks to begin from; infeasible ones are passed over.

    Returns
    -------
    tuple
        Counts (n_atoms,) of a feasible network and its value.
    """
    begin = [start for start in starts if problem.feasible(start / branches)]
    floor = np.floor(branches * fractions + 1e-9).astype(int)
    begin.append(_fill(problem, floor, branches))
    if branches <= 64:
        begin.append(_fill(problem, np.zeros_like(floor), branches))
        rng = np.random.default_rng(0)
        begin += [_fill(problem, _thinned(floor, fractions, branches, rng), branches) for _ in range(_STARTS)]
    best, value = None, np.inf
    for counts in begin:
        counts, found = _exchange(problem, counts, branches)
        if found < value:
            best, value = counts, found
    return best, value


def _thinned(floor, fractions, branches, rng):
    """Some of the branches of a random rounding of the fractions."""
    drawn = rng.multinomial(branches, fractions / fractions.sum())
    return np.minimum(drawn, floor + 1) if rng.random() < 0.5 else rng.binomial(drawn, 0.5)


def _fill(problem, counts, branches):
    """Add branches one by one, each the best for the network so far, always leaving room for the cheapest atom."""
    counts = counts.copy()
    cheapest, allowed = problem.penalties.min(), branches * problem.allowed
    while counts.sum() > branches or counts @ problem.penalties + (branches - counts.sum()) * cheapest > allowed:
        counts[np.argmax(np.where(counts > 0, problem.penalties, -np.inf))] -= 1
    for missing in range(branches - counts.sum(), 0, -1):
        room = allowed - counts @ problem.penalties - (missing - 1) * cheapest
        margins = (problem.margins @ counts)[:, None] + problem.margins
        # The missing branches are taken to repeat the present average.
        factor = branches / (branches - missing + 1)
        values = factor * problem.costs + problem.weights @ np.maximum(0.0, branches - factor * margins)
        # The cheapest atom always fits; rounding must not say otherwise.
        values[(problem.penalties > room) & (problem.penalties > cheapest)] = np.inf
        counts[np.argmin(values)] += 1
    return counts


def _exchange(problem, counts, branches):
    """Best improving exchange of one branch until there is none."""
    value = float(problem.objective(counts / branches))
    counts = counts.copy()
    for _ in range(50 + branches):
        best, move = value, None
        margins = problem.margins @ counts
        penalty, cost = problem.penalties @ counts, problem.costs @ counts
        for out in np.flatnonzero(counts):
            rest = margins - problem.margins[:, out]
            values = (cost - problem.costs[out] + problem.costs) / branches
            values += problem.weights @ np.maximum(0.0, 1.0 - (rest[:, None] + problem.margins) / branches)
            values += problem.constant
            values[penalty - problem.penalties[out] + problem.penalties > branches * problem.allowed] = np.inf
            into = int(np.argmin(values))
            if values[into] < best - 1e-13:
                best, move = float(values[into]), (out, into)
        if move is None:
            break
        counts[move[0]] -= 1
        counts[move[1]] += 1
        value = float(problem.objective(counts / branches))
    return counts, value
