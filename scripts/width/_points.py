"""The samples of the experiment: points on the unit sphere, and data sets with unit rows."""

from convexify.datasets.transforms import unit_rows
from convexify.seeds import generator


def sphere(samples, dimension, seed, draw=0):
    """Uniform points of the unit sphere with standard normal targets; all jobs but one use the first draw."""
    stream = generator(seed, "width", "sphere", *((draw,) if draw else ()))
    return unit_rows(stream.standard_normal((samples, dimension))), stream.standard_normal(samples)


def subset(arrays, samples, name, seed):
    """Rows of a data set scaled to unit norm, the parity of the class (±1) as target."""
    chosen = generator(seed, "width", name).permutation(len(arrays["X"]))[:samples]
    return unit_rows(arrays["X"][chosen]), 2.0 * (arrays["y"][chosen] % 2) - 1


def points_by_name(data, settings, seed):
    """Name to (X, y): the sphere, and every data set of the settings."""
    named = {"sphere": sphere(settings.samples, settings.dimension, seed)}
    return named | {
        name: subset(arrays, settings.samples, name, seed) for name, arrays in zip(settings.datasets, data, strict=True)
    }
