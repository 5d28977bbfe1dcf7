r"""Parallel three-layer ReLU networks: branches, path norm, and the two-level patterns of their convex program.

A network of K branches with m hidden neurons each is :math:`f(X)=\sum_k\big((XW_k)_+w_k\big)_+\alpha_k`. Its convex
program in five steps:

1. *Rescaling.* ReLU is positively homogeneous, so that with :math:`v_{kj}=|\alpha_k||w_{kj}|\,W_{k,\cdot j}` a branch
   is :math:`o_kh_k`, :math:`h_k=\big(\sum_j\varepsilon_{kj}(Xv_{kj})_+\big)_+`, with signs
   :math:`o_k,\varepsilon_{kj}=\pm1`.
2. *Penalty.* The path norm :math:`|\alpha_k|\big(\sum_{ij}w_{kj}^2W_{k,ij}^2\big)^{1/2}` is :math:`\|V_k\|_F`, exactly.
   Weight decay :math:`\tfrac12(\|w_k\|^2+\alpha_k^2)` with :math:`\|W_k\|_F\le1` is at least
   :math:`|\alpha_k|\|w_k\|` (arithmetic and geometric mean), which is at least :math:`\sum_j\|v_{kj}\|`
   (Cauchy–Schwarz: :math:`(\sum_j\|v_{kj}\|)^2\le\alpha_k^2\|w_k\|^2\,\|W_k\|_F^2`) and equal to it for
   :math:`w_{kj}^2\propto\|v_{kj}\|`. Weight decay on all three layers would be the power 2/3 of a norm: not convex, so
   that it has no such program.
3. *Cells.* Where all :math:`Xv_{kj}` keep their signs (patterns :math:`D_j`) and the sum over the neurons keeps its own
   (:math:`D'`), :math:`h=D'\sum_j\varepsilon_jD_jXv_j` is linear in V, and these V form a convex cone. Finitely many
   closed cones :math:`C_g`, :math:`g=(D_1,\dots,D_m,D',\varepsilon)`, cover all V.
4. *One block for each cone and sign.* Two branches of one cone and sign can be added: the outputs add, V stays in the
   cone, and the norm of a sum is at most the sum of norms. So the minimum of

   .. math:: L\Big(\sum_{g,o=\pm1}o\,D'_g\sum_j\varepsilon_{gj}D_{gj}XV_{g,o,j}\Big)
             +\beta\sum_{g,o}\|V_{g,o}\|\quad\text{over}\quad V_{g,o}\in C_g

   is at most that of the networks, for any K; and each of its points is a network with one branch for each block that
   is not zero: the minima agree. K = n branches are enough, since the prediction lies in :math:`\mathbb R^n`
   (Carathéodory).
5. *Dual.* :math:`\max_\nu-L^*(-\nu)` subject to :math:`|\nu^\top h_V|\le\beta` for every V of norm 1. The left hand
   side is the largest, over cones and signs, of a linear function on the cone's part of a ball, and any multiplier of
   the cone bounds it from above.

With the path norm it is a group Lasso with exactly one group for each two-level pattern and sign: a whole branch, its
m neurons together. With weight decay every neuron has a norm of its own, and the neurons of a branch are coupled by
the second level of the cone alone. Copies of a neuron are free there; under the path norm r copies divide the norm by
√r, so that it means nothing without the number m of neurons. (Ergen, Pilanci 2021, Path Regularization, arXiv
2110.09548: abstract and caption of Figure 1 were read, the program is derived here.)
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from convexify.checks import as_batch, as_integer, as_matrix, one_of
from convexify.convex_relu.patterns.arrangements import enumerate_patterns

#: Norms of a branch: of all its weights together (path norm), or summed over its neurons (weight decay).
PENALTIES = ("path", "weight decay")


@dataclass(frozen=True)
class ParallelNetwork:
    """A parallel three-layer network in rescaled weights.

    Attributes
    ----------
    V : ndarray, shape (K, m, d)
    signs : ndarray, shape (K, m)
        ±1: ε of every hidden neuron.
    outputs : ndarray, shape (K,)
        ±1: o of every branch.
    """

    V: np.ndarray
    signs: np.ndarray
    outputs: np.ndarray

    def predict(self, X):
        """Σ_k o_k (Σ_j ε_kj (X v_kj)₊)₊, shape (n,)."""
        return branch_outputs(X, self.V, self.signs) @ self.outputs

    def penalty(self, kind):
        """Sum of the branches' norms."""
        return float(branch_norms(self.V, kind).sum())


