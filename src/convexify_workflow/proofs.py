"""Proofs that the repository holds, and the data each of them is about."""

from pathlib import Path

import numpy as np

from convexify.convex_relu.proofs.proof import check_proof

PROOFS = Path("reports/proofs")
#: Data set to the mean of its pixels and the largest one, as whole numbers, so that every machine has the same bits.
_PIXELS = {"mnist": (33, 255)}


def dataset_of(file):
    """Name of the data set that a proof is about, the first word of its file's name."""
    return Path(file).name.split("_")[0]


def proof_data(name, folder):
    """Samples and labels of a proof, the same bits on every machine.

    Parameters
    ----------
    name : str
        First part of a proof's file name: ``mnist_odd_even``.
    folder : Path
        Of the prepared data sets.

    Returns
    -------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n,)
        1 for even digits, -1 for odd ones.

    Raises
    ------
    ValueError
        For another name.
    """
    dataset, _, labels = name.partition("_")
    if labels != "odd_even" or dataset not in _PIXELS:
        raise ValueError(f"{name}: expected the name of a proof's data, mnist_odd_even")
    mean, largest = _PIXELS[dataset]
    with np.load(folder / f"{dataset}.npz") as data:
        return (data["X"].astype(float) - mean) / largest, np.where(data["y"] % 2 == 0, 1.0, -1.0)


def check_all(folder=PROOFS, data=Path("data/prepared")):
    """Check every proof in a folder against the data and print a line for each.

    Returns
    -------
    list of (str, str or None)
        File name, and what is wrong with it, None if it proves what it claims.
    """
    results = []
    for file in sorted(folder.glob("*.npz")):
        try:
            X, y = proof_data(file.name.split(".")[0], data)
            proof = check_proof(file, X, y)
        except (OSError, ValueError) as error:
            results.append((file.name, str(error)))
            print(f"{file.name}: NOT PROVED: {error}", flush=True)
            continue
        results.append((file.name, None))
        print(
            f"{file.name}: gap {proof.gap:.3e} proved on {len(X)} samples, {proof.patterns.shape[1]} patterns, penalty "
            f"{proof.beta:.6g}, violation {proof.violation:.1e}",
            flush=True,
        )
    return results
