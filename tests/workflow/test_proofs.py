"""Committed proofs: checked against the data, refused by name, and none is not a success."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_project import load_script

from convexify.convex_relu import sample_patterns, save_proof, solve
from convexify_workflow.proofs import PROOFS, check_all, dataset_of, proof_data

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folders(tmp_path):
    """A data set of the form of MNIST, small, and a proof about it."""
    data, proofs = tmp_path / "data" / "prepared", tmp_path / PROOFS
    data.mkdir(parents=True)
    proofs.mkdir(parents=True)
    rng = np.random.default_rng(0)
    np.savez(data / "mnist.npz", X=rng.integers(0, 256, (40, 4), dtype=np.uint8), y=rng.integers(0, 10, 40))
    X, y = proof_data("mnist_odd_even", data)
    patterns = sample_patterns(X, 10, seed=0)
    save_proof(proofs / "mnist_odd_even.0.1.npz", solve(X, y, patterns, 0.5), X, y, 0.5, patterns=patterns)
    return proofs, data


def test_a_proof_is_checked_and_the_same_after_the_data_is_read_anew(folders, capsys):
    assert check_all(*folders) == [("mnist_odd_even.0.1.npz", None)]
    assert "proved on 40 samples, 10 patterns" in capsys.readouterr().out


def test_an_altered_proof_and_one_of_other_data_are_refused_by_name(folders, capsys):
    proofs, data = folders
    good = (proofs / "mnist_odd_even.0.1.npz").read_bytes()
    (proofs / "mnist_odd_even.0.2.npz").write_bytes(good[: len(good) // 2])
    (proofs / "iris_odd_even.0.1.npz").write_bytes(good)
    results = dict(check_all(proofs, data))
    assert results["mnist_odd_even.0.1.npz"] is None
    assert results["mnist_odd_even.0.2.npz"].startswith("file: ")
    assert results["iris_odd_even.0.1.npz"].startswith("iris_odd_even: ")
    with np.load(data / "mnist.npz") as content:
        X, y = content["X"].copy(), content["y"]
    X[3, 1] ^= 1
    np.savez(data / "mnist.npz", X=X, y=y)
    assert dict(check_all(proofs, data))["mnist_odd_even.0.1.npz"].startswith("X: ")
    assert capsys.readouterr().out.count("NOT PROVED") == 2 + 3


def test_verify_fails_where_there_is_no_proof_or_a_wrong_one(folders, tmp_path, monkeypatch, capsys):
    verify = load_script(ROOT / "scripts" / "build" / "verify.py")
    monkeypatch.setattr(verify, "_verify", lambda options: 0)
    arguments = ["branches", "--scale", "smoke", "--root", str(tmp_path)]
    assert verify.main([*arguments, "--proofs"]) == 0
    assert "1 proofs: 1 checked, 0 refused" in capsys.readouterr().out
    file = folders[0] / "mnist_odd_even.0.1.npz"
    file.write_bytes(file.read_bytes()[:-40])
    assert verify.main([*arguments, "--proofs"]) == 1
    file.unlink()
    assert verify.main([*arguments, "--proofs"]) == 1
    assert verify.main(arguments) == 0


def test_the_proofs_of_the_repository_are_of_known_data_and_small():
    files = sorted((ROOT / PROOFS).glob("*"))
    assert files
    assert {dataset_of(file) for file in files} == {"mnist"}
    assert sum(file.stat().st_size for file in files) < 20e6


def test_every_program_of_the_table_that_met_its_tolerance_has_its_proof():
    table = pd.read_csv(ROOT / "reports" / "benchmarks" / "whole_data.csv")
    last = table.groupby(["task", "form", "share"])[["gap", "tol"]].last().reset_index()
    met = last[last["gap"] <= last["tol"]]
    assert {f"{row.task}.{row.form}.{row.share:g}.npz" for row in met.itertuples()} == {
        file.name for file in (ROOT / PROOFS).glob("*.npz")
    }
    assert {"mnist_odd_even", "mnist_ten"} <= set(met["task"])
    assert met["gap"].max() <= 1e-2


def test_targets_are_signs_and_other_names_are_refused(folders):
    y = proof_data("mnist_ten", folders[1])[1]
    assert y.shape == (40, 10)
    assert (np.sum(y == 1, axis=1) == 1).all()
    assert (np.argmax(y, axis=1) == np.load(folders[1] / "mnist.npz")["y"]).all()
    with pytest.raises(ValueError, match=r"mnist_seven.*expected the name of a proof's data"):
        proof_data("mnist_seven", folders[1])
