"""A residual network and an average of branches of about as many parameters, trained by one rule and measured alike."""

from functools import partial

import numpy as np
import torch

from convexify.curvature.barriers import barrier_between
from convexify.curvature.planes import plane_losses, plane_through_networks
from convexify.curvature.trained_networks import train_network, train_networks
from convexify.curvature.trained_planes import convexity_measures, over_gain
from convexify.datasets.transforms import average_pool, subsample
from convexify.networks.alignment import aligned
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.networks.residual_classifier import ResidualClassifier
from convexify.seeds import generator, integer_seed
from convexify.tuning import tune_step


def classifiers(inputs, outputs, settings):
    """Both networks; the branches are as many as paths, with the mean number of layers of a path."""
    blocks = settings.blocks

    def branches(width):
        layers = 1 + blocks // 2
        return MultiBranch(inputs, outputs, branches=2**blocks, width=width, hidden_layers=layers)

    return {
        "residual": _nearest(partial(ResidualClassifier, inputs, outputs, blocks=blocks), settings.parameters),
        "branches": _nearest(branches, settings.parameters),
    }


def _nearest(network, parameters):
    """The network whose number of parameters is nearest to the one wanted."""
    width = 1
    while network(width=width + 1).size <= parameters:
        width += 1
    return min((network(width=width), network(width=width + 1)), key=lambda one: abs(one.size - parameters))


def images(data, settings, seed, device):
    """Training images, labels, test images, labels: subsampled, averaged over squares, centred and scaled."""
    data = subsample(data, settings.images, seed)
    X, X_test = (average_pool(data[part], data["image_shape"], settings.pooling) for part in ("X", "X_test"))
    mean, deviation = X.mean(), X.std()
    pairs = ((X - mean) / deviation, torch.float32), (data["y"], torch.int64)
    pairs += ((X_test - mean) / deviation, torch.float32), (data["y_test"], torch.int64)
    return [torch.as_tensor(values, dtype=kind, device=device) for values, kind in pairs]


def tuned(network, drawn, settings, name, seed):
    """The step of a network, by the training loss on images and starts of its own: the common rule and trials."""

    def final_loss(step):
        losses = []
        for start in range(2):
            options = _options(network, settings, step) | {"description": f"{name} step={step:.3g}"}
            stream = integer_seed(seed, "open_questions", "paths", "tuning", name, start)
            _, history = train_network(network, *drawn[:2], seed=stream, **options)
            losses.append(np.inf if history.diverged else history.final_loss)
        return np.mean(losses)

    return tune_step(final_loss, start=settings.first_step, trials=settings.trials)


def _options(network, settings, step):
    # The average divides the gradient of each branch by their number.
    return {"step": step * network.branches, "epochs": settings.epochs, "batch_size": settings.batch_size}


def measures(name, network, drawn, step, repetition, *, settings, seed):
    """What three networks from different starts say about the surface: its plane, barriers between and onto themselves.

    Heights are over what training gained: the loss of a constant predictor minus the mean loss of the networks.
    """
    seeds = [integer_seed(seed, "open_questions", "paths", name, repetition, start) for start in range(3)]
    trained = train_networks(network, *drawn[:2], seeds=seeds, description=name, **_options(network, settings, step))
    X, y = (part[: settings.plane_images] for part in drawn[:2])
    loss, ceiling = partial(multiclass_margin_loss, labels=y), 1 - 1 / network.outputs
    first, *others = trained.parameters
    matched = [first, *(_aligned(network, w, first, X) for w in others)]
    copies = [_shuffled(network, w, generator(s, "order")) for w, s in zip(trained.parameters, seeds, strict=True)]
    axis = np.linspace(-settings.plane_range, settings.plane_range, settings.grid_points)
    surface = plane_losses(network, X, loss, plane_through_networks(matched), axis, axis)
    shape = convexity_measures(surface, ceiling)
    barrier = partial(barrier_between, network, X=X, loss=loss, points=settings.chord_points)
    barriers = {
        "barrier": np.mean([barrier(first, w) for w in others]),
        "barrier_aligned": np.mean([barrier(first, w) for w in matched[1:]]),
        "barrier_of_permutation": np.mean([barrier(w, c) for w, c in zip(trained.parameters, copies, strict=True)]),
    }
    with torch.no_grad():
        reached = float(np.mean([float(loss(network(w, X))) for w in trained.parameters]))
    return {
        "architecture": name,
        "repetition": repetition,
        "parameters": network.size,
        "width": network.width,
        "step": step,
        "training_loss": trained.losses.mean(),
        "test_error": trained.error(*drawn[2:]),
        "plane_violation": shape["violation_over_gain"],
        "plane_relative_violation": shape["relative_violation"],
        "plane_negative_share": shape["negative_share"],
        **{key: over_gain(height, reached, ceiling) for key, height in barriers.items()},
    }


def _aligned(network, parameters, reference, X):
    if isinstance(network, ResidualClassifier):
        return network.aligned(parameters, reference, X)
    return aligned(network, parameters, reference, X)


def _shuffled(network, parameters, stream):
    """The same function with all that can be permuted in a random order."""
    if isinstance(network, ResidualClassifier):
        return network.permuted(parameters, stream.permutation(network.width))
    units = [[stream.permutation(network.width) for _ in range(network.branches)] for _ in range(network.hidden_layers)]
    return network.permuted(parameters, stream.permutation(network.branches), units)
