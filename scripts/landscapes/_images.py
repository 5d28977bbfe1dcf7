"""Images as the experiment feeds them to networks."""

import torch

from convexify.datasets.transforms import average_pool, subsample

EXPERIMENT = "landscapes"


def images(data, problem, seed, device):
    """Training images, labels, test images, labels: subsampled, averaged over squares, centred and scaled."""
    data = subsample(data, problem["samples"], seed, n_test=min(problem["test_samples"], len(data["X_test"])))
    X, X_test = (average_pool(data[part], data["image_shape"], problem["pooling"]) for part in ("X", "X_test"))
    mean, deviation = X.mean(), X.std()
    return [
        torch.as_tensor(values, dtype=kind, device=device)
        for values, kind in (
            ((X - mean) / deviation, torch.float32),
            (data["y"], torch.int64),
            ((X_test - mean) / deviation, torch.float32),
            (data["y_test"], torch.int64),
        )
    ]
