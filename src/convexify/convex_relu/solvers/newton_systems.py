"""Newton systems of the augmented Lagrangian: one Cholesky factor, or conjugate gradients where none fits memory."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack, null_space

#: Order up to which a system of free directions is factorised whatever the number of samples: 72 MB of float64.
LARGEST_FACTOR = 3000
#: Entries that a factor and what it is made of may take together, 4 GB of float64; beyond them no matrix is formed.
LARGEST_SYSTEM = 500_000_000


class NewtonSystems:
    r"""Directions :math:`x` with :math:`(W^{-1}+\sigma S)x=-g`, where :math:`S=\sum_gD_gXJ_gX^\top D_g`.

    On an active group :math:`J_g=Z_gM_gZ_g^\top` with :math:`M_g=(1-r)I+r\hat p\hat p^\top`: ``Z_g`` is a basis of the
    directions that keep its binding rows at zero, :math:`\hat p` the direction of its projection in it, and
    :math:`r=\sigma\beta/\|\Pi_C\|`. ``W`` is diagonal and may have zeros.

    - At a solution the cones bind in nearly all directions, so ``S`` has very low rank: with
      :math:`Q=(D_gXZ_g)_g` the factor is that of :math:`M^{-1}/\sigma+Q^\top WQ` (Woodbury), of the order of the number
      of free directions.
    - Far from it there may be more free directions than samples, as many as there are patterns: beyond
      :data:`LARGEST_FACTOR` the factor is that of :math:`I+\sigma W^{1/2}SW^{1/2}`, of the order of samples times
      outputs.
    - Where both are beyond :data:`LARGEST_SYSTEM` (all pixels of 60,000 images: 29 GB), conjugate gradients on the
      second system to a tenth of its residual.

    Parameters
    ----------
    program : Program
    maps : LinearMaps
    pattern, sign : ndarray, shape (G,)
        Pattern of every group, and +1 for ``v``, -1 for ``w``.
    """

    def __init__(self, program, maps, pattern, sign):
        self.program, self.maps, self.pattern, self.sign = program, maps, pattern, sign
        self.outputs = program.shape[3]
        self.bases = {}

    def direction(self, state, active, support, sigma, ratio):
        r"""Newton direction, shape (n, c), at an ``Iterate``.

        Parameters
        ----------
        state : Iterate
        active : ndarray of int, shape (K,)
            Groups that are not zero.
        support : list of ndarray
            Binding rows of every group and output.
        sigma : float
            Step of the proximal point iteration.
        ratio : ndarray, shape (K,)
            :math:`\sigma\beta` over the norm of the projection before it was shortened.
        """
        spaces = [[self._free_directions(g * self.outputs + j, support) for j in range(self.outputs)] for g in active]
        order, samples = sum(space.shape[1] for some in spaces for space in some), state.weight.size
        by_samples = order > max(LARGEST_FACTOR, samples)
        if (4 * samples**2 if by_samples else 3 * order * (len(self.program.X) + order)) > LARGEST_SYSTEM:
            return self.by_gradients(state, active, sigma, ratio, 0.1, spaces=spaces)[0]
        if by_samples:
            return self._from_samples(state, active, spaces, sigma, ratio)
        return self._from_free_directions(state, active, spaces, sigma, ratio)

    def by_gradients(self, state, active, sigma, ratio, accuracy, *, spaces=None, maps=None):
        r"""Direction by conjugate gradients, and whether its residual is as small as asked for; no matrix is formed.

        The system is :math:`I+\sigma W^{1/2}SW^{1/2}`, with the right side and the solution scaled by :math:`W^{1/2}`.

        Parameters
        ----------
        state, active, sigma, ratio
            As in `direction`.
        accuracy : float
            Share of the residual at zero.
        spaces : list of list of ndarray, optional
            Basis of the free directions of every active group and output; all directions if missing, as without cones.
        maps : LinearMaps, optional
            Instead of those of this object, for instance of lower precision.
        """
        maps, root = maps or self.maps, np.sqrt(state.weight)
        r, sign, pattern = ratio[:, None], self.sign[active][:, None], self.pattern[active]
        unit = state.u[:, active] / np.linalg.norm(state.u[:, active], axis=(0, 2))[:, None]

        def apply(x):
            t = sign * maps.correlate(root * x, pattern)
            for k, some in enumerate(spaces or []):
                for j, space in enumerate(some):
                    if space.shape[1] < len(space):
                        t[:, k, j] = space @ (space.T @ t[:, k, j])
            t = sigma * ((1 - r) * t + r * unit * np.sum(unit * t, axis=(0, 2))[:, None])
            return x + root * maps.predict(sign * t, pattern)

        x, accurate = conjugate_gradients(apply, -root * state.gradient, accuracy)
        return root * x, accurate

    def _from_free_directions(self, state, active, spaces, sigma, ratio):
        c, basis, owner, output, blocks = self.outputs, [], [], [], []
        for g, some, r in zip(active, spaces, ratio, strict=True):
            unit = state.u[:, g] / np.linalg.norm(state.u[:, g])
            inner = np.concatenate([space.T @ unit[:, j] for j, space in enumerate(some)])
            blocks.append((np.eye(len(inner)) - r * np.outer(inner, inner)) / ((1 - r) * sigma))
            basis += [self.sign[g] * space for space in some]
            sizes = [space.shape[1] for space in some]
            owner.append(np.repeat(self.pattern[g], sum(sizes)))
            output.append(np.repeat(np.arange(c), sizes))
        basis, owner, output = np.hstack(basis), np.concatenate(owner), np.concatenate(output)
        system, position = np.zeros((len(owner), len(owner))), 0
        for block in blocks:
            part = slice(position, position + len(block))
            system[part, part] = block
            position += len(block)
        weighted = state.weight * state.gradient
        faces, right = [], np.zeros(len(owner))
        for j in range(c):
            which = np.flatnonzero(output == j)
            faces.append((which, self.maps.face(basis[:, which], owner[which])))
            system[np.ix_(which, which)] += self.maps.gram(faces[j][1], state.weight[:, j])
            right[which] = self.maps.contract(faces[j][1], weighted[:, j])
        solution = _solve_positive(system, right)
        correction = np.stack([self.maps.expand(face, solution[which]) for which, face in faces], axis=1)
        return state.weight * correction - weighted

    def _from_samples(self, state, active, spaces, sigma, ratio):
        n, c = state.weight.shape
        curvature = np.zeros((n, c, n, c))  # S
        for start in range(0, len(active), self.maps.chunk):
            part = slice(start, start + self.maps.chunk)
            some, r = active[part], ratio[part]
            unit = state.u[:, some] / np.linalg.norm(state.u[:, some], axis=(0, 2))[:, None]
            moved = np.stack([self.maps.product(unit[:, :, j]) for j in range(c)], axis=1)
            moved = moved * self.program.patterns[:, self.pattern[some]][:, None]  # D_g X p, shape (n, c, k)
            moved = moved.reshape(n * c, -1)
            curvature += ((moved * r) @ moved.T).reshape(n, c, n, c)
            for j in range(c):
                of_output = [space[j] for space in spaces[part]]
                sizes = [space.shape[1] for space in of_output]
                face = self.maps.face(np.hstack(of_output), np.repeat(self.pattern[some], sizes))
                curvature[:, j, :, j] += self.maps.outer(face, np.repeat(1 - r, sizes))
        root = np.sqrt(state.weight).ravel()
        system = sigma * root[:, None] * curvature.reshape(n * c, n * c) * root
        system[np.diag_indices(n * c)] += 1.0
        return (root * _solve_positive(system, -root * state.gradient.ravel())).reshape(n, c)

    def _free_directions(self, column, support):
        """Orthonormal basis of the directions orthogonal to the binding rows; kept until the rows change."""
        binding = support[column]
        rows, basis = self.bases.get(column, (None, None))
        if rows is None or not np.array_equal(rows, binding):
            rows = self.program.X[binding]
            basis = _complement(rows) if len(rows) <= rows.shape[1] else null_space(rows)
            self.bases[column] = binding, basis
        return basis


def conjugate_gradients(apply, right, accuracy, iterations=100):
    """Solution of ``apply(x) = right`` and whether the residual has fallen to ``accuracy`` times that of zero."""
    x, residual = np.zeros_like(right), right
    p, size = residual.copy(), float(np.sum(residual**2))
    target = accuracy**2 * size
    for _ in range(iterations):
        if size <= target:
            break
        image = apply(p)
        length = size / float(np.sum(p * image))
        x, residual = x + length * p, residual - length * image
        size, old = float(np.sum(residual**2)), size
        p = residual + size / old * p
    return x, size <= target


def _complement(rows):
    """Orthonormal basis of the orthogonal complement of few independent rows, from their QR factors."""
    count, d = rows.shape
    if not count:
        return np.eye(d)
    full = np.zeros((d, d), order="F")
    full[:, :count], scalars, _, _ = lapack.dgeqrf(rows.T)
    return lapack.dorgqr(full, scalars, overwrite_a=True)[0][:, count:]


def _solve_positive(matrix, right):
    """Solve with a positive definite matrix; the smallest ridge that lets the factorisation succeed is added."""
    if not len(right):
        return right
    for ridge in (0.0, 1e-14, 1e-11, 1e-8):
        try:
            factor = cho_factor(matrix + ridge * matrix.diagonal().max() * np.eye(len(matrix)), lower=True)
            return cho_solve(factor, right)
        except np.linalg.LinAlgError:
            continue
    return np.linalg.lstsq(matrix, right, rcond=1e-12)[0]
