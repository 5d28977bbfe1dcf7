"""Images of digits, upright or turned by a quarter: one filter by the relaxation and by gradient descent."""

import numpy as np
import pandas as pd
from tqdm import tqdm

from convexify.datasets.transforms import average_pool
from convexify.relaxations.planted_filter import descend_filter, filter_loss, filter_outputs
from convexify.relaxations.relaxed_filter_fit import fit_relaxed_filter
from convexify.seeds import generator
from convexify.tuning import tune_step
from convexify_workflow.job import run


def compute_turned(data, settings, seed):
    """``turned``: one row per draw of images and method; ``turned_tuning``: one row per β or step tried.

    The output is 1 for a turned image and 0 for an upright one; an image is called turned above one half. Both methods
    have as many directions as starts, and keep the filter with the lowest training loss. β and step are tuned on images
    that nothing else uses, by the training loss, with as many trials.
    """
    pilot = _images(data, settings, generator(seed, "conv_relaxation", "turned", "pilot"))
    directions = _directions(settings, pilot, seed, "pilot")
    X = pilot[0][0]
    start = 3.0 / float(np.einsum("nkd,nkd->n", X, X).max())
    tuned = {
        "relaxation": tune_step(lambda beta: _relaxed(pilot, directions, beta)[1], start=settings.beta,
                                trials=settings.trials),
        "descent": tune_step(lambda step: _descended(pilot, directions, step, settings)[1], start=start,
                             trials=settings.trials),
    }  # fmt: skip
    rows = []
    for draw in tqdm(range(settings.draws), desc="draws"):
        images = _images(data, settings, generator(seed, "conv_relaxation", "turned", draw))
        directions = _directions(settings, images, seed, draw)
        w, loss, gap = _relaxed(images, directions, tuned["relaxation"].step)
        rows.append({"draw": draw, "method": "relaxation", "loss": loss, "error": _error(images, w), "gap": gap})
        w, loss = _descended(images, directions, tuned["descent"].step, settings)
        rows.append({"draw": draw, "method": "descent", "loss": loss, "error": _error(images, w), "gap": np.nan})
    trials = [
        found.trials.assign(method=name, chosen=found.step, edge=found.edge or "none") for name, found in tuned.items()
    ]
    return {"turned": pd.DataFrame(rows), "turned_tuning": pd.concat(trials, ignore_index=True)}


def _images(data, settings, rng):
    """Patches and outputs of a training and a test part; every second image of either is turned."""
    made = []
    for X, y, count in (("X", "y", settings.samples), ("X_test", "y_test", settings.test_samples)):
        wanted = np.flatnonzero(np.isin(data[y], settings.digits))
        rows = rng.permutation(wanted)[:count]
        side = int(data["image_shape"][-1]) // settings.block
        pixels = average_pool(data[X][rows].astype(float), data["image_shape"], settings.block)
        pictures = pixels.reshape(-1, side, side) / max(float(pixels.max()), 1.0)
        pictures[1::2] = np.rot90(pictures[1::2], axes=(1, 2))
        made += [_quadrants(pictures), (np.arange(len(pictures)) % 2).astype(float)]
    X, y, X_test, y_test = made
    centre = X.mean(axis=(0, 1))
    scale = np.sqrt(((X - centre) ** 2).sum(axis=-1).mean())
    # No bias: patches with a constant lie in one half-space, and the relaxed set is unbounded for most directions.
    return [((X - centre) / scale, y), ((X_test - centre) / scale, y_test)]


def _quadrants(pictures):
    """The four quarters of each picture as patches, (n, 4, (side/2)²)."""
    half = pictures.shape[1] // 2
    parts = [pictures[:, i : i + half, j : j + half] for i in (0, half) for j in (0, half)]
    return np.stack([part.reshape(len(pictures), -1) for part in parts], axis=1)


def _directions(settings, images, seed, draw):
    d = images[0][0].shape[2]
    return generator(seed, "conv_relaxation", "turned", "directions", draw).standard_normal((settings.directions, d))


def _relaxed(images, directions, beta):
    """Filter with the lowest training loss of all directions, that loss for each sample, and the largest gap."""
    X, y = images[0]
    answers = [fit_relaxed_filter(X, y, direction, beta) for direction in directions]
    bounded = [answer for answer in answers if np.isfinite(answer.w).all()]
    if not bounded:
        return np.zeros(X.shape[2]), np.inf, 0.0
    losses = [filter_loss(X, y, answer.w) / len(y) for answer in bounded]
    return bounded[int(np.argmin(losses))].w, min(losses), max(answer.gap for answer in bounded)


def _descended(images, directions, step, settings):
    """Filter with the lowest training loss of all starts, the directions made short, and that loss for each sample."""
    X, y = images[0]
    ends = descend_filter(X, y, directions / X.shape[2], step=step, iterations=settings.iterations)
    with np.errstate(over="ignore", invalid="ignore"):
        losses = filter_loss(X, y, ends) / len(y)
    losses = np.where(np.isfinite(losses), losses, np.inf)
    return ends[int(np.argmin(losses))], float(losses.min())


def _error(images, w):
    X, y = images[1]
    return float(((filter_outputs(X, w) > 0.5) != (y > 0.5)).mean())


if __name__ == "__main__":
    run(compute_turned)