@dataclass(frozen=True)
class BranchPatterns:
    """Two-level patterns: for each group those of its neurons, that of their sum, and the neurons' signs.

    Attributes
    ----------
    first : ndarray of bool, shape (G, m, n)
    second : ndarray of bool, shape (G, n)
    signs : ndarray, shape (G, m)
        ±1, descending.
    """

    first: np.ndarray
    second: np.ndarray
    signs: np.ndarray

    def __len__(self):
        return len(self.signs)

    def __getitem__(self, which):
        """Some of the groups."""
        return BranchPatterns(*(part[which] for part in _fields(self)))

    def __add__(self, other):
        """Groups of both, each once, those of ``self`` first."""
        parts = (np.concatenate(pair) for pair in zip(_fields(self), _fields(other), strict=True))
        return _distinct(*parts)


def branch_outputs(X, V, signs):
    """Outputs of branches without o: shape (n, K)."""
    inner = np.maximum(np.einsum("nd,kmd->nkm", X, V), 0.0)
    return np.maximum(np.einsum("nkm,km->nk", inner, signs), 0.0)


def branch_norms(V, kind):
    """Norm of each branch, shape (K,): ``"path"`` ‖V‖_F, ``"weight decay"`` Σ_j ‖v_j‖."""
    norms = np.linalg.norm(V, axis=-1)
    return np.linalg.norm(norms, axis=-1) if one_of("penalty", kind, PENALTIES) == "path" else norms.sum(axis=-1)


def dual_norms(V, kind):
    """Dual norm of each block: Frobenius, or the largest over the neurons."""
    norms = np.linalg.norm(V, axis=-1)
    return np.linalg.norm(norms, axis=-1) if one_of("penalty", kind, PENALTIES) == "path" else norms.max(axis=-1)


def patterns_of_branches(X, V, signs):
    """Distinct two-level patterns of given branches.

    Parameters
    ----------
    X : array_like, shape (n, d)
    V : array_like, shape (K, m, d)
    signs : array_like, shape (K, m)

    Returns
    -------
    BranchPatterns
        Without branches that are zero on all samples.
    """
    X = as_matrix("X", X)
    V = as_batch("V", V, shape=(None, X.shape[1]))
    signs = as_batch("signs", signs, shape=V.shape[1:2])
    order = np.argsort(-signs, axis=1, kind="stable")
    V, signs = np.take_along_axis(V, order[..., None], axis=1), np.take_along_axis(signs, order, axis=1)
    rows = np.einsum("nd,kmd->kmn", X, V)
    sums = np.einsum("kmn,km->kn", np.maximum(rows, 0.0), signs)
    alive = (sums > 0).any(axis=1)
    return _distinct(rows[alive] >= 0, sums[alive] >= 0, signs[alive])


def sample_branches(X, count, neurons, generator):
    """Two-level patterns of random branches: normal weights, any number of negative neurons but all.

    Parameters
    ----------
    X : array_like, shape (n, d)
    count, neurons : int
        Branches drawn, and m.
    generator : numpy.random.Generator

    Returns
    -------
    BranchPatterns
        At most ``count`` groups.

    Examples
    --------
    >>> patterns = sample_branches(np.eye(3), 20, 2, np.random.default_rng(0))
    >>> patterns.first.shape[1:], bool((patterns.signs[:, 0] == 1).all())
    ((2, 3), True)
    """
    X = as_matrix("X", X)
    return patterns_of_branches(X, *draw_branches(X.shape[1], count, neurons, generator))


