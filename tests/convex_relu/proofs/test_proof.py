"""Proofs in files: what they prove is true in exact arithmetic, and what is no proof is refused by name."""

import io
import json
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from relu_problems import LOSSES, problems, random_problem

from convexify.convex_relu import check_proof, sample_patterns, save_proof, solve, train_globally
from convexify.convex_relu.proofs.files import read_file, write_file


def saved(outputs=1, *, gated=False, loss="squared", drawn=None, seed=0):
    """A file with the proof of a small program, its data and the solution."""
    X, y, patterns = random_problem(seed, 14, 3, 8, outputs=outputs, loss=loss)
    patterns = patterns if drawn is None else sample_patterns(X, **drawn)
    solution = solve(X, y, patterns, 0.2, gated=gated, loss=loss)
    kind = {"patterns": patterns} if drawn is None else {"drawn": drawn}
    file = io.BytesIO()
    save_proof(file, solution, X, y, 0.2, gated=gated, loss=loss, **kind)
    return file, X, y, solution


def saved_networks(loss="squared"):
    X, y, _ = random_problem(2, 20, 2, 1, loss=loss)
    answer = train_globally(X, y, 0.2, loss=loss, tol=1e-6)
    file = io.BytesIO()
    save_proof(file, answer, X, y, 0.2, loss=loss)
    return file, X, y, answer


@settings(max_examples=25, deadline=None)
@given(problems(max_outputs=3))
def test_a_proof_is_checked_and_agrees_with_the_answer(problem):
    (X, y, patterns, beta), options = problem
    solution = solve(X, y, patterns, beta, **options)
    file = io.BytesIO()
    proof = save_proof(file, solution, X, y, beta, patterns=patterns, **options)
    checked = check_proof(file, X, y)
    assert (checked.primal, checked.dual, checked.gap) == (proof.primal, proof.dual, proof.gap)
    assert solution.primal <= checked.primal <= solution.primal * (1 + 1e-10)
    assert checked.dual <= solution.primal
    assert checked.gap <= 1.01 * solution.gap + 1e-9
    assert checked.violation <= 1e-9 * max(1.0, np.linalg.norm(X) * np.linalg.norm(solution.v))
    assert (checked.beta, checked.loss, checked.gated) == (beta, options["loss"], options["gated"])
    np.testing.assert_array_equal(checked.patterns, patterns)


@pytest.mark.parametrize("gated", [False, True])
def test_bounds_hold_in_rational_arithmetic(gated):
    """Squared loss: objective and dual constraint of the numbers in the file, without any rounding."""
    file, X, y, _ = saved(gated=gated)
    checked = check_proof(file, X, y)
    _, arrays = read_file(io.BytesIO(file.getvalue()))
    exact = np.vectorize(Fraction, otypes=[object])
    rows, targets, beta = exact(X), exact(y), Fraction(0.2)
    masks = exact(checked.patterns.astype(int))
    groups, p = arrays["groups"], masks.shape[1]
    weights = exact(arrays["weights"][:, :, 0])
    signs = np.where(groups < p, 1, -1)
    residual = (masks[:, groups % p] * (rows @ weights) * signs).sum(axis=1) - targets
    loss = (residual @ residual) / 2
    # square roots are the only irrational step: float, rounded up
    penalty = sum(np.nextafter(np.sqrt(float(w @ w)), np.inf) for w in weights.T) * 0.2
    assert float(loss) + penalty <= checked.primal
    assert checked.primal <= (float(loss) + penalty) * (1 + 1e-11)
    nu = exact(arrays["nu"][:, 0])
    parts = [rows.T @ (masks * nu[:, None]) * sign for sign in ([1] if gated else [1, -1])]
    for cone, row, value in zip(arrays["cone"], arrays["row"], arrays["value"], strict=True):
        part, group = divmod(int(cone), p)
        parts[part][:, group] += rows[row] * (2 * masks[row, group] - 1) * Fraction(value)
    square = max(column @ column for part in parts for column in part.T)
    # the best multiple t nu with t² square <= beta², from below
    t = min(float(nu @ targets) / float(nu @ nu), float(beta) / np.sqrt(float(square)) * (1 - 1e-13))
    t = Fraction(t)
    assert t * t * square <= beta * beta
    value = t * (nu @ targets) - t * t * (nu @ nu) / 2
    assert checked.dual <= float(value) * (1 + 1e-12)
    assert checked.dual == pytest.approx(float(value), rel=1e-10)
    assert checked.gap >= 1 - float(value) * (1 + 1e-12) / (float(loss) + penalty)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("gated", [False, True])
def test_proofs_of_other_losses_bound_their_optimum(loss, gated):
    file, X, y, solution = saved(gated=gated, loss=loss)
    checked = check_proof(file, X, y)
    tight = solve(X, y, checked.patterns, 0.2, gated=gated, loss=loss, tol=1e-8)
    assert checked.dual <= tight.primal
    assert tight.dual <= checked.primal
    assert solution.primal - checked.dual <= checked.gap * solution.primal * (1 + 1e-9) + 1e-14
    assert checked.gap <= 1.01 * solution.gap + 1e-9


