"""The methods that are compared, on one set of images: convex layers, and networks of their shape."""

import numpy as np
from scipy.special import logsumexp

from convexify.relaxations.convex_cnn import filter_maps, fit_convex_layer, leading_filters, share_of_leading
from convexify.relaxations.convex_cnn_features import fit_patch_map
from convexify.relaxations.convex_cnn_network import PatchNetwork, train_patch_network
from convexify.relaxations.convex_cnn_patches import fit_whitening, image_patches, normalise_contrast
from convexify.tuning import tune_step

CONVEX, TRAINED = ("CCNN-1", "CCNN-2"), ("CNN-1", "CNN-2")


def loss_and_error(outputs, y):
    """Mean cross-entropy and share of errors; an infinite loss for outputs that are not finite."""
    if not np.isfinite(outputs).all():
        return np.inf, float((y != 0).mean())
    loss = float((logsumexp(outputs, axis=1) - outputs[np.arange(len(y)), y]).mean())
    return loss, float((outputs.argmax(axis=1) != y).mean())


def layer_features(X, X_test, settings, number, rng, kind="fourier"):
    """Features of one layer of training and of test images."""
    features = fit_patch_map(
        X, rng, side=settings.sides[number], pool=settings.pools[number], count=settings.features[number],
        gamma=settings.gammas[number], kind=kind,
    )  # fmt: skip
    return features(X), features(X_test)


def fit_layer(Z, y, classes, radius, settings):
    """One convex layer."""
    return fit_convex_layer(Z, y, classes=classes, radius=radius, tol=settings.tol, iterations=settings.fit_iterations)


def maps_of(layer, Z, Z_test, settings):
    """Images of the next layer, of training and of test images."""
    filters = leading_filters(layer.A, min(settings.filters[0], *layer.A.shape))
    return filter_maps(Z, filters), filter_maps(Z_test, filters)


def convex_rows(images, problem, radii, generators, kind="fourier"):
    """Rows of the convex layers; ``generators`` draw their features, ``problem`` holds classes and settings."""
    rows, X, X_test = [], images.X, images.X_test
    for number, (name, radius) in enumerate(zip(CONVEX, radii, strict=True)):
        Z, Z_test = layer_features(X, X_test, problem.settings, number, generators[number], kind)
        layer = fit_layer(Z, images.y, problem.classes, radius, problem.settings)
        loss, error = loss_and_error(layer.outputs(Z_test), images.y_test)
        certificate = layer.certificate
        rows.append({
            "method": name, "features": kind, "test_error": error, "test_loss": loss,
            "train_error": loss_and_error(layer.outputs(Z), images.y)[1], "objective": certificate.objective,
            "lower_bound": certificate.lower_bound, "gap": certificate.gap, "violation": certificate.violation,
            "leading_share": share_of_leading(layer.A, problem.settings.filters[0]),
        })  # fmt: skip
        X, X_test = maps_of(layer, Z, Z_test, problem.settings)
    return rows


def network_rows(images, problem, steps, seeds):
    """Rows of the networks with one and with two convolutions."""
    patches = _white_patches(images, problem.settings)
    rows = []
    for depth, (name, step, seed) in enumerate(zip(TRAINED, steps, seeds, strict=True), start=1):
        outputs, outputs_test = _trained(patches, images.y, problem, depth, step, seed)
        loss, error = loss_and_error(outputs_test, images.y_test)
        train_error = loss_and_error(outputs, images.y)[1]
        rows.append({"method": name, "features": "learned", "test_error": error, "test_loss": loss,
                     "train_error": train_error})  # fmt: skip
    return rows


def tune(images, problem, generators, seeds):
    """Radius of each convex layer, then step of each network, by the loss on a validation part: method to `Tuning`."""
    settings, tuned, X, X_test = problem.settings, {}, images.X, images.X_test
    for number, (name, start) in enumerate(zip(CONVEX, settings.radii, strict=True)):
        Z, Z_test = layer_features(X, X_test, settings, number, generators[number])
        layers = {}

        def loss_of_radius(radius, Z=Z, Z_test=Z_test, layers=layers):
            layers[radius] = fit_layer(Z, images.y, problem.classes, radius, settings)
            return loss_and_error(layers[radius].outputs(Z_test), images.y_test)[0]

        tuned[name] = tune_step(loss_of_radius, start=float(start), trials=settings.trials)
        X, X_test = maps_of(layers[tuned[name].step], Z, Z_test, settings)
    patches = _white_patches(images, settings)
    for depth, (name, seed) in enumerate(zip(TRAINED, seeds, strict=True), start=1):

        def loss_of_step(step, depth=depth, seed=seed):
            return loss_and_error(_trained(patches, images.y, problem, depth, step, seed)[1], images.y_test)[0]

        tuned[name] = tune_step(loss_of_step, start=settings.network_step, trials=settings.trials)
    return tuned


def _white_patches(images, settings):
    """Patches as the first convex layer sees them, of training and of test images: what the networks are given."""
    raw = [normalise_contrast(image_patches(X, settings.sides[0])) for X in (images.X, images.X_test)]
    whitening = fit_whitening(raw[0].reshape(-1, raw[0].shape[-1]))
    return [whitening(part) for part in raw]


def _trained(patches, y, problem, depth, step, seed):
    """Outputs of training and of test images of a network with ``depth`` convolutions, after SGD."""
    settings = problem.settings
    rng = np.random.default_rng(seed)
    network = PatchNetwork(
        patches[0].shape[1:], settings.filters[:depth], problem.classes, sides=settings.sides, pools=settings.pools,
        generator=rng,
    )  # fmt: skip
    finite = train_patch_network(
        network, patches[0], y, rng, step=step, iterations=settings.network_iterations, batch=settings.batch,
        momentum=settings.momentum,
    )  # fmt: skip
    # A network that diverged has no outputs.
    return [network.outputs(part) if finite else np.full((len(part), problem.classes), np.nan) for part in patches]