def draw_branches(d, count, neurons, generator):
    """Random V (count, m, d) of norm 1 and signs (count, m) with at least one +1, descending."""
    count, neurons = as_integer("count", count, minimum=1), as_integer("neurons", neurons, minimum=1)
    V = generator.standard_normal((count, neurons, d))
    negative = generator.integers(neurons, size=count)
    signs = np.where(np.arange(neurons) < neurons - negative[:, None], 1.0, -1.0)
    return V / branch_norms(V, "path")[:, None, None], signs


def enumerate_branches(X, neurons, *, max_patterns=100_000):
    """Every two-level pattern of branches with m neurons: with them the program is that of all networks.

    Parameters
    ----------
    X : array_like, shape (n, d)
    neurons : int
        m.
    max_patterns : int
        Largest number of groups.

    Returns
    -------
    BranchPatterns
        Neurons of one sign are interchangeable: each choice of their patterns occurs once. Second levels include some
        that no weights reach; their cones have no interior and change nothing.

    Raises
    ------
    ValueError
        If ``X`` is no finite matrix, ``neurons`` less than 1 or there are too many patterns.

    Examples
    --------
    Two samples on a line; one neuron: a branch is a neuron, positive on one side:

    >>> patterns = enumerate_branches(np.array([[1.0], [-2.0]]), 1)
    >>> patterns.first[:, 0].astype(int).tolist()
    [[0, 1], [1, 0]]
    """
    X = as_matrix("X", X)
    neurons = as_integer("neurons", neurons, minimum=1)
    single = enumerate_patterns(X, max_patterns=max_patterns).T
    single = single[(single & (X != 0).any(axis=1)).any(axis=1)]  # a neuron that is off everywhere is a zero weight
    first, second, signs, total = [], [], [], 0
    for negative in range(neurons):
        epsilon = np.repeat([1.0, -1.0], [neurons - negative, negative])
        for plus in combinations_with_replacement(range(len(single)), neurons - negative):
            for minus in combinations_with_replacement(range(len(single)), negative):
                chosen = single[[*plus, *minus]]
                cells = _second_level(X, chosen, epsilon, max_patterns)
                total += len(cells)
                if total > max_patterns:
                    raise ValueError(f"max_patterns: expected at most {max_patterns} two-level patterns, got more; "
                                     "draw them with sample_branches")  # fmt: skip
                first.append(np.repeat(chosen[None], len(cells), axis=0))
                second.append(cells)
                signs.append(np.repeat(epsilon[None], len(cells), axis=0))
    if not total:
        raise ValueError("X: expected a row that is not zero, got none")
    return BranchPatterns(np.concatenate(first), np.concatenate(second), np.concatenate(signs))


def _second_level(X, chosen, epsilon, limit):
    """Patterns (P, n) of the sum over the cells of the neurons' patterns; a sum of one sign has that sign."""
    if (epsilon > 0).all():
        return np.ones((1, len(X)), dtype=bool)
    cells = enumerate_patterns(
        np.hstack([e * D[:, None] * X for e, D in zip(epsilon, chosen, strict=True)]), max_patterns=limit
    ).T
    plus, minus = chosen[epsilon > 0].any(axis=0), chosen[epsilon < 0].any(axis=0)
    possible = (cells | ~(plus & ~minus)).all(axis=1) & (~cells | ~(minus & ~plus & X.any(axis=1))).all(axis=1)
    return cells[possible & (cells & plus).any(axis=1)]


def _fields(patterns):
    return patterns.first, patterns.second, patterns.signs


def _distinct(first, second, signs):
    flat = np.concatenate([first.reshape(len(first), -1), second, signs > 0], axis=1)
    kept = np.sort(np.unique(np.packbits(flat, axis=1), axis=0, return_index=True)[1])
    return BranchPatterns(first[kept], second[kept], signs[kept])
