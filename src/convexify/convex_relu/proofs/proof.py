"""Save an answer with all that its certificate needs, and certify it again from the file and the data."""

import json
from dataclasses import asdict, dataclass

import numpy as np

from convexify.checks import as_columns, as_matrix, as_number, as_patterns
from convexify.convex_relu.global_training.result import GlobalTraining
from convexify.convex_relu.patterns.gates import draw_patterns
from convexify.convex_relu.programs.convex_program import build_program
from convexify.convex_relu.programs.losses import LOSSES, check_labels, loss_named
from convexify.convex_relu.proofs.files import fingerprint, read_file, write_file
from convexify.convex_relu.proofs.statements import NetworkProof, ProgramProof, expect

_ROOM = 1.01  # multipliers are found anew, and may prove a little less than those of the solver
_NEGLIGIBLE = 1e-9
_OUTSIDE = 1e-9  # violation that may be rounding, relative to norms of data and weights
PROGRAM, NETWORKS = "convex program", "all networks"


@dataclass(frozen=True)
class Proof:
    """What a file proves about data, with every rounding error bounded.

    Attributes
    ----------
    statement : {"convex program", "all networks"}
        Whether ``dual`` bounds the optimum of the program on ``patterns`` or the objective of every network.
    primal : float
        The objective of the point in the file is at most this.
    dual : float
        The optimum is at least this.
    gap : float
        The point's relative duality gap is at most this.
    violation : float
        Euclidean norm, over all cone rows, of what the point violates is at most this: it is of the size of rounding,
        for a point on the boundary of cones has no exact floating-point numbers. 0 if there are no cones.
    beta : float
    loss : str
    gated : bool
    patterns : ndarray of bool, shape (n, P), or None
        Of the program; None for all networks.
    """

    statement: str
    primal: float
    dual: float
    gap: float
    violation: float
    beta: float
    loss: str
    gated: bool
    patterns: np.ndarray | None


