"""Random streams named by what they are for, so that adding one never shifts another."""

import hashlib

import numpy as np


def seed_sequence(root, *names):
    """Seed sequence for the stream identified by ``names`` under a root seed.

    Parameters
    ----------
    root : int
        Non-negative root seed of the whole build (``seed`` in ``config/config.yaml``).
    *names : str or int
        What the stream is for, outermost first: experiment, data set, method, repetition.

    Returns
    -------
    numpy.random.SeedSequence
        The same for the same arguments on every machine, Python version and process: names enter by SHA-256,
        never by ``hash()``, which Python salts.

    Raises
    ------
    ValueError
        If ``root`` is not a non-negative integer.
    """
    if isinstance(root, bool) or not isinstance(root, int | np.integer) or root < 0:
        raise ValueError(f"root: expected a non-negative integer, got {root!r}")
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return np.random.SeedSequence([int(root), *np.frombuffer(digest, dtype="<u4").tolist()])


def generator(root, *names):
    """NumPy generator for the stream ``names``; see `seed_sequence`."""
    return np.random.default_rng(seed_sequence(root, *names))


def integer_seed(root, *names):
    """Seed in [0, 2³²) for libraries that take an integer (torch, scikit-learn); see `seed_sequence`."""
    return int(seed_sequence(root, *names).generate_state(1)[0])
