"""Steps of the thread's arguments, each put to a computation on the curve: one number for each case.

No device: networks of a few neurons on a few dozen samples; sending them to a device would take longer.
"""

import numpy as np
import pandas as pd
from _minima import distinct
from _problems import NETWORKS, curve, loss_of

from convexify.curvature.chords import chord_margins
from convexify.curvature.dropout import DropoutLoss
from convexify.curvature.ivanov import least_squares_in_ball, product_loss, radii_without_penalty
from convexify.curvature.linear_baselines import ridge_weights
from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.single_layer import OUTPUTS, SingleLayerLoss
from convexify.curvature.symmetries import permuted, reflected
from convexify.curvature.threshold import convexity_threshold
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_arguments(paths, thresholds, settings, seed):
    """One row per argument, case and quantity."""
    parts = curve(settings.samples, seed)
    stream = generator(seed, "strong_penalty", "arguments")
    smooth = [net for net in NETWORKS if net["activation"] != "relu"]
    losses = [(_name(net), net, loss_of(parts, net, settings.width)) for net in smooth]
    proved = {_name(row): row["upper"] for row in thresholds.to_dict("records")}
    rows = [
        *_pairs(losses, proved, settings, stream),
        *_symmetries(losses, proved, settings, stream),
        *_copies(losses[0], paths, proved, settings, seed),
        *_dropout(losses[0][2], settings, seed),
        *_small_domains(losses[0][2], settings, seed),
        *_quartic(stream, settings.pairs),
        *_single_layer(stream, settings),
        *_ivanov(stream),
    ]
    return pd.DataFrame(rows, columns=["argument", "case", "quantity", "value"])


def _name(net):
    return f"{net['activation']}, output bias {net['output_bias']}, skip {net['skip']}"


def _pairs(losses, proved, settings, stream):
    """Answer 1's inequality: pairs of points that violate the convexity of L, and those that do by more than λC."""
    for name, _, loss in losses:
        first, last = stream.uniform(-settings.box, settings.box, (2, settings.pairs, loss.layout.size))
        t = stream.uniform(0.05, 0.95, settings.pairs)
        margins = chord_margins(lambda theta, loss=loss: loss.value_and_gradient(theta)[0], first, last, t)
        beyond = margins.penalised(proved[name])
        yield "pairs", name, "share that violates the convexity of L", float((margins.loss < 0).mean())
        yield "pairs", name, "number that does by more than λC", float((beyond < 0).sum())
        yield "pairs", name, "smallest strict margin beyond the threshold", float((beyond / margins.penalty).min())


def _symmetries(losses, proved, settings, stream):
    """Whether exchanged and negated neurons compute the same, and lie in the box on which convexity is proved."""
    for name, _, loss in losses:
        theta = stream.uniform(-settings.box, settings.box, loss.layout.size)
        exchanged = permuted(loss, theta, np.roll(np.arange(loss.width), 1))
        negated = reflected(loss, theta, [-1.0] + [1.0] * (loss.width - 1))
        output = loss.predict(theta)
        for quantity, image in (("exchanged", exchanged), ("negated", negated)):
            moved = float(abs(loss.predict(image) - output).max())
            inside = abs(image).max() <= settings.box and moved <= 1e-12
            yield "symmetries", name, f"change of the output, {quantity}", moved
            yield (
                "symmetries",
                name,
                f"a copy in a box of proved convexity, {quantity}",
                float(inside and np.isfinite(proved[name]) and abs(image - theta).max() > 0),
            )


def _copies(first, paths, proved, settings, seed):
    """Minima that searches from permuted copies of the best minimum end in, by penalty and λ."""
    name, net, loss = first
    stream = generator(seed, "strong_penalty", "copies")
    points = stream.uniform(-settings.box, settings.box, (settings.argument_starts, loss.layout.size))
    shift = settings.shift_scale * stream.standard_normal(loss.layout.size).clip(-settings.box, settings.box)
    of_net = paths[(paths[list(net)] == pd.Series(net)).all(axis=1)]
    for kind in ("l2", "shift", "geometric"):
        path = of_net[of_net["penalty"] == kind]
        chosen = float(path.loc[path["validation_error"].idxmin(), "lam"])
        for when, lam in (("λ by validation", chosen), ("λ beyond the threshold", proved[name])):
            penalty = quadratic_penalty(kind, lam, loss.layout.size, centre=shift if kind == "shift" else None)
            ends = [minimise(loss, penalty, point, settings.box) for point in points]
            best = min(ends, key=lambda end: end.value)
            orders = [stream.permutation(loss.width) for _ in range(settings.copies)]
            copies = [best, *(minimise(loss, penalty, permuted(loss, best.point, o), settings.box) for o in orders)]
            yield "copies", f"{kind}, {when}", "distinct minima", distinct([end.point for end in copies], settings.same)
            values = [end.value for end in copies]
            yield "copies", f"{kind}, {when}", "spread of the objective", max(values) - min(values)


