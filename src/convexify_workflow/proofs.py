"""Whole data sets as convex programs, and the proofs about them that the repository holds."""

from pathlib import Path

import numpy as np

from convexify.convex_relu.proofs.proof import check_proof

PROOFS = Path("reports/proofs")
#: Data set to the mean of its pixels and the largest one, as whole numbers, so that every machine has the same bits.
_PIXELS = {"mnist": (33, 255), "cifar10": (121, 255)}
_TARGETS = {
    "odd_even": lambda labels: np.where(labels % 2 == 0, 1.0, -1.0),
    "ten": lambda labels: np.where(labels[:, None] == np.arange(10), 1.0, -1.0),
}


def dataset_of(file):
    """Name of the data set that a proof is about, the first word of its file's name."""
    return Path(file).name.split("_")[0]


def proof_data(name, folder):
    """Samples and targets of a proof, the same bits on every machine.

    Parameters
    ----------
    name : str
        First part of a proof's file name: ``mnist_odd_even``, ``mnist_ten`` or ``cifar10_ten``.
    folder : Path
        Of the prepared data sets.

    Returns
    -------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n,) or (n, 10)
        ``odd_even``: 1 for even labels, -1 for odd ones. ``ten``: 1 in the column of the label, -1 in the others.

    Raises
    ------
    ValueError
        For another name.
    """
    dataset, _, targets = name.partition("_")
    if targets not in _TARGETS or dataset not in _PIXELS:
        raise ValueError(
            f"{name}: expected the name of a proof's data, one of {', '.join(_PIXELS)} with one of "
            f"{', '.join(_TARGETS)}, as in mnist_odd_even"
        )
    mean, largest = _PIXELS[dataset]
    with np.load(folder / f"{dataset}.npz") as data:
        return (data["X"].astype(float) - mean) / largest, _TARGETS[targets](data["y"])


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