@pytest.mark.parametrize("loss", LOSSES)
def test_networks_over_all_patterns_are_proved_in_rank_two(loss):
    file, X, y, answer = saved_networks(loss)
    checked = check_proof(file, X, y)
    assert checked.statement == "all networks"
    assert checked.patterns is None
    assert checked.violation == 0
    assert checked.primal == pytest.approx(answer.objective, rel=1e-9)
    assert checked.primal >= answer.objective * (1 - 1e-14)
    assert checked.dual == pytest.approx(answer.lower_bound, rel=1e-9)
    assert checked.gap <= 1.01e-6


def test_higher_rank_has_no_proof_of_one_pass():
    X, y, _ = random_problem(2, 10, 3, 1)
    answer = train_globally(X, y, 0.5, tol=1e-2)
    with pytest.raises(ValueError, match=r"^X: expected data of rank up to 2"):
        save_proof(io.BytesIO(), answer, X, y, 0.5)


def test_a_seed_stands_for_the_patterns():
    drawn = {"n_patterns": 8, "seed": np.int64(5)}
    file, X, y, _ = saved(drawn=drawn)
    assert "patterns" not in np.load(io.BytesIO(file.getvalue())).files
    np.testing.assert_array_equal(check_proof(file, X, y).patterns, sample_patterns(X, **drawn))


def test_a_path_is_written_as_it_is_named(tmp_path):
    file, X, y, solution = saved()
    path = tmp_path / "answer.proof"
    save_proof(path, solution, X, y, 0.2, patterns=check_proof(file, X, y).patterns)
    assert path.read_bytes() == file.getvalue()
    assert check_proof(path, X, y).gap == check_proof(str(path), X, y).gap
    with pytest.raises(FileNotFoundError):
        check_proof(tmp_path / "none", X, y)


def test_units_and_precision_of_the_data_do_not_matter():
    X, y, patterns = random_problem(3, 14, 3, 8)
    for unit in (1e-6, 1e6):
        solution = solve(unit * X, unit * y, patterns, 0.2 * unit**2)
        file = io.BytesIO()
        save_proof(file, solution, unit * X, unit * y, 0.2 * unit**2, patterns=patterns)
        assert check_proof(file, unit * X, unit * y).gap <= 1.01e-6
    single = X.astype(np.float32)
    file = io.BytesIO()
    save_proof(file, solve(single, y, patterns, 0.2), single, y, 0.2, patterns=patterns)
    assert check_proof(file, np.asfortranarray(single, dtype=np.float64), y).gap <= 1.01e-6


FILES = {
    "cones": saved,
    "gated": lambda: saved(gated=True),
    "seed": lambda: saved(drawn={"n_patterns": 8, "seed": 5}),
    "three outputs": lambda: saved(3, loss="logistic"),
    "networks": saved_networks,
}


def altered(array):
    """Every way to alter one number: the last bit of an entry, for a spread of entries."""
    flat = np.frombuffer(array.tobytes(), np.uint8)
    for position in np.unique(np.linspace(0, len(flat) - 1, 12).astype(int)) if len(flat) else []:
        other = flat.copy()
        other[position] ^= 1
        yield np.frombuffer(other.tobytes(), array.dtype).reshape(array.shape)


@pytest.mark.parametrize("kind", FILES)
def test_one_number_altered_in_any_array_is_refused(kind):
    file, X, y, _ = FILES[kind]()
    arrays = dict(np.load(io.BytesIO(file.getvalue())))
    assert {"header", "checksum", "nu", "weights"} <= set(arrays)
    for name, array in arrays.items():
        for other in altered(array):
            changed = io.BytesIO()
            np.savez_compressed(changed, **(arrays | {name: other}))
            with pytest.raises(ValueError, match=r"^file: expected"):
                check_proof(changed, X, y)


@pytest.mark.parametrize("kind", FILES)
def test_an_altered_number_under_a_new_checksum_is_refused_by_the_check_itself(kind):
    file, X, y, _ = FILES[kind]()
    header, arrays = read_file(io.BytesIO(file.getvalue()))
    for name in set(arrays) & {"weights", "nu", "amplitudes", "value"}:
        array = arrays[name]
        if array.size:
            other = array.copy()
            largest = np.unravel_index(np.abs(array).argmax(), array.shape)
            other[largest] *= 100 if name == "value" else 0.99  # an inactive group has some room
            changed = io.BytesIO()
            write_file(changed, header, arrays | {name: other})
            with pytest.raises(ValueError, match=r"^file: expected a (proof of a gap|point within its cones)"):
                check_proof(changed, X, y)
    for name in set(arrays) & {"groups", "cone", "row", "patterns", "count"}:
        if arrays[name].size:
            other = arrays[name].copy()
            other[0] += 1
            changed = io.BytesIO()
            write_file(changed, header, arrays | {name: other})
            with pytest.raises(ValueError, match=r"^file: expected"):
                check_proof(changed, X, y)