def save_proof(file, answer, X, y, beta, *, patterns=None, gated=False, loss="squared", drawn=None):
    r"""Write an answer with its proof to a file that `check_proof` certifies again.

    Parameters
    ----------
    file : str, path or binary file
        Compressed npz: weights of the active groups, dual point, multipliers of the cones' rows, patterns, ``beta``,
        loss, form, the SHA-256 of ``X`` and ``y``, the gap that is proved, and a checksum over all of it.
    answer : Solution or GlobalTraining
        Of `solve` with Frobenius norms, or of `train_globally` on data of rank up to 2. (In higher rank the bound over
        all neurons is a branch and bound, which is no shorter to check than to find.)
    X, y, beta, gated, loss
        As they were given to `solve` or `train_globally`; where that appended a column of ones for the biases of
        ``start``, ``X`` with it. `check_proof` wants the same.
    patterns : array_like of bool, shape (n, P), optional
        As given to `solve`; one bit each in the file.
    drawn : dict, optional
        Arguments of `sample_patterns` beside ``X``, if the patterns come from there: ``n_patterns, seed`` and perhaps
        ``kind, image_shape, patch_shape``. Then the file has these in place of the patterns, which are drawn again.

    Returns
    -------
    Proof
        What the file proves.

    Raises
    ------
    ValueError
        Naming the argument that does not belong to the answer.

    Notes
    -----
    The dual point is feasible if :math:`\|\pm X^\top D_i\nu+X^\top(2D_i-I)\mu_i\|\le\beta` for some :math:`\mu_i\ge0`
    and every pattern (`evaluate`). The file has multipliers only for the groups that need them, for at most d rows
    each, so that the check is one product with the data for each of both points.

    In floating point every sum of products of ``k`` terms is off by at most :math:`\gamma_k=ku/(1-ku)` times the sum of
    their moduli, :math:`u=2^{-53}`, whatever the order [1]_. These bounds are added to the objective, to each dual norm
    and, the other way, to the dual objective, so that ``primal - dual <= gap * primal`` in exact arithmetic.

    References
    ----------
    .. [1] Higham (2002), Accuracy and Stability of Numerical Algorithms, SIAM, section 3.1.

    Examples
    --------
    >>> import io
    >>> from convexify.convex_relu import sample_patterns, solve
    >>> X = np.random.default_rng(0).standard_normal((30, 3))
    >>> y = np.abs(X[:, 0])
    >>> solution = solve(X, y, sample_patterns(X, 20, seed=1), 0.1)
    >>> file = io.BytesIO()
    >>> proof = save_proof(file, solution, X, y, 0.1, drawn={"n_patterns": 20, "seed": 1})
    >>> check_proof(file, X, y).gap == proof.gap <= 1.001e-6
    True
    """
    if isinstance(answer, GlobalTraining):
        if patterns is not None or drawn is not None or gated is not False:
            raise ValueError("patterns: expected no patterns, gates or gated form beside the answer of train_globally")
        X, y, beta = _data(X, y, beta, loss)
        inputs = len(answer.network.W)
        if inputs != X.shape[1]:
            ones = " (with the column of ones that the biases of `start` asked for)" * (inputs == X.shape[1] + 1)
            raise ValueError(f"X: expected the {inputs} columns that the network sees{ones}, got {X.shape[1]}")
        body, header, stored = NetworkProof.of(X, y, beta, loss, answer), {"statement": NETWORKS}, {}
    else:
        if (patterns is None) == (drawn is None):
            raise ValueError("patterns: expected either patterns or drawn")
        X, drawn = as_matrix("X", X), _plain(drawn)
        patterns = _draw(X, drawn) if patterns is None else as_patterns("patterns", patterns, rows=len(X))
        program = build_program(X, y, patterns, beta, gated=gated, loss=loss)
        X, y, beta = program.X, program.y, program.beta
        body = ProgramProof.of(program, answer)
        header = {"statement": PROGRAM, "gated": bool(gated), "drawn": drawn, "patterns": _pattern_hash(patterns)}
        stored = {} if drawn else {"patterns": np.packbits(patterns), "count": np.array([patterns.shape[1]])}
    bounds = body.bounds()
    if not bounds.gap <= _ROOM * answer.gap + bounds.gap_rounding + _NEGLIGIBLE:
        raise ValueError(
            f"answer: expected the answer to this program, got one whose gap is not {answer.gap:.3e} here but "
            f"{bounds.gap:.3e}"
        )
    claim = {"gap": bounds.gap + bounds.gap_rounding, "violation": bounds.violation + bounds.violation_rounding}
    header |= {"beta": beta, "loss": loss, "X": fingerprint(X), "y": fingerprint(y), **claim}
    write_file(file, header, body.arrays() | stored)
    return _proof(header, bounds, patterns)