def _dropout(loss, settings, seed):
    """The expected loss under dropout, penalised beyond where a search finds negative curvature."""
    dropped = DropoutLoss(loss, settings.dropout)
    corner = np.full(loss.layout.size, settings.box)
    search = {"samples": settings.search_samples, "starts": settings.search_starts, "max_boxes": 0}
    lam = 1.1 * convexity_threshold(dropped, -corner, corner, **search).lower
    penalty = quadratic_penalty("l2", lam, loss.layout.size)
    points = (
        generator(seed, "strong_penalty", "dropout").uniform(-1, 1, (settings.argument_starts, corner.size)) * corner
    )
    ends = [minimise(dropped, penalty, point, settings.box) for point in points]
    best = min(ends, key=lambda end: end.value)
    scale = abs(best.point).max()
    yield "dropout", f"rate {settings.dropout:g}", "first λ that may convexify", lam / 1.1
    yield "dropout", f"rate {settings.dropout:g}", "distinct minima", distinct([e.point for e in ends], settings.same)
    yield (
        "dropout",
        f"rate {settings.dropout:g}",
        "distinct neurons",
        distinct(loss.neurons(best.point), settings.same, scale=scale),
    )


def _small_domains(loss, settings, seed):
    """Training error of the best minimum without penalty on boxes of several sizes."""
    penalty = quadratic_penalty("l2", 0.0, loss.layout.size)
    points = generator(seed, "strong_penalty", "domains").uniform(-1, 1, (settings.argument_starts, loss.layout.size))
    for side in settings.boxes:
        best = min(minimise(loss, penalty, side * point, side).value for point in points)
        yield "domains", f"{side:g}", "training error", best


def _quartic(stream, pairs):
    """θ⁴ on [−1, 1]: strictly convex, with a Hessian that is not positive definite."""
    first, last = stream.uniform(-1, 1, (2, pairs, 1))
    margins = chord_margins(lambda theta: float(theta[0] ** 4), first, last, np.full(pairs, 0.5))
    grid = np.linspace(-1, 1, 2001)
    yield "quartic", "θ⁴", "smallest second derivative", float((12 * grid**2).min())
    yield "quartic", "θ⁴", "smallest strict margin", float((margins.loss / margins.penalty).min())


def _single_layer(stream, settings):
    """Minimisers without a hidden layer, more parameters than samples; zeros of ridge regression."""
    n, d = 5, 8
    X, y = stream.standard_normal((n, d)), stream.standard_normal(n)
    problems = {"linear": (X, y), "logistic": (X, np.sign(y)), "relu": ([[1.0], [-1.0]], [1.0, 1.0])}
    for output in OUTPUTS:
        loss = SingleLayerLoss(output, *problems[output])
        size = loss.X.shape[1]
        for lam in (0.0, 1e-2):
            if output == "logistic" and lam == 0:
                continue  # the labels can be separated: without a penalty there is no minimiser at all
            penalty = quadratic_penalty("l2", lam, size)
            points = stream.uniform(-2, 2, (settings.argument_starts, size))
            ends = [minimise(loss, penalty, point, 10.0) for point in points]
            lowest = min(end.value for end in ends)
            best = [end.point for end in ends if end.value <= lowest + 1e-8]
            yield "single layer", f"{output}, λ = {lam:g}", "distinct minimisers", distinct(best, settings.same)
    curvature = np.linalg.eigvalsh(2 / n * X.T @ X)[0]
    yield "single layer", "linear, λ = 0", "smallest eigenvalue of the Hessian", float(curvature)
    zeros = [(abs(w) <= 1e-6 * abs(w).max()).mean() for w in (ridge_weights(X, y, lam) for lam in settings.lambdas)]
    yield "single layer", "ridge", "largest share of zero weights", float(max(zeros))


def _ivanov(stream):
    """Ridge regression against least squares in a ball of the same radius; deep linear networks, one unit a layer."""
    X, y = stream.standard_normal((12, 4)), stream.standard_normal(12)
    X, y = X - X.mean(axis=0), y - y.mean()
    for lam in (0.01, 0.1, 1.0, 10.0):
        ridge = ridge_weights(X, y, lam)
        bounded = least_squares_in_ball(X, y, float(np.linalg.norm(ridge)))
        distance = float(np.linalg.norm(bounded - ridge) / np.linalg.norm(ridge))
        yield "Ivanov", f"ridge, λ = {lam:g}", "relative distance of the minimisers", distance
    radii = np.linspace(0.0, 1.0, 2001)
    for depth in (1, 2, 3, 4):
        share = radii_without_penalty(product_loss(depth * radii**2, depth), radii)
        yield "Ivanov", f"{depth} layers of one unit", "share of radii that no λ finds", share


if __name__ == "__main__":
    run(compute_arguments)