@pytest.mark.parametrize(
    ("name", "value"),
    [("gap", 1e-12), ("violation", -1.0), ("beta", -1.0), ("beta", 0.19), ("beta", None), ("loss", "hinge"),
     ("loss", "absolute"), ("statement", "nothing"), ("gated", 3), ("gated", True), ("patterns", "0"), ("drawn", [1]),
     ("drawn", {}), ("version", 2)],
)  # fmt: skip
def test_a_header_altered_under_a_new_checksum_is_refused(name, value):
    file, X, y, _ = saved()
    header, arrays = read_file(io.BytesIO(file.getvalue()))
    changed = io.BytesIO()
    write_file(changed, header | {name: value}, arrays)
    with pytest.raises(ValueError, match=r"^(file|y|drawn): expected"):
        check_proof(changed, X, y)


def test_a_point_outside_its_cones_is_refused_whatever_the_file_claims():
    file, X, y, _ = saved()
    header, arrays = read_file(io.BytesIO(file.getvalue()))
    changed = io.BytesIO()
    write_file(changed, header | {"gap": 1.0, "violation": 1e9}, arrays | {"weights": -arrays["weights"]})
    with pytest.raises(ValueError, match=r"^file: expected a point within its cones"):
        check_proof(changed, X, y)


def test_a_missing_array_is_refused_by_name():
    file, X, y, _ = saved()
    header, arrays = read_file(io.BytesIO(file.getvalue()))
    for name in arrays:
        changed = io.BytesIO()
        write_file(changed, header, {other: array for other, array in arrays.items() if other != name})
        with pytest.raises(ValueError, match=f"^file: .*'{name}'"):
            check_proof(changed, X, y)


@pytest.mark.parametrize("kind", ["cones", "networks"])
def test_other_data_is_refused_by_name(kind):
    file, X, y, _ = FILES[kind]()
    other = X.copy()
    other[3, 1] = np.nextafter(other[3, 1], np.inf)
    with pytest.raises(ValueError, match=r"^X: expected the data that the proof was made for"):
        check_proof(file, other, y)
    with pytest.raises(ValueError, match=r"^X: expected the data that the proof was made for"):
        check_proof(file, X[:-1], y[:-1])
    with pytest.raises(ValueError, match=r"^y: expected the data that the proof was made for"):
        check_proof(file, X, -y)


def test_a_file_cut_short_is_refused():
    file, X, y, _ = saved()
    content = file.getvalue()
    for length in np.linspace(0, len(content) - 1, 25).astype(int):
        with pytest.raises(ValueError, match=r"^file: expected"):
            check_proof(io.BytesIO(content[:length]), X, y)


def test_what_is_not_a_proof_is_refused():
    X, y, _ = random_problem(0, 14, 3, 8)
    array, archive, other = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(array, X)
    np.savez(archive, X=X)
    np.savez(other, header=np.frombuffer(json.dumps({"format": "recipe"}).encode(), np.uint8))
    for content in (
        b"",
        b"no proof at all",
        b"PK\x03\x04 nor this",
        array.getvalue(),
        archive.getvalue(),
        other.getvalue(),
    ):
        with pytest.raises(ValueError, match=r"^file: expected"):
            check_proof(io.BytesIO(content), X, y)


def test_an_answer_to_another_program_is_not_saved():
    X, y, patterns = random_problem(0, 14, 3, 8)
    solution = solve(X, y, patterns, 0.2)
    file = io.BytesIO()
    for beta, other in ((0.1, patterns), (0.2, ~patterns)):
        with pytest.raises(ValueError, match=r"^answer: expected the answer to this program"):
            save_proof(file, solution, X, y, beta, patterns=other)
    with pytest.raises(ValueError, match=r"^patterns: expected either"):
        save_proof(file, solution, X, y, 0.2)
    for drawn in ({"n_patterns": 8}, {"n_patterns": 8, "seed": 0, "colour": 1}, {"n_patterns": object(), "seed": 0}):
        with pytest.raises(ValueError, match=r"^drawn: expected"):
            save_proof(file, solution, X, y, 0.2, drawn=drawn)
    answer = train_globally(X[:, :1], y, 0.5)
    with pytest.raises(ValueError, match=r"^patterns: expected no patterns"):
        save_proof(file, answer, X[:, :1], y, 0.5, patterns=patterns)
    assert not file.getvalue()


def test_biases_of_a_start_ask_for_the_column_of_ones():
    X, y, _ = random_problem(2, 20, 1, 1)
    start = torch.nn.Sequential(torch.nn.Linear(1, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1))
    answer = train_globally(X, y, 0.3, start=start)
    with pytest.raises(ValueError, match=r"^X: expected the 2 columns that the network sees .with the column of ones"):
        save_proof(io.BytesIO(), answer, X, y, 0.3)
    file, with_ones = io.BytesIO(), np.column_stack([X, np.ones(len(X))])
    assert save_proof(file, answer, with_ones, y, 0.3).gap == check_proof(file, with_ones, y).gap <= 1.1e-4
    with pytest.raises(ValueError, match=r"^X: expected the data"):
        check_proof(file, X, y)