def check_proof(file, X, y):
    r"""Certify the answer in a file again, from the file and the data alone, with a bound on every rounding error.

    Parameters
    ----------
    file : str, path or binary file
        Written by `save_proof`.
    X, y : array_like, shapes (n, d) and (n,) or (n, c)
        As they were given to `save_proof`.

    Returns
    -------
    Proof
        The gap proved here, which is at most the one that the file claims.

    Raises
    ------
    ValueError
        Named ``file`` if it is no proof, cut short, altered, or proves less than it claims; ``X`` or ``y`` if the proof
        was made for other data.
    OSError
        If the file cannot be opened.

    Notes
    -----
    The checksum finds what was altered by accident. Who alters a file and its checksum gets another proof, if any: what
    is returned is computed from the numbers in the file, and no word in it is trusted. See `save_proof`.
    """
    if hasattr(file, "seek"):
        file.seek(0)
    header, arrays = read_file(file)
    _check_header(header)
    loss, beta = header["loss"], header["beta"]
    X, y = as_matrix("X", X), as_columns("y", y)
    for name, array in (("X", X), ("y", y)):
        if fingerprint(array) != header[name]:
            raise ValueError(f"{name}: expected the data that the proof was made for, got other numbers (SHA-256)")
    if header["statement"] == NETWORKS:
        X, y, beta = _data(X, y, beta, loss)
        bounds, patterns = NetworkProof.from_arrays(X, y, beta, loss, arrays).bounds(), None
    else:
        patterns = _stored_patterns(X, header, arrays)
        program = build_program(X, y, patterns, beta, gated=header["gated"], loss=loss)
        body = ProgramProof.from_arrays(program, arrays)
        bounds = body.bounds()
        if not bounds.violation <= _OUTSIDE * np.linalg.norm(X) * np.linalg.norm(body.weights):
            raise ValueError(f"file: expected a point within its cones, got a violation of {bounds.violation:.3e}")
    for name in ("gap", "violation"):
        if not getattr(bounds, name) <= header[name]:
            raise ValueError(
                f"file: expected a proof of a {name} of {header[name]:.3e}, got one of {getattr(bounds, name):.3e}"
            )
    return _proof(header, bounds, patterns)


def _proof(header, bounds, patterns):
    parts = {name: value for name, value in asdict(bounds).items() if name in Proof.__dataclass_fields__}
    stated = {name: header[name] for name in ("statement", "beta", "loss")}
    return Proof(**stated, **parts, gated=header.get("gated", False), patterns=patterns)


def _data(X, y, beta, loss):
    X = as_matrix("X", X)
    y = as_columns("y", y, rows=len(X))
    return X, check_labels(loss_named(loss), y), as_number("beta", beta, above=0.0)


def _plain(drawn):
    """``drawn`` as it returns from JSON: tuples are lists, NumPy's integers are integers."""
    try:
        return json.loads(json.dumps(drawn, default=int))
    except (TypeError, ValueError) as error:
        raise ValueError(f"drawn: expected numbers, words and shapes, got {drawn!r} ({error})") from None


def _draw(X, drawn):
    try:
        options = dict(drawn)
        return draw_patterns(X, options.pop("n_patterns"), options.pop("seed"), **options)[0]
    except (TypeError, KeyError) as error:
        raise ValueError(f"drawn: expected arguments of sample_patterns, got {drawn!r} ({error})") from None


def _pattern_hash(patterns):
    return fingerprint(np.append(np.packbits(patterns), patterns.shape[1]))


def _stored_patterns(X, header, arrays):
    if header["drawn"] is not None:
        patterns = _draw(X, header["drawn"])
    else:
        count, bits = arrays.get("count", np.empty(0)), arrays.get("patterns", np.empty(0))
        expect(count.shape == (1,) and count.dtype.kind in "iu" and count[0] > 0, "count")
        size = len(X) * int(count[0])
        expect(bits.dtype == np.uint8 and bits.shape == ((size + 7) // 8,), "patterns")
        patterns = np.unpackbits(bits, count=size).reshape(len(X), -1).astype(bool)
    if _pattern_hash(patterns) != header["patterns"]:
        raise ValueError("file: expected the patterns that the proof was made for, got others (SHA-256)")
    return patterns


def _check_header(header):
    """`ValueError` unless the header has all that a statement needs."""
    program = header.get("statement") == PROGRAM
    expect(program or header.get("statement") == NETWORKS, "statement")
    expect(header.get("loss") in LOSSES, "loss")
    for name in ("beta", "gap", "violation"):
        expect(isinstance(header.get(name), float), name)
    expect(header["beta"] > 0, "beta")
    for name in ("X", "y", *(["patterns"] if program else [])):
        expect(isinstance(header.get(name), str), name)
    expect(not program or isinstance(header.get("gated"), bool), "gated")
    expect(not program or header.get("drawn") is None or isinstance(header["drawn"], dict), "drawn")
