"""Small convex ReLU programs for the tests, random and teacher-student."""

import numpy as np
from hypothesis import strategies as st

from convexify.convex_relu.patterns.gates import sample_patterns

LOSSES = ("squared", "logistic", "hinge")


def teacher_student(n, d, p):
    """The benchmark's data: Gaussian rows, a teacher network of ten neurons, 10 % noise, Gaussian gates."""
    random = np.random.default_rng(0)
    X = random.standard_normal((n, d))
    W = random.standard_normal((d, 10)) / np.sqrt(d)
    a = random.choice([-1.0, 1.0], 10)
    y = np.maximum(X @ W, 0) @ a
    y += 0.1 * y.std() * random.standard_normal(n)
    return X, y, X @ random.standard_normal((d, p)) > 0


def random_problem(seed, n, d, p, outputs=1, loss="squared"):
    """Gaussian data with gates realised by Gaussian vectors; labels ±1 with both classes for classification."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, d))
    y = random.standard_normal((n, outputs))
    if loss != "squared":
        y = np.where(y > 0, 1.0, -1.0)
        y[0], y[1] = 1.0, -1.0
    patterns = X @ random.standard_normal((d, p)) > 0
    return X, y[:, 0] if outputs == 1 else y, patterns


def small_teacher(seed, n, d, p, c=0):
    """Gaussian rows, a teacher of three neurons, noise .1, sampled patterns; ``y`` (n,) for c = 0, else (n, c)."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, d))
    y = np.maximum(X @ random.standard_normal((d, 3)), 0) @ random.standard_normal((3, max(c, 1)))
    y = y + 0.1 * random.standard_normal(y.shape)
    return X, y if c else y[:, 0], sample_patterns(X, p, seed=seed)


@st.composite
def problems(draw, losses=LOSSES, max_outputs=1):
    """Arguments ``X, y, patterns, beta`` and the keywords ``gated, loss`` of a small random program."""
    loss = draw(st.sampled_from(losses))
    n, d, p = draw(st.integers(4, 12)), draw(st.integers(1, 4)), draw(st.integers(1, 6))
    outputs = draw(st.integers(1, max_outputs))
    X, y, patterns = random_problem(draw(st.integers(0, 10_000)), n, d, p, outputs, loss)
    beta = draw(st.sampled_from([0.02, 0.1, 0.5, 2.0]))
    return (X, y, patterns, beta), {"gated": draw(st.booleans()), "loss": loss}
