"""Images as the experiment feeds them, and three networks trained on them by SGD."""

import numpy as np
import torch

from convexify.datasets.transforms import subsample
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.seeds import integer_seed
from convexify.training import train

EXPERIMENT = "landscapes"


def images(data, *, samples, pooling, seed, device):
    """Training images, labels, test images, labels: subsampled, averaged over squares, centred and scaled."""
    data = subsample(data, samples, integer_seed(seed, EXPERIMENT, "training images")) if samples else data

    def pooled(X):
        shape = tuple(data["image_shape"])
        squares = X.reshape(-1, *shape[:-2], shape[-2] // pooling, pooling, shape[-1] // pooling, pooling)
        return squares.astype(np.float64).mean(axis=(-3, -1)).reshape(len(X), -1)

    train_images, test_images = pooled(data["X"]), pooled(data["X_test"])
    mean, deviation = train_images.mean(), train_images.std()
    return [
        torch.as_tensor(values, dtype=kind, device=device)
        for values, kind in (
            ((train_images - mean) / deviation, torch.float32),
            (data["y"], torch.int64),
            ((test_images - mean) / deviation, torch.float32),
            (data["y_test"], torch.int64),
        )
    ]


def three_networks(images, row, *, branches, width, step, repetition, seed):
    """Three networks of one shape trained from different starts with different orders of the samples.

    The starts and orders are the same for every step, so that step rules are compared on equal draws. The step falls
    linearly to zero.

    Returns
    -------
    tuple
        The network, its three parameter vectors, and a dict of what training reached.
    """
    X, y, X_test, y_test = images
    network = MultiBranch(
        X.shape[1], int(y.max()) + 1, branches=branches, width=width, hidden_layers=row["hidden_layers"]
    )
    iterations = row["epochs"] * -(-len(X) // row["batch_size"])
    vectors, losses = [], []
    for number in range(3):
        stream = integer_seed(seed, EXPERIMENT, row["name"], branches, width, repetition, number)
        parameters = network.initial(stream).to(X.device).requires_grad_()

        def loss(batch=slice(None), parameters=parameters):
            return multiclass_margin_loss(network(parameters, X[batch]), y[batch])

        history = train(
            parameters,
            loss,
            method="sgd",
            step=lambda iteration: step * (1 - iteration / iterations),
            iterations=iterations,
            n_samples=len(X),
            batch_size=row["batch_size"],
            seed=stream,
            record_every=iterations,
            description=f"{row['name']} I={branches} width={width} step={step:g} repetition={repetition} net {number}",
        )
        if history.diverged:
            raise RuntimeError(f"{row['name']}, {branches} branches, step {step:g}: training {history.stop}")
        vectors.append(parameters.detach())
        losses.append(history.final_loss)

    def error(X, y):
        with torch.no_grad():
            return float(np.mean([float((network(w, X).argmax(dim=1) != y).double().mean()) for w in vectors]))

    reached = {
        "step": step,
        "training_loss": float(np.mean(losses)),
        "worst_training_loss": float(np.max(losses)),
        "training_error": error(X, y),
        "test_error": error(X_test, y_test),
    }
    return network, vectors, reached
